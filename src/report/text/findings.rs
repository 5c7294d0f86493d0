//! Writes the avoidable bytes: first those of your layers, with instruction and fix, then one line
//! each for the base image.

use std::io::{self, Write};

use super::super::blocks::{
    Block, Blocks, base_remark, fix, fix_lines, part_of, place, removed_files, telling, title,
    why_and_fix,
};
use super::super::words::nothing_wasted;
use super::{INDENT, Page, Paint, WIDTH};
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::findings::Finding;
use crate::analysis::WastedGroup;
use crate::display::{Escaped, cut, escaped_str, shown, wrap};
use crate::display::{files, plural};
use crate::layer_index::LayerIndex;

/// The most blocks, and lines about the base image, that are shown.
const BLOCKS: usize = 6;
/// The most parts of a block that are shown.
const PARTS: usize = 6;
/// The most lines of a Dockerfile that are shown.
const LINES: usize = 24;
/// The size below which findings are summed up, unless it is more than a hundredth of the largest.
const SMALL: u64 = 1 << 20;

impl<W: Write> Page<'_, W> {
    pub(super) fn findings(&mut self, inspection: &Inspection, study: &Study) -> io::Result<()> {
        let blocks = Blocks::of(inspection, study);
        if let Some(words) = nothing_wasted(inspection) {
            writeln!(self.out, "\n{words}")?;
        }
        let Some(summary) = blocks.summary(self.style.units) else { return Ok(()) };
        let Blocks { sure, optional, base } = &blocks;
        let summary = self.paint(Paint::Dim, &summary);
        writeln!(self.out, "\n{}  {summary}", self.paint(Paint::Bold, "Findings"))?;
        let shown = self.shown(sure);
        for block in &sure[..shown] {
            self.block(inspection, study, block)?;
        }
        self.rest(&sure[shown..])?;
        if self.style.top == 0 {
            optional.iter().try_for_each(|block| self.block(inspection, study, block))?;
        } else {
            self.lines(inspection, "[needs a look] Optional (details: --top 0)", optional)?;
        }
        let head = format!("[needs a look] {}", base_remark(study));
        self.lines(inspection, &head, base)
    }

    fn block(&mut self, inspection: &Inspection, study: &Study, block: &Block) -> io::Result<()> {
        match block {
            Block::Pair(group, parts) => self.pair(inspection, study, group, parts),
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
        study: &Study,
        group: &WastedGroup,
        parts: &[&Finding],
    ) -> io::Result<()> {
        let size = self.paint(Paint::Wasted, &format!("{:>10}", self.size(group.bytes)));
        let (files, node) = removed_files(inspection, group);
        let place = place(inspection, node).cut_front(40);
        writeln!(self.out, "\n  {size}  {files} {place}")?;
        self.instruction(inspection, "added in", group.added_in)?;
        self.instruction(inspection, "removed in", group.removed_in)?;
        self.parts(inspection, telling(group, parts))?;
        let (why, fix) = why_and_fix(inspection, study, group, parts);
        self.paragraph("why", &why)?;
        self.paragraph("fix", &fix)?;
        parts.first().map_or(Ok(()), |biggest| self.fix_lines(inspection, biggest))
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
        writeln!(self.out, "\n  {size}  {}", title(finding).cut(WIDTH - 14))?;
        self.instruction(inspection, "added in", finding.added_in)?;
        for spot in &finding.places {
            let place = place(inspection, spot.node).cut_front(WIDTH - INDENT);
            writeln!(self.out, "{}  {place}", self.label("at"))?;
        }
        let packages: Vec<_> = finding.packages.iter().map(|(name, _)| name.clone()).collect();
        if !packages.is_empty() {
            self.paragraph("packages", &Escaped::join(packages, ", "))?;
        }
        self.paragraph("why", &escaped_str(&finding.why))?;
        self.paragraph("fix", &fix(inspection, finding))?;
        self.fix_lines(inspection, finding)
    }

    fn instruction(
        &mut self,
        inspection: &Inspection,
        word: &str,
        layer: LayerIndex,
    ) -> io::Result<()> {
        let line = shown!("layer {layer}: {}", inspection.layers[layer].instruction.one_line())
            .cut(WIDTH - INDENT);
        writeln!(self.out, "{}  {line}", self.label(word))
    }

    fn fix_lines(&mut self, inspection: &Inspection, finding: &Finding) -> io::Result<()> {
        let all = fix_lines(finding);
        if all.len() > LINES {
            return writeln!(
                self.out,
                "{:INDENT$}(layerscope fix {} prints the {} lines)",
                "",
                inspection.argument(),
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
            let what = block.in_short(inspection);
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
