# C1: B4 without symbols, as the linker leaves them out.
FROM scenario/golang AS builder
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -ldflags "-s -w" -o /app .
FROM scratch
COPY --from=builder /app /app
CMD ["/app"]
