//! Tells a password from a word, a number or a technical name, where a name alone says too little.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::expression;

/// A word of a technical name whose digits tell nothing: `oauth2`, `sha256`, `v1`.
static TERM: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"(?i)^(?:o?auth[12]|base(?:32|58|64)(?:url)?|sha[0-9]{1,3}|md[245]|utf(?:8|16|32)|s3|ec2|k8s|x509|ed25519|x25519|curve25519|secp?[0-9]+[kr]1|p(?:256|384|521)|(?:[ehrp]s|aes|rsa|hmac|hmacsha|rs|a)[0-9]{3,4}|v[0-9]+|http[123]?|ipv[46]|i18n|l10n|pkcs[0-9]+|argon2(?:id?|d)?|pbkdf2|rc4|3des|win32|x64|x86|latin1|level[0-9]|step[0-9]|part[0-9]|0x[0-9a-f]{1,16})$",
    )
});

/// Returns whether a value is more than a word of a language, a number or a version.
pub(super) fn is_telling(value: &str) -> bool {
    let has = |test: fn(char) -> bool| value.chars().any(test);
    let mut words = value.split(|c: char| !c.is_alphanumeric());
    has(char::is_alphabetic)
        && !has(char::is_whitespace)
        && words.any(|word| word.contains(|c: char| c.is_ascii_digit()) && !TERM.is_match(word))
}

/// Returns whether a value is a phrase of at least three words, as people make a password of one:
/// `correct-horse-battery`; none of them may be of labels.
pub(super) fn is_phrase(value: &str, is_of_labels: impl Fn(&str) -> bool) -> bool {
    let lengths = 12..=64;
    let Some(joint) = value.chars().find(|c| matches!(c, '-' | '_')) else { return false };
    let mut words = 0;
    let are_words = value.split(joint).all(|word| {
        words += 1;
        word.len() >= 3
            && word.bytes().all(|b| b.is_ascii_alphabetic())
            && !is_of_labels(&word.to_ascii_lowercase())
    });
    lengths.contains(&value.len()) && are_words && words >= 3
}

/// Returns whether a value is a format, a pattern, a place on a page, or the name of a secret, as code has
/// them.
pub(super) fn is_of_code(value: &str, is_name: impl Fn(&str) -> bool) -> bool {
    let has_both = |open: char, close: char| value.contains(open) && value.contains(close);
    let is_format = has_both('{', '}') || has_both('<', '>') || has_both('(', ')');
    let is_pattern = value.contains("\\d") || value.contains("\\w") || value.contains("%s");
    let selector = value.strip_prefix(['#', '.', ':', '$', '@', '-']);
    is_format || is_pattern || selector.is_some_and(is_name)
}
