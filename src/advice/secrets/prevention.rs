//! The lines that keep a secret out of an image.

use super::brought::{Brought, at_run_time, clones, is_made, is_of_a_clone};
use super::{Place, Secret, written};
use crate::analysis::Inspection;
use crate::display::{Escaped, escaped_str, shown};
use crate::image::Copied;
use crate::secret::{SearchByPath, lines_without, mask};

/// The way to build without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prevention {
    /// The change in a sentence.
    pub what: Escaped,
    /// The instruction that names the file, and fails without it.
    pub take_out: Option<Escaped>,
    /// Lines of a Dockerfile.
    pub dockerfile: Option<Escaped>,
    /// Lines of `.dockerignore`.
    pub dockerignore: Option<Escaped>,
}

impl Prevention {
    /// Returns the way to build without a secret.
    pub fn find(inspection: &Inspection, secret: &Secret) -> Self {
        let name = || secret.name.clone().unwrap_or_else(|| "TOKEN".into());
        let layer = secret.brought_in().and_then(|layer| layer.get_from(&inspection.layers));
        let text = layer.map_or("", |layer| layer.instruction.text.raw());
        let brought = |path: &[u8]| Brought::by(text, path);
        let is_run = brought(b"") == Brought::Run;
        match &secret.place {
            Place::File { node, .. } if secret.origin.is_some() && is_run => {
                Self::of_command(secret, &inspection.tree.path(*node), text)
            }
            Place::File { node, .. } if is_in_a_text(secret, &inspection.tree.path(*node)) => {
                Self::without_lines(
                    "take the value out of the file; read it from a variable or a file that the \
                     container gets when it starts",
                )
            }
            Place::File { .. } if secret.kind.is_needed => Self::without_lines(
                "read it from a variable or a file that the container gets when it starts",
            ),
            Place::File { node, .. } => {
                let path = inspection.tree.path(*node);
                match brought(&path) {
                    Brought::Run => Self::of_command(secret, &path, text),
                    Brought::Context => Self::copied(secret, &path, text),
                    elsewhere => Self::from_elsewhere(secret, elsewhere, &path, text),
                }
            }
            Place::Environment => Self::without_lines(shown!(
                "set {} when the container starts, not in the image",
                name()
            )),
            Place::History { entry, .. } if clones_in(inspection, *entry) => Self::cloned(),
            Place::BuildArgument { .. } | Place::History { .. } => Self {
                what: "mount it for one RUN; build arguments and commands are kept in the history"
                    .into(),
                take_out: None,
                dockerfile: Some(mounted(&name())),
                dockerignore: None,
            },
            Place::Metadata(_) => Self::without_lines(
                "take it out of what the build writes beside the layers: its annotations, its author and \
                 its comments are public to whoever can pull the image",
            ),
            Place::Label | Place::Command(_) => Self::without_lines(
                "read it from a file or a variable that the container gets when it starts",
            ),
        }
    }

    /// Returns a way that needs no lines.
    fn without_lines(what: impl Into<Escaped>) -> Self {
        Self { what: what.into(), take_out: None, dockerfile: None, dockerignore: None }
    }

    /// Returns the lines of a Dockerfile, and those of `.dockerignore` with a comment above them.
    pub fn lines(&self) -> Vec<Escaped> {
        let Self { take_out, dockerfile, dockerignore, .. } = self;
        lines_without(take_out.as_ref(), dockerfile.as_ref(), dockerignore.as_ref())
    }

    /// Returns the way for a file from the build context, which an instruction copied. An
    /// instruction that names the file fails once it is ignored.
    fn copied(secret: &Secret, path: &[u8], instruction: &str) -> Self {
        let named = Named::find(path, instruction);
        let what = match named {
            None => "keep it out of the build context; if the build needs it, mount it for one RUN",
            Some(_) => {
                "keep it out of the build context, and take it out of the instruction that copies \
                 it, which fails without it; if the build needs it, mount it for one RUN"
            }
        };
        let source = named.as_ref().and_then(|named| named.source.as_deref());
        Self {
            what: shown!("{}{}", Escaped::from(what), Escaped::from(at_run_time(secret, path))),
            take_out: named.as_ref().map(|_| escaped_str(&mask(instruction))),
            // Git finds no clone where a file is mounted in its directory.
            dockerfile: target(path).filter(|_| !is_of_a_clone(path)),
            dockerignore: ignored(source.map_or(path, str::as_bytes)),
        }
    }

