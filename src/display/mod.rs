//! Formats bytes, numbers and hostile names for display.

mod columns;
mod count;
mod difference;
mod form;
mod known;
mod list;
mod sentence;
mod time;
mod units;
mod warning;

pub use crate::escape::*;
pub use columns::*;
pub use count::Counter;
pub use list::*;
pub use sentence::{Sentence, besides};
pub use time::{DAY, date, seconds};
pub use units::*;
