//! Writes `OpenMetrics` 1.0 text: sizes over time, without a server, by the collector of text
//! files.

use crate::escape::Untrusted;
use std::collections::HashSet;
use std::io::{self, Write};

use super::words::{Unsearched, unsearched};
use super::{CheckResults, Checked, has_namesake};
use crate::advice::avoidable::Avoidable;
use crate::analysis::LayerAccount;
use crate::display::{Escaped, escaped_str, shown};
use crate::gate::Status;
use crate::layer_index::LayerIndex;

/// A family of metrics.
struct Family {
    name: &'static str,
    help: &'static str,
    /// True if the values are bytes.
    bytes: bool,
    values: fn(&Checked<'_>) -> Vec<Sample>,
}

/// A value with the labels that it has beside those of the image.
struct Sample {
    labels: Vec<(&'static str, Escaped)>,
    value: String,
}

/// Makes the value of an image as a whole.
fn one(value: impl ToString) -> Vec<Sample> {
    vec![Sample { labels: Vec::new(), value: value.to_string() }]
}

/// The family that also has the images that could not be checked.
const CHECKED: Family = Family {
    name: "layerscope_image_checked",
    help: "1 if the image was checked, 0 if it could not be; without an image, the check itself failed.",
    bytes: false,
    values: |_| one(1),
};

const FAMILIES: [Family; 14] = [
    CHECKED,
    Family {
        name: "layerscope_image_size_bytes",
        help: "Size of the image: the contents of the files in all layers.",
        bytes: true,
        values: |checked| one(checked.inspection.totals.size),
    },
    Family {
        name: "layerscope_image_visible_bytes",
        help: "Visible part of the size.",
        bytes: true,
        values: |checked| one(checked.inspection.totals.visible),
    },
    Family {
        name: "layerscope_image_wasted_bytes",
        help: "Wasted part of the size.",
        bytes: true,
        values: |checked| one(checked.inspection.totals.wasted()),
    },
    Family {
        name: "layerscope_image_avoidable_bytes",
        help: "Bytes of your layers that changes of the Dockerfile would save.",
        bytes: true,
        values: |checked| one(Avoidable::measure(checked.study).own),
    },
    Family {
        name: "layerscope_image_stored_bytes",
        help: "Size of the layers as the archive or the registry stores them.",
        bytes: true,
        values: |checked| one(checked.inspection.totals.stored_bytes),
    },
    Family {
        name: "layerscope_image_base_bytes",
        help: "Size of the layers of the base image.",
        bytes: true,
        values: |checked| {
            let base = checked.inspection.layers.iter().take(checked.study.base.layers);
            one(base.map(|layer| layer.size).sum::<u64>())
        },
    },
    Family {
        name: "layerscope_image_layers",
        help: "Number of layers.",
        bytes: false,
        values: |checked| one(checked.inspection.layers.len()),
    },
    Family {
        name: "layerscope_image_secrets",
        help: "Number of secrets in the layers and in the config, deleted ones too. Left out if they were not searched for.",
        bytes: false,
        values: |checked| {
            let secrets = checked.study.secrets.as_ref();
            secrets.map_or_else(Vec::new, |secrets| one(secrets.list.len()))
        },
    },
    Family {
        name: "layerscope_image_unsearched",
        help: "Number of places that were not searched for secrets and that a limit on secrets does not count: what is inside archives, and attestations that were not opened.",
        bytes: false,
        values: |checked| {
            let sample = |Unsearched { what, count, .. }: Unsearched| Sample {
                labels: vec![("what", what.into())],
                value: count.to_string(),
            };
            unsearched(checked).into_iter().map(sample).collect()
        },
    },
    Family {
        name: "layerscope_image_unread",
        help: "Number of places that were to be searched for secrets and were not: files, layers and the config. Left out if nothing was searched.",
        bytes: false,
        values: |checked| {
            let secrets = checked.study.secrets.as_ref();
            secrets.map_or_else(Vec::new, |secrets| one(secrets.gaps().count()))
        },
    },
    Family {
        name: "layerscope_layer_size_bytes",
        help: "Size of a layer.",
        bytes: true,
        values: |checked| {
            let layers = LayerIndex::numbered(&checked.inspection.layers);
            let sample = |(index, layer): (LayerIndex, &LayerAccount)| Sample {
                labels: vec![("layer", shown!("{}", index))],
                value: layer.size.to_string(),
            };
            layers.map(sample).collect()
        },
    },
    Family {
        name: "layerscope_limit_exceeded",
        help: "1 if a limit is exceeded, 0 if it is kept. Limits that could not be checked are left out.",
        bytes: false,
        values: |checked| {
            let known = |status| matches!(status, Status::Failed | Status::Passed);
            let outcomes = checked.verdict.outcomes.iter().filter(|outcome| known(outcome.status));
            let value = |outcome: &crate::gate::Outcome| {
                let subject = escaped_str(outcome.limit.measure.subject().unwrap_or_default());
                let labels =
                    vec![("limit", outcome.limit.measure.key().into()), ("subject", subject)];
                Sample { labels, value: u8::from(outcome.status == Status::Failed).to_string() }
            };
            outcomes.map(value).collect()
        },
    },
    Family {
        name: "layerscope_image_whole",
        help: "1 if all of the image was read, 0 if the sizes are lower bounds.",
        bytes: false,
        values: |checked| one(u8::from(checked.inspection.completeness.is_whole())),
    },
];

/// Writes the numbers of all images.
pub(super) fn write(results: &CheckResults<'_>, out: &mut impl Write) -> io::Result<()> {
    let images = &results.images[..];
    for family in &FAMILIES {
        writeln!(out, "# TYPE {} gauge", family.name)?;
        if family.bytes {
            writeln!(out, "# UNIT {} bytes", family.name)?;
        }
        writeln!(out, "# HELP {} {}", family.name, family.help)?;
        // A series is named once: images of one name are told apart by their files, and the same
        // file counts once.
        let mut written = HashSet::new();
        let unchecked = results.unchecked.iter().filter(|_| family.name == CHECKED.name);
        for unchecked in unchecked {
            let labels = unchecked.image.as_ref().map(|name| label("image", name));
            let labels = labels.map_or_else(String::new, |label| format!("{{{label}}}"));
            if written.insert(labels.clone()) {
                writeln!(out, "{}{labels} 0", family.name)?;
            }
        }
        for checked in images {
            let platform =
                checked.inspection.platform.as_ref().map(Untrusted::escaped).unwrap_or_default();
            for Sample { labels, value } in (family.values)(checked) {
                let inspection = checked.inspection;
                let own = [("image", inspection.name.clone()), ("platform", platform.clone())];
                let source = has_namesake(images, checked).then(|| inspection.source.clone());
                let all = own.into_iter().chain(source.map(|file| ("source", file))).chain(labels);
                let labels: Vec<_> = all.map(|(name, text)| label(name, &text)).collect();
                let labels = labels.join(",");
                if written.insert(labels.clone()) {
                    writeln!(out, "{}{{{labels}}} {value}", family.name)?;
                }
            }
        }
    }
    writeln!(out, "# EOF")
}

/// Writes a label with its value escaped.
fn label(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
