//! What is known of an image beyond its history: what others found, and what paths alone can prove.

mod development;
mod recommended;

pub use development::Development;
pub use recommended::Unneeded;

use crate::advice::findings::{Rules, Whose};
use crate::analysis::Inspection;
use crate::error::Error;
use crate::files::executable::Executable;
use crate::files::filesystem::Filesystem;
use crate::runtime::command::Role;
use crate::runtime::libraries::{Loader, Required, Thing, Why};
use crate::tree::{Kind, NodeId};

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
    /// What it looks for besides: certificates, time zones.
    pub looks_for: Vec<LooksFor>,
}

/// Something that a program looks for besides what it is loaded with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooksFor {
    /// What.
    pub thing: Thing,
    /// Where the image has it, without links; none where it has none.
    pub places: Vec<Place>,
}

/// A file or a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its absolute path.
    pub path: String,
    /// Its size in bytes, with what is in it.
    pub bytes: u64,
    /// Whether one's own layers brought it.
    pub is_own: bool,
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

/// The rules that speak of compilers, and what people call these.
const TOOLCHAINS: [(&str, &[&str]); 4] =
    [("Go", &["go-sdk"]), ("GCC", &["gcc"]), ("Rust", &["rust", "rust-packages"]), ("LLVM", &["llvm"])];

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
            toolchains: toolchains(inspection, base_layers),
            application,
            recommended: recommended::recommended(inspection, base_layers, filesystem)?,
            development: development::development(inspection, base_layers, filesystem)?,
            ..Self::default()
        })
    }
}

/// The compilers that the built-in rules know, as findings count them.
fn toolchains(inspection: &Inspection, base_layers: usize) -> Vec<Toolchain> {
    let findings = crate::advice::findings::find(inspection, &Rules::built_in(), base_layers, None);
    let toolchain = |(name, rules): (&str, &[&str])| {
        let of_it = findings.iter().filter(|finding| rules.contains(&finding.rule.as_str()));
        let in_base = of_it.clone().filter(|finding| finding.whose == Whose::Base);
        Toolchain {
            name: name.into(),
            bytes: of_it.map(|finding| finding.bytes).sum(),
            in_base: in_base.map(|finding| finding.bytes).sum(),
        }
    };
    TOOLCHAINS.into_iter().map(toolchain).filter(|toolchain| toolchain.bytes > 0).collect()
}

/// The program that a container runs, if it is the application and a file of one's own layers.
fn application(
    inspection: &Inspection,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
) -> Result<Option<Application>, Error> {
    let found = crate::runtime::command::find(filesystem, &inspection.run)?;
    let tree = &inspection.tree;
    let is_own = |node: NodeId| tree.last(node).is_some_and(|version| tree.born(version) >= base_layers);
    let Some(program) = found.program.filter(|program| program.role == Role::Application && is_own(program.file.node))
    else {
        return Ok(None);
    };
    let name = filesystem.called(&program.file);
    // What finds its libraries beside itself is at its own path, too.
    let beside = program.executable.as_ref().is_some_and(Executable::finds_beside_itself);
    let real = tree.path(program.file.node);
    let Ok(path) = String::from_utf8(if beside { real } else { name }) else { return Ok(None) };
    let mut application = Application {
        path,
        bytes: tree.size(program.file.version),
        files: Vec::new(),
        files_bytes: 0,
        needs: Needs::Unknown,
        looks_for: Vec::new(),
    };
    let Some(executable) = &program.executable else { return Ok(Some(application)) };
    let closure = crate::runtime::libraries::of(filesystem, &inspection.run, &program.file, executable)?;
    application.looks_for.extend(closure.outside.iter().map(|outside| LooksFor {
        thing: outside.thing,
        places: outside.files.iter().filter_map(|&node| place(filesystem, node, is_own(node))).collect(),
    }));
    let required = closure.files.iter().filter(|required| required.file.node != program.file.node);
    let (own, of_base): (Vec<_>, Vec<_>) = required.partition(|required| is_own(required.file.node));
    let scripts = found.through.iter().filter(|file| is_own(file.node));
    let started =
        scripts.chain(Some(&program.file).filter(|file| beside && filesystem.called(file) != tree.path(file.node)));
    let started = started.map(|file| (filesystem.called(file), file.node));
    let loaded = own.iter().map(|required| (tree.path(filesystem.name_of(&required.file)), required.file.node));
    let mut files: Vec<_> = loaded.chain(started).collect();
    files.sort_unstable();
    files.dedup();
    let names = files.iter().map(|(name, _)| String::from_utf8(name.clone()));
    let Ok(names) = names.collect() else { return Ok(Some(application)) };
    application.files = names;
    application.files_bytes =
        files.iter().filter_map(|&(_, file)| tree.last(file)).map(|version| tree.size(version)).sum();
    if closure.missing.is_empty() {
        let alone = closure.loader == Loader::None && closure.opens_others.is_empty() && found.through.is_empty();
        let libraries =
            of_base.into_iter().filter_map(|required| library(filesystem, required, closure.loader)).collect();
        application.needs = if alone { Needs::Nothing } else { Needs::Base { loader: closure.loader, libraries } };
    }
    Ok(Some(application))
}

/// What `COPY` takes from another stage; it follows links, and what they lead to has a place of its own.
fn place(filesystem: &Filesystem<'_>, node: NodeId, is_own: bool) -> Option<Place> {
    let tree = filesystem.tree();
    let is_link = tree.last(node).is_some_and(|version| tree.kind(version) == Kind::Symlink);
    let path = String::from_utf8(tree.path(node)).ok().filter(|_| !is_link)?;
    Some(Place { path, bytes: filesystem.bytes([node]), is_own })
}

/// A library, unless it is the loader's own or comes with it on every base image.
fn library(filesystem: &Filesystem<'_>, required: &Required, loader: Loader) -> Option<Library> {
    let Why::NeededBy { name, .. } = &required.why else { return None };
    let known = if loader == Loader::Musl { USUAL_WITH_MUSL } else { USUAL_LIBRARIES.len() };
    let usual = USUAL_LIBRARIES.iter().take(known).any(|usual| name.starts_with(usual));
    (!usual).then(|| Library { name: name.clone(), bytes: filesystem.tree().size(required.file.version) })
}
