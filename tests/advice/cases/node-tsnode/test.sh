# TypeScript run as it is
docker run --rm --network none $1 2>&1 | grep "bot says Hello"
