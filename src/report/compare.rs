//! Images side by side as text, and in the types of a JSON contract of its own.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::account::lossless;
use super::fit::{cut, cut_front, wrap};
use super::json::write_escaped;
use super::ladder::times;
use super::text::TextStyle;
use crate::analysis::Inspection;
use crate::compare::{Column, Difference, PathChange, Sharing, changed_paths, columns, sharing};
use crate::text::escaped;
use crate::units::{Units, files, plural};

const WIDTH: usize = 80;

/// Images side by side; of two also what differs.
#[derive(Debug)]
pub struct Comparison {
    columns: Vec<Column>,
    pair: Option<Pair>,
}

/// What differs between two images.
#[derive(Debug)]
struct Pair {
    sharing: Sharing,
    changes: Vec<PathChange>,
    instructions: Vec<String>,
    instructions_before: Vec<String>,
    shared_bytes: u64,
}

impl Comparison {
    /// Compares all images with the first, and if they are two, path by path.
    pub fn of(images: &[&Inspection]) -> Self {
        let pair = match images {
            [first, second] => {
                let sharing = sharing(first, second);
                let shared = second.layers.iter().zip(&sharing.same).filter(|(_, same)| same.is_some());
                Some(Pair {
                    shared_bytes: shared.map(|(layer, _)| layer.shipped).sum(),
                    changes: changed_paths(first, second),
                    instructions: lines(second),
                    instructions_before: lines(first),
                    sharing,
                })
            }
            _ => None,
        };
        Self { columns: columns(images), pair }
    }

    /// The outcome in one line.
    pub fn verdict(&self, units: Units) -> String {
        let [first, .., last] = &self.columns[..] else { return "There is nothing to compare.".into() };
        let (a, b) = (units.size(first.shipped), units.size(last.shipped));
        let same_name = first.name == last.name;
        let name = if same_name { if self.pair.is_some() { "the second" } else { "the last" } } else { &last.name };
        let size = match last.ratio {
            _ if first.shipped == last.shipped => format!("both ship {a}"),
            Some(ratio) if ratio > 1.0 => format!("{name} is {} smaller: {b} instead of {a}", times(ratio)),
            Some(ratio) => format!("{name} is {} bigger: {b} instead of {a}", times(1.0 / ratio)),
            None => format!("{name} ships nothing"),
        };
        let Some(pair) = &self.pair else { return size };
        let of = pair.sharing.same.len();
        let shared = pair.sharing.same.iter().flatten().count();
        let stored = if pair.sharing.exact { "" } else { " as stored here, uncompressed" };
        let pull = units.size(pair.sharing.pull);
        format!("{size}; {shared} of {} shared; who has the first downloads {pull}{stored}", plural(of, "layer"))
    }
}

fn lines(image: &Inspection) -> Vec<String> {
    image.layers.iter().map(|layer| layer.instruction.one_line()).collect()
}

/// Writes a comparison as text; `style.top` is how many paths are listed, 0 for all.
pub fn write_comparison(comparison: &Comparison, style: TextStyle, mut out: impl Write) -> io::Result<()> {
    let bold = |text: &str| if style.colour { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() };
    for line in wrap(&comparison.verdict(style.units), WIDTH) {
        writeln!(out, "{}", bold(&line))?;
    }
    let head =
        format!("{:>9} {:>9} {:>9} {:>6} {:>8} {:>8}  image", "shipped", "live", "dead", "layers", "files", "ratio");
    writeln!(out, "\n{head}")?;
    for column in &comparison.columns {
        let size = |bytes| style.units.size(bytes);
        let ratio = column.ratio.map_or("-".into(), times);
        let name = cut(&column.name, WIDTH - 56);
        let dead = if column.dead == 0 { "-".into() } else { size(column.dead) };
        writeln!(
            out,
            "{:>9} {:>9} {dead:>9} {:>6} {:>8} {ratio:>8}  {name}",
            size(column.shipped),
            size(column.live),
            column.layers,
            crate::units::count(column.files),
        )?;
    }
    if let Some(pair) = &comparison.pair {
        write_layers(pair, style, &mut out, bold)?;
        write_changes(pair, style, &mut out, bold)?;
    }
    out.flush()
}

fn write_layers(pair: &Pair, style: TextStyle, out: &mut impl Write, bold: impl Fn(&str) -> String) -> io::Result<()> {
    writeln!(out, "\n{}", bold("Layers of the second image"))?;
    for (layer, same) in pair.sharing.same.iter().enumerate() {
        let what = same.map_or("new".into(), |same| format!("is {same}"));
        writeln!(out, "{layer:>4}  {what:<6}  {}", cut(&pair.instructions[layer], WIDTH - 14))?;
    }
    for line in end_of_sharing(pair).iter().flat_map(|text| wrap(text, WIDTH)) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{} of contents are shared.", style.units.size(pair.shared_bytes))
}

