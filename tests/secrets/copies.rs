//! Copies: a value that was found once is looked for in the other files.

use serde_json::json;

use super::{NPM, image, kinds, out, run, secrets, text};
use crate::support::build::{Image, file};

/// A value that no file but the first shows to be a secret.
const VALUE: &str = "0123-4567-89ab-cdef";

fn copied() -> Image {
    let npmrc = format!("//acme.dev/:_authToken={VALUE}\n");
    let mut image = image([
        ("COPY .npmrc /root/.npmrc # buildkit", vec![text("root/.npmrc", &npmrc)]),
        ("RUN /bin/sh -c cp /root/.npmrc /tmp/x # buildkit", vec![text("tmp/x", &npmrc)]),
        (
            "RUN |1 TOKEN=hunter2-hunter2 /bin/sh -c echo $TOKEN > /tmp/t # buildkit",
            vec![text("tmp/t", "hunter2-hunter2\n"), text("tmp/u", "hunter2-hunter23\n")],
        ),
    ]);
    image.config["config"] = json!({ "Env": ["PATH=/bin"] });
    image
}

#[test]
fn a_copy_in_a_file_of_any_name_is_a_secret_of_its_own() {
    let found = secrets(&copied());
    let places: Vec<_> = found
        .iter()
        .map(|(secret, place)| (&*secret.kind.id, &**place, secret.origin.is_some()))
        .collect();
    assert_eq!(
        places,
        [
            ("npmrc", "/root/.npmrc, line 1", false),
            ("npmrc", "/tmp/x, line 1", true),
            ("named-secret", "/tmp/t, line 1", false),
            ("named-secret", "a build argument that the history keeps (entry 2)", true),
        ]
    );
    let directory = tempfile::tempdir().unwrap();
    let report = out(&run(&copied(), directory.path(), &["report", "shop.tar"]));
    assert!(report.contains("4 secrets (2 different values)"), "{report}");
    assert!(!report.contains(&VALUE[..5]), "{report}");
}

#[test]
fn what_means_something_else_elsewhere_is_no_copy() {
    let found = kinds(&image([(
        "COPY . /app",
        vec![
            text(
                "app/.env",
                "DB_PASSWORD=admin1\nAPI_PASSWORD=postgres16\nROOT_PASSWORD=correcthorse\n",
            ),
            text("app/notes.txt", "admin1 postgres16 correcthorse\n"),
            file("app/postgres16", 10),
        ],
    )]));
    assert!(found.iter().all(|(_, place)| place.starts_with("/app/.env")), "{found:?}");
    let token = format!("_authToken={NPM}");
    let package = text("app/node_modules/a/index.js", &format!("const a = '{NPM}'"));
    let found = kinds(&image([("COPY . /app", vec![text("app/.npmrc", &token), package])]));
    assert_eq!(found.len(), 1, "files of packages are not searched: {found:?}");
}

#[test]
fn a_copy_in_a_large_text_is_found_where_it_stands() {
    let npmrc = format!("//acme.dev/:_authToken={VALUE}\n");
    let line = "a line that says nothing about any thing at all\n";
    let log = |lines: usize| format!("{}{npmrc}{}", line.repeat(lines), line.repeat(50));
    let mut noise = vec![file("srv/a.bin", 3_000_000)];
    noise.extend((0..200).map(|i| text(&format!("srv/{i}.txt"), &line.repeat(200))));
    let found = secrets(&image([
        ("COPY .npmrc /root/.npmrc # buildkit", vec![text("root/.npmrc", &npmrc)]),
        ("COPY . /srv # buildkit", noise),
        (
            "RUN /bin/sh -c make 2>&1 | tee /var/log/make.log # buildkit",
            vec![
                text("var/log/make.log", &log(20_000)),
                text("usr/share/shop/log", &log(400)),
                text("app/node_modules/a/log", &log(400)),
            ],
        ),
    ]));
    let places: Vec<_> = found.iter().map(|(_, place)| &**place).collect();
    let copies = ["/var/log/make.log, line 20001", "/usr/share/shop/log, line 401"];
    assert_eq!(places, [&["/root/.npmrc, line 1"][..], &copies].concat());
}
