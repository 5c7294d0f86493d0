//! Decides by the path of a file in which way it is searched.

use std::borrow::Cow;
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
        for glob in &rules.not_searched {
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
        let own = self.taken(self.state, name).map(|own| {
            // Code that is left out has examples.
            let is_code = end_of_code(own, name).is_some();
            let other = || if is_code { own.as_document() } else { own };
            of_code(own, path, name).unwrap_or_else(other)
        });
        let own = own.or_else(|| self.among_packages(directory, name));
        let rule = own.and_then(FileSearch::rule).filter(|rule| !rule.is_code);
        if rule.is_some_and(|rule| !rule.yields) {
            return own;
        }
        // What the name alone says, or the name of the file of which this is a copy.
        let from = if rule.is_some() { self.automaton.root() } else { self.state };
        let bare = without_ending(name);
        let other = (rule.is_some() || bare != name).then(|| self.taken(from, &bare)).flatten();
        let is_better =
            |other: &FileSearch| other.rule().is_some_and(|other| rule.is_none() || !other.yields);
        let of_copy = || {
            let own = own.filter(|&own| end_of_code(own, name).is_none())?;
            of_code(own, path, &bare)
        };
        other.filter(is_better).or_else(of_copy).or(own)
    }

    /// Returns the search of a file that people put among those of packages, such as a `.env`.
    fn among_packages(&mut self, directory: &[u8], name: &[u8]) -> Option<FileSearch> {
        let packages = &rules().packages;
        let text = std::str::from_utf8(name).ok().filter(|name| packages.names.contains(*name))?;
        let mut directories = components(directory);
        let last = directories.pop();
        let is_example = |directory: &&[u8]| {
            std::str::from_utf8(directory).is_ok_and(|it| packages.except.contains(it))
        };
        if directories.iter().chain(&last).any(is_example) {
            return None;
        }
        let root = self.automaton.root();
        let is_of_git = last == Some(b".git");
        let from = if is_of_git { self.automaton.step(root, b".git") } else { root };
        let is_one = is_of_git || text.starts_with('.');
        is_one.then(|| self.taken(from, name)).flatten().filter(|search| search.is_by_name())
    }

    /// Returns the search of a name in a directory.
    fn taken(&mut self, directory: StateId, name: &[u8]) -> Option<FileSearch> {
        let state = self.automaton.step(directory, name);
        self.automaton.taken_by(state).map(|number| FileSearch::numbered(number).with_name(name))
    }
}

/// Returns the search of source code for a text of a path, if its name is one of source code.
fn of_code(search: FileSearch, path: &[u8], name: &[u8]) -> Option<FileSearch> {
    let number = end_of_code(search, name)?;
    let code = &rules().code_paths;
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.strip_prefix(b"/").unwrap_or(path);
    if code.starts.iter().any(|start| path.starts_with(start.as_bytes())) {
        return None;
    }
    let stem = name.iter().rposition(|&b| b == b'.').map_or(name, |dot| &name[..dot]);
    if code.name_starts.iter().any(|start| stem.starts_with(start.as_bytes()))
        || code.name_ends.iter().any(|end| stem.ends_with(end.as_bytes()))
    {
        return None;
    }
    let mut parent: &[u8] = b"";
    for directory in components(&path[..path.len() - path.rsplit(|&b| b == b'/').next()?.len()]) {
        let text = std::str::from_utf8(directory).unwrap_or_default();
        let is_library =
            parent == b"lib" && code.libraries.iter().any(|start| text.starts_with(start.as_str()));
        if is_library || code.directories.contains(text) {
            return None;
        }
        parent = directory;
    }
    Some(FileSearch::numbered(number))
}

/// Returns the number of the rule of source code for a text with a name, wherever it is.
fn end_of_code(search: FileSearch, name: &[u8]) -> Option<u16> {
    let is_plain =
        search.rule().is_none() && !search.is_for_rare_tokens() && !search.is_for_disguised_texts();
    let dot = name.iter().rposition(|&b| b == b'.').filter(|_| is_plain)?;
    let end = std::str::from_utf8(&name[dot + 1..]).ok()?;
    rules().code_paths.ends.get(end).copied()
}

