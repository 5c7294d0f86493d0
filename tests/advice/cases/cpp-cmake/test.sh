# a compiler, purged in a RUN of its own
docker run --rm --network none $1 2>&1 | grep "words 300000 sqlite"
