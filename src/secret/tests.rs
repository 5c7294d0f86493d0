//! Texts with secrets, and texts that only look as if they had one.

use super::*;

/// The token of a GitHub account that no longer exists, as it is published in many documents: its
/// checksum is right.
const GITHUB: &str = concat!("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
/// A made-up token with a right checksum.
const NPM: &str = concat!("npm_", "Kx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5Jf04PwkTe");

fn kinds_in(text: &str) -> Vec<&'static str> {
    find_in_command(text).iter().map(|hit| hit.kind.id.as_str()).collect()
}

#[test]
fn tokens_are_known_by_their_shape_and_their_checksum() {
    for (token, kind) in [(GITHUB, "github-token"), (NPM, "npm-token")] {
        assert_eq!(kinds_in(&format!("curl {token}")), [kind]);
        // One letter is another one, so that the checksum is wrong.
        let other = token.replacen('4', "5", 1);
        assert!(find_tokens(other.as_bytes()).is_empty(), "{kind}");
        // A longer word is something else.
        assert!(find_tokens(format!("{token}x").as_bytes()).is_empty(), "{kind}");
        assert!(find_tokens(format!("x{token}").as_bytes()).is_empty(), "{kind}");
        for before in ["GH_", "https://a.dev/?t%3D", "a\\n"] {
            assert_eq!(find_tokens(format!("{before}{token}").as_bytes()).len(), 1, "{before}");
        }
    }
    assert!(find_tokens(concat!("X_AK", "IAQ3EGPIVZ2XW7MKLB").as_bytes()).is_empty());
}

#[test]
fn tokens_of_services_are_known_by_their_shape() {
    let again = |text: &str, len| text.chars().cycle().take(len).collect::<String>();
    let small = |len| again("kx7qm2vt9zr4lp1ws8yb3nc6hd5jf0", len);
    let mixed = |len| again("Kx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5Jf0", len);
    let hex = |len| again("a7c29e4b1d8f6035", len);
    for (start, rest, kind) in [
        ("gsk_", mixed(52), "groq-key"),
        ("xai-", mixed(80), "xai-key"),
        ("ntn_", format!("48213960275{}", mixed(35)), "notion-token"),
        ("sbp_", hex(40), "supabase-token"),
        ("pplx-", mixed(48), "perplexity-key"),
        ("r8_", mixed(37), "replicate-token"),
        ("figd_", mixed(40), "figma-token"),
        ("dp.pt.", small(43), "doppler-token"),
        ("PMAK-", format!("{}-{}", hex(24), hex(34)), "postman-key"),
        ("pscale_tkn_", mixed(43), "planetscale-token"),
        ("fo1_", mixed(43), "fly-token"),
        ("nfp_", mixed(36), "netlify-token"),
        ("NRAK-", mixed(27), "new-relic-key"),
        ("glc_", mixed(120), "grafana-cloud-token"),
        ("sntryu_", hex(64), "sentry-user-token"),
        ("sntrys_eyJpYXQiO", mixed(120), "sentry-organization-token"),
        ("ATATT3", mixed(186), "atlassian-token"),
        ("sk.eyJ", format!("{}.{}", mixed(60), mixed(22)), "mapbox-secret-token"),
    ] {
        let token = format!("{start}{rest}");
        assert_eq!(kinds_in(&format!("curl {token}")), [kind], "{token}");
        assert!(find_tokens(format!("x{token}").as_bytes()).is_empty(), "{kind}");
        assert!(find_tokens(&token.as_bytes()[..start.len() + 12]).is_empty(), "{kind}");
    }
}

#[test]
fn addresses_that_are_secrets_themselves_are_known() {
    let discord = concat!(
        "https://discord.com/api/webhooks/118734562901384756/",
        "Kx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5Jf04PwkTeKx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5J_-Q9"
    );
    let slack = concat!(
        "https://hooks.slack.com/services/",
        "T0A1B2C3D/B0A1B2C3D/Kx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6"
    );
    assert_eq!(kinds_in(discord), ["discord-webhook"]);
    assert_eq!(kinds_in(slack), ["slack-webhook"]);
    assert_eq!(kinds_in("https://discord.com/api/webhooks/ID/TOKEN"), [""; 0]);
}