    /// Returns the way for a file that an instruction takes from somewhere else than the build context,
    /// where `.dockerignore` has no effect.
    fn from_elsewhere(secret: &Secret, brought: Brought, path: &[u8], instruction: &str) -> Self {
        let what = match brought {
            Brought::Archive => {
                "take it out of the archive that ADD unpacks, or unpack the archive in another build \
                 stage and copy the other files"
            }
            Brought::Download => {
                "take the ADD out, or put it into a build stage from which the file is not copied"
            }
            _ => {
                "copy only the files that are needed from the other stage or image, and not this one"
            }
        };
        let mounted = "; if a RUN needs it, mount it there";
        let run_time = Escaped::from(at_run_time(secret, path));
        Self {
            what: shown!("{}{}{}", Escaped::from(what), Escaped::from(mounted), run_time),
            take_out: Some(escaped_str(&mask(instruction))),
            dockerfile: target(path),
            dockerignore: None,
        }
    }

    /// Returns the way for a file that a command writes.
    fn of_command(secret: &Secret, path: &[u8], command: &str) -> Self {
        if is_of_a_clone(path) || secret.kind.id == "git-credentials" && clones(command) {
            return Self::cloned();
        }
        if secret.kind.id == "shell-history" {
            return Self::without_lines(
                "delete the file in the RUN that writes it, or begin that RUN with `unset HISTFILE`",
            );
        }
        if is_made(secret, command) {
            return Self::without_lines(
                "make it when the container starts, or delete it in the RUN that makes it: a key in \
                 an image is the same for everyone who has the image",
            );
        }
        let what = "mount it for the RUN that needs it, or write it in a build stage that is not \
                    part of the image";
        Self {
            what: shown!("{}{}", Escaped::from(what), Escaped::from(at_run_time(secret, path))),
            take_out: None,
            dockerfile: target(path),
            dockerignore: None,
        }
    }

    /// Returns the way for what Git is given to clone: it writes the address with the token into
    /// `.git/config`.
    fn cloned() -> Self {
        Self {
            what:
                "clone over SSH, or with a credential helper that reads a mounted secret; or clone \
                   in another build stage, and copy the files without .git"
                    .into(),
            take_out: None,
            dockerfile: Some("RUN --mount=type=ssh git clone …".into()),
            dockerignore: None,
        }
    }
}

/// A file that an instruction names.
struct Named {
    /// The name in the build context; `None` if the history does not keep it.
    source: Option<String>,
}

impl Named {
    /// Returns the file if a `COPY` or `ADD` that made the file at `path` names it, and not a directory
    /// above it or a pattern.
    fn find(path: &[u8], instruction: &str) -> Option<Self> {
        let copied = Copied::read(instruction)?;
        // The history of the legacy builder has a hash instead of the name.
        if let Some(kind) = copied.hashed {
            return (kind == "file").then_some(Self { source: None });
        }
        let name = path.rsplit(|&b| b == b'/').next();
        let is_it = |source: &&String| {
            source.trim_end_matches('/').rsplit('/').next().map(str::as_bytes) == name
        };
        let is_target = || {
            let target = copied.target.trim_start_matches("./").trim_start_matches('/').as_bytes();
            path.strip_prefix(b"/").unwrap_or(path).ends_with(target) && !target.ends_with(b"/")
        };
        let renamed = match &copied.sources[..] {
            [only] if !only.contains(['*', '?', '[']) && !only.ends_with(['/', '.']) => Some(only),
            _ => None,
        };
        let source = copied.sources.iter().find(is_it).or(renamed.filter(|_| is_target()))?;
        Some(Self { source: Some(source.clone()) })
    }
}

/// Returns whether an instruction of the history clones with Git.
fn clones_in(inspection: &Inspection, entry: usize) -> bool {
    inspection.history.get(entry).is_some_and(|entry| clones(entry.instruction().text.raw()))
}

/// Returns whether a secret is a value in a text that has other purposes, such as source code. A private
/// key is a file of its own wherever it lies.
fn is_in_a_text(secret: &Secret, path: &[u8]) -> bool {
    let search = SearchByPath::default().search_for(path);
    secret.kind.id != "private-key" && search.is_some_and(|search| search.rule().is_none())
}

/// Returns the pattern of `.dockerignore` for a file: by its name and, where many files have that name,
/// with the hidden directory above it, such as `**/.git/config`.
fn ignored(path: &[u8]) -> Option<Escaped> {
    let mut names = path.rsplit(|&b| b == b'/');
    let name = names.next()?;
    let above = names.next().filter(|above| above.starts_with(b".") && !name.starts_with(b"."));
    let above = above.map(|above| format!("{}/", written::pattern(above))).unwrap_or_default();
    Some(escaped_str(&format!("**/{above}{}", written::pattern(name))))
}

/// Returns a RUN that has the file only while it runs.
fn target(path: &[u8]) -> Option<Escaped> {
    let path = written::writable(path)?;
    let id = written::id(path.rsplit('/').next().unwrap_or_default());
    let target = written::option("target", path)?;
    Some(escaped_str(&format!("RUN --mount=type=secret,id={id},{target} …")))
}

/// Returns a RUN that has the variable only while it runs.
fn mounted(name: &Escaped) -> Escaped {
    let name = written::variable(name);
    escaped_str(&format!("RUN --mount=type=secret,id={name},env={name} …"))
}
