FROM debian:bookworm
RUN apt-get update && apt-get install -y nodejs npm
WORKDIR /app
COPY package.json server.js ./
RUN npm install
CMD ["node", "server.js"]
