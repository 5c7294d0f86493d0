//! Which images an archive has, what tells them apart, and which one is meant.

mod manifests;

use layerscope::escape::Untrusted;
use layerscope::{Archive, Progress, Selection, open_archive};
use serde_json::{Value, json};

use crate::support::build::{Image, Layer, Layout, file, layer, member, tar};

/// An image with one file, for a platform, with a tag.
fn image(tag: &str, file_name: &str, platform: &str) -> Image {
    let mut parts = platform.split('/');
    let mut image = Image::of([layer([file(file_name, 100)])]);
    image.tags = json!([tag]);
    image.config["os"] = parts.next().into();
    image.config["architecture"] = parts.next().into();
    if let Some(variant) = parts.next() {
        image.config["variant"] = variant.into();
    }
    image
}

fn platform(text: &str) -> Value {
    let mut parts = text.split('/');
    let mut platform = json!({ "os": parts.next(), "architecture": parts.next() });
    if let Some(variant) = parts.next() {
        platform["variant"] = variant.into();
    }
    platform
}

fn opened(bytes: &[u8]) -> Archive {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    open_archive(file.path(), &Progress::default()).unwrap()
}

/// The one file of the image that is meant, or what is said instead.
fn meant(bytes: &[u8], image: Option<&str>, platform: Option<&str>) -> String {
    let selection = Selection { image: image.map(Into::into), platform: platform.map(Into::into) };
    file_of(opened(bytes).choose(&selection))
}

fn file_of(opened: Result<layerscope::Opened, layerscope::Error>) -> String {
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return error.to_string(),
    };
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let paths = inspection.tree.final_paths();
    String::from_utf8(inspection.tree.path(paths[0].0)[1..].to_vec()).unwrap()
}

/// One tag for several platforms, which only the index tells in full.
fn platforms(all: &[&str]) -> Vec<u8> {
    let mut layout = Layout::default();
    let manifests = all.iter().map(|text| {
        let without_variant = text.split('/').take(2).collect::<Vec<_>>().join("/");
        let mut descriptor = layout.image(&image("", &text.replace('/', "-"), &without_variant));
        descriptor.as_object_mut().unwrap().remove("annotations");
        descriptor["platform"] = platform(text);
        descriptor
    });
    let manifests: Vec<_> = manifests.collect();
    let mut index = layout.index(manifests);
    index["annotations"] = json!({ "io.containerd.image.name": "docker.io/library/app:1" });
    tar(layout.members([index]))
}

#[test]
fn two_compressions_of_one_configuration_are_two_images() {
    type Pack = fn(Layer) -> Layer;
    let packings: [(&str, Pack); 3] =
        [("app:plain", |layer| layer), ("app:gzip", Layer::gzip), ("app:zstd", Layer::zstd)];
    let mut layout = Layout::default();
    let manifests = packings.map(|(tag, pack)| {
        let mut image = Image::of([layer([file("f", 5000)]), layer([file("g", 50)])]);
        image.layers = image.layers.into_iter().map(pack).collect();
        image.tags = json!([tag]);
        layout.image(&image)
    });
    let bytes = tar(layout.members(manifests));
    let archive = opened(&bytes);
    let tags: Vec<_> =
        archive.images.iter().map(|image| Untrusted::raw_words(&image.tags).join(",")).collect();
    assert_eq!(tags, ["app:plain", "app:gzip", "app:zstd"]);
    assert!(archive.images.iter().all(|image| image.id == archive.images[0].id));
    let compressions = tags.iter().map(|tag| {
        let selection = Selection { image: Some(tag.clone()), platform: None };
        let opened = opened(&bytes).choose(&selection).unwrap();
        layerscope::inspect(&opened, &Progress::default()).unwrap().layers[0]
            .compression
            .unwrap()
            .name()
    });
    assert_eq!(compressions.collect::<Vec<_>>(), ["none", "gzip", "zstd"]);
}

#[test]
fn two_entries_of_one_image_are_one_image_with_the_tags_of_both() {
    let image = Image::of([layer([file("f", 50)])]);
    for count in [2, 3, 60] {
        let entries: Vec<_> = (0..count)
            .map(|i| json!({ "Config": "config.json", "RepoTags": [format!("x:{i}"), "x:0"], "Layers": ["0.tar"] }))
            .collect();
        let mut members = image.docker();
        members.pop();
        members.push(member("manifest.json", json!(entries).to_string()));
        let bytes = tar(members);
        let archive = opened(&bytes);
        assert_eq!((archive.images.len(), archive.images[0].tags.len()), (1, count));
        assert_eq!(meant(&bytes, Some(&format!("x:{}", count - 1)), None), "f");
    }
}

