//! Writes the instructions that configure the container, which the last stage of a recipe ends with.

use super::Ladder;
use crate::escape::Untrusted;
use crate::secret::mask;

/// Instructions that are repeated as the history has them.
const REPEATED: [&str; 4] = ["ENV ", "EXPOSE ", "STOPSIGNAL ", "VOLUME "];
/// A longer instruction is left out, in bytes.
const LONGEST: usize = 500;

impl Ladder<'_> {
    /// Returns a recipe with the instructions that configure the container; those that start it are
    /// left out where the recipe has its own.
    pub(super) fn configured(&self, recipe: String, has_start: bool) -> String {
        let run = &self.inspection.run;
        let mut lines = self.repeated();
        let directory = run.directory.raw();
        if directory.len() > 1 && directory.starts_with('/') && is_plain(directory) {
            lines.push(format!("WORKDIR {directory}"));
        }
        // A name means nothing where nobody has made the user.
        let user = run.user.raw();
        let is_known = user.starts_with(|c: char| c.is_ascii_digit())
            || recipe.contains("useradd ")
            || recipe.contains("adduser ");
        if !user.is_empty() && is_known && is_plain(user) {
            lines.push(format!("USER {user}"));
        }
        for (keyword, words) in [("ENTRYPOINT", &run.entrypoint), ("CMD", &run.command)] {
            let words: Vec<_> = words.iter().map(Untrusted::raw).collect();
            if !words.is_empty() && !has_start {
                let line = format!("{keyword} {}", serde_json::json!(words));
                lines.push(mask(&line).into_owned());
            }
        }
        lines.retain(|line| line.len() <= LONGEST);
        std::iter::once(recipe).chain(lines).collect::<Vec<_>>().join("\n")
    }

    /// Returns the instructions of the user's own layers that are repeated.
    fn repeated(&self) -> Vec<String> {
        let mut layers = 0;
        let mut lines = Vec::new();
        for entry in &self.inspection.history {
            layers += usize::from(entry.empty_layer != Some(true));
            if layers < self.inputs.base_layers.max(1) {
                continue;
            }
            let text = entry.instruction_as_written().text;
            let is_repeated = REPEATED.iter().any(|keyword| text.raw().starts_with(keyword));
            if is_repeated && !text.raw().contains(char::is_control) {
                lines.push(mask(text.raw()).into_owned());
            }
        }
        lines
    }
}

/// Returns whether a word can stand in a Dockerfile as it is.
fn is_plain(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_alphanumeric() || "./-_:@+".contains(c))
}
