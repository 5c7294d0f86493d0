# A2: A1, cleaned up in a RUN of its own.
FROM scenario/base
ENV DEBIAN_FRONTEND=noninteractive CGO_ENABLED=0
RUN apt-get update
RUN apt-get install -y golang-go git
COPY . /src
RUN cd /src && go build -o /usr/local/bin/app .
CMD ["/usr/local/bin/app"]
RUN apt-get purge -y golang-go git && apt-get autoremove -y && rm -rf /var/lib/apt/lists/* /root/.cache /src
