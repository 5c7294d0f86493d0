# `cargo build`
docker run --rm --network none $1 2>&1 | grep "greet 42 true"
