//! Rebuilds instructions that set values, and restores quotes that builders removed.

use super::DockerfileDraft;
use crate::advice::dockerfile::parse::Keyword;
use crate::advice::dockerfile::step::{Step, first_assignment};
use crate::escape::Untrusted;
use crate::image::Variables;

impl DockerfileDraft<'_> {
    /// Writes an instruction that makes no files; false if no valid instruction can be written.
    pub(super) fn value(&mut self, step: &Step, keyword: Keyword, last: bool) -> bool {
        let rest = step.text.split_once(char::is_whitespace).map_or("", |(_, rest)| rest).trim();
        if rest.contains('\n') {
            return false;
        }
        let run = &self.inspection.run;
        let name = keyword.name();
        let text = match keyword {
            Keyword::Env => assignments(name, rest, &run.environment.masked()),
            Keyword::Label => assignments(name, rest, &run.labels.masked()),
            Keyword::Arg => {
                self.known.insert(rest.to_owned());
                format!("ARG {}", assignment(rest))
            }
            Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell | Keyword::Volume => {
                let configured = match keyword {
                    Keyword::Cmd if last => Untrusted::raw_words(&run.masked()[1]),
                    Keyword::Entrypoint if last => Untrusted::raw_words(&run.masked()[0]),
                    _ => Vec::new(),
                };
                // The history prints the words without quotes; the config has them exactly.
                let words = if configured.is_empty() { list(rest) } else { Some(configured) };
                let Some(words) = words else { return false };
                let printable = words.iter().all(|word| super::printable(word).is_none());
                if keyword == Keyword::Shell {
                    self.shell = Some(words.clone());
                }
                if !printable {
                    return false;
                }
                format!("{name} {}", spaced(&words))
            }
            Keyword::Healthcheck if rest.starts_with("&{") => return false,
            Keyword::Workdir | Keyword::User | Keyword::Stopsignal => {
                format!("{name} {}", escape(rest))
            }
            _ => format!("{name} {rest}"),
        };
        self.try_instruction(&text, step.layer)
    }
}

/// Formats a list as `["a", "b"]`, with the usual spaces.
fn spaced(words: &[String]) -> String {
    let words: Vec<_> =
        words.iter().map(|word| serde_json::to_string(word).unwrap_or_default()).collect();
    format!("[{}]", words.join(", "))
}

/// Parses `["a", "b"]`, `["a" "b"]` as Go prints it, `[a b]` and `a b`.
fn list(text: &str) -> Option<Vec<String>> {
    if let Ok(words) = serde_json::from_str(text) {
        return Some(words);
    }
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if inner.starts_with('"') {
        return serde_json::Deserializer::from_str(inner)
            .into_iter::<String>()
            .collect::<Result<_, _>>()
            .ok();
    }
    let words: Vec<_> = inner.split_whitespace().map(Into::into).collect();
    (!words.is_empty()).then_some(words)
}

/// Formats `NAME a=1 b="x y"` from a history that has lost the quotes; `known` are the values in
/// the config.
fn assignments(name: &str, mut rest: &str, known: &Variables) -> String {
    let mut out = name.to_owned();
    while !rest.is_empty() {
        let whole = rest.split_once('=').and_then(|(name, after)| {
            let value = known.raw_value(name).filter(|value| {
                after
                    .strip_prefix(*value)
                    .is_some_and(|after| after.is_empty() || after.starts_with(' '))
            })?;
            Some(name.len() + 1 + value.len())
        });
        let end = whole.unwrap_or_else(|| first_assignment(rest));
        out.push(' ');
        out.push_str(&assignment(rest[..end].trim_end()));
        rest = rest[end..].trim_start();
    }
    out
}

/// Formats `name=value`, quoted if necessary; a name without a value stays unchanged.
pub fn assignment(text: &str) -> String {
    let Some((name, value)) = text.split_once('=') else { return text.into() };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,+@%=~".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return text.into();
    }
    format!("{}=\"{}\"", quoted_name(name), escape(value))
}

/// Quotes the name of a label if necessary; it may contain any character.
fn quoted_name(name: &str) -> String {
    if name.contains(char::is_whitespace) { format!("\"{}\"", escape(name)) } else { name.into() }
}

/// Escapes quotes, dollar signs and backslashes.
fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if matches!(c, '"' | '\\' | '$') {
            out.push('\\');
        }
        out.push(c);
        out
    })
}
