# `yarn install`, given to a user
docker run --rm --network none $1 sh -c 'id -un; ls dist; node server.js & sleep 2; node -e "fetch(\"http://127.0.0.1:8080/\").then(r=>r.text()).then(console.log).then(()=>process.exit(0))"; touch /home/node/app/x && echo wr' 2>&1 | tr '\n' ' ' | grep "main.js koa ok"
