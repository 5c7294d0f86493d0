//! Secrets that somebody left where nobody looks: in directories of the system, in copies with another
//! ending, in scripts, behind unusual quotes.

use serde_json::json;

use super::{GITHUB, NPM, image, json_of, kinds, out, run, text};
use crate::support::build::{Entry, Image, file};

const VALUE: &str = "k9V2mQx7LwTz4RbN8pYc";

fn places(entries: Vec<Entry>) -> Vec<String> {
    kinds(&image([("COPY . .", entries)])).into_iter().map(|(_, place)| place).collect()
}

fn in_history(instruction: &str) -> usize {
    kinds(&image([(instruction, vec![file("app", 5)])])).len()
}

#[test]
fn directories_of_the_system_and_of_packages_are_searched_by_name() {
    for directory in [
        "dev",
        "sys",
        "boot",
        "proc",
        "var/cache/app",
        "usr/include/app",
        "usr/share/doc/app",
        "lib/modules/app",
        "var/lib/dpkg/info",
        "usr/local/go/src/app",
        "usr/local/lib/python3.11/app",
        "opt/java/app",
    ] {
        let path = format!("{directory}/.npmrc");
        let npmrc = text(&path, &format!("//registry.npmjs.org/:_authToken={NPM}\n"));
        assert_eq!(places(vec![npmrc]), [format!("/{path}, line 1")]);
    }
    assert_eq!(places(vec![text("proc/x", GITHUB)]).len(), 1);
    for path in ["app/node_modules/a/test/.env", "usr/local/go/src/crypto/tls/testdata/.env"] {
        let dotenv = text(path, &format!("DB_PASSWORD={VALUE}\n"));
        assert!(places(vec![dotenv]).is_empty(), "{path}");
    }
}

#[test]
fn a_copy_and_another_spelling_of_a_name_are_searched_like_the_file() {
    let npmrc = format!("//acme.dev/:_authToken={VALUE}\n");
    for path in ["root/.npmrc.bak", "root/.npmrc~", "root/.NPMRC", "app/npmrc", "app/.npmrc.old"] {
        assert_eq!(places(vec![text(path, &npmrc)]).len(), 1, "{path}");
    }
    let dotenv = format!("A_TOKEN={VALUE}\n");
    for path in ["app/.ENV", "root/.ssh/.env", "etc/ssl/private/.env", "root/.ssh/environment"] {
        assert_eq!(places(vec![text(path, &dotenv)]).len(), 1, "{path}");
    }
    let git = format!("[remote \"origin\"]\n\turl = https://u:{VALUE}@github.com/a\n");
    assert_eq!(places(vec![text("app/.git/modules/lib/config", &git)]).len(), 1);
    assert!(places(vec![text("app/notes.bak", &npmrc)]).is_empty());
}

#[test]
fn passwords_in_scripts_and_settings_of_yours_are_found() {
    for (path, contents) in [
        ("app/entrypoint.sh", "#!/bin/sh\nexport DATABASE_URL=postgres://u:VALUE@db/x\n"),
        ("usr/local/bin/start", "#!/usr/bin/env bash\ncurl -u bob:VALUE https://acme.dev\n"),
        ("app/entrypoint.sh", "#!/bin/sh\ncurl -s \\\n  -u bob:VALUE \\\n  https://acme.dev\n"),
        ("docker-entrypoint-initdb.d/a.sh", "mysql -uroot -pVALUE\n"),
        ("docker-entrypoint-initdb.d/a.sql", "CREATE USER a IDENTIFIED BY 'VALUE';\n"),
        ("root/.condarc", "channels:\n  - https://u:VALUE@conda.acme.dev/x\n"),
        ("app/Makefile", "deploy:\n\tcurl -u bob:VALUE https://acme.dev\n"),
        ("app/package.json", "{\"scripts\": {\"get\": \"curl -u bob:VALUE https://a.dev\"}}\n"),
        ("app/Dockerfile", "FROM x\nENV DB_PASSWORD=VALUE\n"),
        ("app/Dockerfile", "FROM x\nENV DB_PASSWORD VALUE\n"),
        ("app/values.yaml", "auth:\n  password: VALUE\n"),
        ("app/config.js", "module.exports = { db: { password: \"VALUE\" } };\n"),
        ("etc/redis/redis.conf", "port 6379\nrequirepass VALUE\n"),
        ("etc/supervisor/conf.d/a.conf", "environment=A=\"b\",DB_PASSWORD=\"VALUE\"\n"),
    ] {
        let entries = vec![text(path, &contents.replace("VALUE", VALUE))];
        assert_eq!(places(entries).len(), 1, "{path}: {contents}");
        for other in ["$TOKEN", "secret", "changeme-now"] {
            let entries = vec![text(path, &contents.replace("VALUE", other))];
            assert!(places(entries).is_empty(), "{path}: {contents}, {other}");
        }
    }
}

