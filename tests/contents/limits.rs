//! What cannot be read, what is read in a roundabout way, and how a read is stopped.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use layerscope::LayerIndex;
use layerscope::archive::ReadAt;
use layerscope::files::contents::{Absence, Contents, LayerContents, absence};
use layerscope::progress::is_cancelled;
use layerscope::{Error, Opened, Progress};

use super::layouts::{Subject, noise, read, whole};
use crate::support::build::{
    Bytes, Entry, Image, Layer, dir, file, gone, gzip, hardlink, layer, open, other, symlink, tar,
};

fn subject(image: &Image) -> Subject {
    Subject::of(&open(tar(image.docker())).unwrap())
}

fn error(subject: &Subject, path: &str) -> Error {
    let opened =
        subject.contents.open(&subject.inspection.tree, subject.newest(path), &Arc::default());
    opened.err().expect("it cannot be opened")
}

fn failure(subject: &Subject, path: &str) -> String {
    let source = subject.source(path);
    let mut buffer = vec![0; 4096];
    let mut done = 0;
    loop {
        match source.read_at(&mut buffer, done) {
            Ok(0) => panic!("{path} is read to its end"),
            Ok(n) => done += n as u64,
            Err(error) => return error.to_string(),
        }
    }
}

#[test]
fn a_deleted_file_is_still_readable_and_so_is_each_version_of_an_overwritten_one() {
    let subject = subject(&Image::of([
        layer([file("f", 0).holding("first"), file("gone", 0).holding("dead")]).gzip(),
        layer([file("f", 0).holding("second"), gone("gone")]).zstd(),
    ]));
    let tree = &subject.inspection.tree;
    assert_eq!(whole(&subject.source("/gone")), b"dead");
    let versions = tree.versions(tree.find(b"/f").unwrap());
    let read: Vec<_> = versions
        .map(|version| whole(&subject.contents.open(tree, version, &Arc::default()).unwrap()))
        .collect();
    assert_eq!(read, [b"second".to_vec(), b"first".to_vec()]);
}

#[test]
fn every_name_of_a_file_has_its_contents_also_those_of_another_layer() {
    let subject = subject(&Image::of([
        layer([file("a", 0).holding("contents"), hardlink("b", "a")]),
        layer([hardlink("c", "a"), gone("a")]).gzip(),
    ]));
    for name in ["/a", "/b", "/c"] {
        assert_eq!(whole(&subject.source(name)), b"contents", "{name}");
    }
}

#[test]
fn what_has_no_contents_says_what_it_is() {
    let subject = subject(&Image::of([layer([dir("d"), symlink("l", "d"), file("empty", 0)])]));
    assert_eq!(error(&subject, "/d").to_string(), "/d is a directory, not a file");
    assert_eq!(error(&subject, "/l").to_string(), "/l is a symbolic link, not a file");
    assert!(subject.source("/empty").is_empty());
}

/// A sparse file in the old GNU format: "one" at 0, "two" at 100,000, and a hole at the end.
fn old_gnu() -> Entry {
    let mut stored = vec![b'1'; 512];
    stored.extend([b'2'; 300]);
    other(b'S', "sparse").gnu().holding(stored).tweak(|header| {
        let bytes = header.as_mut_bytes();
        for (i, (offset, len)) in [(0, 512), (100_000, 300), (200_000, 0)].into_iter().enumerate() {
            bytes[386 + 24 * i..][..12].copy_from_slice(format!("{offset:011o}\0").as_bytes());
            bytes[398 + 24 * i..][..12].copy_from_slice(format!("{len:011o}\0").as_bytes());
        }
        bytes[483..495].copy_from_slice(format!("{:011o}\0", 200_000).as_bytes());
    })
}

fn pax(map: &[(&str, &str)], stored: Vec<u8>) -> Entry {
    map.iter().fold(file("sparse", 0).holding(stored), |entry, (key, value)| entry.pax(key, value))
}

