//! The Dockerfile of an image: read, rebuilt from the history, and changed for the better.

mod base;
mod births;
pub mod parse;
mod rebuild;
mod shell;
mod step;

pub use base::Base;
pub use parse::{Dockerfile, ParseError};
pub use rebuild::{Rebuilt, rebuild};
