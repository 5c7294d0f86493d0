//! How much a read costs, and how it is stopped.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use layerscope::archive::ReadAt;
use layerscope::files::contents::Contents;
use layerscope::progress::is_cancelled;
use layerscope::{Opened, Progress};

use super::subject;
use crate::contents::layouts::{Subject, noise, read, whole};
use crate::support::build::{Bytes, Image, Layer, file, layer, tar};

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

pub(super) fn opened_slowly(archive: Vec<u8>, pause: Duration) -> (Opened, Arc<AtomicU64>) {
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
