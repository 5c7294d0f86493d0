//! The rules as they are written in `assets/secrets.toml`.

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{LazyLock, OnceLock};

use regex::bytes::Regex;
use serde::Deserialize;

use super::argument::{Argument, WrittenArgument};

/// The rules, as `build.rs` converts them.
const BUILT_IN: &str = include_str!(concat!(env!("OUT_DIR"), "/secrets.json"));

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
}

/// An expression of the rules, which is compiled when it is first needed: most are not, and compiling
/// all of them would take longer than reading the manifest of an image.
#[derive(Debug)]
pub struct Expression {
    pattern: String,
    compiled: OnceLock<Regex>,
}

impl Expression {
    fn new(pattern: String) -> Self {
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
    /// A setting with a password; true if only a value in quotes is one.
    Settings(bool),
    /// Nothing but a token.
    Tokens,
}

impl Looks {
    /// Returns whether the evidence is in the words of a text.
    pub(super) fn is_for_text(&self) -> bool {
        matches!(self, Self::Pairs | Self::Commands | Self::Settings(_))
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
}

/// Paths on which rules do not apply.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The globs.
    pub globs: Vec<String>,
    /// True if no rule applies; otherwise only text is not searched.
    pub all: bool,
    /// The reason.
    pub why: String,
    /// A link to documentation.
    pub source: String,
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
    /// The globs of files in which tokens are not searched.
    pub not_text: Vec<String>,
    /// The ends of the names of archives, which are not opened.
    pub archives: Vec<String>,
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
    /// Ends of names whose values are public.
    pub(super) public: Vec<String>,
    pub(super) trivial: HashSet<String>,
    /// The marks of placeholders, with `-` between words.
    pub(super) placeholders: Vec<String>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    token: Vec<WrittenToken>,
    file: Vec<WrittenFile>,
    names: Names,
    values: Values,
    argument: Vec<WrittenArgument>,
    area: Vec<Area>,
    known: Vec<PublicValue>,
    text: Text,
    archives: Archives,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenToken {
    id: String,
    title: String,
    starts: Vec<String>,
    rest: String,
    checksum: Option<Checksum>,
    #[serde(default)]
    made: bool,
    revoke: String,
    sources: Vec<String>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    id: String,
    title: String,
    globs: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    looks: WrittenLooks,
    #[serde(default)]
    holds: Vec<String>,
    #[serde(default)]
    needed: bool,
    #[serde(default)]
    of_build: bool,
    #[serde(default)]
    made: bool,
    revoke: String,
    sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenLooks {
    Regex,
    Pairs,
    Commands,
    Settings,
    #[serde(rename = "quoted-settings")]
    QuotedSettings,
    Tokens,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    words: Vec<String>,
    exact: Vec<String>,
    suffixes: Vec<String>,
    telling: Vec<String>,
    random: Vec<String>,
    public: Vec<String>,
    sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    trivial: Vec<String>,
    placeholders: Vec<String>,
    short: Vec<String>,
    endings: Vec<String>,
    code: Vec<String>,
    code_starts: Vec<String>,
    public_starts: Vec<String>,
    public_hosts: Vec<String>,
}

/// A value that everybody has; what it is and its source are for readers of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicValue {
    sha256: String,
    #[serde(rename = "what")]
    _what: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    except: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Archives {
    ends: Vec<String>,
}

/// Returns the built-in rules.
pub fn rules() -> &'static SecretRules {
    static RULES: LazyLock<SecretRules> =
        LazyLock::new(|| read(BUILT_IN).expect("a test reads them"));
    &RULES
}

/// Returns all kinds of secrets.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    let rules = rules();
    let tokens = rules.tokens.iter().map(|token| &token.kind);
    tokens.chain(rules.files.iter().map(|file| &file.kind)).chain([&rules.named, &rules.address])
}

fn read(json: &str) -> serde_json::Result<SecretRules> {
    let File { token, file, argument, names, values, area, known, text, archives } =
        serde_json::from_str(json)?;
    let general = |id: &str, title: &str| Kind {
        id: id.into(),
        title: title.into(),
        revoke: String::new(),
        sources: names.sources.clone(),
        is_general: true,
        ..Kind::default()
    };
    let mut starts = vec![Vec::new(); 256];
    for start in token.iter().flat_map(|token| &token.starts) {
        let first = start.bytes().next().map(usize::from);
        starts[first.unwrap_or_default()].push(start.clone());
    }
    Ok(SecretRules {
        starts,
        tokens: token.into_iter().map(read_token).collect(),
        files: file.into_iter().map(read_file).collect(),
        arguments: argument.into_iter().map(Argument::new).collect(),
        areas: area,
        not_text: text.except,
        archives: archives.ends,
        named: general("named-secret", "value of a secret"),
        address: general("password-in-address", "password in an address"),
        name_hints: name_hints(
            [&names.words, &names.exact, &names.telling, &names.random].into_iter().flatten(),
        ),
        words: names.words,
        exact: names.exact.into_iter().collect(),
        suffixes: names.suffixes,
        telling: names.telling,
        random: names.random,
        public: names.public,
        trivial: values.trivial.into_iter().collect(),
        placeholders: values.placeholders,
        short: values.short.into_iter().collect(),
        endings: values.endings,
        code: values.code,
        code_starts: values.code_starts,
        public_starts: values.public_starts,
        public_hosts: values.public_hosts,
        known: known.into_iter().map(|known| known.sha256).collect(),
    })
}

fn read_token(written: WrittenToken) -> Token {
    let WrittenToken { id, title, starts, rest, checksum, made, revoke, sources } = written;
    Token {
        kind: Kind { id, title, revoke, sources, is_made: made, ..Kind::default() },
        starts,
        rest: Expression::new(format!("^(?-u:{rest})")),
        checksum,
    }
}

fn read_file(written: WrittenFile) -> FileRule {
    let WrittenFile {
        id,
        title,
        globs,
        except,
        looks,
        holds,
        needed: is_needed,
        of_build: is_of_build,
        made: is_made,
        revoke,
        sources,
    } = written;
    let looks = match looks {
        WrittenLooks::Regex => {
            let holds = holds.iter().map(|pattern| Expression::new(format!("(?-u){pattern}")));
            Looks::Regex(holds.collect())
        }
        WrittenLooks::Pairs => Looks::Pairs,
        WrittenLooks::Commands => Looks::Commands,
        WrittenLooks::Settings => Looks::Settings(false),
        WrittenLooks::QuotedSettings => Looks::Settings(true),
        WrittenLooks::Tokens => Looks::Tokens,
    };
    let is_general = true;
    let kind = Kind { id, title, revoke, sources, is_general, is_needed, is_of_build, is_made };
    FileRule { kind, globs, except, looks }
}

/// Returns a text in capitals and without `_`, `-` and `.`, so that all spellings of a name have the
/// same letters.
pub(super) fn letters(text: &str) -> String {
    let kept = text.chars().filter(|c| !matches!(c, '_' | '-' | '.'));
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

/// Returns the letters of all names of secrets, without those that end with another one.
fn name_hints<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut words: Vec<_> = names.map(|name| letters(name)).collect();
    words.sort_unstable_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    let mut hints: Vec<String> = Vec::new();
    for word in words {
        if !hints.iter().any(|hint| word.ends_with(hint.as_str())) {
            hints.push(word);
        }
    }
    hints
}
