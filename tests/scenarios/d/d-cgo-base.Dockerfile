# The dynamic Go program in two stages, on the base.
FROM scenario/gcc AS builder
COPY . /src
RUN cd /src && go build -tags netcgo -o /app .
FROM scenario/base
COPY --from=builder /app /app
CMD ["/app"]
