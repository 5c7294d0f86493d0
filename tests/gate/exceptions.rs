//! Exceptions: what may stay, why, and until when.

use super::{Answer, Place};
use crate::secrets;

fn with(exception: &str) -> Answer {
    let place = Place::new();
    place.write(
        ".layerscope.toml",
        format!("[limits]\nwasted = \"20kB\"\navoidable = \"20kB\"\n[[exception]]\n{exception}\n"),
    );
    place.check(&[])
}

#[test]
fn an_exception_by_path_or_rule_holds_until_its_day_is_over() {
    for what in [
        "path = \"/opt/tool\"",
        "path = \"/opt\"",
        "path = \"/o*/to?l\"",
        "rule = \"deleted-later\"",
    ] {
        let answer = with(&format!("{what}\nreason = \"moves out with 2.0\"\nuntil = 2999-12-31"));
        assert_eq!(answer.code, Some(0), "{what}: {answer:#?}");
        let note = answer.line("note");
        assert!(note.starts_with("note  195 KiB of "), "{note}");
        assert!(note.ends_with(" is not counted as wasted or avoidable, nor in findings and budgets, until 2999-12-31: moves out with 2.0"), "{note}");
    }
    let answer = with("path = \"/opt/tool\"\nreason = \"moves out with 2.0\"\nuntil = 2020-02-29");
    assert_eq!(answer.code, Some(1));
    assert_eq!(
        answer.line("note"),
        "note  the exception for /opt/tool ended on 2020-02-29: moves out with 2.0"
    );
}

/// Checks an image that copies a password and a key to /srv, and has a token in its environment.
fn with_secrets(exceptions: &str) -> Answer {
    let mut image = secrets::image([(
        "COPY . /srv # buildkit",
        vec![
            secrets::text("srv/.env", &format!("DB_PASSWORD={}\n", secrets::PASSWORD)),
            secrets::text("srv/key.pem", &secrets::key()),
        ],
    )]);
    image.config["config"]["Env"] = serde_json::json!([format!("NPM_TOKEN={}", secrets::NPM)]);
    let place = Place::with(&image);
    place.write(".layerscope.toml", format!("[limits]\nsecrets = 0\n{exceptions}"));
    place.check(&[])
}

const END: &str = "reason = \"known\"\nuntil = 2999-12-31\n";

#[test]
fn an_exception_for_a_path_does_not_hide_the_secrets_in_it() {
    let answer = with_secrets("");
    answer.line("FAIL  secrets 3 (limit 0)");
    let answer = with_secrets(&format!("[[exception]]\npath = \"/srv\"\n{END}"));
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    answer.line("FAIL  secrets 3 (limit 0)");
    assert!(
        answer.line("note").ends_with(
            "known; the 2 secrets in it still count: an exception for a secret names its rule (dotenv and private-key)"
        ),
        "{answer:#?}"
    );
    let answer = with_secrets(&format!("[[exception]]\npath = \"/srv/key.pem\"\n{END}"));
    assert!(answer.line("note").contains("; the secret in it still counts: "), "{answer:#?}");
}

#[test]
fn an_exception_for_secrets_names_their_rule_and_may_name_a_path() {
    let rule = |rule: &str, path: &str| format!("[[exception]]\nrule = \"{rule}\"\n{path}{END}");
    let answer = with_secrets(&rule("private-key", ""));
    answer.line("FAIL  secrets 2 (limit 0)");
    let note = answer.line("note");
    assert!(
        note.contains(
            " and 1 secret of the rule private-key are not counted as wasted or avoidable, nor in \
             findings, budgets and the limit on secrets, until "
        ),
        "{note}"
    );
    let elsewhere = with_secrets(&rule("private-key", "path = \"/etc\"\n"));
    elsewhere.line("FAIL  secrets 3 (limit 0)");
    assert!(
        elsewhere
            .line("note")
            .starts_with("note  the exception for the rule private-key in /etc applies to nothing"),
        "{elsewhere:#?}"
    );
    let there = with_secrets(&rule("private-key", "path = \"/srv/*.pem\"\n"));
    there.line("FAIL  secrets 2 (limit 0)");
    // A finding's rule covers the bytes of its files, and not the secrets in them.
    let of_files = with_secrets(&rule("deleted-later", ""));
    of_files.line("FAIL  secrets 3 (limit 0)");
    let all = ["private-key", "npm-token", "dotenv"].map(|it| rule(it, "")).concat();
    let answer = with_secrets(&all);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(
        answer.out.contains("note  1 secret of the rule npm-token is not counted"),
        "{answer:#?}"
    );
}

#[test]
fn an_exception_that_excepts_nothing_is_said_and_an_unknown_rule_is_an_error() {
    let answer = with("path = \"/elsewhere\"\nreason = \"r\"\nuntil = \"2999-12-31\"");
    assert_eq!(answer.code, Some(1));
    assert_eq!(
        answer.line("note"),
        "note  the exception for /elsewhere applies to nothing in this image"
    );
    let answer = with("rule = \"private-kee\"\nreason = \"r\"\nuntil = 2999-12-31");
    assert!(answer.said.contains("did you mean private-key?"), "{}", answer.said);
    let answer = with("rule = \"deleted-latr\"\nreason = \"r\"\nuntil = 2999-12-31");
    assert_eq!(answer.code, Some(2));
    assert!(answer.said.contains("deleted-latr: no such rule; did you mean "), "{}", answer.said);
}
