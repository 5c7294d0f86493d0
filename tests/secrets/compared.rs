//! Images side by side: several of them, files that look the same, and what was not searched.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{GITHUB, assert_masked, image, json_of, out, run, shop, text};
use crate::support::build::{Image, Layer, file, tar};

/// An image with a password in a file.
fn with_password(value: &str) -> Image {
    let env = format!("DB_PASSWORD={value}\n");
    let mut image = image([("COPY . /app", vec![text("app/.env", &env), file("app/a", 2_000)])]);
    image.tags = json!(["shop:1.3"]);
    image
}

fn write(directory: &Path, name: &str, image: &Image) {
    std::fs::write(directory.join(name), tar(image.docker())).unwrap();
}

#[test]
fn each_of_several_images_says_which_secrets_it_brings() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "old.tar", &with_password("f4lc0n-42"));
    write(directory.path(), "new.tar", &with_password("f4lc0n-43"));
    let images = ["old.tar", "new.tar", "shop.tar"];
    for format in ["text", "html", "markdown"] {
        let arguments = [&["compare"], &images[..], &["--format", format]].concat();
        let said = out(&run(&shop(), directory.path(), &arguments)).replace("&#58;", ":");
        assert_masked(&said, format);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "shop:1.3 (new.tar): Brings 1 secret that the first does not have",
            "shop:1.4: Brings 5 secrets that the first does not have",
        ] {
            assert!(said.contains(part), "{format}: {part:?} is not in {said}");
        }
    }
    let arguments = [&["compare", "--format", "json"], &images[..]].concat();
    let document = json_of(&run(&shop(), directory.path(), &arguments));
    let images = document["images"].as_array().unwrap();
    assert_eq!(images[0]["secrets_since_first"], Value::Null);
    assert_eq!(images[2]["secrets_since_first"]["added"].as_array().unwrap().len(), 5);
    assert!(images.iter().all(|image| image["secrets_searched"] == true));
}

/// A file of the earlier image tells that a word of a command is a secret.
#[test]
fn a_secret_of_one_image_is_masked_in_the_commands_of_the_other() {
    const VALUE: &str = "k9Vq7QwLm2xT";
    let directory = tempfile::tempdir().unwrap();
    let setup = format!("RUN setup --connect app {VALUE}");
    let base = || (setup.as_str(), vec![file("opt/app", 2_000)]);
    let env = text("app/.env", &format!("DB_PASSWORD={VALUE}\n"));
    write(directory.path(), "old.tar", &image([base(), ("COPY . /app", vec![env])]));
    let new = image([base(), ("COPY . /app", vec![file("app/a", 10)])]);
    for format in ["text", "json", "html", "markdown"] {
        for pair in [["old.tar", "shop.tar"], ["shop.tar", "old.tar"]] {
            let arguments = [&["compare", "--format", format], &pair[..]].concat();
            let said = out(&run(&new, directory.path(), &arguments));
            assert!(said.contains("setup --connect") || format == "markdown", "{format}: {said}");
            assert!(!said.contains(VALUE), "{format}, {pair:?}: {said}");
            // The command still has it.
            assert!(!said.contains("no longer there"), "{format}, {pair:?}: {said}");
            if format == "json" && pair[0] == "old.tar" {
                let document: Value = serde_json::from_str(&said).unwrap();
                let moved = &document["images"][1]["secrets_since_first"]["moved"];
                assert_eq!(moved.as_array().unwrap().len(), 1, "{said}");
            }
        }
    }
    for format in ["text", "json", "sarif", "github", "gitlab", "markdown"] {
        let check = ["check", "shop.tar", "--baseline", "old.tar", "--max-layers", "1"];
        let said = out(&run(&new, directory.path(), &[&check[..], &["--format", format]].concat()));
        assert!(!said.is_empty() && !said.contains(VALUE), "{format}: {said}");
        assert!(!said.contains("no longer there"), "{format}: {said}");
    }
}

