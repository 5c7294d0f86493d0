# A4: ADD takes everything that lies about: .git, an old binary, node_modules, logs.
FROM scenario/base
COPY --from=scenario/b4 /app /usr/local/bin/app
ADD . /src
CMD ["/usr/local/bin/app"]
