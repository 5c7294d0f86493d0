//! Every edge case of layers and archives that has no archive in the corpus is built here and
//! claimed of.
//!
//! Each test names its case as the table of edge cases does. Set
//! `LAYERSCOPE_KEEP` to a directory to get the archives.

mod claim;
mod ends;
mod engines;
mod forms;
mod hardlinks;
mod headers;
mod images;
mod json;
mod oci;
mod opaque;
mod outer;
mod paths;
mod replacement;
mod rows;
mod sparse;
mod tables;
mod which;
mod whiteouts;
