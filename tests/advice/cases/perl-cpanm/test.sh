# `cpanm` compiles a module
docker run --rm --network none $1 2>&1 | grep "perl 42"
