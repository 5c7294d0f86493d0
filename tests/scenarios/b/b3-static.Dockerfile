# B3, linked statically.
FROM scenario/golang AS builder
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /app .
FROM scenario/base
COPY --from=builder /app /app
CMD ["/app"]
