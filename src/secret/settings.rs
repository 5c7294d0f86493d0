//! Passwords in the settings of an application: YAML, properties, scripts.
//!
//! Names such as `password` and `token` also stand in translations, forms and code there. A value
//! only counts if it looks like nothing else: one word, with a letter and a digit.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::command::{find_addresses, find_calls_in_part, valued};
use super::hints::find_near_names;
use super::manifest::{Manifest, from_any_base64};
use super::pattern::expression;
use super::rules::rules;
use super::telling::is_telling;
use super::{Hit, apart, elsewhere};

/// A name with a value in quotes, or a bare one.
static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)(?:^|[\s{,(\[])(?:\$env:|["'$])?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)["']?\]?(?:[ \t]*(?:=>|[=:])[ \t]*(?:(?:!!?str|&[A-Za-z0-9_.-]+)[ \t]+)?(?:"{1,3}(?P<double>[^"\n]+)"|'{1,3}(?P<single>[^'\n]+)')|[ \t]*(?:=|:[ \t])[ \t]*(?:(?:!!?str|&[A-Za-z0-9_.-]+)[ \t]+)?(?P<bare>[^\s"'{\[(#,&*|>][^\s,#"'()]*))"#,
    )
});
/// A line that has nothing but a variable, as a `.env` and many other texts have it.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)^[ \t]*(?:export[ \t]+|set[ \t]+)?(?:(?P<name>[A-Z][A-Z0-9_]*)=(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"'#$]\S*))|(?P<small>[A-Za-z][A-Za-z0-9_.-]*)(?:[ \t]*=|[ \t]*:[ \t])[ \t]*(?:"(?P<double2>[^"\n]*)"|'(?P<single2>[^'\n]*)'|(?P<bare2>[^\s"'#$(){}\[\];,<>][^\s"'(){}\[\];,<>]*)))[ \t]*[;,]?[ \t]*\r?$"#,
    )
});
/// A name with a value in the middle of a line, as in logs, tables of file systems and of jobs.
static INLINE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?:^|[\s,;?&"'])(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)=(?P<bare>[^\s"'#$(){}\[\];,<>&=\\`*|][^\s"'(){}\[\];,<>&\\`|]*)"#,
    )
});
/// A variable or a header that a directive of a server sets, with its value behind a space.
static SET: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?:proxy_set_header|add_header|(?:fastcgi|uwsgi|scgi)_param|[Ss]et[Ee]nv|[Hh]eader(?:[ \t]+always)?[ \t]+(?:set|add|append)|set-header|header_up|header_down)[ \t]+(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]+(?:"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)'|(?P<bare>[^\s"'{}$;,<>]+))"#,
    )
});
/// Parts of such directives, one of which each text with one has.
const SETS: [&str; 9] = [
    "proxy_set_header",
    "add_header",
    "_param",
    "etEnv",
    "etenv",
    "eader set",
    "eader add",
    "set-header",
    "header_up",
];
/// The keys of commands among settings.
const COMMANDS: [&str; 7] =
    ["command", "args", "test:", "entrypoint", "script", "run:", "\"test\""];
/// The token that a web server issues: three parts in base64, of which two are JSON.
static JWT: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"(?-u:\b)(?P<value>eyJ[A-Za-z0-9_-]{10,}\.eyJ(?P<claims>[A-Za-z0-9_-]{10,})\.[A-Za-z0-9_-]{20,})",
    )
});
/// A header with credentials.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?i)(?-u:\b)authorization(?::[ \t]*|[ \t]*=[ \t]*|[ \t]+)["']?(?:bearer|basic|token)[ \t]+["']?(?P<value>[A-Za-z0-9._~+/=-]{8,})"#,
    )
});
/// A word for a password with its value behind a space, as configuration files of servers have it.
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)^[ \t]*(?P<name>bindpw|rootpw|rootpwmod|requirepass|masterauth)[ \t]+["']?(?P<bare>[^\s"'#]+)"#,
    )
});
/// The password of a connection string, or of an address behind its `?`, or between other words of a
/// connection.
static CONNECTION: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?i)[;?&"'`][ \t]*(?:password|passwd|pwd|api_?key|access_?token|auth_?token|client_?secret)[ \t]*=[ \t]*(?P<value>[^;&"'\s{}$<>`\\]{6,})|(?-u:\b)(?:host|hostaddr|user|username|uid|dbname|port|server)=[^\s"';=,]+[ \t]+(?:password|pwd)=([^;&"'\s{}$<>`\\()\[\],]{6,})"#,
    )
});
/// The login in an address of Oracle.
static ORACLE: LazyLock<Regex> =
    LazyLock::new(|| expression(r#"jdbc:oracle:[a-z]+:[^/\s"'@]+/(?P<value>[^@\s"'/]+)@"#));

/// Finds the secrets in the settings of an application, also without quotes.
pub fn find_settings(text: &str) -> Vec<Hit> {
    settings(text, false)
}

/// Finds the same, and what the commands have that stand among the settings: those of a container, of a
/// job or of a check.
pub fn find_settings_and_commands(text: &str) -> Vec<Hit> {
    settings(text, true)
}

fn settings(text: &str, has_commands: bool) -> Vec<Hit> {
    let is_name = |name: &str| rules().is_key(&snake(name));
    let has_commands = has_commands && COMMANDS.iter().any(|word| text.contains(word));
    let mut manifest = Manifest::default();
    let hits = find_near_names(text, |part| {
        manifest.look(part);
        let settings = SETTING.captures_iter(part).filter_map(|found| assigned(&found, is_name));
        let directives = DIRECTIVE.captures_iter(part).filter_map(|it| assigned(&it, |_| true));
        let mut hits: Vec<_> = settings.chain(directives).chain(connections(part)).collect();
        hits.extend(elsewhere::in_settings(part));
        if SETS.iter().any(|word| part.contains(word)) {
            hits.extend(SET.captures_iter(part).filter_map(|it| assigned(&it, is_name)));
        }
        hits.extend(headers(part));
        if has_commands {
            hits.extend(find_calls_in_part(part));
        }
        hits
    });
    manifest.finish(text, hits)
}

/// Finds the secrets among the variables that stand in lines of their own, and the passwords in addresses of
/// databases, in a text that may be anything. In a document or in code of tests, only those in capitals count.
pub fn find_variables(text: &str, is_document: bool) -> Vec<Hit> {
    apart(find_near_names(text, |part| {
        let variables = VARIABLE.captures_iter(part);
        let variables = variables.filter(|found| !is_document || found.name("name").is_some());
        let variables = variables.filter_map(|found| assigned(&found, |name| rules().is_key(name)));
        let mut hits: Vec<_> = variables.collect();
        if !is_document {
            let inline = INLINE.captures_iter(part);
            hits.extend(inline.filter_map(|it| assigned(&it, |name| rules().is_key(name))));
            hits.extend(find_addresses(part));
            hits.extend(headers(part));
            hits.extend(tokens_of_json(part));
        }
        hits
    }))
}

/// Finds the credentials in headers.
fn headers(text: &str) -> Vec<Hit> {
    if !["uthorization", "UTHORIZATION"].iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let found = HEADER.captures_iter(text).filter_map(|it| {
        let hit = valued(text, &it, &rules().named)?;
        let name = Some("Authorization".to_owned());
        is_telling(&text[hit.range.clone()]).then_some(Hit { name, ..hit })
    });
    found.collect()
}

/// Finds the tokens of JSON, except those of documentation.
fn tokens_of_json(text: &str) -> Vec<Hit> {
    if !text.contains("eyJ") {
        return Vec::new();
    }
    let found = JWT.captures_iter(text).filter_map(|found| {
        let claims = from_any_base64(&format!("eyJ{}", &found["claims"]))?;
        let has = |words: &[&str]| words.iter().any(|word| claims.contains(word));
        let is_issued = has(&["\"exp\"", "\"iat\"", "\"nbf\"", "kubernetes"])
            && !has(&["John Doe", "1234567890\"", "example"]);
        let value = found.name("value").filter(|_| is_issued)?;
        let name = Some("a JSON web token".to_owned());
        Some(Hit { kind: &rules().named, range: value.range(), name })
    });
    found.collect()
}

/// Returns the secret that a name and its value are, in quotes or without.
fn assigned(found: &Captures<'_>, is_name: impl Fn(&str) -> bool) -> Option<Hit> {
    const VALUES: [&str; 6] = ["double", "single", "bare", "double2", "single2", "bare2"];
    let name = found.name("name").or_else(|| found.name("small"))?.as_str();
    let value = VALUES.iter().find_map(|group| found.name(group))?;
    let text = match found.get(0).is_some_and(|all| all.as_str().starts_with(['{', ','])) {
        // The brace ends the list in which it stands.
        true => value.as_str().trim_end_matches('}'),
        false => value.as_str(),
    };
    let is_one = is_name(name) && rules().is_value(text.as_bytes()) && rules().tells(name, text);
    let range = value.start()..value.start() + text.len();
    is_one.then(|| Hit { kind: &rules().named, range, name: Some(name.into()) })
}

/// Finds the passwords of connection strings.
pub(super) fn connections(text: &str) -> impl Iterator<Item = Hit> {
    let oracle = text.contains("jdbc:oracle:").then(|| ORACLE.captures_iter(text));
    let found = CONNECTION.captures_iter(text).chain(oracle.into_iter().flatten());
    found.filter_map(|found| {
        let hit = valued(text, &found, &rules().named)?;
        is_telling(&text[hit.range.clone()]).then(|| Hit { name: Some("Password".into()), ..hit })
    })
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
            "password = \"\"\"a1b2c3d4\"\"\"",
            "$env:API_KEY = \"a1b2c3d4\"",
            "auth: {user: me, pass: a1b2c3d4}",
            "stripe_key: Zz9Kx7Qm2Vt9Zr4Lp1",
            "mail.smtp_auth=Zz9Kx7Qm2Vt9Zr4Lp1",
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
            "cache_key: Zz9Kx7Qm2Vt9Zr4Lp1\nssh_key: id_ed25519\nmap_key: a1b2c3d4e5f6a7b8c9d0",
        ] {
            assert!(find_settings(text).is_empty(), "{text}: {:?}", find_settings(text));
        }
    }
}