#[test]
fn a_sparse_file_has_its_logical_contents_in_every_format() {
    let mut expected = vec![0; 200_000];
    expected[..512].fill(b'1');
    expected[100_000..100_300].fill(b'2');
    let pieces = [vec![b'1'; 512], vec![b'2'; 300]].concat();
    let mut with_map = b"2\n0\n512\n100000\n300\n".to_vec();
    with_map.resize(512, 0);
    with_map.extend(&pieces);
    let size = ("GNU.sparse.size", "200000");
    let one_zero = [
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", "sparse"),
        ("GNU.sparse.realsize", "200000"),
    ];
    let numbers = [
        ("GNU.sparse.numblocks", "2"),
        ("GNU.sparse.offset", "0"),
        ("GNU.sparse.numbytes", "512"),
        ("GNU.sparse.offset", "100000"),
        ("GNU.sparse.numbytes", "300"),
    ];
    let formats = [
        ("GNU", old_gnu()),
        ("0.0", pax(&[&[size], &numbers[..]].concat(), pieces.clone())),
        (
            "0.1",
            pax(
                &[size, ("GNU.sparse.numblocks", "2"), ("GNU.sparse.map", "0,512,100000,300")],
                pieces,
            ),
        ),
        ("1.0", pax(&one_zero, with_map)),
    ];
    for (format, entry) in formats {
        for compress in [|layer: Layer| layer, Layer::gzip] {
            let entries = [file("before", 700), entry.clone(), file("after", 5)];
            let subject = subject(&Image::of([compress(layer(entries))]));
            let source = subject.source("/sparse");
            assert_eq!(source.len(), 200_000, "{format}");
            assert!(whole(&source) == expected, "{format}");
            assert_eq!(read(&source, 99_990, 20), expected[99_990..100_010], "{format}");
            assert_eq!(whole(&subject.source("/after")), b"xxxxx", "{format}");
        }
    }
}

#[test]
fn a_map_of_holes_that_lies_ends_the_layer_before_its_file() {
    let size = ("GNU.sparse.size", "1000");
    for map in [
        "0,600,500,100",
        "18446744073709551615,5",
        "0,a",
        "9223372036854775807,9223372036854775807",
    ] {
        let count = ("GNU.sparse.numblocks", if map == "0,600,500,100" { "2" } else { "1" });
        let sparse = pax(&[size, count, ("GNU.sparse.map", map)], vec![b'1'; 600]);
        let subject = subject(&Image::of([layer([file("before", 5), sparse])]));
        assert_eq!(whole(&subject.source("/before")), b"xxxxx", "{map}");
        let tree = &subject.inspection.tree;
        assert!(tree.find(b"sparse").is_none(), "{map}: nothing of it is shown");
        let said = subject.inspection.completeness.gaps()[0].to_string();
        assert!(said.contains("layer 0") && said.contains("map of holes"), "{map}: {said}");
    }
}

#[test]
fn a_layer_that_is_cut_short_says_how_much_is_missing_and_shows_what_is_there() {
    let bytes = noise(1 << 20, 3);
    let entries = || [file("whole", 0).holding("all of it"), file("f", 0).holding(bytes.clone())];
    let plain = layer(entries()).damaged(|stored| stored.truncate(3 * 512 + 1000));
    let subject = subject(&Image::of([plain]));
    assert_eq!(
        failure(&subject, "/f"),
        "layer 0 (0.tar) ends 1047576 bytes before the end of the file"
    );
    assert_eq!(whole(&subject.source("/whole")), b"all of it");
    assert_eq!(read(&subject.source("/f"), 0, 1000), bytes[..1000]);
    for compress in [Layer::gzip, Layer::zstd] {
        let cut = compress(layer(entries())).damaged(|stored| stored.truncate(stored.len() / 2));
        let subject = self::subject(&Image::of([cut]));
        for _ in 0..2 {
            assert_eq!(failure(&subject, "/f"), "layer 0 (0.tar): the compressed data end early");
        }
        assert_eq!(read(&subject.source("/f"), 0, 1000), bytes[..1000]);
    }
}

#[test]
fn damage_in_the_middle_of_a_stream_leaves_what_is_before_it() {
    let bytes = noise(2 << 20, 3);
    let image = layer([file("before", 0).holding("before"), file("f", 0).holding(bytes)]);
    let damaged = image.gzip().damaged(|stored| {
        let half = stored.len() / 2;
        stored[half..half + 64].fill(0xff);
    });
    let subject = subject(&Image::of([damaged]));
    assert_eq!(whole(&subject.source("/before")), b"before");
    // Deflate may only notice later, or not at all: then the tar goes on with other bytes.
    let source = subject.source("/f");
    let mut buffer = vec![0; 8192];
    assert!(
        (0..source.len()).step_by(8192).all(|at| !matches!(source.read_at(&mut buffer, at), Ok(0)))
    );
}

#[test]
fn a_layer_that_is_not_there_is_named() {
    let opened = open(tar(Image::of([layer([file("f", 9)])]).docker())).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    for foreign in [false, true] {
        let mut without = opened.clone();
        without.image.layers[0].member = None;
        without.image.layers[0].foreign = foreign;
        let version =
            inspection.tree.versions(inspection.tree.find(b"/f").unwrap()).next().unwrap();
        let error = LayerContents::new(&without)
            .open(&inspection.tree, version, &Arc::default())
            .err()
            .unwrap();
        let text = error.to_string();
        assert_eq!(
            text,
            "cannot read /f: layer 0 (0.tar), which has its contents, is not in the archive"
        );
        assert_eq!(error.hint().unwrap().contains("registry"), foreign);
    }
}

