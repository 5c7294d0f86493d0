//! Parses a glob over the paths of an image into its components.
//!
//! Rules match component by component, so that the tree is walked once for all rules and no full
//! path is compared. Braces are expanded first.

use globset::GlobMatcher;

/// The longest glob, in bytes.
const LENGTH: usize = 512;
/// The most components of a glob.
const PARTS: usize = 16;
/// The most `**` in a glob: each multiplies the ways in which it can match.
const DEEP: usize = 3;
/// The most globs that the braces of one may expand to.
const ALTERNATIVES: usize = 256;

/// The most characters of a class such as `[co]` that is written out, too.
const CLASS: usize = 16;

/// The reason why a glob cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GlobError {
    /// The text is too long.
    #[error("the glob has more than {LENGTH} bytes")]
    Long,
    /// A component is empty or leads elsewhere.
    #[error("{0:?} has an empty component, `.` or `..`")]
    Component(String),
    /// `**` stands beside other characters.
    #[error("{0:?}: write `**` alone between two slashes")]
    Deep(String),
    /// There are too many components.
    #[error("the glob has more than {PARTS} components")]
    Components,
    /// There are too many `**`.
    #[error("the glob has `**` more than {DEEP} times")]
    TooDeep,
    /// A brace is closed that was not opened.
    #[error("a `}}` without a `{{`")]
    NotOpened,
    /// A brace is not closed.
    #[error("a `{{` without a `}}`")]
    NotClosed,
    /// The braces expand to too many globs.
    #[error("the braces stand for more than {ALTERNATIVES} globs")]
    Alternatives,
    /// The pattern of a component is not valid.
    #[error(transparent)]
    Pattern(#[from] globset::Error),
    /// A proof is not a path.
    #[error("a proof is a path without `**`")]
    Proof,
}

/// The requirement of a glob for one component.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// `**`: any number of components; at the end, everything below.
    Deep,
    /// A fixed name.
    Name(Box<[u8]>),
    /// A name that fits a pattern such as `*.pyc`.
    Pattern(Box<str>),
}

/// A glob without braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    /// The requirements, component by component.
    pub parts: Vec<Part>,
}

/// The specificity of a glob; the greater one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specificity {
    /// The number of leading fixed names.
    leading: usize,
    /// The number of literal bytes.
    literal: usize,
}

impl Glob {
    /// Parses a glob. Braces expand to several.
    ///
    /// # Errors
    ///
    /// [`GlobError`] if the glob is not valid or exceeds a limit.
    pub fn parse(text: &str) -> Result<Vec<Self>, GlobError> {
        if text.len() > LENGTH {
            return Err(GlobError::Long);
        }
        alternatives(text)?.iter().map(|text| Self::of_plain(text)).collect()
    }

    fn of_plain(text: &str) -> Result<Self, GlobError> {
        let text = text.strip_prefix('/').unwrap_or(text);
        let mut parts = Vec::new();
        for part in text.split('/') {
            let part = match part {
                "" | "." | ".." => return Err(GlobError::Component(text.into())),
                "**" => Part::Deep,
                part if part.contains("**") => return Err(GlobError::Deep(part.into())),
                part if part.contains(['*', '?', '[', '\\']) => {
                    Name::parse(part)?;
                    Part::Pattern(part.into())
                }
                part => Part::Name(part.as_bytes().into()),
            };
            if part != Part::Deep || parts.last() != Some(&Part::Deep) {
                parts.push(part);
            }
        }
        if parts.len() > PARTS {
            return Err(GlobError::Components);
        }
        if parts.iter().filter(|part| **part == Part::Deep).count() > DEEP {
            return Err(GlobError::TooDeep);
        }
        Ok(Self { parts })
    }

    /// Returns whether the glob matches everything below a directory: it ends in `/**`.
    pub fn takes_all_below(&self) -> bool {
        self.parts.last() == Some(&Part::Deep)
    }

    /// Returns the specificity: first the number of leading fixed names, then the number of literal
    /// bytes.
    pub fn specificity(&self) -> Specificity {
        let literal = |part: &Part| match part {
            Part::Deep => 0,
            Part::Name(name) => name.len(),
            Part::Pattern(pattern) => {
                pattern.chars().filter(|c| c.is_alphanumeric() || "._-".contains(*c)).count()
            }
        };
        Specificity {
            leading: self.parts.iter().take_while(|part| matches!(part, Part::Name(_))).count(),
            literal: self.parts.iter().map(literal).sum(),
        }
    }
}

/// Expands the braces of a glob.
fn alternatives(text: &str) -> Result<Vec<String>, GlobError> {
    let (mut work, mut out) = (vec![text.to_owned()], Vec::new());
    while let Some(text) = work.pop() {
        let Some(open) = text.find('{') else {
            if text.contains('}') {
                return Err(GlobError::NotOpened);
            }
            out.push(text);
            continue;
        };
        let (mut depth, mut commas, mut close) = (0_usize, vec![open], None);
        for (i, c) in text.char_indices().skip_while(|&(i, _)| i < open) {
            match c {
                '{' => depth += 1,
                '}' if depth == 1 => {
                    close = Some(i);
                    break;
                }
                '}' => depth = depth.saturating_sub(1),
                ',' if depth == 1 => commas.push(i),
                _ => {}
            }
        }
        let close = close.ok_or(GlobError::NotClosed)?;
        commas.push(close);
        if out.len() + work.len() + commas.len() > ALTERNATIVES {
            return Err(GlobError::Alternatives);
        }
        for pair in commas.windows(2).rev() {
            work.push([&text[..open], &text[pair[0] + 1..pair[1]], &text[close + 1..]].concat());
        }
    }
    Ok(out)
}

