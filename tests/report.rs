//! The reports, from the command line as a person or a script would use them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::program::{layerscope, text};

/// The demo as a file, written once for each test.
fn demo(directory: &Path) -> PathBuf {
    let file = directory.join("demo.tar");
    let output = layerscope(&["demo", "--write", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    file
}

#[test]
fn without_a_terminal_and_an_image_the_text_report_of_the_demo_is_written() {
    let output = layerscope(&[]);
    assert!(output.status.success());
    let report = text(&output.stdout);
    for answer in [
        "layerscope/demo:latest · linux/amd64",
        "wasted 200 MiB",
        "efficiency 4.7 %",
        "RUN apk del go git mercurial",
        "Layer 3 deletes these files, but layers 1 and 2 still contain them",
        "144 MiB Go toolchain: /usr/lib/go",
        "combine the RUN instructions of layers 1 to 3, or use a multi-stage build",
        "base image Alpine (layer 0)",
        "68.5 % toolchain",
        "Your application is 2.2 % of the image.",
        "without wasted bytes",
        "from scratch",
    ] {
        assert!(
            report.split_whitespace().collect::<Vec<_>>().join(" ").contains(answer),
            "{answer:?} is not in\n{report}"
        );
    }
    assert!(!report.contains('\x1b'), "colour only on a terminal");
    kept("report.txt", &report);
}

#[test]
fn a_report_that_is_to_list_all_leaves_nothing_to_be_listed() {
    let directory = tempfile::tempdir().unwrap();
    let demo = demo(directory.path());
    let short = text(&layerscope(&["report", demo.to_str().unwrap()]).stdout);
    assert!(short.contains("files more (--top 0 lists all)"), "{short}");
    let long = text(&layerscope(&["report", "--top", "0", demo.to_str().unwrap()]).stdout);
    assert!(!long.contains("more place") && !long.contains("--top 0"), "{long}");
    assert!(long.contains("937 KiB  Go packages for building"), "{long}");
}

#[test]
fn who_asks_for_a_rule_that_finds_nothing_is_told_those_that_do() {
    let directory = tempfile::tempdir().unwrap();
    let demo = demo(directory.path());
    let apply = |rule| layerscope(&["ladder", demo.to_str().unwrap(), "--apply", rule]);
    let output = apply("apt-lists");
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("error: the rule apt-lists finds nothing in your layers"), "{error}");
    assert!(
        error.contains("hint: rules that find something, largest first: go-sdk, apk-virtual, "),
        "{error}"
    );
    let misspelt = apply("apt-list");
    let error = text(&misspelt.stderr);
    assert!(error.contains("apt-list: no such rule; did you mean apt-lists?"), "{error}");
}

/// The text of the demo's report is kept beside the pictures.
fn kept(name: &str, now: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots").join(name);
    if std::env::var_os("LAYERSCOPE_UPDATE").is_some() {
        std::fs::write(&file, now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == now,
        "screenshots/{name} differs; if this is right: LAYERSCOPE_UPDATE=1 cargo test\n{now}"
    );
}

#[test]
fn the_text_report_fits_80_columns() {
    let directory = tempfile::tempdir().unwrap();
    let file = demo(directory.path());
    for arguments in [vec!["report"], vec!["report", "--top", "0"], vec!["report", "--si"]] {
        let output = layerscope(&[&arguments[..], &[file.to_str().unwrap()]].concat());
        for line in text(&output.stdout).lines() {
            // What can be copied is never cut, and a long command has no place to break.
            let is_code =
                line.starts_with(&" ".repeat(20)) || line.trim_start().starts_with("RUN ");
            let is_path = line.split("  ").last().is_some_and(|path| path.starts_with('/'));
            let can_be_copied = (is_code || is_path) && !line.contains('…');
            assert!(line.chars().count() <= 80 || can_be_copied, "{line}");
        }
    }
}

#[test]
fn the_json_report_keeps_its_contract() {
    let directory = tempfile::tempdir().unwrap();
    let file = demo(directory.path());
    let schema: Value = serde_json::from_str(include_str!("../assets/report.schema.json")).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("report.json", schema).unwrap();
    let index = compiler.compile("report.json", &mut schemas).unwrap();
    for more in [vec![], vec!["--tree", "--top", "0"]] {
        let output = layerscope(
            &[&["report", "--format", "json", file.to_str().unwrap()], &more[..]].concat(),
        );
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        schemas.validate(&report, index).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(report.get("tree").is_some(), !more.is_empty());
        let wasted = report["wasted"].as_array().unwrap();
        assert_eq!(wasted.len() == 20, more.is_empty(), "--top is 20 by default");
        sums_up(&report);
    }
}

fn sums_up(report: &Value) {
    let number = |part: &Value, key: &str| part[key].as_u64().unwrap();
    let sum = |list: &Value| {
        list.as_array().unwrap().iter().map(|part| number(part, "bytes")).sum::<u64>()
    };
    let own = number(&report["totals"], "size_bytes") - number(&report["base"], "size_bytes");
    assert_eq!(sum(&report["bytes_by_purpose"]), own, "what is one's own, by what it is for");
    assert!(
        sum(&report["findings"]) <= number(&report["totals"], "size_bytes"),
        "no byte is found twice"
    );
    let layers = report["layers"].as_array().unwrap();
    for key in ["size_bytes", "visible_bytes", "wasted_bytes", "tar_bytes", "stored_bytes"] {
        let sum: u64 = layers.iter().map(|layer| number(layer, key)).sum();
        assert_eq!(sum, number(&report["totals"], key), "{key}");
    }
    for part in layers.iter().chain([&report["totals"]]) {
        assert_eq!(
            number(part, "size_bytes"),
            number(part, "visible_bytes") + number(part, "wasted_bytes")
        );
    }
    if let Some(tree) = report.get("tree") {
        let listed: u64 = tree.as_array().unwrap().iter().map(|path| number(path, "size")).sum();
        assert!(
            listed >= number(&report["totals"], "visible_bytes"),
            "names of one inode each have its size"
        );
        let wasted: u64 =
            report["wasted"].as_array().unwrap().iter().map(|wasted| number(wasted, "bytes")).sum();
        assert_eq!(wasted, number(&report["totals"], "wasted_bytes"));
    }
}

#[test]
fn rules_and_the_base_image_are_given_on_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let demo = demo(directory.path());
    let image = demo.to_str().unwrap();
    let rules = directory.path().join("rules.toml");
    let rules = rules.to_str().unwrap();
    let json = |arguments: &[&str]| -> Value {
        let output = layerscope(&[&["report", "--format", "json", image], arguments].concat());
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
    };
    let names = |report: &Value| -> Vec<String> {
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["rule"].as_str().unwrap().into())
            .collect()
    };
    assert!(names(&json(&[])).contains(&"go-sdk".into()));
    std::fs::write(rules, "[[rule]]\nid = \"go-sdk\"\nenabled = false\n").unwrap();
    assert!(!names(&json(&["--rules", rules])).contains(&"go-sdk".into()));
    assert_eq!(json(&["--base-layers", "2"])["base"]["layers"], 2);
    assert_eq!(json(&["--base", image])["base"]["evidence"], "archive");
    std::fs::write(rules, "[[rule]]\nid = 7\n").unwrap();
    for (arguments, words) in [
        (vec!["--rules", rules], "rules.toml, line 2, id: invalid type"),
        (vec!["--rules", "none.toml"], "no such file"),
        (vec!["--base-layers", "9"], "the image has 4 layers, so its base image cannot have 9"),
    ] {
        let output = layerscope(&[&["report", image], &arguments[..]].concat());
        let message = text(&output.stderr);
        assert!(output.status.code() == Some(2) && message.contains(words), "{message}");
    }
}

