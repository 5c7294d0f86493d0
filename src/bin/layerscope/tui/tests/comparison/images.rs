//! Tests of the table of images.

use std::sync::mpsc::channel;

use layerscope::advice::assessment::Study;
use layerscope::advice::secrets::Secrets;
use layerscope::compare::ComparedSecrets;

use super::*;
use crate::tui::comparison::{Candidate, Reading};

#[test]
fn the_first_screen_says_what_the_new_version_costs_and_why() {
    for (width, height) in [(80, 24), (120, 40)] {
        Onlooker::before(&*VERSIONS, width, height).finds(&[
            "shop:1.5 is 1.05× smaller: 13.2 MiB instead of 13.9 MiB; 2 of 4 layers shared",
            "updating downloads 4.83 MiB",
            "13.9 MiB",
            "1.25 MiB",
            "1.05× shop:1.5",
            "layers Layer 1 is the first that differs: `RUN apk upgrade",
            "(/usr/bin/wget",
            "paths 6 added (480 KiB), 2 removed (490 KiB), 3 larger (560 KiB), 1 smaller (4.00 KiB)",
            "packages 1 added (tzdata 2024b-r0), 1 removed (wget 1.24.5-r0), 2 of another version \
                (libcrypto3, libssl3)",
            "wasted 1.25 MiB before, 203 B after",
            "+512 KiB ~ /srv/server",
        ]);
    }
}

#[test]
fn the_sentence_at_the_top_is_whole_at_80_columns_however_long_the_names_are() {
    let image = |tag: &str, size: usize| {
        let mut image = Image::of([layer([file("app", size)]), layer([file("more", size / 2)])]);
        image.tags = serde_json::json!([format!(
            "registry.example.org/team/product/service-{tag}:2026.11.29"
        )]);
        known(tar(image.docker()))
    };
    let images = [image("before", 8 << 20), image("after", 3 << 20)];
    let onlooker = Onlooker::before(&images, 80, 24);
    onlooker.finds(&["service-after:2026.11.29 is 2.67× smaller: 4.50 MiB instead of 12.0 MiB;"]);
    onlooker.finds(&["no layer shared; updating downloads 4.50 MiB (uncompressed)"]);
}

#[test]
fn one_package_that_is_the_same_is_not_called_all() {
    let installed = b"P:musl\nV:1.2.5-r0\nA:x86_64\nF:lib\nR:libc.musl\n\n";
    let image = |size: usize| {
        let database =
            file("lib/apk/db/installed", 0).holding(std::str::from_utf8(installed).expect("ASCII"));
        known(tar(
            Image::of([layer([database, file("lib/libc.musl", 9), file("app", size)])]).docker()
        ))
    };
    let images = [image(1000), image(2000)];
    Onlooker::before(&images, 80, 24).finds(&["packages the only package is the same", "no layer"]);
}

#[test]
fn four_images_stand_in_one_table_and_the_selected_one_is_compared_with_the_first() {
    let mut onlooker = Onlooker::before(&LADDER, 80, 24);
    onlooker.finds(&[
        "2.10×",
        "74.2×",
        "122×",
        "outyet:scratch is 122× smaller",
        "outyet:scratch against outyet:golang",
    ]);
    onlooker
        .types("k")
        .finds(&["outyet:alpine is 74.2× smaller", "outyet:alpine against outyet:golang"]);
    onlooker.types("g").finds(&["outyet:alpine against outyet:golang"]);
    assert!(onlooker.selected().contains("1.00×"), "{}", onlooker.selected());
    onlooker.types("2").finds(&["no layer shared"]);
    onlooker.types("[").finds(&["→ outyet:golang-alpine"]);
    onlooker.types("[]]").finds(&["→ outyet:scratch"]);
    onlooker.types("]").finds(&["→ outyet:scratch"]);
}

#[test]
fn while_images_are_read_it_says_how_far_and_escape_cancels() {
    let mut onlooker = Onlooker::waiting(&*VERSIONS, 80, 24);
    onlooker.finds(&["2 images side by side", "waiting for its turn 0.tar", "Esc or q cancels"]);
    onlooker.learns(ComparisonMessage::Waiting(0, Some("asking Docker".into())));
    onlooker.finds(&["asking Docker … 0.tar", "waiting for its turn 1.tar"]);
    onlooker.learns(ComparisonMessage::Opened(0, Box::new(VERSIONS[0].opened.clone())));
    onlooker.learns(ComparisonMessage::Progress(0, (3 << 20, 6 << 20, 1)));
    onlooker.finds(&["3.00 MiB of 6.00 MiB shop:1.4", "waiting for its turn 1.tar"]);
    onlooker.types("1234jk/]F?").press(KeyCode::Esc);
    assert!(!onlooker.ended, "Esc leaves the help first");
    onlooker.press(KeyCode::Esc);
    assert!(onlooker.ended);
}

#[test]
fn an_image_that_cannot_be_read_ends_the_screen_with_the_error() {
    let mut onlooker = Onlooker::waiting(&*VERSIONS, 80, 24);
    onlooker.learns(ComparisonMessage::Read(1, Err(Error::Empty { path: "1.tar".into() })));
    assert!(matches!(&onlooker.failed, Some(Error::Empty { path }) if path == "1.tar"));
}

