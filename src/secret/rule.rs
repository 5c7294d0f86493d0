//! The rules for secrets: kinds, tokens, files, areas.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use regex::bytes::Regex;
use serde::Deserialize;

use super::argument::Argument;

/// A kind of secret.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Kind {
    /// The unique id.
    pub id: String,
    /// A short description.
    pub title: String,
    /// The page on which a secret of this kind is revoked; empty if it depends.
    pub revoke: String,
    /// Links to documentation.
    pub sources: Vec<String>,
    /// True if it is known only by its name, so that a token says more.
    pub is_general: bool,
    /// True if the application needs the file that holds it.
    pub is_needed: bool,
    /// True if only builds need it.
    pub is_of_build: bool,
    /// True if programs make it.
    pub is_made: bool,
    /// True if it is a token that files of packages do not have: by a checksum, or by a beginning that
    /// nothing else has.
    pub is_rare: bool,
}

/// An expression of the rules, which is compiled when it is first needed: most are not, and compiling
/// all of them would take longer than reading the manifest of an image.
#[derive(Debug)]
pub struct Expression {
    pattern: String,
    compiled: OnceLock<Regex>,
}

impl Expression {
    /// Makes it of a pattern.
    pub(super) fn new(pattern: String) -> Self {
        Self { pattern, compiled: OnceLock::new() }
    }
}

impl Deref for Expression {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.compiled.get_or_init(|| Regex::new(&self.pattern).expect("a test compiles it"))
    }
}

/// A token with a published shape.
#[derive(Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub starts: Vec<String>,
    pub rest: Expression,
    /// The least and the most digits that stand before the beginning, and are part of it.
    pub digits: Option<(usize, usize)>,
    pub checksum: Option<Checksum>,
}

/// The evidence that a file holds a secret.
#[derive(Debug)]
pub enum Looks {
    /// One of these expressions; the first group is the value.
    Regex(Vec<Expression>),
    /// A name of a secret with a value.
    Pairs,
    /// A command line with a secret.
    Commands,
    /// A setting with a password, or an address with one.
    Settings,
    /// The same in source code and JSON, where only a value in quotes is one.
    Code,
    /// A setting with a password, or what a command has; true if only the latter.
    Scripts(bool),
    /// A password or a token that is all that the file holds.
    Alone,
    /// Nothing but a token.
    Tokens,
}

impl Looks {
    /// Returns whether the evidence is in the words of a text.
    pub(super) fn is_for_text(&self) -> bool {
        matches!(
            self,
            Self::Pairs
                | Self::Commands
                | Self::Settings
                | Self::Code
                | Self::Scripts(_)
                | Self::Alone
        )
    }
}

/// A file that may hold a secret.
#[derive(Debug)]
pub struct FileRule {
    /// The kind.
    pub kind: Kind,
    /// The globs of its paths.
    pub globs: Vec<String>,
    /// The globs of paths that are none.
    pub except: Vec<String>,
    /// The evidence.
    pub looks: Looks,
    /// True if a name that another rule knows is searched as that rule asks.
    pub yields: bool,
    /// True if it is source code: one of many texts, of which a long one is only searched for tokens.
    pub is_code: bool,
}

/// Paths on which rules do not apply.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The globs.
    pub globs: Vec<String>,
    /// The search that is left.
    pub searched: SearchedThere,
    /// The reason.
    pub why: String,
    /// A link to documentation.
    pub source: String,
}

/// The search on the paths of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum SearchedThere {
    /// No search.
    #[serde(rename = "nothing")]
    Nothing,
    /// Files by path.
    #[serde(rename = "names")]
    Names,
    /// Files by path, and rare tokens in the texts that no package brought.
    #[serde(rename = "names and tokens")]
    NamesAndTokens,
}

/// The paths of source code.
#[derive(Debug)]
pub(super) struct CodePaths {
    /// The rule of each end of a name.
    pub ends: HashMap<String, u16, RandomState>,
    /// The beginnings of paths that are left out.
    pub starts: Vec<String>,
    /// The directories that are left out.
    pub directories: HashSet<String>,
    /// The beginnings of directories in `lib` that are left out.
    pub libraries: Vec<String>,
    /// The beginnings of names that are left out.
    pub name_starts: Vec<String>,
    /// The ends of names, before the last dot, that are left out.
    pub name_ends: Vec<String>,
}

