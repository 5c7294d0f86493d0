//! The files that a command reads. No output replaces one of them.

use std::ffi::OsString;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use layerscope::display::escaped;
use layerscope::origin::Address;

use super::Failure;

/// The path under which standard input is a file, if a file is piped in.
const STDIN: &str = "/dev/stdin";

/// The files and directories that a command reads, as far as its command line names them.
#[derive(Default)]
pub struct Sources(Vec<PathBuf>);

impl Sources {
    /// Returns whatever the words of a command line name, except its outputs.
    pub fn of_words(words: impl IntoIterator<Item = OsString>) -> Self {
        let mut sources = vec![PathBuf::from(STDIN)];
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--output") => drop(words.next()),
                Some(text) if text.starts_with("--output=") => {}
                _ => sources.extend(paths(word)),
            }
        }
        Self(sources)
    }

    /// Adds files that no word names.
    pub fn with(mut self, files: impl IntoIterator<Item = PathBuf>) -> Self {
        self.0.extend(files);
        self
    }

    /// Checks that no source of a command is at a path: neither the same file under another name nor a part of a
    /// directory with an image.
    pub fn check_not_at(&self, output: &Path, command: &str) -> Result<(), Failure> {
        let Some(source) = self.0.iter().find(|source| is_read_from(output, source)) else {
            return Ok(());
        };
        let name = |path: &Path| escaped(path.as_os_str().as_encoded_bytes());
        let as_named = match source.as_path() == output {
            true => String::new(),
            false => format!(", as {}", name(source)),
        };
        Err(Failure::Place {
            message: format!(
                "--output {}: the {command} reads this file{as_named}, so it is not replaced",
                name(output)
            ),
            hint: "name another file for the result".into(),
        })
    }
}

/// Splits `ARCHIVE#TAG` into archive and image, so that two images of one archive can be compared.
/// A name with `#` that exists as a file is that file.
pub fn split_tag(path: &Path) -> (PathBuf, Option<String>) {
    let whole = (path.to_path_buf(), None);
    if path.exists() {
        return whole;
    }
    match path.to_str().and_then(|text| text.rsplit_once('#')) {
        Some((archive, image)) if !image.is_empty() => (archive.into(), Some(image.into())),
        _ => whole,
    }
}

/// Returns the paths that a word may mean: `--baseline=FILE`, `ARCHIVE#TAG`, `oci:DIRECTORY`.
fn paths(word: OsString) -> Vec<PathBuf> {
    let value = word.to_str().and_then(|text| text.split_once('='));
    let value = value.map(|(_, value)| PathBuf::from(value));
    let mut all = Vec::new();
    for path in [Some(PathBuf::from(word)), value].into_iter().flatten() {
        let archive = split_tag(&path).0;
        if let Address::Path { path, .. } = Address::parse(&archive, false) {
            all.push(path);
        }
        all.push(archive);
        all.push(path);
    }
    all
}

/// Returns whether an output is a source, or a part of one that is a directory.
fn is_read_from(output: &Path, source: &Path) -> bool {
    let (Ok(there), Ok(read)) = (output.metadata(), source.metadata()) else { return false };
    if read.is_dir() { is_part(output, source) } else { is_same(&there, &read, output, source) }
}

/// Returns whether two names are those of one file, also by a link.
#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata, _: &Path, _: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata, one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Returns whether a file is a part of an image in a directory: a blob, an index, a layer.
fn is_part(file: &Path, directory: &Path) -> bool {
    let (Ok(file), Ok(directory)) = (file.canonicalize(), directory.canonicalize()) else {
        return false;
    };
    let Ok(inner) = file.strip_prefix(directory) else { return false };
    let name = inner.file_name().unwrap_or_default().to_string_lossy();
    let digits = name.bytes().take_while(u8::is_ascii_hexdigit).count();
    inner.starts_with("blobs")
        || ["index.json", "oci-layout", "manifest.json", "repositories", "version"]
            .contains(&&*name)
        || name.ends_with(".tar")
        || digits >= 32
}
