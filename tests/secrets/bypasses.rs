//! Ways past a check that allows no secret: many secrets in one place, names with a suffix, paths that
//! look like those of packages, other names of a file.

use std::path::Path;

use serde_json::{Value, json};

use super::{GITHUB, NPM, PASSWORD, image, json_of, key, kinds, out, run, text};
use crate::support::build::{Entry, Image, file, hardlink, symlink};

fn found(entries: Vec<Entry>) -> Vec<(String, String)> {
    kinds(&image([("COPY . .", entries)]))
}

fn report(image: &Image, directory: &Path) -> Value {
    json_of(&run(image, directory, &["report", "shop.tar", "--format", "json"]))
}

fn passwords(count: usize) -> String {
    (0..count).map(|i| format!("V{i}_PASSWORD=Qw8-{i}-{PASSWORD}\n")).collect()
}

#[test]
fn every_secret_of_a_file_counts() {
    let directory = tempfile::tempdir().unwrap();
    let image = image([("COPY . /app", vec![text("app/.env", &passwords(24))])]);
    let report_of = report(&image, directory.path());
    assert_eq!(report_of["secrets"]["found"].as_array().unwrap().len(), 24);
    let said = out(&run(&image, directory.path(), &["report", "shop.tar"]));
    assert!(said.contains("24 secrets: anyone") && said.contains("and 16 more secrets"), "{said}");
    let check = run(&image, directory.path(), &["check", "shop.tar", "--max-secrets", "23"]);
    assert_eq!(check.status.code(), Some(1), "{}", out(&check));
}

#[test]
fn an_exception_for_a_rule_hides_no_other_secret_of_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let limits = "[limits]\nsecrets = 0\n[[exception]]\nrule = \"dotenv\"\nreason = \"known\"\nuntil = 2099-01-01\n";
    std::fs::write(directory.path().join("limits.toml"), limits).unwrap();
    let check = |contents: &str| {
        let image = image([("COPY . /app", vec![text("app/.env", contents)])]);
        run(&image, directory.path(), &["check", "shop.tar", "--limits", "limits.toml"])
    };
    let alone = check(&passwords(6));
    assert_eq!(alone.status.code(), Some(0), "{}", out(&alone));
    let with_token = check(&format!("{}GH={GITHUB}\n", passwords(6)));
    assert_eq!(with_token.status.code(), Some(1), "{}", out(&with_token));
    assert!(out(&with_token).contains("GitHub token"), "{}", out(&with_token));
}

#[test]
fn what_is_beyond_the_most_that_are_counted_was_not_searched() {
    let directory = tempfile::tempdir().unwrap();
    let many = image([("COPY . /app", vec![text("app/.env", &passwords(1_100))])]);
    let secrets = report(&many, directory.path())["secrets"].clone();
    assert_eq!(secrets["found"].as_array().unwrap().len(), 1_000);
    assert_eq!(secrets["unread_files"], 1);
    let check = run(&many, directory.path(), &["check", "shop.tar", "--max-secrets", "1000"]);
    assert_eq!(check.status.code(), Some(2), "{}", out(&check));
    let rest = "the rest of 1 file (more than 1,000 secrets)";
    let said = out(&check);
    assert!(said.contains(&format!("{rest} was not searched for secrets")), "{said}");
    let said = out(&run(&many, directory.path(), &["report", "shop.tar"]));
    assert!(said.contains(&format!("Not searched for secrets: {rest}")), "{said}");
    let variables = |count: usize| {
        let mut image = image([("RUN make --token Cw8-in-the-history", vec![file("app", 1)])]);
        let variables: Vec<_> = (0..count).map(|i| format!("V{i}_TOKEN=Vw8-{i}-x")).collect();
        image.config["config"] = json!({ "Env": variables });
        let check = run(&image, directory.path(), &["check", "shop.tar", "--max-secrets", "9999"]);
        let rest = "the rest of the config (more than 1,000 secrets) was not searched for secrets";
        assert_eq!(out(&check).contains(rest), count > 1_000, "{}", out(&check));
        report(&image, directory.path())["secrets"].clone()
    };
    let some = variables(220);
    assert_eq!(some["found"].as_array().unwrap().len(), 221, "and that of the history");
    assert_eq!(some["config_read"], true);
    let all = variables(1_100);
    assert_eq!(
        (all["found"].as_array().unwrap().len(), &all["config_read"]),
        (1_000, &json!(false))
    );
    assert_eq!((&some["config_cut"], &all["config_cut"]), (&json!(false), &json!(true)));
}

