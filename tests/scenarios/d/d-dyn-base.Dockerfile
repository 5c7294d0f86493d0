# The dynamic program in two stages, on the base, which has its libraries.
FROM scenario/base AS builder
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN gcc -O2 -g -o /squeeze main.c -lz -lm
FROM scenario/base
COPY --from=builder /squeeze /squeeze
CMD ["/squeeze"]
