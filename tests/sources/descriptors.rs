//! Descriptors that say something else than the usual: of the media type, of the place, of the bytes.

use serde_json::{Value, json};

use super::{account, compressed, expected, image, layerscope, report, write};
use crate::program::text;
use crate::support::build::{
    Entry, Image, Layer, Layout, digest, dir, file, layer, member, symlink, tar,
};

fn layout(layer_type: &'static str, pack: fn(Layer) -> Layer) -> Vec<Entry> {
    let packed = Image { layers: image().layers.into_iter().map(pack).collect(), ..image() };
    let mut layout = Layout { layer_type, ..Layout::default() };
    let manifest = layout.image(&packed);
    layout.members([manifest])
}

#[test]
fn a_layer_is_what_its_bytes_are_whatever_its_media_type_says() {
    let directory = tempfile::tempdir().unwrap();
    for layer_type in [
        "application/octet-stream",
        "APPLICATION/VND.OCI.IMAGE.LAYER.V1.TAR+GZIP",
        "application/gzip",
        "application/x-gzip",
        "application/vnd.erofs",
        "application/vnd.in-toto+json",
        "x",
    ] {
        for pack in [(|layer| layer) as fn(Layer) -> Layer, Layer::gzip, Layer::zstd] {
            let archive = tar(layout(layer_type, pack));
            let file = write(directory.path(), "image.tar", &archive);
            assert_eq!(account(&report(&[&file], None)), expected(), "{layer_type}");
            assert_eq!(account(&report(&["-"], Some(&archive))), expected(), "{layer_type}, piped");
        }
    }
    // An empty one, which `Layout` cannot write.
    let mut members = layout("application/x", Layer::gzip);
    for at in &mut members {
        let text = String::from_utf8_lossy(at.contents()).into_owned();
        if text.contains("application/x") {
            let other = text.replace("\"application/x\"", "\"\"");
            *at = member(&String::from_utf8_lossy(at.name()), other);
        }
    }
    let file = write(directory.path(), "image.tar", &tar(members));
    let found = layerscope(&["report", "--format", "json", &file], None);
    assert!(!text(&found.stdout).contains("not-a-tar"), "{}", text(&found.stdout));
}

#[test]
fn what_is_no_tar_by_its_bytes_either_is_no_layer() {
    let mut layout = Layout::default();
    let config = layout.blob("application/vnd.oci.empty.v1+json", b"{}");
    let layers = [
        layout.blob("application/octet-stream", b"only a text"),
        layout.blob("application/gzip", &compressed(b"only a text")[0].1),
    ];
    let manifest = json!({ "schemaVersion": 2, "config": config, "layers": layers }).to_string();
    let manifest = layout.blob("application/vnd.oci.image.manifest.v1+json", manifest.as_bytes());
    let directory = tempfile::tempdir().unwrap();
    let file = write(directory.path(), "image.tar", &tar(layout.members([manifest])));
    let output = layerscope(&["report", &file], None);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("names no image"), "{}", text(&output.stderr));
}

/// A layout in which descriptors embed some blobs, which are not there themselves.
fn embedding(is_embedded: impl Fn(&str) -> bool, spoil: impl Fn(&mut Value)) -> Vec<u8> {
    use base64::Engine;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let mut layout = Layout::default();
    let image = image();
    let mut describe = |kind: &str, bytes: &[u8]| {
        let mut descriptor = layout.blob(kind, bytes);
        if is_embedded(kind) {
            layout.blobs.pop();
            descriptor["data"] = encode(bytes).into();
            spoil(&mut descriptor);
        }
        descriptor
    };
    let layers: Vec<_> = image
        .layers
        .iter()
        .map(|layer| describe("application/vnd.oci.image.layer.v1.tar", layer.stored()))
        .collect();
    let config =
        describe("application/vnd.oci.image.config.v1+json", image.config.to_string().as_bytes());
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let manifest =
        json!({ "schemaVersion": 2, "mediaType": media_type, "config": config, "layers": layers });
    let manifest = describe(media_type, manifest.to_string().as_bytes());
    tar(layout.members([manifest]))
}

#[test]
fn a_blob_that_its_descriptor_embeds_need_not_be_in_the_archive() {
    let directory = tempfile::tempdir().unwrap();
    for part in ["config", "layer", "manifest", "application"] {
        let archive = embedding(|kind| kind.contains(part), |_| {});
        let file = write(directory.path(), "image.tar", &archive);
        assert_eq!(account(&report(&[&file], None)), expected(), "{part}");
        assert_eq!(account(&report(&["-"], Some(&archive))), expected(), "{part}, piped");
    }
}

