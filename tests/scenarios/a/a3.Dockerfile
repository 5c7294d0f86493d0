# A3: the commands of A2's RUNs in one RUN. The COPY has to come first, so its layer still ships the sources.
FROM scenario/base
ENV DEBIAN_FRONTEND=noninteractive CGO_ENABLED=0
COPY . /src
RUN apt-get update \
 && apt-get install -y golang-go git \
 && cd /src && go build -o /usr/local/bin/app . \
 && apt-get purge -y golang-go git && apt-get autoremove -y && rm -rf /var/lib/apt/lists/* /root/.cache /src
CMD ["/usr/local/bin/app"]
