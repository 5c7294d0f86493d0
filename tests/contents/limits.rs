//! What cannot be read, what is read in a roundabout way, and how a read is stopped.

mod effort;
mod holes;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use layerscope::files::contents::{Absence, Contents, LayerContents, absence};
use layerscope::{Error, LayerIndex, Progress};

use super::layouts::{Subject, noise, read, whole};
use crate::support::build::{
    Image, Layer, dir, file, gone, gzip, hardlink, layer, open, symlink, tar,
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

#[test]
fn a_layer_that_is_cut_short_says_how_much_is_missing_and_shows_what_is_there() {
    let bytes = noise(1 << 20, 3);
    let entries = || [file("whole", 0).holding("all of it"), file("f", 0).holding(bytes.clone())];
    let plain = layer(entries()).damaged(|stored| stored.truncate(3 * 512 + 1000));
    let subject = subject(&Image::of([plain]));
    assert_eq!(
        failure(&subject, "/f"),
        "layer 0 (0.tar) ends 1,047,576 bytes before the end of the file"
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
        let (opened, stored) = effort::opened_slowly(tar(image.docker()), Duration::ZERO);
        let subject = Subject::of(&opened);
        let before = stored.load(Ordering::Relaxed);
        assert_eq!(whole(&subject.source("/var/lib/dpkg/status")), status.as_bytes());
        let again = stored.load(Ordering::Relaxed) - before;
        assert!(again <= 512, "{again} bytes are read again, and not only which compression it is");
        assert!(whole(&subject.source("/after")) == noise(5 << 20, 4), "all else is decoded");
    }
}
