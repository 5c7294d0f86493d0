//! Reports on checked images: for people, for programs, and for the services that run builds.

mod text;
mod words;

use crate::advice::assessment::Study;
use crate::analysis::Inspection;
use crate::gate::Verdict;

pub use text::write_check;

/// An image with the result of its check.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The image.
    pub inspection: &'a Inspection,
    /// Its findings.
    pub study: &'a Study,
    /// The result.
    pub verdict: Verdict,
}
