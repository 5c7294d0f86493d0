//! Opens a container image, merges its layers into one filesystem tree and
//! says what each layer costs, and which bytes still ship although a later
//! layer deleted or overwrote them.
//!
//! ```no_run
//! use layerscope::{Progress, inspect, open};
//!
//! let opened = open("image.tar".as_ref(), None)?;
//! let inspection = inspect(&opened, &Progress::default())?;
//! println!("{} of {} bytes are dead", inspection.totals.dead(), inspection.totals.shipped);
//! # Ok::<(), layerscope::Error>(())
//! ```
//!
//! Data flows one way, and a room names only rooms before it:
//!
//! ```text
//! archive ─▶ image ─▶ tree ─▶ analysis ─▶ files ─▶ runtime ─▶ advice ─▶ compare ─▶ report
//! ```
//!
//! Every room may use [`progress`], [`display`] and [`shell`]. A test reads the imports and fails on one that runs the other way.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod advice;
pub mod analysis;
pub mod archive;
pub mod compare;
pub mod display;
mod error;
pub mod files;
pub mod image;
mod path;
pub mod progress;
pub mod report;
pub mod runtime;
pub mod shell;
pub mod tree;
mod warning;

pub use analysis::{Inspection, inspect};
pub use error::Error;
pub use image::{Archive, Opened, Selection, open, open_archive, open_pipe, open_source, opens_at_once};
pub use progress::Progress;
pub use warning::{Difference, Gap, Warning, WarningKind};
