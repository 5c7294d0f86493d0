# B4 without symbols, as strip takes them out of the finished binary.
FROM scenario/gcc AS builder
COPY . /src
RUN cd /src && CGO_ENABLED=0 go build -o /app . && strip --strip-all /app
FROM scratch
COPY --from=builder /app /app
CMD ["/app"]
