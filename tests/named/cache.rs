//! What was read of a registry's image is not downloaded again.

use std::path::Path;

use super::server::{Asked, Fault, Server};
use super::{image, json, layerscope, refused, text};
use crate::support::build::{Image, file, layer, tar};

/// The report of the account alone, in JSON.
fn account(home: &Path, name: &str, more: &[&str]) -> serde_json::Value {
    let arguments = [&["report", name, "--quick", "--format", "json"], more].concat();
    json(&layerscope(home, &arguments).output().unwrap())
}

/// The requests since the last look, without those that only ask whether a server of this machine
/// speaks plain http.
fn asked(server: &Server, before: &mut usize) -> Vec<Asked> {
    let all = server.asked();
    let new = all[*before..].iter().filter(|asked| asked.path != "/v2/").cloned().collect();
    *before = all.len();
    new
}

#[test]
fn a_second_look_at_a_tag_costs_one_head_and_at_a_digest_nothing() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let name = format!("{}/team/app:1", server.host);
    let mut seen = 0;
    let first = account(home.path(), &name, &[]);
    assert!(asked(&server, &mut seen).iter().any(|asked| asked.path.contains("/blobs/")));
    let second = account(home.path(), &name, &[]);
    assert_eq!(first, second);
    let requests: Vec<_> =
        asked(&server, &mut seen).into_iter().map(|asked| (asked.method, asked.sent)).collect();
    assert_eq!(requests, [("HEAD".to_owned(), 0)]);
    let digest = server
        .asked()
        .iter()
        .find_map(|asked| asked.path.split_once("/blobs/").map(|(_, digest)| digest.to_owned()));
    assert!(digest.is_some());
    let by_digest = format!("{}/team/app@{}", server.host, server.manifest);
    account(home.path(), &by_digest, &[]);
    assert_eq!(server.asked().len(), seen, "all of it is known by its digest");
    account(home.path(), &name, &["--no-cache"]);
    assert!(asked(&server, &mut seen).iter().all(|asked| asked.method == "GET" && asked.sent > 0));
    let verified = layerscope(home.path(), &["report", &name, "--verify"]).output().unwrap();
    assert!(
        verified.status.success() && text(&verified.stdout).contains("Verified"),
        "{}",
        text(&verified.stderr)
    );
    assert!(
        asked(&server, &mut seen).iter().filter(|asked| asked.path.contains("/blobs/")).count()
            >= 2,
        "it reads all"
    );
}

#[test]
fn a_new_version_costs_its_new_layers() {
    let home = tempfile::tempdir().unwrap();
    let common = || layer([file("large", 300_000)]).gzip();
    let version = |name: &str| Image::of([common(), layer([file(name, 40_000)]).gzip()]);
    let (one, two) = (
        Server::start(&version("one"), Fault::Nothing),
        Server::start(&version("two"), Fault::Nothing),
    );
    account(home.path(), &format!("{}/team/app:1", one.host), &[]);
    account(home.path(), &format!("{}/team/app:1", two.host), &[]);
    let layers = |server: &Server| {
        server.asked().iter().filter(|asked| asked.path.contains("/blobs/")).count()
    };
    assert_eq!(layers(&one), 3, "a config and two layers");
    assert_eq!(layers(&two), 2, "a config and the new layer");
}

#[test]
fn what_a_server_sends_under_another_digest_is_not_kept() {
    let home = tempfile::tempdir().unwrap();
    let bad = Server::start(&image(), Fault::OtherBytes);
    let output =
        layerscope(home.path(), &["report", &format!("{}/team/app:1", bad.host), "--quick"])
            .output()
            .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let good = Server::start(&image(), Fault::Nothing);
    account(home.path(), &format!("{}/team/app:1", good.host), &[]);
    let layers = good
        .asked()
        .iter()
        .filter(|asked| asked.path.contains("/blobs/") && asked.sent > 0)
        .count();
    assert!(layers >= 2, "nothing of the other server's layers was kept");
}

#[test]
fn an_archive_that_names_a_digest_it_does_not_have_changes_nothing_for_others() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    // The archive has other bytes under the digests of the registry's layers.
    let other = Image::of([layer([file("poison", 1)]).gzip(), layer([file("poison", 2)]).gzip()]);
    let (names, contents) = (image().oci(), other.oci());
    let layers = |entries: &[crate::support::build::Entry]| -> Vec<usize> {
        let is_layer = |i: &usize| entries[*i].contents().starts_with(&[0x1f, 0x8b]);
        (0..entries.len()).filter(is_layer).collect()
    };
    let (at, from) = (layers(&names), layers(&contents));
    let mut poisoned = Vec::new();
    for (i, entry) in names.iter().enumerate() {
        match at.iter().position(|&layer| layer == i) {
            Some(layer) => {
                let name = String::from_utf8_lossy(entry.name()).into_owned();
                let bytes = contents[from[layer]].contents();
                poisoned.push(file(&name, 0).holding(bytes));
            }
            None => poisoned.push(entry.clone()),
        }
    }
    let archive = home.path().join("poison.tar");
    std::fs::write(&archive, tar(poisoned)).unwrap();
    let said = layerscope(home.path(), &["report", archive.to_str().unwrap()]).output().unwrap();
    assert!(text(&said.stdout).contains("layers"), "{}", text(&said.stderr));
    let name = format!("{}/team/app:1", server.host);
    let clean = account(home.path(), &name, &["--no-cache"]);
    assert_eq!(account(home.path(), &name, &[]), clean);
    assert_eq!(account(home.path(), &name, &[]), clean);
}

