//! Texts beside the layers: annotations, the author, comments. They are as public as labels.

use serde_json::json;

use super::{GITHUB, image, text};
use crate::support::build::{Entry, Image, Layout, open, tar};

fn plain() -> Image {
    image([("COPY . / # buildkit", vec![text("app/a.txt", "hello\n")])])
}

/// The places of secrets in an archive.
fn places(archive: Vec<u8>) -> Vec<String> {
    let opened = open(archive).unwrap();
    let progress = std::sync::Arc::default();
    let inspection = layerscope::inspect(&opened, &layerscope::Progress::default()).unwrap();
    let contents = layerscope::files::contents::LayerContents::new(&opened);
    let found =
        layerscope::advice::secrets::Secrets::search(&inspection, &contents, &progress).unwrap();
    found.list.iter().map(|secret| secret.whereabouts(&inspection).to_string()).collect()
}

/// A change to an image.
type ImageChange<'a> = &'a dyn Fn(&mut Image);

#[test]
fn what_is_written_beside_the_layers_is_searched_like_labels() {
    let author = |image: &mut Image| image.config["author"] = json!(format!("ci {GITHUB}"));
    let comment = |image: &mut Image| {
        image.config["history"][0]["comment"] = json!(format!("cloned with {GITHUB}"));
    };
    let environment = |image: &mut Image| {
        image.config["container_config"] = json!({ "Env": [format!("GH_TOKEN={GITHUB}")] });
    };
    let user = |image: &mut Image| image.config["config"] = json!({ "User": GITHUB });
    let directory =
        |image: &mut Image| image.config["config"] = json!({ "WorkingDir": format!("/{GITHUB}") });
    let shell =
        |image: &mut Image| image.config["config"] = json!({ "Shell": ["sh", "-c", GITHUB] });
    let cases: [(&str, ImageChange<'_>); 6] = [
        ("author", &author),
        ("comment", &comment),
        ("container_config", &environment),
        ("USER", &user),
        ("WORKDIR", &directory),
        ("SHELL", &shell),
    ];
    for (word, change) in cases {
        let mut image = plain();
        change(&mut image);
        let places = places(tar(image.docker()));
        assert_eq!(places.len(), 1, "{word}: {places:?}");
        assert!(places[0].contains(word), "{word}: {places:?}");
    }
}

#[test]
fn annotations_of_a_manifest_and_of_its_descriptor_are_searched() {
    let mut annotated = plain();
    annotated.annotations = json!({ "org.acme.note": format!("cloned with {GITHUB}") });
    let mut layout = Layout::default();
    let descriptor = layout.image(&annotated);
    assert_eq!(places(tar(layout.members([descriptor]))), ["an annotation"]);
    let mut layout = Layout::default();
    let mut descriptor = layout.image(&plain());
    descriptor["annotations"]["org.acme.note"] = json!(GITHUB);
    assert_eq!(places(tar(layout.members([descriptor]))), ["an annotation"]);
    let mut layout = Layout::default();
    let descriptor = layout.image(&plain());
    assert_eq!(places(tar(layout.members([descriptor]))), [""; 0]);
}

/// An archive of an image with an attestation whose provenance has a build argument; without the
/// provenance's blob if `is_whole` is false.
fn attested(is_whole: bool) -> Vec<u8> {
    tar(attested_layout(is_whole))
}

/// The layout in such an archive.
pub fn attested_layout(is_whole: bool) -> Vec<Entry> {
    let mut layout = Layout::default();
    let mut descriptor = layout.image(&plain());
    descriptor["platform"] = json!({ "os": "linux", "architecture": "amd64" });
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "predicate": { "invocation": { "parameters": { "args": {
            "build-arg:DEPLOY_TOKEN": "f4lc0n-42-q8w7",
            "build-arg:VERSION": "1.2.3",
        } } } },
    });
    let mut part = layout.blob("application/vnd.in-toto+json", statement.to_string().as_bytes());
    if !is_whole {
        layout.blobs.pop();
    }
    part["annotations"] =
        json!({ "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" });
    let config = layout.blob("application/vnd.oci.image.config.v1+json", b"{}");
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let manifest =
        json!({ "schemaVersion": 2, "mediaType": media_type, "config": config, "layers": [part] });
    let mut attestation = layout.blob(media_type, manifest.to_string().as_bytes());
    attestation["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
    attestation["annotations"] = json!({
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": descriptor["digest"],
    });
    layout.members([descriptor, attestation])
}

