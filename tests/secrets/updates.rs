//! An update that brings secrets, and what keeps them out of the next image.

use std::path::Path;

use serde_json::{Value, json};

use super::{assert_masked, json_of, out, run, shop, text};
use crate::support::build::{Image, tar};

/// The shop before somebody copied its credentials: only the label has a token.
fn before() -> Image {
    let mut image = super::image([("COPY app /app", vec![text("app/a", "hello")])]);
    image.tags = json!(["shop:1.3"]);
    image.config["config"] = json!({ "Labels": shop().config["config"]["Labels"] });
    image
}

/// Writes the older image beside the newer one.
fn beside(directory: &Path) {
    std::fs::write(directory.join("old.tar"), tar(before().docker())).unwrap();
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn validate(document: &Value, schema: &str) {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = format!("{}/assets/{schema}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema = compiler.compile(&schema, &mut schemas).unwrap();
    schemas.validate(document, schema).unwrap_or_else(|error| panic!("{error}\n{document}"));
}

const BRINGS: &str = "Brings 4 secrets that the first does not have. 1 secret is in both.";
const BRINGS_TO_CHECK: &str = "Brings 4 secrets that the baseline does not have: npm token in /root/.npmrc, line 1, and 3 more. 1 secret is in both.";

#[test]
fn a_comparison_says_first_that_an_update_brings_secrets() {
    let directory = tempfile::tempdir().unwrap();
    beside(directory.path());
    let compare = |arguments: &[&str]| {
        let all = [&["compare"][..], arguments].concat();
        let output = run(&shop(), directory.path(), &all);
        assert_masked(&out(&output), &all.join(" "));
        out(&output)
    };
    for format in ["text", "html", "markdown"] {
        let said = compare(&["old.tar", "shop.tar", "--format", format]);
        let said = words(&said).replace("&#58;", ":");
        assert!(said.contains(BRINGS), "{format}: {said}");
        let listed = ["npm token in /root/.npmrc, line 1"];
        for secret in listed {
            assert!(said.contains(secret), "{format}: {secret} is not in {said}");
        }
    }
    let same = words(&compare(&["shop.tar", "shop.tar"]));
    assert!(same.contains("5 secrets are in both.") && !same.contains("Brings"), "{same}");
    let back = words(&compare(&["shop.tar", "old.tar"]));
    assert!(back.contains("1 secret is in both. 4 secrets are no longer there."), "{back}");
    for option in ["--quick", "--no-secrets"] {
        assert!(!compare(&["old.tar", "shop.tar", option]).contains("secret"), "{option}");
    }
    let quiet = ["old.tar", "shop.tar", "--format", "markdown", "--quiet-below", "1GB"];
    assert!(compare(&quiet).contains("Brings 4 secrets"), "a small update may bring a secret");
}

#[test]
fn the_json_of_a_comparison_lists_them_also_of_a_report() {
    let directory = tempfile::tempdir().unwrap();
    beside(directory.path());
    let report = run(&shop(), directory.path(), &["report", "old.tar", "--format", "json"]);
    std::fs::write(directory.path().join("old.json"), &report.stdout).unwrap();
    let compare = |arguments: &[&str]| {
        let all = [&["compare", "--format", "json"][..], arguments].concat();
        let document = json_of(&run(&shop(), directory.path(), &all));
        validate(&document, "compare");
        document
    };
    for old in ["old.tar", "old.json"] {
        let secrets = &compare(&[old, "shop.tar"])["secrets"];
        let added = secrets["added"].as_array().unwrap();
        assert_eq!((added.len(), &secrets["same"]), (4, &1.into()), "{old}: {secrets}");
        assert_eq!(secrets["removed"], json!([]), "{old}");
        assert_eq!((&added[0]["masked"], &added[0]["layer"]), (&"npm_…".into(), &1.into()));
    }
    assert_eq!(compare(&["old.tar", "shop.tar", "--quick"])["secrets"], Value::Null);
    let without =
        run(&shop(), directory.path(), &["report", "old.tar", "--format", "json", "--no-secrets"]);
    std::fs::write(directory.path().join("old.json"), &without.stdout).unwrap();
    let unknown = &compare(&["old.json", "shop.tar"])["secrets"];
    assert_eq!(*unknown, Value::Null, "what one of both did not search for is not known");
}

#[test]
fn a_check_says_which_secrets_came_since_the_baseline() {
    let directory = tempfile::tempdir().unwrap();
    beside(directory.path());
    let check = |format: &str| {
        let arguments =
            ["check", "shop.tar", "--max-size", "1GB", "--baseline", "old.tar", "--format", format];
        run(&shop(), directory.path(), &arguments)
    };
    let brings = BRINGS_TO_CHECK;
    for format in ["text", "markdown"] {
        let said = words(&out(&check(format))).replace("&#58;", ":");
        assert!(said.contains(brings), "{format}: {said}");
    }
    let document = json_of(&check("json"));
    validate(&document, "check");
    let since = &document["images"][0]["secrets_since_baseline"];
    assert_eq!((since["added"].as_array().unwrap().len(), &since["same"]), (4, &1.into()));
    let quiet = [
        "check",
        "shop.tar",
        "--max-size",
        "1GB",
        "--baseline",
        "old.tar",
        "--format",
        "markdown",
        "--quiet-below",
        "1GB",
    ];
    let quiet = run(&shop(), directory.path(), &quiet);
    assert!(out(&quiet).contains("Brings 4 secrets"), "{}", out(&quiet));
}

/// An image with a token in its environment and a password in a file: two tokens begin alike.
fn rotated(rest: &str) -> Image {
    let env = format!("DB_PASSWORD=c0rrect-h0rse-{rest}\n");
    let mut image = super::image([("COPY . /app", vec![text("app/.env", &env)])]);
    let config = json!({ "Env": [format!("GITLAB_TOKEN=glpat-x7Qm2Vt9Zr4Lp1W{rest}")] });
    image.config["config"] = config;
    image
}

#[test]
fn a_rotated_secret_is_new_and_a_report_is_compared_by_place_and_beginning() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("old.tar"), tar(rotated("Ab3d5").docker())).unwrap();
    let new = rotated("Zy9x7");
    let report = run(&new, directory.path(), &["report", "old.tar", "--format", "json"]);
    std::fs::write(directory.path().join("old.json"), &report.stdout).unwrap();
    let compare = |old: &str, format: &str| {
        out(&run(&new, directory.path(), &["compare", old, "shop.tar", "--format", format]))
    };
    let said = words(&compare("old.tar", "text"));
    assert!(said.contains("Brings 2 secrets that the first does not have"), "{said}");
    assert!(said.contains("2 secrets are no longer there."), "{said}");
    assert!(!said.contains("in both"), "{said}");
    let document = compare("old.tar", "json");
    assert!(!document.to_lowercase().contains("hash"), "{document}");
    let secrets = &serde_json::from_str::<Value>(&document).unwrap()["secrets"];
    let count = |list: &str| secrets[list].as_array().unwrap().len();
    assert_eq!((count("added"), count("removed"), &secrets["same"]), (2, 2, &0.into()));
    let by_place = "2 secrets have the same place and beginning in both; their values are not compared, because a report does not have them.";
    let with_files = ["report", "old.tar", "--format", "json", "--tree"];
    let with_files = run(&new, directory.path(), &with_files);
    std::fs::write(directory.path().join("tree.json"), &with_files.stdout).unwrap();
    let said = words(&compare("tree.json", "text"));
    assert!(said.contains(by_place), "{said}");
    assert!(
        !said.contains("No differences found. ") && said.contains("Contents are not compared: "),
        "{said}"
    );
    let document: Value = serde_json::from_str(&compare("tree.json", "json")).unwrap();
    assert_eq!(document["secrets"]["values_compared"], false);
    let said = words(&compare("old.json", "text"));
    assert!(said.contains(by_place) && !said.contains("Brings"), "{said}");
    let own = run(&new, directory.path(), &["report", "shop.tar", "--format", "json"]);
    std::fs::write(directory.path().join("own.json"), &own.stdout).unwrap();
    let said = words(&compare("own.json", "text"));
    assert!(said.contains("2 secrets are in both."), "the image's own report: {said}");
    let same = words(&compare("shop.tar", "text"));
    assert!(same.contains("2 secrets are in both."), "{same}");
}