/// Which layer is the first that is not shared, and what broke the sharing.
fn end_of_sharing(pair: &Pair) -> Option<String> {
    let common = pair.sharing.common;
    let (now, before) = (pair.instructions.get(common)?, pair.instructions_before.get(common)?);
    if now != before {
        return Some(format!("Sharing ends at layer {common}: `{now}` instead of `{before}`."));
    }
    let of = pair.sharing.broken_by.iter().map(|change| escaped(&change.path)).collect::<Vec<_>>();
    let what = if of.is_empty() { "times or the order of entries".into() } else { of.join(", ") };
    Some(format!("Sharing ends at layer {common} `{now}`, which differs in {what}."))
}

fn write_changes(pair: &Pair, style: TextStyle, out: &mut impl Write, bold: impl Fn(&str) -> String) -> io::Result<()> {
    if pair.changes.is_empty() {
        return writeln!(out, "\nThe final filesystems look the same (contents of equal size and time are not read).");
    }
    writeln!(out, "\n{}", bold("What differs in the final filesystem"))?;
    for (difference, (count, bytes)) in sums(&pair.changes) {
        writeln!(out, "{:>10}  {:<8} {}", style.units.size(bytes), difference.name(), plural(count, "path"))?;
    }
    let mut biggest: Vec<&PathChange> = pair.changes.iter().filter(|change| change.weight() > 0).collect();
    biggest.sort_by_key(|change| std::cmp::Reverse(change.weight()));
    let top = if style.top == 0 { biggest.len() } else { style.top.min(biggest.len()) };
    if top > 0 {
        writeln!(out, "\n{}", bold("Biggest differences"))?;
    }
    for change in &biggest[..top] {
        let sign = if change.after > change.before { '+' } else { '-' };
        let size = format!("{sign}{}", style.units.size(change.weight()));
        let layer = change.layer_after.or(change.layer_before).unwrap_or_default();
        let path = cut_front(&escaped(&change.path), WIDTH - 28);
        writeln!(out, "{size:>11}  {:<7} {layer:>4}  {path}", change.difference.name())?;
    }
    if biggest.len() > top {
        writeln!(out, "{:>11}  and {} more (--top 0 lists all)", "", files(biggest.len() - top))?;
    }
    Ok(())
}

fn sums(changes: &[PathChange]) -> BTreeMap<Difference, (usize, u64)> {
    let mut sums: BTreeMap<Difference, (usize, u64)> = BTreeMap::new();
    for change in changes {
        let sum = sums.entry(change.difference).or_default();
        sum.0 += 1;
        sum.1 += change.weight();
    }
    sums
}

#[derive(Serialize)]
struct ComparisonPart<'a> {
    schema_version: u32,
    verdict: String,
    images: Vec<ImagePart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layers: Option<Vec<LayerPart>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pull: Option<PullPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<ChangePart>>,
}

#[derive(Serialize)]
struct ImagePart<'a> {
    name: &'a str,
    layers: usize,
    shipped_bytes: u64,
    live_bytes: u64,
    dead_bytes: u64,
    stored_bytes: u64,
    files: u64,
    ratio: Option<f64>,
}

#[derive(Serialize)]
struct LayerPart {
    index: usize,
    instruction: String,
    same_as: Option<usize>,
}

#[derive(Serialize)]
struct PullPart {
    bytes: u64,
    exact: bool,
    common_layers: usize,
    broken_by: Vec<String>,
}

#[derive(Serialize)]
struct ChangePart {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    change: &'static str,
    before_bytes: u64,
    after_bytes: u64,
    layer_before: Option<usize>,
    layer_after: Option<usize>,
}

/// Writes a comparison as JSON.
pub fn write_comparison_json(comparison: &Comparison, units: Units, out: impl Write) -> io::Result<()> {
    let pair = comparison.pair.as_ref();
    let part = ComparisonPart {
        schema_version: 1,
        verdict: comparison.verdict(units),
        images: comparison
            .columns
            .iter()
            .map(|column| ImagePart {
                name: &column.name,
                layers: column.layers,
                shipped_bytes: column.shipped,
                live_bytes: column.live,
                dead_bytes: column.dead,
                stored_bytes: column.stored,
                files: column.files,
                ratio: column.ratio,
            })
            .collect(),
        layers: pair.map(|pair| {
            let layers = pair.sharing.same.iter().zip(&pair.instructions).enumerate();
            layers
                .map(|(index, (&same_as, instruction))| LayerPart { index, instruction: instruction.clone(), same_as })
                .collect()
        }),
        pull: pair.map(|pair| PullPart {
            bytes: pair.sharing.pull,
            exact: pair.sharing.exact,
            common_layers: pair.sharing.common,
            broken_by: pair.sharing.broken_by.iter().map(|change| lossless(&change.path).0).collect(),
        }),
        changes: pair.map(|pair| pair.changes.iter().map(change_part).collect()),
    };
    write_escaped(&part, out)
}

fn change_part(change: &PathChange) -> ChangePart {
    let (path, path_hex) = lossless(&change.path);
    ChangePart {
        path,
        path_hex,
        change: change.difference.name(),
        before_bytes: change.before,
        after_bytes: change.after,
        layer_before: change.layer_before,
        layer_after: change.layer_after,
    }
}
