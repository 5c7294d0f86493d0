//! The Dockerfile: rebuilt, and changed where the image shows what that saves. Every diff is
//! applied.
//!
//! `LAYERSCOPE_UPDATE=1` writes the demo's snapshot anew; `LAYERSCOPE_TOOLS=buildah`, or
//! `LAYERSCOPE_ENGINE=buildah`, wants buildah to parse what comes out; without them it does where
//! it is installed.

mod applied;
mod brought;
mod cases;
mod command_line;
mod conditions;
mod git;
mod given;
mod grades;
mod hostile;
mod leftovers;
mod meaning;
mod rebuilt;
mod runs;
mod shells;
pub mod situation;
pub mod stages;
#[allow(dead_code, reason = "what other tests need of it")]
pub mod unneeded;
mod variations;
