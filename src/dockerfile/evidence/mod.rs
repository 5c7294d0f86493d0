//! What is known of an image beyond its history: what others found, and what paths alone can prove.

mod development;
mod recommended;

pub use development::Development;
pub use recommended::Unneeded;

use super::births::at_and_below;
use crate::analysis::Inspection;
use crate::application::Role;
use crate::closure::{Loader, Required, Why};
use crate::error::Error;
use crate::filesystem::{File, Filesystem};
use crate::tree::{Kind, NodeId, Tree};

/// A compiler and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// What people call it.
    pub name: String,
    /// What it ships in bytes, live and dead.
    pub bytes: u64,
    /// How much of that is in the base image's layers.
    pub in_base: u64,
}

/// What a program needs at run time besides what one's own layers have for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    /// Nobody could tell.
    Unknown,
    /// Nothing to start: it is static, and no shell or script starts it.
    Nothing,
    /// What a base image has: a loader with its C library, or a shell.
    Base {
        /// Who loads it.
        loader: Loader,
        /// Libraries of the image's base that are not on every base with such a loader.
        libraries: Vec<Library>,
    },
}

/// A library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Its name, escaped for display.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The program that a container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its absolute path, as the container is told to run it.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it needs of one's own layers besides itself, by the names that it is looked for by.
    pub files: Vec<String>,
    /// The size of these files in bytes.
    pub files_bytes: u64,
    /// What else it needs.
    pub needs: Needs,
    /// What it looks for besides, in words: certificates, time zones.
    pub looks_for: Vec<String>,
}

/// What is known beyond the history.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Compilers that ship.
    pub toolchains: Vec<Toolchain>,
    /// The program that a container runs, where it is known and one's own.
    pub application: Option<Application>,
    /// Packages of Debian that were installed only because others recommend them.
    pub recommended: Vec<Unneeded>,
    /// Packages of npm that only development needs.
    pub development: Vec<Development>,
    /// Files of the image that are known to be executables for a machine, as absolute paths.
    pub binaries: Vec<String>,
}

/// A directory that a compiler lives in, and the file in it that proves it. `*` is any name.
const TOOLCHAINS: [(&str, &str, &str); 7] = [
    ("Go", "usr/local/go", "bin/go"),
    ("Go", "usr/lib/go", "bin/go"),
    ("Go", "usr/lib/go-*", "bin/go"),
    ("GCC", "usr/lib/gcc", "*/*/cc1"),
    ("GCC", "usr/libexec/gcc", "*/*/cc1"),
    ("Rust", "usr/local/rustup", "toolchains/*/bin/rustc"),
    ("Rust", "usr/lib/rustlib", "*/lib"),
];

/// How the libraries are called that come with the C library, or that its distributions cannot do without.
const USUAL_LIBRARIES: [&str; 10] =
    ["ld-", "libc.", "libm.", "libdl.", "libpthread.", "librt.", "libresolv.", "libutil.", "libgcc_s.", "libstdc++."];
/// So many of them come with musl.
const USUAL_WITH_MUSL: usize = 2;

impl Evidence {
    /// What the image shows of compilers and of the program that it runs; `base_layers` layers are somebody else's.
    ///
    /// The only error is [`Error::Cancelled`].
    pub fn of(inspection: &Inspection, base_layers: usize, filesystem: &Filesystem<'_>) -> Result<Self, Error> {
        let application = application(inspection, base_layers, filesystem)?;
        Ok(Self {
            toolchains: toolchains(&inspection.tree, base_layers),
            application,
            recommended: recommended::recommended(inspection, base_layers, filesystem)?,
            development: development::development(inspection, base_layers, filesystem)?,
            ..Self::default()
        })
    }
}

fn toolchains(tree: &Tree, base_layers: usize) -> Vec<Toolchain> {
    let mut found: Vec<Toolchain> = Vec::new();
    for (name, directory, proof) in TOOLCHAINS {
        for place in matching(tree, NodeId::ROOT, directory) {
            if matching(tree, place, proof).is_empty() {
                continue;
            }
            let files = at_and_below(tree, place).flat_map(|node| tree.versions(node));
            let inodes: Vec<_> = files.filter(|&v| tree.kind(v) == Kind::File && tree.inode(v) == v).collect();
            let bytes = inodes.iter().map(|&inode| tree.size(inode)).sum();
            let in_base = inodes.iter().filter(|&&inode| tree.born(inode) < base_layers);
            let in_base = in_base.map(|&inode| tree.size(inode)).sum();
            match found.iter_mut().find(|toolchain| toolchain.name == name) {
                Some(toolchain) => {
                    toolchain.bytes += bytes;
                    toolchain.in_base += in_base;
                }
                None => found.push(Toolchain { name: name.into(), bytes, in_base }),
            }
        }
    }
    found.retain(|toolchain| toolchain.bytes > 0);
    found
}

