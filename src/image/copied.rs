//! The parts of a `COPY` or `ADD` in the history.

/// A `COPY` or `ADD` as the history has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub is_add: bool,
    /// The options, such as `--from=build`.
    pub options: Vec<String>,
    pub sources: Vec<String>,
    pub target: String,
    /// The kind of a hash of the contents, which the classic builder's history has in place of the
    /// sources: `file`, `dir` or `multi`.
    pub hashed: Option<&'static str>,
}

impl Copied {
    /// Reads an instruction; `None` if it is another one, or has no source and target.
    pub fn read(instruction: &str) -> Option<Self> {
        let text = instruction.trim_end_matches("# buildkit").trim_end();
        let (keyword, rest) = text.split_once(char::is_whitespace)?;
        let is_add = match keyword {
            "COPY" => false,
            "ADD" => true,
            _ => return None,
        };
        let (options, rest) = options(rest);
        let list: Option<Vec<String>> =
            rest.starts_with('[').then(|| serde_json::from_str(rest).ok()).flatten();
        let mut words =
            list.unwrap_or_else(|| rest.split_whitespace().map(str::to_owned).collect());
        let hashed = hashed(&words);
        if hashed.is_some() {
            words.remove(1);
        }
        let target = words.pop().filter(|_| !words.is_empty())?;
        Some(Self { is_add, options, sources: words, target, hashed })
    }

    /// Returns whether the files are of another stage or image.
    pub fn is_from_stage(&self) -> bool {
        self.options.iter().any(|option| option.starts_with("--from="))
    }
}

/// Returns the kind of a hash in `file:<digits> in /dst`; [`Instruction`](super::Instruction) keeps
/// eight of its digits.
fn hashed(words: &[String]) -> Option<&'static str> {
    let [source, "in", _] = &words.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
        return None;
    };
    let (kind, hash) = source.split_once(':')?;
    let is_hash = hash.len() >= 8 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    ["file", "dir", "multi"].into_iter().find(|&it| it == kind && is_hash)
}

/// Splits the options before the sources off.
fn options(mut rest: &str) -> (Vec<String>, &str) {
    let mut options = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some((option, after)) =
            rest.split_once(char::is_whitespace).filter(|(word, _)| word.starts_with("--"))
        else {
            return (options, rest);
        };
        options.push(option.to_owned());
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(instruction: &str) -> Option<(bool, String, String, String)> {
        let it = Copied::read(instruction)?;
        Some((it.is_add, it.options.join("|"), it.sources.join("|"), it.target))
    }

    #[test]
    fn a_copy_is_read_in_each_form_that_builders_write() {
        for (instruction, expected) in [
            ("COPY . / # buildkit", (false, "", ".", "/")),
            ("COPY [\"a b.env\", \"/app/\"]", (false, "", "a b.env", "/app/")),
            (
                "COPY --chown=1:1 --from=x /a /b /c/ # buildkit",
                (false, "--chown=1:1|--from=x", "/a|/b", "/c/"),
            ),
            ("ADD file:01234567 in /opt/", (true, "", "file:01234567", "/opt/")),
        ] {
            let (is_add, options, sources, target) = expected;
            let expected = (is_add, options.into(), sources.into(), target.into());
            assert_eq!(parts(instruction), Some(expected), "{instruction}");
        }
    }

    #[test]
    fn other_instructions_are_no_copy() {
        for instruction in ["RUN cp a b", "COPY", "COPY .", "COPY --from=x .", "COPYING a b"] {
            assert_eq!(parts(instruction), None, "{instruction}");
        }
    }

    #[test]
    fn a_hash_in_place_of_the_source_is_told_from_a_name() {
        let hash = "0123456789abcdef".repeat(4);
        let hashed = |text: &str| Copied::read(text).unwrap().hashed;
        assert_eq!(hashed(&format!("ADD file:{hash} in /opt/")), Some("file"));
        assert_eq!(hashed("COPY dir:0123abcd in /opt/ "), Some("dir"));
        assert_eq!(hashed("COPY file:a.env /opt/"), None);
        assert_eq!(hashed(&format!("COPY file:{hash} b /opt/")), None);
    }
}
