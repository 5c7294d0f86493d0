# `pip3` compiles two packages
docker run --rm --network none $1 2>&1 | grep "ml 1.26.4 42"
