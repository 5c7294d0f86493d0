# The dynamic Go program with exactly what it needs.
FROM scenario/gcc AS builder
COPY . /src
RUN cd /src && go build -tags netcgo -o /app .
# For each library its own file and the link by which it is asked for; /lib and /lib64 are links into /usr.
RUN mkdir /closure && cp -P /lib /lib64 /app /closure \
 && for file in $(ldd /app | grep -o '/[^ ]*'); do \
      realpath $file; echo $(realpath $(dirname $file))/$(basename $file); done \
    | sort -u | xargs cp -P --parents -t /closure
FROM scratch
COPY --from=builder /closure /
CMD ["/app"]