/// A file has the password in one form, and a command in another.
#[test]
fn a_secret_is_masked_in_commands_in_whatever_form_a_file_has_it() {
    let directory = tempfile::tempdir().unwrap();
    for (path, contents, plain) in [
        (
            "root/.docker/config.json",
            r#"{"auths":{"r.dev":{"auth":"Y2k6S2Q4dzJadDU3UWI0WG0="}}}"#,
            "Kd8w2Zt57Qb4Xm",
        ),
        ("app/.env", "URL=postgres://u:Kd8w2%21Zt57Qb4Xm@db/a\n", "Kd8w2!Zt57Qb4Xm"),
        ("app/config.json", r#"{"db": {"password": "Kd8w2!Zt5\"7Qb4Xm"}}"#, r#"Kd8w2!Zt5"7Qb4Xm"#),
        ("app/config.json", r#"{"password": "Kd8w2\u003dZt57Qb4Xm"}"#, "Kd8w2=Zt57Qb4Xm"),
        ("app/.env", "DB_PASSWORD=\"Kd8w2!Zt5\\\"7Qb4Xm\"\n", r#"Kd8w2!Zt5"7Qb4Xm"#),
    ] {
        let step = format!("RUN /app/migrate '{plain}'");
        let image = image([("COPY . /", vec![text(path, contents)]), (&step, vec![file("a", 9)])]);
        for format in ["text", "json", "html", "markdown"] {
            let said =
                out(&run(&image, directory.path(), &["report", "shop.tar", "--format", format]));
            assert!(said.contains("/app/migrate"), "{format}: {said}");
            assert!(!said.contains("7Qb4Xm"), "{format}, {contents}: {said}");
        }
    }
}

#[test]
fn a_file_with_another_secret_differs_though_size_and_time_are_the_same() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "old.tar", &with_password("f4lc0n-42"));
    let compare = |new: &Image| {
        let arguments = ["compare", "old.tar", "shop.tar", "--format", "json"];
        let document = json_of(&run(new, directory.path(), &arguments));
        let changes = document["changes"].as_array().unwrap().clone();
        let changed = |change: &Value| (change["path"].clone(), change["change"].clone());
        changes.iter().map(changed).collect::<Vec<_>>()
    };
    assert_eq!(compare(&with_password("f4lc0n-43")), [(json!("/app/.env"), json!("changed"))]);
    assert_eq!(compare(&with_password("f4lc0n-42")), []);
}

#[test]
fn what_was_not_searched_is_said_in_every_format() {
    let directory = tempfile::tempdir().unwrap();
    for option in ["--no-secrets", "--quick"] {
        let report = ["report", "shop.tar", "--format", "json", option];
        let report = run(&shop(), directory.path(), &report);
        let search = &json_of(&report)["secrets_search"];
        assert_eq!(search["searched"], false, "{option}");
        assert!(search["why"].as_str().unwrap().contains(option), "{search}");
        std::fs::write(directory.path().join("old.json"), &report.stdout).unwrap();
        for format in ["text", "markdown", "html"] {
            let compare = ["compare", "old.json", "shop.tar", "--format", format];
            let said = out(&run(&shop(), directory.path(), &compare)).replace("&#58;", ":");
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            let expected = "Not compared by secrets: shop:1.4 (old.json) was not searched.";
            assert!(said.contains(expected), "{option} {format}: {said}");
        }
    }
    let searched = ["report", "shop.tar", "--format", "json"];
    let searched = &json_of(&run(&shop(), directory.path(), &searched))["secrets_search"];
    assert_eq!((&searched["searched"], &searched["count"]), (&json!(true), &json!(5)));
}

#[test]
fn archives_are_not_opened_and_the_report_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let list = text("var/lib/dpkg/info/acme.list", "/usr\n/usr/share\n/usr/share/acme.jar\n");
    let status = text(
        "var/lib/dpkg/status",
        "Package: acme\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n",
    );
    let image = image([
        ("RUN apt-get install acme", vec![list, status, file("usr/share/acme.jar", 500)]),
        (
            "COPY . /app",
            vec![file("app/shop.JAR", 900), file("app/site.zip", 900), file("app/none.zip", 0)],
        ),
    ]);
    for format in ["text", "html"] {
        let said = out(&run(&image, directory.path(), &["report", "shop.tar", "--format", format]));
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = "Not searched for secrets: what is inside 2 archives, such as jar and zip";
        assert!(said.contains(expected), "{format}: {said}");
    }
    let report =
        json_of(&run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]));
    assert_eq!(report["secrets"]["unopened_archives"], 2);
}

#[test]
fn archives_without_an_ending_databases_and_objects_of_git_are_counted_as_not_searched() {
    let directory = tempfile::tempdir().unwrap();
    let file = |path: &str, bytes: &[u8]| file(path, 0).holding(bytes);
    let mut sqlite = b"SQLite format 3\0\x10\0".to_vec();
    sqlite.resize(20_000, 0);
    let object = "app/.git/objects/0a/1b2c3d4e5f60718293a4b5c6d7e8f901234567";
    let entries = vec![
        file("app/backup", b"PK\x03\x04\x14\0\0\0\x08\0abc"),
        file("app/data", &sqlite),
        file(object, b"x\x9cabc\0"),
        file("app/logo", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        text("app/notes", "PK is no archive"),
    ];
    let plain = image([("COPY . /app", entries)]);
    let packed = Image {
        layers: plain.layers.iter().cloned().map(Layer::gzip).collect(),
        ..image([("COPY . /app", vec![])])
    };
    for image in [plain, packed] {
        let report = run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]);
        assert_eq!(json_of(&report)["secrets"]["unopened_archives"], 3);
        let check = ["check", "shop.tar", "--max-secrets", "0", "--strict"];
        assert_eq!(run(&image, directory.path(), &check).status.code(), Some(2));
    }
}

