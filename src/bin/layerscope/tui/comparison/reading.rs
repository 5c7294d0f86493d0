//! Reads the images of a comparison in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use layerscope::advice::secrets::Secrets;
use layerscope::compare::ComparedSecrets;
use layerscope::display::Escaped;
use layerscope::files::contents::LayerContents;
use layerscope::files::packages::installed;
use layerscope::progress::{Searching, spawn};
use layerscope::secret::FoundValues;
use layerscope::{Error, Inspection, Opened, Progress};

use super::{Comparison, ComparisonMessage};

/// A function that opens an image. A stream is read to its end.
pub type Opener = Box<dyn FnOnce(&Progress) -> Result<Opened, Error> + Send>;

/// An image to compare.
pub struct Candidate {
    /// The name to show until more is known.
    pub name: Escaped,
    pub open: Opener,
}

/// Searches an image for secrets, if that is wanted.
fn searched(
    opened: &Opened,
    inspection: Inspection,
    secrets: bool,
    progress: &Arc<Progress>,
) -> Result<(Inspection, Option<Secrets>), Error> {
    let search = || Secrets::search(&inspection, &LayerContents::new(opened), progress);
    let found = secrets.then(search).transpose()?;
    Ok((inspection, found))
}

/// The counters of images that are being read; dropping them stops the threads.
pub struct Reading(Vec<Arc<Progress>>);

impl Reading {
    /// Reads the images one after another, each on all cores, and then their packages, until nobody
    /// listens to what it tells.
    pub fn start(
        candidates: Vec<Candidate>,
        secrets: bool,
        tell: impl Fn(ComparisonMessage) -> Option<()> + Send + 'static,
    ) -> Self {
        let searching = Searching::all_if(secrets);
        let counters = || Arc::new(Progress { searching, ..Progress::default() });
        let progress: Vec<Arc<Progress>> = candidates.iter().map(|_| counters()).collect();
        let reading = Self(progress.clone());
        let work = move || {
            let (mut all, mut values) = (Vec::new(), FoundValues::default());
            for (i, (candidate, progress)) in candidates.into_iter().zip(&progress).enumerate() {
                let opened = match (candidate.open)(progress) {
                    Ok(opened) => opened,
                    Err(error) => return tell(ComparisonMessage::Read(i, Err(error))),
                };
                tell(ComparisonMessage::Opened(i, Box::new(opened.clone())))?;
                let read_it = layerscope::inspect(&opened, progress)
                    .and_then(|inspection| searched(&opened, inspection, secrets, progress));
                let (inspection, found) = match read_it {
                    Ok((inspection, found)) => (Arc::new(inspection), found),
                    Err(error) => return tell(ComparisonMessage::Read(i, Err(error))),
                };
                let compared = found.map(|found| {
                    values.join(&found.values);
                    ComparedSecrets::of_image(&inspection, &found)
                });
                match &compared {
                    Some(compared) => tell(ComparisonMessage::Secrets(i, compared.clone()))?,
                    None => tell(ComparisonMessage::Read(i, Ok(inspection.clone())))?,
                }
                all.push((opened, inspection, compared));
            }
            // A secret of one image may stand in a command of another, before it or behind it.
            let mut read = Vec::new();
            for (i, (opened, mut inspection, compared)) in all.into_iter().enumerate() {
                let Some(mut compared) = compared else {
                    read.push((opened, inspection));
                    continue;
                };
                compared.look_for(&values, &inspection);
                tell(ComparisonMessage::Secrets(i, compared))?;
                if let Some(masked) = inspection.masking(&values) {
                    tell(ComparisonMessage::Unmasked(i, inspection))?;
                    inspection = Arc::new(masked);
                }
                read.push((opened, inspection.clone()));
                tell(ComparisonMessage::Read(i, Ok(inspection)))?;
            }
            read.into_iter().zip(&progress).enumerate().try_for_each(
                |(i, ((opened, inspection), progress))| {
                    let installed =
                        installed(&inspection.tree, &LayerContents::new(&opened), progress);
                    if let Err(error) = opened.check_unchanged() {
                        return tell(ComparisonMessage::Read(i, Err(error)));
                    }
                    tell(ComparisonMessage::Installed(i, Arc::new(installed)))
                },
            )
        };
        spawn(move || {
            work();
        });
        reading
    }

    /// Tells the comparison how far reading is.
    pub fn report(&self, comparison: &mut Comparison) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        for (i, progress) in self.0.iter().enumerate() {
            let now = (count(&progress.done), count(&progress.total), count(&progress.layers));
            comparison.learn(ComparisonMessage::Progress(i, now));
            comparison.learn(ComparisonMessage::Waiting(i, progress.waiting()));
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        for progress in &self.0 {
            progress.cancel.store(true, Ordering::Relaxed);
        }
    }
}
