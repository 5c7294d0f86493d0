//! Alarms that would be false.

use super::{GITHUB, NPM, image, key, kinds, text};
use crate::support::build::{Entry, file};

fn found(entries: Vec<Entry>) -> Vec<(String, String)> {
    kinds(&image([("COPY . .", entries)]))
}

#[test]
fn packages_tests_examples_and_public_certificates_are_no_secrets() {
    let token = format!("token = {GITHUB}");
    for path in [
        "usr/local/lib/python3.12/test/certdata/keycert.pem",
        "usr/lib/python3/dist-packages/twisted/test/server.pem",
        "usr/local/lib/node_modules/npm/test/key.pem",
        "app/node_modules/agent-base/test/ssl-cert-snakeoil.key",
        "usr/share/doc/openssl/examples/ca.key",
        "usr/local/lib/ruby/3.3.0/bundler/ssl_certs/key.pem",
        "usr/local/go/src/crypto/tls/testdata/example-key.pem",
        "root/go/pkg/mod/golang.org/x/crypto/ssh/id_rsa",
        "app/vendor/acme/test/fixtures/id_rsa",
        "srv/app/third_party/tls/examples/server.key",
        "usr/share/ca-certificates/mozilla/ca.crt",
    ] {
        assert_eq!(found(vec![text(path, &key())]), [], "{path}");
    }
    for path in ["usr/share/doc/gh/README", "usr/share/gh/examples/a.sh", "app/go.sum"] {
        assert_eq!(found(vec![text(path, &token)]), [], "{path}");
    }
}

#[test]
fn placeholders_and_samples_are_no_secrets() {
    for (path, contents) in [
        ("app/.env.example", "DB_PASSWORD=c0rrect-h0rse-battery"),
        ("app/.env", "DB_PASSWORD=changeme\nTOKEN=\nAPI_KEY=<your key>\nSECRET=${SECRET}\n"),
        ("app/.npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nregistry=https://acme.dev"),
        ("root/.npmrc", "# //registry.npmjs.org/:_authToken=0123456789abcdef\nfund=false"),
        ("root/.docker/config.json", "{\"auths\":{},\"credsStore\":\"desktop\"}"),
        ("etc/pip.conf", "[global]\nindex-url = https://pypi.org/simple"),
        ("root/.kube/config", "users:\n- user:\n    exec:\n      command: aws"),
        ("root/.ssh/id_rsa.pub", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ== me"),
        ("root/.bash_history", "ls\ncd /app\nmake test TOKEN=$TOKEN\n"),
        ("root/.aws/credentials", "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"),
        ("app/values.yaml", "auth:\n  existingSecret: pg-credentials-2\n  tlsSecret: app-tls-1\n"),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"),
        ("app/config/database.yml", "production:\n  password: <%= ENV['DB'] %>\n"),
    ] {
        assert_eq!(found(vec![text(path, contents)]), [], "{path}");
    }
}

#[test]
fn a_wrong_checksum_is_no_token() {
    let wrong = NPM.replace("Kx7", "Kx8");
    assert_eq!(found(vec![text("app/a.txt", &wrong)]), []);
    assert_eq!(found(vec![text("app/a.txt", NPM)]).len(), 1);
}

#[test]
fn what_a_package_brings_is_no_secret_until_it_is_replaced() {
    let list = text("var/lib/dpkg/info/acme.list", "/etc\n/etc/acme.conf\n");
    let config = || text("etc/acme.conf", &format!("token {GITHUB}"));
    assert_eq!(found(vec![list.clone(), config()]), []);
    let own =
        image([("RUN apt-get install acme", vec![list, config()]), ("COPY . .", vec![config()])]);
    let places: Vec<_> = kinds(&own).into_iter().map(|(_, place)| place).collect();
    assert_eq!(places, ["/etc/acme.conf, line 1"]);
}

#[test]
fn binaries_are_not_searched_for_tokens() {
    for size in [100, 300_000, 9 << 20] {
        let mut binary = b"\x7fELF\0\0".to_vec();
        binary.extend(GITHUB.as_bytes());
        binary.resize(size, b'x');
        assert_eq!(found(vec![file("app/tool", 0).holding(binary)]), [], "{size}");
    }
}

#[test]
fn names_that_only_look_like_those_of_secrets_are_none() {
    for line in [
        "AUTH=none",
        "AUTH_METHOD=oidc",
        "AUTH=oauth2",
        "KEY=/path/to/file9",
        "PWD=/app",
        "PWD=/srv/app1",
        "A_KEY=$X",
        "A_KEY=${KEY9:-Zz9Kx7Qm2Vt9Zr4}",
        "SSH_KEY_FILE=/root/.ssh/id_1",
        "SSH_PUBLIC_KEY=AAAAC3NzaC1lZDI1NTE5AAAAIKx7Qm2Vt9",
        "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
        "STRIPE_PUBLISHABLE_KEY=pk_live_Kx7Qm2Vt9Zr4Lp1W",
        "CACHE_KEY=Kx7Qm2Vt9Zr4Lp1Ws8Yb",
        "S3_KEY=Release-2024-Installer-Windows.zip",
        "PASS=true",
        "BUILD_PASS=second",
        "BYPASS=Kx7Qm2Vt9Zr4Lp1W",
        "DB_PASSWORD_FILE=/run/secrets/db",
        "TOKENS_PER_SECOND=Kx7Qm2Vt9Zr4",
        "MAX_TOKENS=4096",
        "SECRET_NAME=db-password-2",
        "KEY_FILE=/etc/key1.pem",
        "PASSWORD_MIN_LENGTH=12",
        "TOKEN_URL=https://acme1.dev/token",
        "SECRETS_DIR=/run/secrets2",
        "PASSWORD_HINT_1=of2words",
        "TOKENS=words",
        "API_KEYS_TABLE=api_keys_2",
        "PublicKeyToken=b77a5c561934e089",
        "PUBLIC_KEY_2=Kx7Qm2Vt9Zr4Lp1W",
    ] {
        assert_eq!(found(vec![text("app/.env", &format!("{line}\n"))]), [], "{line}");
    }
}
