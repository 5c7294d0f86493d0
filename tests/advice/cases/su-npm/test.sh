# `su node -c 'npm install'`: the cache is in the user's home
docker run --rm --network none $1 sh -c 'node index.js; stat -c %U node_modules; id -un' 2>&1 | tr '\n' ' ' | grep "odd true 2 node node "
