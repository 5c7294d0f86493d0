//! The demo: what its separate `RUN` deletes still ships.

use std::io::BufWriter;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use layerscope::advice::assessment::Study;
use layerscope::analysis::wasted_groups;
use layerscope::files::contents::LayerContents;
use layerscope::{Error, Inspection, Progress};

use crate::embedded::shown::inspect;

fn demo() -> Inspection {
    inspect(&layerscope::image::builtin::demo::open().unwrap())
}

/// Sizes in the text below are in MB, as `docker images` shows them.
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn is_about(bytes: u64, expected: f64, tolerance: f64) -> bool {
    (megabytes(bytes) / expected - 1.0).abs() <= tolerance
}

#[test]
fn the_demo_s_toolchain_still_ships_after_its_deletion() {
    let demo = demo();
    let size: Vec<_> = demo.layers.iter().map(|layer| layer.size).collect();
    assert_eq!(size.len(), 4);
    assert!(is_about(size[0], 5.25, 0.01), "the base ships {} bytes", size[0]);
    assert!(
        is_about(size[0] + size[1], 214.7, 0.02),
        "base and toolchain ship {:?} bytes",
        &size[..2]
    );
    assert!(is_about(demo.totals.size, 220.5, 0.005), "the image ships {} bytes", demo.totals.size);

    let deletion = &demo.layers[3];
    assert!(megabytes(deletion.size) < 0.05, "the deletion ships {} bytes", deletion.size);
    let hidden = deletion.hidden as f64 / demo.totals.size as f64;
    assert!(hidden > 0.95, "the deletion hides {hidden} of what is shipped");
    let efficiency = demo.efficiency().expect("the demo is whole");
    assert!(efficiency < 0.06, "the efficiency is {efficiency}");

    let biggest = &wasted_groups(&demo)[0];
    assert_eq!((biggest.added_in, biggest.removed_in), (1.into(), 3.into()));
    assert_eq!(biggest.reason.name(), "deleted");
}

#[test]
fn nothing_is_wrong_with_the_demo() {
    let demo = demo();
    let warnings: Vec<_> = demo.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(demo.name, "layerscope/demo:latest");
    assert_eq!(demo.platform, Some("linux/amd64".into()));
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
    layerscope::image::builtin::demo::write(BufWriter::new(file.as_file())).unwrap();
    let (written, embedded) = (inspect(&layerscope::open(file.path(), None).unwrap()), demo());
    assert_eq!(written.totals, embedded.totals);
    assert_eq!(written.id, embedded.id);
    assert!(written.warnings.is_empty());
}

#[test]
fn a_study_ends_when_the_image_is_left() {
    let opened = layerscope::image::builtin::demo::open().unwrap();
    let (inspection, contents) = (inspect(&opened), LayerContents::new(&opened));
    let progress = Arc::<Progress>::default();
    let study = || Study::unprompted(&inspection, &contents, true, &progress);
    assert!(study().is_ok_and(|study| !study.findings.is_empty()));
    progress.cancel.store(true, Ordering::Relaxed);
    assert!(matches!(study(), Err(Error::Cancelled)));
}