#[test]
fn a_suffix_of_a_name_hides_no_secret() {
    let directory = tempfile::tempdir().unwrap();
    let value = "Qw8x7Zr4Lp1Wk2";
    for name in [
        "DB_PASSWORD_PROD",
        "DB_PASSWORD1",
        "API_KEY_2",
        "APIKEY_PROD",
        "NPM_TOKEN_PROD",
        "TOKEN_PROD",
        "FOO_TOKEN_OLD",
        "OAUTH_SECRET_V2",
        "SECRET2",
        "PASSPHRASE2",
        "PGPASS",
        "DBPASS",
        "ROOTPW",
        "PASSCODE",
        "MASTERKEY",
        "CREDENTIAL",
        "CREDENTIALS",
        "API_KEYS",
        "TOKENS",
        "SECRETS",
        "adminPassword2",
    ] {
        let step = format!("RUN |1 {name}={value} /bin/sh -c make # buildkit");
        let mut image = image([(step.as_str(), vec![file("app", 1)])]);
        image.config["config"] = json!({ "Env": [format!("{name}={value}x")] });
        let said = out(&run(&image, directory.path(), &["report", "shop.tar"]));
        assert!(said.contains("2 secrets") && !said.contains(value), "{name}: {said}");
    }
    for options in [
        json!(["serve", "--token0", value]),
        json!(["serve", format!("--token2={value}")]),
        json!(["serve", "--db-password1", value]),
    ] {
        let mut image = image([("COPY . .", vec![file("app", 1)])]);
        image.config["config"] = json!({ "Cmd": options });
        let said = out(&run(&image, directory.path(), &["report", "shop.tar"]));
        assert!(said.contains("1 secret: anyone") && !said.contains(value), "{options}: {said}");
    }
}

#[test]
fn a_directory_of_yours_may_have_any_name() {
    let env = format!("DB_PASSWORD={PASSWORD}\n");
    let aws = "[default]\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYzzKx7Qm2Vt9Z\n";
    for (path, contents) in [
        ("home/test/.ssh/id_rsa", key().as_str()),
        ("home/demo/.aws/credentials", aws),
        ("demo/.env", &env),
        ("opt/demo/server.key", &key()),
        ("app/tests/id_rsa", &key()),
        ("var/www/example/.env", &env),
        ("usr/share/nginx/html/app.js", &format!("const token = '{GITHUB}';")),
        ("usr/lib/myapp/server.key", &key()),
        ("etc/ssl/certs/server.pem", &key()),
        ("app/server.crt", &key()),
        ("app/dist/main.js.map", &format!("{{\"token\": \"{NPM}\"}}")),
        ("app/style.css", &format!("/* {NPM} */")),
        ("app/README.md", &format!("use {NPM}")),
        ("app/logo.svg", &format!("<svg><!-- {NPM} --></svg>")),
    ] {
        assert_eq!(found(vec![text(path, contents)]).len(), 1, "{path}");
    }
}

#[test]
fn what_the_package_database_lists_is_of_a_package_and_what_lies_beside_it_is_not() {
    let list = text("var/lib/dpkg/info/acme.list", "/usr/lib/acme\n/usr/lib/acme/a.key\n");
    let files = vec![list, text("usr/lib/acme/a.key", &key()), text("usr/lib/acme/b.key", &key())];
    let places: Vec<_> = found(files).into_iter().map(|(_, place)| place).collect();
    assert_eq!(places, ["/usr/lib/acme/b.key, line 2"]);
}

