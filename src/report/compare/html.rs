//! Writes a comparison as one HTML page that loads nothing.

use std::io::{self, Write};

use maud::{Markup, html};

use super::text::{signed, why_about};
use super::words::{SAME_SIZE, of_the_first};
use super::{Against, Comparison, SECRETS_LISTED, end_of_sharing, not_compared};
use crate::LayerIndex;
use crate::analysis::Inspection;
use crate::compare::{Difference, LayerPlace, PackageChanges};
use crate::display::{Units, all, count, escaped, escaped_str, plural, shown};
use crate::report::html::{
    COMPARISON, Page, Section, bar, bytes, document, legend, page_body, remarks,
};
use crate::warning::Known;

/// The most paths and packages that are listed.
const LISTED: usize = 2_000;

/// A comparison with the units of its sizes.
#[derive(Clone, Copy)]
struct Subject<'a> {
    comparison: &'a Comparison<'a>,
    units: Units,
}

impl Subject<'_> {
    fn size(&self, bytes: u64) -> String {
        self.units.size(bytes)
    }
}

/// Writes a comparison as an HTML page.
///
/// # Errors
///
/// An error of `out`.
pub fn write_comparison_html(
    comparison: &Comparison<'_>,
    units: Units,
    mut out: impl Write,
) -> io::Result<()> {
    let names: Vec<_> = comparison.columns.iter().map(|column| escaped_str(&column.name)).collect();
    let title = crate::display::Escaped::join(names, " and ");
    let page = Page {
        title: shown!("{} · layerscope", title),
        script: COMPARISON,
        body: body(&Subject { comparison, units }, &title),
        data: None,
    };
    out.write_all(document(page).as_bytes())?;
    out.flush()
}

fn body(subject: &Subject<'_>, title: &str) -> Markup {
    let Subject { comparison, units } = *subject;
    let pair = comparison.pair();
    let packages = pair.and_then(|against| against.packages.as_ref());
    let has_rows = pair.is_some_and(|against| !against.pair.paths.is_empty())
        || packages.is_some_and(|found| !found.changes.is_empty());
    let sections: Vec<Section> = [
        ("downloads", "Download size for users of the first image", downloads(subject)),
        ("layers", "Layers", pair.map(|against| layers(subject, against))),
        (
            "paths",
            "Differences in the final filesystem",
            pair.map(|against| {
                html! {
                    @if has_rows { (filter()) }
                    (paths(subject, against))
                }
            }),
        ),
        (
            "packages",
            "Packages",
            packages.filter(|found| found.known()).map(|found| self::packages(subject, found)),
        ),
    ]
    .into_iter()
    .filter_map(|(id, title, content)| Some((id, title, content?)))
    .collect();
    let head = html! {
        header {
            h1 { (title) }
            (gaps(comparison))
            @for told in comparison.secrets(SECRETS_LISTED) {
                @if told.is_new {
                    p .incomplete role="note" { strong { (told.sentence) } }
                } @else {
                    p .note { (told.sentence) }
                }
                @if !told.list.is_empty() {
                    ul { @for secret in &told.list { li { (secret) } } }
                }
            }
            p .verdict { (comparison.verdict(units)) }
            (columns(subject))
            (legend())
        }
    };
    page_body(&head, &sections)
}

fn filter() -> Markup {
    html! {
        div #filter .tools .filter hidden {
            label .search {
                span { "Search paths and packages" }
                input #search type="search" autocomplete="off" spellcheck="false";
            }
            span #found role="status" aria-live="polite" {}
        }
    }
}

/// Makes the list of parts that could not be read, which comes before any number.
fn gaps(comparison: &Comparison<'_>) -> Markup {
    let short: Vec<_> =
        comparison.images().filter(|(_, image)| !image.completeness.is_whole()).collect();
    html! {
        @if !short.is_empty() {
            div .incomplete role="note" {
                p { strong { "What could not be read" } }
                @for (column, image) in short {
                    p { (column.name) ":" }
                    (remarks(image.completeness.gaps()))
                }
            }
        }
    }
}

