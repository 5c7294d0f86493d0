# E3 in the order that keeps the cache.
FROM scenario/golang
WORKDIR /src
COPY go.mod ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /app .
CMD ["/app"]
