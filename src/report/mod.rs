//! The account without a terminal: text for people, JSON for programs.
//!
//! Both are written from an [`Account`], which has types of its own, so that
//! the JSON contract (`assets/report.schema.json`) does not move when the
//! analysis does.

mod account;
mod advice;
pub mod fit;
mod json;
mod text;
pub mod units;

pub use account::{Account, Detail};
pub use advice::advice;
pub use json::write_json;
pub use text::{TextStyle, write_text};
pub use units::Units;