#[test]
fn the_cache_says_where_it_is_and_can_be_cleared_and_damage_does_not_matter() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let name = format!("{}/team/app:1", server.host);
    let first = account(home.path(), &name, &[]);
    let cache = |more: &[&str]| {
        text(&layerscope(home.path(), &[&["cache"], more].concat()).output().unwrap().stdout)
    };
    let said = cache(&[]);
    assert!(
        said.contains(".cache/layerscope")
            && said.contains("5 records")
            && said.contains("at most 256 MiB"),
        "{said}"
    );
    for directory in ["layers", "documents", "tags"] {
        for entry in
            std::fs::read_dir(home.path().join(".cache/layerscope").join(directory)).unwrap()
        {
            std::fs::write(entry.unwrap().path(), "no record").unwrap();
        }
    }
    assert_eq!(account(home.path(), &name, &[]), first);
    assert!(cache(&["--clear"]).contains("0 records"), "{}", cache(&[]));
    let config = home.path().join("config.toml");
    std::fs::write(&config, "cache = \"0\"").unwrap();
    account(home.path(), &name, &["--config", config.to_str().unwrap()]);
    assert!(cache(&[]).contains("0 records"), "nothing is kept where the configuration forbids it");
}

#[test]
fn a_tag_that_is_not_there_is_answered_with_those_that_are() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let said = refused(
        &layerscope(home.path(), &["report", &format!("{}/team/app:1.1", server.host)])
            .output()
            .unwrap(),
    );
    assert!(said.contains("no such tag; it has 1.0, 1 and nightly"), "{said}");
}

/// Bytes that compress like a real layer: words that never come in the same order again.
pub fn words(len: usize) -> Vec<u8> {
    let mut state = 11_u64;
    let mut bytes = Vec::with_capacity(len + 32);
    while bytes.len() < len {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(format!("{:x} ", state >> 48).as_bytes());
    }
    bytes
}

#[test]
fn a_second_look_with_contents_fetches_what_it_reads_and_no_more() {
    let home = tempfile::tempdir().unwrap();
    let status = "Package: tool\nStatus: install ok installed\nVersion: 1\n\n";
    let large = words(24 << 20);
    let image = Image::of([layer([
        file("usr/share/before", 0).holding(&large[..16 << 20]),
        file("var/lib/dpkg/info/tool.list", 0).holding("/usr/bin/tool\n"),
        file("var/lib/dpkg/status", 0).holding(status),
        file("usr/bin/tool", 0).holding("#!/bin/sh\necho a tool\n"),
        file("usr/share/after", 0).holding(&large[16 << 20..]),
    ])
    .gzip()]);
    let server = Server::start(&image, Fault::Nothing);
    let name = format!("{}/team/app:1", server.host);
    let report =
        || json(&layerscope(home.path(), &["report", &name, "--format", "json"]).output().unwrap());
    let first = report();
    let whole = server.sent();
    assert!(whole > 8 << 20, "it is large: {whole}");
    assert_eq!(report(), first);
    let second = server.sent() - whole;
    assert!(second > 0 && second < whole / 20, "{second} of {whole} bytes were fetched again");
    let cat = layerscope(home.path(), &["cat", &name, "/usr/bin/tool"]).output().unwrap();
    assert_eq!(text(&cat.stdout), "#!/bin/sh\necho a tool\n", "{}", text(&cat.stderr));
    let third = server.sent() - whole - second;
    assert!(third < whole / 10, "{third} of {whole} bytes were fetched for one file");
    // The whole of a large file comes through all checkpoints as it is.
    let cat = layerscope(home.path(), &["cat", &name, "/usr/share/after"]).output().unwrap();
    assert!(cat.stdout == large[16 << 20..], "{}", text(&cat.stderr));
    // No contents are on the disk.
    for entry in std::fs::read_dir(home.path().join(".cache/layerscope/layers")).unwrap() {
        let bytes = std::fs::metadata(entry.unwrap().path()).unwrap().len();
        assert!(bytes < (whole / 20) as u64, "a record of {bytes} bytes has contents");
    }
}

#[test]
fn after_every_fault_the_cache_holds_nothing_partial() {
    use Fault::{
        Basic, Circle, CutAlways, CutOnce, Forbidden, Huge, Limited, LyingLength, OtherBytes, Token,
    };
    let clean = {
        let home = tempfile::tempdir().unwrap();
        let server = Server::start(&image(), Fault::Nothing);
        account(home.path(), &format!("{}/team/app:1", server.host), &[])
    };
    for fault in [
        Basic,
        Circle,
        CutAlways,
        CutOnce,
        Forbidden,
        Huge,
        Limited,
        LyingLength,
        OtherBytes,
        Token,
    ] {
        let home = tempfile::tempdir().unwrap();
        let bad = Server::start(&image(), fault);
        let name = format!("{}/team/app:1", bad.host);
        let output = layerscope(home.path(), &["report", &name]).output().unwrap();
        let code = if fault == CutOnce { 0 } else { 2 };
        assert_eq!(output.status.code(), Some(code), "{fault:?}: {}", text(&output.stderr));
        let cache = home.path().join(".cache/layerscope");
        let records = |kind: &str| -> Vec<String> {
            let entries = std::fs::read_dir(cache.join(kind)).into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        };
        let all = ["layers", "documents", "tags"].map(records).concat();
        assert!(all.iter().all(|name| !name.starts_with('.')), "{fault:?} left {all:?}");
        let layers = if fault == CutOnce { 2 } else { 0 };
        assert_eq!(records("layers").len(), layers, "{fault:?}");
        let good = Server::start(&image(), Fault::Nothing);
        let name = format!("{}/team/app:1", good.host);
        let again = account(home.path(), &name, &[]);
        assert_eq!(super::without_names(again), super::without_names(clean.clone()), "{fault:?}");
    }
}
