FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends golang-go gcc libc6-dev
COPY main.go go.mod /src/
RUN cd /src && go build -o /usr/local/bin/app .
RUN apt-get purge -y golang-go gcc libc6-dev && apt-get autoremove -y && rm -rf /var/lib/apt/lists/* /root/.cache
CMD ["/usr/local/bin/app"]
