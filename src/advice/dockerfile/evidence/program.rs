//! Lists the files that another stage of a Dockerfile copies to run an image's program.

use crate::display::Escaped;
use crate::error::Error;
use crate::files::executable::{Executable, Recognised};
use crate::files::filesystem::{File, Filesystem, readable};
use crate::image::Run;
use crate::runtime::Program;
use crate::runtime::command::{self, MainProgram, Role};
use crate::runtime::libraries::{Loader, NeedKind, Required, Why, is_part};
use crate::tree::{Kind, NodeId};

/// The needs of a program at run time that your layers do not satisfy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    /// The needs are unknown.
    Unknown,
    /// No needs: the program is static, and no shell or script starts it.
    Nothing,
    /// A base image with a loader and its C library, or with a shell.
    Base {
        /// The loader.
        loader: Loader,
        /// Libraries of the image's base that are not on every base with this loader.
        libraries: Vec<Library>,
    },
}

/// A library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The name, escaped for display.
    pub name: Escaped,
    /// The size in bytes.
    pub bytes: u64,
}

/// The files of your layers that another stage copies to run the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedProgram {
    /// The absolute path by which the container runs it.
    pub path: String,
    /// The size in bytes.
    pub bytes: u64,
    /// The other files of your layers that it needs, under the names by which they are looked up.
    pub files: Vec<String>,
    /// The size of these files in bytes.
    pub files_bytes: u64,
    /// Its other needs.
    pub needs: Needs,
    /// Other files that it looks for: certificates, time zones.
    pub looks_for: Vec<LooksFor>,
    /// The scripts of your layers that start it.
    pub scripts: Vec<Escaped>,
    /// The file of your layers that loads libraries by names that cannot be known.
    pub opens_others: Option<Escaped>,
    /// The function by which it starts other programs.
    pub starts_others: Option<&'static str>,
}

/// A kind of file that a program looks for besides its libraries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooksFor {
    /// The kind.
    pub kind: NeedKind,
    /// The places where the image has it, without links; empty if it has none.
    pub places: Vec<NeededPath>,
}

/// A file or a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededPath {
    /// The absolute path.
    pub path: String,
    /// The size in bytes, including the contents of a directory.
    pub bytes: u64,
    /// True if your layers added it.
    pub is_own: bool,
}

/// The largest program that is searched for names, in bytes.
const PROGRAM: u64 = 64 << 20;
/// Endings of files that only building reads, though a program may name them.
const SOURCES: [&[u8]; 14] = [
    b".c", b".cc", b".cpp", b".cxx", b".h", b".hpp", b".rs", b".go", b".s", b".S", b".o", b".a",
    b".d", b".mod",
];

/// Returns the files of your layers that the command of the image names among its arguments, and
/// those that the program names in itself: data that it may read.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub(super) fn named(
    filesystem: &Filesystem<'_>,
    base_layers: usize,
    run: &Run,
    found: &Program,
) -> Result<Vec<String>, Error> {
    let mut paths = named_in_program(filesystem, base_layers, found)?;
    let tree = filesystem.tree();
    let started: Vec<_> = found.application.started().map(|file| file.node).collect();
    let is_own =
        |node: NodeId| tree.last(node).is_some_and(|version| tree.added_in(version) >= base_layers);
    let told_of = command::told_of(tree, run).into_iter();
    let told_of = told_of.filter(|node| !started.contains(node) && is_own(*node));
    paths.extend(told_of.filter_map(|node| String::from_utf8(tree.path(node)).ok()));
    Ok(paths)
}

fn named_in_program(
    filesystem: &Filesystem<'_>,
    base_layers: usize,
    found: &Program,
) -> Result<Vec<String>, Error> {
    let tree = filesystem.tree();
    let Some(program) = &found.application.program else { return Ok(Vec::new()) };
    let Some(bytes) = readable(filesystem.read_start(program.file.version, PROGRAM))? else {
        return Ok(Vec::new());
    };
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./+@~,".contains(byte);
    let pieces = bytes
        .split(|byte| !is_part(byte))
        .filter(|piece| piece.starts_with(b"/") && piece.len() > 3);
    let is_own_file = |path: &&[u8]| {
        let version = tree
            .find(path)
            .filter(|&node| node != program.file.node)
            .and_then(|node| tree.last(node));
        version.is_some_and(|version| {
            tree.kind(version) == Kind::File && tree.added_in(version) >= base_layers
        })
    };
    let is_source = |path: &&[u8]| SOURCES.iter().any(|ending| path.ends_with(ending));
    let mut named: Vec<_> = pieces.filter(is_own_file).filter(|path| !is_source(path)).collect();
    named.sort_unstable();
    named.dedup();
    Ok(named.into_iter().filter_map(|path| String::from_utf8(path.to_vec()).ok()).collect())
}

