//! The program that a container runs and what it needs, found once: reports, the ladder and the
//! changes of a Dockerfile read it from here.

use super::command::{self, Application, Role};
use super::libraries::{self, Libc, Loader, ProgramAndLibraries, Required, RuntimeNeed, Why};
use super::packed::guess_packed;
use crate::display::shown;
use crate::display::{Escaped, escaped};
use crate::error::Error;
use crate::files::executable::Executable;
use crate::files::filesystem::{Filesystem, readable};
use crate::image::Run;
use crate::progress::join;
use crate::secret::FoundValues;
use crate::tree::NodeId;

/// The program that a container runs, and its needs.
#[derive(Debug, Clone)]
pub struct Program {
    /// The application, with the steps by which it was found.
    pub application: Application,
    /// The size of the application's own files in bytes.
    pub bytes: u64,
    /// The files needed to load the program, if it is a binary.
    pub needed: Option<ProgramAndLibraries>,
    /// The parts of it that another image needs; `None` if no program was found.
    pub parts: Option<Parts>,
}

impl Program {
    /// Finds the program that a container of an image runs, and its needs.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub fn detect(filesystem: &Filesystem<'_>, run: &Run) -> Result<Self, Error> {
        let application = command::find(filesystem, run)?;
        let start = start(filesystem, &application);
        let (mut needed, mut packed) = (None, None);
        if let Some(program) = &application.program
            && let Some(executable) = &program.executable
        {
            // Only the possible sizes of a bare program tell how small it is when it is packed.
            let is_bare = program.role == Role::Application && !matches!(start, Start::Script(_));
            let source = match is_bare && executable.packed.is_none() {
                true => readable(filesystem.open(program.file.version))?,
                false => None,
            };
            let guess = || source.and_then(|source| guess_packed(&*source, executable).ok()?);
            let (guessed, found) =
                join(guess, || libraries::find(filesystem, run, &program.file, executable));
            filesystem.check_cancelled()?;
            (needed, packed) = (Some(found?), guessed);
        }
        let parts = Parts::gather(filesystem, &application, start, needed.as_ref(), packed);
        Ok(Self { bytes: application.bytes(filesystem), application, needed, parts })
    }

    /// Masks the values of secrets in the texts that quote a command or a script.
    pub fn mask(&mut self, values: &FoundValues) {
        let Application { steps, exec_form, reason, .. } = &mut self.application;
        let mut mask = |text: &mut Escaped| *text = values.mask_shown(text);
        steps.iter_mut().chain(exec_form).chain(reason).for_each(&mut mask);
        if let Some(parts) = &mut self.parts {
            parts.doubts.iter_mut().for_each(&mut mask);
            if let Start::ShellForm(form) = &mut parts.start {
                mask(form);
            }
        }
    }
}

/// The parts of a program that another image needs to run it, and the way in which it starts.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The path of the program.
    pub path: NodeId,
    /// The program with all other files of the application.
    pub files: Vec<NodeId>,
    /// The files that are started by the name of a symbolic link, with that name.
    pub names: Vec<Loaded>,
    /// The way in which the program is started.
    pub start: Start,
    /// The loader and the libraries; `None` if the program is not a binary, so that they are
    /// unknown.
    pub needed: Option<Vec<Loaded>>,
    /// Other files that it looks for: certificates, time zones, users.
    pub needs: Vec<RuntimeNeed>,
    /// The C library that it is linked against.
    pub libc: Libc,
    /// The compiler.
    pub made_by: MadeBy,
    /// The number of bytes that stripping saves; 0 if it is stripped already.
    pub strippable: u64,
    /// The size of the program in bytes when it is stripped and packed; `None` if it is packed
    /// already, not a binary, or started by a script.
    pub packed: Option<u64>,
    /// The reasons why the needs may be incomplete; empty if they are complete.
    pub doubts: Vec<Escaped>,
}

/// The way in which a program is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// Directly by the container runtime.
    Alone,
    /// By a shell that is only needed for the shell form. The value is the instruction in exec
    /// form, escaped for display.
    ShellForm(Escaped),
    /// By a script or a wrapper, which may have unknown needs. The image's own programs use this C
    /// library.
    Script(Libc),
}

impl Start {
    /// Returns whether a script or a wrapper starts the program.
    pub fn is_script(&self) -> bool {
        matches!(self, Self::Script(_))
    }
}

/// The compiler of a program, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    /// Go, whose programs keep the names in stack traces without symbols.
    Go,
    /// Another compiler.
    Another,
}

