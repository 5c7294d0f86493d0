//! Images side by side: several of them, files that look the same, and what was not searched.

use std::path::Path;

use serde_json::{Value, json};

use super::{assert_masked, image, json_of, out, run, shop, text};
use crate::support::build::{Image, file, tar};

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
