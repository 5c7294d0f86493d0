# `npm install` of binaries for five platforms
docker run --rm --network none $1 2>&1 | grep "ma let x = 1"