/// Files that people put among those of packages.
#[derive(Debug)]
pub(super) struct AmongPackages {
    /// The names.
    pub names: HashSet<String, RandomState>,
    /// The directories of tests and examples, which have such files of packages.
    pub except: HashSet<String>,
}

/// All rules for secrets.
#[derive(Debug)]
pub struct SecretRules {
    pub(super) tokens: Vec<Token>,
    /// The beginnings of all tokens, by their first byte.
    pub(super) starts: Vec<Vec<String>>,
    /// Files by path.
    pub files: Vec<FileRule>,
    /// Passwords that programs take as arguments.
    pub(super) arguments: Vec<Argument>,
    /// Paths of packages, tests and examples.
    pub areas: Vec<Area>,
    /// The paths of source code.
    pub(super) code_paths: CodePaths,
    /// The files that people put among those of packages.
    pub(super) packages: AmongPackages,
    /// The ends of the names of copies, which are searched like the file.
    pub backups: Vec<String>,
    /// The globs of texts in which tokens are not searched.
    pub not_searched: Vec<String>,
    /// The ends of the names of files that are hardly ever texts.
    pub(super) not_text: HashSet<String, RandomState>,
    /// Parts of such names.
    pub(super) parts_of_not_text: Vec<String>,
    /// The ends of the names of archives, which are not opened.
    pub archives: Vec<String>,
    /// The directories whose archives everybody has.
    pub common_archives: Vec<String>,
    /// The kind of a value that is known only by its name.
    pub(super) named: Kind,
    /// The kind of a password in an address.
    pub(super) address: Kind,
    pub(super) words: Vec<String>,
    /// The ends of all names, as hints compare them.
    pub(super) name_hints: Vec<String>,
    pub(super) exact: HashSet<String>,
    /// Words at the end of a name that tell several of a kind apart.
    pub(super) suffixes: Vec<String>,
    /// Names whose values need a letter and a digit.
    pub(super) telling: Vec<String>,
    /// Names whose values need to look random.
    pub(super) random: Vec<String>,
    /// Ends of names whose values may name a secret of Kubernetes.
    pub(super) resources: Vec<String>,
    /// Words before a password, of which people make a phrase without a digit.
    pub(super) systems: HashSet<String>,
    /// Ends of names whose values may be short, or numbers.
    pub(super) unmistakable: Vec<String>,
    /// Ends of names whose values are public.
    pub(super) public: Vec<String>,
    pub(super) trivial: HashSet<String>,
    /// The marks of placeholders, with `-` between words.
    pub(super) placeholders: Vec<String>,
    /// Such marks that also stand in passwords.
    pub(super) weak_placeholders: Vec<String>,
    /// The words that may stand beside those.
    pub(super) of_placeholders: HashSet<String>,
    /// The beginnings of words of labels.
    pub(super) of_labels: Vec<String>,
    /// Short words of placeholders.
    pub(super) short: HashSet<String>,
    /// Ends of values of documentation.
    pub(super) endings: Vec<String>,
    /// Code that reads a value from elsewhere.
    pub(super) code: Vec<String>,
    pub(super) code_starts: Vec<String>,
    /// Beginnings of values that are public.
    pub(super) public_starts: Vec<String>,
    /// Parts of hosts whose addresses have a public key.
    pub(super) public_hosts: Vec<String>,
    /// The SHA-256 of values that everybody has, in hexadecimal.
    pub(super) known: HashSet<String>,
}

/// The checksum of a token.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) enum Checksum {
    /// The last six letters are the CRC-32 of the ones between, in base 62.
    #[serde(rename = "crc32-base62")]
    Crc32Base62,
    /// If the group `routed` matches, its last seven letters are the CRC-32 of all before, in base
    /// 36.
    #[serde(rename = "crc32-base36")]
    Crc32Base36,
}