/// The paths below `from` that a pattern names; `*` at its end, or alone, stands for what is not written.
fn matching(tree: &Tree, from: NodeId, pattern: &str) -> Vec<NodeId> {
    let mut here = vec![from];
    for part in pattern.split('/') {
        here = here
            .into_iter()
            .flat_map(|node| tree.children(node))
            .filter(|&child| match part.strip_suffix('*') {
                Some(start) => tree.name(child).starts_with(start.as_bytes()),
                None => tree.name(child) == part.as_bytes(),
            })
            .collect();
    }
    here
}

/// The program that a container runs, if it is the application and a file of one's own layers.
fn application(
    inspection: &Inspection,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
) -> Result<Option<Application>, Error> {
    let found = crate::application::find(filesystem, &inspection.run)?;
    let tree = &inspection.tree;
    let is_own = |node: NodeId| tree.last(node).is_some_and(|version| tree.born(version) >= base_layers);
    let Some(program) = found.program.filter(|program| program.role == Role::Application && is_own(program.file.node))
    else {
        return Ok(None);
    };
    let Ok(path) = String::from_utf8(called(filesystem, &program.file)) else { return Ok(None) };
    let mut application = Application {
        path,
        bytes: tree.size(program.file.version),
        files: Vec::new(),
        files_bytes: 0,
        needs: Needs::Unknown,
        looks_for: Vec::new(),
    };
    let Some(executable) = &program.executable else { return Ok(Some(application)) };
    let closure = crate::closure::of(filesystem, &inspection.run, &program.file, executable)?;
    application.looks_for.extend(closure.outside.iter().map(|outside| outside.thing.name().to_owned()));
    let required = closure.files.iter().filter(|required| required.file.node != program.file.node);
    let (own, of_base): (Vec<_>, Vec<_>) = required.partition(|required| is_own(required.file.node));
    let scripts = found.through.iter().filter(|&&node| is_own(node)).map(|&node| (node, node));
    let mut files: Vec<_> =
        own.iter().map(|&required| (filesystem.name_of(&required.file), required.file.node)).chain(scripts).collect();
    files.sort_unstable_by_key(|&(name, _)| tree.path(name));
    files.dedup();
    let names = files.iter().map(|&(name, _)| String::from_utf8(tree.path(name)));
    if let (Ok(names), true) = (names.collect(), closure.missing.is_empty()) {
        application.files = names;
        application.files_bytes =
            files.iter().filter_map(|&(_, file)| tree.last(file)).map(|version| tree.size(version)).sum();
        let alone = closure.loader == Loader::None && closure.opens_others.is_empty() && found.through.is_empty();
        let libraries =
            of_base.into_iter().filter_map(|required| library(filesystem, required, closure.loader)).collect();
        application.needs = if alone { Needs::Nothing } else { Needs::Base { loader: closure.loader, libraries } };
    }
    Ok(Some(application))
}

/// A library, unless it is the loader's own or comes with it on every base image.
fn library(filesystem: &Filesystem<'_>, required: &Required, loader: Loader) -> Option<Library> {
    let Why::NeededBy { name, .. } = &required.why else { return None };
    let known = if loader == Loader::Musl { USUAL_WITH_MUSL } else { USUAL_LIBRARIES.len() };
    let usual = USUAL_LIBRARIES.iter().take(known).any(|usual| name.starts_with(usual));
    (!usual).then(|| Library { name: name.clone(), bytes: filesystem.tree().size(required.file.version) })
}

/// The path by which a program is called: that of the link that leads to it, or through a link to a directory above it.
fn called(filesystem: &Filesystem<'_>, program: &File) -> Vec<u8> {
    let tree = filesystem.tree();
    let real = tree.path(program.node);
    let name = filesystem.name_of(program);
    if name != program.node {
        return tree.path(name);
    }
    let through_directory = program.links.iter().find_map(|&link| {
        let link = tree.path(link);
        let directory = tree.path(filesystem.directory(NodeId::ROOT, &link)?);
        let rest = real.strip_prefix(directory.as_slice()).filter(|rest| rest.starts_with(b"/"))?;
        Some([link.as_slice(), rest].concat())
    });
    through_directory.unwrap_or(real)
}
