# A1: installed, built, and left there.
FROM scenario/base
ENV DEBIAN_FRONTEND=noninteractive CGO_ENABLED=0
RUN apt-get update
RUN apt-get install -y golang-go git
COPY . /src
RUN cd /src && go build -o /usr/local/bin/app .
CMD ["/usr/local/bin/app"]
