//! The faces of a secret: the reports and the check. None of them shows a value.

use std::process::Command;

use super::{assert_masked, json_of, out, run, shop};
use crate::support::build::{Layout, tar};

#[test]
fn the_text_report_says_first_what_where_who_and_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(&shop(), directory.path(), &["report", "shop.tar"]);
    let report = out(&output);
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in [
        "5 secrets, 1 of them deleted too late: anyone who can pull the image can read them",
        "npm token in /root/.npmrc, line 1",
        "value npm_… (masked)",
        "added in layer 1: COPY .npmrc /root/.npmrc",
        "removed in layer 3: RUN rm /root/.npmrc",
        "Layer 3 deletes it, but layer 1 still contains it. Anyone who can pull the image can read it.",
        "see layerscope cat shop.tar /root/.npmrc --layer 1",
        "see layerscope shop.tar ",
        "steps: layerscope ladder shop.tar",
        "revoke it and create a new one: https://docs.npmjs.com/revoking-access-tokens",
        "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc …",
        "# in .dockerignore: **/.npmrc",
        "value of DB_PASSWORD in the environment (ENV)",
        "GitHub token in org.acme.build in a label",
        "value of NPM_TOKEN in a build argument that the history keeps (entry 2)",
        "RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN …",
    ] {
        assert!(words.contains(sentence), "{sentence:?} is not in\n{report}");
    }
    assert!(report.find("5 secrets") < report.find("  size "), "it comes first:\n{report}");
    assert_masked(&report, "the report");
}

#[test]
fn the_learner_can_read_it_out_of_the_layer_below() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["cat", "shop.tar", "/root/.npmrc", "--layer", "1"];
    let shown = out(&run(&shop(), directory.path(), &arguments));
    assert!(shown.contains(super::NPM), "only `cat` and the viewer show it: {shown}");
}

#[test]
fn the_json_has_a_field_that_fits_its_schema() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(&shop(), directory.path(), &["report", "shop.tar", "--format", "json"]);
    assert_masked(&out(&output), "the JSON report");
    let report = json_of(&output);
    let found = report["secrets"]["found"].as_array().unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(found[0]["kind"], "npm-token");
    assert_eq!(found[0]["path"], "/root/.npmrc");
    assert_eq!((&found[0]["layer"], &found[0]["removed_in"]), (&1.into(), &3.into()));
    assert_eq!(found[0]["masked"], "npm_…");
    assert_eq!(found[3]["place"], "command");
    assert_eq!(found[4]["history_entry"], 2);
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/report.schema.json");
    let schema = compiler.compile(schema, &mut schemas).unwrap();
    schemas.validate(&report, schema).unwrap();
}

#[test]
fn a_command_names_the_image_as_the_user_did_also_in_a_report_that_is_read_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("my app's.tar");
    std::fs::write(&path, tar(shop().docker())).unwrap();
    let see = r"layerscope cat 'my app'\''s.tar' /root/.npmrc --layer 1";
    let report = out(&run(&shop(), directory.path(), &["report", "my app's.tar"]));
    assert!(report.contains(see), "{report}");
    let shown = Command::new("sh")
        .args(["-c", &see.replace("layerscope", env!("CARGO_BIN_EXE_layerscope"))])
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert!(out(&shown).contains(super::NPM), "the line can be pasted: {shown:?}");
    let json = run(&shop(), directory.path(), &["report", "my app's.tar", "--format", "json"]);
    std::fs::write(directory.path().join("old.json"), &json.stdout).unwrap();
    let again = out(&run(&shop(), directory.path(), &["report", "old.json"]));
    assert!(again.contains(see), "{again}");
}

#[test]
fn a_command_selects_the_image_among_others() {
    let directory = tempfile::tempdir().unwrap();
    let mut other = shop();
    other.tags = serde_json::json!(["shop:1.5"]);
    other.config["created"] = "2026-01-01T00:00:00Z".into();
    let mut layout = Layout::default();
    let manifests = [shop(), other].map(|image| layout.image(&image));
    let both = tar(layout.members(manifests));
    std::fs::write(directory.path().join("both.tar"), both).unwrap();
    let report = ["report", "both.tar", "--image", "shop:1.5"];
    let report = out(&run(&shop(), directory.path(), &report));
    assert!(
        report.contains("layerscope cat both.tar --image shop:1.5 /root/.npmrc --layer 1"),
        "{report}"
    );
}

#[test]
fn a_report_that_did_not_search_says_so_in_a_line() {
    let directory = tempfile::tempdir().unwrap();
    for option in ["--no-secrets", "--quick"] {
        for format in ["text", "html", "markdown"] {
            let report = ["report", "shop.tar", "--format", format, option];
            let said = out(&run(&shop(), directory.path(), &report)).replace("&#58;", ":");
            assert!(said.contains("Not searched for secrets: "), "{format} {option}: {said}");
        }
    }
    let report = out(&run(&shop(), directory.path(), &["report", "shop.tar"]));
    assert!(!report.contains("Not searched"), "{report}");
}

