//! Writes the report as one HTML page: it loads nothing, and opens anywhere.
//!
//! Everything but the tree of files is written here and needs no script. Text of an image is put in
//! by maud, which escapes it, or as JSON that only the page's own script reads; the page's policy
//! runs and loads nothing else.

mod changes;
mod data;
mod frame;
mod graphics;
mod history;
mod ladder;
mod layers;
mod overview;
mod runtime;
mod secrets;

use std::io::{self, Write};

use maud::{Markup, html};

use crate::advice::assessment::Study;
use crate::analysis::Listing;
use crate::display::{Units, shown};
use crate::recorded::{Document, RecordedImage};
use crate::report::account::{Account, Detail};
use crate::{Inspection, LayerIndex};
use data::Data;
use frame::REPORT;

pub(super) use frame::{COMPARISON, Page, Section, document, page_body};
pub(super) use graphics::{bar, bytes, legend};
pub(super) use overview::remarks;

/// Everything that the parts of the page are made of.
#[derive(Clone, Copy)]
struct Subject<'a> {
    inspection: &'a Inspection,
    document: &'a Document,
    units: Units,
    /// True if the document is a report of an earlier run.
    is_recorded: bool,
}

impl Subject<'_> {
    fn size(&self, bytes: u64) -> String {
        self.units.size(bytes)
    }

    /// Returns the bytes of the image after each layer, and those of them that are wasted by then.
    fn timeline(&self) -> Vec<(u64, u64)> {
        let (mut size, mut wasted) = (0, 0);
        let layers = LayerIndex::numbered(&self.inspection.layers);
        let after = layers.map(|(index, layer)| {
            let pairs = self.document.wasted_by_layers.iter();
            let removed = pairs.filter(|pair| LayerIndex::new(pair.removed_in) == index);
            size += layer.size;
            wasted += removed.map(|pair| pair.bytes).sum::<u64>();
            (size, wasted)
        });
        after.collect()
    }
}

/// Writes the inspection and the findings as an HTML page. It is made first and then written, so
/// that nothing is written if it cannot be made. Everything but the files and the history is told from
/// what the JSON records, so that an earlier report gives the same page.
///
/// # Errors
///
/// An error of `out`.
pub fn write_html(
    inspection: &Inspection,
    study: &Study,
    units: Units,
    mut out: impl Write,
) -> io::Result<()> {
    let detail = Detail { top: 1, tree: false, units };
    let document = Account::new(inspection, study, detail).document().map_err(io::Error::other)?;
    let subject = Subject { inspection, document: &document, units, is_recorded: false };
    write_page(&subject, &mut out)
}

/// Writes an image of an earlier report as an HTML page, as far as its detail goes.
///
/// # Errors
///
/// An error of `out`.
pub fn write_recorded_html(
    image: &RecordedImage,
    units: Units,
    mut out: impl Write,
) -> io::Result<()> {
    let RecordedImage { document, inspection } = image;
    write_page(&Subject { inspection, document, units, is_recorded: true }, &mut out)
}

fn write_page(subject: &Subject<'_>, out: &mut impl Write) -> io::Result<()> {
    let Subject { inspection, units, .. } = *subject;
    let has_files = inspection.listing != Listing::Absent;
    let data = has_files.then(|| Data::from_inspection(inspection, units)).transpose()?;
    let page = Page {
        title: shown!("{} · layerscope", inspection.name),
        script: REPORT,
        body: body(subject),
        data: data.map(|data| serde_json::to_string(&data)).transpose()?,
    };
    out.write_all(document(page).as_bytes())?;
    out.flush()
}

fn body(subject: &Subject<'_>) -> Markup {
    let sections: Vec<Section> = [
        ("secrets", "Secrets", secrets::secrets(subject)),
        ("layers", "Layers", Some(layers::layers(subject))),
        ("timeline", "Timeline", layers::timeline(subject)),
        ("changes", "What to change", changes::changes(subject)),
        ("sizes", "Possible sizes", ladder::ladder(subject)),
        ("files", "Files", Some(files(subject))),
        ("program", "What it runs", runtime::runtime(subject)),
        ("base", "Base image and your layers", runtime::whose(subject)),
        ("history", "History", history::history(subject)),
        ("remarks", "Remarks", overview::later_remarks(subject)),
    ]
    .into_iter()
    .filter_map(|(id, title, content)| Some((id, title, content?)))
    .collect();
    page_body(&overview::header(subject), &sections)
}

/// The empty frame of the tree and the treemap, which the script fills.
fn files(subject: &Subject<'_>) -> Markup {
    let layer_count = subject.inspection.layers.len();
    if subject.inspection.listing == Listing::Absent {
        return html! {
            p .note {
                "This page is made of a report that lists no files. One that was written with "
                code { "--tree" } " has those of the final filesystem."
            }
        };
    }
    html! {
        @if subject.is_recorded {
            p .note {
                "This page is made of a report: the files are those of the final filesystem, without \
                those that a later layer deleted or replaced."
            }
        }
        noscript {
            p .remark { "The tree and the treemap need JavaScript. Everything else on this page does not." }
        }
        div #explorer hidden data-layers=(layer_count) {
            p #listing .note {}
            div .tools {
                label .search {
                    span { "Search" }
                    input #search type="search" placeholder="name or /path" autocomplete="off"
                        spellcheck="false";
                }
                fieldset {
                    legend { "Sort by" }
                    @for (value, name) in [("size", "size"), ("wasted", "wasted"), ("name", "name")] {
                        label { input type="radio" name="sort" value=(value); span { (name) } }
                    }
                }
                label .check { input #only type="checkbox"; span { "only wasted" } }
            }
            nav #path aria-label="Directory" {}
            div #treemap role="group" aria-label="Treemap of the directory" {}
            (legend())
            p #detail role="status" aria-live="polite" {}
            p #found role="status" aria-live="polite" {}
            ul #tree role="tree" aria-label="Files" {}
        }
        p #trouble .remark hidden {}
    }
}
