//! Writes a comparison as text in 80 columns.

use std::io::{self, Write};

use super::words::SAME_SIZE;
use super::{Against, Comparison, end_of_sharing, not_compared};
use crate::analysis::Inspection;
use crate::compare::{Difference, LayerPlace, PackageChanges};
use crate::display::escaped;
use crate::display::times;
use crate::display::{all, count, plural};
use crate::display::{cut, cut_front, wrap};
use crate::layer_index::LayerIndex;
use crate::report::TextStyle;
use crate::report::paint::Paint;
use crate::warning::Known;

const WIDTH: usize = 80;
/// The explanation of a `~` before a download size.
const STORED_PLAIN: &str = "~ uncompressed in the archive; a registry sends less.";
/// The explanation of a `~` before a download size if a layer is not known.
const NOT_KNOWN: &str = "~ not all layers could be read, so the download size is an estimate.";

/// Writes a comparison as text. `style.top` limits the number of paths and packages; 0 means all.
///
/// # Errors
///
/// An error of `out`.
pub fn write_comparison(
    comparison: &Comparison<'_>,
    style: TextStyle,
    mut out: impl Write,
) -> io::Result<()> {
    let mut page = ComparisonText { style, out: &mut out };
    for line in wrap(&comparison.verdict(style.units), WIDTH) {
        page.head(&line)?;
    }
    page.secrets(comparison)?;
    page.warnings(comparison)?;
    page.columns(comparison)?;
    if let Some(against) = comparison.pair() {
        page.layers(against)?;
        page.paths(against)?;
        for sentence in against.not_told() {
            page.wrapped(&sentence)?;
        }
        if let Some(packages) = &against.packages {
            page.packages(packages)?;
        }
    } else {
        page.downloads(comparison)?;
    }
    out.flush()
}

struct ComparisonText<'a, W> {
    style: TextStyle,
    out: &'a mut W,
}

