//! Writes the instructions that configure the container, which the last stage of a recipe ends with.

use super::Ladder;
use crate::escape::Untrusted;
use crate::runtime::command::unusual_path;
use crate::secret::mask;
use crate::shell::base_name;

/// Instructions that are repeated as the history has them.
const REPEATED: [&str; 4] = ["ENV ", "EXPOSE ", "STOPSIGNAL ", "VOLUME "];
/// A longer instruction is left out, in bytes.
const LONGEST: usize = 500;

impl Ladder<'_> {
    /// Returns a recipe with the instructions that configure the container; those that start it are
    /// left out where the recipe has its own.
    pub(super) fn configured(&self, recipe: String, has_start: bool) -> String {
        let run = &self.inspection.run;
        let repeated = self.repeated();
        let mut lines = self.unrecorded(&recipe, &repeated);
        lines.extend(repeated);
        let directory = run.directory.raw();
        if directory.len() > 1 && directory.starts_with('/') && is_plain(directory) {
            lines.push(format!("WORKDIR {directory}"));
        }
        // A name means nothing where nobody has made the user, and without it root runs the program.
        let user = run.user.raw();
        let is_known = user.starts_with(|c: char| c.is_ascii_digit())
            || ["useradd ", "adduser ", "/etc/passwd"].iter().any(|word| recipe.contains(word));
        if !user.is_empty() && is_plain(user) {
            if !is_known {
                lines.push("# create this user in this stage as well".into());
            }
            lines.push(format!("USER {user}"));
        }
        lines.extend(self.health_check(&recipe));
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

    /// Returns the `ENV` of variables that the configuration has and no instruction of the history
    /// sets, and of the directories in which only the base of the image looks for programs.
    /// `repeated` are the instructions of the user's own layers.
    fn unrecorded(&self, recipe: &str, repeated: &[String]) -> Vec<String> {
        let run = &self.inspection.run;
        let texts = self.inspection.history.iter().map(|entry| entry.instruction_as_written().text);
        let texts: Vec<_> = texts.filter(|text| text.raw().starts_with("ENV ")).collect();
        let sets = |text: &str, name: &str| {
            text[4..].split(char::is_whitespace).any(|word| word.split('=').next() == Some(name))
        };
        let is_recorded = |name: &str| texts.iter().any(|text| sets(text.raw(), name));
        let is_own =
            |name: &str| repeated.iter().any(|it| it.starts_with("ENV ") && sets(it, name));
        let base = super::program::same_base(self.inputs.base_name.as_deref());
        let from = recipe.lines().rfind(|line| line.starts_with("FROM "));
        let is_on_it = from.is_some_and(|from| from == format!("FROM {base}"));
        let variables = run.environment.raw_values().filter(|&(name, value)| match name {
            "PATH" => !is_own(name) && !is_on_it && unusual_path(run) == Some(value),
            _ => !is_recorded(name),
        });
        let lines =
            variables.filter(|(name, value)| is_plain(name) && !value.contains(char::is_control));
        let line = |(name, value): (&str, &str)| match is_plain(value) {
            true => format!("ENV {name}={value}"),
            false => {
                format!("ENV {name}={}", serde_json::json!(value).to_string().replace('$', "\\$"))
            }
        };
        lines.map(|variable| mask(&line(variable)).into_owned()).collect()
    }

    /// Returns the `HEALTHCHECK`, if the stage has the program that it runs; else says that it is
    /// left out.
    fn health_check(&self, recipe: &str) -> Option<String> {
        let words = Untrusted::raw_words(&self.inspection.run.health_check);
        let (kind, words) = words.split_first()?;
        let is_there = match (kind.as_str(), words) {
            ("NONE", _) => return Some("HEALTHCHECK NONE".into()),
            ("CMD", [program, ..]) => {
                recipe.split_whitespace().any(|word| word == program || base_name(word) == program)
            }
            _ => false,
        };
        let recorded = self.inspection.history.iter().rev().find_map(|entry| {
            let text = entry.instruction_as_written().text;
            text.raw().starts_with("HEALTHCHECK ").then(|| text.raw().to_owned())
        });
        let line =
            recorded.unwrap_or_else(|| format!("HEALTHCHECK CMD {}", serde_json::json!(words)));
        if is_there && !line.contains(char::is_control) {
            return Some(mask(&line).into_owned());
        }
        Some("# the HEALTHCHECK is left out: copy the program that it runs, and keep it".into())
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
