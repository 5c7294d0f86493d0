//! How bytes, numbers and hostile names are shown to people.

mod count;
mod escape;
mod list;
mod units;
mod warning;

pub use count::Counter;
pub use escape::*;
pub use list::*;
pub use units::*;
