//! Passwords in the settings of an application: YAML, properties, scripts.
//!
//! Names such as `password` and `token` also stand in translations, forms and code there. A value
//! only counts if it looks like nothing else: one word, with a letter and a digit.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::command::{expression, valued};
use super::hints::find_near_names;
use super::rules::rules;
use super::{Hit, apart};

/// A name with a value in quotes, or a bare one.
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)(?:^|[\s{,(\[])["']?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)["']?\]?(?:[ \t]*[=:][ \t]*(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)')|[ \t]*(?:=|:[ \t])[ \t]*(?P<bare>[^\s"'{\[(#,&*|>][^\s,#"'()]*))"#,
    )
});
/// A line that has nothing but a variable in capitals, as a `.env` has it.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)^[ \t]*(?:export[ \t]+)?(?P<name>[A-Z][A-Z0-9_]*)=(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"'#$]\S*))[ \t]*\r?$"#,
    )
});
/// The password of a connection string, or of an address behind its `?`.
static CONNECTION: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?i)[;?&][ \t]*(?:password|passwd|pwd|api_?key|access_?token|auth_?token|client_?secret)[ \t]*=[ \t]*(?P<value>[^;&"'\s{}$<>`\\]{6,})"#,
    )
});

/// A word of a technical name whose digits tell nothing: `oauth2`, `sha256`, `v1`.
static TERM: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"(?i)^(?:o?auth[12]|base(?:32|58|64)(?:url)?|sha[0-9]{1,3}|md[245]|utf(?:8|16|32)|s3|ec2|k8s|x509|ed25519|x25519|curve25519|secp?[0-9]+[kr]1|p(?:256|384|521)|(?:[ehrp]s|aes|rsa|hmac|hmacsha|rs|a)[0-9]{3,4}|v[0-9]+|http[123]?|ipv[46]|i18n|l10n|pkcs[0-9]+|argon2(?:id?|d)?|pbkdf2|rc4|3des|win32|x64|x86|latin1|level[0-9]|step[0-9]|part[0-9])$",
    )
});

/// Finds the secrets in the settings of an application, also without quotes.
pub fn find_settings(text: &str) -> Vec<Hit> {
    let is_name = |name: &str| rules().is_name(&snake(name));
    apart(find_near_names(text, |part| {
        let settings = SETTING.captures_iter(part);
        settings.filter_map(move |found| assigned(&found, is_name)).chain(connections(part))
    }))
}

/// Finds the secrets among the variables that stand in lines of their own, in a text that may be anything.
pub fn find_variables(text: &str) -> Vec<Hit> {
    apart(find_near_names(text, |part| {
        let variables = VARIABLE.captures_iter(part);
        variables.filter_map(|found| assigned(&found, |name| rules().is_name(name)))
    }))
}

/// Returns the secret that a name and its value are, in quotes or without.
fn assigned(found: &Captures<'_>, is_name: impl Fn(&str) -> bool) -> Option<Hit> {
    let name = found.name("name")?.as_str();
    let value = ["double", "single", "bare"].iter().find_map(|group| found.name(group))?;
    let is_one =
        is_name(name) && rules().is_value(value.as_str().as_bytes()) && is_telling(value.as_str());
    is_one.then(|| Hit { kind: &rules().named, range: value.range(), name: Some(name.into()) })
}

/// Finds the passwords of connection strings.
pub(super) fn connections(text: &str) -> impl Iterator<Item = Hit> {
    CONNECTION.captures_iter(text).filter_map(|found| {
        let hit = valued(text, &found, &rules().named)?;
        is_telling(&text[hit.range.clone()]).then(|| Hit { name: Some("Password".into()), ..hit })
    })
}

/// Returns whether a value is more than a word of a language, a number or a version.
pub(super) fn is_telling(value: &str) -> bool {
    let has = |test: fn(char) -> bool| value.chars().any(test);
    let mut words = value.split(|c: char| !c.is_alphanumeric());
    has(char::is_alphabetic)
        && !has(char::is_whitespace)
        && words.any(|word| word.contains(|c: char| c.is_ascii_digit()) && !TERM.is_match(word))
}

/// Converts `dbPassword` to `db_Password`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut is_low = false;
    for c in name.chars() {
        if is_low && c.is_ascii_uppercase() {
            out.push('_');
        }
        is_low = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_with_a_password_is_found_and_a_word_is_none() {
        for text in [
            "DATABASES = {'default': {'PASSWORD': 'hunter2hunter2'}}",
            "SECRET_KEY = \"django-insecure-9x$w1\"",
            "connect(user=\"app\", password='hunter2x')",
            "\"Db\": \"Server=db;User Id=sa;Password=Str0ngPass;\"",
            "spring:\n  datasource:\n    password: hunter2x # prod",
            "api.token=a1b2c3d4",
        ] {
            assert_eq!(find_settings(text).len(), 1, "{text}");
        }
        for text in [
            "{\"password\": \"Passwort\", \"token\": \"Your token for today, 1 of 2\"}",
            "password = get_password(1)\nPASSWORD = os.environ['DB_PASSWORD1']",
            "{\"password\": {\"type\": \"string\", \"minLength\": 8}}",
            "password: ${DB_PASSWORD1}\nsecret: !vault abc1\ntoken: 1.2.3",
            "{\"passwordField\": \"input1field\", \"tokenizer\": \"bert-base-v1\"}",
            "token: oauth2\nsecret: sha256\napi_key: x-key-v2",
        ] {
            assert!(find_settings(text).is_empty(), "{text}: {:?}", find_settings(text));
        }
    }
}
