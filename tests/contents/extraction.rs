//! What is extracted is what is in the image; nothing is overwritten, nothing leaves the directory,
//! nothing is left behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use layerscope::LayerIndex;
use layerscope::archive::Source;
use layerscope::files::contents::Contents;
use layerscope::files::extract::{Extracted, Options, Reason, SpecialBits, What, extract};
use layerscope::tree::{Last, Tree, VersionId};
use layerscope::{Error, Progress};

use super::layouts::Subject;
use crate::support::build::{
    Entry, Image, block, char, dir, fifo, file, gone, hardlink, layer, open, other, symlink, tar,
};

fn subject(layers: Vec<Vec<Entry>>) -> Subject {
    Subject::of(&open(tar(Image::of(layers.into_iter().map(layer)).docker())).unwrap())
}

fn as_of(subject: &Subject, path: &str, layer: usize) -> What {
    What::AsOf {
        node: subject.inspection.tree.find(path.as_bytes()).unwrap(),
        layer: LayerIndex::new(layer),
    }
}

fn extracted(subject: &Subject, path: &str, to: &Path) -> Result<Extracted, Error> {
    let last = subject.inspection.tree.layers() - 1;
    extract_what(subject, as_of(subject, path, last), to)
}

fn extract_what(subject: &Subject, what: What, to: &Path) -> Result<Extracted, Error> {
    let (tree, contents) = (&subject.inspection.tree, &subject.contents);
    extract(tree, contents, what, to, Options::default(), &Arc::default())
}

/// Every path below a directory, with what is there; links are not followed.
fn listed(root: &Path) -> Vec<String> {
    let mut list = Vec::new();
    let mut work = vec![root.to_owned()];
    while let Some(directory) = work.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            let metadata = path.symlink_metadata().unwrap();
            list.push(if metadata.is_dir() {
                work.push(path);
                format!("{name}/")
            } else if metadata.is_symlink() {
                format!("{name} -> {}", std::fs::read_link(&path).unwrap().display())
            } else {
                format!("{name} = {}", String::from_utf8_lossy(&std::fs::read(&path).unwrap()))
            });
        }
    }
    list.sort();
    list
}

fn fresh() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("to");
    (directory, to)
}

fn some_image() -> Subject {
    subject(vec![
        vec![
            dir("d"),
            file("d/a", 0).holding("A"),
            file("d/old", 0).holding("O"),
            symlink("d/l", "../etc"),
            dir("d/e"),
        ],
        vec![
            gone("d/old"),
            file("d/e/b", 0).holding("B"),
            hardlink("d/e/c", "d/e/b"),
            file("top", 0).holding("T"),
        ],
    ])
}

#[test]
fn a_directory_comes_under_its_name_as_of_the_layer_that_is_asked_for() {
    let subject = some_image();
    let (_directory, to) = fresh();
    let result = extracted(&subject, "/d", &to).unwrap();
    assert_eq!(listed(&to), ["d/", "d/a = A", "d/e/", "d/e/b = B", "d/e/c = B", "d/l -> ../etc"]);
    assert_eq!((result.files, result.directories, result.links, result.bytes), (2, 2, 2, 2));
    let (_directory, to) = fresh();
    let what = as_of(&subject, "/d", 0);
    extract_what(&subject, what, &to).unwrap();
    assert_eq!(listed(&to), ["d/", "d/a = A", "d/e/", "d/l -> ../etc", "d/old = O"]);
}

#[test]
fn the_root_comes_right_into_the_directory_and_a_file_or_link_by_itself() {
    let subject = some_image();
    let (_directory, to) = fresh();
    extracted(&subject, "/", &to).unwrap();
    assert_eq!(listed(&to).len(), 7);
    assert_eq!(std::fs::read(to.join("top")).unwrap(), b"T");
    let (_directory, to) = fresh();
    std::fs::create_dir(&to).unwrap();
    std::fs::write(to.join("stays"), "here").unwrap();
    extracted(&subject, "/top", &to).unwrap();
    extracted(&subject, "/d/l", &to).unwrap();
    extracted(&subject, "/d/e", &to).unwrap();
    assert_eq!(listed(&to), ["e/", "e/b = B", "e/c = B", "l -> ../etc", "stays = here", "top = T"]);
}

#[test]
fn a_dead_version_is_extracted_and_of_a_directory_what_was_in_it_last() {
    let subject = subject(vec![
        vec![dir("d"), file("d/first", 1)],
        vec![file("d/second", 1)],
        vec![gone("d"), file("other", 1)],
    ]);
    let (_directory, to) = fresh();
    let what = What::Version(subject.newest("/d"));
    extract_what(&subject, what, &to).unwrap();
    assert_eq!(listed(&to), ["d/", "d/first = x", "d/second = x"]);
    let gone = extracted(&subject, "/d", &to).unwrap_err();
    assert_eq!(gone.to_string(), "/d does not exist in layer 2");
}

