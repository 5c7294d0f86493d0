# steps that make and remove, with `set`, jobs, values and a copy between
docker run --rm --network none $1 2>&1 | tr '\n' ' ' | grep "^/srv/app two no notes $" || exit 1
docker run --rm --network none $1 sh -c 'stat -c %a /srv/app/first /srv/app/second; ls /opt' | tr '\n' ' ' | grep "^600 644 c no read $"