#[test]
fn who_wants_no_search_gets_none() {
    let directory = tempfile::tempdir().unwrap();
    for option in ["--no-secrets", "--quick"] {
        let report = ["report", "shop.tar", "--format", "json", option];
        let output = run(&shop(), directory.path(), &report);
        assert_eq!(json_of(&output).get("secrets"), None, "{option}");
        assert_masked(&out(&output), "even so, the JSON report");
    }
    std::fs::write(directory.path().join("c.toml"), "secrets = false\n").unwrap();
    let report = ["report", "shop.tar", "--config", "c.toml", "--format", "json"];
    assert_eq!(json_of(&run(&shop(), directory.path(), &report)).get("secrets"), None);
}

#[test]
fn a_check_fails_for_a_secret_and_says_which() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(&shop(), directory.path(), &["check", "shop.tar", "--max-secrets", "0"]);
    assert_eq!(output.status.code(), Some(1));
    let said = out(&output);
    assert!(
        said.contains(
            "FAIL  secrets 5 (limit 0): 5 over; layer 1 still has what layer 3 deleted, npm token in /root/.npmrc, line 1, and 4 more (`layerscope report` lists them); \
             revoke it, and keep it out of the build context"
        ),
        "{said}"
    );
    let kept = run(&shop(), directory.path(), &["check", "shop.tar", "--max-secrets", "5"]);
    assert_eq!(kept.status.code(), Some(0), "{}", out(&kept));
    let unsearched = ["check", "shop.tar", "--max-secrets", "0", "--no-secrets"];
    let unsearched = run(&shop(), directory.path(), &unsearched);
    assert_eq!(unsearched.status.code(), Some(2), "what was not searched does not pass");
    let said = String::from_utf8_lossy(&unsearched.stderr).into_owned();
    assert!(said.contains("the limit on secrets needs the search for them"), "{said}");
}

#[test]
fn the_limit_stands_in_a_file_and_init_writes_it() {
    let directory = tempfile::tempdir().unwrap();
    let init = run(&shop(), directory.path(), &["check", "shop.tar", "--init"]);
    assert_eq!(init.status.code(), Some(0), "{}", String::from_utf8_lossy(&init.stderr));
    let file = directory.path().join(".layerscope.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\nsecrets = 5\n"), "{text}");
    std::fs::write(&file, text.replace("secrets = 5", "secrets = 4")).unwrap();
    assert_eq!(run(&shop(), directory.path(), &["check", "shop.tar"]).status.code(), Some(1));
    let except = "[limits]\nsecrets = 4\n[[exception]]\npath = \"/root/.npmrc\"\nreason = \"revoked\"\nuntil = 2099-01-01\n";
    std::fs::write(&file, except).unwrap();
    assert_eq!(
        run(&shop(), directory.path(), &["check", "shop.tar"]).status.code(),
        Some(1),
        "a path hides no secret"
    );
    std::fs::write(&file, except.replace("path = \"/root/.npmrc\"", "rule = \"npm-token\""))
        .unwrap();
    assert_eq!(run(&shop(), directory.path(), &["check", "shop.tar"]).status.code(), Some(0));
}

#[test]
fn no_output_of_any_command_shows_a_value() {
    let directory = tempfile::tempdir().unwrap();
    let check = |format| ["check", "shop.tar", "--max-secrets", "0", "--format", format];
    for format in ["text", "json", "markdown", "sarif", "junit", "github", "gitlab", "openmetrics"]
    {
        let output = run(&shop(), directory.path(), &check(format));
        assert_masked(&out(&output), format);
        let names_it =
            format == "openmetrics" || out(&output).contains("npm token in /root/.npmrc");
        assert!(names_it, "{format}: {}", out(&output));
        let is_security = match format {
            "sarif" => out(&output).contains(r#""security-severity": "8.0""#),
            "gitlab" => {
                let issues = json_of(&output);
                let of_limit = |issue: &&serde_json::Value| issue["check_name"] == "limit/secrets";
                let limit = issues.as_array().unwrap().iter().find(of_limit).unwrap();
                limit["categories"] == serde_json::json!(["Security"])
            }
            "openmetrics" => {
                out(&output).contains("\nlayerscope_image_secrets{image=\"shop:1.4\"")
                    && out(&output).contains("} 5\n")
            }
            "text" => out(&output).contains("and 4 more (`layerscope report` lists them)"),
            _ => true,
        };
        assert!(is_security, "{format}: {}", out(&output));
    }
    for arguments in [
        &["shop.tar"][..],
        &["report", "shop.tar", "--top", "0"],
        &["report", "shop.tar", "--format", "json", "--tree"],
        &["ladder", "shop.tar"],
        &["ladder", "shop.tar", "--format", "json"],
        &["compare", "shop.tar", "shop.tar"],
        &["compare", "shop.tar", "shop.tar", "--format", "json"],
        &["compare", "shop.tar", "shop.tar", "--format", "markdown"],
        &["fix", "shop.tar"],
        &["images", "shop.tar"],
    ] {
        let output = run(&shop(), directory.path(), arguments);
        let said = format!("{}{}", out(&output), String::from_utf8_lossy(&output.stderr));
        assert!(said.len() > 20, "{arguments:?} says something");
        assert_masked(&said, &arguments.join(" "));
    }
}
