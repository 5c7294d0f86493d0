//! Files that a `COPY` or `ADD` brings and a later instruction removes: what keeps them out depends
//! on whether an instruction uses them before that.

use super::uses::{Use, find_uses};
use super::{Kind, SuggestedChange, command};
use crate::analysis::Inspection;
use crate::image::Copied;
use crate::layer_index::LayerIndex;
use crate::tree::{Kind as Entry, Reason, Tree};

/// The most `RUN`s for which lines with a mount are written.
const MOUNTED: usize = 6;

/// The way to keep files out that a `COPY` or `ADD` brings and a later instruction removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::advice) enum Removed {
    /// Another stage or image has them.
    OfStage,
    /// `ADD` downloads them.
    Downloaded,
    /// No instruction names them.
    Unused,
    /// A `RUN` uses them before they are removed.
    Used {
        /// The first such `RUN`.
        by: Use,
        /// The instruction that removes them.
        removed_in: LayerIndex,
        /// The keyword of the instruction that brings them.
        keyword: &'static str,
        /// The flag of a mount in place of the copy, if the history names the source.
        flag: Option<String>,
        /// The `RUN`s with that flag, if they can be written.
        lines: Option<String>,
    },
}

/// Returns whether files are gone, and not only replaced by others.
pub(in crate::advice) fn is_removal(reason: Reason) -> bool {
    matches!(reason, Reason::Deleted | Reason::Opaque | Reason::Replaced)
}

/// Returns whether a `COPY` or `ADD` reads from the build context. Paths in another stage, which
/// BuildKit's history does not name, begin with a slash.
pub(in crate::advice) fn is_from_context(text: &str) -> bool {
    Copied::read(text).is_some_and(|copied| {
        !copied.is_from_stage() && copied.sources.first().is_some_and(|it| !it.starts_with('/'))
    })
}

impl Removed {
    /// Finds the way for files that layer `added_in` brings and layer `removed_in` removes.
    pub fn find(inspection: &Inspection, added_in: LayerIndex, removed_in: LayerIndex) -> Self {
        let text = inspection.layers[added_in].instruction.text.raw();
        let Some(copied) = Copied::read(text) else { return Self::Unused };
        let is_url = |source: &String| source.contains("://") || source.starts_with("git@");
        if copied.is_add && copied.sources.iter().any(is_url) {
            return Self::Downloaded;
        }
        if !is_from_context(text) {
            return Self::OfStage;
        }
        let uses = find_uses(inspection, &copied, added_in, removed_in);
        let Some(&by) = uses.first() else { return Self::Unused };
        let flag = mount(&inspection.tree, &copied, added_in);
        let lines = flag.as_ref().and_then(|flag| {
            let run = |it: &Use| {
                let is_plain = it.layer != removed_in;
                let text = inspection.layers[it.layer].instruction.text.raw();
                let command = command(text).filter(|_| is_plain)?;
                Some(format!("RUN {flag} {command}"))
            };
            let lines: Option<Vec<_>> = uses.iter().map(run).collect();
            lines.filter(|lines| lines.len() <= MOUNTED).map(|lines| lines.join("\n"))
        });
        let keyword = if copied.is_add { "ADD" } else { "COPY" };
        Self::Used { by, removed_in, keyword, flag, lines }
    }

    /// Returns the advice in a sentence, with a name for each layer.
    pub fn what(&self, name: impl Fn(LayerIndex) -> String) -> String {
        let Self::Used { by, removed_in, keyword, .. } = self else {
            return match self {
                Self::Downloaded => "download, use and remove them in one RUN instead of ADD",
                Self::OfStage => "copy only the files that stay from the other stage",
                _ => {
                    "copy only the files that stay: keep the rest out of the build context with .dockerignore"
                }
            }
            .into();
        };
        let verb = if by.is_named { "uses them" } else { "runs where they are" };
        let end = match by.layer == *removed_in {
            true => "it removes them".to_owned(),
            false => format!("{} removes them", name(*removed_in)),
        };
        format!(
            "use RUN --mount=type=bind instead of {keyword}, or a multi-stage build: {} {verb} before {end}",
            name(by.layer)
        )
    }

    /// Returns the advice with the whole flag of the mount, if it is known.
    pub fn what_in_full(&self, name: impl Fn(LayerIndex) -> String) -> String {
        let what = self.what(name);
        match self {
            Self::Used { flag: Some(flag), .. } => what.replacen("--mount=type=bind", flag, 1),
            _ => what,
        }
    }

    /// Makes the change, which a person has to decide about: a script may need the files unseen.
    pub fn change(self) -> SuggestedChange {
        let what = self.what(|layer| format!("layer {layer}"));
        let (kind, lines) = match self {
            Self::Used { lines, .. } => (Kind::Other, lines),
            Self::Downloaded => (Kind::Other, None),
            Self::OfStage | Self::Unused => (Kind::Ignore, None),
        };
        let change = SuggestedChange::new(kind, what).with_line(lines);
        SuggestedChange { is_certain: false, ..change }
    }
}

/// Returns the flag that mounts what a `COPY` of one source brings, at the same path.
fn mount(tree: &Tree, copied: &Copied, added_in: LayerIndex) -> Option<String> {
    let is_plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+@~/".contains(c))
    };
    let [source] = &copied.sources[..] else { return None };
    let target = copied.target.trim_end_matches('/');
    let is_known = !copied.is_add
        && copied.hashed.is_none()
        && copied.options.iter().all(|option| option == "--link")
        && target.starts_with('/')
        && is_plain(source)
        && is_plain(target);
    let kind = |path: &str| {
        let node = tree.find(path.as_bytes())?;
        let version = tree.versions(node).find(|&version| tree.added_in(version) == added_in)?;
        Some(tree.kind(version))
    };
    let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let inside = format!("{target}/{name}");
    let (place, rw) = match (kind(&inside), kind(target)) {
        (Some(Entry::File), Some(Entry::Directory) | None) if name != "." => (inside.as_str(), ""),
        (_, Some(Entry::File)) => (target, ""),
        // What is written there is gone afterwards, as it is now.
        (_, Some(Entry::Directory)) if !super::uses::is_shared(target) => (target, ",rw"),
        _ => return None,
    };
    is_known.then(|| format!("--mount=type=bind,source={source},target={place}{rw}"))
}
