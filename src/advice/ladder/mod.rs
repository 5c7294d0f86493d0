//! The size of an image after each remedy, in order: from what was built down to the bare program.
//!
//! The rungs that leave files out are exact in shipped bytes, since nothing
//! else changes; those that stand on another base image, or on a program that
//! is yet to be made smaller, are estimates and say so.

mod bases;
mod footing;
mod rungs;

pub use bases::{BaseKind, Libc, SmallBase, smallest};
pub use footing::guess_packed;
pub use rungs::climb;

use crate::analysis::what_if::{Change, Pull};
use crate::display::ratio;
use crate::tree::{NodeId, VersionId};

/// What the ladder is built from, found out by others. Lists of inodes may overlap.
#[derive(Debug, Clone, Default)]
pub struct Footing {
    /// The number of layers that are the base image's.
    pub base_layers: usize,
    /// What the base image is called, escaped for display, if anything tells.
    pub base_name: Option<String>,
    /// Live inodes of one's own layers that are caches and leftovers.
    pub leftovers: Vec<VersionId>,
    /// Live inodes of one's own layers that only the build needs: toolchains, sources, version control.
    pub build_only: Vec<VersionId>,
    /// The live bytes of toolchains in the base image's layers.
    pub base_toolchains: u64,
    /// The program that the image is for, if it was found.
    pub program: Option<Program>,
}

/// The program of an image, and what it needs.
#[derive(Debug, Clone)]
pub struct Program {
    /// Where it is.
    pub path: NodeId,
    /// The program with everything else that is the application's.
    pub files: Vec<NodeId>,
    /// Those of them that are started by the name of a symbolic link, with that name.
    pub names: Vec<Loaded>,
    /// What starts it.
    pub start: Start,
    /// The interpreter and the libraries that it loads; `None` if it is not a binary, so that nobody can tell.
    pub closure: Option<Vec<Loaded>>,
    /// What else it needs, with why: certificates, time zones, users.
    pub needs: Vec<Need>,
    /// The C library that it is linked against.
    pub libc: Libc,
    /// Who made it.
    pub made_by: MadeBy,
    /// Bytes that stripping saves; 0 if it is stripped already.
    pub strippable: u64,
    /// The size of the stripped program when it is packed, in bytes; `None` if it is packed already or not a binary.
    pub packed: Option<u64>,
    /// Why the list of what it needs may not be complete; empty if it is.
    pub doubts: Vec<String>,
}

/// What starts a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// Nothing else: the image names it.
    Alone,
    /// A shell, which only the shell form asks for; in exec form, escaped for display, the instruction needs none.
    ShellForm(String),
    /// A script or a wrapper, which may need more than can be told; the image's own programs use this C library.
    Script(Libc),
}

/// Which compiler made a program, as far as that matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    /// That of Go, whose programs keep the names in stack traces without symbols.
    Go,
    /// Another one.
    Another,
}

/// A file that the loader needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The file.
    pub node: NodeId,
    /// Where it is looked for: a symbolic link to it, or itself. Escaped for display.
    pub found_at: String,
}

/// Files that a program needs besides its libraries.
#[derive(Debug, Clone)]
pub struct Need {
    /// What it is, in words.
    pub what: String,
    /// How that is known.
    pub why: String,
    /// The files.
    pub files: Vec<NodeId>,
}

/// A remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing is done.
    AsBuilt,
    /// What is made and taken away by one's own layers is never shipped.
    WithoutDead,
    /// Caches and leftovers are not made.
    WithoutLeftovers,
    /// Only what runs is copied onto the same base; toolchain and sources stay in another stage.
    MultiStage,
    /// The same on a small base image.
    SmallBase(&'static SmallBase),
    /// The same on a base image without shell and package manager.
    Distroless(&'static SmallBase),
    /// The program with what it needs, and nothing else.
    Scratch,
    /// The same without symbols and debugging data.
    Stripped,
    /// The same, packed.
    Packed,
}

impl Step {
    /// A name that programs can rely on.
    pub fn id(&self) -> &'static str {
        match self {
            Self::AsBuilt => "as-built",
            Self::WithoutDead => "without-dead",
            Self::WithoutLeftovers => "without-leftovers",
            Self::MultiStage => "multi-stage",
            Self::SmallBase(_) => "small-base",
            Self::Distroless(_) => "distroless",
            Self::Scratch => "scratch",
            Self::Stripped => "stripped",
            Self::Packed => "packed",
        }
    }

    /// A few words for people.
    pub fn title(&self) -> String {
        match self {
            Self::AsBuilt => "as built".into(),
            Self::WithoutDead => "dead bytes gone".into(),
            Self::WithoutLeftovers => "caches and leftovers gone".into(),
            Self::MultiStage => "toolchain and sources gone".into(),
            Self::SmallBase(base) | Self::Distroless(base) => format!("on {}", base.name),
            Self::Scratch => "from scratch".into(),
            Self::Stripped => "stripped".into(),
            Self::Packed => "packed".into(),
        }
    }
}

/// How far a size can be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certainty {
    /// To the byte: the same files are built, and some are left out.
    Exact,
    /// A guess, with what it rests on.
    Estimate(String),
}

/// What the layers of a rung are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ships {
    /// Those of the image after some changes.
    Changed(Vec<Change>),
    /// The lowest layers of the image, and one with some of its files.
    Copied {
        /// How many of the lowest.
        below: usize,
        /// The files.
        inodes: Vec<VersionId>,
    },
    /// Something that is not in the image: another base image, or another program.
    Others,
}

/// A step with the size that it leads to.
#[derive(Debug, Clone)]
pub struct Rung {
    /// What is done.
    pub step: Step,
    /// What the image ships then, in bytes.
    pub shipped: u64,
    /// What its layers are then.
    pub ships: Ships,
    /// What it is to download then.
    pub pull: Pull,
    /// How far `shipped` can be relied on.
    pub certainty: Certainty,
    /// The instruction that gets there, in words and lines of a Dockerfile.
    pub how: String,
    /// What there is to know besides.
    pub notes: Vec<String>,
}

impl Rung {
    /// How many times smaller than `first`; `None` if nothing is left.
    pub fn ratio(&self, first: &Self) -> Option<f64> {
        (self.shipped > 0).then(|| ratio(first.shipped, self.shipped))
    }
}
