//! The built-in images, one module a situation.

mod alpine;
mod demo;
mod one_run;

use crate::image::Image;

/// Every built-in image, in the order of their names in the library.
pub const ALL: [fn() -> Image; 2] = [demo::demo, one_run::one_run];
