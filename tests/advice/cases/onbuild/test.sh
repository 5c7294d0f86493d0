# steps that the base image triggers
docker run --rm --network none $1 2>&1 | grep "onbuild 8.1.7"
