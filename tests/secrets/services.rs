//! What people leave in the images of services: the commands of containers, files with logins of programs, and
//! files that look as if they had one.

use super::{image, kinds, text};

/// The signature of an address of Azure.
const SIGNATURE: &str = concat!("aZ3kP9qLm2Xv7Bn4Ty6Wc8Rd", "1Fg5Hj0KsQwErTyUiO0%3D");

/// A JSON web token that nobody issued.
fn web_token() -> String {
    [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJzdWIiOiI0NzExLTA4MTUiLCJpYXQiOjE3NjcyMjU2MDB9",
        "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    ]
    .join(".")
}

#[test]
fn a_password_is_found_in_what_runs_services_and_in_the_files_of_programs() {
    for (path, contents) in [
        ("app/Procfile", "web: bin/server --password=hunter2-Kd8wZt5 --port $PORT\n"),
        ("srv/Procfile", "worker: bin/w --db-password hunter2-Kd8wZt5\n"),
        (
            "app/k8s/deploy1.yaml",
            "spec:\n  containers:\n  - name: a\n    args: [\"--password=hunter2-Kd8wZt5\", \"--port=80\"]\n",
        ),
        (
            "app/k8s/deploy2.yaml",
            "spec:\n  containers:\n  - name: a\n    args:\n    - --db-password\n    - hunter2-Kd8wZt5\n    - -v\n",
        ),
        (
            "app/k8s/deploy3.yaml",
            "spec:\n  containers:\n  - name: a\n    args:\n    - --db-password=hunter2-Kd8wZt5\n",
        ),
        (
            "app/k8s/deploy4.yaml",
            "spec:\n  containers:\n  - name: a\n    command: [\"sh\",\"-c\",\"redis-server --requirepass hunter2-Kd8wZt5\"]\n",
        ),
        (
            "app/k8s/deploy5.yaml",
            "spec:\n  containers:\n  - name: a\n    command:\n    - /bin/app\n    - \"--api-token\"\n    - \"hunter2-Kd8wZt5\"\n",
        ),
        (
            "app/compose1/docker-compose.yml",
            "services:\n  redis:\n    command: redis-server --requirepass hunter2-Kd8wZt5\n",
        ),
        (
            "app/compose2/docker-compose.yml",
            "services:\n  a:\n    command: --api-key hunter2-Kd8wZt5 --x\n",
        ),
        (
            "app/compose3/docker-compose.yml",
            "services:\n  a:\n    healthcheck:\n      test: [\"CMD\", \"mysqladmin\", \"-phunter2-Kd8wZt5\", \"ping\"]\n",
        ),
        ("root/.curlrc", "user = \"me:hunter2-Kd8wZt5\"\n"),
        ("home/a/.curlrc", "-u me:hunter2-Kd8wZt5\n"),
        ("home/b/_curlrc", "proxy-user \"me:hunter2-Kd8wZt5\"\n"),
        ("home/d/.curlrc", "--header \"Authorization: Bearer hunter2-Kd8wZt5\"\n"),
        ("home/c/.wgetrc", "http_password=hunter2-Kd8wZt5\n"),
        ("etc/pgbouncer/userlist.txt", "\"app\" \"hunter2-Kd8wZt5\"\n"),
        (
            "root/.kaggle/kaggle.json",
            "{\"username\":\"me\",\"key\":\"3f2a9c1e8b7d4f6a0c5e2b9d8f7a1c3e\"}",
        ),
        (
            "root/.condarc",
            "channels:\n  - https://conda.anaconda.org/t/my-3f2a9c1e-8b7d-4f6a-0c5e-2b9d8f7a1c3e/acme\n",
        ),
        ("etc/openvpn/auth.txt", "me@acme.dev\nhunter2-Kd8wZt5\n"),
        ("etc/openvpn/client/login.conf", "me\nhunter2-Kd8wZt5\n"),
        (
            "etc/nginx/conf.d/a.conf",
            "location / { proxy_set_header Authorization \"Bearer hunter2-Kd8wZt5\"; }\n",
        ),
        (
            "etc/nginx/conf.d/b.conf",
            "location / { proxy_set_header Authorization \"Basic bWU6aHVudGVyMi1LZDh3WnQ1\"; }\n",
        ),
        (
            "etc/nginx/conf.d/c.conf",
            "location / { proxy_set_header X-Api-Key \"hunter2-Kd8wZt5\"; }\n",
        ),
        ("app/deploy.yml", "DEPLOY_KEY: hunter2-Kd8wZt5\n"),
        ("app/lic.yml", "license_key: hunter2-Kd8wZt5\n"),
        ("app/lic.sh", "#!/bin/sh\nexport LICENSE_KEY=hunter2-Kd8wZt5\n"),
        ("app/dk.sh", "#!/bin/sh\nDEPLOY_KEY='hunter2-Kd8wZt5'\n"),
        (
            "app/heredoc.sh",
            "#!/bin/sh\ncat > ~/.npmrc <<EOF\n//r.acme.dev/:_authToken=abcd-hunter2-Kd8wZt5\nEOF\n",
        ),
        (
            "app/heredoc2.sh",
            "#!/bin/sh\ncat <<EOF > $HOME/.netrc\nmachine a.dev login me password hunter2-Kd8wZt5\nEOF\n",
        ),
        (
            "app/pypirc.sh",
            "#!/bin/sh\ncat > ~/.pypirc <<EOF\n[pypi]\nusername = me\npassword = hunter2-Kd8wZt5\nEOF\n",
        ),
        (
            "etc/logstash/conf.d/out.conf",
            "output { elasticsearch { user => \"me\" password => \"hunter2-Kd8wZt5\" } }\n",
        ),
        ("app/db/a.sql", "CREATE LOGIN me WITH PASSWORD = N'hunter2-Kd8wZt5';\n"),
        ("app/db/d.sql", "SET PASSWORD FOR 'me'@'%' = PASSWORD('hunter2-Kd8wZt5');\n"),
        ("app/db/e.sql", "ALTER LOGIN sa WITH PASSWORD='hunter2-Kd8wZt5';\n"),
        ("app/tag1.yml", "password: !!str hunter2-Kd8wZt5\n"),
        ("app/tag2.yml", "db_password: &pw hunter2-Kd8wZt5\nother: *pw\n"),
        ("app/tag3.yml", "password: !!str \"hunter2-Kd8wZt5\"\n"),
        ("app/tag4.yml", "password: &pw 'hunter2-Kd8wZt5'\n"),
        ("app/a.go", "var secret = []byte(\"hunter2-Kd8wZt5\")\n"),
        ("app/app3.log", "2026 user logged in, jwt={JWT}\n"),
        ("app/app4.log", "token {JWT} issued\n"),
        ("app/words.yml", "db_password: hunter-correct-horse\n"),
        ("app/words.py", "DB_PASSWORD = 'hunter-correct-horse'\n"),
        ("app/words.properties", "spring.datasource.password=hunter-correct-horse\n"),
        ("app/words.sh", "#!/bin/sh\nexport DB_PASSWORD=hunter-correct-horse\n"),
        (
            "app/sas.yml",
            "url: https://acme.blob.core.windows.net/c/f?sv=2022-11-02&sp=r&sig={SIGNATURE}\n",
        ),
        (
            "app/sas.sh",
            "#!/bin/sh\ncurl 'https://acme.blob.core.windows.net/c/f?sv=2022-11-02&sp=r&sig={SIGNATURE}'\n",
        ),
        ("app/snyk.sh", "#!/bin/sh\nsnyk auth 3f2a9c1e-8b7d-4f6a-0c5e-2b9d8f7a1c3e\n"),
        ("root/.vault-pass", "hunter2-Kd8wZt5\n"),
        ("root/.config/rclone/rclone.conf", "[a]\ntype = sftp\npass = hunter2-Kd8wZt5\n"),
        ("root/.lftprc", "open -u me,hunter2-Kd8wZt5 ftp.acme.dev\n"),
        ("root/.irssi/config", "password = \"hunter2-Kd8wZt5\";\n"),
        ("root/.offlineimaprc", "remotepass = hunter2-Kd8wZt5\n"),
        (
            "root/.config/filezilla/sitemanager.xml",
            "<Server><Host>a</Host><User>me</User><Pass encoding=\"base64\">aHVudGVyMi1LZDh3WnQ1</Pass></Server>",
        ),
        ("app/a.vb", "Dim password As String = \"hunter2-Kd8wZt5\"\n"),
        ("app/db/c.sql", "ALTER USER sys IDENTIFIED BY hunter2-Kd8wZt5;\n"),
        ("etc/apache2/a.conf", "SetEnv DB_PASSWORD hunter2-Kd8wZt5\n"),
    ] {
        let contents = contents.replace("{JWT}", &web_token()).replace("{SIGNATURE}", SIGNATURE);
        let found = kinds(&image([("COPY . . # buildkit", vec![text(path, &contents)])]));
        assert_eq!(found.len(), 1, "{path}: {found:?}");
    }
}

#[test]
fn a_password_is_found_in_the_commands_of_more_programs() {
    for command in [
        "RUN /bin/sh -c curl --user \"me:hunter2-Kd8wZt5\" https://a.dev # buildkit",
        "RUN /bin/sh -c COMPOSER_AUTH='{\"http-basic\":{\"a.dev\":{\"username\":\"me\",\"password\":\"hunter2-Kd8wZt5\"}}}' composer install # buildkit",
        "RUN /bin/sh -c COMPOSER_AUTH='{\"github-oauth\":{\"github.com\":\"hunter2-Kd8wZt5\"}}' composer install # buildkit",
        "RUN /bin/sh -c tool -auth me:hunter2-Kd8wZt5 x # buildkit",
        "RUN /bin/sh -c doctl auth init -t hunter2-Kd8wZt5 # buildkit",
        "RUN /bin/sh -c flyctl deploy -t hunter2-Kd8wZt5 # buildkit",
        "RUN /bin/sh -c snyk auth 3f2a9c1e-8b7d-4f6a-0c5e-2b9d8f7a1c3e # buildkit",
        "RUN /bin/sh -c curl 'https://acme.blob.core.windows.net/c/f?sv=2022&sig={SIGNATURE}' -o f # buildkit",
        "RUN /bin/sh -c SUSEConnect -r hunter2-Kd8wZt5 # buildkit",
        "RUN /bin/sh -c netlify deploy --auth hunter2-Kd8wZt5 # buildkit",
        "RUN /bin/sh -c plink -batch -pw hunter2-Kd8wZt5 me@a.dev ls # buildkit",
        "RUN /bin/sh -c bw unlock hunter2-Kd8wZt5 --raw # buildkit",
        "RUN /bin/sh -c bw login me@a.dev hunter2-Kd8wZt5 # buildkit",
        "RUN /bin/sh -c doppler configure set token hunter2-Kd8wZt5 # buildkit",
        "RUN /bin/sh -c conda install -c https://conda.anaconda.org/t/ac-3f2a9c1e-8b7d-4f6a-9c5e-2b9d8f7a1c3e/acme x # buildkit",
    ] {
        let command = command.replace("{SIGNATURE}", SIGNATURE);
        let found = kinds(&image([(&*command, vec![text("app/a", "a")])]));
        assert_eq!(found.len(), 1, "{command}: {found:?}");
    }
}

#[test]
fn what_only_looks_like_a_password_there_is_none() {
    for (path, contents) in [
        (
            "app/locales/de.json",
            "{\"password\":\"Passwort\",\"db_password\":\"Datenbank-Passwort-eingeben\",\"token\":\"Token123\"}",
        ),
        ("app/i18n/fr.json", "{\"password\":\"Mot de passe\",\"api_key\":\"Cle2API\"}"),
        (
            "app/po/de.po",
            "msgid \"Password\"\nmsgstr \"Passwort2\"\nmsgid \"admin_password\"\nmsgstr \"Admin-Kennwort-hier\"\n",
        ),
        (
            "app/messages_de.properties",
            "login.password=Passwort\nuser.password=Ihr-Passwort-hier\nadmin.password=Administrator-Kennwort-eingeben\n",
        ),
        (
            "app/messages.properties",
            "admin.password=Administrator Password 2\nreset_password=reset-the-password-now\n",
        ),
        ("app/.env.example", "DB_PASSWORD=correct-horse-battery\n"),
        (
            "app/k8s/a.yaml",
            "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: pg-credentials-2\n      key: db-password\n",
        ),
        (
            "app/k8s/b.yaml",
            "auth:\n  passwordSecret: pg-password-2\n  tokenSecret: app-token-1\n  existingSecret: my-secret-1\n",
        ),
        (
            "app/k8s/c.yaml",
            "args:\n- --password-file\n- /run/secrets/db1\n- --token-path=/var/run/t0ken\n",
        ),
        ("app/k8s/d.yaml", "args: [\"--password=$(DB_PASSWORD1)\", \"--token=${TOKEN1}\"]\n"),
        (
            "app/k8s/e.yaml",
            "args:\n- --tls-private-key-file=/certs/tls1.key\n- --password\n- $(PASSWORD2)\n",
        ),
        (
            "app/compose/docker-compose.yml",
            "services:\n  db:\n    command: redis-server --requirepass ${REDIS_PASSWORD1}\n    secrets: [db_password1]\n",
        ),
        (
            "app/compose2/docker-compose.yml",
            "services:\n  db:\n    healthcheck:\n      test: [\"CMD-SHELL\", \"mysqladmin ping -p$$MYSQL_ROOT_PASSWORD1\"]\n",
        ),
        ("app/Procfile", "web: gunicorn app:app --workers 4 --token-cache=redis1\n"),
        (
            "app/static/bundle.js",
            "const L={passwordLabel:'Enter password 2',password:'current-password',type:'new-password'};",
        ),
        (
            "app/auth.go",
            "const passwordField = \"password1_field\"\nvar key = []byte(\"Content-Type1\")\n",
        ),
        (
            "app/auth.py",
            "PASSWORD_HASHERS = ['django.contrib.auth.hashers.PBKDF2PasswordHasher']\nTOKEN_URL = 'https://a.dev/oauth2/token'\n",
        ),
        ("app/views.py", "password = request.POST['password1']\ntoken = generate_token(32)\n"),
        (
            "app/form.html",
            "<input type=\"password\" name=\"password1\" id=\"password1\" placeholder=\"Password 1\"><label for=\"password1\">Password</label>",
        ),
        (
            "app/a.tf",
            "variable \"db_password\" {\n  type = string\n  description = \"The password 1\"\n}\n",
        ),
        (
            "app/nginx.conf",
            "proxy_set_header Authorization $http_authorization;\nproxy_set_header X-Api-Key $api_key1;\nadd_header X-Frame-Options DENY1;\n",
        ),
        (
            "etc/nginx/conf.d/x.conf",
            "fastcgi_param SCRIPT_FILENAME /a1;\nproxy_set_header X-Auth-Token $auth1;\n",
        ),
        (
            "etc/apache2/x.conf",
            "RequestHeader set X-Auth-Token \"%{TOKEN1}e\"\nSetEnv API_KEY ${API_KEY1}\n",
        ),
        (
            "etc/openvpn/client.conf",
            "client\ndev tun\nremote a.dev 1194\nauth-user-pass /etc/openvpn/auth.txt\n",
        ),
        ("etc/openvpn/notes.txt", "line1\nline2words here\nmore\n"),
        (
            "root/.curlrc",
            "silent\nuser-agent = \"x:y1234567\"\nproxy = http://proxy.acme.dev:8080\n",
        ),
        (
            "etc/wgetrc",
            "#http_password = secret1\npassive_ftp = on\n#header = Accept-Language: x\n",
        ),
        (
            "root/.condarc",
            "channels:\n  - conda-forge\n  - https://conda.anaconda.org/t/<TOKEN>/acme\nshow_channel_urls: true\n",
        ),
        (
            "app/db.sql",
            "CREATE TABLE users (password VARCHAR(255), api_key CHAR(32));\nINSERT INTO users VALUES ('a', MD5('x1'));\nCREATE USER app IDENTIFIED BY :password1;\nALTER LOGIN sa WITH PASSWORD = N'$(SA_PASSWORD1)';\n",
        ),
        (
            "app/db2.sql",
            "-- the row is identified by id1234 and by the name\nSELECT password FROM t WHERE token = 'abc1';\n",
        ),
        (
            "app/vb.vb",
            "Dim passwordLabel As String = \"Password 1\"\nDim token As String = GetToken(\"a1\")\n",
        ),
        (
            "app/log.log",
            "2026 jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c\n",
        ),
        ("app/log2.log", "token expired for session 12ab34; password reset for user1; auth=ok1\n"),
        (
            "app/x.sh",
            "#!/bin/sh\nDB_PASSWORD=\"$(cat /run/secrets/db1)\"\nTOKEN=$1\nread -p 'Password1: ' PASSWORD\ncat > ~/.npmrc <<EOF\n//r/:_authToken=${NPM_TOKEN}\nEOF\n",
        ),
        ("app/z.sh", "#!/bin/sh\nusage: tool --password PASSWORD --token TOKEN1 --user=USER\n"),
        ("app/url.txt", "https://a.dev/?sig=abc&token=1 &sig=deadbeef00\n"),
        (
            "app/types.ts",
            "interface A { password: string; token?: string }\nexport const password = 'password1';\n",
        ),
        (
            "app/schema.json",
            "{\"properties\":{\"password\":{\"type\":\"string\",\"minLength\":8,\"example\":\"hunter2x\"}}}",
        ),
        (
            "app/openapi.yaml",
            "password:\n  type: string\n  format: password1\napi_key:\n  in: header\n  name: X-Api-Key1\n",
        ),
        (
            "app/config.yml",
            "token_url: https://a.dev/oauth2\npassword_policy: strong-v2-policy\nlicense_key_file: /etc/l1.key\nlicense: Apache-2.0\ndeploy_key_path: keys/d1\nadmin_password_hash_algorithm: pbkdf2-sha256\n",
        ),
        (
            "app/config2.yml",
            "db_password: !vault db-pass1\nsecret: !ref other1\ntoken: *anchor1\npassword: &pw ${DB_PW1}\n",
        ),
        ("app/css/a.css", ".password1{color:red}.token-2{x:y}"),
        (
            "app/logstash.conf",
            "output { elasticsearch { password => \"${ES_PWD1}\" user => \"elastic\" } }\n",
        ),
        ("app/userlist.txt", "\"alpha\" \"beta\"\nuser1\n"),
        ("usr/share/doc/x/a.txt", "password = hunter2-Kd8wZt5\n"),
        ("app/kaggle.json", "{\"key\":\"value1\"}"),
        (
            "app/rails.yml",
            "en:\n  db_password: Database-Password-Please\n  admin_password: Admin_Password_Field\n",
        ),
        (
            "app/feature.yml",
            "root_password: do-not-use-here\nredis_password: set-in-production-env\nadmin_password: stored-in-the-vault\nsmtp_password: see-secrets-manager\n",
        ),
        (
            "app/names.py",
            "ADMIN_PASSWORD = 'admin-password-setting'\nDB_PASSWORD = 'db_password_env_name'\nMYSQL_PASSWORD = 'mysql-connection-string'\n",
        ),
        ("app/cipher.conf", "redis_password: from-config-map\nssh_passphrase: ask-every-time\n"),
    ] {
        let found = kinds(&image([("COPY . . # buildkit", vec![text(path, contents)])]));
        assert_eq!(found, [], "{path}");
    }
    for command in [
        "RUN /bin/sh -c curl -u $USER:$PASS1 https://a.dev # buildkit",
        "RUN /bin/sh -c fly -t main1 login; tool --auth none; http --auth-type=basic1 x # buildkit",
        "RUN /bin/sh -c echo 'users are identified by number 12 and password' # buildkit",
        "RUN /bin/sh -c --mount=type=secret,id=token1 snyk auth $SNYK_TOKEN1 # buildkit",
        "RUN /bin/sh -c snyk auth \"$(cat /run/secrets/snyk1)\"; doctl auth init -t $(cat /run/secrets/t1) # buildkit",
        "RUN /bin/sh -c echo \"COMPOSER_AUTH={}\" '{\"github-oauth\":{\"github.com\":\"$TOKEN1\"}}' # buildkit",
        "ENV DB_PASSWORD_FILE=/run/secrets/db1 TOKEN_URL=https://a.dev/t1 LICENSE_KEY= DEPLOY_KEY=/keys/id1",
        "RUN /bin/sh -c gpg --batch --keyserver x --recv-keys 0xABCDEF0123456789ABCDEF # buildkit",
        "ENV PASSWORD_SECRET=pg-password-2",
    ] {
        let found = kinds(&image([(command, vec![text("app/a", "a")])]));
        assert_eq!(found, [], "{command}");
    }
}
