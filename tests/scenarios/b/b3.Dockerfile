# B3: B1 in two stages, on the base.
FROM scenario/golang AS builder
WORKDIR /src
COPY . .
RUN go build -o /app .
FROM scenario/base
COPY --from=builder /app /app
CMD ["/app"]
