//! Writes the avoidable bytes: first those of your layers, with instruction and fix, then one line
//! each for the base image.

use std::collections::HashMap;
use std::io::{self, Write};

use super::super::advice::advice;
use super::{INDENT, Page, Paint, WIDTH};
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::findings::{Fate, Finding, Level};
use crate::analysis::{WastedGroup, short, wasted_groups};
use crate::display::shown;
use crate::display::{Escaped, cut, wrap};
use crate::display::{escaped, escaped_str};
use crate::display::{files, plural};
use crate::shell::pretty_shell;
use crate::tree::NodeId;

/// The most blocks, and lines about the base image, that are shown.
const BLOCKS: usize = 6;
/// The most parts of a block that are shown.
const PARTS: usize = 6;
/// The most lines of a Dockerfile that are shown.
const LINES: usize = 24;
/// The size below which findings are summed up, unless it is more than a hundredth of the largest.
const SMALL: u64 = 1 << 20;

/// Findings that are shown together because they have one fix.
enum Block<'a> {
    /// The bytes that one layer adds and another removes, with the findings about them.
    Pair(&'a WastedGroup, Vec<&'a Finding>),
    /// Bytes that are still visible.
    Left(&'a Finding),
}

impl Block<'_> {
    fn bytes(&self) -> u64 {
        match self {
            Block::Pair(group, _) => group.bytes,
            Block::Left(finding) => finding.bytes,
        }
    }

    fn files(&self) -> usize {
        match self {
            Block::Pair(group, _) => group.count,
            Block::Left(finding) => finding.files,
        }
    }

    /// Returns whether the bytes are almost certainly unwanted.
    fn is_sure(&self) -> bool {
        match self {
            Block::Pair(..) => true,
            Block::Left(finding) => matches!(finding.level, Level::Leftovers | Level::Toolchain),
        }
    }

    fn added_in(&self) -> usize {
        match self {
            Block::Pair(group, _) => group.added_in,
            Block::Left(finding) => finding.added_in,
        }
    }
}

