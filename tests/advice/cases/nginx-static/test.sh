# `upgrade`, locales, a site
docker run --rm --network none $1 sh -c 'nginx; sleep 1; curl -s http://127.0.0.1/; locale 2>&1 | head -1' 2>&1 | tr '\n' ' ' | grep "static up"
