//! Reads files of rules; errors name the file, the line and the key.

use std::collections::HashSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{Level, Place, Proof, Purpose, Rule, Rules, Signature, When};
use crate::advice::findings::beside::Beside;
use crate::advice::tool::Tool;
use crate::display::{Escaped, escaped_str};
use crate::glob::Glob;
use crate::toml_file::Problem;
use crate::tree::Reason;

/// The most rules in total.
const RULES: usize = 1_000;
/// The most globs in total, with braces expanded.
const GLOBS: usize = 4_000;
/// The largest file, in bytes.
const FILE: usize = 1 << 20;
/// The default minimum size of a rule, in bytes.
const MINIMUM: u64 = 64 << 10;

/// The reason why a file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}, line {}{}: {}", at.line, if at.key.is_empty() { String::new() } else { format!(", {}", at.key) }, at.what)]
pub struct RulesError {
    /// The file, escaped for display.
    pub file: Escaped,
    /// The place and the problem, escaped for display.
    pub at: Problem,
}

/// A text in a file of rules.
trait Text {
    /// Returns the text.
    fn text(&self) -> &str;

    /// Returns its place in the file.
    fn place(&self) -> Range<usize>;
}

/// A text of a user's file.
impl Text for Spanned<String> {
    fn text(&self) -> &str {
        self.get_ref()
    }

    fn place(&self) -> Range<usize> {
        self.span()
    }
}

/// A text of the built-in rules, which have no errors that a user could look up.
impl Text for String {
    fn text(&self) -> &str {
        self
    }

