//! Secrets of a registry's image: found while it is downloaded, and again without a download.

use std::path::Path;

use super::cache::words;
use super::server::{Fault, Server};
use super::{json, layerscope, text};
use crate::secrets::{GITHUB, NPM, PASSWORD, key};
use crate::support::build::{Entry, Image, file, gone, layer};

/// The values that nobody may find on the disk.
const VALUES: [&str; 4] = [NPM, GITHUB, PASSWORD, "f4lc0n-42-f4lc0n"];

fn holding(path: &str, contents: &str) -> Entry {
    file(path, 0).holding(contents)
}

/// An image with some MiB between texts of which a few hold secrets, and a password in its config.
/// Where decoding can start in the middle, secrets are near.
fn image() -> Image {
    let large = words(12 << 20);
    let part =
        |i: usize| file(format!("usr/share/part{i}"), 0).holding(&large[i << 20..(i + 1) << 20]);
    let mut entries: Vec<Entry> = (0..4).map(part).collect();
    entries.extend([
        holding("root/.npmrc", &format!("//registry.acme.dev/:_authToken={NPM}\n")),
        holding("app/settings.py", &format!("NAME = 'shop'\nTOKEN = '{GITHUB}'\n")),
        holding("etc/ssl/private/server.key", &key()),
        holding("app/node_modules/a/index.js", &format!("TOKEN = '{GITHUB}'\n")),
        holding("app/.env", &format!("DB_PASSWORD={PASSWORD}\n")),
    ]);
    entries.extend((4..8).map(part));
    // Plain texts, and one whose name alone says that it may hold a secret.
    entries.extend((0..20).map(|i| holding(&format!("srv/page{i}.html"), "<p>Hello</p>\n")));
    entries.push(holding("srv/.env", "PORT=80\n"));
    entries.extend((8..12).map(part));
    let mut image = Image::of([
        layer(entries).gzip(),
        layer([gone("root/.npmrc"), holding("etc/plain.conf", "port = 80\n")]).gzip(),
    ]);
    image.config["config"] = serde_json::json!({ "Env": ["API_KEY=f4lc0n-42-f4lc0n"] });
    image
}

/// The report of an image as JSON, with options.
fn report(home: &Path, server: &Server, more: &[&str]) -> serde_json::Value {
    let name = format!("{}/team/app:1", server.host);
    let arguments = [&["report", &name, "--format", "json"], more].concat();
    json(&layerscope(home, &arguments).output().unwrap())
}

fn found(report: &serde_json::Value) -> usize {
    report["secrets"]["found"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_second_look_says_the_same_secrets_and_fetches_only_the_files_that_have_them() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let first = report(home.path(), &server, &[]);
    assert_eq!(first["secrets"]["unread_files"], 0);
    assert_eq!(found(&first), 5, "four files, one of them deleted, and a variable");
    let whole = server.sent();
    assert_eq!(report(home.path(), &server, &[]), first);
    let again = server.sent() - whole;
    assert!(again > 0 && again < whole / 3, "{again} of {whole} bytes for files in one place");
    let name = format!("{}/team/app:1", server.host);
    let said = || text(&layerscope(home.path(), &["report", &name]).output().unwrap().stdout);
    let warm = said();
    assert!(warm.contains("5 secrets, 1 of them deleted too late"), "{warm}");
    assert!(!warm.contains("not searched"), "{warm}");
    let no_cache = layerscope(home.path(), &["report", &name, "--no-cache"]).output().unwrap();
    assert_eq!(warm, text(&no_cache.stdout));
}

#[test]
fn texts_without_a_secret_cost_nothing_at_a_second_look() {
    let home = tempfile::tempdir().unwrap();
    let texts = (0..50).map(|i| holding(&format!("srv/page{i}.html"), "<p>Hello</p>\n"));
    let more = [holding("srv/.env", "PORT=80\n"), holding("srv/id_rsa", "no key\n")];
    let image = Image::of([layer(texts.chain(more)).gzip()]);
    let server = Server::start(&image, Fault::Nothing);
    let first = report(home.path(), &server, &[]);
    let whole = server.sent();
    assert_eq!(report(home.path(), &server, &[]), first);
    assert_eq!((server.sent(), &first["secrets"]["unread_files"]), (whole, &0.into()));
}

#[test]
fn what_was_read_without_a_search_is_searched_when_somebody_asks_for_it() {
    for option in ["--quick", "--no-secrets"] {
        let home = tempfile::tempdir().unwrap();
        let server = Server::start(&image(), Fault::Nothing);
        assert_eq!(report(home.path(), &server, &[option]).get("secrets"), None, "{option}");
        let searched = report(home.path(), &server, &[]);
        assert_eq!((found(&searched), &searched["secrets"]["unread_files"]), (5, &0.into()));
        // An account without secrets takes nothing away from the notes.
        report(home.path(), &server, &[option]);
        report(home.path(), &server, &[option, "--verify"]);
        let before = server.sent();
        assert_eq!(report(home.path(), &server, &[]), searched, "{option}");
        let blobs = server.sent() - before;
        assert!(blobs < before / 6, "{option}: {blobs} of {before} bytes were fetched once more");
    }
}

#[test]
fn other_commands_that_download_an_image_find_its_secrets_for_later() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&image(), Fault::Nothing);
    let name = format!("{}/team/app:1", server.host);
    let cat = layerscope(home.path(), &["cat", &name, "/etc/plain.conf"]).output().unwrap();
    assert_eq!(text(&cat.stdout), "port = 80\n", "{}", text(&cat.stderr));
    let whole = server.sent();
    let searched = report(home.path(), &server, &[]);
    assert_eq!((found(&searched), &searched["secrets"]["unread_files"]), (5, &0.into()));
    assert!(server.sent() - whole < whole / 3);
}

