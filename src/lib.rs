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
//! Data flows one way, and a module names only modules before it:
//! [`archive`] → [`image`] → [`tree`] → [`analysis`] → [`packages`], [`findings`], [`base`], [`what_if`], [`ladder`] →
//! [`study`] → [`report`]; [`compare`] puts images side by side. What looks into files stands beside it: [`contents`] opens them, [`filesystem`] finds
//! them as a container would, [`executable`] says what they are, [`application`] which of them a container runs, and
//! [`closure`] what that one needs; [`measure`] compresses what would ship.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod analysis;
pub mod application;
pub mod archive;
pub mod base;
mod both;
pub mod closure;
pub mod compare;
pub mod contents;
mod count;
pub mod demo;
pub mod dockerfile;
pub mod embedded;
mod error;
pub mod executable;
pub mod extract;
pub mod filesystem;
pub mod findings;
pub mod image;
mod inspect;
pub mod ladder;
pub mod measure;
mod open;
pub mod packages;
mod path;
pub mod report;
pub mod study;
pub mod text;
pub mod tree;
pub mod units;
mod warning;
pub mod what_if;

pub use analysis::Inspection;
pub use error::Error;
pub use image::{Progress, Selection};
pub use inspect::{Opened, inspect};
pub use open::{Archive, open, open_archive, open_pipe, open_source, opens_at_once};
pub use warning::Warning;
