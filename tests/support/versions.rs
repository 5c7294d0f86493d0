//! Two versions of one image, as people have them: the same base, a package upgraded meanwhile, the
//! program changed.

use serde_json::json;

use super::build::{Entry, Image, Layer, dir, file, gone, layer, symlink, tar};

/// A package of Alpine with its version and its files: directory, name, bytes.
type Package<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str, usize)]);

const BASE: [Package<'_>; 4] = [
    ("alpine-release", "3.20.3-r0", &[("etc", "alpine-release", 7)]),
    ("apk-tools", "2.14.4-r0", &[("sbin", "apk", 69_632), ("lib", "libapk.so.2.14.0", 198_656)]),
    ("busybox", "1.36.1-r29", &[("bin", "busybox", 808_712)]),
    ("musl", "1.2.5-r0", &[("lib", "ld-musl-x86_64.so.1", 650_744)]),
];
const OLD: [Package<'_>; 4] = [
    ("ca-certificates-bundle", "20240226-r0", &[("etc/ssl/certs", "ca-certificates.crt", 219_342)]),
    (
        "libcrypto3",
        "3.3.1-r3",
        &[("lib", "libcrypto.so.3", 4_601_240), ("usr/lib/ossl-modules", "legacy.so", 104_256)],
    ),
    ("libssl3", "3.3.1-r3", &[("lib", "libssl.so.3", 803_680)]),
    ("wget", "1.24.5-r0", &[("usr/bin", "wget", 501_760)]),
];
const NEW: [Package<'_>; 4] = [
    ("ca-certificates-bundle", "20240226-r0", &[("etc/ssl/certs", "ca-certificates.crt", 219_342)]),
    (
        "libcrypto3",
        "3.3.2-r1",
        &[("lib", "libcrypto.so.3", 4_650_392), ("usr/lib/ossl-modules", "legacy.so", 104_256)],
    ),
    ("libssl3", "3.3.2-r1", &[("lib", "libssl.so.3", 799_584)]),
    (
        "tzdata",
        "2024b-r0",
        &[("usr/share/zoneinfo", "Europe", 121_344), ("usr/share/zoneinfo", "tzdata.zi", 107_520)],
    ),
];

/// The archives of `shop:1.4` and `shop:1.5`, as `docker save` would write them with compressed
/// layers.
pub fn versions() -> [Vec<u8>; 2] {
    let base = packed([
        vec![dir("lib"), dir("bin"), symlink("bin/sh", "/bin/busybox")],
        files(&BASE, 0),
        vec![database(&[&BASE])],
    ]);
    let statics = packed([vec![
        dir("srv/static"),
        some("srv/static/app.css", 48_112, 9),
        some("srv/static/logo.svg", 9_220, 10),
    ]]);
    let old = [
        base.clone(),
        packed([files(&OLD, 1), vec![database(&[&BASE, &OLD])]]),
        packed([vec![
            some("srv/server", 5_242_880, 2).mode(0o755),
            some("srv/server.map", 1_310_720, 3),
        ]]),
        statics.clone(),
        layer([gone("srv/server.map")]).gzip(),
    ];
    let new = [
        base,
        packed([files(&NEW, 4), vec![database(&[&BASE, &NEW])]]),
        packed([vec![
            some("srv/server", 5_767_168, 5).mode(0o755),
            some("srv/plugins/tax.so", 262_144, 6),
        ]]),
        statics,
    ];
    [("shop:1.4", image(old)), ("shop:1.5", image(new))].map(|(tag, mut image)| {
        image.tags = json!([tag]);
        tar(image.docker())
    })
}

fn image(layers: impl IntoIterator<Item = Layer>) -> Image {
    let mut image = Image::of(layers);
    let steps = [
        "/bin/sh -c #(nop) ADD file:5758b97d8301c84a in / ",
        "/bin/sh -c apk upgrade --no-cache && apk add --no-cache ca-certificates libssl3",
        "/bin/sh -c #(nop) COPY dir:0f1a3b in /srv ",
        "/bin/sh -c #(nop) COPY dir:77c1d2 in /srv/static ",
        "/bin/sh -c rm /srv/server.map",
    ];
    let history: Vec<_> =
        steps.iter().take(image.layers.len()).map(|step| json!({ "created_by": step })).collect();
    image.config["history"] = json!(history);
    image
}

fn packed(parts: impl IntoIterator<Item = Vec<Entry>>) -> Layer {
    layer(parts.into_iter().flatten()).gzip()
}

fn files(packages: &[Package<'_>], seed: u8) -> Vec<Entry> {
    let paths = packages.iter().flat_map(|(_, _, files)| *files);
    paths.map(|(directory, name, size)| some(&format!("{directory}/{name}"), *size, seed)).collect()
}

/// A file that compresses as programs do, to less than a half.
fn some(name: &str, size: usize, seed: u8) -> Entry {
    let mut state = u32::from(seed) + 1;
    let bytes = (0..size).map(|i| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if i % 32 < 12 { (state >> 24) as u8 } else { (i / 4096) as u8 }
    });
    file(name, 0).holding(bytes.collect::<Vec<u8>>())
}

/// What apk says is installed.
fn database(lists: &[&[Package<'_>]]) -> Entry {
    let mut text = String::new();
    for (name, version, files) in lists.iter().flat_map(|list| *list) {
        text += &format!("P:{name}\nV:{version}\n");
        for (directory, name, _) in *files {
            text += &format!("F:{directory}\nR:{name}\n");
        }
        text.push('\n');
    }
    file("lib/apk/db/installed", 0).holding(text)
}
