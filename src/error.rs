//! The errors of a whole image, in sentences.
//!
//! A problem with a part of an image is a [`Warning`](crate::Warning) instead, and the rest of the
//! image is shown.

use std::io;

use crate::display::{Escaped, bytes};
use crate::layer_index::LayerIndex;
use crate::shell::quoted;

/// The description of a file that is an earlier report and no image.
pub const REPORT: &str = "a JSON report of layerscope";

/// The reason why an image cannot be shown.
///
/// The message names the file and the failed operation; [`Error::hint`] suggests a solution.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened or read.
    #[error("cannot {operation} {path}: {}", reason(.source))]
    Io {
        /// The file, escaped for display.
        path: Escaped,
        /// The operation, such as `open`.
        operation: &'static str,
        /// The error of the system.
        source: io::Error,
    },
    /// A directory where an archive was expected.
    #[error(
        "{path} is a directory that holds neither an image (manifest.json, index.json, repositories) nor a \
            root filesystem"
    )]
    Directory {
        /// The directory, escaped for display.
        path: Escaped,
    },
    /// The file has no bytes.
    #[error("{path} is empty")]
    Empty {
        /// The file, escaped for display.
        path: Escaped,
    },
    /// The file is not an archive.
    #[error("{path} is not an image archive (it is {found})")]
    NotAnArchive {
        /// The file, escaped for display.
        path: Escaped,
        /// A description of the file, such as `a PDF document`.
        found: String,
    },
    /// The archive holds no image.
    #[error("{path} holds no image: {found}")]
    NoImage {
        /// The archive, escaped for display.
        path: Escaped,
        /// A description of the missing files, and of what was found instead.
        found: String,
    },
    /// The archive names images with parts that the engine which saved it did not have any more.
    #[error("{path} holds no image: {found}")]
    Dropped {
        /// The archive, escaped for display.
        path: Escaped,
        /// A description of the missing files, and of what was found instead.
        found: String,
    },
    /// The archive is damaged, and the image cannot be found.
    #[error("{path} is damaged at byte {offset}: {problem}")]
    Damaged {
        /// The archive, escaped for display.
        path: Escaped,
        /// The position in the archive.
        offset: u64,
        /// The problem.
        problem: String,
    },
    /// The output of a pipe ended early.
    #[error("{path} ended early, after {}: {problem}", bytes(*offset))]
    CutShort {
        /// The pipe.
        path: Escaped,
        /// The number of bytes that were read.
        offset: u64,
        /// The missing part.
        problem: String,
    },
    /// A JSON member of the archive cannot be understood.
    #[error("{path}: {member} cannot be understood: {problem}")]
    BadJson {
        /// The archive, escaped for display.
        path: Escaped,
        /// The member, escaped for display.
        member: Escaped,
        /// The problem, with line and column.
        problem: String,
    },
    /// There are several images, and none was chosen.
    #[error("{path} holds {} images:\n{}", choices.len(), choices.iter().map(|c| format!("  {c}")).collect::<Vec<_>>().join("\n"))]
    Ambiguous {
        /// The archive, escaped for display.
        path: Escaped,
        /// A line for each image.
        choices: Vec<String>,
    },
    /// The chosen image is not there.
    #[error("{path} holds no image {wanted}; it \
        holds:\n{}", choices.iter().map(|c| format!("  {c}")).collect::<Vec<_>>().join("\n"))]
    NoSuchImage {
        /// The archive, escaped for display.
        path: Escaped,
        /// The image that was requested, such as `called a:1 for the platform linux/arm64`, escaped
        /// for display.
        wanted: Escaped,
        /// A line for each image.
        choices: Vec<String>,
    },
    /// A stated limit on what is held in memory is exceeded.
    #[error("{path} is over a limit: {what} (the limit is {limit})")]
    Limit {
        /// The archive, escaped for display.
        path: Escaped,
        /// The name of the things of which there are too many.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// Something else than a regular file where contents were asked for.
    #[error("{file} is {found}, not a file")]
    NotAFile {
        /// The path in the image, escaped for display.
        file: Escaped,
        /// A description of the file, such as `a directory`.
        found: &'static str,
    },
    /// The layer that has the contents of a file is not in the archive.
    #[error(
        "cannot read {file}: layer {layer} ({name}), which has its contents, is not in the archive"
    )]
    NoLayer {
        /// The path in the image, escaped for display.
        file: Escaped,
        /// The layer, counted from 0.
        layer: LayerIndex,
        /// The member that should hold the layer, escaped for display.
        name: Escaped,
        /// True if the layer may not be distributed, so that archives leave it out.
        foreign: bool,
    },
    /// The contents of a file are damaged, or cannot be read.
    #[error("cannot read {file}: {source}")]
    Contents {
        /// The path in the image, escaped for display.
        file: Escaped,
        /// The error, with the layer.
        source: io::Error,
    },
    /// A path does not exist as of a layer.
    #[error("{file} does not exist in layer {layer}")]
    NotThere {
        /// The path in the image, escaped for display.
        file: Escaped,
        /// The layer, counted from 0.
        layer: LayerIndex,
    },
    /// Something is where something was to be written.
    #[error("{path} already exists; existing files are not overwritten")]
    Exists {
        /// The path of the host, escaped for display.
        path: Escaped,
    },
    /// Something cannot be written.
    #[error("cannot {operation} {path}: {}", reason(.source))]
    Output {
        /// The path of the host, escaped for display.
        path: Escaped,
        /// The operation, such as `create`.
        operation: &'static str,
        /// The error of the system.
        source: io::Error,
    },
    /// The archive was read from a pipe, so the contents are no longer available.
    #[error(
        "cannot read {file}: the image was read from a pipe, so file contents are not available"
    )]
    Piped {
        /// The path in the image, escaped for display.
        file: Escaped,
    },
    /// A layer that is files of the host where its bytes were asked for.
    #[error("cannot compress {file}: it is a directory, not a tar")]
    NotATar {
        /// The layer, with the directory, escaped for display.
        file: Escaped,
    },
    /// The archive is not the one any more that was opened.
    #[error("{path} changed while it was read, so its parts do not belong together")]
    Changed {
        /// The archive, escaped for display.
        path: Escaped,
    },
    /// No engine and no registry has the image.
    #[error("{}", nowhere(name, answers, *found))]
    Nowhere {
        /// The name, escaped for display.
        name: Escaped,
        /// The names of those that were asked, and their answers.
        answers: Vec<(String, String)>,
        /// The index of the answer of one that has the image and cannot give it.
        found: Option<usize>,
        /// A suggestion, if there is one.
        hint: Option<String>,
    },
    /// The operation was cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// Says who has the image and cannot save it, or that nobody has it, with all other answers.
