# B4, packed with its symbols.
FROM scenario/upx AS builder
COPY . /src
RUN cd /src && CGO_ENABLED=0 go build -o /app . && upx -9 -q /app
FROM scratch
COPY --from=builder /app /app
CMD ["/app"]