#[test]
fn every_kind_of_container_is_counted_by_its_first_bytes_or_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = |path: &str, bytes: &[u8]| file(path, 0).holding(bytes);
    let starts: [&[u8]; 12] = [
        b"#!/usr/bin/env python3\nPK\x03\x04\x14\0\0\0\x08\0abc",
        b"!<arch>\ndebian-binary   1342943816  0     0     100644  4         `\n2.0\n\0\x01",
        b"\xed\xab\xee\xdb\x03\0\0\0\0\x01acme-1.0\0\0",
        b"hsqs\x07\0\0\0\x01\x02\x03\x04\0\0\x02\0",
        b"\x04\0\0\0\x0c\0\0\0\x08\0\0\0\x04\0\0\0{\"files\":{}}\0\x01",
        b"PGDMP\x01\x0e\0\x04\x08\x01\x01\0\0",
        b"REDIS0011\xfa\x09redis-ver\x057.2.4\0\x01",
        b"MSCF\0\0\0\0\x2c\0\0\0\0\0\0\0",
        b"LZIP\x01\x0c\0\x33\x1b",
        b"\x1f\x9d\x90\0\x01\x02",
        b"QFI\xfb\0\0\0\x03\0\0",
        b"xar!\0\x1c\0\x01\0\0",
    ];
    let unnamed =
        (0..).zip(starts).map(|(number, start)| file(&format!("app/data{number}"), start));
    let names = [
        "br", "deb", "rpm", "apk", "asar", "pyz", "iso", "img", "squashfs", "whl", "egg", "nupkg",
        "Z", "war",
    ];
    let named = names.map(|end| file(&format!("app/x.{end}"), b"some bytes"));
    let entries = unnamed.chain(named).collect();
    let image = image([("COPY . /app", entries)]);
    let report = run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]);
    let count = json_of(&report)["secrets"]["unopened_archives"].as_u64().unwrap() as usize;
    assert_eq!(count, starts.len() + names.len());
}

/// Runs the program with an archive on standard input, through a pipe.
fn piped(image: &Image, directory: &Path, arguments: &str) -> Output {
    write(directory, "piped.tar", image);
    let line = format!("cat piped.tar | {} {arguments}", env!("CARGO_BIN_EXE_layerscope"));
    Command::new("sh")
        .args(["-c", &line])
        .current_dir(directory)
        .env("LAYERSCOPE_CONFIG", "/dev/null")
        .env_remove("CI")
        .env_remove("GITHUB_ACTIONS")
        .output()
        .unwrap()
}

#[test]
fn a_pipe_is_searched_while_it_passes_and_reports_the_same_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let plain = shop();
    let packed = Image { layers: shop().layers.into_iter().map(Layer::gzip).collect(), ..shop() };
    let secrets = |output: &Output| {
        let mut found = json_of(output)["secrets"]["found"].clone();
        // The commands name the archive.
        found.as_array_mut().unwrap().iter_mut().for_each(|secret| secret["see"] = Value::Null);
        found
    };
    let from_file = run(&shop(), directory.path(), &["report", "shop.tar", "--format", "json"]);
    for image in [plain, packed] {
        let output = piped(&image, directory.path(), "report - --format json");
        assert_eq!(secrets(&output), secrets(&from_file));
        assert_eq!(json_of(&output)["secrets"]["unread_files"], 0);
        let check = piped(&image, directory.path(), "check - --max-secrets 0");
        assert_eq!(check.status.code(), Some(1), "{}", out(&check));
        assert_masked(&out(&check), "the check of a pipe");
        let kept = piped(&image, directory.path(), "check - --max-secrets 5");
        assert_eq!(kept.status.code(), Some(0), "{}", out(&kept));
    }
}

#[test]
fn files_of_packages_in_a_pipe_are_no_alarm() {
    let list = text("var/lib/dpkg/info/acme.list", "/etc\n/etc/acme.conf\n");
    let status = text(
        "var/lib/dpkg/status",
        "Package: acme\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n",
    );
    let config = text("etc/acme.conf", &format!("token {GITHUB}"));
    let image = image([("RUN apt-get install acme", vec![list, status, config])]);
    let directory = tempfile::tempdir().unwrap();
    let output = piped(&image, directory.path(), "check - --max-secrets 0");
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
}

#[test]
fn a_check_of_secrets_does_not_pass_while_files_were_not_searched() {
    let directory = tempfile::tempdir().unwrap();
    let root = [
        file("etc/os-release", 0).holding("ID=debian\n"),
        file("bin/sh", 10),
        text("app/.env", "DB_PASSWORD=f4lc0n-42\n"),
    ];
    std::fs::write(directory.path().join("root.tar"), tar(root)).unwrap();
    let line =
        format!("cat root.tar | {} check - --max-secrets 0", env!("CARGO_BIN_EXE_layerscope"));
    let output =
        Command::new("sh").args(["-c", &line]).current_dir(directory.path()).output().unwrap();
    let said = format!("{}{}", out(&output), String::from_utf8_lossy(&output.stderr));
    assert_ne!(output.status.code(), Some(0), "{said}");
}
