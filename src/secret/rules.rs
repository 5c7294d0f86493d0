//! The rules as they are written in `assets/secrets.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::argument::{Argument, WrittenArgument};
use super::rule::Expression;

pub(super) use super::rule::{AmongPackages, Checksum, CodePaths, Token};
pub use super::rule::{Area, FileRule, Kind, Looks, SearchedThere, SecretRules};

/// The rules, as `build.rs` converts them.
const BUILT_IN: &str = include_str!(concat!(env!("OUT_DIR"), "/secrets.json"));

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
    code: WrittenCode,
    packages: WrittenPackages,
    text: Text,
    backups: Ends,
    archives: Archives,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenToken {
    id: String,
    title: String,
    starts: Vec<String>,
    rest: String,
    digits: Option<(usize, usize)>,
    checksum: Option<Checksum>,
    #[serde(default)]
    made: bool,
    #[serde(default)]
    common: bool,
    revoke: String,
    sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    id: String,
    title: String,
    #[serde(default)]
    globs: Vec<String>,
    #[serde(default)]
    ends: Vec<String>,
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
    #[serde(default)]
    yields: bool,
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
    Code,
    Scripts,
    Calls,
    Alone,
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
    resources: Vec<String>,
    systems: Vec<String>,
    unmistakable: Vec<String>,
    public: Vec<String>,
    sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    trivial: Vec<String>,
    placeholders: Vec<String>,
    weak_placeholders: Vec<String>,
    of_placeholders: Vec<String>,
    of_labels: Vec<String>,
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

/// The source code that is left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCode {
    starts: Vec<String>,
    directories: Vec<String>,
    libraries: Vec<String>,
    name_starts: Vec<String>,
    name_ends: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

/// The files that people put among those of packages.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPackages {
    names: Vec<String>,
    except: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    except: Vec<String>,
    disguises: Vec<String>,
    parts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Archives {
    ends: Vec<String>,
    except: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
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
    let File {
        token,
        file,
        argument,
        names,
        values,
        area,
        known,
        code,
        packages,
        text,
        backups,
        archives,
    } = serde_json::from_str(json)?;
    let ends = (0_u16..).zip(&file);
    let ends = ends.flat_map(|(rule, file)| file.ends.iter().map(move |end| (end.clone(), rule)));
    let code_paths = CodePaths {
        ends: ends.collect(),
        starts: code.starts,
        directories: code.directories.into_iter().collect(),
        libraries: code.libraries,
        name_starts: code.name_starts,
        name_ends: code.name_ends,
    };
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
        code_paths,
        packages: AmongPackages {
            names: packages.names.into_iter().collect(),
            except: packages.except.into_iter().collect(),
        },
        not_searched: text.except,
        not_text: text.disguises.into_iter().collect(),
        parts_of_not_text: text.parts,
        backups: backups.ends,
        archives: archives.ends,
        common_archives: archives.except,
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
        resources: names.resources,
        systems: names.systems.into_iter().collect(),
        unmistakable: names.unmistakable,
        public: names.public,
        trivial: values.trivial.into_iter().collect(),
        placeholders: values.placeholders,
        weak_placeholders: values.weak_placeholders,
        of_placeholders: values.of_placeholders.into_iter().collect(),
        of_labels: values.of_labels,
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
    let WrittenToken { id, title, starts, rest, digits, checksum, made, common, revoke, sources } =
        written;
    let (is_made, is_rare) = (made, !common);
    Token {
        kind: Kind { id, title, revoke, sources, is_made, is_rare, ..Kind::default() },
        starts,
        rest: Expression::new(format!("^(?-u:{rest})")),
        digits,
        checksum,
    }
}

fn read_file(written: WrittenFile) -> FileRule {
    let WrittenFile {
        id,
        title,
        globs,
        ends,
        except,
        looks,
        holds,
        needed: is_needed,
        of_build: is_of_build,
        made: is_made,
        yields,
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
        WrittenLooks::Settings => Looks::Settings,
        WrittenLooks::Code => Looks::Code,
        WrittenLooks::Scripts => Looks::Scripts(false),
        WrittenLooks::Calls => Looks::Scripts(true),
        WrittenLooks::Alone => Looks::Alone,
        WrittenLooks::Tokens => Looks::Tokens,
    };
    let is_code = !ends.is_empty();
    let is_general = true;
    let is_rare = false;
    let kind =
        Kind { id, title, revoke, sources, is_general, is_needed, is_of_build, is_made, is_rare };
    FileRule { kind, globs, except, looks, yields, is_code }
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
