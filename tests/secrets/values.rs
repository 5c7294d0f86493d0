//! Values: a placeholder as a whole is no secret, and what only contains one is; a variable is judged
//! in the same way wherever it stands.

use serde_json::json;

use super::{image, kinds, text};

/// The places in which a variable is a secret: a `.env`, the environment, a build argument.
fn places(name: &str, value: &str) -> [bool; 3] {
    let found = |entry: &str, env: &str, step: &str| {
        let mut image = image([(step, vec![text("app/.env", entry)])]);
        image.config["config"] = json!({ "Env": [env] });
        !kinds(&image).is_empty()
    };
    [
        found(&format!("{name}={value}\n"), "A=b", "COPY . /app"),
        found("a", &format!("{name}={value}"), "COPY . /app"),
        found("a", "A=b", &format!("RUN |1 {name}={value} /bin/sh -c make # buildkit")),
    ]
}

#[test]
fn a_value_that_only_contains_a_placeholder_is_a_secret_in_every_place() {
    for value in [
        "Hst9abcDEF123456789",
        "K7vq123456789Lm",
        "k9Vexample7QwLm2xT",
        "Xk9changeme7Q",
        "dummy9Kq7vLm2xT",
        "fakeK9q7vLm2xTT",
        "kq7v-xxxx-lm29",
        "4f3c2b1a-9e8d-4c7b-a6f5-0123456789ab",
        "aB3kL9}xx7",
        "aB3kL9#xx7q2",
        "aB3$kL9!xx",
        "$2ecr3tP4ss",
        "!Passw0rd1",
        "/Abc9defGhi8jklMno7pqrStu6vwxYz5+abcDefg",
        "KxQq7<tok>9vLm2",
        "p@ss w0rd with sp4ces",
        "${FOO}bar9Kq7vLm2",
        "correct-horse-battery-9",
        "hunter2",
        "Example2024Prod!",
        "Changeme2023!",
        "SampleHarbour7",
    ] {
        assert_eq!(places("DB_PASSWORD", value), [true; 3], "{value}");
    }
}

#[test]
fn a_placeholder_is_no_secret_in_any_place() {
    for value in [
        "your-password-here",
        "your_password_1",
        "changeme",
        "changeme123",
        "ChangeMe!",
        "CHANGE_ME",
        "change-this-secret",
        "example-token",
        "password123456789",
        "xxxxxxxx",
        "xxxx-xxxx-xxxx",
        "XXXXXXXXXXXX",
        "<token>",
        "<your token>",
        "[your token]",
        "${DB_PASSWORD}",
        "$DB_PASSWORD",
        "$(cat /run/secrets/a1)",
        "{{ vault_password1 }}",
        "%(password1)s",
        "%PASSWORD1%",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "process.env.DB_PASSWORD1",
        "secrets.DB_PASSWORD1",
        "/run/secrets/db1",
        "~/.secrets/db1",
        "C:\\secrets\\db1",
        "dummy",
        "not-a-secret",
        "`cat /run/secrets/db1`",
        "var.db_password1",
        "replace-with-your-token",
        "insert_token_here",
        "redacted",
        "s3cr…",
        "example-api-key-123",
        "fake_aws_secret_key_1",
        "ENC[AES256_GCM,data:Tr7o1,type:str]",
    ] {
        assert_eq!(places("DB_PASSWORD", value), [false; 3], "{value}");
    }
}

#[test]
fn every_usual_name_of_a_password_is_known_as_a_whole_word() {
    for name in [
        "PW",
        "DB_PW",
        "DB_PWD",
        "APP_PASS",
        "A_KEY",
        "KEY",
        "AUTH",
        "NPM_AUTH",
        "dbPassword",
        "PASS",
        "TS_AUTHKEY",
        "ENCRYPTION_KEY",
        "CREDS",
    ] {
        assert_eq!(places(name, "Zz9Kx7Qm2Vt9Zr4Lp1"), [true; 3], "{name}");
    }
    for name in ["SPWORD", "KEYBOARD", "AUTHOR", "PASSENGER", "KEY_ID", "AUTH_URL"] {
        assert_eq!(places(name, "Zz9Kx7Qm2Vt9Zr4Lp1"), [false; 3], "{name}");
    }
}

#[test]
fn a_comment_behind_a_value_is_no_part_of_it() {
    let env = "DB_PASSWORD=open sesame 77 # of the test server\n";
    let hash = |env: &str| {
        let found = super::secrets(&image([("COPY . .", vec![text("app/.env", env)])]));
        assert_eq!(found.len(), 1, "{env}");
        found[0].0.hash
    };
    let expected = layerscope::secret::ValueHash::new(b"open sesame 77");
    assert_eq!(hash(env), expected);
    assert_eq!(hash("export DB_PASSWORD=open sesame 77 && make\n"), expected);
}