impl<W: Write> Page<'_, W> {
    pub(super) fn findings(&mut self, inspection: &Inspection, study: &Study) -> io::Result<()> {
        let groups = wasted_groups(inspection);
        let mut among: HashMap<_, Vec<&Finding>> = HashMap::new();
        for finding in &study.findings {
            among.entry((finding.added_in, finding.removed_in())).or_default().push(finding);
        }
        let mut parts = |group: &WastedGroup| {
            among.remove(&(group.added_in, Some(group.removed_in))).unwrap_or_default()
        };
        let mut blocks: Vec<_> = groups
            .iter()
            .filter(|group| group.bytes > 0)
            .map(|group| Block::Pair(group, parts(group)))
            .collect();
        blocks.extend(study.findings.iter().filter(|f| f.fate == Fate::Left).map(Block::Left));
        blocks.sort_by_key(|block| std::cmp::Reverse(block.bytes()));
        let (base, own): (Vec<_>, Vec<_>) =
            blocks.into_iter().partition(|block| block.added_in() < study.base.layers);
        let (sure, optional): (Vec<_>, Vec<_>) = own.into_iter().partition(Block::is_sure);
        if inspection.totals.wasted() == 0 {
            let words = if inspection.completeness.sizes_are_exact() {
                "No wasted bytes: every file in the image is visible in the container."
            } else {
                "No wasted bytes in the part that could be read."
            };
            writeln!(self.out, "\n{words}")?;
        }
        let parts =
            [(&sure, "in your layers"), (&optional, "optional"), (&base, "in the base image")];
        let parts: Vec<_> = parts
            .iter()
            .map(|(blocks, whose)| (blocks.iter().map(Block::bytes).sum::<u64>(), whose))
            .filter(|(bytes, _)| *bytes > 0)
            .map(|(bytes, whose)| format!("{} {whose}", self.size(bytes)))
            .collect();
        if parts.is_empty() {
            return Ok(());
        }
        let summary = self.paint(Paint::Dim, &parts.join(", "));
        writeln!(self.out, "\n{}  {summary}", self.paint(Paint::Bold, "Findings"))?;
        let shown = self.shown(&sure);
        for block in &sure[..shown] {
            self.block(inspection, block)?;
        }
        self.rest(&sure[shown..])?;
        if self.style.top == 0 {
            optional.iter().try_for_each(|block| self.block(inspection, block))?;
        } else {
            self.lines(inspection, "[needs a look] Optional (details: --top 0)", &optional)?;
        }
        let name = study
            .base
            .name
            .as_deref()
            .map_or(String::new(), |name| format!(" {}", escaped_str(name)));
        let head = format!(
            "[needs a look] In the base image{name}. To avoid these, use another base image or a multi-stage build."
        );
        self.lines(inspection, &head, &base)
    }

    fn block(&mut self, inspection: &Inspection, block: &Block) -> io::Result<()> {
        match block {
            Block::Pair(group, parts) => self.pair(inspection, group, parts),
            Block::Left(finding) => self.left(inspection, finding),
        }
    }

    /// Returns the number of blocks to show: the first, and all that are not small; or all if
    /// requested.
    fn shown(&self, blocks: &[Block]) -> usize {
        if self.style.top == 0 {
            return blocks.len();
        }
        let biggest = blocks.first().map_or(0, Block::bytes);
        let small = SMALL.min(biggest / 100);
        let worth =
            |(i, block): &(usize, &Block)| *i == 0 || (*i < BLOCKS && block.bytes() >= small);
        blocks.iter().enumerate().take_while(worth).count()
    }

    fn rest(&mut self, blocks: &[Block]) -> io::Result<()> {
        let bytes: u64 = blocks.iter().map(Block::bytes).sum();
        if bytes == 0 {
            return Ok(());
        }
        let count = blocks.iter().map(Block::files).sum();
        let more = plural(blocks.len(), "more place");
        let line =
            format!("{:>10}  in {}, in {more} (--top 0 lists all)", self.size(bytes), files(count));
        writeln!(self.out, "\n  {}", self.paint(Paint::Dim, &line))
    }

    fn pair(
        &mut self,
        inspection: &Inspection,
        group: &WastedGroup,
        parts: &[&Finding],
    ) -> io::Result<()> {
        let size = self.paint(Paint::Wasted, &format!("{:>10}", self.size(group.bytes)));
        let is_directory = inspection.tree.children(group.place).next().is_some();
        let at = match group.count {
            _ if is_directory => " in",
            1 => ":",
            _ => ", mostly in",
        };
        let node = if is_directory && group.count > 1 {
            short(&inspection.tree, group.place)
        } else {
            group.place
        };
        let place = place(inspection, node, 40);
        let files = plural(group.count, &format!("{} file", group.reason.words()));
        writeln!(self.out, "\n  {size}  {files}{at} {place}")?;
        self.instruction(inspection, "added in", group.added_in)?;
        self.instruction(inspection, "removed in", group.removed_in)?;
        // A single part with all bytes adds no information, unless it has a name.
        let says_more = |part: &&Finding| {
            part.bytes < group.bytes || part.places.iter().any(|p| p.node != group.place)
        };
        if parts.len() > 1 || parts.iter().any(says_more) {
            self.parts(inspection, parts)?;
        }
        let (why, what) = advice(inspection, group);
        self.paragraph("why", &why)?;
        match parts.first() {
            Some(biggest) => self.fix(biggest, inspection),
            None => self.paragraph("fix", &graded(inspection, "exact", &what)),
        }
    }

    fn parts(&mut self, inspection: &Inspection, parts: &[&Finding]) -> io::Result<()> {
        let mut word = "contains";
        for part in parts.iter().take(PARTS) {
            let size = self.size(part.bytes);
            let what = part_of(inspection, part);
            writeln!(
                self.out,
                "{}  {size:>8}  {}",
                self.label(word),
                what.cut(WIDTH - INDENT - 10)
            )?;
            word = "";
        }
        Ok(())
    }

    fn left(&mut self, inspection: &Inspection, finding: &Finding) -> io::Result<()> {
        let size = self.paint(Paint::Warning, &format!("{:>10}", self.size(finding.bytes)));
        let line = format!("{}, {}", escaped_str(&finding.title), files(finding.files));
        writeln!(self.out, "\n  {size}  {}", cut(&line, WIDTH - 14))?;
        self.instruction(inspection, "added in", finding.added_in)?;
        for spot in &finding.places {
            let place = place(inspection, spot.node, WIDTH - INDENT);
            writeln!(self.out, "{}  {place}", self.label("at"))?;
        }
        let packages: Vec<_> = finding.packages.iter().map(|(name, _)| name.clone()).collect();
        if !packages.is_empty() {
            self.paragraph("packages", &Escaped::join(packages, ", "))?;
        }
        self.paragraph("why", &escaped_str(&finding.why))?;
        self.fix(finding, inspection)
    }

    fn instruction(&mut self, inspection: &Inspection, word: &str, layer: usize) -> io::Result<()> {
        let line = shown!("layer {layer}: {}", inspection.layers[layer].instruction.one_line())
            .cut(WIDTH - INDENT);
        writeln!(self.out, "{}  {line}", self.label(word))
    }

    fn fix(&mut self, finding: &Finding, inspection: &Inspection) -> io::Result<()> {
        self.paragraph(
            "fix",
            &graded(inspection, finding.grade(), &escaped_str(&finding.fix.what)),
        )?;
        let lines = finding.fix.dockerfile.iter().flat_map(|text| broken(text));
        let ignored = finding.fix.dockerignore.iter().map(|line| escaped_str(line.trim_end()));
        let all: Vec<_> = lines.chain(ignored).collect();
        if all.len() > LINES {
            return writeln!(
                self.out,
                "{:INDENT$}(layerscope fix IMAGE prints the {} lines)",
                "",
                all.len()
            );
        }
        // Lines that can be copied are never cut.
        all.iter().try_for_each(|line| writeln!(self.out, "{:INDENT$}{line}", ""))
    }

    /// Writes a line for each block, under a remark.
    fn lines(&mut self, inspection: &Inspection, head: &str, blocks: &[Block]) -> io::Result<()> {
        if blocks.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        for line in wrap(head, WIDTH - 2) {
            writeln!(self.out, "  {}", self.paint(Paint::Dim, &line))?;
        }
        let shown = self.shown(blocks);
        for block in &blocks[..shown] {
            let what = match block {
                Block::Left(finding) => {
                    format!("layer {}: {}", finding.added_in, part_of(inspection, finding))
                }
                Block::Pair(group, parts) => {
                    let what = parts.first().map(|part| part_of(inspection, part));
                    let what = what.unwrap_or_else(|| place(inspection, group.place, 30));
                    format!(
                        "layer {}, {} in layer {}: {what}",
                        group.added_in,
                        group.reason.words(),
                        group.removed_in
                    )
                }
            };
            writeln!(self.out, "  {:>10}  {}", self.size(block.bytes()), cut(&what, WIDTH - 14))?;
        }
        let rest: u64 = blocks[shown..].iter().map(Block::bytes).sum();
        if rest > 0 {
            let line = format!(
                "{:>10}  in {}",
                self.size(rest),
                plural(blocks.len() - shown, "more place")
            );
            writeln!(self.out, "  {}", self.paint(Paint::Dim, &line))?;
        }
        Ok(())
    }
}

