//! Shows a history entry as it was written in a Dockerfile.
//!
//! Builders wrap the original text: the classic one as `/bin/sh -c #(nop) …`, BuildKit with a `#
//! buildkit` comment, both with `|1 NAME=value` for build arguments. Nothing is guessed: unknown
//! forms are shown unchanged.

use crate::display::{Escaped, bytes, escaped_str, shown};
use crate::escape::Untrusted;
use crate::secret::mask;
use crate::shell::{after_shell, pretty_shell, verbatim, without_arguments};

/// The instruction that made a layer, as far as the history records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// The instruction as in a Dockerfile, with masked secrets; may have several lines.
    pub text: Untrusted,
    /// The `created_by` field of the history, unchanged but for masked secrets.
    pub created_by: Option<Untrusted>,
}

/// The text of a layer that `docker import` read from a pipe.
const IMPORTED: &str = "(imported; no instruction recorded)";

impl Instruction {
    /// Returns whether the layer was imported, as a whole filesystem.
    pub fn is_imported(text: &str) -> bool {
        text == IMPORTED || text.starts_with("(Imported from")
    }

    /// Reads a history entry's `created_by` and `comment`; the secrets in them are masked.
    pub fn from_history(created_by: Option<&str>, comment: Option<&str>) -> Self {
        let Self { text, created_by } = Self::as_written(created_by, comment);
        Self {
            text: mask(text.raw()).into_owned().into(),
            created_by: created_by.map(|written| mask(written.raw()).into_owned().into()),
        }
    }

    /// Reads a history entry as it is, with its secrets: for comparing it, never for showing it.
    pub(crate) fn as_written(created_by: Option<&str>, comment: Option<&str>) -> Self {
        let written = created_by.map(str::trim).filter(|text| !text.is_empty());
        let text = match (written, comment.map(str::trim).filter(|text| !text.is_empty())) {
            (Some(written), _) => readable(written),
            (None, Some(comment)) if comment.starts_with("merge sha256:") => {
                format!("(squashed: {comment})")
            }
            (None, Some("Imported from -")) => IMPORTED.into(),
            (None, Some(comment)) => format!("({comment})"),
            (None, None) => "(no instruction recorded)".into(),
        };
        Self { text: text.into(), created_by: created_by.map(Into::into) }
    }

    /// Makes the instruction of a layer without a history entry.
    pub fn unknown() -> Self {
        Self { text: "(not in the image's history)".into(), created_by: None }
    }

    /// Returns the text in one line, with white space collapsed and control characters escaped.
    pub fn one_line(&self) -> Escaped {
        one_line(self.text.raw())
    }

    /// Returns the lines of the instruction as in a Dockerfile: its build arguments, then the
    /// instruction with its shell command broken at `&&` and the like. Control characters are
    /// escaped.
    pub fn lines(&self) -> Vec<Escaped> {
        let arguments =
            self.created_by.as_ref().map(|text| arguments(text.raw())).unwrap_or_default();
        let mut lines: Vec<_> =
            arguments.into_iter().map(|argument| shown!("ARG {}", verbatim(&argument))).collect();
        let text = self.text.raw();
        let (text, rest) = text.split_at(end_of(text, LONGEST));
        match text.strip_prefix("RUN ") {
            Some(command) => {
                let mut command = pretty_shell(command).into_iter();
                lines.extend(command.next().map(|first| shown!("RUN {}", first)));
                lines.extend(command);
            }
            None => lines.extend(text.lines().map(verbatim)),
        }
        if !rest.is_empty() {
            let more = escaped_str(&bytes(rest.len() as u64));
            lines.push(shown!("(and {} more)", more));
        }
        lines
    }

    /// Returns whether the instruction is a `RUN`.
    pub fn is_run(&self) -> bool {
        self.text.raw().starts_with("RUN ")
    }

