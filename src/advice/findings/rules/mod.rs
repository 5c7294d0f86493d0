//! Rules for avoidable bytes by path, and signatures of cleaning up too late.
//!
//! They are data (`assets/rules.toml`); a user's file can add to them.

mod read;

use super::beside::Beside;
use super::proof::Proof;
use crate::advice::tool::Tool;
use crate::glob::{Glob, Matcher};
use crate::tree::Reason;

pub use read::RulesError;

/// The built-in rules, as `build.rs` converts them.
const BUILT_IN: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));

/// The confidence that bytes are not needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Never read at run time.
    Leftovers,
    /// Tools that build software, which does not need them to run.
    Toolchain,
    /// Used while building, and probably not afterwards.
    Build,
    /// Documentation and translations. Without them, `man` or a licence's terms may suffer.
    Documentation,
}

impl Level {
    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Leftovers => "leftovers",
            Self::Toolchain => "toolchain",
            Self::Build => "build",
            Self::Documentation => "documentation",
        }
    }
}

/// The purpose of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// The application itself.
    Application,
    /// Libraries installed by a language's package manager.
    Dependencies,
    /// Packages of the operating system.
    Packages,
    /// Compilers, headers, debug data.
    Toolchain,
    /// Caches and leftovers of installing and building.
    Caches,
    /// Source code and version control.
    Source,
    /// Documentation and translations.
    Documentation,
    /// Everything else.
    Other,
}

impl Purpose {
    /// All purposes, in the order of reports.
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

    /// Returns the word that reports use.
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

/// The bytes that a rule covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Visible and wasted bytes.
    #[default]
    Both,
    /// Only visible bytes.
    Visible,
    /// Only wasted bytes.
    Wasted,
}

/// A rule: facts about some paths.
#[derive(Debug)]
pub struct Rule {
    /// The unique id.
    pub id: String,
    /// A short description of the files.
    pub title: String,
    /// The confidence that they are not needed.
    pub level: Level,
    /// The purpose.
    pub purpose: Purpose,
    /// Words of instructions that make the files.
    pub made_by: Vec<String>,
    /// Words of instructions that need the files: additions come after the last of these.
    pub used_by: Vec<String>,
    /// Commands that read the files when a container runs them, such as `mvn` or `dotnet run`.
    pub read_by: Vec<String>,
    /// The reason why they are not needed, in a sentence.
    pub why: String,
    /// The way to avoid them, in a sentence or as a line of a Dockerfile.
    pub fix: String,
    /// The command to add at the end of the RUN that leaves the files behind.
    pub append: Option<String>,
    /// Replacements in the RUN that leaves the files behind: pairs of words.
    pub replace: Vec<(String, String)>,
    /// Programs that leave them behind.
    pub tools: Vec<Tool>,
    /// Lines for `.dockerignore`, if a COPY added the files.
    pub ignore: Vec<String>,
    /// Links to documentation.
    pub sources: Vec<String>,
    /// The smallest size that is worth reporting, in bytes.
    pub minimum: u64,
    /// The bytes that the rule covers.
    pub when: When,
    /// The required prefix of the platform.
    pub platform: Option<String>,
    /// The file that has to exist beside a match.
    pub(crate) beside: Option<Beside>,
}

impl Rule {
    /// Returns whether a text of commands runs one that reads the files.
    pub(crate) fn is_read_by(&self, text: &str) -> bool {
        self.tools.iter().any(|tool| tool.is_needed_in(text)) || self.is_run_by(text)
    }

    /// Returns whether a variable of the environment tells a tool where to leave the files.
    pub(crate) fn is_set_by(&self, variable: &str) -> bool {
        let name = variable.to_ascii_lowercase();
        let programs = self.tools.iter().flat_map(|tool| &tool.programs).map(String::as_str);
        let parts = self.id.split('-').filter(|part| part.len() > 1 && *part != "cache");
        programs.chain(parts).any(|part| name.starts_with(part))
    }

    /// Returns whether a text runs one of the commands that read the files.
    fn is_run_by(&self, text: &str) -> bool {
        if self.read_by.is_empty() {
            return false;
        }
        let is_between = |c: char| c.is_whitespace() || "\"'`;&|()[]{},".contains(c);
        let words: Vec<_> = text.split(is_between).filter(|word| !word.is_empty()).collect();
        let runs = |command: &str, words: &[&str]| {
            let mut words = words.iter();
            command.split(' ').enumerate().all(|(at, part)| match words.next() {
                Some(word) if at == 0 => crate::shell::base_name(word) == part,
                word => word == Some(&part),
            })
        };
        self.read_by.iter().any(|command| (0..words.len()).any(|at| runs(command, &words[at..])))
    }
}

/// A signature: facts about bytes that a later layer removed, by the two instructions.
#[derive(Debug)]
pub struct Signature {
    /// The unique id.
    pub id: String,
    /// A short description of what happened.
    pub title: String,
    /// The causes of removal that it covers.
    pub reasons: Vec<Reason>,
    /// Words of the instruction that added the files: any of them; an empty list matches all.
    pub made_by: Vec<String>,
    /// Words of the instruction that removed the files: any of them; an empty list matches all.
    pub removed_by: Vec<String>,
    /// True if one layer adds and removes the files.
    pub same_layer: bool,
    /// The reason why the bytes are still in the image.
    pub why: String,
    /// The advice.
    pub fix: String,
    /// Links to documentation.
    pub sources: Vec<String>,
    /// The smallest size that is worth reporting, in bytes.
    pub minimum: u64,
}

/// Paths with a known purpose, which are not reported as avoidable.
#[derive(Debug)]
pub(crate) struct Place {
    pub purpose: Purpose,
    /// Words of the instruction that made the files: any of them; an empty list matches all.
    pub made_by: Vec<String>,
}

/// All rules and signatures, compiled for matching.
#[derive(Debug, Default)]
pub struct Rules {
    pub(crate) list: Vec<Rule>,
    pub(crate) signatures: Vec<Signature>,
    /// Tools with a flag that no path asks for.
    pub(crate) tools: Vec<Tool>,
    pub(crate) proofs: Vec<Proof>,
    pub(crate) matcher: Matcher,
    pub(crate) places: Vec<Place>,
    pub(crate) place_matcher: Matcher,
}

impl Rules {
    /// Returns the built-in rules.
    pub fn built_in() -> Self {
        read::read(None, BUILT_IN).expect("a test reads them")
    }

    /// Returns the built-in rules and those of `text`, which take precedence.
    ///
    /// # Errors
    ///
    /// [`RulesError`] names `file`, the line and the key.
    pub fn with(file: &str, text: &str) -> Result<Self, RulesError> {
        read::read(Some((file, text)), BUILT_IN)
    }

    /// Returns all rules, in the order of precedence.
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
