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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<WrittenRule>,
    #[serde(default)]
    signature: Vec<WrittenSignature>,
    #[serde(default)]
    place: Vec<WrittenPlace>,
    #[serde(default)]
    tool: Vec<Tool>,
}

/// A rule as written. A disabled rule needs nothing but its id.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    id: Spanned<String>,
    title: Option<String>,
    level: Option<Level>,
    purpose: Option<Purpose>,
    globs: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    except: Vec<Spanned<String>>,
    #[serde(default)]
    proof: Vec<Spanned<String>>,
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
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    id: Spanned<String>,
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
#[serde(deny_unknown_fields)]
struct WrittenPlace {
    purpose: Purpose,
    globs: Vec<Spanned<String>>,
    #[serde(default)]
    except: Vec<Spanned<String>>,
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

/// Reads files in the order of precedence. A rule or signature of an earlier file replaces a later
/// one with the same id.
///
/// # Errors
///
/// [`RulesError`] names the file, the line and the key.
pub fn read(files: &[(&str, &str)]) -> Result<Rules, RulesError> {
    let mut rules = Rules::default();
    let mut reader = Reader { file: "", text: "", globs: 0 };
    let (mut known, mut known_signatures) = (HashSet::new(), HashSet::new());
    for &(file, text) in files {
        reader = Reader { file, text, ..reader };
        let parsed = reader.parse()?;
        if rules.list.len() + parsed.rule.len() + parsed.place.len() + parsed.signature.len()
            > RULES
        {
            return Err(reader.error(0..0, None, format!("there are more than {RULES} rules")));
        }
        rules.tools.extend(parsed.tool);
        let mut here = HashSet::new();
        for rule in parsed.rule {
            let id = rule.id.get_ref().clone();
            if !here.insert(id.clone()) {
                return Err(reader.error(
                    rule.id.span(),
                    Some("id"),
                    format!("there are two rules called {id:?}"),
                ));
            }
            let enabled = rule.enabled.unwrap_or(true);
            if known.insert(id) && enabled {
                reader.rule(rule, &mut rules)?;
            }
        }
        let mut here = HashSet::new();
        for signature in parsed.signature {
            let id = signature.id.get_ref().clone();
            if !here.insert(id.clone()) {
                let problem = format!("there are two signatures called {id:?}");
                return Err(reader.error(signature.id.span(), Some("id"), problem));
            }
            let enabled = signature.enabled.unwrap_or(true);
            if known_signatures.insert(id) && enabled {
                rules.signatures.push(reader.signature(signature)?);
            }
        }
        for place in parsed.place {
            let globs = reader.globs(&place.globs, "globs")?;
            let except = reader.globs(&place.except, "except")?;
            rules.add_place(
                Place { purpose: place.purpose, made_by: place.made_by },
                &globs,
                &except,
            );
        }
    }
    Ok(rules)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    globs: usize,
}

impl Reader<'_> {
    fn parse(&self) -> Result<File, RulesError> {
        if self.text.len() > FILE {
            return Err(self.error(0..0, None, format!("the file has more than {FILE} bytes")));
        }
        toml::from_str(self.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let key = self.key_at(span.start);
            self.error(span, key.as_deref(), error.message().to_owned())
        })
    }

    fn rule(&mut self, rule: WrittenRule, rules: &mut Rules) -> Result<(), RulesError> {
        let at = rule.id.span();
        let written = rule.globs.ok_or_else(|| self.missing(&at, "globs"))?;
        let level = rule.level.ok_or_else(|| self.missing(&at, "level"))?;
        let globs = self.globs(&written, "globs")?;
        let except = self.globs(&rule.except, "except")?;
        let mut proof = Proof::default();
        for path in &rule.proof {
            proof
                .add(path.get_ref())
                .map_err(|problem| self.error(path.span(), Some("proof"), problem.to_string()))?;
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
            id: rule.id.into_inner(),
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

    fn signature(&self, signature: WrittenSignature) -> Result<Signature, RulesError> {
        let at = signature.id.span();
        Ok(Signature {
            title: signature.title.ok_or_else(|| self.missing(&at, "title"))?,
            fix: signature.fix.ok_or_else(|| self.missing(&at, "fix"))?,
            id: signature.id.into_inner(),
            reasons: signature.reasons.into_iter().map(Reason::from).collect(),
            made_by: signature.made_by,
            removed_by: signature.removed_by,
            same_layer: signature.same_layer,
            why: signature.why,
            sources: signature.sources,
            minimum: signature.minimum.unwrap_or(MINIMUM),
        })
    }

    fn globs(&mut self, written: &[Spanned<String>], key: &str) -> Result<Vec<Glob>, RulesError> {
        let mut globs = Vec::new();
        for text in written {
            let parsed = Glob::parse(text.get_ref())
                .map_err(|problem| self.error(text.span(), Some(key), problem.to_string()))?;
            self.globs += parsed.len();
            if self.globs > GLOBS {
                let problem = format!("there are more than {GLOBS} globs, with braces written out");
                return Err(self.error(text.span(), Some(key), problem));
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