#[test]
fn a_routable_token_of_gitlab_has_a_checksum() {
    let token = concat!("glpat-", "bzoxCnU6MnMKAWJjZGVmZ2hpamtsbW5vcHEQ", ".0z", "1tv734w");
    assert_eq!(kinds_in(token), ["gitlab-token"]);
    assert_eq!(kinds_in(&token.replace("1tv734w", "1tv734a")), [""; 0], "the checksum is wrong");
    let plain = concat!("glpat-", "Kx7Qm2Vt9Zr4Lp1Ws8Yb");
    for text in [plain.to_owned(), format!("{plain}.gitlabcom")] {
        let hits = find_tokens(text.as_bytes());
        assert_eq!(hits.len(), 1, "{text}");
        assert_eq!(&text[hits[0].range.clone()], plain, "a plain one has none");
    }
}

#[test]
fn every_program_that_takes_a_password_is_known_in_every_spelling() {
    for text in [
        "mysqlimport -pS3cretPw a",
        "mariadb-dump -pS3cretPw a",
        "sqlcmd -S db -P S3cretPw",
        "ldapadd -x -w S3cretPw",
        "unzip -P S3cretPw a.zip",
        "mongodump -p S3cretPw",
        "az login -u ci -p S3cretPw",
        "printf S3cretPw | passwd --stdin ci",
        "echo S3cretPw | sudo -S make",
        "keytool -destkeypass S3cretPw",
        "openssl req -passout pass:S3cretPw",
        "htpasswd -Bbn ci ci S3cretPw",
        "wget --user ci:S3cretPw0 https://acme.dev",
        "curl -H 'AUTHORIZATION: token a1b2c3d4e5f6' https://acme.dev",
        "curl -H 'x-API-key: a1b2c3d4e5f6' https://acme.dev",
        "npm config set //acme.dev/:_password a1b2c3d4",
        "docker config {\\\"identitytoken\\\": \\\"z9MZPAL0abcd\\\"}",
        "java -Ddb.pass-word.api.Key=a1b2c3d4",
        "java -Dpassword=k7Qw2TzLm9Xa4 -jar x",
        "gradle -Ptoken=k7Qw2TzLm9Xa4 publish",
        "git clone https://ci:k7Qw2TzLm9Xa4@$GIT_HOST/a.git",
        "run --url=postgres://app:k7Qw2TzLm9Xa4@${DB_HOST}:5432/app",
        "set my-Secret_ACCESS.key: a1b2c3d4",
    ] {
        assert_eq!(find_in_command(text).len(), 1, "{text}");
    }
}

