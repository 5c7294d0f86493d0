//! The image that growth is measured from, or its JSON report.

use std::path::Path;
use std::sync::Arc;

use layerscope::advice::secrets::Secrets;
use layerscope::compare::{ComparedSecrets, SecretChanges};
use layerscope::files::contents::LayerContents;
use layerscope::progress::Searching;
use layerscope::secret::FoundValues;
use layerscope::{Inspection, Progress};

use super::super::{Failure, TargetOptions, completeness, read_opened, recorded};
use super::{Read, named};

/// An image with its secrets.
pub struct Earlier {
    pub inspection: Inspection,
    /// The secrets; `None` if they were not searched for.
    pub secrets: Option<ComparedSecrets>,
    /// Their values, which no text is to show.
    pub values: FoundValues,
}

/// Reads a JSON report if the path is a file that begins like one, and an image otherwise.
pub fn read(path: &Path, options: &TargetOptions, secrets: bool) -> Result<Earlier, Failure> {
    if let Some(report) = recorded::read(path)? {
        let secrets = report.document.secrets.as_ref().map(ComparedSecrets::of_record);
        let (inspection, values) = (report.inspection, FoundValues::default());
        return Ok(Earlier { inspection, secrets, values });
    }
    let (input, selection) = named(path, options)?;
    let searching = Searching::all_if(secrets);
    let progress = Progress { searching, ..Progress::default() };
    let (opened, inspection) = read_opened(input, &selection, &progress)?;
    let (inspection, secrets, values) = match secrets {
        true => {
            let contents = LayerContents::new(&opened);
            let found = Secrets::search(&inspection, &contents, &Arc::default())?;
            let secrets = ComparedSecrets::of_image(&inspection, &found);
            let masked = inspection.masking(&found.values);
            (masked.unwrap_or(inspection), Some(secrets), found.values)
        }
        false => (inspection, None, FoundValues::default()),
    };
    opened.check_unchanged()?;
    completeness::say_of(&inspection.name, &inspection);
    Ok(Earlier { inspection, secrets, values })
}

/// Compares the secrets of an image with those of an earlier one, if both were searched.
pub fn secrets(earlier: Option<&Earlier>, read: &Read) -> Option<SecretChanges> {
    let earlier = earlier?;
    let before = earlier.secrets.as_ref()?;
    let mut after = ComparedSecrets::of_image(&read.inspection, read.study.secrets.as_ref()?);
    after.look_for(&earlier.values, &read.inspection);
    Some(SecretChanges::between(before, &after))
}