#[cfg(unix)]
#[test]
fn bits_times_and_hard_links_are_kept_and_setuid_only_if_asked() {
    use std::os::unix::fs::MetadataExt;
    let at = |entry: Entry, time: u64| entry.pax("mtime", time.to_string());
    let subject = subject(vec![vec![
        at(dir("closed").mode(0o500), 1_000),
        at(dir("closed/sticky").mode(0o1777), 2_000),
        at(file("closed/tool", 5).mode(0o4751), 3_000),
        at(file("closed/old", 5).mode(0o400), 0).pax("mtime", "-86400"),
        hardlink("closed/sticky/name", "closed/tool"),
        file("closed/far", 1).pax("mtime", "9223372036854775807"),
    ]]);
    let tree = &subject.inspection.tree;
    let what = as_of(&subject, "/closed", 0);
    for (special_bits, mode) in [(SpecialBits::Dropped, 0o751), (SpecialBits::Kept, 0o4751)] {
        let (_directory, to) = fresh();
        std::fs::create_dir(&to).unwrap();
        extract(tree, &subject.contents, what, &to, Options { special_bits }, &Arc::default())
            .unwrap();
        let of = |name: &str| to.join(name).symlink_metadata().unwrap();
        let found = |name: &str| (of(name).mode() & 0o7777, of(name).mtime());
        assert_eq!(found("closed/tool"), (mode, 3_000));
        assert_eq!(found("closed/old"), (0o400, -86_400));
        assert_eq!(found("closed/sticky"), (0o1777, 2_000));
        assert_eq!(found("closed"), (0o500, 1_000));
        assert_eq!(of("closed/tool").ino(), of("closed/sticky/name").ino());
    }
}

#[cfg(unix)]
#[test]
fn holes_stay_holes() {
    use std::os::unix::fs::MetadataExt;
    let size = 64 << 20;
    let sparse = file("sparse", 4)
        .pax("GNU.sparse.size", size.to_string())
        .pax("GNU.sparse.numblocks", "1")
        .pax("GNU.sparse.map", "33554432,4");
    let subject = subject(vec![vec![sparse]]);
    let (_directory, to) = fresh();
    let result = extracted(&subject, "/sparse", &to).unwrap();
    let metadata = to.join("sparse").metadata().unwrap();
    assert_eq!((metadata.len(), result.bytes), (size, size));
    assert!(metadata.blocks() * 512 < 8 << 20, "{} blocks", metadata.blocks());
    let bytes = std::fs::read(to.join("sparse")).unwrap();
    assert_eq!(bytes.iter().filter(|&&b| b == b'x').count(), 4);
    assert_eq!(bytes[32 << 20..][..5], *b"xxxx\0");
}

#[test]
fn nothing_is_overwritten_and_the_first_thing_in_the_way_is_named() {
    let subject = some_image();
    let (_directory, to) = fresh();
    std::fs::create_dir_all(to.join("d")).unwrap();
    std::fs::write(to.join("top"), "mine").unwrap();
    for (path, named) in [("/", "to/d"), ("/d", "to/d"), ("/top", "to/top")] {
        let error = extracted(&subject, path, &to).unwrap_err();
        assert!(matches!(&error, Error::Exists { path } if path.ends_with(named)), "{error}");
    }
    let error = extracted(&subject, "/d", &to.join("top")).unwrap_err();
    assert!(matches!(&error, Error::Exists { path } if path.ends_with("to/top")), "{error}");
    let error = extracted(&subject, "/d", &to.join("no/where")).unwrap_err();
    assert!(error.hint().unwrap().contains("mkdir -p"), "{error}");
    assert_eq!(listed(&to), ["d/", "top = mine"]);
}

#[cfg(unix)]
#[test]
fn a_link_of_the_image_is_never_a_way_out() {
    let (directory, to) = fresh();
    let outside = directory.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    let target = outside.to_str().unwrap();
    let hostile = vec![
        vec![
            symlink("a", target),
            file("a/x", 1),
            file("../../y", 1),
            file("/z", 1),
            hardlink("h", "a/x"),
        ],
        vec![
            symlink("b", "a"),
            dir("b/c"),
            file("b/c/w", 1),
            symlink("loop", "loop"),
            symlink("up", ".."),
        ],
        vec![
            dir("up"),
            file("up/v", 1),
            symlink("long", "/".repeat(5_000)),
            symlink("a/x", target),
        ],
        vec![
            file(".wh.", 1),
            file("..", 1),
            file("a/../../../q", 1),
            symlink("dangling", "/nowhere/at/all"),
        ],
    ];
    let subject = subject(hostile);
    let result = extracted(&subject, "/", &to).unwrap();
    assert!(listed(&outside).is_empty(), "{:?}", listed(&outside));
    let names: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(result.links >= 2 && result.files >= 3, "{result:?}");
}

