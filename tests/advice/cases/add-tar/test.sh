# an archive copied, unpacked, removed
docker run --rm --network none $1 2>&1 | tr "\n" " " | grep "vend12 plug"
