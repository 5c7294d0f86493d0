//! The Dockerfile: rebuilt, and changed where the image shows what that saves. Every diff is applied.
//!
//! `LAYERSCOPE_UPDATE=1` writes the demo's snapshot anew; `LAYERSCOPE_TOOLS=buildah`, or
//! `LAYERSCOPE_ENGINE=buildah`, wants buildah to parse what comes out; without them it does where it is installed.

#[path = "dockerfile/applied.rs"]
mod applied;
#[path = "dockerfile/command_line.rs"]
mod command_line;
#[path = "dockerfile/hostile.rs"]
mod hostile;
#[path = "dockerfile/leftovers.rs"]
mod leftovers;
#[path = "dockerfile/rebuilt.rs"]
mod rebuilt;
#[path = "dockerfile/runs.rs"]
mod runs;
#[path = "dockerfile/situation.rs"]
mod situation;
#[path = "dockerfile/stages.rs"]
mod stages;
mod support;
#[allow(dead_code, reason = "what other tests need of it")]
#[path = "executables/tiny.rs"]
mod tiny;
#[path = "dockerfile/unneeded.rs"]
mod unneeded;
