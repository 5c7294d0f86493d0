//! Lists the images of an archive as JSON: `assets/images.schema.json`.

use crate::escape::Untrusted;
use std::io::{self, Write};

use serde::Serialize;

use super::completeness::CompletenessPart;
use super::json::write_escaped;
use crate::analysis::Completeness;
use crate::image::{Image, masked_names};

/// The images of an archive.
#[derive(Debug, Serialize)]
pub struct ImageList {
    schema_version: u32,
    images: Vec<ListedImage>,
}

#[derive(Debug, Serialize)]
struct ListedImage {
    tags: Vec<Untrusted>,
    id: Option<Untrusted>,
    manifest: Option<Untrusted>,
    platform: Option<Untrusted>,
    created: Option<Untrusted>,
    layers: usize,
    stored_bytes: u64,
    /// The parts that are missing, as far as it is known before the layers are read.
    completeness: CompletenessPart,
}

impl ImageList {
    /// Converts the images of an archive.
    pub fn new(images: &[Image]) -> Self {
        let listed = |image: &Image| ListedImage {
            tags: masked_names(&image.tags),
            id: image.id.clone(),
            manifest: image.manifest.clone(),
            platform: image.platform.clone(),
            created: image.created.clone(),
            layers: image.layers.len(),
            stored_bytes: image.stored_bytes(),
            completeness: CompletenessPart::new(&Completeness::new(
                image.layers.len(),
                &image.gaps(),
            )),
        };
        Self { schema_version: 2, images: images.iter().map(listed).collect() }
    }
}

/// Writes the list as JSON.
///
/// # Errors
///
/// An error of `out`.
pub fn write_image_list(list: &ImageList, out: impl Write) -> io::Result<()> {
    write_escaped(list, out)
}