#[test]
fn what_came_through_a_pipe_is_gone_and_the_hint_says_what_to_do() {
    let archive = tar(Image::of([layer([file("f", 9)])]).docker());
    for bytes in [gzip(&archive), archive] {
        let piped = layerscope::open_pipe(&bytes[..], &Progress::default()).unwrap();
        let subject = Subject::of(&piped.choose(&layerscope::Selection::default()).unwrap());
        let error = error(&subject, "/f");
        assert!(error.to_string().contains("was read from a pipe"), "{error}");
        assert!(error.hint().unwrap().contains("save it to a file"));
    }
}

/// An archive whose reads take a while, and are counted.
struct Slow {
    bytes: Bytes,
    pause: Duration,
    read: Arc<AtomicU64>,
}

impl ReadAt for Slow {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        std::thread::sleep(self.pause);
        let n = self.bytes.read_at(buf, offset)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }

    fn len(&self) -> u64 {
        self.bytes.len()
    }
}

fn opened_slowly(archive: Vec<u8>, pause: Duration) -> (Opened, Arc<AtomicU64>) {
    let read = Arc::<AtomicU64>::default();
    let slow = Slow { bytes: Bytes(archive), pause, read: read.clone() };
    (layerscope::image::open_source("slow.tar".into(), Arc::new(slow), None).unwrap(), read)
}

#[test]
fn a_read_ends_soon_after_it_is_cancelled_and_can_be_taken_up_again() {
    let bytes = noise(8 << 20, 5);
    for compress in [Layer::gzip, Layer::zstd] {
        let image = Image::of([compress(layer([
            file("f", 0).holding(bytes.clone()),
            file("last.bin", 7),
        ]))]);
        let (opened, read) = opened_slowly(tar(image.docker()), Duration::from_millis(2));
        let subject = Subject::of(&opened);
        let progress = Arc::<Progress>::default();
        let source = subject
            .contents
            .open(&subject.inspection.tree, subject.newest("/last.bin"), &progress)
            .unwrap();
        let stop = progress.clone();
        let cancelled = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while stop.done.load(Ordering::Relaxed) == 0 {
                    std::thread::yield_now();
                }
                stop.cancel.store(true, Ordering::Relaxed);
                let before = read.load(Ordering::Relaxed);
                while cancelled.load(Ordering::Relaxed) == 0 {
                    std::thread::yield_now();
                }
                let since = read.load(Ordering::Relaxed) - before;
                assert!(since < 1 << 20, "{since} more");
            });
            let error = source.read_at(&mut [0; 7], 0).expect_err("it was stopped");
            cancelled.store(1, Ordering::Relaxed);
            assert!(is_cancelled(&error) && error.kind() != io::ErrorKind::Interrupted);
        });
        let (done, total) =
            (progress.done.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed));
        assert!(0 < done && done < total && total >= 1 << 20, "{done} of {total}");
        assert_eq!(
            whole(&subject.source("/last.bin")),
            b"xxxxxxx",
            "another reader is not stopped"
        );
    }
}

#[test]
fn what_was_decoded_once_is_not_decoded_again() {
    let bytes = noise(12 << 20, 5);
    // A gzip layer is entered where the first pass could have stopped, a zstd frame at its start.
    let compressions = [Layer::gzip as fn(Layer) -> Layer, Layer::zstd];
    for (compress, most) in compressions.into_iter().zip([4 << 20, 13 << 20]) {
        let image = Image::of([compress(layer([file("f", 0).holding(bytes.clone())]))]);
        let (opened, stored) = opened_slowly(tar(image.docker()), Duration::ZERO);
        let subject = Subject::of(&opened);
        let source = subject.source("/f");
        let cost = |offset: u64| {
            let before = stored.load(Ordering::Relaxed);
            let at = usize::try_from(offset).unwrap();
            assert!(read(&source, offset, 4096) == bytes[at..at + 4096]);
            stored.load(Ordering::Relaxed) - before
        };
        let end = bytes.len() as u64 - 4096;
        let first = cost(end);
        assert!(first > 0 && first < most, "{first} bytes are read for the end");
        for back in (0..32 << 10).step_by(4096) {
            assert_eq!(cost(end - back), 0, "going back a little");
        }
    }
}