fn columns(subject: &Subject<'_>) -> Markup {
    let columns = &subject.comparison.columns;
    let largest = columns.iter().map(|column| column.size).max().unwrap_or(0);
    html! {
        table .stacked {
            thead { tr {
                th scope="col" { "image" }
                th scope="col" .bars { span .unseen { "bar" } }
                @for name in ["size", "visible", "wasted", "layers", "files", "of the first"] {
                    th scope="col" .number { (name) }
                }
            } }
            tbody {
                @for (index, column) in columns.iter().enumerate() {
                    @let bound = if column.exact { "" } else { "≥ " };
                    @let doubt = if column.exact { "" } else { "?" };
                    @let key = |name: &str| Some(format!("images.{index}.{name}"));
                    tr {
                        th scope="row" { (column.name) }
                        td .bars { (bar(column.visible, column.wasted, largest)) }
                        td .number data-label="size" { (bound) (bytes(&subject.size(column.size), column.size, key("size_bytes"))) }
                        td .number data-label="visible" { (bytes(&subject.size(column.visible), column.visible, key("visible_bytes"))) (doubt) }
                        td .number data-label="wasted" { (bound) (bytes(&subject.size(column.wasted), column.wasted, key("wasted_bytes"))) }
                        td .number data-label="layers" { (column.layers) }
                        td .number data-label="files" { (count(column.files)) }
                        td .number data-label="of the first" {
                            @match column.ratio {
                                Some(ratio) => (of_the_first(ratio)),
                                None => (if column.exact { "-" } else { "?" }),
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Makes the downloads of several images; two images have them in their layers.
fn downloads(subject: &Subject<'_>) -> Option<Markup> {
    let comparison = subject.comparison;
    if comparison.pair().is_some() || comparison.sharings().is_empty() {
        return None;
    }
    let exact = comparison.sharings().iter().all(|sharing| sharing.exact);
    Some(html! {
        table {
            thead { tr {
                th scope="col" { "image" }
                th scope="col" .number { "layers shared" }
                th scope="col" .number { "download" }
            } }
            tbody {
                @for (column, sharing) in comparison.columns.iter().skip(1).zip(comparison.sharings()) {
                    tr {
                        th scope="row" { (column.name) }
                        td .number { (sharing.shared()) " of " (sharing.same.len()) }
                        td .number {
                            @if !sharing.exact { "~" }
                            (bytes(&subject.size(sharing.download), sharing.download, None))
                        }
                    }
                }
            }
        }
        @if !exact { p .note { (why_about(comparison.images.iter().copied())) } }
    })
}

fn layers(subject: &Subject<'_>, against: &Against<'_>) -> Markup {
    let Against { first, second, pair, .. } = against;
    let largest = |image: &Inspection| image.layers.iter().map(|layer| layer.size).max();
    let largest = largest(first).max(largest(second)).unwrap_or(0);
    let number =
        |layer: Option<LayerIndex>| layer.map_or("-".to_owned(), |layer| layer.to_string());
    let shared = second.layers.iter().zip(&pair.sharing.same).filter(|(_, same)| same.is_some());
    let shared: u64 = shared.map(|(layer, _)| layer.size).sum();
    html! {
        table .stacked {
            thead { tr {
                th scope="col" .number { "first" }
                th scope="col" .number { "second" }
                th scope="col" { "instruction" }
                th scope="col" .bars { span .unseen { "bar" } }
                th scope="col" .number { "size" }
                th scope="col" .number { (if pair.sharing.exact { "download" } else { "~download" }) }
            } }
            tbody {
                @for &place in &pair.layers {
                    @let account = place.account(first, second);
                    @let size = match place.known(first, second) {
                        known if known.is_nothing() => "?".to_owned(),
                        Known::UpTo(_) | Known::OverLimit(_) => format!("≥{}", subject.size(account.size)),
                        _ => subject.size(account.size),
                    };
                    @let download = match place {
                        LayerPlace::Both(..) => "shared".to_owned(),
                        LayerPlace::First(_) => "removed".to_owned(),
                        LayerPlace::Second(layer) if !pair.sharing.sent[layer] => "again".to_owned(),
                        LayerPlace::Second(_) => subject.size(account.stored_bytes),
                    };
                    tr {
                        td .number data-label="first" { (number(place.first())) }
                        td .number data-label="second" { (number(place.second())) }
                        td .instruction { code { (account.instruction.one_line().cut(400)) } }
                        td .bars { (bar(account.size, 0, largest)) }
                        td .number data-label="size" { (bytes(&size, account.size, None)) }
                        td .number data-label="download" { (download) }
                    }
                }
            }
        }
        @if let Some(end) = end_of_sharing(first, second, &pair.sharing) { p { (escaped_str(&end)) } }
        @if !pair.sharing.exact { p .note { (why_about([*first, *second])) } }
        p .note { "The shared layers have " (subject.size(shared)) "." }
    }
}

fn paths(subject: &Subject<'_>, against: &Against<'_>) -> Markup {
    let paths = &against.pair.paths;
    let biggest = paths.biggest();
    let listed = &biggest[..biggest.len().min(LISTED)];
    let changes = || {
        listed.iter().map(|&place| paths.change(place, &against.first.tree, &against.second.tree))
    };
    let largest = changes().map(|change| change.weight()).max().unwrap_or(0);
    if let Some(words) = not_compared(against.first, against.second) {
        return html! { p { (escaped_str(&words)) } (beyond(against)) };
    }
    html! {
        @if paths.is_empty() {
            p { (against.no_differences()) }
        } @else {
            ul .lines {
                @for (difference, (paths, sum)) in paths.sums() {
                    li {
                        span .amount {
                            @if difference == Difference::Unknown { "?" }
                            @else if sum == 0 { "-" }
                            @else { (bytes(&subject.size(sum), sum, None)) }
                        }
                        span {
                            (difference.name()) ": " (plural(paths, "path"))
                            @if difference == Difference::Changed && sum == 0 { (SAME_SIZE) }
                        }
                    }
                }
            }
            @if paths.unknown().next().is_some() {
                p .remark { "Unknown: the layer that decides this could not be read." }
            }
        }
        @if !listed.is_empty() {
            h3 { "Biggest differences" }
            table .stacked {
                thead { tr {
                    th scope="col" { "path" }
                    th scope="col" { "change" }
                    th scope="col" .number { "layer" }
                    th scope="col" .bars { span .unseen { "bar" } }
                    th scope="col" .number { "bytes" }
                } }
                tbody {
                    @for change in changes() {
                        @let (more, path) = (change.more > 0, escaped(&change.path));
                        @let layer = change.layer_after.or(change.layer_before).unwrap_or_default();
                        tr data-name=(path) {
                            th scope="row" { code { (path) } }
                            td .word { (change.difference.name()) }
                            td .number data-label="layer" { (layer) }
                            td .bars { (bar(change.weight(), 0, largest)) }
                            td .number .sign { (if more { "+" } else { "−" }) (bytes(&subject.size(change.weight()), change.weight(), None)) }
                        }
                    }
                }
            }
            (rest(listed.len(), biggest.len(), "file"))
        }
        (beyond(against))
    }
}

/// Says what a comparison with a report cannot tell.
fn beyond(against: &Against<'_>) -> Markup {
    html! { @for sentence in against.not_told() { p .remark { (sentence) } } }
}

fn packages(subject: &Subject<'_>, packages: &PackageChanges) -> Markup {
    let signed = |before, after| signed(before, after, |bytes| subject.size(bytes));
    let listed = &packages.changes[..packages.changes.len().min(LISTED)];
    html! {
        ul .lines {
            @for (difference, (packages, before, after)) in packages.sums() {
                li {
                    span .amount { (signed(before, after)) }
                    span { (difference.name()) ": " (plural(packages, "package")) }
                }
            }
            li {
                span .amount { (signed(packages.unpackaged.0, packages.unpackaged.1)) }
                span { "files outside packages" }
            }
        }
        @if listed.is_empty() {
            p { (all(packages.same, "package", "the same")) }
        } @else {
            table .stacked {
                thead { tr {
                    @for name in ["package", "change", "version"] { th scope="col" { (name) } }
                    th scope="col" .number { "bytes" }
                } }
                tbody {
                    @for change in listed {
                        @let (before, after) = change.bytes();
                        tr data-name=(change.name) {
                            th scope="row" { (change.name) }
                            td .word { (change.difference.name()) }
                            td { (escaped_str(&change.versions())) }
                            td .number .sign { (signed(before, after)) }
                        }
                    }
                }
            }
            (rest(listed.len(), packages.changes.len(), "package"))
        }
    }
}

fn rest(listed: usize, all: usize, noun: &str) -> Markup {
    html! {
        @if all > listed {
            p .note { "and " (plural(all - listed, noun)) " more; compare --format json lists all" }
        }
    }
}
