//! What is known of an image beyond its history: what others found, and what paths alone can prove.

mod development;
mod recommended;

pub use development::Development;
pub use recommended::Unneeded;

use crate::analysis::Inspection;
use crate::application::Role;
use crate::closure::Loader;
use crate::error::Error;
use crate::filesystem::Filesystem;
use crate::tree::{Kind, NodeId, Tree};

/// A compiler and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// What people call it.
    pub name: String,
    /// What it ships in bytes, live and dead.
    pub bytes: u64,
}

/// What else a program needs at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    /// Nobody could tell.
    Unknown,
    /// Nothing to start: it is static, and no shell or script starts it.
    Nothing,
    /// What the base image has, and these files of one's own, as absolute paths.
    Files(Vec<String>),
}

/// The program that a container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its absolute path.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
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

impl Evidence {
    /// What the image shows of compilers and of the program that it runs; `base_layers` layers are somebody else's.
    ///
    /// The only error is [`Error::Cancelled`].
    pub fn of(inspection: &Inspection, base_layers: usize, filesystem: &Filesystem<'_>) -> Result<Self, Error> {
        let application = application(inspection, base_layers, filesystem)?;
        Ok(Self {
            toolchains: toolchains(&inspection.tree),
            application,
            recommended: recommended::recommended(inspection, base_layers, filesystem)?,
            development: development::development(inspection, base_layers, filesystem)?,
            ..Self::default()
        })
    }
}

fn toolchains(tree: &Tree) -> Vec<Toolchain> {
    let mut found: Vec<Toolchain> = Vec::new();
    for (name, directory, proof) in TOOLCHAINS {
        for place in matching(tree, NodeId::ROOT, directory) {
            if matching(tree, place, proof).is_empty() {
                continue;
            }
            let files = crate::dockerfile::births::at_and_below(tree, place).flat_map(|node| tree.versions(node));
            let inodes = files.filter(|&v| tree.kind(v) == Kind::File && tree.inode(v) == v);
            let bytes = inodes.map(|inode| tree.size(inode)).sum();
            match found.iter_mut().find(|toolchain| toolchain.name == name) {
                Some(toolchain) => toolchain.bytes += bytes,
                None => found.push(Toolchain { name: name.into(), bytes }),
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
    let Ok(path) = String::from_utf8(tree.path(program.file.node)) else { return Ok(None) };
    let mut looks_for = Vec::new();
    let mut files: Vec<_> = found.through.iter().chain(&program.file.links).copied().collect();
    let needs = match &program.executable {
        None => Needs::Unknown,
        Some(executable) => {
            let closure = crate::closure::of(filesystem, &inspection.run, &program.file, executable)?;
            looks_for.extend(closure.outside.iter().map(|outside| outside.thing.name().to_owned()));
            let required = closure.files.iter().map(|required| required.file.node);
            files.extend(required.chain(closure.links).filter(|&node| node != program.file.node));
            let alone = closure.loader == Loader::None && closure.opens_others.is_empty() && files.is_empty();
            let own = files.into_iter().filter(|&node| is_own(node)).map(|node| String::from_utf8(tree.path(node)));
            match own.collect::<Result<Vec<_>, _>>() {
                Ok(_) if alone => Needs::Nothing,
                Ok(mut own) if closure.missing.is_empty() => {
                    own.sort_unstable();
                    own.dedup();
                    Needs::Files(own)
                }
                _ => Needs::Unknown,
            }
        }
    };
    Ok(Some(Application { path, bytes: tree.size(program.file.version), needs, looks_for }))
}