#[test]
fn a_limit_on_secrets_says_that_its_baseline_was_not_searched() {
    let directory = tempfile::tempdir().unwrap();
    beside(directory.path());
    for (option, is_said) in [("--quick", true), ("--top=1", false)] {
        let report = ["report", "old.tar", "--format", "json", option];
        let report = run(&shop(), directory.path(), &report);
        std::fs::write(directory.path().join("old.json"), &report.stdout).unwrap();
        let check = ["check", "shop.tar", "--baseline", "old.json", "--max-secrets", "0"];
        let output = run(&shop(), directory.path(), &check);
        assert_eq!(output.status.code(), Some(1), "{option}");
        for format in ["text", "markdown"] {
            let said =
                out(&run(&shop(), directory.path(), &[&check[..], &["--format", format]].concat()));
            let expected = "The baseline was not searched for secrets";
            assert_eq!(said.contains(expected), is_said, "{option}: {said}");
        }
        let json = [&check[..], &["--format", "json"]].concat();
        let document = json_of(&run(&shop(), directory.path(), &json));
        validate(&document, "check");
        let image = &document["images"][0];
        assert_eq!(image["baseline_searched_for_secrets"], json!(!is_said), "{option}");
        assert_eq!(image["secrets"]["count"], 5);
    }
}