    fn place(&self) -> Range<usize> {
        0..0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
struct File<T> {
    #[serde(default)]
    rule: Vec<WrittenRule<T>>,
    #[serde(default)]
    signature: Vec<WrittenSignature<T>>,
    #[serde(default)]
    place: Vec<WrittenPlace<T>>,
    #[serde(default)]
    tool: Vec<Tool>,
}

/// A rule as written. A disabled rule needs nothing but its id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
struct WrittenRule<T> {
    id: T,
    title: Option<String>,
    level: Option<Level>,
    purpose: Option<Purpose>,
    globs: Option<Vec<T>>,
    #[serde(default)]
    except: Vec<T>,
    #[serde(default)]
    proof: Vec<T>,
    #[serde(default)]
    made_by: Vec<String>,
    #[serde(default)]
    used_by: Vec<String>,
    #[serde(default)]
    read_by: Vec<String>,
    #[serde(default)]
    why: String,
    fix: Option<String>,
    append: Option<String>,
    #[serde(default)]
    replace: Vec<(String, String)>,
    #[serde(default)]
    tool: Vec<Tool>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    sources: Vec<String>,
    minimum: Option<u64>,
    #[serde(default)]
    when: When,
    platform: Option<String>,
    beside: Option<Beside>,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
struct WrittenSignature<T> {
    id: T,
    title: Option<String>,
    #[serde(default)]
    reasons: Vec<WrittenReason>,
    #[serde(default)]
    made_by: Vec<String>,
    #[serde(default)]
    removed_by: Vec<String>,
    #[serde(default)]
    same_layer: bool,
    #[serde(default)]
    why: String,
    fix: Option<String>,
    #[serde(default)]
    sources: Vec<String>,
    minimum: Option<u64>,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "T: Deserialize<'de>"))]
struct WrittenPlace<T> {
    purpose: Purpose,
    globs: Vec<T>,
    #[serde(default)]
    except: Vec<T>,
    #[serde(default)]
    made_by: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenReason {
    Deleted,
    Opaque,
    Replaced,
    Overwritten,
    RewrittenUnchanged,
}

impl From<WrittenReason> for Reason {
    fn from(reason: WrittenReason) -> Self {
        match reason {
            WrittenReason::Deleted => Self::Deleted,
            WrittenReason::Opaque => Self::Opaque,
            WrittenReason::Replaced => Self::Replaced,
            WrittenReason::Overwritten => Self::Overwritten,
            WrittenReason::RewrittenUnchanged => Self::RewrittenUnchanged,
        }
    }
}

/// Reads a user's file, if there is one, and the built-in rules. A rule or signature of the user's
/// file replaces a built-in one with the same id.
///
/// # Errors
///
/// [`RulesError`] names the file, the line and the key.
pub fn read(user: Option<(&str, &str)>, built_in: &str) -> Result<Rules, RulesError> {
    let mut all = All::default();
    let mut reader = RulesReader { file: "", text: "", globs: 0 };
    if let Some((file, text)) = user {
        reader = RulesReader { file, text, ..reader };
        all.add(reader.parse()?, &mut reader)?;
    }
    reader = RulesReader { file: "the built-in rules", text: built_in, ..reader };
    let parsed: File<String> = serde_json::from_str(built_in)
        .map_err(|error| reader.error(0..0, None, error.to_string()))?;
    all.add(parsed, &mut reader)?;
    Ok(all.rules)
}

/// The rules of all files so far, with the ids that are known.
#[derive(Default)]
struct All {
    rules: Rules,
    ids: HashSet<String>,
    signatures: HashSet<String>,
}

impl All {
    /// Adds the rules of the next file.
    fn add<T: Text>(
        &mut self,
        parsed: File<T>,
        reader: &mut RulesReader<'_>,
    ) -> Result<(), RulesError> {
        let Self { rules, ids, signatures } = self;
        let count = parsed.rule.len() + parsed.place.len() + parsed.signature.len();
        if rules.list.len() + count > RULES {
            return Err(reader.error(0..0, None, format!("there are more than {RULES} rules")));
        }
        rules.tools.extend(parsed.tool);
        let mut here = HashSet::new();
        for rule in parsed.rule {
            let id = rule.id.text().to_owned();
            if !here.insert(id.clone()) {
                let problem = format!("there are two rules called {id:?}");
                return Err(reader.error(rule.id.place(), Some("id"), problem));
            }
            let enabled = rule.enabled.unwrap_or(true);
            if ids.insert(id) && enabled {
                reader.rule(rule, rules)?;
            }
        }
        let mut here = HashSet::new();
        for signature in parsed.signature {
            let id = signature.id.text().to_owned();
            if !here.insert(id.clone()) {
                let problem = format!("there are two signatures called {id:?}");
                return Err(reader.error(signature.id.place(), Some("id"), problem));
            }
            let enabled = signature.enabled.unwrap_or(true);
            if signatures.insert(id) && enabled {
                rules.signatures.push(reader.signature(signature)?);
            }
        }
        for place in parsed.place {
            let globs = reader.globs(&place.globs, "globs")?;
            let except = reader.globs(&place.except, "except")?;
            let place = Place { purpose: place.purpose, made_by: place.made_by };
            rules.add_place(place, &globs, &except);
        }
        Ok(())
    }
}

struct RulesReader<'a> {
    file: &'a str,
    text: &'a str,
    globs: usize,
}

impl RulesReader<'_> {
    /// Parses a user's file.
    fn parse(&self) -> Result<File<Spanned<String>>, RulesError> {
        if self.text.len() > FILE {
            return Err(self.error(0..0, None, format!("the file has more than {FILE} bytes")));
        }
        toml::from_str(self.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let key = self.key_at(span.start);
            self.error(span, key.as_deref(), error.message().to_owned())
        })
    }

    fn rule<T: Text>(&mut self, rule: WrittenRule<T>, rules: &mut Rules) -> Result<(), RulesError> {
        let at = rule.id.place();
        let written = rule.globs.ok_or_else(|| self.missing(&at, "globs"))?;
        let level = rule.level.ok_or_else(|| self.missing(&at, "level"))?;
        let globs = self.globs(&written, "globs")?;
        let except = self.globs(&rule.except, "except")?;
        let mut proof = Proof::default();
        for path in &rule.proof {
            proof
                .add(path.text())
                .map_err(|problem| self.error(path.place(), Some("proof"), problem.to_string()))?;
        }
        let purpose = rule.purpose.unwrap_or(match level {
            Level::Leftovers | Level::Build => Purpose::Caches,
            Level::Toolchain => Purpose::Toolchain,
            Level::Documentation => Purpose::Documentation,
        });
        let by_tool = || rule.tool.first().map(Tool::sentence);
        let rule = Rule {
            title: rule.title.ok_or_else(|| self.missing(&at, "title"))?,
            fix: rule.fix.or_else(by_tool).ok_or_else(|| self.missing(&at, "fix"))?,
            id: rule.id.text().to_owned(),
            level,
            purpose,
            made_by: rule.made_by,
            used_by: rule.used_by,
            read_by: rule.read_by,
            why: rule.why,
            append: rule.append,
            replace: rule.replace,
            tools: rule.tool,
            ignore: rule.ignore,
            sources: rule.sources,
            minimum: rule.minimum.unwrap_or(MINIMUM),
            when: rule.when,
            platform: rule.platform,
            beside: rule.beside,
        };
        rules.add(rule, &globs, &except, proof);
        Ok(())
    }

    fn signature<T: Text>(&self, signature: WrittenSignature<T>) -> Result<Signature, RulesError> {
        let at = signature.id.place();
        Ok(Signature {
            title: signature.title.ok_or_else(|| self.missing(&at, "title"))?,
            fix: signature.fix.ok_or_else(|| self.missing(&at, "fix"))?,
            id: signature.id.text().to_owned(),
            reasons: signature.reasons.into_iter().map(Reason::from).collect(),
            made_by: signature.made_by,
            removed_by: signature.removed_by,
            same_layer: signature.same_layer,
            why: signature.why,
            sources: signature.sources,
            minimum: signature.minimum.unwrap_or(MINIMUM),
        })
    }

    fn globs<T: Text>(&mut self, written: &[T], key: &str) -> Result<Vec<Glob>, RulesError> {
        let mut globs = Vec::new();
        for text in written {
            let parsed = Glob::parse(text.text())
                .map_err(|problem| self.error(text.place(), Some(key), problem.to_string()))?;
            self.globs += parsed.len();
            if self.globs > GLOBS {
                let problem = format!("there are more than {GLOBS} globs, with braces written out");
                return Err(self.error(text.place(), Some(key), problem));
            }
            globs.extend(parsed);
        }
        Ok(globs)
    }

    fn missing(&self, at: &Range<usize>, key: &str) -> RulesError {
        self.error(at.clone(), Some(key), "this is missing".into())
    }

    fn error(&self, at: Range<usize>, key: Option<&str>, problem: String) -> RulesError {
        let key = escaped_str(key.unwrap_or_default());
        let at = Problem::at(self.text, at.start, &key, escaped_str(&problem));
        RulesError { file: escaped_str(self.file), at }
    }

    /// Returns the key of a value: on its line, or on the nearest line above that has one.
    fn key_at(&self, at: usize) -> Option<String> {
        let end = self.text.get(at..)?.find('\n').map_or(self.text.len(), |n| at + n);
        let lines = self.text.get(..end)?.lines().rev();
        let key = |line: &str| {
            let (key, _) = line.split_once('=')?;
            let key = key.trim();
            let plain =
                !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-.\"".contains(c));
            plain.then(|| key.to_owned())
        };
        lines.take_while(|line| !line.trim_start().starts_with("[[")).find_map(key)
    }
}
