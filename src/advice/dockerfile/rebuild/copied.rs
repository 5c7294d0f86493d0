//! Rebuilds `COPY` and `ADD`. Names that the history does not have are inferred from the layer's
//! files.

use super::DockerfileDraft;
use crate::advice::dockerfile::births::{Births, is_plain};
use crate::advice::dockerfile::parse::Keyword;
use crate::advice::dockerfile::step::Step;

/// The most names that are listed.
const NAMES: usize = 8;

impl DockerfileDraft<'_> {
    /// Writes a `COPY` or `ADD`; false if no valid instruction can be written.
    pub(super) fn copy(&mut self, step: &Step, keyword: Keyword) -> bool {
        let name = keyword.name();
        let rest = step.text.split_once(' ').map_or("", |(_, rest)| rest).trim();
        if rest.contains('\n') {
            return self.try_instruction(&step.text, step.layer);
        }
        let flags_end =
            rest.split_inclusive(' ').take_while(|word| word.starts_with("--")).map(str::len).sum();
        let (flags, bare) = rest.split_at(flags_end);
        let hashed = ["file:", "dir:", "multi:"].iter().find_map(|kind| {
            let (hash, destination) = bare.strip_prefix(kind)?.split_once(" in ")?;
            let plain = hash.bytes().all(|b| b.is_ascii_alphanumeric());
            plain.then_some((*kind, hash, destination.trim()))
        });
        let Some((kind, hash, destination)) = hashed else {
            return self.named(step, keyword, rest);
        };
        let sources = self.sources(step, kind, hash, destination, keyword);
        self.comment(&format!(
            "the history records no source, only {kind}{hash}; the name below comes from the layer"
        ));
        self.try_instruction(&format!("{name} {flags}{sources} {destination}"), step.layer)
    }

    /// Guesses the sources from the layer's files.
    fn sources(
        &self,
        step: &Step,
        kind: &str,
        hash: &str,
        destination: &str,
        keyword: Keyword,
    ) -> String {
        let tree = &self.inspection.tree;
        let births = || self.births.get_or_init(|| Births::find(self.inspection));
        let files = step.layer.map(|layer| births().in_layer(layer)).unwrap_or_default();
        let named = files
            .iter()
            .take(NAMES + 1)
            .map(|&file| String::from_utf8_lossy(tree.name(tree.node_of(file))).into_owned());
        let mut names: Vec<_> = named.filter(|name| is_plain(name)).collect();
        names.dedup();
        let one = (files.len() == 1 && names.len() == 1).then(|| names[0].clone());
        match (kind, one) {
            ("file:", Some(one)) => one,
            // `ADD` unpacks archives, so one source may have become many files.
            ("file:", None) if keyword == Keyword::Add => format!("add-{hash}.tar"),
            ("multi:", _)
                if !names.is_empty() && names.len() == files.len() && names.len() <= NAMES =>
            {
                names.join(" ")
            }
            ("dir:", _) => "./".into(),
            _ => {
                let end =
                    destination.rsplit('/').next().filter(|end| !end.is_empty() && is_plain(end));
                end.map_or_else(|| format!("copied-{hash}"), Into::into)
            }
        }
    }

    /// Writes an instruction whose sources are in the history.
    fn named(&mut self, step: &Step, keyword: Keyword, rest: &str) -> bool {
        if rest.starts_with("<<") || rest.contains(" <<") {
            let words: Vec<_> = rest.split_whitespace().collect();
            let Some((destination, _)) = words.split_last() else { return false };
            let name =
                destination.rsplit('/').next().filter(|name| is_plain(name)).unwrap_or("heredoc");
            self.comment("the history does not record the contents of the here-document; a file stands for it");
            return self
                .try_instruction(&format!("{} {name} {destination}", keyword.name()), step.layer);
        }
        let absolute = rest
            .split_whitespace()
            .find(|word| !word.starts_with("--"))
            .is_some_and(|word| word.starts_with('/'));
        if absolute && step.buildkit && !rest.contains("--from=") {
            self.comment(
                "this may come from another stage (--from); the history does not record it",
            );
        }
        self.try_instruction(&format!("{} {rest}", keyword.name()), step.layer)
    }
}
