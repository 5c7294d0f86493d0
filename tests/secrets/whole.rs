//! Files are searched whole, in every encoding that people write; what was not searched is counted,
//! so that no check passes because of it.

use std::path::Path;
use std::process::Output;

use serde_json::json;

use super::{GITHUB, NPM, PASSWORD, image, json_of, kinds, out, run, text};
use crate::support::build::{Entry, Image, Layer, file, tar};

fn found(entries: Vec<Entry>) -> Vec<(String, String)> {
    kinds(&image([("COPY . .", entries)]))
}

fn place(kind: &str, place: &str) -> Vec<(String, String)> {
    vec![(kind.into(), place.into())]
}

#[test]
fn a_large_file_is_searched_to_its_end() {
    let comment = "# a line that says nothing about any thing at all\n";
    let env = |lines: usize| format!("{}DB_PASSWORD={PASSWORD}\n", comment.repeat(lines));
    let large = found(vec![text("app/.env", &env(22_000))]);
    assert_eq!(large, place("dotenv", "/app/.env, line 22001"));
    let script = format!("{}const token = '{GITHUB}';\n", "let a = 1;\n".repeat(40_000));
    let found_in = found(vec![text("app/server.js", &script)]);
    assert_eq!(found_in, place("github-token", "/app/server.js, line 40001"));
    let log = format!("{}token {GITHUB}\n{}", "line\n".repeat(1_800_000), "line\n".repeat(90_000));
    assert!(log.len() > 9 << 20);
    assert_eq!(
        found(vec![text("app/out.log", &log)]),
        place("github-token", "/app/out.log, line 1800001")
    );
}

#[test]
fn a_file_in_another_encoding_is_searched() {
    let text = format!("DB_PASSWORD={PASSWORD}\r\n");
    let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<_>>();
    let latin = [&b"# f\xfcr alle\n"[..], text.as_bytes()].concat();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for (bytes, line) in [
        (marked(b"\xff\xfe", wide(u16::to_le_bytes)), 1),
        (marked(b"\xfe\xff", wide(u16::to_be_bytes)), 1),
        (wide(u16::to_le_bytes), 1),
        (marked(b"\xef\xbb\xbf", text.clone().into_bytes()), 1),
        (latin, 2),
    ] {
        let place = place("dotenv", &format!("/app/.env, line {line}"));
        assert_eq!(found(vec![file("app/.env", 0).holding(bytes)]), place);
    }
    let token: Vec<u8> =
        format!("\u{feff}token {GITHUB}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        found(vec![file("app/notes.txt", 0).holding(token)]),
        place("github-token", "/app/notes.txt, line 1")
    );
}

/// The check that allows no secret.
fn check(image: &Image, directory: &Path, options: &[&str]) -> Output {
    run(image, directory, &[&["check", "shop.tar", "--max-secrets", "0"], options].concat())
}

#[test]
fn a_file_that_is_too_large_for_its_rule_is_counted_and_the_check_does_not_pass() {
    let directory = tempfile::tempdir().unwrap();
    let env = format!("{}DB_PASSWORD={PASSWORD}\n", "# nothing\n".repeat(900_000));
    let npmrc = format!("_authToken={NPM}");
    let entries = || vec![text("app/.env", &env)];
    let plain = image([("COPY . .", entries())]);
    let packed = Image {
        layers: vec![crate::support::build::layer(entries()).gzip()],
        ..image([("COPY . .", entries())])
    };
    for image in [plain, packed] {
        let output = check(&image, directory.path(), &[]);
        assert_eq!(output.status.code(), Some(2), "{}", out(&output));
        assert!(out(&output).contains("1 file was not searched for secrets"), "{}", out(&output));
        let report = out(&run(&image, directory.path(), &["report", "shop.tar"]));
        assert!(report.contains("Not searched for secrets: 1 file"), "{report}");
    }
    let both = image([("COPY . .", vec![text("app/.env", &env), text("app/.npmrc", &npmrc)])]);
    let output = check(&both, directory.path(), &[]);
    assert_eq!(output.status.code(), Some(1), "one is too many: {}", out(&output));
    let report = out(&run(&both, directory.path(), &["report", "shop.tar"]));
    assert!(report.contains("at least 1 secret: anyone"), "{report}");
    let json = run(&both, directory.path(), &["report", "shop.tar", "--format", "json"]);
    std::fs::write(directory.path().join("old.json"), &json.stdout).unwrap();
    let again = out(&run(&both, directory.path(), &["report", "old.json"]));
    assert!(again.contains("at least 1 secret: anyone"), "{again}");
}