#[test]
fn pictures_of_the_views() {
    for (width, height) in [(80, 24), (120, 40)] {
        for (view, name) in [("1", ""), ("2", "-layers"), ("3", "-paths"), ("4", "-packages")] {
            let mut onlooker = Onlooker::before(&*VERSIONS, width, height);
            onlooker.types(view);
            picture(&format!("compare{name}-{width}x{height}"), &onlooker);
        }
    }
    picture("compare-ladder-80x24", &Onlooker::before(&LADDER, 80, 24));
    let ascii = Settings { signs: crate::tui::Signs::Ascii, ..settings() };
    let mut onlooker = Onlooker::with(&ascii, &*VERSIONS, 80, 24).reads_all();
    picture("compare-ascii-80x24", &onlooker);
    onlooker.types("3");
    assert!(onlooker.screen().is_ascii(), "{}", onlooker.screen());
}

fn picture(name: &str, onlooker: &Onlooker<'_>) {
    let buffer = onlooker.sees();
    pictures::compare(&format!("{name}.txt"), &(lines(&buffer).join("\n") + "\n"));
    pictures::compare(&format!("{name}.svg"), &svg::draw(svg::DARK, &buffer));
}

#[test]
fn an_update_that_brings_secrets_says_so_in_a_line() {
    let env = file("app/.env", 0).holding("DB_PASSWORD=c0rrect-h0rse-battery\n");
    let a = || file("app/a", 10);
    let images = [vec![a()], vec![a(), env]];
    let images = images.map(|entries| known(tar(Image::of([layer(entries)]).docker())));
    let mut onlooker = Onlooker::waiting(&images, 80, 24);
    for (i, image) in images.iter().enumerate() {
        let contents = LayerContents::new(&image.opened);
        let found = Secrets::search(&image.inspection, &contents, &Arc::default());
        let found = found.expect("nothing is cancelled");
        let secrets = ComparedSecrets::of_image(&image.inspection, &found);
        onlooker.learns(ComparisonMessage::Secrets(i, secrets));
    }
    onlooker.reads_all().finds(&[
        "secrets Brings 1 secret that the first does not have: value of DB_PASSWORD in /app/.env, line 1.",
    ]);
}

/// Reads the images as the program does, with a search for secrets.
fn reads_with_secrets(onlooker: &mut Onlooker, images: &[Known]) {
    let (sender, receiver) = channel();
    let candidate = |image: &Known| {
        let opened = image.opened.clone();
        Candidate { name: "a.tar".into(), open: Box::new(move |_| Ok(opened)) }
    };
    let reading = Reading::start(images.iter().map(candidate).collect(), true, move |news| {
        sender.send(news).ok()
    });
    while let Ok(news) = receiver.recv_timeout(Duration::from_secs(60)) {
        onlooker.learns(news);
    }
    drop(reading);
}

#[test]
fn an_image_of_the_comparison_is_explored_with_all_of_its_secrets() {
    let config = serde_json::json!({
        "Env": ["DB_PASSWORD=c0rrect-h0rse-battery"],
        "Cmd": ["serve", "--token", "t0psecret-token-of-cmd"],
    });
    let image = || {
        let env = file("app/.env", 0).holding("API_PASSWORD=hunter2hunter2\n");
        let mut image = Image::of([layer([env])]);
        image.config["config"] = config.clone();
        known(tar(image.docker()))
    };
    let images = [image(), image()];
    let mut onlooker = Onlooker::waiting(&images, 80, 24);
    reads_with_secrets(&mut onlooker, &images);
    for (image, known) in onlooker.side.images.iter().zip(&images) {
        let contents = LayerContents::new(&known.opened);
        let study = |inspection: &Inspection| {
            let study = Study::unprompted(inspection, &contents, true, &Arc::default());
            study.expect("nothing is cancelled").secrets.map(|secrets| secrets.list.len())
        };
        let (shown, unmasked) = (image.inspection.as_ref(), image.unmasked());
        assert_eq!(unmasked.map(|inspection| study(&inspection)), Some(Some(3)));
        let run = format!("{:?}", shown.map(|inspection| &inspection.run));
        assert!(!run.contains("c0rre") && !run.contains("t0pse"), "{run}");
    }
}

#[test]
fn the_image_that_is_read_first_is_shown_without_the_secrets_of_the_other() {
    let image = |entries: Vec<build::Entry>| {
        let mut image = Image::of([layer(entries)]);
        image.config["config"] = serde_json::json!({ "Cmd": ["serve", "hunter2hunter2"] });
        known(tar(image.docker()))
    };
    let env = file("app/.env", 0).holding("API_PASSWORD=hunter2hunter2\n");
    let images = [image(vec![file("app/a", 9)]), image(vec![env])];
    let mut onlooker = Onlooker::waiting(&images, 80, 24);
    reads_with_secrets(&mut onlooker, &images);
    for image in &onlooker.side.images {
        let run = format!("{:?}", image.inspection.as_ref().expect("it was read").run);
        assert!(run.contains("serve") && !run.contains("hunter2"), "{run}");
    }
}
