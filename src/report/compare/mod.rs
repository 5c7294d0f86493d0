//! Reports on images side by side: the result in words, as text, and in the types of a separate
//! JSON contract.

mod html;
mod json;
mod markdown;
mod text;
mod words;

use crate::analysis::Inspection;
use crate::compare::{
    Column, ComparedSecret, PackageChanges, Pair, SecretChanges, Sharing, changed_packages,
    columns, sharing, tell_apart,
};
use crate::display::Escaped;
use crate::display::Units;
use crate::files::packages::Installed;

pub use html::write_comparison_html;
pub use json::write_comparison_json;
pub use markdown::{BytesBySource, differs_by_less, write_comparison_markdown};
pub use text::write_comparison;
pub use words::{end_of_sharing, not_compared, verdict};

/// A comparison of images; for two images with the differences between them.
#[derive(Debug)]
pub struct Comparison<'a> {
    images: Vec<&'a Inspection>,
    columns: Vec<Column>,
    others: Others<'a>,
}

/// The images after the first, each compared with it.
#[derive(Debug)]
enum Others<'a> {
    /// The comparison of a single image, path by path.
    One(Box<Against<'a>>),
    /// The layers that each image shares with the first, for several images; empty for none.
    Several(Vec<Sharing>),
}

/// The differences between two images.
#[derive(Debug)]
struct Against<'a> {
    first: &'a Inspection,
    second: &'a Inspection,
    pair: Pair,
    /// `None` if no packages were read.
    packages: Option<PackageChanges>,
    /// `None` if secrets were not searched for in both images.
    secrets: Option<SecretChanges>,
}

impl<'a> Comparison<'a> {
    /// Compares all images with the first one; two images are compared path by path.
    pub fn compare(images: &[&'a Inspection]) -> Self {
        let others = match *images {
            [first, second] => {
                let pair = Pair::of(first, second);
                Others::One(Box::new(Against {
                    first,
                    second,
                    pair,
                    packages: None,
                    secrets: None,
                }))
            }
            [first, ref others @ ..] => {
                Others::Several(others.iter().map(|other| sharing(first, other)).collect())
            }
            [] => Others::Several(Vec::new()),
        };
        Self { images: images.to_vec(), columns: columns(images), others }
    }

    /// Adds the archives' names to images that have the same name.
    pub fn told_apart_by(mut self, archives: &[Escaped]) -> Self {
        tell_apart(&mut self.columns, archives);
        self
    }

    /// Adds the comparison of packages.
    pub fn with_packages(mut self, first: &Installed, second: &Installed) -> Self {
        if let Others::One(pair) = &mut self.others {
            pair.packages = Some(changed_packages(first, second));
        }
        self
    }

    /// Adds the comparison of secrets.
    pub fn with_secrets(mut self, first: &[ComparedSecret], second: &[ComparedSecret]) -> Self {
        if let Others::One(pair) = &mut self.others {
            pair.secrets = Some(SecretChanges::between(first, second));
        }
        self
    }

    /// Says which secrets an update brings or takes out; `None` if there are none, or if they are
    /// not known.
    fn secrets(&self) -> Option<Escaped> {
        self.pair()?.secrets.as_ref()?.sentence("the first")
    }

    /// Returns whether an update brings secrets.
    fn brings_secrets(&self) -> bool {
        let secrets = self.pair().and_then(|against| against.secrets.as_ref());
        secrets.is_some_and(|secrets| !secrets.added.is_empty())
    }

    /// Returns the result in one line.
    pub fn verdict(&self, units: Units) -> String {
        let [first, .., last] = &self.columns[..] else {
            return "There is nothing to compare.".into();
        };
        verdict(first, last, self.pair().map(|against| &against.pair.sharing), units)
    }

    /// Returns the images with their sizes.
    fn images(&self) -> impl Iterator<Item = (&Column, &'a Inspection)> {
        self.columns.iter().zip(self.images.iter().copied())
    }

    /// Returns the differences, if there are exactly two images.
    fn pair(&self) -> Option<&Against<'a>> {
        match &self.others {
            Others::One(against) => Some(against),
            Others::Several(_) => None,
        }
    }

    /// Returns the layers that each image after the first shares with it.
    fn sharings(&self) -> &[Sharing] {
        match &self.others {
            Others::One(against) => std::slice::from_ref(&against.pair.sharing),
            Others::Several(sharings) => sharings,
        }
    }
}