#[test]
fn a_private_key_in_der_is_one_and_a_certificate_is_none() {
    let pkcs8 =
        [&b"\x30\x82\x04\xbd\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48"[..], &[7; 200]].concat();
    let pkcs1 = [&b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00"[..], &[9; 200]].concat();
    let certificate = [&b"\x30\x82\x03\x0d\x30\x82\x01\xf5\xa0\x03"[..], &[7; 200]].concat();
    let public = [&b"\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48"[..], &[7; 200]].concat();
    let keystore = [&b"\x30\x82\x0a\x5e\x02\x01\x03\x30\x82"[..], &[7; 200]].concat();
    let binary = |path: &str, bytes: &[u8]| places(vec![file(path, 0).holding(bytes)]).len();
    for path in ["etc/ssl/private/server.key", "app/a.der"] {
        assert_eq!(binary(path, &pkcs8), 1, "{path}");
        assert_eq!(binary(path, &pkcs1), 1, "{path}");
        assert_eq!(binary(path, &certificate), 0, "{path}");
        assert_eq!(binary(path, &public), 0, "{path}");
    }
    assert_eq!(binary("app/keystore", &keystore), 1);
}

#[test]
fn a_command_hides_no_secret_behind_its_spelling() {
    for instruction in [
        "RUN /bin/sh -c curl -sSLu bob:VALUE https://acme.dev # buildkit",
        "RUN /bin/sh -c curl -su \"bob:VALUE\" https://acme.dev # buildkit",
        "RUN [\"curl\",\"-fsSLu\",\"bob:VALUE\",\"https://acme.dev\"]",
        "RUN /bin/sh -c curl -H \"X-JFrog-Art-Api: VALUE\" -O https://acme.dev # buildkit",
        "RUN /bin/sh -c wget -qO- --header=X-JFrog-Art-Api:VALUE https://acme.dev # buildkit",
        "RUN /bin/sh -c bash -c \"export DB_PASSWORD=\\\"VALUE\\\"; make\" # buildkit",
        "RUN /bin/sh -c export DB_PASSWORD=$'VALUE' && make # buildkit",
        "RUN /bin/sh -c DB_PASSWORD=\\\nVALUE make # buildkit",
        "RUN /bin/sh -c deploy --password \\\n  VALUE # buildkit",
        "RUN /bin/sh -c printf '//a.dev/:_authToken=%s\\n' VALUE > /root/.npmrc # buildkit",
        "RUN /bin/sh -c mvn sonar:sonar -Dsonar.login=VALUE # buildkit",
        "RUN /bin/csh -c setenv DB_PASSWORD VALUE && make # buildkit",
        "RUN /bin/sh -c git config --global user.password VALUE # buildkit",
        "RUN powershell ConvertTo-SecureString \"VALUE\" -AsPlainText -Force # buildkit",
        "RUN /bin/sh -c redis-server --requirepass VALUE # buildkit",
    ] {
        assert_eq!(in_history(&instruction.replace("VALUE", VALUE)), 1, "{instruction}");
        assert_eq!(in_history(&instruction.replace("VALUE", "$VALUE")), 0, "{instruction}");
    }
    assert_eq!(in_history("ENV DB_PASSWORD=h7Kq2"), 1);
    assert_eq!(in_history("ENV DB_PASSWORD=84719365"), 1);
    for none in [
        "ENV DB_PASSWORD=hello PASSWORD_LENGTH=84719 A_TOKEN=84719365 B_PASSWORD=12345",
        "ENV A_PASSWORD=$PW12 B_PASSWORD=true1 C_PASSWORD=11111 D_PASSWORD=1",
        "RUN /bin/sh -c curl -fsSLo app.tar.gz:part1 https://acme.dev/a1 # buildkit",
        "RUN /bin/sh -c curl -H \"X-Api-Version: 2021-01-01a\" https://acme.dev # buildkit",
    ] {
        let found = kinds(&image([(none, vec![file("app", 5)])]));
        assert!(
            found.is_empty() || none.contains("true1") && found.len() == 1,
            "{none}: {found:?}"
        );
    }
}

#[test]
fn what_json_escapes_of_a_value_is_masked_too() {
    let directory = tempfile::tempdir().unwrap();
    let commands = [
        "CMD [\"app\" \"Tr0ub\\u00264dor\\u003c3\\u003ez\"]",
        "ENTRYPOINT [\"sh\",\"-c\",\"run Tr0ub\\u00264dor\\u003c3\\u003ez \\u0026\\u0026 x\"]",
    ];
    let properties = vec![text("app/application.properties", "db.password=Tr0ub&4dor<3>z\n")];
    let mut steps: Vec<_> = commands.iter().map(|step| (*step, vec![file("x", 1)])).collect();
    steps.push(("COPY . .", properties));
    let image = image(steps);
    for arguments in [
        &["report", "shop.tar"][..],
        &["report", "shop.tar", "--format", "json"],
        &["report", "shop.tar", "--format", "html"],
        &["dockerfile", "shop.tar"],
    ] {
        let said = out(&run(&image, directory.path(), arguments));
        assert!(said.len() > 100, "{arguments:?}: {said}");
        for part in ["4dor", "3\\u003ez", "Tr0ub"] {
            assert!(!said.contains(part), "{arguments:?} shows {part}");
        }
    }
}

#[test]
fn what_builders_note_beside_the_history_is_searched() {
    let noted = |key: &str, value: serde_json::Value| {
        let mut image = image([("COPY . .", vec![file("app", 5)])]);
        image.config[key] = value;
        kinds(&image).into_iter().map(|(_, place)| place).collect::<Vec<_>>()
    };
    // {"attrs":{"build-arg:DB_PASSWORD":"k9V2mQx7LwTz4RbN8pYc"}}
    let request =
        "eyJhdHRycyI6eyJidWlsZC1hcmc6REJfUEFTU1dPUkQiOiJrOVYybVF4N0x3VHo0UmJOOHBZYyJ9fQ==";
    for (key, value, place) in [
        ("comment", json!(format!("cloned with {GITHUB}")), "comment in the config"),
        ("container_config", json!({ "Cmd": ["make", GITHUB] }), "command of the build"),
        ("container_config", json!({ "Labels": { "x": GITHUB } }), "container_config"),
        ("moby.buildkit.buildinfo.v1", json!(request), "BuildKit"),
        ("history", json!([{ "created_by": "COPY", "author": GITHUB }]), "author in the history"),
    ] {
        let places = noted(key, value);
        assert!(places.len() == 1 && places[0].contains(place), "{key}: {places:?}");
    }
}

#[test]
fn an_alphabet_is_a_placeholder() {
    let readme = "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx\n";
    assert!(places(vec![text("app/README.md", readme)]).is_empty());
    let real = concat!("xoxb-", "183746592837-928374659182-Kx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6\n");
    assert_eq!(places(vec![text("app/README.md", real)]).len(), 1);
}

#[test]
fn an_image_of_a_user_with_all_of_these_does_not_pass() {
    let directory = tempfile::tempdir().unwrap();
    let image: Image = image([("COPY . .", vec![text("dev/.npmrc", &format!("_auth={VALUE}\n"))])]);
    let check = run(&image, directory.path(), &["check", "shop.tar", "--max-secrets", "0"]);
    assert_eq!(check.status.code(), Some(1), "{}", out(&check));
    let report =
        json_of(&run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]));
    assert_eq!(report["secrets"]["found"].as_array().unwrap().len(), 1);
}
