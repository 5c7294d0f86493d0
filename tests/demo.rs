//! The built-in demo is what its generator makes, and says what it is there to say.
//!
//! `LAYERSCOPE_UPDATE=1 cargo test --test demo` writes the asset anew; the
//! other tests see it from the next run on, since it is compiled in.

#[path = "demo/generate.rs"]
mod generate;

use std::io::BufWriter;

use generate::Measure;
use layerscope::analysis::dead_groups;
use layerscope::archive::HoledSource;
use layerscope::{Inspection, Opened, Progress};

const ASSET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo.tar.holes.zst");

fn demo() -> Inspection {
    read(&layerscope::demo::open().unwrap())
}

fn read(opened: &Opened) -> Inspection {
    layerscope::inspect(opened, &Progress::default()).unwrap()
}

/// Sizes in the text below are in MB, as `docker images` shows them.
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn is_about(bytes: u64, expected: f64, tolerance: f64) -> bool {
    (megabytes(bytes) / expected - 1.0).abs() <= tolerance
}

#[test]
fn the_demo_is_what_its_generator_makes() {
    if std::env::var("LAYERSCOPE_UPDATE").as_deref() == Ok("1") {
        std::fs::write(ASSET, generate::packed().unwrap()).unwrap();
    }
    let asset = std::fs::read(ASSET).unwrap();
    assert!(megabytes(asset.len() as u64) < 0.5, "the demo takes {} bytes of the program", asset.len());
    // Compared unpacked: another version of zstd may pack the same archive differently.
    let (mut kept, mut made) = (Measure::default(), Measure::default());
    HoledSource::unpack(&asset).unwrap().write_to(&mut kept).unwrap();
    generate::write(BufWriter::new(&mut made)).unwrap();
    assert_eq!(kept.finish(), made.finish(), "run again with LAYERSCOPE_UPDATE=1 to renew the asset");
}

#[test]
fn the_demo_s_toolchain_still_ships_after_its_deletion() {
    let demo = demo();
    let shipped: Vec<_> = demo.layers.iter().map(|layer| layer.shipped).collect();
    assert_eq!(shipped.len(), 4);
    assert!(is_about(shipped[0], 5.25, 0.01), "the base ships {} bytes", shipped[0]);
    assert!(is_about(shipped[0] + shipped[1], 214.7, 0.02), "base and toolchain ship {:?} bytes", &shipped[..2]);
    assert!(is_about(demo.totals.shipped, 220.5, 0.005), "the image ships {} bytes", demo.totals.shipped);

    let deletion = &demo.layers[3];
    assert!(megabytes(deletion.shipped) < 0.05, "the deletion ships {} bytes", deletion.shipped);
    let killed = deletion.killed as f64 / demo.totals.shipped as f64;
    assert!(killed > 0.95, "the deletion hides {killed} of what is shipped");
    assert!(demo.totals.efficiency() < 0.06, "the efficiency is {}", demo.totals.efficiency());

    let biggest = &dead_groups(&demo)[0];
    assert_eq!((biggest.born_in, biggest.died_in), (1, 3));
    assert_eq!(biggest.cause.name(), "deleted");
}

#[test]
fn nothing_is_wrong_with_the_demo() {
    let demo = demo();
    let warnings: Vec<_> = demo.warnings.iter().map(|warning| &warning.text).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(demo.name, "layerscope/demo:latest");
    assert_eq!(demo.platform.as_deref(), Some("linux/amd64"));
}

#[test]
fn the_demo_s_instructions_read_as_a_person_wrote_them() {
    let steps: Vec<_> = demo().history.iter().map(|step| step.instruction().one_line()).collect();
    let (add, rest) = steps.split_first().unwrap();
    assert!(add.starts_with("ADD file:") && add.ends_with(" in /"), "{add}");
    assert_eq!(
        rest,
        [
            r#"CMD ["/bin/sh"]"#,
            "ENV GOPATH=/go GO111MODULE=off",
            "RUN apk add --update go git mercurial",
            "RUN go get github.com/golang/example/stringutil && go get -d github.com/gorilla/mux \
             && go build -ldflags=-s -o /go/bin/app github.com/golang/example/outyet",
            "RUN apk del go git mercurial && rm -rf /go/src /go/pkg /var/cache/apk/*",
            r#"CMD ["/go/bin/app"]"#,
        ]
    );
    let layers: Vec<_> = demo().layers.iter().map(|layer| layer.instruction.one_line()).collect();
    assert_eq!(layers, [&steps[0], &steps[3], &steps[4], &steps[5]].map(Clone::clone));
}

#[test]
fn the_demo_can_be_written_out() {
    let file = tempfile::NamedTempFile::new().unwrap();
    layerscope::demo::write(BufWriter::new(file.as_file())).unwrap();
    let (written, embedded) = (read(&layerscope::open(file.path(), None).unwrap()), demo());
    assert_eq!(written.totals, embedded.totals);
    assert_eq!(written.id, embedded.id);
    assert!(written.warnings.is_empty());
}
