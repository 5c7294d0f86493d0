# The Go image with a C compiler and binutils.
FROM scenario/golang
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
