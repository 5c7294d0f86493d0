//! Secrets: found in every layer and in the config, said plainly, and never shown.

mod advised;
mod attacks;
mod beside;
mod bypasses;
mod code;
mod commands;
mod compared;
mod copies;
mod deployed;
mod everywhere;
mod faces;
mod found;
mod lines;
pub mod metadata;
mod none;
mod services;
mod updates;
mod values;
mod whole;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use layerscope::Progress;
use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::Rules;
use layerscope::advice::secrets::Secret;
use layerscope::files::contents::LayerContents;
use layerscope::progress::Searching;
use serde_json::{Value, json};

use crate::support::build::{Entry, Image, Layer, file, gone, layer, open, tar};

/// A made-up token with a right checksum.
pub const NPM: &str = concat!("npm_", "Kx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5Jf04PwkTe");
/// A token that many documents show; its checksum is right.
pub const GITHUB: &str = concat!("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
/// A password that no placeholder looks like.
pub const PASSWORD: &str = "c0rrect-h0rse-battery";

/// The text of a private key that nobody has.
pub fn key() -> String {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(4);
    format!("-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n")
}

/// A file with a text.
pub fn text(path: &str, text: &str) -> Entry {
    file(path, 0).holding(text)
}

/// An image with a layer for each step.
pub fn image<'a>(steps: impl IntoIterator<Item = (&'a str, Vec<Entry>)>) -> Image {
    let (instructions, layers): (Vec<_>, Vec<_>) =
        steps.into_iter().map(|(step, entries)| (step, layer(entries))).unzip();
    let mut image = Image::of(layers);
    image.config["history"] =
        instructions.iter().map(|step| json!({ "created_by": step })).collect();
    image.tags = json!(["shop:1.4"]);
    image
}

/// An image whose build copied an `.npmrc`, used it and deleted it, and that keeps a password.
pub fn shop() -> Image {
    let npmrc = format!("//registry.npmjs.org/:_authToken={NPM}\nregistry=https://acme.dev\n");
    let mut image = image([
        ("/bin/sh -c #(nop) ADD file:0123 in / ", vec![file("lib/libc", 3_000)]),
        ("COPY .npmrc /root/.npmrc # buildkit", vec![text("root/.npmrc", &npmrc)]),
        ("RUN |1 NPM_TOKEN=hunter2-hunter2 /bin/sh -c npm ci # buildkit", vec![file("app", 5_000)]),
        ("RUN /bin/sh -c rm /root/.npmrc # buildkit", vec![gone("root/.npmrc")]),
    ]);
    image.config["config"] = json!({
        "Env": ["PATH=/bin", format!("DB_PASSWORD={PASSWORD}")],
        "Labels": { "org.acme.build": format!("cloned with {GITHUB}") },
        "Cmd": ["serve", "--token", "t0psecret-token-of-cmd"],
    });
    image
}

/// The secrets of an image, and where they are: the same whether its layers are searched while they
/// pass, or file by file.
pub fn secrets(image: &Image) -> Vec<(Secret, String)> {
    let found = searched(image, Searching::Nothing);
    let packed = Image {
        layers: image.layers.iter().cloned().map(Layer::gzip).collect(),
        tags: image.tags.clone(),
        config: image.config.clone(),
        annotations: image.annotations.clone(),
    };
    for searching in [Searching::Nothing, Searching::Everything] {
        let in_packed = searched(&packed, searching);
        assert_eq!(format!("{in_packed:?}"), format!("{found:?}"), "{searching:?}");
    }
    found
}

fn searched(image: &Image, searching: Searching) -> Vec<(Secret, String)> {
    let opened = open(tar(image.docker())).unwrap();
    let progress = Progress { searching, ..Progress::default() };
    let inspection = layerscope::inspect(&opened, &progress).unwrap();
    let rules = Rules::built_in();
    let contents = LayerContents::new(&opened);
    let question = Question { contents: Some(&contents), ..Question::with(&rules) };
    let study = Study::assess(&inspection, &question).unwrap();
    let found = study.secrets.expect("they were searched").list;
    let placed = |secret: Secret| {
        let place = secret.whereabouts(&inspection).to_string();
        (secret, place)
    };
    found.into_iter().map(placed).collect()
}

/// The kinds of secrets with their places.
pub fn kinds(image: &Image) -> Vec<(String, String)> {
    secrets(image).into_iter().map(|(secret, place)| (secret.kind.id.clone(), place)).collect()
}

/// Runs the program on an archive of `image`.
pub fn run(image: &Image, directory: &Path, arguments: &[&str]) -> Output {
    std::fs::write(directory.join("shop.tar"), tar(image.docker())).unwrap();
    Command::new(env!("CARGO_BIN_EXE_layerscope"))
        .args(arguments)
        .current_dir(directory)
        .env("LAYERSCOPE_CONFIG", "/dev/null")
        .env_remove("CI")
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Standard output as text.
pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard output as JSON.
pub fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Fails if a text shows any of the values of [`shop`].
pub fn assert_masked(text: &str, what: &str) {
    for value in [NPM, GITHUB, PASSWORD, "hunter2-hunter2", "t0psecret-token-of-cmd"] {
        // The first four characters may be shown, the fifth may not.
        assert!(!text.contains(&value[..5]), "{what} shows {}…:\n{text}", &value[..4]);
    }
}
