# E3: every change of a source file loads all modules again.
FROM scenario/golang
WORKDIR /src
COPY . .
RUN go mod download
RUN CGO_ENABLED=0 go build -o /app .
CMD ["/app"]
