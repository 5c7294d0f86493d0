//! What is known of an image beyond its history: what others found, and what paths alone can prove.

use crate::analysis::Inspection;
use crate::tree::{Kind, NodeId, Tree, VersionId};

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
pub enum Closure {
    /// Nobody has looked.
    Unknown,
    /// Nothing: it is static.
    Static,
    /// The interpreter and the libraries, as absolute paths.
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
    pub closure: Closure,
}

/// What is known beyond the history.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Compilers that ship.
    pub toolchains: Vec<Toolchain>,
    /// The program that a container runs, where it is known and one's own.
    pub application: Option<Application>,
    /// For a layer, the bytes of packages that were installed only because others recommend them.
    pub recommended: Vec<(usize, u64)>,
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
/// Links that are followed before giving up, as Linux does.
const HOPS: usize = 40;

impl Evidence {
    /// What the paths and the config tell; `base_layers` layers are somebody else's.
    pub fn of(inspection: &Inspection, base_layers: usize) -> Self {
        let application = application(inspection, base_layers);
        Self { toolchains: toolchains(&inspection.tree), application, ..Self::default() }
    }
}

fn toolchains(tree: &Tree) -> Vec<Toolchain> {
    let mut found: Vec<Toolchain> = Vec::new();
    for (name, directory, proof) in TOOLCHAINS {
        for place in matching(tree, NodeId::ROOT, directory) {
            if matching(tree, place, proof).is_empty() {
                continue;
            }
            let files = super::births::at_and_below(tree, place).flat_map(|node| tree.versions(node));
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

/// The program that ENTRYPOINT or CMD names, if it is a file of one's own layers.
fn application(inspection: &Inspection, base_layers: usize) -> Option<Application> {
    let run = &inspection.run;
    let words: Vec<_> = run.entrypoint.iter().chain(&run.command).map(String::as_str).collect();
    let program = match &*words {
        ["/bin/sh" | "sh", "-c", command, ..] => {
            // `exec app` is what shell forms are advised to be.
            command.strip_prefix("exec ").unwrap_or(command).split_whitespace().next()?
        }
        [program, ..] => program,
        [] => return None,
    };
    let path = run.environment.iter().find_map(|value| value.strip_prefix("PATH="));
    let path = path.unwrap_or("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    let candidates: Vec<_> = if program.starts_with('/') {
        vec![program.to_owned()]
    } else if program.contains('/') {
        vec![format!("{}/{program}", run.directory)]
    } else {
        path.split(':').map(|directory| format!("{directory}/{program}")).collect()
    };
    let file = candidates.iter().find_map(|path| resolve(&inspection.tree, path.as_bytes()))?;
    let tree = &inspection.tree;
    let own = tree.born(file) >= base_layers && tree.mode(file) & 0o111 != 0;
    let path = String::from_utf8(tree.path(tree.node_of(file))).ok()?;
    own.then(|| Application { path, bytes: tree.size(file), closure: Closure::Unknown })
}

/// The file that a path leads to at last, through links.
fn resolve(tree: &Tree, path: &[u8]) -> Option<VersionId> {
    let mut path = path.to_vec();
    'hops: for _ in 0..HOPS {
        let mut here = NodeId::ROOT;
        let parts: Vec<Vec<u8>> = crate::path::components(&path).into_iter().map(<[u8]>::to_vec).collect();
        for (i, part) in parts.iter().enumerate() {
            let next = tree.children(here).find(|&child| tree.name(child) == *part)?;
            let version = tree.last(next)?;
            if let Some(target) = tree.target(version) {
                let above = if target.starts_with(b"/") { Vec::new() } else { tree.path(here) };
                path = [above, target.to_vec(), parts[i + 1..].join(&b'/')].join(&b'/');
                if path.len() > PATH_LIMIT {
                    return None;
                }
                continue 'hops;
            }
            if i + 1 == parts.len() {
                return (tree.kind(version) == Kind::File).then_some(version);
            }
            here = next;
        }
        return None;
    }
    None
}

/// A longer path is none, as for Linux.
const PATH_LIMIT: usize = 4096;
