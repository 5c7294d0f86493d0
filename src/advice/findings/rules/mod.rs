//! What is known of bytes that need not ship: rules over paths, and signatures of cleaning up too late.
//!
//! They are data (`assets/rules.toml`), and a file of one's own adds to them.

mod read;

use super::glob::Glob;
use super::matcher::Matcher;
use super::proof::Proof;
use crate::tree::Cause;

pub use read::RulesError;

const BUILT_IN: &str = include_str!("../../../../assets/rules.toml");

/// How sure it is that the bytes need not ship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing at run time reads them.
    Junk,
    /// They build software; what runs it needs none of them.
    Toolchain,
    /// Used while building, most likely not after.
    Build,
    /// Documentation and translations; dropping them may break `man` or a licence's terms.
    Documentation,
}

impl Level {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Junk => "junk",
            Self::Toolchain => "toolchain",
            Self::Build => "build",
            Self::Documentation => "documentation",
        }
    }
}

/// What bytes are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// What the image is for.
    Application,
    /// Libraries that a language's package manager brought.
    Dependencies,
    /// What the operating system's package manager installed.
    Packages,
    /// Compilers, headers, debug data.
    Toolchain,
    /// Caches and leftovers of installing and building.
    Caches,
    /// Source code and version control.
    Source,
    /// Documentation and translations.
    Documentation,
    /// Anything else.
    Other,
}

impl Purpose {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::Application,
        Self::Dependencies,
        Self::Packages,
        Self::Toolchain,
        Self::Caches,
        Self::Source,
        Self::Documentation,
        Self::Other,
    ];

    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Dependencies => "dependencies",
            Self::Packages => "packages",
            Self::Toolchain => "toolchain",
            Self::Caches => "caches",
            Self::Source => "source",
            Self::Documentation => "documentation",
            Self::Other => "other",
        }
    }
}

/// Which bytes a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Those that are there at last, and those that are not.
    #[default]
    Both,
    /// Only those that are there at last.
    Live,
    /// Only those that still ship although they are gone.
    Dead,
}

/// What is known of some paths.
#[derive(Debug)]
pub struct Rule {
    /// What it is called, once.
    pub id: String,
    /// What the bytes are, in a few words.
    pub title: String,
    /// How sure it is that they need not ship.
    pub level: Level,
    /// What they are for.
    pub purpose: Purpose,
    /// Words of instructions that make them.
    pub made_by: Vec<String>,
    /// Words of instructions that need them: what is added at the end comes after the last of these.
    pub used_by: Vec<String>,
    /// Why they need not ship, in a sentence.
    pub why: String,
    /// How to keep them out, in a sentence or as a line of a Dockerfile.
    pub fix: String,
    /// What to add at the end of the RUN that leaves them behind.
    pub append: Option<String>,
    /// What to write instead in the RUN that leaves them behind: pairs of words.
    pub replace: Vec<(String, String)>,
    /// Lines for `.dockerignore`, where a COPY brought them.
    pub ignore: Vec<String>,
    /// Where this is documented.
    pub sources: Vec<String>,
    /// Fewer bytes than this are not worth a word.
    pub minimum: u64,
    /// Which bytes it speaks of.
    pub when: When,
    /// How the name of the platform has to begin.
    pub platform: Option<String>,
}

/// What is known of bytes that a later layer took away, by the two instructions.
#[derive(Debug)]
pub struct Signature {
    /// What it is called, once.
    pub id: String,
    /// What happened, in a few words.
    pub title: String,
    /// How the bytes died.
    pub causes: Vec<Cause>,
    /// Words of the instruction that ships them; any of them, or none asked for.
    pub made_by: Vec<String>,
    /// Words of the instruction that hid them; any of them, or none asked for.
    pub removed_by: Vec<String>,
    /// Whether one layer does both.
    pub same_layer: bool,
    /// Why the bytes still ship.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// Where this is documented.
    pub sources: Vec<String>,
    /// Fewer bytes than this are not worth a word.
    pub minimum: u64,
}

/// Paths that are for something, without anything to be said against them.
#[derive(Debug)]
pub(crate) struct Place {
    pub purpose: Purpose,
    /// Words of the instruction that made them; any of them, or none asked for.
    pub made_by: Vec<String>,
}

/// All rules and signatures, ready to be matched.
#[derive(Debug, Default)]
pub struct Rules {
    pub(crate) list: Vec<Rule>,
    pub(crate) signatures: Vec<Signature>,
    pub(crate) proofs: Vec<Proof>,
    pub(crate) matcher: Matcher,
    pub(crate) places: Vec<Place>,
    pub(crate) place_matcher: Matcher,
}

impl Rules {
    /// The rules that come with the program.
    pub fn built_in() -> Self {
        read::read(&[("the built-in rules", BUILT_IN)]).expect("a test reads them")
    }

    /// The rules that come with the program, and those of `text`, which are preferred.
    ///
    /// Errors name `file`, the line and the key.
    pub fn with(file: &str, text: &str) -> Result<Self, RulesError> {
        read::read(&[(file, text), ("the built-in rules", BUILT_IN)])
    }

    /// All rules, in the order in which they are preferred.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.list.iter()
    }

    fn add(&mut self, rule: Rule, globs: &[Glob], except: &[Glob], proof: Proof) {
        let number = u16::try_from(self.list.len()).expect("rules are limited");
        for (globs, excludes) in [(globs, false), (except, true)] {
            globs.iter().for_each(|glob| self.matcher.add(glob, number, excludes));
        }
        self.list.push(rule);
        self.proofs.push(proof);
    }

    fn add_place(&mut self, place: Place, globs: &[Glob], except: &[Glob]) {
        let number = u16::try_from(self.places.len()).expect("rules are limited");
        for (globs, excludes) in [(globs, false), (except, true)] {
            globs.iter().for_each(|glob| self.place_matcher.add(glob, number, excludes));
        }
        self.places.push(place);
    }
}
