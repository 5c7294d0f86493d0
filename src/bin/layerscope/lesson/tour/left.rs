//! Describes visible files that are not needed: caches and leftovers, and tools that built the
//! application.

use layerscope::advice::changes::{Change, Extent};
use layerscope::advice::findings::{Fate, Finding, Level, Whose};
use layerscope::advice::unneeded::SurplusKind;
use layerscope::display::cut;
use layerscope::display::escaped_str;
use layerscope::display::{files, plural};
use layerscope::tree::NodeId;

use super::story::{StoryBuilder, explore, in_view};
use super::words;
use crate::view::View;

/// The width of an instruction.
const CODE: usize = 100;
/// The most lines for `.dockerignore` that are listed, and their width.
const IGNORED: usize = 6;
const PATTERN: usize = 40;

/// A group of avoidable files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Caches, leftovers and documentation.
    Leftovers,
    /// Toolchains and sources.
    Builders,
}

impl Left {
    fn has(self, level: Level) -> bool {
        match level {
            Level::Leftovers | Level::Documentation => self == Self::Leftovers,
            Level::Toolchain | Level::Build => self == Self::Builders,
        }
    }

    /// Returns the most findings that are described.
    fn most(self) -> usize {
        match self {
            Self::Leftovers => 4,
            Self::Builders => 2,
        }
    }
}

impl<'a> StoryBuilder<'a> {
    /// Returns the findings in your layers that are worth mentioning, the largest first.
    fn found(&self, left: Left) -> Vec<&'a Finding> {
        let study = self.study;
        let is_worth = |finding: &&Finding| match finding.level {
            // The user may want it.
            Level::Documentation => self.is_notable(finding.bytes),
            Level::Leftovers | Level::Toolchain | Level::Build => self.matters(finding.bytes),
        };
        let is_own = |finding: &&Finding| finding.whose == Whose::Own && finding.fate == Fate::Left;
        let found = study.findings.iter().filter(is_own).filter(|finding| left.has(finding.level));
        found.filter(is_worth).collect()
    }

    /// Returns the size of these findings.
    pub fn bytes_left(&self, left: Left) -> u64 {
        self.found(left).iter().map(|finding| finding.bytes).sum()
    }

    /// Describes the leftovers in your layers.
    pub fn tell_left(&mut self, left: Left) {
        let found = self.found(left);
        let (told, rest) = found.split_at(found.len().min(left.most()));
        told.iter().for_each(|finding| self.tell_finding(finding));
        if !rest.is_empty() {
            let bytes: u64 = rest.iter().map(|finding| finding.bytes).sum();
            let places = plural(rest.len(), "more place");
            let text = format!(
                "And {} in {places}: Fix (key 6) has them, each with what helps.",
                self.size(bytes)
            );
            self.say(in_view(View::Findings, self.last_layer()), [text]);
        }
    }

    /// Describes the packages that nothing asks for.
    pub fn tell_surplus(&mut self) {
        let study = self.study;
        for change in &study.changes {
            if let Extent::Packages(kind) = change.extent {
                self.tell_packages(change, kind);
            }
        }
    }

    fn tell_packages(&mut self, change: &Change, kind: SurplusKind) {
        let Some(first) = change.surplus.first().filter(|_| self.matters(change.saves)) else {
            return;
        };
        let count = change.surplus.iter().map(|it| it.unneeded.packages.len()).sum();
        let (bytes, title) = (self.size(change.saves), words::capital(kind.title()));
        let what = format!("{title}: {bytes} in {}.", plural(count, "package"));
        let why = words::capital(&words::stopped(&change.why));
        let line = words::code(&first.line, CODE).map(|line| format!(" Written out: `{line}`"));
        let helps =
            format!("What helps: {}{}", words::stopped(&change.fix.what), line.unwrap_or_default());
        self.say(explore(first.layer(), None), [format!("{what} {why}"), helps]);
        let line = match kind {
            SurplusKind::Recommended => {
                let packages = plural(count, "package");
                format!("{bytes} are packages that no package needs: {packages}.")
            }
            SurplusKind::Development | SurplusKind::Npm => {
                format!("{bytes} are {}.", kind.counted(count))
            }
        };
        self.waste(change.saves, line);
    }

    fn tell_finding(&mut self, finding: &Finding) {
        let (bytes, title) = (self.size(finding.bytes), escaped_str(&finding.title));
        let path =
            finding.places.first().map(|spot| spot.node).filter(|&node| node != NodeId::ROOT);
        let at = path.map(|node| format!(", at {}", self.path(node))).unwrap_or_default();
        let what = format!("{}: {bytes} in {}{at}.", words::capital(&title), files(finding.files));
        let helps = match finding.level {
            Level::Leftovers | Level::Toolchain => "What helps",
            Level::Build => "If nothing at run time needs that",
            Level::Documentation => "If nobody reads that here",
        };
        let why = words::capital(&words::stopped(&finding.why));
        let lines = lines(finding).map(|lines| format!(" {lines}")).unwrap_or_default();
        let helps = format!("{helps}: {}{lines}", words::stopped(&finding.fix.what));
        self.say(explore(finding.added_in, path), [format!("{what} {why}"), helps]);
        let line = match finding.level {
            Level::Toolchain | Level::Build => {
                format!("{bytes} built the application and do not run it: {title}.")
            }
            Level::Leftovers | Level::Documentation => {
                format!(
                    "Layer {} leaves behind {bytes} that nothing runs: {title}.",
                    finding.added_in
                )
            }
        };
        self.waste(finding.bytes, line);
    }
}

/// Returns the fix: the instruction in one line, or lines for `.dockerignore`.
fn lines(finding: &Finding) -> Option<String> {
    let ignored = &finding.fix.dockerignore;
    if !ignored.is_empty() {
        let line = |line: &String| format!("`{}`", cut(&escaped_str(line), PATTERN));
        let named: Vec<_> = ignored.iter().take(IGNORED).map(line).collect();
        let more = if ignored.len() > IGNORED { " …" } else { "" };
        return Some(format!("{}{more}", named.join(" ")));
    }
    let line = words::code(finding.fix.dockerfile.as_deref()?, CODE)?;
    Some(format!("Written out: `{line}`"))
}
