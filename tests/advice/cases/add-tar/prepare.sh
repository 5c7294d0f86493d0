# An archive with a program, its data and a manual; and one with a plugin.
mkdir -p vendor-1.2/bin vendor-1.2/lib vendor-1.2/docs vendor-1.2/plugins
head -c 8000000 /dev/zero | openssl enc -aes-128-ctr -K 01 -iv 00 -nosalt > vendor-1.2/docs/manual.pdf 2>/dev/null
head -c 12000000 /dev/zero | openssl enc -aes-128-ctr -K 02 -iv 00 -nosalt > vendor-1.2/lib/data.bin 2>/dev/null
printf '#!/bin/sh\necho vend12\ncat /opt/vendor/plugins/plug.txt\n' > vendor-1.2/bin/vend
chmod 755 vendor-1.2/bin/vend
tar --sort=name --mtime=@0 -cf - vendor-1.2 | gzip -n > vendor-1.2.tar.gz
rm -rf vendor-1.2
echo plug > plug.txt
tar --mtime=@0 -cf - plug.txt | gzip -n > plugin.tar.gz
rm plug.txt
