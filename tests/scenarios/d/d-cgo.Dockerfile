# A Go program that asks the C library for names: dynamic.
FROM scenario/gcc
COPY . /src
RUN cd /src && go build -tags netcgo -o /app .
CMD ["/app"]
