//! Images side by side: the outcome in words, as text, and in the types of a JSON contract of its own.

mod json;
mod text;
mod words;

use crate::analysis::Inspection;
use crate::compare::{Column, PackageChanges, Pair, changed_packages, columns, tell_apart};
use crate::packages::Installed;
use crate::units::Units;

pub use json::write_comparison_json;
pub use text::write_comparison;
pub use words::{end_of_sharing, verdict};

/// Images side by side; of two also what differs.
#[derive(Debug)]
pub struct Comparison<'a> {
    columns: Vec<Column>,
    pair: Option<Against<'a>>,
}

/// What differs between two images.
#[derive(Debug)]
struct Against<'a> {
    first: &'a Inspection,
    second: &'a Inspection,
    pair: Pair,
    /// `None` if no files were looked into.
    packages: Option<PackageChanges>,
}

impl<'a> Comparison<'a> {
    /// Compares all images with the first, and if they are two, path by path.
    pub fn of(images: &[&'a Inspection]) -> Self {
        let pair = match *images {
            [first, second] => Some(Against { first, second, pair: Pair::of(first, second), packages: None }),
            _ => None,
        };
        Self { columns: columns(images), pair }
    }

    /// Names the archives of images that have the same name.
    pub fn told_apart_by(mut self, archives: &[String]) -> Self {
        tell_apart(&mut self.columns, archives);
        self
    }

    /// Compares also the packages of two images.
    pub fn with_packages(mut self, first: &Installed, second: &Installed) -> Self {
        if let Some(pair) = &mut self.pair {
            pair.packages = Some(changed_packages(first, second));
        }
        self
    }

    /// The outcome in one line.
    pub fn verdict(&self, units: Units) -> String {
        let [first, .., last] = &self.columns[..] else { return "There is nothing to compare.".into() };
        verdict(first, last, self.pair.as_ref().map(|against| &against.pair.sharing), units)
    }
}
