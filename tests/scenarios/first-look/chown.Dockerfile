FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json server.js ./
RUN cp -r /usr/share/nodejs ./node_modules
RUN useradd -m app && chown -R app:app /app
USER app
CMD ["node", "server.js"]
