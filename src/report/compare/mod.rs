//! Reports on images side by side: the result in words, as text, and in the types of a separate
//! JSON contract.

mod html;
mod json;
mod markdown;
mod text;
mod words;

use crate::analysis::Inspection;
use crate::compare::{
    Column, ComparedSecrets, DifferingFiles, PackageChanges, Pair, SecretChanges, Sharing,
    changed_packages, columns, differing_files, sharing, tell_apart,
};
use crate::display::{Escaped, Units, shown};
use crate::files::packages::Installed;

pub use html::write_comparison_html;
pub use json::write_comparison_json;
pub use markdown::{BytesBySource, differs_by_less, write_comparison_markdown};
pub use text::write_comparison;
pub use words::{end_of_sharing, no_differences, not_compared, not_told, verdict};

/// A comparison of images; for two images with the differences between them.
#[derive(Debug)]
pub struct Comparison<'a> {
    images: Vec<&'a Inspection>,
    columns: Vec<Column>,
    others: Others<'a>,
    /// The secrets in which each image after the first differs from it; `None` if one of both was not
    /// searched.
    secrets: Vec<Option<SecretChanges>>,
    /// True for each image that was searched for secrets.
    searched: Vec<bool>,
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
}

impl Against<'_> {
    /// Says that no path differs, as far as that is known.
    fn no_differences(&self) -> &'static str {
        no_differences(self.first, self.second, &self.pair)
    }

    /// Says what the comparison cannot tell, a sentence each.
    fn not_told(&self) -> Vec<String> {
        not_told(self.first, self.second, &self.pair)
    }
}

/// The most new secrets that a page lists.
const SECRETS_LISTED: usize = 100;

/// The words about the secrets of an update.
struct ToldSecrets {
    /// The numbers, and the secret if it is a single one.
    sentence: Escaped,
    /// The new ones, if there are several.
    list: Vec<Escaped>,
    /// True if there are new ones.
    is_new: bool,
}

impl<'a> Comparison<'a> {
    /// Compares all images with the first one; two images are compared path by path.
    pub fn compare(images: &[&'a Inspection]) -> Self {
        Self::with_secrets(images, &vec![None; images.len()])
    }

    /// Compares all images with the first one, with the secrets of those that were searched.
    pub fn with_secrets(images: &[&'a Inspection], secrets: &[Option<ComparedSecrets>]) -> Self {
        let others = match *images {
            [first, second] => {
                let differing = match secrets {
                    [Some(before), Some(after)] => differing_files(before, after),
                    _ => DifferingFiles::new(),
                };
                let pair = Pair::knowing(first, second, &differing);
                Others::One(Box::new(Against { first, second, pair, packages: None }))
            }
            [first, ref others @ ..] => {
                Others::Several(others.iter().map(|other| sharing(first, other)).collect())
            }
            [] => Others::Several(Vec::new()),
        };
        let changes = |(image, after): (&&Inspection, &Option<ComparedSecrets>)| {
            let before = secrets.first()?.as_ref()?;
            let changes = SecretChanges::between(before, after.as_ref()?);
            // The ID is the digest of the config, which has those of the layers.
            let is_the_same = image.id.is_some() && image.id == images.first()?.id;
            Some(SecretChanges { is_by_place: changes.is_by_place && !is_the_same, ..changes })
        };
        Self {
            images: images.to_vec(),
            columns: columns(images),
            others,
            secrets: images.iter().zip(secrets).skip(1).map(changes).collect(),
            searched: secrets.iter().map(Option::is_some).collect(),
        }
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

    /// Says which secrets each image brings, at most so many, or takes out; and which images were not searched, if
    /// others were.
    fn secrets(&self, most: usize) -> Vec<ToldSecrets> {
        let is_pair = self.pair().is_some();
        let named = self.columns.iter().skip(1).zip(&self.secrets);
        let told = named.filter_map(|(column, changes)| {
            let changes = changes.as_ref()?;
            let (sentence, list) = changes.beside_list("the first", most)?;
            let sentence = if is_pair { sentence } else { shown!("{}: {}", column.name, sentence) };
            Some(ToldSecrets { sentence, list, is_new: !changes.added.is_empty() })
        });
        let of_none = |sentence| ToldSecrets { sentence, list: Vec::new(), is_new: false };
        told.chain(self.unsearched().map(of_none)).collect()
    }

    /// Says which images were not searched for secrets; `None` if all or none of them were.
    fn unsearched(&self) -> Option<Escaped> {
        let unsearched =
            self.columns.iter().zip(&self.searched).filter(|(_, searched)| !**searched);
        let names: Vec<_> = unsearched.map(|(column, _)| column.name.clone()).collect();
        let verb = if names.len() == 1 { "was" } else { "were" };
        (!names.is_empty() && names.len() < self.columns.len()).then(|| {
            shown!("Not compared by secrets: {} {} not searched.", Escaped::listed(&names), verb)
        })
    }

    /// Returns whether an update brings secrets.
    fn brings_secrets(&self) -> bool {
        self.secrets.iter().flatten().any(|secrets| !secrets.added.is_empty())
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
