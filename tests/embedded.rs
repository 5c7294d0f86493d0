//! The built-in images are what their generator makes, and each says what it is there to say.
//!
//! `LAYERSCOPE_UPDATE=1 cargo test --test embedded` writes the assets anew; the
//! other tests see them from the next run on, since they are compiled in.

#[path = "embedded/archive.rs"]
mod archive;
#[path = "embedded/demo.rs"]
mod demo;
#[path = "embedded/image.rs"]
mod image;
#[path = "embedded/images/mod.rs"]
mod images;
#[path = "embedded/layer.rs"]
mod layer;
#[path = "embedded/lessons/mod.rs"]
mod lessons;
#[path = "embedded/made.rs"]
mod made;
#[path = "embedded/packages.rs"]
mod packages;
#[path = "embedded/program.rs"]
mod program;
#[path = "embedded/shown.rs"]
mod shown;
#[expect(dead_code, reason = "shared with tests/executables.rs; a part is used")]
#[path = "executables/tiny.rs"]
mod tiny;