#[test]
fn the_build_arguments_that_provenance_keeps_are_searched() {
    assert_eq!(places(attested(true)), ["the provenance (attestation)"]);
    assert_eq!(places(attested(false)), [""; 0]);
    let directory = tempfile::tempdir().unwrap();
    let check = |is_whole: bool| {
        std::fs::write(directory.path().join("a.tar"), attested(is_whole)).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_layerscope"));
        command.args(["check", "a.tar", "--max-secrets", "0"]).current_dir(directory.path());
        let output = command.env("LAYERSCOPE_CONFIG", "/dev/null").output().unwrap();
        (output.status.code(), super::out(&output))
    };
    let (code, said) = check(true);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("DEPLOY_TOKEN") && !said.contains("f4lc0n"), "{said}");
    assert!(!said.contains("not searched for secrets"), "{said}");
    let (code, said) = check(false);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 attestation not searched for secrets"), "{said}");
}

#[test]
fn every_format_says_that_attestations_and_archives_were_not_searched() {
    use crate::support::build::file;
    let directory = tempfile::tempdir().unwrap();
    let check = |options: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_layerscope"));
        command.arg("check").args(options).current_dir(directory.path());
        let output = command.env("LAYERSCOPE_CONFIG", "/dev/null").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let packed = image([("COPY . / # buildkit", vec![file("app/all.tgz", 900)])]);
    std::fs::write(directory.path().join("archives.tar"), tar(packed.docker())).unwrap();
    std::fs::write(directory.path().join("attestations.tar"), attested(false)).unwrap();
    for what in ["archive", "attestation"] {
        let archive = format!("{what}s.tar");
        for format in ["text", "json", "markdown", "sarif", "junit", "github", "gitlab"] {
            let (code, out) = check(&[&archive, "--max-secrets", "0", "--format", format]);
            assert_eq!(code, Some(0), "{format}: {out}");
            let note = format!("1 {what} not searched for secrets");
            assert!(out.contains(&note), "{format}: {out}");
        }
        let (_, out) = check(&[&archive, "--max-size", "1GB"]);
        assert!(!out.contains("not searched"), "no limit is about secrets: {out}");
        let (_, out) = check(&[&archive, "--max-secrets", "0", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&out).unwrap();
        crate::gate::outputs::validate(include_str!("../../assets/check.schema.json"), &document);
        let part = &document["images"][0]["unsearched"][0];
        assert_eq!((&part["what"], &part["count"]), (&json!(format!("{what}s")), &json!(1)));
    }
}

#[test]
fn a_found_value_is_masked_in_the_name_of_a_label_and_in_the_tag_and_the_variant() {
    let token = super::NPM;
    let npmrc = format!("//registry.npmjs.org/:_authToken={token}\n");
    let mut tagged = image([("COPY . / # buildkit", vec![text("app/.npmrc", &npmrc)])]);
    tagged.config["config"] = json!({ "Labels": { token: "label-of-build" } });
    tagged.config["variant"] = json!(token);
    tagged.tags = json!([format!("shop:{token}")]);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.tar"), tar(tagged.docker())).unwrap();
    for format in ["text", "json", "markdown", "html"] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_layerscope"));
        command.args(["report", "a.tar", "--format", format]).current_dir(directory.path());
        let output = command.env("LAYERSCOPE_CONFIG", "/dev/null").output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(out.contains("npm_…") && !out.contains(token), "{format}: {out}");
    }
}

#[test]
fn a_token_in_a_text_with_zeros_behind_it_or_in_a_bin_file_is_found() {
    for (path, contents) in [
        ("app/a.txt", format!("T={GITHUB}\0\0")),
        ("app/environ", format!("A=1\0T={GITHUB}\0B=some other text\0")),
        ("app/x.bin", format!("T={GITHUB}\n")),
    ] {
        let image = image([("COPY . / # buildkit", vec![text(path, &contents)])]);
        let places = places(tar(image.docker()));
        assert!(places.len() == 1 && places[0].contains(path), "{path}: {places:?}");
    }
    let program = format!("\x7fELF\x02\x01\0\0\0\0\0\0\0\0\0T={GITHUB}");
    let image = image([("COPY . / # buildkit", vec![text("app/x", &program)])]);
    assert_eq!(places(tar(image.docker())), [""; 0]);
}