#[test]
fn the_same_layers_in_another_order_are_another_image() {
    let image = Image::of([layer([file("f", 50)]), layer([file("f", 7)])]);
    let entry = |tag: &str, layers: [&str; 2]| json!({ "Config": "config.json", "RepoTags": [tag], "Layers": layers });
    let mut members = image.docker();
    members.pop();
    let entries = json!([entry("x:1", ["0.tar", "1.tar"]), entry("y:1", ["1.tar", "0.tar"])]);
    members.push(member("manifest.json", entries.to_string()));
    assert_eq!(opened(&tar(members)).images.len(), 2);
}

#[test]
fn an_image_that_is_described_twice_has_what_both_descriptions_say() {
    let mut layout = Layout::default();
    let mut descriptor = layout.image(&image("app:1", "f", "linux/arm"));
    descriptor["platform"] = platform("linux/arm/v6");
    let name = |at: usize| String::from_utf8(layout.blobs[at].name().to_vec()).unwrap();
    let entry = json!([{ "Config": name(1), "RepoTags": ["docker.io/library/app:1", "b:2"], "Layers": [name(0)] }]);
    let digest = descriptor["digest"].as_str().unwrap().to_owned();
    let mut members = layout.members([descriptor]);
    members.push(member("manifest.json", entry.to_string()));
    let archive = opened(&tar(members));
    let [image] = &archive.images[..] else { panic!("one image") };
    assert_eq!(image.tags, ["docker.io/library/app:1", "b:2"]);
    assert_eq!(
        (&image.platform, &image.manifest),
        (&Some("linux/arm/v6".into()), &Some(digest.into()))
    );
}

#[test]
fn the_platform_of_the_descriptor_selects() {
    let all = [
        "linux/amd64",
        "linux/arm/v5",
        "linux/arm/v7",
        "linux/arm64/v8",
        "windows/amd64",
        "linux/amd64/v3",
    ];
    let bytes = platforms(&all);
    for (wanted, expected) in [
        ("linux/arm/v7", "linux-arm-v7"),
        ("linux/arm/v5", "linux-arm-v5"),
        ("linux/arm", "linux-arm-v7"),
        ("linux/arm64/v8", "linux-arm64-v8"),
        ("linux/arm64", "linux-arm64-v8"),
        ("arm64", "linux-arm64-v8"),
        ("linux/aarch64", "linux-arm64-v8"),
        ("linux/amd64/v3", "linux-amd64-v3"),
        ("linux/amd64", "linux-amd64"),
        ("linux/amd64/v1", "linux-amd64"),
        ("windows", "windows-amd64"),
    ] {
        assert_eq!(meant(&bytes, None, Some(wanted)), expected, "{wanted}");
        assert_eq!(meant(&bytes, Some("app:1"), Some(wanted)), expected, "app:1 for {wanted}");
    }
    for wanted in ["linux/s390x", "linux/arm/v6", "linux/amd64/v2", "darwin"] {
        let words = format!("holds no image for the platform {wanted}");
        assert!(meant(&bytes, None, Some(wanted)).contains(&words), "{wanted}");
    }
}

#[test]
fn a_tag_that_stands_for_several_platforms_opens_this_machine_s() {
    let own = match std::env::consts::ARCH {
        "x86_64" => "linux/amd64",
        "aarch64" => "linux/arm64",
        _ => return,
    };
    let bytes = platforms(&["linux/s390x", own, "linux/ppc64le"]);
    let expected = own.replace('/', "-");
    for wanted in [None, Some("app:1"), Some("docker.io/library/app:1"), Some("library/app:1")] {
        assert_eq!(meant(&bytes, wanted, None), expected, "{wanted:?}");
    }
    let without = platforms(&["linux/s390x", "linux/ppc64le"]);
    assert!(meant(&without, Some("app:1"), None).contains("holds 2 images"));
}

#[test]
fn an_image_is_called_by_the_digest_of_its_configuration_its_manifest_or_its_index() {
    let bytes = platforms(&["linux/amd64", "linux/s390x"]);
    let archive = opened(&bytes);
    for image in &archive.images {
        let expected = image.platform.as_ref().unwrap().raw().replace('/', "-");
        for digest in [&image.id, &image.manifest] {
            let digest = digest.as_ref().unwrap().raw();
            let digits = &digest["sha256:".len()..];
            let short = &digits[..12];
            let upper = [
                digits.to_uppercase(),
                short.to_uppercase(),
                format!("sha256:{}", digits.to_uppercase()),
            ];
            let prefixed = format!("sha256:{short}");
            let spelled = [
                digest,
                digits,
                short,
                &prefixed,
                &upper[0],
                &upper[1],
                &upper[2],
                &format!("app@{digest}"),
            ];
            for wanted in spelled {
                assert_eq!(meant(&bytes, Some(wanted), None), expected, "{wanted}");
            }
        }
        let index = image.other_digests[0].raw();
        let platform = image.platform.as_ref().map(Untrusted::raw);
        assert_eq!(meant(&bytes, Some(index), platform), expected);
        assert_eq!(meant(&bytes, Some(&index["sha256:".len()..][..12]), platform), expected);
    }
}

