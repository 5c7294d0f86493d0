//! Opens container images, merges their layers into one filesystem tree, and accounts for every
//! byte: what is visible in a container, what is wasted because a later layer deleted or replaced
//! it, and what a change would save.
//!
//! The layers of an image, and what each wastes:
//!
//! ```
//! use layerscope::{Progress, inspect, open_demo};
//!
//! let opened = open_demo()?;
//! let inspection = inspect(&opened, &Progress::default())?;
//! for layer in &inspection.layers {
//!     println!("{:>11} bytes, {:>11} wasted: {}", layer.size, layer.wasted(),
//!     layer.instruction.one_line());
//! }
//! assert_eq!(inspection.totals.size, inspection.totals.visible + inspection.totals.wasted());
//! # Ok::<(), layerscope::Error>(())
//! ```
//!
//! The size without a path:
//!
//! ```
//! use layerscope::{Change, Progress, inspect, open_demo, what_if};
//!
//! let inspection = inspect(&open_demo()?, &Progress::default())?;
//! let go = inspection.tree.find(b"/usr/lib/go").expect("layer 1 installs Go");
//! let without = what_if(&inspection, &[Change::Drop(go)]);
//! println!("{} bytes instead of {}", without.size, inspection.totals.size);
//! assert!(without.saved(&inspection) > 100_000_000);
//! # Ok::<(), layerscope::Error>(())
//! ```
//!
//! What need not be in the image, the biggest first:
//!
//! ```
//! use layerscope::{Progress, Rules, find, inspect, open_demo};
//!
//! let inspection = inspect(&open_demo()?, &Progress::default())?;
//! let base_layers = 1;
//! for finding in find(&inspection, &Rules::built_in(), base_layers, None) {
//!     println!("{:>11} bytes: {} (layer {})", finding.bytes, finding.title, finding.added_in);
//! }
//! # Ok::<(), layerscope::Error>(())
//! ```
//!
//! An archive is opened with [`open`], a pipe with [`open_pipe`], a name with [`open_named`]. What
//! is exported here is **not stable before 1.0**: names and fields change with any release, and
//! what is not listed here is for the program alone.
//!
//! # The rooms
//!
//! Data flows one way, and a room names only rooms before it:
//!
//! ```text
//! archive ─▶ origin ─▶ image ─▶ tree ─▶ analysis ─▶ recorded ─▶ files ─▶ runtime ─▶ advice ─▶ compare ─▶ gate ─▶ report
//! ```
//!
//! Every room may use `progress`, `display` and `shell`. A test (`tests/house.rs`) reads the
//! imports and fails on one that runs the other way.

#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::disallowed_macros, clippy::disallowed_methods)
)]

#[doc(hidden)]
pub mod advice;
#[doc(hidden)]
pub mod analysis;
#[doc(hidden)]
pub mod archive;
#[doc(hidden)]
pub mod compare;
#[doc(hidden)]
pub mod display;
mod error;
#[doc(hidden)]
pub mod escape;
#[doc(hidden)]
pub mod files;
#[doc(hidden)]
pub mod gate;
mod glob;
#[doc(hidden)]
pub mod image;
mod layer_index;
#[doc(hidden)]
pub mod origin;
mod path;
#[doc(hidden)]
pub mod progress;
#[doc(hidden)]
pub mod recorded;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod runtime;
#[doc(hidden)]
pub mod secret;
#[doc(hidden)]
pub mod shell;
#[doc(hidden)]
pub mod toml_file;
#[doc(hidden)]
pub mod tree;
mod warning;

pub use advice::base::{Base, BaseHint, base};
pub use advice::findings::{Finding, Rules, find};
pub use analysis::what_if::{Change, Outcome, what_if};
pub use analysis::{
    Amount, Completeness, ImageTotals, Inspection, LayerAccount, LayerAmounts, Wasted, inspect,
};
pub use compare::{Sharing, sharing};
pub use display::Units;
pub use error::Error;
pub use files::contents::{Contents, LayerContents};
pub use files::extract::{Extracted, extract};
pub use image::builtin::demo::open as open_demo;
pub use image::{
    Archive, Compression, Image, Instruction, Opened, Selection, open, open_archive, open_named,
    open_pipe,
};
pub use layer_index::LayerIndex;
pub use progress::Progress;
pub use tree::{Kind, NodeId, Reason, Tree, VersionId};
pub use warning::{Gap, Known, RuntimeDifference, Warning, WarningKind};
