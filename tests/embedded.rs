//! The built-in images are what their generator makes, and each says what it is there to say.
//!
//! `LAYERSCOPE_UPDATE=1 cargo test --test integration embedded` writes the assets anew; the
//! other tests see them from the next run on, since they are compiled in.

mod archive;
mod demo;
mod image;
mod images;
mod layer;
mod lessons;
mod made;
mod packages;
mod program;
mod shown;