#[test]
fn an_image_of_a_saved_archive_is_called_by_the_digest_of_its_configuration() {
    // Two images as `docker save` wrote them before it had an index.
    let images = ["first", "second"].map(|name| image(&format!("{name}:1"), name, "linux/amd64"));
    let mut members = Vec::new();
    let mut entries = Vec::new();
    for (i, image) in images.iter().enumerate() {
        let config = image.config.to_string();
        members.push(member(&format!("{i}.json"), config));
        members.push(member(&format!("{i}/layer.tar"), image.layers[0].stored()));
        let (config, layer) = (format!("{i}.json"), format!("{i}/layer.tar"));
        entries.push(json!({ "Config": config, "RepoTags": image.tags, "Layers": [layer] }));
    }
    members.push(member("manifest.json", json!(entries).to_string()));
    let bytes = tar(members);
    for (found, expected) in opened(&bytes).images.iter().zip(["first", "second"]) {
        let digest = found.id.as_ref().unwrap().raw();
        let digits = &digest["sha256:".len()..];
        let spelled = [
            digest,
            digits,
            &digits[..12],
            &format!("sha256:{}", &digits[..12]),
            &digits.to_uppercase(),
        ];
        for wanted in spelled {
            assert_eq!(meant(&bytes, Some(wanted), None), expected, "{wanted}");
        }
        assert!(
            meant(&bytes, Some(&format!("sha512:{digits}")), None)
                .contains("holds no image called")
        );
    }
}

#[test]
fn of_an_index_of_which_one_platform_is_there_that_one_is_meant() {
    // As an engine saves it that has pulled one platform: the manifests of all, the layers of one.
    let mut layout = Layout::default();
    let mut manifests = Vec::new();
    for text in ["linux/amd64", "linux/arm64", "linux/s390x"] {
        let mut descriptor = layout.image(&image("app:1", &text.replace('/', "-"), text));
        descriptor["platform"] = platform(text);
        manifests.push(descriptor);
        if text != "linux/s390x" {
            let layer = layout.blobs.len() - 3;
            layout.blobs.remove(layer);
        }
    }
    let bytes = tar(layout.members(manifests));
    assert_eq!(meant(&bytes, None, None), "linux-s390x");
    assert_eq!(meant(&bytes, Some("app:1"), None), "linux-s390x");
}

#[test]
fn what_is_no_tar_is_told_by_its_media_type() {
    let tar_type = "application/vnd.oci.image.layer.v1.tar+gzip";
    for (media_type, words) in [
        ("application/vnd.oci.image.layer.v1.tar+encrypted", "the layer is encrypted"),
        ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "the layer is encrypted"),
        ("application/vnd.oci.image.layer.v1.tar+zstd+encrypted", "the layer is encrypted"),
        ("application/vnd.oci.image.layer.nydus.blob.v1", "Nydus"),
        ("application/vnd.example.squashfs", "application/vnd.example.squashfs"),
    ] {
        let mut layout = Layout::default();
        let noise: Vec<u8> = (0..2500_u32)
            .map(|i| u8::try_from(i.wrapping_mul(2_654_435_761) >> 24).unwrap())
            .collect();
        let image = Image::of([layer([file("sh", 1300)]), Layer::of_tar(vec![0; 1024])]);
        let config = layout
            .blob("application/vnd.oci.image.config.v1+json", image.config.to_string().as_bytes());
        let layers =
            [layout.blob(tar_type, image.layers[0].stored()), layout.blob(media_type, &noise)];
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let manifest =
            json!({ "schemaVersion": 2, "mediaType": kind, "config": config, "layers": layers })
                .to_string();
        let manifest = layout.blob(kind, manifest.as_bytes());
        let opened = crate::support::build::open(tar(layout.members([manifest]))).unwrap();
        let progress = Progress { verify: true, ..Progress::default() };
        let inspection = layerscope::inspect(&opened, &progress).unwrap();
        assert!(
            inspection
                .warnings
                .iter()
                .any(|warning| warning.layer == Some(1.into())
                    && warning.to_string().contains(words)),
            "{:?}",
            inspection.warnings
        );
        assert_eq!(inspection.layers[1].tar_bytes, 0, "{media_type}");
        assert_eq!(
            (inspection.layers[0].size, inspection.mismatches.unwrap()),
            (1300, Vec::new()),
            "{media_type}"
        );
    }
}
