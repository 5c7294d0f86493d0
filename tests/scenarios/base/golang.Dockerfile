# What the official golang image is to its users: the base and the toolchain, tidy, in one RUN.
FROM scenario/base
RUN apt-get update \
 && apt-get install -y --no-install-recommends golang-go ca-certificates \
 && rm -rf /var/lib/apt/lists/*
