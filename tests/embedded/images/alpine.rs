//! Alpine's root filesystem, as Alpine 3.10 has it.

use crate::embedded::image::Step;
use crate::embedded::layer::Layer;

/// What apk's database begins with where nothing is installed.
const DATABASE: [(&str, &[u8]); 4] = [
    ("etc/apk/world", b"alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nlibc-utils\n"),
    ("lib/apk/db/installed", b"C:Q11Ing8/u1VIdY9czSxaDO9wJg72I=\nP:musl\nV:1.1.22-r3\n"),
    ("lib/apk/db/scripts.tar", b"busybox-1.30.1-r3.Q1x6WFRxtCFOJEJVxd3X43cgTKiZQ=.post-install"),
    (
        "lib/apk/db/triggers",
        b"Q1x6WFRxtCFOJEJVxd3X43cgTKiZQ= /bin /usr/bin /sbin /usr/sbin /lib/modules/*\n",
    ),
];

/// The base image's only layer.
pub fn root() -> Layer {
    with_database(Layer::listed(include_str!("../listings/alpine.tsv")))
}

/// A layer after which nothing but the base is installed.
pub fn with_database(layer: Layer) -> Layer {
    DATABASE.iter().fold(layer, |layer, (path, beginning)| layer.beginning(path, *beginning))
}

/// The steps of the base image.
pub fn steps() -> [Step; 2] {
    steps_of(root().bytes())
}

/// What Alpine shipped in 2018, in bytes.
pub const ROOT: u64 = 4_234_000;

/// The steps of a base image of `bytes`: versions of Alpine differ most in the size of their
/// largest library.
pub fn steps_of(bytes: u64) -> [Step; 2] {
    [Step::base(root().filled_to(bytes)), Step::metadata(r#"CMD ["/bin/sh"]"#)]
}
