//! Copied directories, and manifests of the first schema.

use std::path::Path;

use layerscope::{Progress, Selection, open_archive};
use serde_json::{Value, json};

use super::{file_of, image, meant, opened, platform};
use crate::support::build::{Entry, Layer, Layout, file, layer};

/// Writes blobs as `skopeo copy --all dir:` does.
fn write_flat(directory: &Path, blobs: &[Entry], manifests: &[&str], top: &str) {
    for blob in blobs {
        let name = String::from_utf8(blob.name().to_vec()).unwrap();
        let digits = name.rsplit('/').next().unwrap();
        let behind = if manifests.iter().any(|digest| digest.ends_with(digits)) {
            ".manifest.json"
        } else {
            ""
        };
        std::fs::write(directory.join(format!("{digits}{behind}")), blob.contents()).unwrap();
    }
    std::fs::write(directory.join("manifest.json"), top).unwrap();
    std::fs::write(directory.join("version"), "Directory Transport Version: 1.1\n").unwrap();
}

fn packed(directory: &Path) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_dir_all(".", directory).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn a_copied_directory_may_have_a_list_of_manifests() {
    for media_type in [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ] {
        let mut layout = Layout::default();
        let manifests = ["linux/amd64", "linux/arm64", "linux/arm/v7"].map(|text| {
            let mut descriptor = layout.image(&image("", &text.replace('/', "-"), text));
            descriptor["platform"] = platform(text);
            descriptor
        });
        let digests: Vec<_> =
            manifests.iter().map(|manifest| manifest["digest"].as_str().unwrap()).collect();
        let top = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": manifests })
            .to_string();
        let directory = tempfile::tempdir().unwrap();
        write_flat(directory.path(), &layout.blobs, &digests, &top);
        let select = |platform: &str| Selection { image: None, platform: Some(platform.into()) };
        for text in ["linux/amd64", "linux/arm64", "linux/arm/v7"] {
            let archive = open_archive(directory.path(), &Progress::default()).unwrap();
            assert_eq!(archive.images.len(), 3);
            assert_eq!(file_of(archive.choose(&select(text))), text.replace('/', "-"));
            assert_eq!(meant(&packed(directory.path()), None, Some(text)), text.replace('/', "-"));
        }
    }
}

/// A manifest of Docker's first schema: layers from the top to the bottom.
fn first_schema(layers: &[Layer]) -> (Vec<Entry>, Value) {
    let mut layout = Layout::default();
    let blobs: Vec<_> = layers.iter().map(|layer| layout.blob("", layer.stored())).collect();
    let steps: Vec<_> = (0..=layers.len())
        .rev()
        .map(|i| {
            let throwaway = i == layers.len();
            let mut step = json!({
                "id": format!("{i:064}"), "created": "2015-01-01T00:00:00Z",
                "container_config": { "Cmd": ["/bin/sh", "-c", format!("step {i}")] },
            });
            if throwaway {
                step["throwaway"] = true.into();
                step["os"] = "linux".into();
                step["architecture"] = "amd64".into();
                step["config"] = json!({ "Cmd": ["/app"], "Env": ["A=1"] });
            }
            json!({ "v1Compatibility": step.to_string() })
        })
        .collect();
    let empty = json!({ "blobSum": format!("sha256:{}", "a3".repeat(32)) });
    let sums = blobs.iter().rev().map(|blob| json!({ "blobSum": blob["digest"] }));
    let sums: Vec<_> = std::iter::once(empty).chain(sums).collect();
    let manifest = json!({
        "schemaVersion": 1, "name": "library/old", "tag": "1", "architecture": "amd64", "fsLayers": sums, "history": steps,
    });
    (layout.blobs, manifest)
}

#[test]
fn a_manifest_of_the_first_schema_is_opened() {
    for pack in [|layer: Layer| layer, Layer::gzip as fn(Layer) -> Layer] {
        let layers = [layer([file("below", 30)]), layer([file("above", 4)])].map(pack);
        let (blobs, manifest) = first_schema(&layers);
        let directory = tempfile::tempdir().unwrap();
        write_flat(directory.path(), &blobs, &[], &manifest.to_string());
        let archives = [
            open_archive(directory.path(), &Progress::default()).unwrap(),
            opened(&packed(directory.path())),
        ];
        for archive in archives {
            let opened = archive.choose(&Selection::default()).unwrap();
            let image = &opened.image;
            assert_eq!(
                (&image.tags[..], &image.platform),
                (&["library/old:1".into()][..], &Some("linux/amd64".into()))
            );
            assert_eq!(
                (&image.run.command[..], image.run.environment.raw_value("A")),
                (&["/app".into()][..], Some("1"))
            );
            let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
            let layers: Vec<_> = inspection
                .layers
                .iter()
                .map(|layer| (layer.size, layer.instruction.text.raw()))
                .collect();
            assert_eq!(layers, [(30, "RUN step 0"), (4, "RUN step 1")]);
            assert!(inspection.warnings.is_empty(), "{:?}", inspection.warnings);
        }
    }
}
