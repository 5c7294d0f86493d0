# A4 with a .dockerignore in its context.
FROM scenario/base
COPY --from=scenario/b4 /app /usr/local/bin/app
ADD . /src
CMD ["/usr/local/bin/app"]