#[test]
fn an_instruction_that_writes_a_secret_or_gives_it_to_a_program_has_one() {
    for text in [
        "RUN echo \"machine acme.dev login ci password S3cretPw\" > ~/.netrc",
        "RUN printf 'machine acme.dev\\nlogin ci\\npassword S3cretPw\\n' > /root/.netrc",
        "RUN printf '[pypi]\\nusername = ci\\npassword = S3cretPw\\n' > ~/.pypirc",
        "RUN echo 'db:5432:app:ci:S3cretPw' > /root/.pgpass",
        "RUN echo S3cretPw | tee /run/secrets/db",
        "RUN echo '{\"auths\":{\"a.dev\":{\"auth\":\"Y2k6ZjRsYzBuLTQy\"}}}' > $HOME/.docker/config.json",
        "RUN aws configure set aws_secret_access_key wJalrXUtnFEMIK7MDENGbPxRfiCYzz",
        "RUN aws --profile ci configure set profile.ci.aws_session_token 'wJalrXUtnFEMIK7MDENGbPxRfiCYzz'",
        "RUN git clone https://f4lc0n42f4lc0n42f4@git.acme.dev/app",
        "RUN git clone https://f4lc0n42f4lc0n42f4:x-oauth-basic@git.acme.dev/app",
        "RUN pip install git+https://f4lc0n42f4lc0n42f4@git.acme.dev/app",
        "RUN pip install --extra-index-url https://ci:f4lc0n-42@pypi.acme.dev/simple app",
        "RUN openssl enc -d -aes-256-cbc -k S3cretPw -in a -out b",
        "RUN openssl enc -aes-256-cbc -pass pass:S3cretPw -in a",
        "RUN openssl passwd -6 S3cretPw",
        "RUN dotnet nuget add source https://acme.dev/index.json -n acme -u ci -p S3cretPw --store-password-in-clear-text",
        "RUN nuget sources add -Name acme -UserName ci -Password S3cretPw",
        "RUN composer config http-basic.acme.dev ci S3cretPw",
        "RUN composer config --global --auth github-oauth.github.com f4lc0n-42",
        "RUN poetry config pypi-token.pypi f4lc0n-42",
        "RUN useradd -m -p S3cretPw ci",
        "RUN usermod -p '$6$salt9$S3cretHash' root",
        "RUN echo 'root:S3cretPw' | chpasswd",
        "RUN printf 'root:S3cretPw\\n' | chpasswd",
        "RUN chpasswd <<< \"root:S3cretPw\"",
        "RUN npm config set //acme.dev/:_authToken S3cretPw",
        "RUN npm config set //acme.dev/:_authToken=S3cretPw",
        "RUN yarn config set npmAuthToken S3cretPw",
        "RUN curl -uci:S3cretPw https://acme.dev",
        "RUN curl --user=ci:S3cretPw https://acme.dev",
        "RUN curl --proxy-user ci:S3cretPw https://acme.dev",
        "RUN smbclient -U ci%S3cretPw //acme/share",
        "RUN gh auth login --with-token <<< f4lc0n-42",
        "RUN echo f4lc0n-42 | gh auth login --with-token",
        "RUN helm repo add acme https://acme.dev --username ci --password S3cretPw",
        "RUN bundle config set --global gems.acme.dev ci:S3cretPw",
        "RUN twine upload -u __token__ -p S3cretPw dist/*",
        "RUN cargo login f4lc0n-42",
        "RUN mysql -e \"CREATE USER 'ci'@'%' IDENTIFIED BY 'S3cretPw'\"",
        "RUN psql -c \"ALTER USER postgres PASSWORD 'S3cretPw'\"",
        "RUN rabbitmqctl add_user ci S3cretPw",
        "RUN mc alias set store https://acme.dev ci S3cretPw",
        "RUN kubectl create secret generic db --from-literal=password=S3cretPw",
        "RUN 7z x -pS3cretPw a.7z",
        "RUN echo S3cretPw | gpg --batch --passphrase-fd 0 -d a.gpg",
        "RUN s3cmd --secret_key=S3cretPw get s3://a/b",
        "RUN tailscale up --authkey S3cretPw",
        "CMD [\"sh\", \"-c\", \"PW=S3cretPw app\"]",
        "RUN sh -c \"PW=S3cretPw make\"",
        "RUN A_KEY=Zz9Kx7Qm2Vt9Zr4Lp1 make",
        "RUN |1 DB_PWD=with spaces S3cretPw /bin/sh -c make",
        "ENV AUTH=Zz9Kx7Qm2Vt9Zr4Lp1",
    ] {
        let hits = find_in_command(text);
        assert_eq!(hits.len(), 1, "{text}: {hits:?}");
        let masked = mask(text);
        assert!(!masked.contains("S3cretPw") && !masked.contains("0n-42"), "{masked}");
    }
    for text in [
        "RUN echo 'machine acme.dev login ci password $NETRC_PASSWORD' > ~/.netrc",
        "RUN aws configure set region eu-central-1 && aws configure set output json",
        "RUN aws configure set aws_secret_access_key $AWS_SECRET",
        "RUN git clone https://git-of-the-company-42@bitbucket.org/acme/app",
        "ENV SENTRY_DSN=https://4f3c2b1a9e8d4c7ba6f591c2d3e4f5a7@o1.ingest.sentry.io/2",
        "RUN openssl req -x509 -newkey rsa:4096 -keyout key1.pem -out cert1.pem -nodes",
        "RUN openssl genrsa -out server1.key 2048",
        "RUN dotnet nuget add source https://acme.dev/v3/index.json -n acme",
        "RUN nuget install Newtonsoft.Json -Version 13.0.1",
        "RUN composer config repositories.acme composer https://acme1.dev",
        "RUN useradd -m -s /bin/bash -u 1001 app1user",
        "RUN adduser --disabled-password --gecos '' app1user",
        "RUN npm config set registry https://acme1.dev && npm set progress=false",
        "RUN curl -fsSL -u $USER:$PASSWORD https://acme1.dev",
        "RUN curl -sSL https://acme.dev/a1b2c3d4 | bash",
        "RUN curl -H 'Accept: application/json1' -o out1.json https://acme1.dev",
        "RUN bundle config set --local without development:test1",
        "RUN bundle config build.nokogiri --use-system-libraries1",
        "RUN cargo install cargo-chef1 --locked",
        "RUN echo 'export KEY=$KEY1' >> ~/.bashrc",
        "RUN echo \"deb [signed-by=/usr/share/keyrings/acme1.gpg] https://acme1.dev stable main\" > /etc/apt/sources.list.d/acme.list",
        "RUN apt-key adv --keyserver hkp://keyserver.ubuntu.com:80 --recv-keys 9DA31620334BD75D9DCB49F368818C72E52529D4",
        "RUN gpg --recv-key 5BE8A3F6C8A5C01D106C0AD820B1A390B168D356",
        "RUN mkpasswd --help && 7z x archive1.7z -o/opt/app1",
        "RUN echo root: | chpasswd -e",
        "RUN keytool -list -alias key1 && echo 'pass: 12 tests'",
        "RUN psql -c \"ALTER USER postgres PASSWORD '$PGPASS1'\"",
        "HEALTHCHECK CMD mysqladmin ping -p$MYSQL_ROOT_PASSWORD",
        "RUN make KEY=/etc/ssl/key1.pem AUTH=none PWD=/app1",
        "ENV AUTH_METHOD=oidc SSH_KEY_FILE=/root/.ssh/id_1 A_KEY=$X",
    ] {
        assert!(find_in_command(text).is_empty(), "{text}: {:?}", find_in_command(text));
    }
}