/// Breaks an instruction between its commands, so that it can be read and copied.
fn broken(instruction: &str) -> Vec<Escaped> {
    let joined = instruction.replace(" \\\n", " ");
    match joined.strip_prefix("RUN ").filter(|command| !command.contains('\n')) {
        Some(command) => {
            let mut lines = pretty_shell(command);
            if let Some(first) = lines.first_mut() {
                *first = shown!("RUN {}", *first);
            }
            lines
        }
        None => instruction.lines().map(|line| escaped_str(line.trim_end())).collect(),
    }
}

/// Puts the grade of a claim before it; without a grade, where not all sizes are known.
fn graded(inspection: &Inspection, grade: &'static str, what: &Escaped) -> Escaped {
    if inspection.completeness.sizes_are_exact() {
        shown!("[{}] {}", grade, what)
    } else {
        what.clone()
    }
}

/// Returns the title and place of a finding in one line.
fn part_of(inspection: &Inspection, finding: &Finding) -> Escaped {
    let title = escaped_str(&finding.title);
    match finding.places.first() {
        Some(spot) if spot.node != NodeId::ROOT => {
            shown!("{}: {}", title, place(inspection, spot.node, 30))
        }
        _ => title,
    }
}

fn place(inspection: &Inspection, node: NodeId, width: usize) -> Escaped {
    escaped(&inspection.tree.path(node)).cut_front(width)
}
