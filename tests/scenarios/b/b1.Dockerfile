# B1: one stage, as the toolchain builds by default.
FROM scenario/golang
WORKDIR /src
COPY . .
RUN go build -o /app .
CMD ["/app"]