#[test]
fn a_named_value_is_a_secret_and_a_placeholder_is_none() {
    for text in [
        "|1 NPM_TOKEN=s3cr3t-value /bin/sh -c npm ci",
        "ENV DB_PASSWORD=hunter2",
        "RUN export AWS_SECRET_ACCESS_KEY=\"wJalrXUtnFEMIK7MDENGbPxRfiCY\"",
        "RUN deploy --api-key 0f9a8b7c6d5e --region eu",
        "RUN npm config set //registry.npmjs.org/:_authToken abcdef-0123",
        "RUN git clone https://ci:f4lc0n-42@git.acme.dev/app",
        "RUN curl -u ci:f4lc0n-42 https://acme.dev",
        "RUN curl -H 'Authorization: Bearer a1b2c3d4e5f6' https://acme.dev",
        "LABEL com.acme.client-secret=q8w7e6r5",
        "LABEL nexusPassword=q8w7e6r5",
        "RUN DB_PASSWORD= DB_TOKEN=q8w7e6r5 make",
        "RUN echo 'db_password = \"q8w7e6r5\"' > settings.py",
        "RUN echo 'DB_PASSWORD= \"q8w7e6r5\"' > settings.py",
        "RUN echo '\"password\" : \"q8w7e6r5\"' > settings.json",
        "|1 DB_PASSWORD=open sesame77 now88 /bin/sh -c make",
        "RUN |2 A=b DB_PASSWORD=open sesame77 now88 /bin/sh -c make # buildkit",
        "ENV COOKIE_SECRET=ab\"cd Quot3dTail8",
        "/bin/sh -c #(nop)  ENV SIGNING_PASSPHRASE=correct horse9 battery7",
        "ENTRYPOINT [\"/app\", \"--password\", \"Hunter2Hunter2Hunter2\"]",
        "ENTRYPOINT [\"/app\" \"--password\" \"Hunter2Hunter2Hunter2\"]",
        "RUN printf '{\"auths\":{\"ghcr.io\":{\"auth\":\"z9MZPAL0abcd\"}}}' > config.json",
        "RUN sshpass -p Sp4ssW0rdX9 ssh acme.dev",
        "RUN sed -i 's/__DB_PASSWORD__/S3cretPw99/' config.yml",
        "RUN PW=${DB_PASSWORD:-S3cretPw99} make",
        "RUN wget --header='X-Auth-Token: 7Yh3kq92mmz' https://acme.dev",
        "RUN echo \"root:R00tPw99zz\" | chpasswd",
        "RUN mysql -h db -uroot -pS3cretPw < /schema.sql",
        "RUN mysqldump -u root -p'S3cret Pw' app > /dump.sql",
        "RUN mysqladmin --user=root --password=S3cretPw create app",
        "RUN mariadb -uroot -p\"S3cretPw\" -e 'create database app'",
        "RUN redis-cli -h cache -a S3cretPw ping",
        "RUN docker login -u ci -p S3cretPw acme.dev",
        "RUN echo S3cretPw | docker login -u ci --password-stdin acme.dev",
        "RUN keytool -import -storepass S3cretPw -file ca.pem",
        "RUN openssl rsa -in key.pem -passin pass:S3cretPw",
        "RUN htpasswd -bc /etc/nginx/users ci S3cretPw",
        "RUN mongosh -u root -p S3cretPw",
    ] {
        assert_eq!(find_in_command(text).len(), 1, "{text}");
    }
    for text in [
        "ENV DB_PASSWORD=",
        "ENV DB_PASSWORD=changeme DB_TOKEN=<token>",
        "RUN echo $NPM_TOKEN && TOKEN=${NPM_TOKEN} npm ci",
        "RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci",
        "ENV POSTGRES_PASSWORD_FILE=/run/secrets/password",
        "ENV DB_PASSWORD=/run/secrets/password",
        "ENV SECRET_KEY=xxxxxxxxxxxx",
        "ENV SECRET_KEY_BASE= NODE_ENV=production",
        "RUN |2 GITHUB_TOKEN= VERSION=1.2.3 /bin/sh -c make",
        "RUN DB_PASSWORD= make install-all",
        "RUN SECRET_KEY_BASE=1 rails assets:precompile",
        "ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "ENV PYTHON_SHA256=24b0e1d2c6c1d0c6a1d8b1bd6ea2c1d3a1f7f8f1",
        "RUN docker login --password-stdin",
        "RUN gpg --batch --passphrase '' --gen-key",
        "RUN git clone https://git@github.com/acme/app",
        "ENV TOKENIZERS_PARALLELISM=false MAX_TOKENS=4096",
        "CMD [\"redis-server\" \"--port\" \"6379\"]",
        "RUN apt-get install -y mysql-client -pfoo1bar",
        "RUN mysql -u root -p app < /schema.sql",
        "RUN mysql -p$MYSQL_PASSWORD -e 'select 1'",
        "RUN mysql --protocol=tcp --port=3306 --print-defaults",
        "RUN mkdir -p /var/lib/mysql && mysql --version && mkdir -p /opt/application",
        "RUN echo $TOKEN | docker login --password-stdin acme.dev",
        "RUN keytool -import -storepass changeit -file ca.pem",
        "RUN docker run -p 8080:8080 app && zip -r app.zip app",
        "RUN sed -i \"s/__DB_PASSWORD__/$DB_PASSWORD/\" config.yml",
        "RUN sed -i 's/password1/# password1/' /etc/pam.d/x",
    ] {
        assert!(find_in_command(text).is_empty(), "{text}: {:?}", find_in_command(text));
    }
}

