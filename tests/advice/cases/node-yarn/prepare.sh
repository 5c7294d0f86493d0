# The lock file, by the yarn of the base image.
docker run --rm --network host -v "$PWD":/w -w /w node:20-bookworm-slim sh -c 'yarn install --ignore-scripts > /dev/null 2>&1; rm -rf node_modules'