/// Returns the files to copy, if the program is the application and a file of your layers.
pub(super) fn copied(
    filesystem: &Filesystem<'_>,
    base_layers: usize,
    found: &Program,
) -> Option<CopiedProgram> {
    let tree = filesystem.tree();
    let application = &found.application;
    let is_own =
        |node: NodeId| tree.last(node).is_some_and(|version| tree.added_in(version) >= base_layers);
    let is_meant =
        |program: &&MainProgram| program.role == Role::Application && is_own(program.file.node);
    let program = application.program.as_ref().filter(is_meant)?;
    let name = filesystem.called(&program.file);
    // A program that finds libraries relative to itself is at its own path, too.
    let beside = program.executable.as_ref().is_some_and(Executable::finds_beside_itself);
    let real = tree.path(program.file.node);
    let path = String::from_utf8(if beside { real } else { name }).ok()?;
    let mut copied = CopiedProgram {
        path,
        bytes: tree.size(program.file.version),
        files: Vec::new(),
        files_bytes: 0,
        needs: Needs::Unknown,
        looks_for: Vec::new(),
        scripts: Vec::new(),
        opens_others: None,
        starts_others: None,
    };
    let Some(needed) = &found.needed else { return Some(copied) };
    copied.looks_for.extend(needed.needs.iter().map(|need| LooksFor {
        kind: need.kind,
        places:
            need.files.iter().filter_map(|&node| place(filesystem, node, is_own(node))).collect(),
    }));
    let required = needed.files.iter().filter(|required| required.file.node != program.file.node);
    let (own, of_base): (Vec<_>, Vec<_>) =
        required.partition(|required| is_own(required.file.node));
    copied.opens_others =
        needed.opens_others.iter().find(|&&node| is_own(node)).map(|&node| filesystem.shown(node));
    copied.starts_others = needed.starts_others;
    let scripts = application.through.iter().filter(|file| is_own(file.node));
    let is_text =
        |file: &&File| !matches!(filesystem.recognise(file.version), Ok(Recognised::Elf(_)));
    copied.scripts =
        scripts.clone().filter(is_text).map(|file| filesystem.shown(file.node)).collect();
    let started = scripts.chain(
        Some(&program.file)
            .filter(|file| beside && filesystem.called(file) != tree.path(file.node)),
    );
    let started = started.map(|file| (filesystem.called(file), file.node));
    let loaded = own
        .iter()
        .map(|required| (tree.path(filesystem.name_of(&required.file)), required.file.node));
    let mut files: Vec<_> = loaded.chain(started).collect();
    files.sort_unstable();
    files.dedup();
    let names = files.iter().map(|(name, _)| String::from_utf8(name.clone()));
    let Ok(names) = names.collect() else { return Some(copied) };
    copied.files = names;
    copied.files_bytes = files
        .iter()
        .filter_map(|&(_, file)| tree.last(file))
        .map(|version| tree.size(version))
        .sum();
    if needed.missing.is_empty() {
        let alone = needed.loader == Loader::None
            && needed.opens_others.is_empty()
            && application.through.is_empty();
        let libraries = of_base
            .into_iter()
            .filter_map(|required| library(filesystem, required, needed.loader))
            .collect();
        copied.needs =
            if alone { Needs::Nothing } else { Needs::Base { loader: needed.loader, libraries } };
    }
    Some(copied)
}

/// Returns the place of a path that `COPY` can take from another stage. Links are left out, because
/// `COPY` follows them and their targets have places of their own.
fn place(filesystem: &Filesystem<'_>, node: NodeId, is_own: bool) -> Option<NeededPath> {
    let tree = filesystem.tree();
    let is_link = tree.last(node).is_some_and(|version| tree.kind(version) == Kind::Symlink);
    let path = String::from_utf8(tree.path(node)).ok().filter(|_| !is_link)?;
    Some(NeededPath { path, bytes: filesystem.bytes([node]), is_own })
}

/// Prefixes of the compiler's own libraries, which every distribution with glibc has.
const OF_THE_COMPILER: [&str; 2] = ["libgcc_s.", "libstdc++."];

/// Describes a library, unless it belongs to the loader or comes with it on every base image.
fn library(filesystem: &Filesystem<'_>, required: &Required, loader: Loader) -> Option<Library> {
    let Why::NeededBy { name, .. } = &required.why else { return None };
    let usual = is_part(name.as_bytes())
        || loader != Loader::Musl && OF_THE_COMPILER.iter().any(|prefix| name.starts_with(prefix));
    (!usual).then(|| Library {
        name: name.clone(),
        bytes: filesystem.tree().size(required.file.version),
    })
}
