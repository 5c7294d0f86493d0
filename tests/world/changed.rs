//! An archive that changes while it is read, or whose reading is interrupted.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use layerscope::archive::{FileSource, ReadAt};
use layerscope::files::contents::LayerContents;
use layerscope::files::extract::{Options, What, extract};
use layerscope::tree::NodeId;
use layerscope::{Error, Inspection, Opened, Progress};

use super::{image, layerscope, names, refused};
use crate::support::build::{Image, file, layer, tar};

/// A file that something is done to just before a read that is counted.
struct Disturbed<F> {
    file: FileSource,
    disturb: Mutex<(usize, Option<F>)>,
}

impl<F: FnOnce() + Send> ReadAt for Disturbed<F> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut disturb = self.disturb.lock().unwrap();
        if disturb.0 == 0
            && let Some(disturb) = disturb.1.take()
        {
            disturb();
        }
        disturb.0 = disturb.0.saturating_sub(1);
        drop(disturb);
        self.file.read_at(buf, offset)
    }

    fn len(&self) -> u64 {
        self.file.len()
    }

    fn has_changed(&self) -> bool {
        self.file.has_changed()
    }
}

/// Reads an image that is disturbed before the read with a number; `Ok` where there are fewer
/// reads.
fn inspected(
    path: &Path,
    read: usize,
    disturb: impl FnOnce() + Send + 'static,
) -> Result<Inspection, Error> {
    let source = Disturbed {
        file: FileSource::open(path).unwrap(),
        disturb: Mutex::new((read, Some(disturb))),
    };
    let opened = layerscope::image::open_source("image.tar".into(), Arc::new(source), None)?;
    layerscope::inspect(&opened, &Progress::default())
}

#[test]
fn an_archive_that_is_cut_short_at_any_moment_is_an_error_and_never_a_smaller_image() {
    let directory = tempfile::tempdir().unwrap();
    let mut refusals = 0;
    for read in 0..12 {
        for keep in [0, 512, 4096, 1_000_000] {
            let path = image(directory.path());
            let before =
                layerscope::inspect(&layerscope::open(&path, None).unwrap(), &Progress::default())
                    .unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            match inspected(&path, read, move || file.set_len(keep).unwrap()) {
                Ok(inspection) => {
                    assert_eq!(inspection.totals, before.totals, "read {read}, {keep} bytes");
                }
                Err(error) => {
                    assert!(matches!(error, Error::Changed { .. }), "{error}");
                    refusals += 1;
                }
            }
        }
    }
    assert!(refusals > 10, "{refusals}");
}

fn opened(path: &Path) -> (Opened, Inspection) {
    let opened = layerscope::open(path, None).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    (opened, inspection)
}

/// Writes other bytes over a file, which stays as long as it was.
fn overwrite(path: &Path) {
    // The clock of some filesystems moves every few milliseconds only.
    std::thread::sleep(Duration::from_millis(30));
    let file = File::options().write(true).open(path).unwrap();
    file.write_all_at(&[7; 4096], 100_000).unwrap();
}

#[test]
fn an_extraction_of_an_archive_that_is_overwritten_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = image(directory.path());
    let (opened, inspection) = opened(&path);
    let contents = LayerContents::new(&opened);
    let what = What::AsOf { node: NodeId::ROOT, layer: 1.into() };
    let to = directory.path().join("to");
    overwrite(&path);
    let error =
        extract(&inspection.tree, &contents, what, &to, Options::default(), &Arc::default())
            .unwrap_err();
    assert!(matches!(error, Error::Changed { .. }), "{error}");
    assert!(error.to_string().contains("changed while it was read"), "{error}");
    assert_eq!(names(directory.path()), ["image.tar"]);
}

#[test]
fn renamed_replaced_or_removed_it_is_still_the_archive_that_was_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = image(directory.path());
    let (opened, _) = opened(&path);
    fs::rename(&path, directory.path().join("other.tar")).unwrap();
    assert!(opened.check_unchanged().is_ok());
    fs::write(&path, "something else").unwrap();
    fs::remove_file(directory.path().join("other.tar")).unwrap();
    assert!(opened.check_unchanged().is_ok());
}

/// An image that takes a while to be read.
#[cfg(target_os = "linux")]
fn slow_image(directory: &Path) -> PathBuf {
    let path = directory.join("slow.tar");
    let zeros = layer([file("zeros", 0).holding(vec![0; 200 << 20])]).gzip();
    fs::write(&path, tar(Image::of([zeros]).docker())).unwrap();
    path
}

/// Waits until a process has opened a file, or has ended.
#[cfg(target_os = "linux")]
fn wait_until_open(child: &mut std::process::Child, path: &Path) {
    let files = format!("/proc/{}/fd", child.id());
    let path = path.canonicalize().unwrap();
    let is_open = || {
        let files = fs::read_dir(&files).into_iter().flatten().flatten();
        files
            .map(|file| file.path())
            .any(|file| fs::read_link(file).is_ok_and(|target| target == path))
    };
    while child.try_wait().unwrap().is_none() && !is_open() {
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn every_command_says_that_the_archive_was_changed() {
    let directory = tempfile::tempdir().unwrap();
    let path = slow_image(directory.path());
    let other = image(directory.path());
    let to = directory.path().join("to");
    let (slow, other, to) = (path.to_str().unwrap(), other.to_str().unwrap(), to.to_str().unwrap());
    let bytes = fs::read(&path).unwrap();
    for arguments in [
        &["report", slow][..],
        &["report", "--format", "json", "--quick", slow],
        &["ladder", slow],
        &["fix", slow],
        &["dockerfile", slow],
        &["compare", "--format", "json", other, slow],
        &["learn", "--format", "markdown", "--image", slow],
        &["extract", slow, "/", "--to", to],
        &["cat", slow, "/zeros"],
    ] {
        let mut child =
            layerscope(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_until_open(&mut child, &path);
        // It has been opened, but its size may not have been asked for yet.
        std::thread::sleep(Duration::from_millis(20));
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(bytes.len() as u64 - 100_000)
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let said = refused(&output);
        assert!(said.contains("slow.tar changed while it was read"), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!Path::new(to).exists());
        fs::write(&path, &bytes).unwrap();
    }
}

/// A reader that a signal interrupts before each read.
struct Interrupted<R> {
    reader: R,
    due: bool,
}

impl<R: io::Read> io::Read for Interrupted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.due = !self.due;
        if self.due { Err(io::ErrorKind::Interrupted.into()) } else { self.reader.read(buf) }
    }
}

#[test]
fn a_read_that_a_signal_interrupts_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = image(directory.path());
    let (_, from_file) = opened(&path);
    let pipe = Interrupted { reader: File::open(&path).unwrap(), due: false };
    let archive = layerscope::open_pipe(pipe, &Progress::default()).unwrap();
    let opened = archive.choose(&layerscope::Selection::default()).unwrap();
    let from_pipe = layerscope::inspect(&opened, &Progress::default()).unwrap();
    assert_eq!(from_pipe.totals, from_file.totals);
    assert!(from_pipe.warnings.is_empty());
}
