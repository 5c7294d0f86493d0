//! Finds where the base image ends and your layers begin, and the purposes of the bytes in your
//! layers.
//!
//! If the number of layers or the archive of the base image is given, that decides. Otherwise the
//! history does: some builders record the base image, official images end with known instructions,
//! there can be a gap in time, and the first layer can be an operating system.

mod known;
mod references;
mod shares;
mod steps;

use std::fmt;

use crate::analysis::{Inspection, LayerAccount};
use crate::display::{Escaped, escaped_str};
use crate::escape::Untrusted;
use crate::image::BuiltOn;
use known::Known;
use steps::Step;

pub use shares::Share;
pub(crate) use shares::shares;

/// The base image of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Base {
    /// The number of its layers, which are the lowest ones.
    pub layers: usize,
    /// The evidence.
    pub how: Evidence,
    /// The name of the base image, if known.
    pub name: Option<Untrusted>,
    /// References by which it is known, too: `debian:12` of an image that only says what its system is.
    pub references: Vec<Untrusted>,
    /// The name of its system as the image itself shows it, if that has so many layers.
    pub system: Option<Untrusted>,
    /// True if there is no doubt about `layers`.
    pub certain: bool,
}

impl Base {
    /// Makes a base that may be another one, without its references and its system.
    pub(crate) fn found(layers: usize, how: Evidence, name: Option<Untrusted>) -> Self {
        Self { layers, how, name, references: Vec::new(), system: None, certain: false }
    }
}

/// The evidence for the end of the base image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The number of layers was given.
    Given,
    /// The archive of the base image was given, and the image begins with its layers.
    Archive,
    /// The builder recorded the base image in the history.
    Builder,
    /// The history contains the instructions of a known image.
    Steps,
    /// The history begins with instructions that are much older than the rest.
    Age {
        /// The number of days between them.
        days: u64,
    },
    /// The first layer is an operating system.
    System,
    /// There is no evidence: all layers count as yours.
    Nothing,
}

impl Evidence {
    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Archive => "archive",
            Self::Builder => "builder",
            Self::Steps => "steps",
            Self::Age { .. } => "age",
            Self::System => "system",
            Self::Nothing => "nothing",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given => write!(f, "--base-layers says so"),
            Self::Archive => {
                write!(f, "the image begins with the layers of the archive that was given")
            }
            Self::Builder => write!(f, "the builder recorded it"),
            Self::Steps => write!(f, "the history begins like a known image's"),
            Self::Age { days } => {
                write!(
                    f,
                    "the history has a gap of {}",
                    crate::display::plural(usize::try_from(*days).unwrap_or(usize::MAX), "day")
                )
            }
            Self::System => write!(f, "the first layer is a whole operating system"),
            Self::Nothing => {
                write!(f, "no base image was recognized, so all layers count as yours")
            }
        }
    }
}

/// The base image as given by the user.
#[derive(Debug, Clone, Copy, Default)]
pub enum BaseHint<'a> {
    /// No base image was given.
    #[default]
    Nothing,
    /// The number of its layers.
    Layers(usize),
    /// The archive of the base image.
    Image {
        /// The display name, escaped.
        name: &'a str,
        /// The digests of its uncompressed layers, as far as its config lists them.
        diff_ids: &'a [Option<String>],
    },
}

/// The reason why a given base is not the base of an image.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    /// The image has fewer layers.
    #[error("the image has {has} layers, so its base image cannot have {given}")]
    TooMany {
        /// The number that was given.
        given: usize,
        /// The number of layers in the image.
        has: usize,
    },
    /// A layer differs.
    #[error("the image does not begin with the layers of {name}: they differ at layer {at}")]
    Differs {
        /// The base image that was given, escaped for display.
        name: Escaped,
        /// The index of the first layer that differs.
        at: usize,
    },
}

/// Finds where the base image of `inspection` ends.
///
/// # Errors
///
/// [`BaseError`] if `given` does not fit the image.
pub fn base(inspection: &Inspection, given: BaseHint) -> Result<Base, BaseError> {
    let found = found(inspection, given)?;
    if let BaseHint::Nothing = given {
        return Ok(found);
    }
    // Whoever gives the number of layers or an archive does not say which system it is.
    let detected = detect(inspection);
    let system = detected.name.filter(|_| detected.layers == found.layers);
    Ok(Base { system, ..found })
}

