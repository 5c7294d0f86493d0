# `sudo npm install`: the cache is in root's home
docker run --rm --network none $1 sh -c 'node index.js; sudo id -un; id -un' 2>&1 | tr '\n' ' ' | grep "odd true 2 root node "
