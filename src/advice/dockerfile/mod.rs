//! Reads the Dockerfile of an image, rebuilds it from the history, and improves it.

mod base;
mod births;
mod diff;
mod draft;
mod evidence;
mod fix;
mod mapping;
mod of_secrets;
pub mod parse;
mod rebuild;
mod step;

pub use diff::unified;
pub(in crate::advice) use evidence::Assessed;
pub use evidence::{
    CopiedProgram, Drafted, Evidence, Interpreted, Library, LooksFor, NamedChange, NeededPath,
    Needs, Toolchain,
};
pub use fix::raw::read as text_from;
pub use fix::{
    Change, Condition, Fix, Kind, NamedSecret, Refusal, Remark, Staged, Target, Verdict,
    WastedAfter, combined, copied_first, fix, staged,
};
pub(in crate::advice) use fix::{Ruling, judge};
pub use mapping::lines_of_layers;
pub use of_secrets::lines_of_secrets;
pub use parse::{Dockerfile, ParseError};
pub use rebuild::{Rebuilt, rebuild};
