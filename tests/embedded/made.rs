//! Every asset is what its generator makes.

use std::path::{Path, PathBuf};

use layerscope::archive::HoledSource;

use crate::embedded::archive::packed;
use crate::embedded::image::Image;
use crate::embedded::images;

/// The most that zstd does without its flag for more.
const BEST: i32 = 19;
/// What all assets may take of the program together, in bytes, and what the demo may.
const ROOM: u64 = 1_500_000;
const ROOM_OF_THE_DEMO: u64 = 130_000;

fn asset(name: &str) -> PathBuf {
    let directory = if name == "demo" { "assets" } else { "assets/lessons" };
    Path::new(env!("CARGO_MANIFEST_DIR")).join(directory).join(format!("{name}.tar.holes.zst"))
}

fn is_what_its_generator_makes(image: &Image) {
    let path = asset(image.name);
    if std::env::var("LAYERSCOPE_UPDATE").as_deref() == Ok("1") {
        std::fs::write(&path, packed(image, BEST).unwrap()).unwrap();
    }
    // Compared unpacked: another version of zstd may pack the same archive differently.
    let kept = HoledSource::unpack(&std::fs::read(&path).unwrap()).unwrap();
    let made = HoledSource::unpack(&packed(image, 1).unwrap()).unwrap();
    assert!(
        kept == made,
        "{} differs: run again with LAYERSCOPE_UPDATE=1 to renew the asset",
        image.name
    );
}

#[test]
fn every_image_is_what_its_generator_makes() {
    std::thread::scope(|scope| {
        for image in images::ALL {
            scope.spawn(move || is_what_its_generator_makes(&image()));
        }
    });
}

#[test]
fn every_image_that_is_made_is_in_the_program() {
    let made: Vec<_> = images::ALL.iter().map(|image| image().name).collect();
    assert_eq!(layerscope::image::builtin::names().collect::<Vec<_>>(), made);
    assert!(layerscope::image::builtin::archive("nothing").is_none());
    assert_eq!(
        layerscope::image::builtin::write("nothing", Vec::new()).unwrap_err().kind(),
        std::io::ErrorKind::NotFound
    );
}

#[test]
fn the_images_take_little_of_the_program() {
    let bytes = |name| std::fs::metadata(asset(name)).unwrap().len();
    let all: u64 = layerscope::image::builtin::names().map(bytes).sum();
    assert!(
        bytes("demo") < ROOM_OF_THE_DEMO && all < ROOM,
        "the demo takes {} bytes of {all}",
        bytes("demo")
    );
}
