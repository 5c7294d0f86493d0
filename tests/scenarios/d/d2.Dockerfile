# D2: one layer with one file.
FROM scenario/golang AS builder
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /hello .
FROM scratch
COPY --from=builder /hello /
CMD ["/hello"]