/// Finds the base image as it is given, or as the image itself shows it.
fn found(inspection: &Inspection, given: BaseHint) -> Result<Base, BaseError> {
    let has = inspection.layers.len();
    match given {
        BaseHint::Nothing => Ok(detect(inspection)),
        BaseHint::Layers(given) if given > has => Err(BaseError::TooMany { given, has }),
        BaseHint::Layers(layers) => {
            let name = named(inspection).map(|built_on| built_on.name);
            Ok(Base { certain: true, ..Base::found(layers, Evidence::Given, name) })
        }
        BaseHint::Image { name, diff_ids } => {
            let same = |&(at, id): &(usize, &Option<String>)| {
                let is = |layer: &LayerAccount| {
                    layer.diff_id.as_ref().map(Untrusted::raw) == id.as_deref()
                };
                id.is_none() || !inspection.layers.get(at).is_some_and(is)
            };
            match diff_ids.iter().enumerate().find(same) {
                Some((at, _)) => Err(BaseError::Differs { name: escaped_str(name), at }),
                None => {
                    let name = Some(name.into());
                    let found = Base::found(diff_ids.len(), Evidence::Archive, name);
                    Ok(Base { certain: true, ..found })
                }
            }
        }
    }
}

/// Detects the base image from the image itself.
pub(crate) fn detect(inspection: &Inspection) -> Base {
    let base = detected(inspection);
    Base { system: base.name.clone(), ..base }
}

fn detected(inspection: &Inspection) -> Base {
    let steps = steps::read(inspection);
    let known = Known::built_in();
    let layers_of = |steps: &[Step]| {
        steps.iter().filter(|step| step.makes_layer).count().min(inspection.layers.len())
    };
    let fits = steps.iter().filter(|step| step.makes_layer).count() == inspection.layers.len();
    let named = named(inspection).map(|built_on| built_on.name);
    if let Some((end, name)) = steps::noted_by_the_builder(&steps)
        && let layers = layers_of(&steps[..end])
        // If everything was written as one layer, the base image is part of it.
        && (layers > 0 || name == "scratch")
    {
        let found = Base::found(layers, Evidence::Builder, named.or(Some(name.into())));
        return Base { certain: fits, ..found };
    }
    let system = known.system(inspection);
    if let Some((end, name)) = known.end(&steps, system.is_some()) {
        let (end, how) = match steps::older_part(&steps, end) {
            // An image that was built on a known one and then left unchanged for days is a base
            // image, too.
            Some((later, days)) => (later, Evidence::Age { days }),
            None => (end, Evidence::Steps),
        };
        let name = named.or_else(|| name.or_else(|| system.flatten()).map(Untrusted::from));
        return Base::found(layers_of(&steps[..end]), how, name);
    }
    if let Some((end, days)) = steps::oldest_part(&steps) {
        let name = named.or_else(|| system.flatten().map(Untrusted::from));
        return Base::found(layers_of(&steps[..end]), Evidence::Age { days }, name);
    }
    if let Some(name) = system
        && steps
            .iter()
            .find(|step| step.makes_layer)
            .is_some_and(|step| step.brings_a_system(inspection.layers.len()))
    {
        return Base::found(1, Evidence::System, named.or(name.map(Untrusted::from)));
    }
    Base::found(0, Evidence::Nothing, named)
}

/// Reads the name of the base image from the annotations of the manifest or, failing that, from the
/// labels, which may be inherited.
pub fn named(inspection: &Inspection) -> Option<BuiltOn> {
    let labels = &inspection.run.labels;
    let label =
        |key: &str| labels.raw_value(key).filter(|value| !value.is_empty()).map(Untrusted::from);
    let labels = || Some(BuiltOn { name: label(BuiltOn::NAME)?, digest: label(BuiltOn::DIGEST) });
    inspection.built_on.clone().or_else(labels)
}