/// Returns a name in small letters and without the ending of a copy: `.NPMRC` and `.npmrc.bak` are
/// `.npmrc`.
fn without_ending(name: &[u8]) -> Cow<'_, [u8]> {
    let is_small = !name.iter().any(u8::is_ascii_uppercase);
    let small = if is_small { Cow::Borrowed(name) } else { Cow::Owned(name.to_ascii_lowercase()) };
    // Most names end in none of the bytes that such endings end in.
    let last = name.last().map(u8::to_ascii_lowercase);
    let mut ends = rules().backups.iter().filter(|end| end.as_bytes().last() == last.as_ref());
    let bare = ends.find_map(|end| small.strip_suffix(end.as_bytes()).filter(|it| !it.is_empty()));
    match bare.map(<[u8]>::len) {
        Some(len) if is_small => Cow::Borrowed(&name[..len]),
        Some(len) => Cow::Owned(small[..len].to_vec()),
        None => small,
    }
}

/// Returns whether a file may be searched in another way than the globs of its path say, which
/// [`SearchByPath`] decides.
pub fn has_other_search(search: Option<FileSearch>, name: &[u8]) -> bool {
    match search.and_then(FileSearch::rule) {
        Some(rule) => rule.yields,
        None => {
            without_ending(name) != name
                || search.is_none() && is_among_packages(name)
                || search.is_some_and(|search| end_of_code(search, name).is_some())
        }
    }
}

/// Returns whether a file with a name is searched among those of packages, too.
fn is_among_packages(name: &[u8]) -> bool {
    // Most names are seen to be none without a look at all of them.
    let is_likely = matches!(name.first(), Some(b'.' | b'c' | b'F'));
    is_likely && std::str::from_utf8(name).is_ok_and(|name| rules().packages.names.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_among_files_of_packages_are_those_that_are_looked_at() {
        let names = &rules().packages.names;
        assert!(names.iter().all(|name| is_among_packages(name.as_bytes())));
        assert!(!is_among_packages(b"index.js") && !is_among_packages(b"cli.js"));
    }

    #[test]
    fn texts_of_yours_are_searched_and_files_of_packages_are_not() {
        let mut paths = SearchByPath::default();
        for path in ["root/.npmrc", "./app/.env", "etc/.env", "srv/a.tfvars"] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.rule().is_some(), "{path} has a rule");
            assert!(search.takes_whole(8 << 20) && !search.takes_whole(9 << 20));
        }
        for path in ["/etc/apprc", "srv/main.txt", "srv/../srv/./main.md", "app/a/b/c"] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.rule().is_none(), "{path} has no rule");
            assert!(search.is_for_texts() && !search.is_for_rare_tokens());
        }
        for path in ["usr/lib/app/main.js", "usr/share/a.conf", "usr/bin/deploy", "./lib/a/b"] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.rule().is_none() && search.is_for_rare_tokens(), "{path}");
        }
        for (path, is_rare) in [("app/logo.png", false), ("usr/share/logo.png", true)] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.is_for_texts() && search.is_for_disguised_texts(), "{path}");
            assert_eq!(search.is_for_rare_tokens(), is_rare, "{path}");
        }
        for path in ["srv/main.js", "srv/../srv/./main.ts", "opt/a/b.py"] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.is_for_texts() && !search.is_by_name(), "{path}");
        }
        for path in [
            "app/node_modules/.env",
            "usr/lib/python3/dist-packages/app/.env",
            "opt/venv/lib/python3.12/site-packages/a/.npmrc",
            "app/node_modules/a/.git/config",
            "app/.git/FETCH_HEAD",
        ] {
            let search = paths.search_for(path.as_bytes()).expect(path);
            assert!(search.is_by_name(), "{path}");
        }
        for path in [
            "app/node_modules/a/test/.env",
            "app/node_modules/a/config",
            "app/node_modules/a/index.js",
            "usr/lib/python3/dist-packages/a.py",
            "./usr/share/doc/a/copyright",
            "var/lib/dpkg/info/a.list",
            "usr/lib/vendor/a.js",
            "app/vendor/acme/testdata/key.pem",
            "app/..",
        ] {
            assert_eq!(paths.search_for(path.as_bytes()), None, "{path}");
        }
    }
}
