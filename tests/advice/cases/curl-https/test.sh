# `curl` calls what is only recommended
docker run --rm --network none $1 2>&1 | tr "\n" " " | grep "certs there curl"
