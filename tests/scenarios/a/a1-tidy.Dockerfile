# A1 without the package lists and the compiler's cache: each RUN takes its own away. The toolchain stays.
FROM scenario/base
ENV DEBIAN_FRONTEND=noninteractive CGO_ENABLED=0
RUN apt-get update && apt-get install -y golang-go git && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN cd /src && go build -o /usr/local/bin/app . && rm -rf /root/.cache
CMD ["/usr/local/bin/app"]
