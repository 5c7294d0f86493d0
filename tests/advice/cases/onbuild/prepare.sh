mkdir -p tests
head -c 4000000 /dev/zero | openssl enc -aes-128-ctr -K 0e -iv 00 -nosalt > tests/fixture.bin 2>/dev/null
