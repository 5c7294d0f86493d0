//! Puts a flag or a clean-up into a `RUN`.

use super::{Edit, LEAVING, REMOVING, Tool, lies_at};
use crate::shell::{self, Command, Script, base_name};

impl Tool {
    /// Returns the edits that add the flag after each subcommand without it, also in what another
    /// shell runs from plain quotes.
    pub(crate) fn flag_edits(&self, script: &Script) -> Vec<Edit> {
        let mut edits = self.edits_of(script);
        for (at, text) in script.commands.iter().filter_map(Command::inner) {
            let inner = shell::read(text).map(|script| self.edits_of(&script)).unwrap_or_default();
            edits.extend(
                inner.into_iter().map(|(place, text)| (place.start + at..place.end + at, text)),
            );
        }
        edits.sort_by_key(|(place, _)| (place.start, place.end));
        edits
    }

    fn edits_of(&self, script: &Script) -> Vec<Edit> {
        let Some(flag) = &self.flag else { return Vec::new() };
        let mut edits = Vec::new();
        for command in
            script.commands.iter().filter(|command| !command.words.contains(&flag.as_str()))
        {
            let Some(verb) = self.verb(command) else { continue };
            if self.asked_in(command).is_some() {
                continue;
            }
            for at in (1..command.words.len())
                .filter(|&at| self.instead_of.iter().any(|word| word == command.words[at]))
            {
                edits.push((command.places[at - 1].end..command.places[at].end, String::new()));
            }
            let end = command.places[verb].end;
            edits.push((end..end, format!(" {flag}")));
        }
        edits
    }