#[test]
fn what_cannot_be_read_is_one_sentence_a_hint_and_exit_code_2() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, contents: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let cases = [
        (directory.path().join("none.tar").to_str().unwrap().to_owned(), "no such file"),
        (file("empty.tar", b""), "is empty"),
        (file("paper.tar", b"%PDF-1.7 and so on"), "it is a PDF document"),
        (file("garbage.tar", &[0xde; 4096]), "is not an image archive"),
    ];
    for (path, words) in cases {
        for command in
            [vec![path.as_str()], vec!["report", &path], vec!["report", "--format", "json", &path]]
        {
            let output = layerscope(&command);
            let message = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{command:?}");
            assert!(output.stdout.is_empty());
            assert!(
                message.starts_with("error: ")
                    && message.contains(words)
                    && message.contains("\nhint: "),
                "{message}"
            );
            assert_eq!(message.lines().count(), 2, "{message}");
        }
    }
}

#[test]
fn a_reader_that_closes_the_pipe_early_is_no_error() {
    let script = format!(
        "{} report --top 0 \"$0\" | head -n 1; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_layerscope")
    );
    let directory = tempfile::tempdir().unwrap();
    let output =
        Command::new("bash").args(["-c", &script]).arg(demo(directory.path())).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn the_demo_is_never_written_over_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.tar");
    std::fs::write(&file, "mine").unwrap();
    let output = layerscope(&["demo", "--write", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("mine.tar already exists"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        1,
        "no half-written file is left"
    );
}

#[test]
fn the_help_names_every_command_and_the_exit_codes() {
    let help = text(&layerscope(&["--help"]).stdout);
    for part in ["report", "demo", "--image", "--si", "Exit codes", "docker save"] {
        assert!(help.contains(part), "{part} is not in\n{help}");
    }
    assert_eq!(layerscope(&["report"]).status.code(), Some(2), "a report needs an image");
}

#[test]
fn the_number_of_wasted_files_is_the_sum_of_those_between_layers() {
    let directory = tempfile::tempdir().unwrap();
    let demo = demo(directory.path());
    let output = layerscope(&["report", "--format", "json", demo.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let pairs = report["wasted_by_layers"].as_array().unwrap();
    let files: u64 = pairs.iter().map(|pair| pair["files"].as_u64().unwrap()).sum();
    assert_eq!(report["totals"]["wasted_files"], files, "empty files are counted in neither");
    // The first change avoids the waste of layers 1 and 2, and its parts are counted like it.
    let own = pairs.iter().filter(|pair| pair["added_in"] != 0 && pair["removed_in"] == 3);
    let own: u64 = own.map(|pair| pair["files"].as_u64().unwrap()).sum();
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().filter(|it| it["added_in"] != 0 && it["removed_in"] == 3);
    let found: u64 = found.map(|finding| finding["files"].as_u64().unwrap()).sum();
    assert!(own > 5000 && found == own, "{found} {own}");
}
