//! `ladder --measure`: what there is to pull is what gzip makes of the layers as they would be.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::build::{
    self, Entry, Image, Layer, dir, file, gone, gzip, hardlink, layer, opaque, symlink, tar,
};
use layerscope::advice::ladder::{LadderInputs, climb};
use layerscope::advice::measure::{measure, measure_ladder};
use layerscope::analysis::download::Download;
use layerscope::analysis::what_if::Change;
use layerscope::runtime::libraries::Libc;
use layerscope::runtime::{MadeBy, Parts, Start};
use layerscope::{Error, Inspection, Opened, Progress};

/// Text that compresses, but not to nothing; other text for another seed.
fn text(seed: u64, lines: usize) -> String {
    let mut state = seed;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 40
    };
    (0..lines).map(|_| format!("line {} of {seed}\n", next())).collect()
}

fn written(name: &str, seed: u64) -> Entry {
    file(name, 0).holding(text(seed, 400))
}

fn read(layers: impl IntoIterator<Item = Layer>) -> (Opened, Inspection) {
    let opened = build::open(tar(Image::of(layers).docker())).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    (opened, inspection)
}

/// What gzip makes of a layer of these entries.
fn packed(entries: impl IntoIterator<Item = Entry>) -> u64 {
    gzip(&tar(entries)).len() as u64
}

/// A base; a compiler, a cache and an application; a change of the cache, and what is cleaned up.
fn layers() -> [Layer; 4] {
    [
        layer([
            dir("etc"),
            written("etc/passwd", 1),
            written("etc/old", 2),
            dir("d"),
            written("d/below", 3),
        ]),
        layer([
            dir("go"),
            written("go/compiler", 4),
            symlink("go/link", "compiler"),
            written("cache", 5),
        ]),
        layer([dir("app"), written("app/program", 6), written("cache", 7), dir("etc").mode(0o700)]),
        layer([gone("go"), gone("etc/old"), dir("d"), opaque("d"), written("d/new", 8)]),
    ]
}

/// What a merged run of the layers above the base ships.
fn merged() -> [Entry; 8] {
    [
        dir("app"),
        written("app/program", 6),
        written("cache", 7),
        dir("etc").mode(0o700),
        gone("etc/old"),
        dir("d"),
        opaque("d"),
        written("d/new", 8),
    ]
}

fn merging() -> Change {
    Change::Merge { first: 1.into(), last: 3.into() }
}

fn download(opened: &Opened, inspection: &Inspection, changes: &[Change]) -> u64 {
    measure(inspection, changes, opened, &Arc::default()).unwrap().bytes().unwrap()
}

#[test]
fn layers_made_one_take_what_gzip_makes_of_what_the_one_would_hold() {
    let (opened, inspection) = read(layers());
    let base = gzip(layers()[0].tar()).len() as u64;
    assert_eq!(download(&opened, &inspection, &[merging()]), base + packed(merged()));
}

#[test]
fn however_the_layers_are_stored_the_merged_one_is_the_same_and_the_base_keeps_its_size() {
    for compress in [Layer::gzip as fn(Layer) -> Layer, |layer| layer.gzip_members(3), Layer::zstd]
    {
        let (opened, inspection) = read(layers().map(compress));
        let base = compress(layers()[0].clone()).stored().len() as u64;
        assert_eq!(inspection.layers[0].stored_bytes, base);
        assert_eq!(download(&opened, &inspection, &[merging()]), base + packed(merged()));
    }
    let archive = gzip(&tar(Image::of(layers()).docker()));
    let opened = build::open(archive).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let base = gzip(layers()[0].tar()).len() as u64;
    assert_eq!(
        download(&opened, &inspection, &[merging()]),
        base + packed(merged()),
        "an archive compressed as a whole"
    );
}

#[test]
fn an_image_that_does_not_change_is_what_is_stored_or_what_gzip_makes_of_it() {
    let (opened, inspection) = read(layers());
    let plain: u64 = layers().iter().map(|layer| gzip(layer.tar()).len() as u64).sum();
    assert_eq!(download(&opened, &inspection, &[]), plain);
    let (opened, inspection) = read(layers().map(Layer::zstd));
    assert_eq!(download(&opened, &inspection, &[]), inspection.totals.stored_bytes);
}

#[test]
fn a_path_that_is_never_made_takes_what_hides_it_along() {
    let (opened, inspection) = read(layers());
    let drop = |path: &str| Change::Drop(inspection.tree.find(path.as_bytes()).unwrap());
    let bytes = |of: usize| gzip(layers()[of].tar()).len() as u64;
    let cleaned = packed([gone("etc/old"), dir("d"), opaque("d"), written("d/new", 8)]);
    let without = bytes(0) + packed([written("cache", 5)]) + bytes(2) + cleaned;
    assert_eq!(download(&opened, &inspection, &[drop("go")]), without);
    let compiler = inspection
        .tree
        .find(b"go/compiler")
        .and_then(|node| inspection.tree.versions(node).next())
        .unwrap();
    let made = packed([dir("go"), symlink("go/link", "compiler"), written("cache", 5)]);
    let without = bytes(0) + made + bytes(2) + bytes(3);
    assert_eq!(
        download(&opened, &inspection, &[Change::Without(vec![compiler])]),
        without,
        "the directory is still hidden"
    );
}

