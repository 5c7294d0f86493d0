# `javac`, then `rm`
docker run --rm --network none $1 2>&1 | grep "{\"ok\":\"java\"}"
