# The dynamic program with exactly what it needs: the interpreter, the libraries, and the links to them.
FROM scenario/base AS builder
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN gcc -O2 -g -o /squeeze main.c -lz -lm
# For each library its own file and the link by which it is asked for; /lib and /lib64 are links into /usr.
RUN mkdir /closure && cp -P /lib /lib64 /squeeze /closure \
 && for file in $(ldd /squeeze | grep -o '/[^ ]*'); do \
      realpath $file; echo $(realpath $(dirname $file))/$(basename $file); done \
    | sort -u | xargs cp -P --parents -t /closure
FROM scratch
COPY --from=builder /closure /
CMD ["/squeeze"]
