//! The comparison learns what the threads have read and compared.

use layerscope::Error;
use layerscope::compare::{DifferingFiles, SecretChanges, columns, differing_files, tell_apart};

use super::Comparison;
use super::message::{ComparisonMessage, Effect};
use super::sheet::Sheet;

impl Comparison {
    /// Returns the files with secrets that differ between the first image and another one.
    pub fn differing_files(&self, other: usize) -> DifferingFiles {
        let secrets = |image: usize| self.images.get(image)?.secrets.as_ref();
        match (secrets(0), secrets(other)) {
            (Some(before), Some(after)) => differing_files(before, after),
            _ => DifferingFiles::new(),
        }
    }

    /// Handles a message of the threads.
    pub fn learn(&mut self, news: ComparisonMessage) -> Option<Effect> {
        match news {
            ComparisonMessage::Opened(image, opened) => {
                self.images.get_mut(image)?.opened = Some(opened);
            }
            ComparisonMessage::Progress(image, progress) => {
                self.images.get_mut(image)?.progress = progress;
            }
            ComparisonMessage::Waiting(image, awaited) => {
                self.images.get_mut(image)?.awaited = awaited;
            }
            ComparisonMessage::Read(_, Err(Error::Cancelled)) => return Some(Effect::Quit),
            ComparisonMessage::Read(_, Err(error)) => return Some(Effect::Fail(error)),
            ComparisonMessage::Read(image, Ok(inspection)) => {
                self.images.get_mut(image)?.inspection = Some(inspection);
                let read: Vec<_> =
                    self.images.iter().filter_map(|image| image.inspection.as_deref()).collect();
                if read.len() == self.images.len() {
                    self.columns = columns(&read);
                    let archives: Vec<_> =
                        self.images.iter().map(|image| image.source.clone()).collect();
                    tell_apart(&mut self.columns, &archives);
                    return self.wanted();
                }
            }
            ComparisonMessage::Secrets(image, secrets) => {
                self.images.get_mut(image)?.secrets = Some(secrets);
            }
            ComparisonMessage::Unmasked(image, inspection) => {
                self.images.get_mut(image)?.unmasked = Some(inspection);
            }
            ComparisonMessage::Installed(image, installed) => {
                self.images.get_mut(image)?.installed = Some(installed);
                self.compare_packages();
            }
            ComparisonMessage::Compared(other, pair) => {
                let inspection = |image: usize| self.images.get(image)?.inspection.clone();
                let secrets = |image: usize| self.images.get(image)?.secrets.as_ref();
                let mut sheet = Sheet::new(inspection(0)?, inspection(other)?, pair);
                if let (Some(before), Some(after)) = (secrets(0), secrets(other)) {
                    sheet.against.secrets = Some(SecretChanges::between(before, after));
                }
                self.sheets.insert(other, Some(Box::new(sheet)));
                self.compare_packages();
                if other == self.other && !self.early.is_empty() {
                    return Some(Effect::Resume(self.early.take()));
                }
            }
        }
        None
    }

    /// Compares the packages of all images that are ready.
    fn compare_packages(&mut self) {
        let Some(first) = self.images.first().and_then(|image| image.installed.clone()) else {
            return;
        };
        for (&other, sheet) in &mut self.sheets {
            let second = self.images.get(other).and_then(|image| image.installed.as_deref());
            if let (Some(sheet), Some(second)) = (sheet, second)
                && sheet.against.changes.is_none()
            {
                sheet.against.installed(&first, second);
            }
        }
    }
}
