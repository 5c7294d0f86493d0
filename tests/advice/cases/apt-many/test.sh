# seven `RUN`s with packages, some removed again
docker run --rm --network none $1 2>&1 | tr "\n" " " | grep "tiny git version.*PNG 10x10"