/// A pattern for one name.
#[derive(Debug)]
pub enum Name {
    /// The parts before the first star, between the stars, and after the last one.
    Stars { before: Vec<u8>, between: Vec<Vec<u8>>, behind: Vec<u8> },
    /// Several patterns, for a class of characters such as `[co]`.
    OneOf(Vec<Self>),
    /// Any other pattern.
    General(Box<GlobMatcher>),
}

impl Name {
    /// Parses the pattern of one component.
    ///
    /// # Errors
    ///
    /// [`GlobError::Pattern`] if the pattern is not valid.
    pub fn parse(pattern: &str) -> Result<Self, GlobError> {
        if let Some((before, rest)) =
            pattern.split_once('*').filter(|_| !pattern.contains(['?', '[', '\\']))
        {
            let mut between: Vec<Vec<u8>> = rest.split('*').map(Into::into).collect();
            let behind = between.pop().unwrap_or_default();
            return Ok(Self::Stars { before: before.into(), between, behind });
        }
        if let Some((before, rest)) = pattern.split_once('[')
            && let Some((class, behind)) = rest.split_once(']')
            && (1..=CLASS).contains(&class.len())
            && class.bytes().all(|b| b.is_ascii_alphanumeric())
            && !before.contains(['?', '\\'])
            && !behind.contains(['?', '[', '\\'])
        {
            let names = class.chars().map(|c| Self::parse(&format!("{before}{c}{behind}")));
            return Ok(Self::OneOf(names.collect::<Result<_, _>>()?));
        }
        let glob = globset::GlobBuilder::new(pattern)
            .literal_separator(true)
            .backslash_escape(true)
            .build();
        Ok(Self::General(Box::new(glob?.compile_matcher())))
    }

    /// Returns whether a name matches.
    pub fn fits(&self, name: &[u8]) -> bool {
        match self {
            Self::Stars { before, between, behind } => {
                if name.len() < before.len() + behind.len() {
                    return false;
                }
                let (start, rest) = name.split_at(before.len());
                let (mut rest, end) = rest.split_at(rest.len() - behind.len());
                if !is_same(start, before) || !is_same(end, behind) {
                    return false;
                }
                between.iter().all(|piece| match position(rest, piece) {
                    Some(at) => {
                        rest = &rest[at + piece.len()..];
                        true
                    }
                    None => false,
                })
            }
            Self::OneOf(names) => names.iter().any(|one| one.fits(name)),
            Self::General(matcher) => {
                matcher.is_match_candidate(&globset::Candidate::from_bytes(name))
            }
        }
    }
}

/// Returns whether two pieces of the same length are equal. Comparing byte by byte is fast, because
/// they are short and most differ in the first byte.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

fn position(text: &[u8], piece: &[u8]) -> Option<usize> {
    let Some(&first) = piece.first() else { return Some(0) };
    (0..text.len()).find(|&at| text[at] == first && text[at..].starts_with(piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_stand_for_several_globs() {
        let texts = |text| alternatives(text).unwrap();
        assert_eq!(
            texts("a/{b,c{d,}}/*.py[co]"),
            ["a/b/*.py[co]", "a/cd/*.py[co]", "a/c/*.py[co]"]
        );
        assert!(alternatives("a{b").is_err() && alternatives("a}b").is_err());
    }

    #[test]
    fn a_glob_that_would_take_for_ever_is_refused() {
        assert!(
            Glob::parse(&"{a,b}".repeat(40))
                .unwrap_err()
                .to_string()
                .contains("more than 256 globs")
        );
        assert!(Glob::parse(&"a/".repeat(200)).is_err());
        assert!(
            Glob::parse("**/a/**/b/**/c/**/d")
                .unwrap_err()
                .to_string()
                .contains("more than 3 times")
        );
        assert!(Glob::parse(&"[".repeat(9)).is_err());
        assert!(
            Glob::parse("a**/b").is_err()
                && Glob::parse("a/../b").is_err()
                && Glob::parse("").is_err()
        );
    }

    #[test]
    fn a_glob_that_begins_with_more_names_is_more_specific() {
        let of = |text| Glob::parse(text).unwrap()[0].specificity();
        assert!(of("root/.cache/pip/**") > of("root/.cache/**"));
        assert!(of("usr/local/go/**") > of("**/*.a"));
        assert!(of("**/node_modules/.cache/**") > of("**/.cache/**"));
    }

    #[test]
    fn names_are_bytes() {
        assert!(Name::parse("*.o").unwrap().fits(b"caf\xe9.o"));
        assert!(Name::parse("*-darwin-*").unwrap().fits(b"esbuild-darwin-arm64\xff"));
        assert!(!Name::parse("aa*aa").unwrap().fits(b"aaa"));
        let class = Name::parse("*.py[co]").unwrap();
        assert!(
            class.fits(b".pyc")
                && class.fits(b"a\xff.pyo")
                && !class.fits(b"a.py")
                && !class.fits(b"a.pyco")
        );
        assert!(
            Name::parse("[!a-c]*").unwrap().fits(b"d")
                && !Name::parse("[!a-c]*").unwrap().fits(b"b")
        );
        let stars = Name::parse("a*b*bc").unwrap();
        assert!(
            stars.fits(b"abbc")
                && stars.fits(b"axbxbc")
                && !stars.fits(b"abc")
                && !stars.fits(b"abb")
        );
    }
}
