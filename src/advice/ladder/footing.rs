//! Gathers the input of the ladder from findings, application and libraries.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::{Footing, Libc, Loaded, MadeBy, Need, Program, Start};
use crate::advice::base::Base;
use crate::advice::findings::{Fate, Finding, Level, Whose};
use crate::analysis::Inspection;
use crate::archive::{Extent, ReadAt, read_extent};
use crate::display::Counter;
use crate::display::{escaped, escaped_str};
use crate::files::executable::Executable;
use crate::files::filesystem::Filesystem;
use crate::runtime::command::{Application, Role, named};
use crate::runtime::libraries::{Closure, Loader, Required, Why};
use crate::tree::{NodeId, VersionId};

/// The number of pieces of a program that are compressed to estimate its packed size.
const SAMPLES: u64 = 8;
/// The limit of the estimated compression: one part in so many.
const DENSEST: u64 = 10;
/// The size of a piece in bytes.
const SAMPLE: u64 = 1 << 20;

impl Footing {
    /// Gathers the input. Without a program, the ladder has only the rungs that leave files out.
    pub fn of(inspection: &Inspection, base: &Base, findings: &[Finding], program: Option<Program>) -> Self {
        let own = |level: &'static [Level]| -> Vec<VersionId> {
            let fits = |finding: &&Finding| {
                finding.whose == Whose::Own && finding.fate == Fate::Left && level.contains(&finding.level)
            };
            findings.iter().filter(fits).flat_map(|finding| &finding.inodes).copied().collect()
        };
        let of_base = |finding: &&Finding| {
            finding.whose == Whose::Base && finding.fate == Fate::Left && finding.level == Level::Toolchain
        };
        Self {
            base_layers: base.layers,
            base_name: base.name.as_deref().map(escaped_str),
            leftovers: own(&[Level::Junk]),
            build_only: own(&[Level::Toolchain, Level::Build]),
            base_toolchains: findings.iter().filter(of_base).map(|finding| finding.bytes).fold(0, u64::saturating_add),
            program,
            named: named(&inspection.tree, &inspection.run).arguments,
        }
    }
}

impl Program {
    /// Describes the program of an application; `None` if there is none.
    pub fn of(
        filesystem: &Filesystem<'_>,
        application: &Application,
        closure: Option<&Closure>,
        packed: Option<u64>,
    ) -> Option<Self> {
        let program = application.program.as_ref()?;
        let start = start(filesystem, application);
        let mut started = vec![&program.file];
        let mut doubts: Vec<String> = application.reason.iter().cloned().collect();
        if let Start::Script(_) = start {
            started.extend(&application.through);
            doubts.push("it is started by a script or a wrapper, which may need more than is listed".into());
        }
        let mut files = application.files.clone();
        files.extend(started.iter().flat_map(|file| file.links.iter().copied().chain([file.node])));
        // A program that finds libraries relative to itself has to stay at its own path.
        let beside = program.executable.as_ref().is_some_and(Executable::finds_beside_itself);
        let moved = started.iter().filter(|file| !(beside && file.node == program.file.node));
        let named = moved.map(|file| Loaded { node: file.node, found_at: escaped(&filesystem.called(file)) });
        let names = named.filter(|name| name.found_at != filesystem.shown(name.node)).collect();
        let mut needs = Vec::new();
        if let Some(closure) = closure {
            doubts.extend(closure.remarks.iter().cloned());
            let missing = closure.missing.iter().map(|missing| {
                format!("{} needs {}, which is not in the image", filesystem.shown(missing.needed_by), missing.name)
            });
            doubts.extend(missing);
            doubts.extend(closure.opens_others.iter().map(|&node| {
                format!("{} loads libraries by names that cannot be known (dlopen)", filesystem.shown(node))
            }));
            needs.extend(closure.outside.iter().map(|outside| Need {
                what: outside.thing.name().into(),
                why: outside.evidence.first().map(|evidence| evidence.sentence(filesystem)).unwrap_or_default(),
                files: outside.files.clone(),
            }));
        }
        // A script or an archive of classes needs more than its interpreter loads.
        let closure = closure.filter(|_| program.role == Role::Application);
        Some(Self {
            path: program.file.node,
            files,
            names,
            start,
            closure: closure.map(|closure| {
                let interpreter = program.executable.as_ref().and_then(|executable| executable.interpreter.as_deref());
                closure.files.iter().skip(1).map(|required| loaded(filesystem, required, interpreter)).collect()
            }),
            needs,
            libc: closure.map_or(Libc::Glibc, |closure| match closure.loader {
                Loader::None => Libc::None,
                Loader::Musl => Libc::Musl,
                Loader::Glibc | Loader::Unknown => Libc::Glibc,
            }),
            made_by: match &program.executable {
                Some(executable) if executable.go.is_some() => MadeBy::Go,
                _ => MadeBy::Another,
            },
            strippable: program.executable.as_ref().map_or(0, |executable| executable.strip.saves),
            packed: packed.filter(|_| closure.is_some()),
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
    let libraries = filesystem.directory(NodeId::ROOT, b"/lib").map(|lib| filesystem.list(lib)).unwrap_or_default();
    Start::Script(if libraries.iter().any(is_musl) { Libc::Musl } else { Libc::Glibc })
}

/// Estimates the size of a program when it is stripped and packed, by compressing pieces of it;
/// `None` if it is packed already, or does not look like a program.
///
/// # Errors
///
/// An error of `source`.
pub fn guess_packed(source: &dyn ReadAt, executable: &Executable) -> io::Result<Option<u64>> {
    if executable.packed.is_some() {
        return Ok(None);
    }
    // Stripping removes the end of the file.
    let size = executable.size.saturating_sub(executable.strip.saves).min(source.len());
    let apart = size / SAMPLES;
    let (mut read, mut compressed) = (0u64, 0u64);
    for i in 0..SAMPLES {
        let extent = Extent { offset: 0, len: size }.part(i * apart, SAMPLE.min(apart.max(1)));
        let bytes = read_extent(source, extent)?;
        let mut encoder = DeflateEncoder::new(Counter::default(), Compression::best());
        encoder.write_all(&bytes)?;
        compressed += encoder.finish()?.0;
        read += bytes.len() as u64;
    }
    let packed = u128::from(size) * u128::from(compressed) / u128::from(read.max(1));
    // No real program compresses this well: these are zeros, or images of one colour.
    Ok(u64::try_from(packed).ok().filter(|&packed| packed > size / DENSEST))
}