    /// Returns the word by which a command asks for what the flag leaves out.
    pub(crate) fn asked_in<'a>(&self, command: &Command<'a>) -> Option<&'a str> {
        let asks = |word: &&&str| {
            let word = word.trim_matches(['"', '\'']);
            self.asked_by.iter().any(|asked| asked.eq_ignore_ascii_case(word))
        };
        self.verb(command)?;
        command.words.iter().find(asks).copied()
    }

    /// Returns the command to append to a script behind its last semicolon, with the operator
    /// before it; `None` if it is already there, or nothing can be appended. `left` are the files
    /// that it left, without the slash at their start: where another user's home has them, they are
    /// named.
    pub(crate) fn cleaning(&self, script: &Script, text: &str, left: &[&str]) -> Option<String> {
        let clean = self.clean.as_deref()?;
        let leaves = |command: &Command| command.starts_with_any(&LEAVING);
        let ends_open = text.trim_end().ends_with(['&', '|']);
        if self.is_cleaned_in(text) || ends_open || script.commands.iter().any(leaves) {
            return None;
        }
        let runs = |command: &Command| self.runs(command) || self.inside(command).is_some();
        let named = |command: &Command| self.may_be_run_by(command);
        let last = script.commands.iter().rposition(runs);
        let last = last.or_else(|| script.commands.iter().rposition(named))?;
        let inner = self.inside(&script.commands[last]);
        // A program that is gone by then cannot clean up.
        let program = *inner.as_ref().unwrap_or(&script.commands[last]).program().first()?;
        let removed = script.commands[last + 1..].iter().any(|command| {
            let is_named = |word: &&str| base_name(word) == base_name(program);
            command.words.iter().any(|word| REMOVING.contains(word))
                && command.words.iter().any(is_named)
        });
        if removed && !clean.starts_with("rm ") {
            return None;
        }
        // What runs as somebody else cleans up as somebody else.
        let prefix = script.commands[last].runs_as()?;
        let inner_prefix = inner.as_ref().map_or(Some(String::new()), Command::runs_as)?;
        let is_another = !prefix.is_empty()
            || !inner_prefix.is_empty()
            || inner.is_some() && script.commands[last].runs_as_another();
        if is_another && (clean.contains(['$', '~']) || inner.is_some()) {
            return Some(format!("&& {prefix}rm -rf {}", self.tops(left)?.join(" ")));
        }
        let commands: Vec<_> =
            clean.split(" && ").map(|command| format!("{prefix}{command}")).collect();
        Some(format!("&& {}", commands.join(" && ")))
    }

    /// Returns the last command that runs the program in what a command gives to another shell.
    fn inside<'a>(&self, command: &Command<'a>) -> Option<Command<'a>> {
        let (_, text) = command.inner()?;
        shell::read(text)?.commands.into_iter().rfind(|inner| self.runs(inner))
    }

    /// Returns the directories that hold some of its files, as absolute paths for a shell; `None`
    /// if a file lies elsewhere, or there is none.
    fn tops(&self, left: &[&str]) -> Option<Vec<String>> {
        let top = |path: &&str| {
            let place = self.places.iter().chain(&self.mount).find(|place| lies_at(path, place))?;
            let of_user = place.starts_with("home/") && path.starts_with("home/");
            let depth = crate::path::components(place.as_bytes()).len() + usize::from(of_user);
            let parts: Vec<_> =
                path.split('/').filter(|part| !part.is_empty()).take(depth).collect();
            Some(shell::quoted(&format!("/{}", parts.join("/"))))
        };
        let mut tops = left.iter().map(top).collect::<Option<Vec<_>>>()?;
        tops.sort_unstable();
        tops.dedup();
        (!tops.is_empty()).then_some(tops)
    }

    /// Returns a `RUN` with the flag, and with more words behind the first use; `None` if no use
    /// lacks the flag.
    pub(crate) fn flagged(&self, run: &str, more: &[String]) -> Option<String> {
        let text = run.strip_prefix("RUN ")?;
        let script = shell::read(text)?;
        let mut edits = self.flag_edits(&script);
        if edits.is_empty() {
            return None;
        }
        if let Some(end) = self.end_of_first_use(&script).filter(|_| !more.is_empty()) {
            edits.push((end..end, format!(" {}", more.join(" "))));
            edits.sort_by_key(|(place, _)| (place.start, place.end));
        }
        Some(format!("RUN {}", edited(text, &edits)))
    }

    /// Returns where the words of the first command end that leaves the files.
    pub(crate) fn end_of_first_use(&self, script: &Script) -> Option<usize> {
        let command = script.commands.iter().find(|command| self.is_used_by(command))?;
        let words = command.words.iter().zip(&command.places);
        let (_, place) = words.take_while(|(word, _)| !word.contains(['<', '>'])).last()?;
        Some(place.end)
    }

    /// Returns a `RUN` that leaves nothing behind; `None` if it does not use the tool.
    pub fn applied_to(&self, run: &str) -> Option<String> {
        let (head, text, tail) = match run.strip_prefix("RUN <<EOF\n") {
            Some(body) => ("RUN <<EOF\n", body.strip_suffix("\nEOF")?, "\nEOF"),
            None => {
                ("RUN ", run.strip_prefix("RUN ")?.trim_end().trim_end_matches(';').trim_end(), "")
            }
        };
        let script = shell::read(text)?;
        if !script.every().iter().any(|command| self.is_used_by(command)) {
            return None;
        }
        let edits = self.flag_edits(&script);
        if !edits.is_empty() {
            return Some(format!("{head}{}{tail}", edited(text, &edits)));
        }
        let clean = self.cleaning(&script, text, &[])?;
        let clean = if tail.is_empty() {
            format!(" \\\n {clean}")
        } else {
            format!("\n{}", clean.trim_start_matches("&& "))
        };
        Some(format!("{head}{text}{clean}{tail}"))
    }
}

/// Applies edits, which are in order, to a text.
fn edited(text: &str, edits: &[Edit]) -> String {
    let (mut out, mut from) = (String::new(), 0);
    for (place, new) in edits.iter().filter(|(place, _)| place.end <= text.len()) {
        out.push_str(text.get(from..place.start).unwrap_or_default());
        out.push_str(new);
        from = place.end;
    }
    out.push_str(&text[from..]);
    out
}
