npm install --package-lock-only --no-audit --no-fund > /dev/null 2>&1
