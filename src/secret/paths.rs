//! Decides by the path of a file in which way it is searched.

use std::sync::LazyLock;

use super::rules::{SearchedThere, rules};
use super::search::FileSearch;
use crate::glob::{Automaton, EVERY, Glob, Matcher, StateId};
use crate::path::components;

/// The longest path that is matched while a layer passes, in bytes: no program opens a longer one.
const LONGEST: usize = 4096;

/// Returns the globs of all rules, numbered like [`FileSearch`].
pub fn path_matcher() -> &'static Matcher {
    static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
        let rules = rules();
        let mut matcher = Matcher::default();
        let mut add = |glob: &str, of: u16, excludes: bool| {
            let globs = Glob::parse(glob).expect("a test parses them");
            globs.iter().for_each(|glob| matcher.add(glob, of, excludes));
        };
        let text = u16::try_from(rules.files.len()).expect("there are few rules");
        let rare = text + 1;
        for (number, rule) in (0..text).zip(&rules.files) {
            rule.globs.iter().for_each(|glob| add(glob, number, false));
            rule.except.iter().for_each(|glob| add(glob, number, true));
        }
        // Of two searches of all texts, the first one counts that is not excluded.
        add("**", text, false);
        add("**", rare, false);
        for area in &rules.areas {
            let excluded: &[u16] = match area.searched {
                SearchedThere::Nothing => &[EVERY],
                SearchedThere::Names => &[text, rare],
                SearchedThere::NamesAndTokens => &[text],
            };
            for glob in &area.globs {
                excluded.iter().for_each(|&of| add(glob, of, true));
            }
        }
        for glob in &rules.not_text {
            [text, rare].into_iter().for_each(|of| add(glob, of, true));
        }
        matcher
    });
    &MATCHER
}

/// The searches that paths ask for, as the paths come in a layer: most follow one in the same
/// directory.
pub struct SearchByPath {
    automaton: Automaton<'static>,
    /// The directory of the last path.
    directory: Vec<u8>,
    /// The state of that directory.
    state: StateId,
}

impl Default for SearchByPath {
    fn default() -> Self {
        let automaton = Automaton::new(path_matcher());
        let state = automaton.root();
        Self { automaton, directory: Vec::new(), state }
    }
}

impl SearchByPath {
    /// Returns the search of a file, if there is one.
    pub fn search_for(&mut self, path: &[u8]) -> Option<FileSearch> {
        let (directory, name) = match path.iter().rposition(|&b| b == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&path[..0], path),
        };
        if path.len() > LONGEST || matches!(name, b"" | b"." | b"..") {
            return None;
        }
        if directory != self.directory {
            let root = self.automaton.root();
            let steps = components(directory).into_iter();
            self.state = steps.fold(root, |state, name| self.automaton.step(state, name));
            self.directory.clear();
            self.directory.extend_from_slice(directory);
        }
        let state = self.automaton.step(self.state, name);
        self.automaton.taken_by(state).map(FileSearch::numbered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_yours_are_searched_and_files_of_packages_are_not() {
        let mut paths = SearchByPath::default();
        for path in ["root/.npmrc", "./app/.env", "etc/.env", "srv/a.tfvars"] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.rule().is_some(), "{path} has a rule");
            assert!(search.takes_whole(8 << 20) && !search.takes_whole(9 << 20));
        }
        for path in ["/etc/app.conf", "srv/main.js", "srv/../srv/./main.ts", "app/a/b/c"] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.rule().is_none(), "{path} has no rule");
            assert!(search.is_for_tokens() && !search.is_for_rare_tokens());
        }
        for path in ["usr/lib/app/main.js", "usr/share/a.conf", "usr/bin/deploy", "./lib/a/b"] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.rule().is_none() && search.is_for_rare_tokens(), "{path}");
        }
        for path in [
            "app/node_modules/a/index.js",
            "usr/lib/python3/dist-packages/a.py",
            "./usr/share/doc/a/copyright",
            "var/lib/dpkg/info/a.list",
            "app/logo.png",
            "usr/share/logo.png",
            "usr/lib/vendor/a.js",
            "app/vendor/acme/testdata/key.pem",
            "app/..",
        ] {
            assert_eq!(paths.search_for(path.as_bytes()), None, "{path}");
        }
    }
}
