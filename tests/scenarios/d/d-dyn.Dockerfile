# A dynamic program, in one stage with its compiler.
FROM scenario/base
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN gcc -O2 -g -o /squeeze main.c -lz -lm
CMD ["/squeeze"]
