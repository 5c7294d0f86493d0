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
