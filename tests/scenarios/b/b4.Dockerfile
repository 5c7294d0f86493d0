# B4: linked statically, and nothing else.
FROM scenario/golang AS builder
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /app .
FROM scratch
COPY --from=builder /app /app
CMD ["/app"]
