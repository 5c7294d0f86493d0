npm install --package-lock-only --no-audit --no-fund > /dev/null 2>&1
git -c init.defaultBranch=main init -q
git -c user.name=a -c user.email=a@b add -A -f
git -c user.name=a -c user.email=a@b commit -q -m one
mkdir -p node_modules/junk
head -c 3000000 /dev/zero | openssl enc -aes-128-ctr -K 0d -iv 00 -nosalt > node_modules/junk/blob.bin 2>/dev/null
