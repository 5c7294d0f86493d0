//! Packages of rpm are named out of a database that rpm itself wrote (`rpmdb.sh` makes it anew).

use std::io::Read;
use std::sync::Arc;

use flate2::read::GzDecoder;
use layerscope::LayerIndex;
use layerscope::Progress;
use layerscope::files::contents::LayerContents;
use layerscope::files::packages::{Packages, installed};

use crate::support::build::{Entry, Image, Layer, file, gone, layer, open, tar};

fn database() -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(&include_bytes!("rpmdb.sqlite.gz")[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The packages that paths belong to after a layer.
fn owners<const N: usize>(
    layers: impl IntoIterator<Item = Layer>,
    layer: usize,
    paths: [&str; N],
) -> [Option<String>; N] {
    let opened = open(tar(Image::of(layers).docker())).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let tree = &inspection.tree;
    let packages = Packages::read(tree, &LayerContents::new(&opened), &Arc::default());
    paths.map(|path| {
        let node = tree.find(path.as_bytes()).unwrap();
        packages.owner(tree, LayerIndex::new(layer), node).map(ToString::to_string)
    })
}

const FILES: [&str; 5] = [
    "usr/bin/small-a",
    "opt/two words/small-l.txt",
    "usr/share/many/a-file-many-1",
    "usr/share/many/a-file-many-300",
    "usr/share/many/nobody-s",
];

fn files() -> Vec<Entry> {
    FILES.map(|path| file(path, 10)).into()
}

fn named() -> [Option<String>; 5] {
    [Some("small-a"), Some("small-l"), Some("many"), Some("many"), None]
        .map(|name| name.map(str::to_owned))
}

#[test]
fn rpm_names_the_packages_of_files_also_where_its_tables_take_many_pages() {
    for path in ["var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"] {
        let with = || layer(files().into_iter().chain([file(path, 0).holding(database())]));
        assert_eq!(owners([with()], 0, FILES), named(), "{path}");
        assert_eq!(owners([with().gzip()], 0, FILES), named(), "{path}");
        let gone = layer([gone(path)]);
        assert_eq!(
            owners([with(), gone.clone()], 0, FILES),
            named(),
            "as of the layer that has it"
        );
        assert_eq!(owners([with(), gone], 1, FILES), [const { None }; 5]);
    }
}

#[test]
fn a_database_that_is_cut_or_wrong_names_what_is_right_and_ends() {
    let whole = database();
    let read = |bytes: Vec<u8>| {
        owners(
            [layer(
                files().into_iter().chain([file("var/lib/rpm/rpmdb.sqlite", 0).holding(bytes)]),
            )],
            0,
            FILES,
        )
    };
    for len in [0, 15, 16, 99, 100, 4096, 8192, 20_000, 100_000] {
        read(whole[..len].to_vec());
    }
    // A page that leads to itself, and one whose rows go on in themselves.
    let mut circle = whole.clone();
    circle[4096 + 8..4096 + 12].copy_from_slice(&2_u32.to_be_bytes());
    read(circle);
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..150 {
        let mut bytes = whole.clone();
        for _ in 0..next(200) {
            let page = next(whole.len() / 4096).min(next(40)) * 4096;
            bytes[page + next(200)] = u8::try_from(next(256)).unwrap();
        }
        let found = read(bytes);
        assert_eq!(found[4], None);
    }
}

#[test]
fn rpm_says_which_versions_are_installed() {
    let database = file("var/lib/rpm/rpmdb.sqlite", 0).holding(database());
    let opened =
        open(tar(Image::of([layer(files().into_iter().chain([database]))]).docker())).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let installed = installed(&inspection.tree, &LayerContents::new(&opened), &Arc::default());
    assert_eq!(installed.packages.len(), 13);
    assert!(installed.packages.iter().all(|package| package.version.as_deref() == Some("1.2-3")));
    let with_files = installed.packages.iter().filter(|package| package.files > 0);
    let with_files: Vec<_> =
        with_files.map(|package| (package.name.as_str(), package.bytes)).collect();
    assert_eq!(with_files, [("many", 20), ("small-a", 10), ("small-l", 10)]);
}
