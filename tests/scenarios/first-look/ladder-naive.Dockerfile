FROM debian:bookworm
RUN apt-get update && apt-get install -y golang gcc
WORKDIR /src
COPY main.go go.mod ./
RUN go build -o /usr/local/bin/app .
CMD ["/usr/local/bin/app"]
