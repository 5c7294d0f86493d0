//! The images that people arrive with, built by a real engine and held against what layerscope says
//! of them.
//!
//! Skipped unless `LAYERSCOPE_ENGINE` names an engine: `docker` or `buildah`, or the path of one.
//! It needs root, debootstrap, git, 30 GB and Debian's mirrors. `LAYERSCOPE_SCENARIOS` is the
//! directory that gets the base, the archives and `sizes.tsv`; without it they go to
//! `target/tmp/scenarios`. What was built before is not built again.
//!
//! Where `LAYERSCOPE_SCENARIOS` names a directory that has the archives of an earlier run, its
//! predictions are held against them also without an engine.

pub mod base;
mod catalogue;
mod claim;
mod clutter;
pub mod command;
pub mod engine;
mod measure;
mod predictions;