impl<W: Write> ComparisonText<'_, W> {
    fn size(&self, bytes: u64) -> String {
        self.style.units.size(bytes)
    }

    /// Returns the number of items of a list that are shown.
    fn top(&self, all: usize) -> usize {
        if self.style.top == 0 { all } else { self.style.top.min(all) }
    }

    fn head(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", Paint::Bold.on(text, self.style.colour))
    }

    fn wrapped(&mut self, text: &str) -> io::Result<()> {
        wrap(text, WIDTH).into_iter().try_for_each(|line| writeln!(self.out, "{line}"))
    }

    fn rest(&mut self, shown: usize, all: usize, noun: &str) -> io::Result<()> {
        if all <= shown {
            return Ok(());
        }
        writeln!(self.out, "{:>11}  and {} more (--top 0 lists all)", "", plural(all - shown, noun))
    }

    /// Writes the secrets that each update brings or takes out.
    fn secrets(&mut self, comparison: &Comparison<'_>) -> io::Result<()> {
        let most = if self.style.top == 0 { usize::MAX } else { self.style.top };
        for told in comparison.secrets(most) {
            let paint = if told.is_new { Paint::Wasted } else { Paint::Dim };
            for line in wrap(&told.sentence, WIDTH) {
                writeln!(self.out, "{}", paint.on(&line, self.style.colour))?;
            }
            for secret in &told.list {
                for (number, line) in wrap(secret, WIDTH - 4).iter().enumerate() {
                    let indent = if number == 0 { "  - " } else { "    " };
                    writeln!(self.out, "{indent}{line}")?;
                }
            }
        }
        Ok(())
    }

    /// Writes the warnings of each image.
    fn warnings(&mut self, comparison: &Comparison<'_>) -> io::Result<()> {
        let images = comparison.images().filter(|(_, image)| !image.completeness.is_whole());
        for (i, (column, image)) in images.enumerate() {
            if i == 0 {
                writeln!(self.out)?;
                self.head("What could not be read")?;
            }
            for gap in image.completeness.gaps() {
                let mut head = "  ! ";
                for line in wrap(&format!("{}: {gap}", column.name), WIDTH - 4) {
                    writeln!(self.out, "{head}{line}")?;
                    head = "    ";
                }
            }
        }
        Ok(())
    }

    fn columns(&mut self, comparison: &Comparison<'_>) -> io::Result<()> {
        let [size, visible, wasted] =
            ["size", "visible", "wasted"].map(|head| format!("{head:>9}"));
        writeln!(
            self.out,
            "\n{size} {visible} {wasted} {:>6} {:>8} {:>8}  image",
            "layers", "files", "ratio"
        )?;
        for column in &comparison.columns {
            let bound = if column.exact { "" } else { "≥" };
            let size = format!("{bound}{}", self.size(column.size));
            let [visible, wasted] = [column.visible, column.wasted].map(|bytes| self.size(bytes));
            let wasted = match (column.wasted, column.exact) {
                (0, true) => "-".into(),
                (0, false) => "?".into(),
                (_, true) => wasted,
                (_, false) => format!("≥{wasted}"),
            };
            let visible = if column.exact { visible } else { format!("{visible}?") };
            let ratio = column.ratio.map_or(if column.exact { "-" } else { "?" }.into(), times);
            let name = cut_front(&column.name, WIDTH - 56);
            let (layers, files) = (column.layers, count(column.files));
            writeln!(
                self.out,
                "{size:>9} {visible:>9} {wasted:>9} {layers:>6} {files:>8} {ratio:>8}  {name}"
            )?;
        }
        Ok(())
    }

    /// Writes a line for each image on what it shares with the first.
    fn downloads(&mut self, comparison: &Comparison<'_>) -> io::Result<()> {
        if comparison.sharings().is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        self.head("Download size for users of the first image")?;
        writeln!(self.out, "{:>10}  {:>14}  image", "download", "layers shared")?;
        for (column, sharing) in comparison.columns.iter().skip(1).zip(comparison.sharings()) {
            let about = if sharing.exact { "" } else { "~" };
            let download = format!("{about}{}", self.size(sharing.download));
            let shared = format!("{} of {}", sharing.shared(), sharing.same.len());
            let name = cut_front(&column.name, WIDTH - 28);
            writeln!(self.out, "{download:>10}  {shared:>14}  {name}")?;
        }
        if comparison.sharings().iter().all(|sharing| sharing.exact) {
            return Ok(());
        }
        self.wrapped(why_about(comparison.images.iter().copied()))
    }

    fn layers(&mut self, against: &Against<'_>) -> io::Result<()> {
        let Against { first, second, pair, .. } = against;
        writeln!(self.out)?;
        self.head("Layers")?;
        let download = if pair.sharing.exact { "download" } else { "~download" };
        writeln!(self.out, "first second      size {download:>9}  instruction")?;
        for &place in &pair.layers {
            let number = |layer: Option<LayerIndex>| {
                layer.map_or_else(|| "-".to_owned(), |layer| layer.to_string())
            };
            let account = place.account(first, second);
            let download = match place {
                LayerPlace::Both(..) => "shared".to_owned(),
                LayerPlace::First(_) => "removed".to_owned(),
                LayerPlace::Second(layer) if !pair.sharing.sent[layer] => "again".to_owned(),
                LayerPlace::Second(_) => self.size(account.stored_bytes),
            };
            let known = place.known(first, second);
            let size = match known {
                known if known.is_nothing() => "?".into(),
                Known::UpTo(_) | Known::OverLimit(_) => format!("≥{}", self.size(account.size)),
                _ => self.size(account.size),
            };
            let (a, b) = (number(place.first()), number(place.second()));
            let instruction = cut(&account.instruction.one_line(), WIDTH - 35);
            writeln!(self.out, "{a:>5} {b:>6} {size:>9} {download:>9}  {instruction}")?;
        }
        if let Some(end) = end_of_sharing(first, second, &pair.sharing) {
            self.wrapped(&end)?;
        }
        if !pair.sharing.exact {
            self.wrapped(why_about([*first, *second]))?;
        }
        let shared =
            second.layers.iter().zip(&pair.sharing.same).filter(|(_, same)| same.is_some());
        let bytes = shared.map(|(layer, _)| layer.size).sum();
        writeln!(self.out, "The shared layers have {}.", self.size(bytes))
    }

    fn paths(&mut self, against: &Against<'_>) -> io::Result<()> {
        let paths = &against.pair.paths;
        if let Some(words) = not_compared(against.first, against.second) {
            writeln!(self.out)?;
            return self.wrapped(&words);
        }
        if paths.is_empty() {
            return writeln!(self.out, "\n{}", against.no_differences());
        }
        writeln!(self.out)?;
        self.head("Differences in the final filesystem")?;
        for (difference, (paths, bytes)) in paths.sums() {
            let bytes = match (difference, bytes) {
                (Difference::Unknown, _) => "?".into(),
                (_, 0) => "-".into(),
                _ => self.size(bytes),
            };
            let same =
                if difference == Difference::Changed && bytes == "-" { SAME_SIZE } else { "" };
            let paths = plural(paths, "path");
            writeln!(self.out, "{bytes:>10}  {:<8} {paths}{same}", difference.name())?;
        }
        if paths.unknown().next().is_some() {
            self.wrapped("Unknown: the layer that decides this could not be read.")?;
        }
        let (first, second) = (&against.first.tree, &against.second.tree);
        let biggest = paths.biggest();
        let top = self.top(biggest.len());
        if top > 0 {
            writeln!(self.out)?;
            self.head("Biggest differences")?;
            writeln!(self.out, "{:>11}  {:<7} {:>5} path", "size", "", "layer")?;
        }
        for &place in &biggest[..top] {
            let change = paths.change(place, first, second);
            let sign = if change.more > 0 { '+' } else { '-' };
            let size = format!("{sign}{}", self.size(change.weight()));
            let layer = change.layer_after.or(change.layer_before).unwrap_or_default();
            let path = escaped(&change.path);
            writeln!(self.out, "{size:>11}  {:<7} {layer:>5} {path}", change.difference.name())?;
        }
        self.rest(top, biggest.len(), "file")
    }

    fn packages(&mut self, packages: &PackageChanges) -> io::Result<()> {
        if !packages.known() {
            return Ok(());
        }
        writeln!(self.out)?;
        self.head("Packages")?;
        for (difference, (packages, before, after)) in packages.sums() {
            let bytes = signed(before, after, |bytes| self.size(bytes));
            writeln!(
                self.out,
                "{bytes:>11}  {:<8} {}",
                difference.name(),
                plural(packages, "package")
            )?;
        }
        let (before, after) = packages.unpackaged;
        let bytes = signed(before, after, |bytes| self.size(bytes));
        writeln!(self.out, "{bytes:>11}  {:<8} files outside packages", "")?;
        if packages.changes.is_empty() {
            let text = all(packages.same, "package", "the same");
            return writeln!(self.out, "{:>11}  {text}", "");
        }
        writeln!(self.out)?;
        let top = self.top(packages.changes.len());
        for change in &packages.changes[..top] {
            let (before, after) = change.bytes();
            let bytes = signed(before, after, |bytes| self.size(bytes));
            let text = cut(&format!("{:<22}  {}", change.name, change.versions()), WIDTH - 23);
            writeln!(self.out, "{bytes:>11}  {:<8}  {text}", change.difference.name())?;
        }
        self.rest(top, packages.changes.len(), "package")
    }
}

/// Says why bytes to pull are not exact.
pub(super) fn why_about<'a>(images: impl IntoIterator<Item = &'a Inspection>) -> &'static str {
    let whole = images.into_iter().all(|image| image.completeness.sizes_are_exact());
    if whole { STORED_PLAIN } else { NOT_KNOWN }
}

/// Formats a difference in bytes with its sign; empty if there is none.
pub(super) fn signed(before: u64, after: u64, size: impl Fn(u64) -> String) -> String {
    let sign = match after.cmp(&before) {
        std::cmp::Ordering::Less => "-",
        std::cmp::Ordering::Equal => "",
        std::cmp::Ordering::Greater => "+",
    };
    format!("{sign}{}", size(before.abs_diff(after)))
}