#[test]
fn a_file_is_searched_by_all_its_names() {
    let env = format!("DB_PASSWORD={PASSWORD}\n");
    let hard = vec![text("app/data.bin", &env), hardlink("app/.env", "app/data.bin")];
    assert_eq!(found(hard)[0].0, "dotenv");
    let symbolic = vec![text("app/data.bin", &env), symlink("app/.env", "data.bin")];
    assert_eq!(found(symbolic)[0].0, "dotenv");
    let both = image([
        ("COPY data .", vec![symlink("app/.env", "/app/values")]),
        ("COPY env .", vec![text("app/values", &env)]),
    ]);
    assert_eq!(kinds(&both).len(), 1, "the link came first");
    let once = vec![text("app/a.env", &env), hardlink("app/.env", "app/a.env")];
    assert_eq!(found(once).len(), 1, "a file is counted once");
}

#[test]
fn a_value_is_masked_where_a_shell_escapes_it() {
    let directory = tempfile::tempdir().unwrap();
    for (value, escaped) in [
        ("Pq7\"xy\\zz9WmL4t$9", "\"Pq7\\\"xy\\\\zz9WmL4t\\$9\""),
        ("Ab1 cd'ef gh9Kz", "'Ab1 cd'\\''ef gh9Kz'"),
        ("Ab1(cd)ef;gh9Kz", "Ab1\\(cd\\)ef\\;gh9Kz"),
    ] {
        let step = format!("RUN /bin/sh -c tool {escaped} # buildkit");
        let mut image = image([(step.as_str(), vec![file("app", 1)])]);
        image.config["config"] = json!({ "Env": [format!("DB_PASSWORD={value}")] });
        let said = out(&run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]));
        assert!(said.contains("tool") && !said.contains("gh9Kz"), "{value}: {said}");
        assert!(!said.contains("zz9WmL4t"), "{value}: {said}");
    }
}

#[test]
fn more_programs_and_files_have_passwords() {
    for command in [
        "mysqladmin -u root password S3cretPw9",
        "ssh-keygen -t ed25519 -N S3cretPw9 -f /k",
        "subscription-manager register --activationkey S3cretPw9",
        "rclone config create s3 s3 provider AWS secret_access_key S3cretPw9",
        "net user ci S3cretPw9 /add",
        "setx DB_PASSWORD S3cretPw9",
    ] {
        let step = format!("RUN /bin/sh -c {command} # buildkit");
        assert_eq!(kinds(&image([(step.as_str(), vec![file("app", 1)])])).len(), 1, "{command}");
    }
    let address = "https://ci:f4lc0n-42@pypi.acme.dev/simple";
    for (path, contents) in [
        ("app/requirements.txt", format!("--index-url {address}\n")),
        ("etc/apt/sources.list.d/acme.list", format!("deb {address} stable main\n")),
        ("etc/apk/repositories", format!("{address}\n")),
        ("app/package-lock.json", format!("{{\"resolved\": \"{address}\"}}")),
        ("etc/apt/auth.conf", "machine acme.dev login ci password f4lc0n-42\n".into()),
        ("app/start.sh", "export DB_PASSWORD=f4lc0n-42\n".into()),
        ("etc/systemd/system/a.service", "Environment=A=b DB_PASSWORD=f4lc0n-42\n".into()),
        ("app/.flaskenv", "SECRET_KEY=f4lc0n-42\n".into()),
        ("app/.env~", "SECRET_KEY=f4lc0n-42\n".into()),
        ("app/.env-prod", "SECRET_KEY=f4lc0n-42\n".into()),
        ("app/.env.test", "SECRET_KEY=f4lc0n-42\n".into()),
        ("app/build.log", format!("token: \x1b[1;31m{NPM}\x1b[0m\n")),
    ] {
        assert_eq!(found(vec![text(path, &contents)]).len(), 1, "{path}");
    }
    for (path, contents) in [
        ("usr/local/bin/start.sh", "export DB_PASSWORD=\"${DB_PASSWORD:-}\"\nTOKEN=$(cat /t1)\n"),
        (
            "app/requirements.txt",
            "--index-url https://pypi.acme.dev/simple\ngit+ssh://git@a.dev/b\n",
        ),
        ("etc/systemd/system/a.service", "Environment=TOKEN_FILE=/etc/token1\n"),
        ("app/a.json", "{\"PublicKeyToken\":\"b77a5c561934e089\"}"),
        ("app/config.json", "{\"PublicKeyToken\":\"b77a5c561934e089\"}"),
    ] {
        assert_eq!(found(vec![text(path, contents)]), [], "{path}");
    }
}
