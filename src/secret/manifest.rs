//! Manifests of Kubernetes and logins of registries: what they hold is in base64.
//!
//! All that a `kind: Secret` holds is one, whatever its name. What a `kind: SealedSecret` holds is encrypted.

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;

use super::command::find_addresses;
use super::pattern::expression;
use super::rules::rules;
use super::telling::is_telling;
use super::token::find_tokens;
use super::{Hit, apart};

/// The least bytes of base64 that are no password, but something encrypted.
const SEALED: usize = 100;
/// The longest value that is decoded, in bytes.
const LONGEST: usize = 64 << 10;

/// Base64 with padding or without.
static BASE_64: LazyLock<GeneralPurpose> = LazyLock::new(|| {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(&alphabet::STANDARD, config)
});
/// The kind of a manifest that holds secrets.
static KIND: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)["']?kind["']?[ \t]*:[ \t]*["']?(?P<sealed>Sealed)?Secret["']?[ \t]*(?:[,}#\r]|$)"#,
    )
});
/// The block of the values in YAML.
static DATA: LazyLock<Regex> = LazyLock::new(|| {
    expression(r"^(?P<indent>[ \t]*)(?P<name>data|stringData):[ \t]*(?P<flow>\{[^\n]*)?$")
});
/// A value in such a block, or the beginning of one with several lines.
static ENTRY: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"^(?P<indent>[ \t]+)["']?(?P<name>[A-Za-z0-9_.-]+)["']?:[ \t]*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<lines>[|>][+-]?[0-9]?)|(?P<bare>[^\s#][^#]*?))?[ \t\r]*(?:#.*)?$"#,
    )
});
/// The values in JSON, or in braces.
static IN_BRACES: LazyLock<Regex> =
    LazyLock::new(|| expression(r#""?(?P<name>data|stringData)"?\s*:\s*\{(?P<inner>[^{}]*)\}"#));
/// A value there.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#""?(?P<name>[A-Za-z0-9_.-]+)"?\s*:\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s",{}]+))"#,
    )
});
/// The login of a registry.
static LOGIN: LazyLock<Regex> =
    LazyLock::new(|| expression(r#""auth"\s*:\s*"(?P<value>[A-Za-z0-9+/]{8,}={0,2})""#));

/// The manifests and logins that a text is seen to hold while the parts near names of secrets are searched.
#[derive(Default)]
pub(super) struct Manifest {
    is_secret: bool,
    is_sealed: bool,
    has_logins: bool,
}

impl Manifest {
    /// Looks at a part of the text.
    pub(super) fn look(&mut self, part: &str) {
        if part.contains("kind") {
            for kind in KIND.captures_iter(part) {
                match kind.name("sealed") {
                    Some(_) => self.is_sealed = true,
                    None => self.is_secret = true,
                }
            }
        }
        self.has_logins |= part.contains("\"auths\"");
    }

    /// Adds what the manifests of a text hold to what else was found in it.
    pub(super) fn finish(self, text: &str, mut hits: Vec<Hit>) -> Vec<Hit> {
        if self.is_sealed {
            hits.retain(|hit| !is_sealed(&text[hit.range.clone()]));
        }
        if self.is_secret {
            let found = in_secrets(text);
            // What stands there is judged as what it decodes to.
            hits.retain(|hit| hit.kind != &rules().named || !is_base64(&text[hit.range.clone()]));
            hits.extend(found);
        }
        if self.has_logins {
            hits.extend(logins(text));
        }
        apart(hits)
    }
}

/// Returns whether a value is encrypted.
fn is_sealed(value: &str) -> bool {
    let is_of_base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
    value.len() >= SEALED && value.bytes().all(is_of_base64)
}

/// Returns whether a value may be base64 of a text.
fn is_base64(value: &str) -> bool {
    from_base64(value).is_some()
}

/// Decodes a text in base64 of either alphabet: that for addresses has two other signs.
pub(super) fn from_any_base64(value: &str) -> Option<String> {
    from_base64(&value.replace('-', "+").replace('_', "/"))
}

/// Decodes a text in base64; `None` for what is none.
fn from_base64(value: &str) -> Option<String> {
    let value: String = value.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = (value.len() <= LONGEST).then(|| BASE_64.decode(&value).ok())??;
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

/// Finds the logins of registries, whose base64 is that of a name and a password.
fn logins(text: &str) -> Vec<Hit> {
    let found = LOGIN.captures_iter(text).filter_map(|found| found.name("value"));
    let is_login = |text: String| {
        text.split_once(':').is_some_and(|(_, password)| rules().is_value(password.as_bytes()))
    };
    let found = found.filter(|value| from_base64(value.as_str()).is_some_and(is_login));
    let name = || Some("auth".to_owned());
    found.map(|it| Hit { kind: &rules().named, range: it.range(), name: name() }).collect()
}

/// Finds the values of manifests of the kind `Secret`.
fn in_secrets(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let is_secret = |text: &str| KIND.captures_iter(text).any(|kind| kind.name("sealed").is_none());
    let mut at = 0;
    for document in text.split_inclusive("\n---") {
        if is_secret(document) {
            in_lines(document, at, &mut hits);
            in_braces(document, at, &mut hits);
        }
        at += document.len();
    }
    hits
}

/// Finds the values in the lines of one manifest that begins at a place.
fn in_lines(document: &str, start: usize, hits: &mut Vec<Hit>) {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let (mut block, mut at) = (None::<(usize, bool)>, start);
    let mut open: Option<(usize, String, Option<Range<usize>>)> = None;
    let is_end = |line: &str, of: usize| !line.trim().is_empty() && indent(line) <= of;
    let lines = document.split_inclusive('\n').chain(["."]);
    let mut is_encoded = false;
    for line in lines {
        let (from, bare) = (at, line.trim_end_matches(['\n', '\r']));
        at += line.len();
        if let Some((of, name, lines)) = &mut open {
            if !is_end(bare, *of) {
                let first = lines.as_ref().map_or(from + indent(bare), |lines| lines.start);
                *lines = Some(first..from + bare.len());
                continue;
            }
            if let Some(range) = lines.take() {
                let value = &document[range.start - start..range.end - start];
                hits.extend(hit(name, value, range, is_encoded));
            }
            open = None;
        }
        if let Some((of, encoded)) = block.filter(|(of, _)| !is_end(bare, *of)) {
            is_encoded = encoded;
            let Some(entry) = ENTRY.captures(bare).filter(|it| it["indent"].len() > of) else {
                continue;
            };
            let name = &entry["name"];
            if entry.name("lines").is_some() {
                open = Some((entry["indent"].len(), name.to_owned(), None));
            } else if let Some(value) =
                ["double", "single", "bare"].iter().find_map(|group| entry.name(group))
            {
                let range = from + value.start()..from + value.end();
                hits.extend(hit(name, value.as_str(), range, encoded));
            }
            continue;
        }
        let data = DATA.captures(bare).filter(|data| data.name("flow").is_none());
        block = data.map(|data| (data["indent"].len(), &data["name"] == "data"));
    }
}

/// Finds the values that stand between braces, as JSON has them.
fn in_braces(document: &str, start: usize, hits: &mut Vec<Hit>) {
    for data in IN_BRACES.captures_iter(document) {
        let Some(inner) = data.name("inner") else { continue };
        for pair in PAIR.captures_iter(inner.as_str()) {
            let Some(value) = pair.name("double").or_else(|| pair.name("bare")) else { continue };
            let from = start + inner.start() + value.start();
            let range = from..from + value.len();
            hits.extend(hit(&pair["name"], value.as_str(), range, &data["name"] == "data"));
        }
    }
}

/// Returns the secret that a value is: that of a name of one, a value that tells, or a text with one.
fn hit(name: &str, value: &str, range: Range<usize>, is_encoded: bool) -> Option<Hit> {
    let text = if is_encoded { from_base64(value)? } else { value.to_owned() };
    let text = text.trim();
    let has_one = || {
        !find_tokens(text.as_bytes()).is_empty()
            || !find_addresses(text).is_empty()
            || !logins(text).is_empty()
            || text.contains('\n') && !super::command::pairs_of_file(text).is_empty()
    };
    let is_one = rules().fits(name, text.as_bytes()) && rules().is_value(text.as_bytes())
        || !text.contains('\n')
            && is_telling(text)
            && rules().is_value(text.as_bytes())
            && !is_place(text)
        || has_one();
    is_one.then(|| Hit { kind: &rules().named, range, name: Some(name.into()) })
}

/// Returns whether a value is a host or an address, which is no secret by itself.
fn is_place(text: &str) -> bool {
    let is_of_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".:-_/".contains(c);
    text.contains('.') && text.chars().all(is_of_host) || text.contains("://")
}

#[cfg(test)]
mod tests {
    use super::super::settings::find_settings;

    /// `hunter2hunter2` in base64.
    const ENCODED: &str = "aHVudGVyMmh1bnRlcjI=";

    fn values(text: &str) -> Vec<String> {
        find_settings(text).iter().map(|hit| text[hit.range.clone()].to_owned()).collect()
    }

    #[test]
    fn whatever_a_secret_of_kubernetes_holds_is_found() {
        for text in [
            format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  x: {ENCODED}\n"),
            format!("data:\n  username: YXBw\n  password: \"{ENCODED}\"\nkind: Secret\n"),
            format!("kind: Secret\ndata:\n  password: >-\n    {ENCODED}\nmetadata: {{}}\n"),
            format!("kind: ConfigMap\ndata:\n  a: b\n---\nkind: Secret\ndata:\n  a: {ENCODED}\n"),
            format!("{{\"kind\":\"Secret\",\"data\":{{\"password\":\"{ENCODED}\"}}}}"),
            format!("kind: Secret\ndata: {{password: {ENCODED}}}\n"),
        ] {
            assert_eq!(values(&text), [ENCODED], "{text}");
        }
        for text in [
            "kind: Secret\nstringData:\n  password: hunter2hunter2\n  host: db1.acme.dev\n",
            "kind: Secret\nstringData:\n  x: 'hunter2hunter2'\n",
            "kind: Secret\nstringData:\n  x: |\n    hunter2hunter2\n",
        ] {
            assert_eq!(values(text), ["hunter2hunter2"], "{text}");
        }
        let config =
            "kind: Secret\nstringData:\n  a.ini: |\n    [db]\n    password = hunter2hunter2\n";
        assert_eq!(values(config).len(), 1, "{:?}", values(config));
    }

    #[test]
    fn what_is_encrypted_or_only_refers_to_a_secret_is_none() {
        let sealed = "AgBy3i4OJSWK1PiTySYZZA9rO43cGDEq".repeat(5);
        for text in [
            format!("kind: SealedSecret\nspec:\n  encryptedData:\n    password: {sealed}\n"),
            format!(
                "{{\"kind\":\"SealedSecret\",\"spec\":{{\"encryptedData\":{{\"token\":\"{sealed}\"}}}}}}"
            ),
            "kind: Secret\ndata:\n  password: Y2hhbmdlbWU=\n".into(),
            "kind: Secret\nmetadata:\n  name: db1\ntype: Opaque\n".into(),
            "kind: ExternalSecret\nspec:\n  data:\n  - secretKey: db1\n".into(),
            "password: ENC[AES256_GCM,data:Tr7o1,iv:a1,type:str]\n".into(),
        ] {
            assert_eq!(values(&text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_login_of_a_registry_is_the_base64_of_a_password() {
        let login = |auth: &str| format!("{{\"auths\": {{\"a.dev\": {{\"auth\": \"{auth}\"}}}}}}");
        assert_eq!(values(&login("Y2k6aHVudGVyMmh1bnRlcjI=")), ["Y2k6aHVudGVyMmh1bnRlcjI="]);
        assert_eq!(values(&login("Y2k6Y2hhbmdlbWU=")), [""; 0], "ci:changeme");
    }
}