#[test]
fn nothing_of_a_short_value_is_shown_and_four_characters_of_a_long_one() {
    assert_eq!(Masked::new(b"fifteen letters").as_str(), "…");
    assert_eq!(Masked::new(b"sixteen letters!").as_str(), "sixt…");
    assert_eq!(Masked::new("ää\u{202e}ü0123456789abc".as_bytes()).as_str(), "ää\\u{202e}ü…");
    assert_eq!(
        mask("|2 NPM_TOKEN=hunter22 A=b /bin/sh -c npm ci"),
        "|2 NPM_TOKEN=… A=b /bin/sh -c npm ci"
    );
    assert_eq!(mask(&format!("RUN curl -H 'token {GITHUB}' x")), "RUN curl -H 'token ghp_…' x");
    assert_eq!(mask("RUN make"), "RUN make");
    let once = mask(&format!("|1 NPM_TOKEN={NPM} /bin/sh -c npm ci")).into_owned();
    assert_eq!(mask(&once), once, "what is masked stays as it is");
    assert_eq!(mask("ENV PÄSSWORD=ü SECRET='ü and more'"), "ENV PÄSSWORD=ü SECRET='…'");
    let words = ["x", "--token", "abcdef", "--port", "80"].map(String::from);
    assert_eq!(mask_words(&words), ["x", "--token", "…", "--port", "80"]);
}

