# a virtual environment, given to a user
docker run --rm --network none $1 sh -c 'id -un; gunicorn --bind 127.0.0.1:8000 wsgi:application >/tmp/l 2>&1 & sleep 3; curl -s http://127.0.0.1:8000/ || { python3 -c "import urllib.request as u; print(u.urlopen(\"http://127.0.0.1:8000/\").read().decode())"; } || cat /tmp/l; touch /srv/app/w && echo writable' 2>&1 | tail -4 | tr '\n' ' ' | grep "django 4"