fn nowhere(name: &Escaped, answers: &[(String, String)], found: Option<usize>) -> String {
    let mut lines = match found.and_then(|found| answers.get(found)) {
        Some((from, said)) => vec![format!("{from} has the image {name}, but {said}")],
        None => vec![format!("cannot find the image {name}:")],
    };
    let others = answers.iter().enumerate().filter(|(i, _)| Some(*i) != found);
    lines.extend(others.map(|(_, (from, said))| format!("  {from}: {said}")));
    lines.join("\n")
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}

impl Error {
    /// Makes the error of reading a file of an image. A cancellation is not the file's fault, and
    /// becomes [`Error::Cancelled`].
    pub fn reading(file: Escaped, source: io::Error) -> Self {
        if crate::progress::is_cancelled(&source) {
            Self::Cancelled
        } else {
            Self::Contents { file, source }
        }
    }

    /// Returns a suggestion, if there is one.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "save an image first: docker save IMAGE -o image.tar"
            }
            Self::Io { path, source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                return Some(format!("check its permissions: ls -l {}", quoted(path)));
            }
            Self::Directory { .. } => {
                "name the directory that contains index.json, or the output of: docker save IMAGE -o image.tar"
            }
            Self::CutShort { .. } => {
                "did the command before the pipe fail? try: docker save IMAGE -o image.tar"
            }
            Self::Empty { .. } => {
                "was the disk full, or did `docker save` fail? save the image again"
            }
            Self::NotAnArchive { path, found } if found == REPORT => {
                let path = quoted(path);
                return Some(format!(
                    "print it: layerscope report {path}; or compare an image with it: layerscope compare {path} IMAGE"
                ));
            }
            Self::NotAnArchive { .. } | Self::NoImage { .. } => {
                "create one with: docker save IMAGE -o image.tar"
            }
            Self::Dropped { .. } => {
                "the container runtime may have saved the image without them: pull it again (docker pull), \
                    then save it again"
            }
            Self::Damaged { .. } => {
                "the file may have been cut short; save or copy the image again"
            }
            Self::NotAFile { file, .. } => {
                let file = quoted(file);
                return Some(format!("extract it instead: layerscope extract IMAGE {file} --to ."));
            }
            Self::NoLayer { foreign: true, .. } => {
                "it may not be distributed; its publisher's registry has it"
            }
            Self::NoLayer { .. } => "save the image again, whole: docker save IMAGE -o image.tar",
            Self::Piped { .. } => "save it to a file and open that: docker save IMAGE -o image.tar",
            Self::NotATar { .. } => "pack it first: tar -C DIR -cf root.tar .",
            Self::Changed { .. } => "wait until the command that writes it ends, then try again",
            Self::Exists { .. } => "choose another name, or move the existing file away",
            Self::Output { path, operation: "write into", source }
                if source.kind() == io::ErrorKind::NotFound =>
            {
                return Some(format!("make the directory first: mkdir -p {}", quoted(path)));
            }
            Self::Nowhere { hint, .. } => return hint.clone(),
            Self::Ambiguous { .. } | Self::NoSuchImage { .. } => {
                "choose one with --image or --platform"
            }
            _ => return None,
        };
        Some(text.into())
    }
}