#[test]
fn programs_and_bundles_of_packages_are_no_reason_to_fail() {
    let directory = tempfile::tempdir().unwrap();
    let mut program = b"\x7fELF\x02\x01\x01\0\0\0".to_vec();
    program.resize(12 << 20, 7);
    let bundle = "var a=1;".repeat(200_000);
    let entries = vec![
        file("app/server", 0).holding(program),
        text("app/node_modules/big/dist/bundle.js", &bundle),
        text("app/dist/bundle.js", &bundle),
        file("app/data.bin", 9 << 20),
    ];
    let plain = image([("COPY . .", entries)]);
    let packed = Image {
        layers: plain.layers.iter().cloned().map(Layer::gzip).collect(),
        ..image([("COPY . .", vec![])])
    };
    for image in [plain, packed] {
        let output = check(&image, directory.path(), &[]);
        assert_eq!(output.status.code(), Some(0), "{}", out(&output));
        let report = out(&run(&image, directory.path(), &["report", "shop.tar"]));
        assert!(!report.contains("Not searched"), "{report}");
    }
}

#[test]
fn a_part_that_is_absent_was_not_searched_even_if_its_absence_is_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let whole = image([
        ("COPY . .", vec![text("app/a", "hello")]),
        ("COPY b .", vec![text("app/b", "hello")]),
    ]);
    for (absent, said) in [(2, "1 layer that could not be read"), (0, "the config")] {
        let mut members = whole.docker();
        members.remove(absent);
        std::fs::write(directory.path().join("part.tar"), tar(members)).unwrap();
        let arguments = ["check", "part.tar", "--max-secrets", "0", "--accept", "absent"];
        let output = run(&whole, directory.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{said}: {}", out(&output));
        let words = format!("{said} was not searched for secrets");
        assert!(out(&output).contains(&words), "{said}: {}", out(&output));
        let report = ["report", "part.tar", "--accept", "absent", "--format", "json"];
        let report = json_of(&run(&whole, directory.path(), &report));
        let is_layer = absent == 2;
        assert_eq!(report["secrets"]["unread_layers"], json!(u8::from(is_layer)), "{said}");
        assert_eq!(report["secrets"]["config_read"], json!(is_layer), "{said}");
    }
}

#[test]
fn a_root_filesystem_is_searched_while_it_passes() {
    let directory = tempfile::tempdir().unwrap();
    let filesystem = crate::support::build::layer(vec![
        text("etc/os-release", "ID=debian\n"),
        text("app/.env", &format!("DB_PASSWORD={PASSWORD}\n")),
        text("tmp/copy", &format!("{PASSWORD}\n")),
        text(
            "app/server.js",
            &format!("{}const token = '{GITHUB}';", "let a = 1;\n".repeat(9_000)),
        ),
    ]);
    let path = directory.path().join("export.tar");
    std::fs::write(&path, filesystem.tar()).unwrap();
    let piped = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_layerscope"))
            .args(arguments)
            .env("LAYERSCOPE_CONFIG", "/dev/null")
            .env_remove("CI")
            .stdin(std::fs::File::open(&path).unwrap())
            .output()
            .unwrap()
    };
    let report = json_of(&piped(&["report", "-", "--format", "json"]));
    let found: Vec<_> = report["secrets"]["found"].as_array().unwrap().iter().collect();
    let paths: Vec<_> = found.iter().map(|secret| secret["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/app/.env", "/app/server.js", "/tmp/copy"], "{report}");
    assert_eq!(report["secrets"]["unread_files"], 0);
    let checked = piped(&["check", "-", "--max-secrets", "0"]);
    assert_eq!(checked.status.code(), Some(1), "{}", out(&checked));
}