#[cfg(unix)]
#[test]
fn what_the_host_cannot_have_is_left_out_and_named() {
    let long = "n".repeat(300);
    let deep = (0..3_000).map(|_| "d").collect::<Vec<_>>().join("/");
    let subject = subject(vec![vec![
        char("null", 1, 3),
        block("disk", 8, 0),
        fifo("pipe"),
        file(&long, 1),
        dir(format!("{long}x")),
        file(format!("{long}x/below"), 1),
        symlink("to-nothing", ""),
        file(format!("{deep}/deepest"), 1),
        file("plain", 1),
        other(b'7', "contiguous"),
    ]]);
    let (directory, to) = fresh();
    let result = extracted(&subject, "/", &to).unwrap();
    let tree = &subject.inspection.tree;
    let mut skipped: Vec<_> = result
        .skipped
        .iter()
        .map(|skipped| (String::from_utf8(tree.path(skipped.node)).unwrap(), skipped.reason))
        .collect();
    skipped.sort_by_key(|(path, _)| path.len());
    let (deep, others) = skipped.split_last().unwrap();
    assert!(deep.0.len() > 3_500 && deep.1 == Reason::Name, "{deep:?}");
    let expected = [
        ("/null".to_owned(), Reason::Device),
        ("/disk".to_owned(), Reason::Device),
        ("/pipe".to_owned(), Reason::Fifo),
        ("/to-nothing".to_owned(), Reason::Name),
        (format!("/{long}"), Reason::Name),
        (format!("/{long}x"), Reason::Name),
    ];
    let mut others = others.to_vec();
    others.sort_by_key(|(path, _)| expected.iter().position(|(other, _)| other == path));
    assert_eq!(others, expected);
    assert_eq!(std::fs::read(to.join("plain")).unwrap(), b"x");
    // The standard library's own removal holds a descriptor for each level.
    let mut here = to.clone();
    while here.join("d").exists() && here.as_os_str().len() < 3_900 {
        here.push("d");
    }
    while here != to {
        std::fs::remove_dir_all(&here).unwrap();
        here.pop();
    }
    drop(directory);
}

/// Contents that somebody stops, or that fail, after some files.
struct Stopping<'a> {
    inner: &'a dyn Contents,
    after: std::sync::atomic::AtomicUsize,
    fail: bool,
}

impl Contents for Stopping<'_> {
    fn open(
        &self,
        tree: &Tree,
        version: VersionId,
        progress: &Arc<Progress>,
    ) -> Result<Source, Error> {
        if self.after.fetch_sub(1, Ordering::Relaxed) == 1 {
            if self.fail {
                return Err(Error::Piped { file: "/some".into() });
            }
            progress.cancel.store(true, Ordering::Relaxed);
        }
        self.inner.open(tree, version, progress)
    }
}

#[test]
fn on_an_error_or_when_cancelled_nothing_remains() {
    let nested = |depth: usize| {
        let deep = vec!["d"; depth].join("/");
        subject(vec![vec![
            dir("closed").mode(0o000),
            file("closed/a", 10),
            file(format!("{deep}/b"), 10),
            symlink("l", "closed"),
            file("c", 10),
        ]])
    };
    // Deeper than there are file descriptors for one process, once.
    let (shallow, deep) = (nested(3), nested(1_200));
    for fail in [true, false] {
        for existing in [true, false] {
            for after in 1..=3 {
                let subject = if fail && existing && after == 3 { &deep } else { &shallow };
                let (directory, to) = fresh();
                if existing {
                    std::fs::create_dir(&to).unwrap();
                }
                let contents = Stopping { inner: &subject.contents, after: after.into(), fail };
                let tree = &subject.inspection.tree;
                let what = as_of(subject, "/", 0);
                let error =
                    extract(tree, &contents, what, &to, Options::default(), &Arc::default())
                        .unwrap_err();
                assert_eq!(matches!(error, Error::Cancelled), !fail, "{error}");
                assert_eq!(listed(directory.path()), if existing { vec!["to/"] } else { vec![] });
            }
        }
    }
}

#[test]
fn a_path_is_followed_through_the_links_of_its_layer() {
    let subject = subject(vec![
        vec![
            dir("usr/lib"),
            file("usr/lib/f", 1),
            symlink("lib", "usr/lib"),
            symlink("f", "/lib/../lib/f"),
        ],
        vec![
            symlink("round", "about"),
            symlink("about", "round"),
            symlink("lib/out", "../../../../f"),
            gone("usr/lib/f"),
        ],
    ]);
    let tree = &subject.inspection.tree;
    let leads = |path: &str, layer, last| {
        tree.lookup(path.as_bytes(), LayerIndex::new(layer), last)
            .map(|found| String::from_utf8(tree.path(found.node)).unwrap())
    };
    let to = |path: &str| Some(path.to_owned());
    assert_eq!(leads("/lib/f", 0, Last::Followed), to("/usr/lib/f"));
    assert_eq!(leads("f", 0, Last::Followed), to("/usr/lib/f"));
    assert_eq!(leads("f", 0, Last::Kept), to("/f"));
    assert_eq!(leads("f/", 0, Last::Kept), to("/f"));
    assert_eq!(leads("/", 0, Last::Kept), to("/"));
    assert_eq!(leads("../../usr/./lib/", 0, Last::Kept), to("/usr/lib"));
    assert_eq!(leads("/lib/f", 1, Last::Followed), None);
    assert_eq!(leads("/round", 1, Last::Followed), None);
    assert_eq!(leads("/usr/lib/f/below", 0, Last::Followed), None);
}
