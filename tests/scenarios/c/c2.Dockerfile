# C2: C1, packed.
FROM scenario/upx AS builder
COPY . /src
RUN cd /src && CGO_ENABLED=0 go build -ldflags "-s -w" -o /app . && upx -9 -q /app
FROM scratch
COPY --from=builder /app /app
CMD ["/app"]
