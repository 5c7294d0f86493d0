//! Images side by side: the outcome in words, as text, and in the types of a JSON contract of its own.

mod json;
mod text;
mod words;

use crate::analysis::Inspection;
use crate::compare::{Column, PackageChanges, Pair, Sharing, changed_packages, columns, sharing, tell_apart};
use crate::display::Units;
use crate::files::packages::Installed;

pub use json::write_comparison_json;
pub use text::write_comparison;
pub use words::{end_of_sharing, verdict};

/// Images side by side; of two also what differs.
#[derive(Debug)]
pub struct Comparison<'a> {
    columns: Vec<Column>,
    others: Others<'a>,
}

/// The images after the first, each against it.
#[derive(Debug)]
enum Others<'a> {
    /// One, path by path.
    One(Box<Against<'a>>),
    /// None, or several: only which layers each of them shares with the first.
    Several(Vec<Sharing>),
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
        let others = match *images {
            [first, second] => {
                let pair = Pair::of(first, second);
                Others::One(Box::new(Against { first, second, pair, packages: None }))
            }
            [first, ref others @ ..] => Others::Several(others.iter().map(|other| sharing(first, other)).collect()),
            [] => Others::Several(Vec::new()),
        };
        Self { columns: columns(images), others }
    }

    /// Names the archives of images that have the same name.
    pub fn told_apart_by(mut self, archives: &[String]) -> Self {
        tell_apart(&mut self.columns, archives);
        self
    }

    /// Compares also the packages of two images.
    pub fn with_packages(mut self, first: &Installed, second: &Installed) -> Self {
        if let Others::One(pair) = &mut self.others {
            pair.packages = Some(changed_packages(first, second));
        }
        self
    }

    /// The outcome in one line.
    pub fn verdict(&self, units: Units) -> String {
        let [first, .., last] = &self.columns[..] else { return "There is nothing to compare.".into() };
        verdict(first, last, self.pair().map(|against| &against.pair.sharing), units)
    }

    /// What differs, if the images are two.
    fn pair(&self) -> Option<&Against<'a>> {
        match &self.others {
            Others::One(against) => Some(against),
            Others::Several(_) => None,
        }
    }

    /// What each image after the first shares with it.
    fn sharings(&self) -> &[Sharing] {
        match &self.others {
            Others::One(against) => std::slice::from_ref(&against.pair.sharing),
            Others::Several(sharings) => sharings,
        }
    }
}
