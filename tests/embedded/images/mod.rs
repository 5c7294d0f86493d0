//! The built-in images, one module a situation.

mod add_dot;
mod alpine;
mod binary;
mod cache_order;
mod chmod;
mod debian;
mod demo;
mod dynamic;
mod go;
mod golang;
mod one_run;
mod secret;

use crate::embedded::image::Image;
use crate::embedded::layer::{Layer, directory};
use crate::embedded::program::GoProgram;

/// The program of a shop, stripped.
fn shop() -> GoProgram {
    GoProgram {
        go: "go1.22.5",
        module: "example.com/shop",
        size: 6_400_000,
        stripped: 6_400_000,
        ..GoProgram::default()
    }
}

/// Every built-in image, in the order of their names in the library.
pub const ALL: [fn() -> Image; 19] = [
    demo::demo,
    demo::toolchain_left,
    one_run::one_run,
    add_dot::add_dot,
    chmod::chmod,
    chmod::chmod_copied,
    golang::golang,
    golang::golang_alpine,
    golang::two_stages,
    golang::scratch,
    dynamic::dynamic,
    binary::hello_scratch,
    binary::binary,
    binary::binary_small,
    binary::binary_packed,
    cache_order::cache_order,
    cache_order::cache_order_kept,
    secret::secret_deleted,
    secret::secret_mounted,
];

/// A layer of nothing but a directory.
fn layered(path: &str) -> Layer {
    Layer::from_iter([directory(path)])
}
