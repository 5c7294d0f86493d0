//! Finds the file of a command as container runtimes and shells do: by its path, or on `PATH`.

use std::collections::BTreeMap;

use crate::display::{Escaped, escaped_str};
use crate::files::filesystem::{File, Filesystem, ReadError};
use crate::image::Run;
use crate::secret::mask_words;
use crate::tree::{Found, Kind, NodeId};

/// The `PATH` of container runtimes for images without one.
pub const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The most directories of `PATH` that are searched.
const PATH_LIMIT: usize = 256;
/// The most characters of a word, and the most words of a command, that are shown.
const SHOWN_LIMIT: usize = 200;
const WORDS_SHOWN: usize = 12;

/// The surroundings in which a command runs.
pub(super) struct Surroundings<'f, 'a> {
    pub filesystem: &'f Filesystem<'a>,
    /// The working directory as configured, made absolute.
    pub directory: String,
    pub environment: BTreeMap<String, String>,
}

/// The file of a command.
pub(super) struct Located {
    pub file: File,
    /// The path by which it is run.
    pub path: String,
    /// The steps by which it was found, in sentences.
    pub how: Vec<Escaped>,
}

/// The reason why a command is not followed. All names are escaped for display.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfollowed {
    #[error("{0} is not in the image")]
    NotInImage(Escaped),
    #[error("{0} is not a file")]
    NotAFile(Escaped),
    #[error("{name} is not in any directory of PATH ({path})")]
    NotOnPath { name: Escaped, path: Escaped },
    #[error("the shell is given an empty command")]
    EmptyCommand,
    #[error("{0} decides at run time which program it starts")]
    Computed(String),
    #[error("the shell's command is not followed: {0}")]
    Shell(String),
    #[error("the script {script} is not followed: {why}")]
    Script { script: Escaped, why: String },
    #[error("the script {script} cannot be read: {source}")]
    Unreadable { script: Escaped, source: ReadError },
}

impl<'f, 'a> Surroundings<'f, 'a> {
    pub fn new(filesystem: &'f Filesystem<'a>, run: &Run) -> Self {
        let mut surroundings = Self {
            filesystem,
            directory: "/".into(),
            environment: run
                .environment
                .raw_values()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        };
        surroundings.change_directory(run.directory.raw());
        surroundings
    }

    pub fn change_directory(&mut self, path: &str) {
        self.directory = self.absolute(path);
    }

    /// Makes a path absolute, relative to the working directory.
    pub fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') {
            return path.to_owned();
        }
        format!("{}/{path}", self.directory.trim_end_matches('/'))
    }

    /// Finds the file that a path leads to, relative to the working directory.
    pub fn find(&self, path: &str) -> Option<Found> {
        self.filesystem.find(NodeId::ROOT, self.absolute(path).as_bytes())
    }

    pub fn file(&self, path: &str) -> Option<File> {
        self.filesystem.file(NodeId::ROOT, self.absolute(path).as_bytes())
    }

    /// Finds the file that is run as `name`.
    ///
    /// # Errors
    ///
    /// There is no such file.
    pub fn locate(&self, name: &str) -> Result<Located, Unfollowed> {
        let given = shown(name);
        let (file, path) = if name.contains('/') {
            let found = self.find(name).ok_or_else(|| Unfollowed::NotInImage(given.clone()))?;
            let version = found.version.filter(|_| found.kind == Kind::File);
            let version = version.ok_or_else(|| Unfollowed::NotAFile(given.clone()))?;
            (File { node: found.node, version, links: found.links }, name.to_owned())
        } else {
            let path = self.environment.get("PATH").map_or(DEFAULT_PATH, String::as_str);
            let mut candidates = path
                .split(':')
                .take(PATH_LIMIT)
                .map(|directory| format!("{}/{name}", directory.trim_end_matches('/')));
            let found = candidates.find_map(|path| {
                let path = if path.starts_with('/') { path } else { format!("./{path}") };
                let file = self.file(&path)?;
                self.is_executable(&file).then_some((file, path))
            });
            found.ok_or_else(|| Unfollowed::NotOnPath { name: given.clone(), path: shown(path) })?
        };
        let mut how = Vec::new();
        if !name.contains('/') {
            how.push(escaped_str(&format!("{given} is found on PATH as {}", shown(&path))));
        }
        if let Some(&link) = file.links.last() {
            let (path, end) = (shown(&self.absolute(&path)), self.filesystem.shown(file.node));
            let links = match file.links.len() {
                1 => "a symbolic link".to_owned(),
                n => {
                    format!("{n} symbolic links, the last of them {}", self.filesystem.shown(link))
                }
            };
            how.push(escaped_str(&format!("{path} leads through {links} to {end}")));
        }
        if !self.is_executable(&file) {
            let mode = self.filesystem.tree().mode(file.version);
            how.push(escaped_str(&format!(
                "{} may not be executed (mode {mode:04o})",
                self.filesystem.shown(file.node)
            )));
        }
        Ok(Located { file, path, how })
    }

    fn is_executable(&self, file: &File) -> bool {
        self.filesystem.tree().mode(file.version) & 0o111 != 0
    }
}

/// Shortens a text of the config or of a script, and escapes it for display.
pub(super) fn shown(text: &str) -> Escaped {
    match text.char_indices().nth(SHOWN_LIMIT) {
        Some((end, _)) => escaped_str(&text[..end]) + "…",
        None => escaped_str(text),
    }
}

/// Formats a command as in `ENTRYPOINT` and `CMD`, shortened and escaped for display.
pub(super) fn listed(words: &[String]) -> String {
    let words = mask_words(words);
    let quoted = words.iter().take(WORDS_SHOWN).map(|word| format!("\"{}\"", shown(word)));
    let more = (words.len() > WORDS_SHOWN).then(|| "…".to_owned());
    format!("[{}]", quoted.chain(more).collect::<Vec<_>>().join(", "))
}