    /// Returns whether an instruction of this kind never writes files.
    pub fn is_metadata(&self) -> bool {
        const KINDS: [&str; 13] = [
            "ARG",
            "CMD",
            "ENTRYPOINT",
            "ENV",
            "EXPOSE",
            "HEALTHCHECK",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "SHELL",
            "STOPSIGNAL",
            "USER",
            "VOLUME",
        ];
        self.text.raw().split_whitespace().next().is_some_and(|word| KINDS.contains(&word))
    }
}

/// The most bytes of an instruction that are broken into lines.
const LONGEST: usize = 256 << 10;

/// Returns the last character boundary at or before `most`.
fn end_of(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Returns the build arguments of `|2 A=1 B=2 /bin/sh -c …`; as one text if it is unclear which
/// spaces separate them.
fn arguments(created_by: &str) -> Vec<String> {
    let text = created_by.trim();
    let text = text.strip_prefix("RUN ").unwrap_or(text);
    let after = without_arguments(text);
    let Some(all) = text.strip_prefix('|').and_then(|rest| rest.strip_suffix(after)) else {
        return Vec::new();
    };
    let Some((count, all)) = all.trim().split_once(' ') else { return Vec::new() };
    let words: Vec<_> = all.split(' ').collect();
    let one_each = count.parse() == Ok(words.len()) && words.iter().all(|word| word.contains('='));
    if one_each { words.into_iter().map(Into::into).collect() } else { vec![all.into()] }
}

fn one_line(text: &str) -> Escaped {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let heredoc = text.strip_prefix("RUN <<EOF\n").is_some();
    if heredoc {
        lines.next();
        out.push_str("RUN ");
    }
    let mut first = true;
    while let Some(line) = lines.next() {
        if heredoc && line == "EOF" && lines.peek().is_none() {
            break;
        }
        if !first {
            out.push_str("; ");
        }
        first = false;
        for (i, word) in line.split_whitespace().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    escaped_str(&out)
}

fn readable(created_by: &str) -> String {
    let text = created_by.strip_suffix("# buildkit").unwrap_or(created_by).trim();
    if let Some(run) = text.strip_prefix("RUN ") {
        return as_run(after_shell(without_arguments(run)).unwrap_or(run));
    }
    let bare = without_arguments(text);
    if let Some(command) = after_shell(bare) {
        return match command.strip_prefix("#(nop)") {
            Some(instruction) => tidy(instruction.trim()),
            None => as_run(command),
        };
    }
    if bare.len() < text.len() { as_run(bare) } else { tidy(text) }
}

fn as_run(command: &str) -> String {
    let command = command.trim();
    if command.contains('\n') && !command.starts_with("<<") {
        return format!("RUN <<EOF\n{command}\nEOF");
    }
    format!("RUN {command}")
}

/// Converts Go values, as builders print them, back to Dockerfile syntax.
fn tidy(text: &str) -> String {
    let Some((keyword, rest)) = text.split_once(' ') else { return text.into() };
    let rest = rest.trim();
    match keyword {
        "COPY" | "ADD" => format!("{keyword} {}", short_hash(rest)),
        "CMD" | "ENTRYPOINT" | "SHELL" => {
            let list = rest.strip_prefix("&{").and_then(|r| r.strip_suffix('}')).unwrap_or(rest);
            format!("{keyword} {}", list.replace("\" \"", "\", \""))
        }
        "EXPOSE" => match rest.strip_prefix("map[").and_then(|r| r.strip_suffix(']')) {
            Some(ports) => format!("EXPOSE {}", ports.replace(":{}", "")),
            None => text.into(),
        },
        "HEALTHCHECK" => healthcheck(rest).unwrap_or_else(|| text.into()),
        _ => text.into(),
    }
}

/// Shortens the hash in `file:<64 hex digits> in /dst` to eight digits, which distinguish two files
/// well enough.
///
/// The classic builder puts an owner right before it: `--chown=app:appdir:<64 hex digits> in /dst`.
fn short_hash(rest: &str) -> String {
    let (source, after) = rest.split_once(' ').unwrap_or((rest, ""));
    for kind in ["file:", "dir:", "multi:"] {
        let Some((owner, hash)) = source.rsplit_once(kind) else { continue };
        let glued = owner.starts_with("--chown=")
            && hash.len() == 64
            && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if (owner.is_empty() || glued) && !after.is_empty() {
            let space = if glued { " " } else { "" };
            return format!(
                "{owner}{space}{kind}{} {}",
                hash.get(..8).unwrap_or(hash),
                after.trim()
            );
        }
    }
    rest.into()
}

/// Converts a health check as BuildKit prints the struct: `&{["CMD-SHELL" "curl -f localhost"] "5s"
/// "0s" "0s" "0s" '\x00'}`.
fn healthcheck(rest: &str) -> Option<String> {
    let (list, after) = rest.strip_prefix("&{[")?.split_once("] ")?;
    let interval = after.split_whitespace().next()?.trim_matches('"');
    let words: Vec<_> = list.trim_matches('"').split("\" \"").collect();
    let command = match words.split_first()? {
        (&"CMD-SHELL", [command]) => format!("CMD {command}"),
        (&"CMD", words) => format!("CMD [\"{}\"]", words.join("\", \"")),
        (&"NONE", _) => return Some("HEALTHCHECK NONE".into()),
        _ => return None,
    };
    Some(if interval == "0s" {
        format!("HEALTHCHECK {command}")
    } else {
        format!("HEALTHCHECK --interval={interval} {command}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(created_by: &str) -> String {
        Instruction::from_history(Some(created_by), None).one_line().into()
    }

    #[test]
    fn the_classic_builder_s_wrapping_is_removed() {
        assert_eq!(
            shown("/bin/sh -c #(nop)  CMD [\"-c\" \"echo hi\"]"),
            r#"CMD ["-c", "echo hi"]"#
        );
        assert_eq!(shown("/bin/sh -c rm -rf /x"), "RUN rm -rf /x");
        assert_eq!(shown("/bin/sh -ec #(nop)  SHELL [/bin/sh -ec]"), "SHELL [/bin/sh -ec]");
        assert_eq!(
            shown(
                "/bin/sh -c #(nop) COPY dir:69ce8e087c061408993b8c282fd697946791993fe012607c84081647964daf06 in /app/data/ "
            ),
            "COPY dir:69ce8e08 in /app/data/"
        );
        let digits = "0123456789abcdef".repeat(4);
        for (owner, kind) in [("1000:1000", "dir:"), ("dir:file", "multi:"), ("nobody", "file:")] {
            assert_eq!(
                shown(&format!("/bin/sh -c #(nop) COPY --chown={owner}{kind}{digits} in /srv ")),
                format!("COPY --chown={owner} {kind}01234567 in /srv")
            );
        }
        assert_eq!(
            shown("/bin/sh -c #(nop) COPY --chown=a:dir:b c /srv "),
            "COPY --chown=a:dir:b c /srv"
        );
        assert_eq!(shown("|1 VERSION=1.2 /bin/sh -c rm /app/big"), "RUN rm /app/big");
        assert_eq!(shown("/bin/sh -c echo hi |1 VERSION=1.2"), "RUN echo hi |1 VERSION=1.2");
    }

    #[test]
    fn buildkit_s_wrapping_is_removed() {
        assert_eq!(shown("RUN /bin/sh -c apt-get update # buildkit"), "RUN apt-get update");
        assert_eq!(
            shown("RUN |2 VERSION=1.2 B=x y /bin/sh -c echo $VERSION # buildkit"),
            "RUN echo $VERSION"
        );
        assert_eq!(
            shown("RUN /bin/bash -o pipefail -c curl x | tar x # buildkit"),
            "RUN curl x | tar x"
        );
        assert_eq!(shown("COPY --chmod=0600 a /b # buildkit"), "COPY --chmod=0600 a /b");
        assert_eq!(shown("EXPOSE map[80/tcp:{}]"), "EXPOSE 80/tcp");
        assert_eq!(
            shown("HEALTHCHECK &{[\"CMD-SHELL\" \"true\"] \"5s\" \"0s\" \"0s\" \"0s\" '\\x00'}"),
            "HEALTHCHECK --interval=5s CMD true"
        );
    }

    #[test]
    fn heredocs_are_readable() {
        let instruction = Instruction::from_history(
            Some("RUN /bin/sh -c set -e\nln a b\nln c d\n # buildkit"),
            None,
        );
        assert_eq!(instruction.text, "RUN <<EOF\nset -e\nln a b\nln c d\nEOF");
        assert_eq!(instruction.one_line(), "RUN set -e; ln a b; ln c d");
        assert_eq!(shown("RUN /bin/sh -c <<EOT (set -e...) # buildkit"), "RUN <<EOT (set -e...)");
        assert_eq!(shown("COPY <<conf /etc/app.conf # buildkit"), "COPY <<conf /etc/app.conf");
    }

    #[test]
    fn other_builders_are_shown_as_they_wrote() {
        assert_eq!(shown("bazel build ..."), "bazel build ...");
        assert_eq!(shown("RUN mkdir -p /root/example"), "RUN mkdir -p /root/example");
        assert_eq!(shown("cmd /S /C mkdir C:\\app"), "RUN mkdir C:\\app");
        assert_eq!(shown("ENTRYPOINT &{[\"/pause\"]}"), "ENTRYPOINT [\"/pause\"]");
        assert_eq!(
            shown("|1 A=b /bin/sh -c --mount=type=cache,target=/x dd"),
            "RUN --mount=type=cache,target=/x dd"
        );
    }

    #[test]
    fn without_a_command_the_comment_speaks() {
        assert_eq!(Instruction::from_history(None, Some("Imported from -")).text, IMPORTED);
        assert_eq!(
            Instruction::from_history(None, Some("merge sha256:a to sha256:b")).text,
            "(squashed: merge sha256:a to sha256:b)"
        );
        assert_eq!(Instruction::from_history(Some(""), None).text, "(no instruction recorded)");
    }

    #[test]
    fn control_characters_are_escaped_and_white_space_is_folded() {
        assert_eq!(
            shown("/bin/sh -c apt-get update && \tapt-get install -y curl  \t&& rm x"),
            "RUN apt-get update && apt-get install -y curl && rm x"
        );
        assert_eq!(shown("/bin/sh -c echo \x1b[31m"), "RUN echo \\x1b[31m");
    }
    fn lines(created_by: &str) -> Vec<String> {
        Instruction::from_history(Some(created_by), None)
            .lines()
            .into_iter()
            .map(Into::into)
            .collect()
    }

    #[test]
    fn in_lines_the_build_arguments_come_first() {
        assert_eq!(
            lines("|2 A=1 B=2 /bin/sh -c apt-get update && make # buildkit"),
            ["ARG A=1", "ARG B=2", r"RUN apt-get update \", "    && make"]
        );
        assert_eq!(lines("RUN |2 A=1 2 B=x y /bin/sh -c make"), ["ARG A=1 2 B=x y", "RUN make"]);
        assert_eq!(lines("COPY a b # buildkit"), ["COPY a b"]);
    }

    #[test]
    fn a_heredoc_keeps_its_lines() {
        assert_eq!(
            lines("RUN /bin/sh -c set -e\nln a b\n # buildkit"),
            ["RUN <<EOF", "set -e", "ln a b", "EOF"]
        );
    }

    #[test]
    fn no_instruction_is_too_long() {
        let lines = lines(&format!("RUN {}", "é".repeat(LONGEST)));
        assert_eq!(lines.len(), 2);
        assert!(
            lines[1].starts_with("(and ") && lines[1].ends_with(" bytes more)"),
            "{}",
            lines[1]
        );
    }
}
