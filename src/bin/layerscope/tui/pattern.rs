//! A typed query for paths: a part of a name, a glob or a regular expression.

use globset::GlobBuilder;
use layerscope::tree::{NodeId, Tree};
use regex::bytes::{Regex, RegexBuilder};

/// A pattern that names or paths match.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    /// True if full paths are compared, and not only names.
    paths: bool,
}

/// The reason why a filter cannot be applied; the value is the cause, as a clause.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    #[error("invalid regular expression: {0}")]
    Regex(String),
    #[error("invalid glob: {0}")]
    Glob(String),
}

impl Pattern {
    /// Makes a pattern from a part of a name, or of a path if it contains a slash. Lower case
    /// matches both cases; a capital letter matches only itself.
    pub fn text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| {
            let regex = regex(&regex::escape(text), folds(text))
                .expect("a text that is escaped, typed by hand");
            Self { regex, paths: text.contains('/') }
        })
    }

    /// Parses a filter: `*.so`, `usr/**/lib*`, `/\.pyc?$/`, `re:^/usr`, or a part of a name or
    /// path.
    ///
    /// # Errors
    ///
    /// The text is not a valid glob or regular expression.
    pub fn filter(text: &str) -> Result<Option<Self>, PatternError> {
        let slashed =
            || text.strip_prefix('/')?.strip_suffix('/').filter(|inner| !inner.is_empty());
        if let Some(written) = text.strip_prefix("re:").or_else(slashed) {
            if written.is_empty() {
                return Ok(None);
            }
            return match regex(written, false) {
                Ok(regex) => Ok(Some(Self { regex, paths: true })),
                Err(error) => Err(PatternError::Regex(in_words(&error))),
            };
        }
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Self::text(text));
        }
        let paths = text.contains('/');
        let whole = if paths && !text.starts_with('/') { format!("/{text}") } else { text.into() };
        let glob =
            GlobBuilder::new(&whole).literal_separator(true).case_insensitive(folds(text)).build();
        let glob = glob.map_err(|error| PatternError::Glob(error.kind().to_string()))?;
        let regex =
            regex(glob.regex(), false).map_err(|error| PatternError::Glob(in_words(&error)))?;
        Ok(Some(Self { regex, paths }))
    }

    /// Returns whether full paths are compared.
    pub fn is_of_paths(&self) -> bool {
        self.paths
    }

    /// Returns whether a name as a whole is what is searched.
    pub fn is_name(&self, name: &[u8]) -> bool {
        let whole =
            |text: &[u8]| self.regex.find(text).is_some_and(|found| found.len() == text.len());
        if self.paths { whole(&[b"/", name].concat()) } else { whole(name) }
    }

    /// Prepares to match the paths of a tree.
    pub fn finder<'a>(&'a self, tree: &'a Tree) -> Finder<'a> {
        Finder { pattern: self, tree, way: Vec::new(), path: vec![b'/'] }
    }
}

/// A matcher of paths. It is fastest if paths in the same directory, or in directories near to each
/// other, are matched one after another.
pub struct Finder<'a> {
    pattern: &'a Pattern,
    tree: &'a Tree,
    /// The directories of the path, from below the root down, each with the length of the path up
    /// to its slash.
    way: Vec<(NodeId, usize)>,
    path: Vec<u8>,
}

impl Finder<'_> {
    pub fn matches(&mut self, node: NodeId) -> bool {
        if !self.pattern.paths {
            return self.pattern.regex.is_match(self.tree.name(node));
        }
        self.go_to(self.tree.parent(node));
        let directory = self.path.len();
        self.path.extend_from_slice(self.tree.name(node));
        let matches = self.pattern.regex.is_match(&self.path);
        self.path.truncate(directory);
        matches
    }

    /// Makes the path that of a directory. What it has in common with the last one stays.
    fn go_to(&mut self, directory: NodeId) {
        let mut missing = Vec::new();
        let mut here = directory;
        // The way is in the order of indices, as a directory comes before its contents.
        while here != NodeId::ROOT && self.way.last().is_none_or(|&(last, _)| last != here) {
            if self.way.last().is_some_and(|&(last, _)| last > here) {
                self.way.pop();
            } else {
                missing.push(here);
                here = self.tree.parent(here);
            }
        }
        if here == NodeId::ROOT {
            self.way.clear();
        }
        self.path.truncate(self.way.last().map_or(1, |&(_, length)| length));
        for here in missing.into_iter().rev() {
            self.path.extend_from_slice(self.tree.name(here));
            self.path.push(b'/');
            self.way.push((here, self.path.len()));
        }
    }
}

fn folds(text: &str) -> bool {
    !text.chars().any(char::is_uppercase)
}

fn regex(pattern: &str, fold: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(fold).dot_matches_new_line(true).build()
}

/// Formats the error of a regular expression in one line.
fn in_words(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    layerscope::display::escaped_str(last.trim().trim_start_matches("error: ")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether a filter matches a path, in a tree with only that path.
    fn finds(filter: &str, path: &str) -> bool {
        let pattern = Pattern::filter(filter).expect(filter).expect(filter);
        let whole = path.as_bytes();
        let name = whole.rsplit(|&b| b == b'/').next().unwrap();
        pattern.regex.is_match(if pattern.paths { whole } else { name })
    }

    #[test]
    fn a_glob_without_a_slash_is_of_names_and_with_one_of_paths() {
        assert!(finds("*.so", "/usr/lib/libz.so") && !finds("*.so", "/usr/lib/libz.so.1"));
        assert!(finds("lib?.{so,a}", "/usr/lib/libz.a"));
        assert!(finds("usr/*/libz.so", "/usr/lib/libz.so") && !finds("usr/*", "/usr/lib/libz.so"));
        assert!(finds("/usr/**/*.so", "/usr/lib/x/libz.so") && finds("**/*.so", "/libz.so"));
    }

    #[test]
    fn a_text_is_a_part_and_a_regular_expression_says_that_it_is_one() {
        assert!(finds("ibz.s", "/usr/lib/libz.so") && finds("lib/libz", "/usr/lib/libz.so"));
        assert!(!finds("usr", "/usr/lib/libz.so"), "the name of a directory above is not the name");
        assert!(finds(r"/\.so(\.\d+)?$/", "/lib/libz.so.1") && finds("re:^/lib", "/lib/libz.so.1"));
        assert!(finds("a.c+d", "/a.c+d") && !finds("a.c+d", "/abccd"));
    }

    #[test]
    fn lower_case_finds_both_and_a_capital_only_itself() {
        assert!(finds("readme", "/README") && finds("*.md", "/X.MD"));
        assert!(!finds("README", "/readme") && !finds("*.MD", "/x.md"));
        assert!(!finds("re:readme", "/README"));
    }

    #[test]
    fn what_is_none_is_told_in_words() {
        assert_eq!(
            Pattern::filter("re:(a").unwrap_err().to_string(),
            "invalid regular expression: unclosed group"
        );
        assert_eq!(
            Pattern::filter("[a").unwrap_err().to_string(),
            "invalid glob: unclosed character class; missing ']'"
        );
        assert!(
            Pattern::filter("re:a{99999}{99999}")
                .unwrap_err()
                .to_string()
                .starts_with("invalid regular expression: ")
        );
        assert!(
            Pattern::filter("").unwrap().is_none() && Pattern::filter("re:").unwrap().is_none()
        );
    }
}
