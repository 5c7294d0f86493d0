//! Finds the instructions that copied all that a rewrite stores again.

use std::collections::HashSet;

use super::Rewrite;
use crate::advice::dockerfile::fix::Work;
use crate::advice::dockerfile::fix::condition::{Condition, Refusal};
use crate::tree::{Kind, VersionId};

impl Work<'_> {
    /// Returns the copies whose destinations are exactly some paths, because a flag applies to
    /// everything that an instruction copies.
    pub(super) fn whole_copies(
        &self,
        rewrite: &Rewrite,
        paths: &[&str],
    ) -> Result<Vec<usize>, Refusal> {
        let tree = &self.inspection.tree;
        let tops: Vec<_> = paths
            .iter()
            .filter_map(|path| tree.find(self.absolute(rewrite.run, path)?.as_bytes()))
            .collect();
        let mut below: HashSet<_> = HashSet::new();
        for &top in &tops {
            below.extend(tree.at_and_below(top));
        }
        let mut copies: Vec<_> = rewrite.copies.iter().copied().collect();
        copies.sort_unstable();
        let mut whole = Vec::new();
        for copy in copies {
            let Some(layer) = self.layer(copy) else { continue };
            let depth =
                self.file.instructions[copy].copied().and_then(|(_, to)| self.absolute(copy, &to));
            let depth = depth.map(|to| crate::path::components(to.as_bytes()).len());
            let (mut some, mut all, mut makes) = (false, true, None);
            for node in tree.nodes() {
                let mut own = tree
                    .versions(node)
                    .filter(|&v| tree.added_in(v) == layer && !tree.is_implied(v));
                let Some(version) = own.next() else { continue };
                let is_below = below.contains(&node);
                // A directory above the destination is only passed through, unless the copy makes
                // it.
                let is_above = tree.kind(version) == Kind::Directory
                    && depth.is_some_and(|depth| {
                        crate::path::components(&tree.path(node)).len() < depth
                    });
                if is_above
                    && !is_below
                    && layer.previous().is_none_or(|under| tree.at(node, under).is_none())
                {
                    makes = Some(crate::display::escaped(&tree.path(node)));
                }
                some |= is_below;
                all &= is_below || is_above;
            }
            match (some, all) {
                (true, true) if makes.is_some() => {
                    let line = self.file.instructions[copy].line;
                    let path = makes.unwrap_or_default();
                    let reason =
                        format!("line {line} also makes {path}, which a flag would change as well");
                    return Err(Condition::WholeCopy.fails(reason));
                }
                (true, true) => whole.push(copy),
                (true, false) => {
                    let line = self.file.instructions[copy].line;
                    return Err(Condition::WholeCopy
                        .fails(format!("it is only a part of what line {line} copies")));
                }
                (false, _) => {}
            }
        }
        Ok(whole)
    }

    /// Returns whether everything that a `RUN` changed below some paths came from the copies. The
    /// result lists directories among the paths that did not.
    pub(super) fn only_copied(
        &self,
        rewrite: &Rewrite,
        program: &str,
        paths: &[&str],
        handled: &mut HashSet<crate::tree::NodeId>,
    ) -> Result<Vec<String>, Refusal> {
        let tree = &self.inspection.tree;
        let copied: HashSet<_> =
            rewrite.copies.iter().filter_map(|&copy| self.layer(copy)).collect();
        let mut kept = Vec::new();
        let mut others = 0;
        for path in paths {
            let unknown = |reason| Condition::PlainPaths.fails(reason);
            let absolute = self
                .absolute(rewrite.run, path)
                .ok_or_else(|| unknown("its path has a variable"))?;
            let top = tree
                .find(absolute.as_bytes())
                .ok_or_else(|| unknown("its path is not in the image"))?;
            for node in tree.at_and_below(top) {
                handled.insert(node);
                let changed =
                    |&now: &VersionId| tree.added_in(now) == rewrite.layer && !tree.is_implied(now);
                let Some(now) = tree.at(node, rewrite.layer).filter(changed) else { continue };
                let before = rewrite.layer.previous().and_then(|below| tree.at(node, below));
                let is_copied = |version: Option<VersionId>| {
                    version.is_some_and(|v| copied.contains(&tree.added_in(v)))
                };
                if tree.kind(now) != Kind::Directory {
                    others += usize::from(!is_copied(before));
                } else if node == top
                    && !self.sets_top(program, now, before, is_copied(tree.versions(node).last()))
                {
                    // A copy does not change existing directories.
                    kept.push((*path).to_owned());
                } else {
                    others += usize::from(!is_copied(tree.versions(node).last()));
                }
            }
        }
        if others > 0 {
            let others = crate::display::plural(others, "path");
            return Err(Condition::OnlyCopies.fails(format!(
                "it also changes {others} that the copies did \
                not bring"
            )));
        }
        Ok(kept)
    }

    /// Returns whether a flag gives the directory that a copy makes what the command gave it: the
    /// classic builder does not, and BuildKit gives it the owner only.
    fn sets_top(
        &self,
        program: &str,
        now: VersionId,
        before: Option<VersionId>,
        is_copied: bool,
    ) -> bool {
        let tree = &self.inspection.tree;
        let same_mode = before.is_some_and(|before| tree.mode(before) == tree.mode(now));
        self.target.buildkit && is_copied && (program == "chown" || same_mode)
    }
}
