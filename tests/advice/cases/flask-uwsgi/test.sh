# `pip3` compiles uwsgi
docker run --rm --network none $1 sh -c 'uwsgi --http 127.0.0.1:5000 --wsgi-file app.py --callable app >/tmp/l 2>&1 & sleep 3; python3 -c "import urllib.request as u; print(u.urlopen(\"http://127.0.0.1:5000/\").read().decode())" || cat /tmp/l' 2>&1 | tail -3 | grep "hello from flask"