#[test]
fn a_gzip_layer_is_entered_near_the_place_that_is_wanted() {
    let bytes = noise(32 << 20, 5);
    let image = Image::of([layer([file("f", 0).holding(bytes.clone())]).gzip()]);
    let (opened, stored) = opened_slowly(tar(image.docker()), Duration::ZERO);
    let subject = Subject::of(&opened);
    let source = subject.source("/f");
    let end = bytes.len() as u64;
    read(&source, end - 10, 10);
    for at in [24 << 20, 3 << 20, 15 << 20] {
        let before = stored.load(Ordering::Relaxed);
        let place = usize::try_from(at).unwrap();
        assert!(read(&source, at, 100_000) == bytes[place..place + 100_000]);
        let cost = stored.load(Ordering::Relaxed) - before;
        assert!(cost < 2 << 20, "{cost} bytes are read for a place at {at}");
    }
}

#[test]
fn several_readers_of_one_layer_do_not_disturb_each_other() {
    let files: Vec<_> = (0..6).map(|i| noise(3 << 20, 11 + i)).collect();
    for compress in [Layer::gzip, Layer::zstd] {
        let entries = files
            .iter()
            .enumerate()
            .map(|(i, bytes)| file(format!("f{i}"), 0).holding(bytes.clone()));
        let subject = subject(&Image::of([compress(layer(entries))]));
        std::thread::scope(|scope| {
            for (i, bytes) in files.iter().enumerate().rev() {
                let subject = &subject;
                scope.spawn(move || {
                    assert!(whole(&subject.source(&format!("/f{i}"))) == *bytes, "f{i}");
                });
            }
        });
    }
}

#[test]
fn the_files_of_the_demo_are_zeros() {
    let subject = Subject::of(&layerscope::image::builtin::demo::open().unwrap());
    let tree = &subject.inspection.tree;
    let removal = tree.removals().iter().max_by_key(|removal| tree.size(removal.version)).unwrap();
    let source = subject.contents.open(tree, removal.version, &Arc::default()).unwrap();
    assert_eq!(source.len(), tree.size(removal.version));
    assert!(whole(&source).iter().all(|&b| b == 0));
}

#[test]
fn why_nothing_is_at_a_path_is_told_by_its_history() {
    let subject = subject(&Image::of([
        layer([file("other", 1)]),
        layer([file("f", 1)]),
        layer([file("more", 1)]),
        layer([gone("f")]),
    ]));
    let tree = &subject.inspection.tree;
    let node = tree.find(b"/f").unwrap();
    let told: Vec<_> = LayerIndex::all(4).map(|layer| absence(tree, node, layer)).collect();
    assert_eq!(
        told,
        [
            Some(Absence::NotYet { first: 1.into() }),
            None,
            None,
            Some(Absence::Gone { last: 2.into() })
        ]
    );
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_a_directory_of_the_host() {
    let directory = tempfile::tempdir().unwrap();
    let (root, outside) = (directory.path().join("root"), directory.path().join("outside"));
    for made in ["etc", "usr/lib"] {
        std::fs::create_dir_all(root.join(made)).unwrap();
    }
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(root.join("etc/passwd"), "inside").unwrap();
    std::fs::write(root.join("usr/lib/f"), "inside").unwrap();
    let subject = Subject::open(&root);
    assert_eq!(whole(&subject.source("/etc/passwd")), b"inside");
    // Both are replaced after they were listed.
    std::fs::write(outside.join("f"), "secret").unwrap();
    std::fs::remove_file(root.join("etc/passwd")).unwrap();
    std::os::unix::fs::symlink(outside.join("f"), root.join("etc/passwd")).unwrap();
    std::fs::remove_dir_all(root.join("usr/lib")).unwrap();
    std::os::unix::fs::symlink(&outside, root.join("usr/lib")).unwrap();
    for path in ["/etc/passwd", "/usr/lib/f"] {
        assert!(error(&subject, path).to_string().contains("no regular file any more"), "{path}");
    }
}

#[test]
fn what_packages_are_read_from_is_kept_while_it_passes() {
    let status = "Package: tool\nStatus: install ok installed\nVersion: 1\n\n";
    for compress in [Layer::gzip, Layer::zstd] {
        let entries = [
            file("before", 0).holding(noise(5 << 20, 3)),
            file("var/lib/dpkg/status", 0).holding(status),
            file("after", 0).holding(noise(5 << 20, 4)),
        ];
        let image = Image::of([compress(layer(entries))]);
        let (opened, stored) = opened_slowly(tar(image.docker()), Duration::ZERO);
        let subject = Subject::of(&opened);
        let before = stored.load(Ordering::Relaxed);
        assert_eq!(whole(&subject.source("/var/lib/dpkg/status")), status.as_bytes());
        let again = stored.load(Ordering::Relaxed) - before;
        assert!(again <= 512, "{again} bytes are read again, and not only which compression it is");
        assert!(whole(&subject.source("/after")) == noise(5 << 20, 4), "all else is decoded");
    }
}