#[test]
fn fix_names_the_secrets_first_with_the_lines_that_keep_them_out() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(&shop(), directory.path(), &["fix", "shop.tar"]);
    let said = format!("{}{}", out(&output), String::from_utf8_lossy(&output.stderr));
    assert_masked(&said, "fix");
    let comment = said.lines().map(|line| line.trim_start_matches(['#', ' '])).collect::<Vec<_>>();
    let comment = comment.join(" ");
    for part in [
        "5 secrets: anyone who can pull the image can read them. Revoke them, and build without them",
        "npm token in /root/.npmrc, line 1 (layer 1; layer 3 deletes it too late): keep it out of the build context",
        "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc …",
        "in .dockerignore: **/.npmrc",
        "value of NPM_TOKEN in a build argument",
        "RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN …",
    ] {
        assert!(words(&comment).contains(part), "{part:?} is not in\n{said}");
    }
    assert!(said.starts_with("# - 5 secrets"), "they come first:\n{said}");
    let document =
        json_of(&run(&shop(), directory.path(), &["fix", "shop.tar", "--format", "json"]));
    validate(&document, "fix");
    let secrets = document["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 5);
    assert_eq!(secrets[0]["dockerignore"], "**/.npmrc");
    let unsearched = ["fix", "shop.tar", "--format", "json", "--no-secrets"];
    assert_eq!(json_of(&run(&shop(), directory.path(), &unsearched))["secrets"], Value::Null);
}

#[test]
fn a_value_that_is_still_in_the_history_is_not_gone() {
    let directory = tempfile::tempdir().unwrap();
    let value = "f4lc0n-42-Zr4Lp1";
    let command = format!("RUN |1 DB_PASSWORD={value} /bin/sh -c make # buildkit");
    let env = text("app/.env", &format!("DB_PASSWORD={value}\n"));
    let both = super::image([(&*command, vec![text("app/a", "a"), env])]);
    let history = super::image([(&*command, vec![text("app/a", "a")])]);
    let none = super::image([("RUN make", vec![text("app/a", "a")])]);
    for (name, image) in [("both.tar", &both), ("history.tar", &history), ("none.tar", &none)] {
        std::fs::write(directory.path().join(name), tar(image.docker())).unwrap();
    }
    let compare = |old: &str, new: &str, format: &str| {
        out(&run(&both, directory.path(), &["compare", old, new, "--format", format]))
    };
    for format in ["text", "markdown", "html"] {
        let said = words(&compare("both.tar", "history.tar", format));
        let expected = "1 secret is no longer at its place, but its value is still in the image.";
        assert!(said.contains(expected) && !said.contains("no longer there"), "{format}: {said}");
        let said = words(&compare("both.tar", "none.tar", format));
        assert!(said.contains("2 secrets are no longer there."), "{format}: {said}");
    }
    let document: Value =
        serde_json::from_str(&compare("both.tar", "history.tar", "json")).unwrap();
    validate(&document, "compare");
    let secrets = &document["secrets"];
    assert_eq!(secrets["removed"], json!([]));
    assert_eq!(secrets["moved"].as_array().unwrap().len(), 1);
}

#[test]
fn what_an_image_that_was_read_in_part_lacks_is_not_called_gone() {
    let directory = tempfile::tempdir().unwrap();
    let image = super::image([
        ("COPY a .", vec![text("app/a", "a")]),
        ("COPY b .", vec![text("app/.env", "DB_PASSWORD=f4lc0n-42-Zr4Lp1\n")]),
    ]);
    let mut part = image.docker();
    part.remove(2);
    std::fs::write(directory.path().join("part.tar"), tar(part)).unwrap();
    let compare = |old: &str, new: &str| {
        words(&out(&run(&image, directory.path(), &["compare", old, new, "--format", "text"])))
    };
    let said = compare("shop.tar", "part.tar");
    assert!(!said.contains("no longer there"), "{said}");
    let expected =
        "1 secret of the first was not found again, but the image was searched only in part.";
    assert!(said.contains(expected), "{said}");
    let said = compare("part.tar", "shop.tar");
    assert!(!said.contains("Brings"), "{said}");
    let expected = "1 secret was not found in the first, which was searched only in part: value of \
                    DB_PASSWORD in /app/.env, line 1.";
    assert!(said.contains(expected), "{said}");
}
