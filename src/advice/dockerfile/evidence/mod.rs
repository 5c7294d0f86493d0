//! Gathers facts about an image beyond its history: results of other rooms, and facts that follow
//! from paths.

mod development;
mod recommended;
mod texts;

pub use development::Development;
pub use recommended::Unneeded;
pub use texts::{Texts, mentions};

use crate::advice::findings::{Rules, Whose};
use crate::analysis::Inspection;
use crate::error::Error;
use crate::files::executable::Executable;
use crate::files::filesystem::Filesystem;
use crate::runtime::command::Role;
use crate::runtime::libraries::{Loader, Required, Thing, Why};
use crate::tree::{Kind, NodeId};

/// A compiler with the files that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// The common name.
    pub name: String,
    /// The size in bytes, visible and wasted.
    pub bytes: u64,
    /// The part of the size in the layers of the base image.
    pub in_base: u64,
}

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
    pub name: String,
    /// The size in bytes.
    pub bytes: u64,
}

/// The program that a container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
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
}

/// A kind of file that a program looks for besides its libraries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooksFor {
    /// The kind.
    pub thing: Thing,
    /// The places where the image has it, without links; empty if it has none.
    pub places: Vec<Place>,
}

/// A file or a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The absolute path.
    pub path: String,
    /// The size in bytes, including the contents of a directory.
    pub bytes: u64,
    /// True if your layers added it.
    pub is_own: bool,
}

/// The facts about an image beyond its history.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Compilers in the image.
    pub toolchains: Vec<Toolchain>,
    /// The program that a container runs, if it is known and in your layers.
    pub application: Option<Application>,
    /// Debian packages that were only installed because others recommend them.
    pub recommended: Vec<Unneeded>,
    /// npm packages that are only needed for development.
    pub development: Vec<Development>,
    /// Texts of small files: names that they mention, dependencies.
    pub texts: Texts,
    /// Executables in the image for some machine, as absolute paths.
    pub binaries: Vec<String>,
}

/// The rules about compilers, with the common names.
const TOOLCHAINS: [(&str, &[&str]); 4] =
    [("Go", &["go-sdk"]), ("GCC", &["gcc"]), ("Rust", &["rust", "rust-packages"]), ("LLVM", &["llvm"])];

/// Prefixes of libraries that come with the C library, or that every distribution with it has.
const USUAL_LIBRARIES: [&str; 10] =
    ["ld-", "libc.", "libm.", "libdl.", "libpthread.", "librt.", "libresolv.", "libutil.", "libgcc_s.", "libstdc++."];
/// The number of these prefixes that come with musl.
const USUAL_WITH_MUSL: usize = 2;

impl Evidence {
    /// Gathers the facts about compilers and the program. The lowest `base_layers` layers are the
    /// base image.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub fn of(inspection: &Inspection, base_layers: usize, filesystem: &Filesystem<'_>) -> Result<Self, Error> {
        let application = application(inspection, base_layers, filesystem)?;
        Ok(Self {
            toolchains: toolchains(inspection, base_layers),
            application,
            recommended: recommended::recommended(inspection, base_layers, filesystem)?,
            development: development::development(inspection, base_layers, filesystem)?,
            texts: Texts::read(inspection, base_layers, filesystem)?,
            ..Self::default()
        })
    }
}

/// Returns the compilers that the built-in rules know, counted as in findings.
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

/// Returns the program that a container runs, if it is the application and a file of your layers.
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
    // A program that finds libraries relative to itself is at its own path, too.
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

/// Returns the place of a path that `COPY` can take from another stage. Links are left out, because
/// `COPY` follows them and their targets have places of their own.
fn place(filesystem: &Filesystem<'_>, node: NodeId, is_own: bool) -> Option<Place> {
    let tree = filesystem.tree();
    let is_link = tree.last(node).is_some_and(|version| tree.kind(version) == Kind::Symlink);
    let path = String::from_utf8(tree.path(node)).ok().filter(|_| !is_link)?;
    Some(Place { path, bytes: filesystem.bytes([node]), is_own })
}

/// Describes a library, unless it belongs to the loader or comes with it on every base image.
fn library(filesystem: &Filesystem<'_>, required: &Required, loader: Loader) -> Option<Library> {
    let Why::NeededBy { name, .. } = &required.why else { return None };
    let known = if loader == Loader::Musl { USUAL_WITH_MUSL } else { USUAL_LIBRARIES.len() };
    let usual = USUAL_LIBRARIES.iter().take(known).any(|usual| name.starts_with(usual));
    (!usual).then(|| Library { name: name.clone(), bytes: filesystem.tree().size(required.file.version) })
}