#[test]
fn no_debug_output_has_a_value() {
    let text = format!("ENV TOKEN={GITHUB} PASSWORD=hunter22");
    let shown = format!("{:?} {:?}", find_in_command(&text), Masked::new(GITHUB.as_bytes()));
    assert!(!shown.contains("zQWB") && !shown.contains("hunter22"), "{shown}");
}

#[test]
fn private_keys_need_more_than_their_first_line() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
    let key = |kind: &str| format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n");
    for kind in ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
        let hits = find_tokens(key(kind).as_bytes());
        assert_eq!(hits.len(), 1, "{kind}");
        assert_eq!(hits[0].kind.id, "private-key");
    }
    for text in [
        key("CERTIFICATE"),
        key("PUBLIC KEY"),
        "if line == '-----BEGIN PRIVATE KEY-----':".into(),
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----".into(),
    ] {
        assert!(find_tokens(text.as_bytes()).is_empty(), "{text}");
    }
}

#[test]
fn a_long_key_is_found_and_so_is_what_follows_it() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(500);
    let key = format!("-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n");
    let text = format!("{}{key}{key}token = {GITHUB}\n", "a line\n".repeat(9000));
    let found: Vec<_> = find_tokens(text.as_bytes()).iter().map(|hit| &*hit.kind.id).collect();
    assert_eq!(found, ["private-key", "private-key", "github-token"]);
}

#[test]
fn every_rule_has_a_source_and_an_id_of_its_own() {
    let mut ids: Vec<_> = kinds().map(|kind| kind.id.as_str()).collect();
    assert!(kinds().all(|kind| kind.sources.iter().all(|source| source.starts_with("https://"))));
    assert!(kinds().all(|kind| !kind.sources.is_empty()));
    assert!(rules().areas.iter().all(|area| area.source.starts_with("https://")));
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn every_expression_of_the_rules_compiles() {
    let tokens = rules().tokens.iter().map(|token| token.rest.as_str());
    let files = rules().files.iter().flat_map(|file| match &file.looks {
        Looks::Regex(expressions) => expressions.as_slice(),
        _ => &[],
    });
    let files: Vec<_> = files.map(|expression| expression.as_str()).collect();
    assert!(tokens.chain(files).all(|pattern| !pattern.is_empty()));
}

#[test]
fn the_key_of_a_vendor_s_documentation_is_no_secret() {
    assert!(find_tokens(b"AKIAIOSFODNN7EXAMPLE").is_empty());
    assert_eq!(find_tokens(concat!("AK", "IAQ3EGPIVZ2XW7MKLB").as_bytes()).len(), 1);
    assert!(rules().is_known(b"AKIAIOSFODNN7EXAMPLE"));
}

#[test]
fn a_value_with_spaces_and_quotes_is_masked_to_its_end() {
    for (text, masked) in [
        (
            "|2 DB_PASSWORD=open sesame77 now88 STAGE=prod /bin/sh -c make all",
            "|2 DB_PASSWORD=open… STAGE=prod /bin/sh -c make all",
        ),
        ("ENV A=b COOKIE_SECRET=ab\"cd 'Quot3dTail8", "ENV A=b COOKIE_SECRET=ab\"c…"),
        ("ENV API_TOKEN=\"a b c d e f g h i j k\" LANG=C", "ENV API_TOKEN=\"a b …\" LANG=C"),
        ("CMD [\"app\", \"--token\", \"s3cr3t\"]", "CMD [\"app\", \"--token\", \"…\"]"),
    ] {
        assert_eq!(mask(text), masked);
    }
}
