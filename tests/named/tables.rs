//! Layers with a table of contents: the account costs their tables, and a file costs its chunks.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::Path;

use serde_json::{Value, json as value};
use sha2::{Digest, Sha256};

use super::server::{Fault, Server};
use super::{json, layerscope, text, without_names};
use crate::support::corpus;

type Blobs = HashMap<String, Vec<u8>>;

fn digest(bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

fn add(blobs: &mut Blobs, bytes: Vec<u8>) -> String {
    let name = digest(&bytes);
    blobs.insert(name.clone(), bytes);
    name
}

/// Reads the blobs of a layout in a tar, and the digest of its first image.
fn blobs_of(archive: &Path) -> (Blobs, String) {
    let mut blobs = Blobs::new();
    let mut index = Value::Null;
    for entry in tar::Archive::new(std::fs::File::open(archive).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        match name.strip_prefix("blobs/sha256/") {
            Some(digits) => drop(blobs.insert(format!("sha256:{digits}"), bytes)),
            None if name == "index.json" => index = serde_json::from_slice(&bytes).unwrap(),
            None => {}
        }
    }
    loop {
        let manifest = index["manifests"][0]["digest"].as_str().unwrap().to_owned();
        index = serde_json::from_slice(&blobs[&manifest]).unwrap();
        if index.get("manifests").is_none() {
            return (blobs, manifest);
        }
    }
}

/// The account of what a server has, and the bytes of blobs that it sent for it.
fn account(server: &Server, more: &[&str]) -> (Value, usize) {
    let home = tempfile::tempdir().unwrap();
    let name = format!("{}/team/app:1", server.host);
    let output =
        layerscope(home.path(), &[&["report", &name, "--format", "json", "--tree"], more].concat())
            .output()
            .unwrap();
    (json(&output), server.sent())
}

/// The account without the remark that it is made of tables.
fn without_remark(mut account: Value) -> Value {
    let warnings = account["warnings"].as_array_mut().unwrap();
    warnings.retain(|warning| warning["code"] != "from-tables");
    without_names(account)
}

#[test]
fn an_account_from_the_tables_of_real_tools_is_that_of_the_bytes() {
    let Some(corpus) = corpus() else { return eprintln!("skipped: there is no corpus") };
    for name in ["kitchen.buildx-oci-estargz.tar", "kitchen.buildah139-oci-zstd-chunked.tar"] {
        let (blobs, manifest) = blobs_of(&corpus.join("small").join(name));
        let server = Server::with(blobs.clone(), manifest.clone(), Fault::Nothing);
        let (of_tables, sent) = account(&server, &["--quick"]);
        let server = Server::with(blobs, manifest, Fault::Nothing);
        let (of_bytes, all) = account(&server, &["--quick", "--verify"]);
        let codes: Vec<_> = of_tables["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| &warning["code"])
            .collect();
        assert!(codes.contains(&&value!("from-tables")), "{name}: {codes:?}");
        let mut of_bytes = without_remark(of_bytes);
        for part in ["mismatches", "verification"] {
            of_bytes.as_object_mut().unwrap().remove(part);
        }
        let of_tables = without_remark(of_tables);
        for part in ["totals", "layers", "wasted", "tree", "completeness"] {
            assert_eq!(of_tables[part], of_bytes[part], "{name}: {part}");
        }
        assert!(sent < all / 2, "{name}: {sent} of {all} bytes were sent");
    }
}

/// A file of a layer that is made here.
struct Made {
    name: String,
    contents: Vec<u8>,
}

/// Files of which most can hardly be compressed.
fn files() -> Vec<Made> {
    let mut state = 1_u64;
    let mut noise = |len: usize| -> Vec<u8> {
        let next = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        (0..len).map(next).collect()
    };
    let mut files: Vec<Made> =
        (0..40).map(|i| Made { name: format!("data/{i:02}"), contents: noise(200_000) }).collect();
    files.push(Made {
        name: "etc/motd".into(),
        contents: b"hello from the middle of a layer\n".to_vec(),
    });
    files
}

fn header(name: &str, size: usize) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_cksum();
    header.as_bytes().to_vec()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Packs files as each format does; returns the layer, the annotations of its descriptor, and the
/// diff ID.
fn packed(is_gzip: bool) -> (Vec<u8>, Value, String) {
    let pack =
        |bytes: &[u8]| if is_gzip { gzip(bytes) } else { zstd::encode_all(bytes, 1).unwrap() };
    let (mut layer, mut tar, mut entries, mut pieces) =
        (Vec::new(), Vec::new(), Vec::new(), String::new());
    let mut segment = Vec::new();
    for Made { name, contents } in files() {
        segment.extend(header(&name, contents.len()));
        layer.extend(pack(&segment));
        tar.extend(&segment);
        pieces += &format!("{{\"type\":2,\"payload\":\"{}\"}}\n", base64(&segment));
        pieces += &format!("{{\"type\":1,\"size\":{}}}\n", contents.len());
        let offset = layer.len();
        layer.extend(pack(&contents));
        tar.extend(&contents);
        let mut entry = value!({ "name": name, "type": "reg", "size": contents.len(), "mode": 0o644, "offset": offset,
            "digest": digest(&contents), "chunkDigest": digest(&contents), "modtime": "1970-01-01T00:00:00Z" });
        if !is_gzip {
            entry["endOffset"] = value!(layer.len());
        }
        entries.push(entry);
        segment = vec![0; contents.len().next_multiple_of(512) - contents.len()];
    }
    segment.extend([0; 1024]);
    layer.extend(pack(&segment));
    tar.extend(&segment);
    pieces += &format!("{{\"type\":2,\"payload\":\"{}\"}}\n", base64(&segment));
    let table = value!({ "version": 1, "entries": entries }).to_string().into_bytes();
    if is_gzip {
        let start = layer.len();
        let mut index = header("stargz.index.json", table.len());
        index.extend(&table);
        index.resize(index.len().next_multiple_of(512) + 1024, 0);
        layer.extend(gzip(&index));
        let mut footer =
            vec![0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x1a, 0, b'S', b'G', 0x16, 0];
        footer.extend(format!("{start:016x}STARGZ").bytes());
        footer.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
        layer.extend(footer);
        tar.extend(&index);
        let length = tar.len().to_string();
        let annotations = value!({ "containerd.io/snapshot/stargz/toc.digest": digest(&table),
            "io.containers.estargz.uncompressed-size": length });
        return (layer, annotations, digest(&tar));
    }
    let skippable = |layer: &mut Vec<u8>, bytes: &[u8]| {
        layer.extend([0x50, 0x2a, 0x4d, 0x18]);
        layer.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
        let at = layer.len();
        layer.extend(bytes);
        at
    };
    let packed = zstd::encode_all(&table[..], 1).unwrap();
    let at = skippable(&mut layer, &packed);
    let headers = zstd::encode_all(pieces.as_bytes(), 1).unwrap();
    let headers_at = skippable(&mut layer, &headers);
    let name = |name: &str| format!("io.github.containers.zstd-chunked.{name}");
    let annotations = value!({ name("manifest-checksum"): digest(&packed),
        name("manifest-position"): format!("{at}:{}:{}:1", packed.len(), table.len()),
        name("tarsplit-position"): format!("{headers_at}:{}:{}", headers.len(), pieces.len()) });
    (layer, annotations, digest(&tar))
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// An image of one such layer; `change` may spoil the annotations.
fn image(is_gzip: bool, change: impl Fn(&mut Value, &mut Vec<u8>)) -> (Blobs, String) {
    let (mut layer, mut annotations, diff_id) = packed(is_gzip);
    change(&mut annotations, &mut layer);
    let mut blobs = Blobs::new();
    let size = layer.len();
    let kind = if is_gzip { "gzip" } else { "zstd" };
    let layer = add(&mut blobs, layer);
    let config = value!({ "architecture": "amd64", "os": "linux", "rootfs": { "type": "layers", "diff_ids": [diff_id] } });
    let config = config.to_string().into_bytes();
    let config_size = config.len();
    let config = add(&mut blobs, config);
    let manifest = value!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": config_size },
        "layers": [{ "mediaType": format!("application/vnd.oci.image.layer.v1.tar+{kind}"), "digest": layer,
            "size": size, "annotations": annotations }] });
    let manifest = add(&mut blobs, manifest.to_string().into_bytes());
    (blobs, manifest)
}

#[test]
fn an_account_costs_less_than_two_per_cent_and_a_file_its_chunk() {
    for is_gzip in [true, false] {
        let (blobs, manifest) = image(is_gzip, |_, _| {});
        let whole: usize = blobs.values().map(Vec::len).max().unwrap();
        let server = Server::with(blobs.clone(), manifest.clone(), Fault::Nothing);
        let (of_table, sent) = account(&server, &[]);
        assert!(sent * 50 < whole, "{sent} of {whole} bytes were sent");
        assert_eq!(of_table["totals"]["size_bytes"], 40 * 200_000 + 33);
        let verified = Server::with(blobs.clone(), manifest.clone(), Fault::Nothing);
        let (of_bytes, _) = account(&verified, &["--verify"]);
        for part in ["totals", "wasted", "tree"] {
            assert_eq!(of_table[part], of_bytes[part], "{part}");
        }
        assert!(
            of_bytes["mismatches"].as_array().unwrap().is_empty(),
            "{}",
            of_bytes["mismatches"]
        );
        let server = Server::with(blobs, manifest, Fault::Nothing);
        let home = tempfile::tempdir().unwrap();
        let name = format!("{}/team/app:1", server.host);
        let cat = |path: &str| layerscope(home.path(), &["cat", &name, path]).output().unwrap();
        let output = cat("/etc/motd");
        assert_eq!(
            text(&output.stdout),
            "hello from the middle of a layer\n",
            "{}",
            text(&output.stderr)
        );
        assert!(server.sent() * 50 < whole, "{} of {whole} bytes were sent", server.sent());
        let before = server.sent();
        assert_eq!(cat("/data/07").stdout, files()[7].contents);
        assert!(server.sent() - before < 2 * 200_000, "the table is known, and one chunk was sent");
    }
}

#[test]
fn a_table_that_is_not_the_builders_is_not_used() {
    for is_gzip in [true, false] {
        let names = [
            "containerd.io/snapshot/stargz/toc.digest",
            "io.github.containers.zstd-chunked.manifest-checksum",
        ];
        let name = names[usize::from(!is_gzip)];
        let (blobs, manifest) =
            image(is_gzip, |annotations, _| annotations[name] = value!(digest(b"another")));
        let (account, _) = account(&Server::with(blobs, manifest, Fault::Nothing), &["--quick"]);
        assert_eq!(account["totals"]["size_bytes"], 40 * 200_000 + 33);
        let said = account["warnings"].to_string();
        assert!(!said.contains("from-tables"), "the bytes were read: {said}");
    }
}

#[test]
fn a_chunk_with_other_bytes_than_the_table_says_is_an_error() {
    let (blobs, manifest) = image(true, |_, layer| {
        // A byte in the middle of the first file, which is stored as it is.
        layer[100_000] ^= 1;
    });
    let server = Server::with(blobs, manifest, Fault::Nothing);
    let home = tempfile::tempdir().unwrap();
    let name = format!("{}/team/app:1", server.host);
    let output = layerscope(home.path(), &["cat", &name, "/data/00"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let verified = layerscope(home.path(), &["report", &name, "--verify"]).output().unwrap();
    assert_ne!(verified.status.code(), Some(0), "{}", text(&verified.stdout));
}

#[test]
fn a_server_that_ignores_ranges_still_gives_the_account() {
    let (blobs, manifest) = image(true, |_, _| {});
    let (account, _) = account(&Server::with(blobs, manifest, Fault::NoRanges), &["--quick"]);
    assert_eq!(account["totals"]["size_bytes"], 40 * 200_000 + 33);
}
