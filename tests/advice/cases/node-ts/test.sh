# TypeScript, built and pruned
docker run --rm --network none $1 sh -c 'node dist/index.js & sleep 2; node -e "fetch(\"http://127.0.0.1:3000/\").then(r=>r.text()).then(console.log).then(()=>process.exit(0))"' 2>&1 | grep "orders up"