#[test]
fn a_file_that_loses_its_first_name_ships_once_and_a_file_written_twice_as_it_is_last() {
    let links = [
        layer([written("kept", 1)]),
        layer([written("first", 2), hardlink("second", "first"), hardlink("third", "first")]),
        layer([gone("first"), written("twice", 3)]),
        layer([written("twice", 4), gone("kept")]),
        layer([written("kept", 5)]),
    ];
    let (opened, inspection) = read(links);
    // The bytes stay with the header of the first name; the link that is the file now is not there
    // besides.
    let one = packed([
        written("first", 2),
        hardlink("third", "first"),
        written("twice", 4),
        written("kept", 5),
    ]);
    let merge = Change::Merge { first: 1.into(), last: 4.into() };
    assert_eq!(
        download(&opened, &inspection, &[merge]),
        gzip(&tar([written("kept", 1)])).len() as u64 + one
    );
}

#[test]
fn what_the_base_has_stays_hidden_whatever_was_in_its_place_in_between() {
    let layers = || {
        [layer([written("f", 1)]), layer([written("f", 2), written("g", 3)]), layer([gone("f")])]
    };
    let (opened, inspection) = read(layers());
    let base = gzip(layers()[0].tar()).len() as u64;
    let merge = Change::Merge { first: 1.into(), last: 2.into() };
    assert_eq!(
        download(&opened, &inspection, &[merge]),
        base + packed([written("g", 3), gone("f")])
    );
    let overwritten = inspection.tree.versions(inspection.tree.find(b"f").unwrap()).next().unwrap();
    let without = Change::Without(vec![overwritten]);
    assert_eq!(
        download(&opened, &inspection, &[without]),
        base + packed([written("g", 3)]) + packed([gone("f")])
    );
}

#[test]
fn the_rungs_are_measured_but_for_those_that_stand_on_something_else() {
    let (opened, inspection) = read(layers());
    let at = |path: &str| inspection.tree.find(path.as_bytes()).unwrap();
    let program = Parts {
        path: at("app/program"),
        files: Vec::new(),
        needed: Some(Vec::new()),
        names: Vec::new(),
        start: Start::Alone,
        needs: Vec::new(),
        libc: Libc::None,
        made_by: MadeBy::Another,
        strippable: 4_000,
        packed: None,
        doubts: Vec::new(),
    };
    let inputs = LadderInputs { base_layers: 1, program: Some(program), ..LadderInputs::default() };
    let mut possible_sizes = climb(&inspection, &inputs);
    assert!(
        possible_sizes.iter().all(|possible_size| !possible_size.download.is_exact()),
        "no registry has plain layers"
    );
    measure_ladder(&inspection, &mut possible_sizes, &opened, &Arc::default()).unwrap();
    assert!(
        possible_sizes.iter().all(|possible_size| !possible_size.download.is_exact()),
        "another gzip makes other bytes"
    );
    let downloads: Vec<_> = possible_sizes
        .iter()
        .map(|possible_size| {
            (
                possible_size.step.id(),
                matches!(possible_size.download, Download::Measured(_)),
                possible_size.download.bytes(),
            )
        })
        .collect();
    let base = gzip(layers()[0].tar()).len() as u64;
    let program = packed([dir("app"), written("app/program", 6)]);
    let plain: u64 = layers().iter().map(|layer| gzip(layer.tar()).len() as u64).sum();
    assert_eq!(
        downloads,
        [
            ("as-built", true, Some(plain)),
            ("without-wasted", true, Some(base + packed(merged()))),
            ("multi-stage", true, Some(base + program)),
            ("scratch", true, Some(program)),
            ("stripped", false, None),
        ]
    );
}

#[test]
fn whoever_asked_to_stop_gets_no_number() {
    let (opened, inspection) = read(layers());
    let progress = Arc::<Progress>::default();
    progress.cancel.store(true, Ordering::Relaxed);
    assert!(matches!(
        measure(&inspection, &[merging()], &opened, &progress),
        Err(Error::Cancelled)
    ));
}

#[test]
fn a_damaged_layer_is_measured_up_to_the_damage_and_a_missing_one_as_empty() {
    let mut image = Image::of(layers());
    image.layers[1] = Layer::of_tar(layers()[1].tar()[..1024].to_vec());
    let mut members = image.docker();
    members.retain(|member| member.name() != b"2.tar");
    let opened = build::open(tar(members)).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    assert!(
        download(&opened, &inspection, &[merging()])
            < gzip(layers()[0].tar()).len() as u64 + packed(merged())
    );
}

#[test]
fn the_program_says_what_was_measured_and_why_a_pipe_cannot_be() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image.tar");
    std::fs::write(&path, tar(Image::of(layers()).docker())).unwrap();
    let run = |arguments: &[&str], input: Stdio| {
        let program = env!("CARGO_BIN_EXE_layerscope");
        Command::new(program)
            .arg("ladder")
            .args(arguments)
            .arg("--measure")
            .stdin(input)
            .output()
            .unwrap()
    };
    let image = path.to_str().unwrap();
    let output = run(&[image, "--merge", "1-3", "--format", "json"], Stdio::null());
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let base = gzip(layers()[0].tar()).len() as u64;
    assert_eq!(
        (&value["download_bytes"], &value["download_exact"]),
        (&(base + packed(merged())).into(), &false.into())
    );
    let output = run(&[image], Stdio::null());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("      download: ") && text.contains("Download sizes were measured"),
        "{text}"
    );
    assert!(!text.contains("if files compress as before"), "{text}");
    let output = run(&["-"], std::fs::File::open(&path).unwrap().into());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("was read from a pipe") && errors.contains("hint: "), "{errors}");
}