/// Everything that can be read in a file: its bytes, and all that is packed in them.
fn unpacked(bytes: &[u8], depth: usize) -> Vec<Vec<u8>> {
    const FRAME: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
    let mut all = vec![bytes.to_vec()];
    let starts = (0..bytes.len()).filter(|&at| depth > 0 && bytes[at..].starts_with(FRAME));
    for at in starts {
        let mut frame = Vec::new();
        let decoder = zstd::Decoder::with_buffer(&bytes[at..]).unwrap().single_frame();
        let _ = std::io::copy(&mut { decoder }, &mut frame);
        all.extend(unpacked(&frame, depth - 1));
    }
    all
}

/// An image with so many secrets that a place where decoding can start has some before it.
fn dense() -> Image {
    let large = words(10 << 20);
    let part = |name: &str, bytes: &[u8]| file(name, 0).holding(bytes);
    let secret = |i: usize| {
        let filler = String::from_utf8_lossy(&large[i * 400..(i + 1) * 400]);
        let value = if i.is_multiple_of(2) { NPM } else { "f4lc0n-42-f4lc0n" };
        holding(&format!("app/{i}/.npmrc"), &format!("; {filler}\n_authToken={value}\n"))
    };
    let mut entries = vec![part("usr/share/a", &large[..2 << 20])];
    entries.extend((0..2000).map(secret));
    entries.push(part("usr/share/b", &large[3 << 20..]));
    let mut image = Image::of([layer(entries).gzip()]);
    image.config["config"] = serde_json::json!({ "Env": [format!("DB_PASSWORD={PASSWORD}")] });
    image
}

#[test]
fn no_secret_is_in_the_cache_however_it_is_packed() {
    let server = Server::start(&dense(), Fault::Nothing);
    for options in [&[][..], &["--quick"], &["--no-secrets"]] {
        let home = tempfile::tempdir().unwrap();
        report(home.path(), &server, options);
        let cache = home.path().join(".cache/layerscope");
        let files = ["layers", "documents", "tags"]
            .iter()
            .flat_map(|directory| std::fs::read_dir(cache.join(directory)).unwrap());
        let mut windows = 0;
        for file in files {
            let path = file.unwrap().path();
            for bytes in unpacked(&std::fs::read(&path).unwrap(), 3) {
                for value in VALUES {
                    let is_there =
                        bytes.windows(value.len()).any(|window| window == value.as_bytes());
                    assert!(!is_there, "{options:?}: {value} is in {}", path.display());
                }
                let is_word = |b: &u8| b.is_ascii_hexdigit() || *b == b' ';
                windows += usize::from(bytes.len() == 32 << 10 && bytes.iter().all(is_word));
            }
        }
        assert!(windows > 0, "{options:?}: the bytes before those places were not looked into");
    }
}