#[test]
fn data_of_another_digest_or_size_are_not_the_blob() {
    let directory = tempfile::tempdir().unwrap();
    for (spoil, said) in [
        ((|it| it["data"] = "e30=".into()) as fn(&mut Value), "does not have the size"),
        (|it| it["data"] = "!".into(), "is not base64"),
        (
            |it| it["digest"] = format!("sha256:{}", "0".repeat(64)).into(),
            "does not have its digest",
        ),
    ] {
        let archive = embedding(|kind| kind.contains("config"), spoil);
        let file = write(directory.path(), "image.tar", &archive);
        let output = layerscope(&["report", "--format", "json", &file], None);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let warnings = report["warnings"].to_string();
        assert!(warnings.contains(said) && warnings.contains("config"), "{said}: {warnings}");
    }
}

#[test]
fn a_foreign_layer_of_a_docker_archive_is_known_by_its_source() {
    let image = image();
    let base = layer([file("Files/Windows/a.dll", 10)]);
    let diff_id = digest("sha256", base.tar());
    let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    let mut config = image.config.clone();
    let ids = config["rootfs"]["diff_ids"].as_array_mut().unwrap();
    ids.insert(0, diff_id.clone().into());
    config["history"].as_array_mut().unwrap().insert(0, json!({ "created_by": "base" }));
    for source in [
        json!({ "mediaType": foreign, "digest": format!("sha256:{}", "1".repeat(64)), "size": 5 }),
        json!({ "digest": format!("sha256:{}", "1".repeat(64)), "urls": ["https://example.com/a"] }),
    ] {
        let manifest = json!([{
            "Config": "config.json", "RepoTags": ["w:1"],
            "Layers": ["6b86/layer.tar", "0.tar", "1.tar"],
            "LayerSources": { diff_id.clone(): source },
        }]);
        let members = [
            member("config.json", config.to_string()),
            member("0.tar", image.layers[0].stored()),
            member("1.tar", image.layers[1].stored()),
            member("manifest.json", manifest.to_string()),
        ];
        let directory = tempfile::tempdir().unwrap();
        let file = write(directory.path(), "image.tar", &tar(members));
        let output = layerscope(&["report", &file], None);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("(foreign)"), "{}", text(&output.stderr));
        let accepted = layerscope(&["report", &file, "--accept", "foreign"], None);
        assert_eq!(accepted.status.code(), Some(0), "{}", text(&accepted.stderr));
    }
}

#[test]
fn a_directory_of_an_archive_that_is_a_link_is_followed_within_it() {
    let image = image();
    let manifest = json!([{
        "Config": "config.json", "RepoTags": ["t:1"], "Layers": ["z/0.tar", "far/1.tar"],
    }]);
    let members = || {
        vec![
            member("config.json", image.config.to_string()),
            symlink("z", "layers"),
            dir("layers"),
            member("layers/0.tar", image.layers[0].stored()),
            member("layers/1.tar", image.layers[1].stored()),
            symlink("far", "./z/../z"),
            member("manifest.json", manifest.to_string()),
        ]
    };
    let directory = tempfile::tempdir().unwrap();
    let file = write(directory.path(), "image.tar", &tar(members()));
    assert_eq!(account(&report(&[&file], None)), expected());
    assert_eq!(account(&report(&["-"], Some(&tar(members())))), expected(), "piped");
    if cfg!(unix) {
        let unpacked = directory.path().join("unpacked");
        tar::Archive::new(&tar(members())[..]).unpack(&unpacked).unwrap();
        assert_eq!(account(&report(&[unpacked.to_str().unwrap()], None)), expected(), "unpacked");
    }
}

#[test]
fn bytes_after_a_zstd_archive_are_remarked_as_after_gzip() {
    let archive = tar(image().docker());
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in compressed(&archive).into_iter().filter(|(name, _)| *name != "bzip2") {
        let file = write(directory.path(), "image.tar", &[&bytes[..], b"abc"].concat());
        let report = report(&[&file], None);
        assert_eq!(account(&report), expected(), "{name}");
        let warnings = report["warnings"].to_string();
        assert!(warnings.contains("more bytes after the compressed archive"), "{name}: {warnings}");
    }
}

#[test]
fn the_images_of_an_archive_that_is_piped_in_are_listed() {
    let output = layerscope(&["images"], Some(&tar(image().docker())));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("built:latest"), "{}", text(&output.stdout));
}