/// A file that the loader needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The file.
    pub node: NodeId,
    /// The name under which the loader looks for it: a symbolic link, or the file itself. Escaped
    /// for display.
    pub found_at: Escaped,
}

impl Parts {
    /// Gathers the parts of an application's program; `None` if there is none.
    fn gather(
        filesystem: &Filesystem<'_>,
        application: &Application,
        start: Start,
        needed: Option<&ProgramAndLibraries>,
        packed: Option<u64>,
    ) -> Option<Self> {
        let program = application.program.as_ref()?;
        let mut started = vec![&program.file];
        let mut doubts: Vec<Escaped> = application.reason.iter().cloned().collect();
        if let Start::Script(_) = start {
            started.extend(&application.through);
            doubts.push(
                "it is started by a script or a wrapper, which may need more than is listed".into(),
            );
        }
        let mut files = application.files.clone();
        files.extend(started.iter().flat_map(|file| file.links.iter().copied().chain([file.node])));
        // A program that finds libraries relative to itself has to stay at its own path.
        let beside = program.executable.as_ref().is_some_and(Executable::finds_beside_itself);
        let moved = started.iter().filter(|file| !(beside && file.node == program.file.node));
        let named = moved
            .map(|file| Loaded { node: file.node, found_at: escaped(&filesystem.called(file)) });
        let names = named.filter(|name| name.found_at != filesystem.shown(name.node)).collect();
        let mut needs = Vec::new();
        if let Some(needed) = needed {
            doubts.extend(needed.remarks.iter().cloned());
            let missing = needed.missing.iter().map(|missing| {
                shown!(
                    "{} needs {}, which is not in the image",
                    filesystem.shown(missing.needed_by),
                    missing.name
                )
            });
            doubts.extend(missing);
            doubts.extend(needed.opens_others.iter().map(|&node| {
                shown!(
                    "{} loads libraries by names that cannot be known (dlopen)",
                    filesystem.shown(node)
                )
            }));
            doubts.extend(needed.starts_others.map(|function| {
                shown!(
                    "{} starts other programs, which are not listed ({function})",
                    filesystem.shown(program.file.node)
                )
            }));
            needs.clone_from(&needed.needs);
        }
        // A script or an archive of classes needs more than its interpreter loads.
        let needed = needed.filter(|_| program.role == Role::Application);
        Some(Self {
            path: program.file.node,
            files,
            names,
            start,
            needed: needed.map(|needed| {
                let interpreter = program
                    .executable
                    .as_ref()
                    .and_then(|executable| executable.interpreter.as_deref());
                needed
                    .files
                    .iter()
                    .skip(1)
                    .map(|required| loaded(filesystem, required, interpreter))
                    .collect()
            }),
            needs,
            libc: needed.map_or(Libc::Glibc, |needed| match needed.loader {
                Loader::None => Libc::None,
                Loader::Musl => Libc::Musl,
                Loader::Glibc | Loader::Unknown => Libc::Glibc,
            }),
            made_by: match &program.executable {
                Some(executable) if executable.go.is_some() => MadeBy::Go,
                _ => MadeBy::Another,
            },
            strippable: program.executable.as_ref().map_or(0, |executable| executable.strip.saves),
            packed: packed.filter(|_| needed.is_some()),
            doubts,
        })
    }
}

/// Returns the name under which the loader looks for a file.
fn loaded(filesystem: &Filesystem<'_>, required: &Required, interpreter: Option<&[u8]>) -> Loaded {
    let found_at = match interpreter.filter(|_| required.why == Why::Interpreter) {
        Some(interpreter) => escaped(interpreter),
        None => filesystem.shown(filesystem.name_of(&required.file)),
    };
    Loaded { node: required.file.node, found_at }
}

fn start(filesystem: &Filesystem<'_>, application: &Application) -> Start {
    if application.through.is_empty() {
        return Start::Alone;
    }
    if let Some(exec_form) = &application.exec_form {
        return Start::ShellForm(exec_form.clone());
    }
    let is_musl = |node: &NodeId| filesystem.tree().name(*node).starts_with(b"ld-musl-");
    let libraries = filesystem
        .directory(NodeId::ROOT, b"/lib")
        .map(|lib| filesystem.list(lib))
        .unwrap_or_default();
    Start::Script(if libraries.iter().any(is_musl) { Libc::Musl } else { Libc::Glibc })
}
