//! Passwords in the settings of an application: Python, JSON, YAML, properties.
//!
//! Names such as `password` and `token` also stand in translations, forms and code there. A value
//! only counts if it looks like nothing else: one word, with a letter and a digit.

use std::sync::LazyLock;

use regex::Regex;

use super::command::{expression, valued};
use super::rules::rules;
use super::{HITS, Hit, apart};

/// A name with a value in quotes, or a bare one.
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)(?:^|[\s{,(\[])["']?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)["']?\]?(?:[ \t]*[=:][ \t]*(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)')|[ \t]*(?:=|:[ \t])[ \t]*(?P<bare>[^\s"'{\[(#,&*|>][^\s,#"'()]*))"#,
    )
});
/// The password of a connection string.
static CONNECTION: LazyLock<Regex> = LazyLock::new(|| {
    expression(r#"(?i);[ \t]*(?:password|pwd)[ \t]*=[ \t]*(?P<value>[^;"'\s{}$]{6,})"#)
});

/// Finds the secrets in the settings of an application. In code and in JSON, only a value in quotes
/// is one.
pub fn find_settings(text: &str, only_quoted: bool) -> Vec<Hit> {
    let settings = SETTING.captures_iter(text).filter_map(|found| {
        let name = found.name("name")?.as_str();
        let quoted = found.name("double").or_else(|| found.name("single"));
        let bare = found.name("bare").filter(|_| !only_quoted);
        let value = quoted.or(bare)?;
        let is_one = rules().is_name(&snake(name))
            && rules().is_value(value.as_str().as_bytes())
            && is_telling(value.as_str());
        is_one.then(|| Hit { kind: &rules().named, range: value.range(), name: Some(name.into()) })
    });
    let mut hits: Vec<_> = settings.take(HITS).collect();
    let connections = CONNECTION.captures_iter(text).filter_map(|found| {
        let hit = valued(text, &found, &rules().named)?;
        is_telling(&text[hit.range.clone()]).then(|| Hit { name: Some("Password".into()), ..hit })
    });
    hits.extend(connections.take(HITS));
    apart(hits)
}

/// Returns whether a value is more than a word of a language, a number or a version.
fn is_telling(value: &str) -> bool {
    let has = |test: fn(char) -> bool| value.chars().any(test);
    has(|c| c.is_ascii_digit()) && has(char::is_alphabetic) && !has(char::is_whitespace)
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
            "{\"db\":{\"user\":\"app\",\"dbPassword\":\"hunter2hunter2\"}}",
            "connect(user=\"app\", password='hunter2x')",
            "\"Db\": \"Server=db;User Id=sa;Password=Str0ngPass;\"",
        ] {
            assert_eq!(find_settings(text, true).len(), 1, "{text}");
        }
        for text in ["spring:\n  datasource:\n    password: hunter2x # prod", "api.token=a1b2c3d4"]
        {
            assert_eq!(find_settings(text, false).len(), 1, "{text}");
            assert_eq!(find_settings(text, true).len(), 0, "{text}");
        }
        for text in [
            "{\"password\": \"Passwort\", \"token\": \"Your token for today, 1 of 2\"}",
            "password = get_password(1)\nPASSWORD = os.environ['DB_PASSWORD1']",
            "{\"password\": {\"type\": \"string\", \"minLength\": 8}}",
            "password: ${DB_PASSWORD1}\nsecret: !vault abc1\ntoken: 1.2.3",
            "{\"passwordField\": \"input1field\", \"tokenizer\": \"bert-base-v1\"}",
        ] {
            assert!(
                find_settings(text, false).is_empty(),
                "{text}: {:?}",
                find_settings(text, false)
            );
        }
    }
}
