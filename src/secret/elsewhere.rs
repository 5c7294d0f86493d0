//! Values that do not stand right behind their names: in the next line, in a list of names and values, in
//! a block with a `value` or a `default`, or as what is taken if a variable is not set.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Hit;
use super::pattern::expression;
use super::rules::rules;
use super::telling::is_of_code;

/// A value in quotes, or a bare one.
const VALUE: &str = r#"(?:\\?"(?P<double>[^"\n\\]+)\\?"|'(?P<single>[^'\n]+)'|(?P<bare>[^\s"'{\[(#,&*|>:\\-][^\s,#"'()\\]*))"#;
/// A name.
const NAME: &str = r"(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)";

/// A value in the line behind its name, as YAML may have it.
static NEXT_LINE: LazyLock<Regex> = LazyLock::new(|| {
    expression(&format!(
        r#"(?m)(?:^|[\s{{,])["']?{NAME}["']?[ \t]*:[ \t]*(?:[|>][+-]?[0-9]?[+-]?)?[ \t]*\r?\n[ \t]+{VALUE},?[ \t]*\r?$"#
    ))
});
/// A name and its value in two fields of a list: `name: X` and `value: Y`.
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    expression(&format!(
        r#"(?:^|[\s{{,"'\\])(?:[Nn]ame|(?:Parameter)?[Kk]ey)\\?["']?[ \t]*[:=][ \t]*\\?["']?{NAME}\\?["']?,?\s*\\?["']?(?:Parameter)?[Vv]alue\\?["']?[ \t]*[:=][ \t]*{VALUE}"#
    ))
});
/// The same with the value first.
static VALUE_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    expression(&format!(
        r#"["'][Vv]alue["'][ \t]*[:=][ \t]*["'](?P<double>[^"'\n]+)["'],[ \t]*["'](?:[Nn]ame|[Kk]ey)["'][ \t]*[:=][ \t]*["']{NAME}["']"#
    ))
});
/// A block whose name is that of a secret, with a value or a default.
static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    expression(&format!(
        r#"["']?{NAME}["']?(?:[ \t]*[:=][ \t]*\{{?|[ \t]+\{{)(?:\s*["']?(?:[Tt]ype|[Dd]escription|NoEcho|[Ss]ensitive|required|nullable)["']?[ \t]*[:=][ \t]*[^\n{{}}]*?,?)*\s*["']?(?:[Vv]alue|[Dd]efault|defaultValue)["']?[ \t]*[:=][ \t]*{VALUE}"#
    ))
});
/// A name and a value in two elements of XML.
static ELEMENTS: LazyLock<Regex> = LazyLock::new(|| {
    expression(&format!(
        r"<(?:key|[A-Za-z-]*[Nn]ame|Key)>{NAME}</[A-Za-z-]+>\s*<(?:string|[A-Za-z-]*[Vv]alue)>(?P<text>[^<\n]+)</"
    ))
});
/// A default of a shell, or of Spring: `${NAME:-value}`, `${name:value}`.
static IN_BRACES: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_.-]*?)(?::?[-=]|:)["']?(?P<bare>[^}\s"'$`<>{:=-][^}\s"'$`<>{]*)["']?\}"#,
    )
});
/// A value that code takes if a variable is not set.
static OTHERWISE: LazyLock<Regex> = LazyLock::new(|| {
    expression(&format!(
        r#"{NAME}["'`]?[\])]*[ \t]*(?:\|\|=?|\?\?=?|\?:|(?-u:\b)or(?-u:\b)|\{{)\s*(?:"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)'|`(?P<back>[^`\n]+)`)"#
    ))
});
/// The default of an option of a command line.
static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"["']-{0,2}(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)["'][^()\n]*?(?-u:\b)default[ \t]*=[ \t]*(?:"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)')"#,
    )
});

/// Finds values apart from their names in a part of a text with settings.
pub(super) fn in_settings(text: &str) -> Vec<Hit> {
    let mut hits = in_braces(text);
    let has_lines = text.contains('\n');
    if has_lines {
        hits.extend(found_by(&NEXT_LINE, text));
    }
    if text.contains("alue") || text.contains("efault") {
        hits.extend(found_by(&LISTED, text));
        hits.extend(found_by(&VALUE_FIRST, text));
        hits.extend(found_by(&BLOCK, text));
    }
    if has_lines && text.contains("</") {
        hits.extend(found_by(&ELEMENTS, text));
    }
    hits
}

/// Finds values apart from their names in a part of source code, where those without quotes are code.
pub(super) fn in_code(text: &str) -> Vec<Hit> {
    let mut hits = in_settings(text);
    let is_quoted = |hit: &Hit| {
        let before = text[..hit.range.start].chars().next_back();
        let is_in_braces = || text[hit.range.end..].starts_with(['}', '<']);
        before.is_some_and(|c| matches!(c, '"' | '\'' | '`')) || is_in_braces()
    };
    hits.retain(is_quoted);
    hits.extend(found_by(&OTHERWISE, text));
    if text.contains("default") {
        hits.extend(found_by(&OPTION, text));
    }
    hits
}

/// Finds the defaults in braces, as shells have them.
pub(super) fn in_braces(text: &str) -> Vec<Hit> {
    if text.contains("${") { found_by(&IN_BRACES, text) } else { Vec::new() }
}

/// Returns the secrets that an expression finds.
fn found_by(expression: &Regex, text: &str) -> Vec<Hit> {
    expression.captures_iter(text).filter_map(|found| named(&found)).collect()
}

/// Returns the secret that a name and its value are.
fn named(found: &Captures<'_>) -> Option<Hit> {
    const VALUES: [&str; 5] = ["double", "single", "back", "bare", "text"];
    let name = found.name("name")?.as_str();
    let value = VALUES.iter().find_map(|group| found.name(group))?;
    let text = value.as_str();
    let is_one = rules().is_key(name)
        && rules().is_value(text.as_bytes())
        && rules().tells(name, text)
        && !rules().is_name(text)
        && !is_of_code(text, |name| rules().is_name(name));
    is_one.then(|| Hit { kind: &rules().named, range: value.range(), name: Some(name.into()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_apart_from_its_name_is_found() {
        for text in [
            "password:\n  hunter2hunter2\n",
            "db_password: |\n  hunter2hunter2\n",
            "dbPassword: >-\n    hunter2hunter2\n",
            "- name: DB_PASSWORD\n  value: hunter2hunter2\n",
            "- name: DB_PASSWORD\n  value: \"hunter2hunter2\"\n",
            "{\"name\": \"DB_PASSWORD\", \"value\": \"hunter2hunter2\"}",
            "{\"value\":\"hunter2hunter2\",\"name\":\"DB_PASSWORD\"}",
            "{ name = \"DB_PASSWORD\", value = \"hunter2hunter2\" }",
            "ParameterKey: DbPassword\nParameterValue: hunter2hunter2",
            "\"db_password\": {\n  \"value\": \"hunter2hunter2\",\n  \"type\": \"string\"\n}",
            "\"db_password\":{\"sensitive\":true,\"type\":\"string\",\"value\":\"hunter2hunter2\"}",
            "variable \"db_password\" {\n  type = string\n  default = \"hunter2hunter2\"\n}",
            "DbPassword:\n  Type: String\n  Default: hunter2hunter2\n",
            "<key>password</key>\n<string>hunter2hunter2</string>",
            "<name>db.password</name>\n<value>hunter2hunter2</value>",
            "<param-name>password</param-name>\n<param-value>hunter2hunter2</param-value>",
            "password: ${DB_PASSWORD:-hunter2hunter2}",
            "PASS=\"${PASS:=hunter2hunter2}\"",
            "@Value(\"${db.password:hunter2hunter2}\")",
            "process.env.DB_PASSWORD || 'hunter2hunter2'",
            "process.env[\"API_KEY\"] ?? \"hunter2hunter2\"",
            "os.environ.get('DB_PASSWORD') or 'hunter2hunter2'",
            "ENV['API_TOKEN'] || 'hunter2hunter2'",
            "ENV.fetch('API_TOKEN') { 'hunter2hunter2' }",
            "System.getenv(\"DB_PASSWORD\") ?: \"hunter2hunter2\"",
            "$_ENV['DB_PASS'] ?? 'hunter2hunter2'",
            "parser.add_argument('--password', type=str, default='hunter2hunter2')",
        ] {
            let is_code = ["||", "??", "?:", " or ", ".fetch", "add_argument"];
            let is_code = is_code.iter().any(|word| text.contains(word));
            let hits = if is_code { in_code(text) } else { in_settings(text) };
            let values: Vec<_> = hits.iter().map(|hit| &text[hit.range.clone()]).collect();
            assert_eq!(values, ["hunter2hunter2"], "{text}");
        }
    }

    #[test]
    fn a_name_with_another_value_behind_it_has_none() {
        for text in [
            "token:\n  type: string1\n",
            "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: db1\n",
            "- name: region1\n  value: eu-west-1\n",
            "{\"name\": \"DB_HOST\", \"value\": \"db1.acme.dev\"}",
            "password: ${DB_PASSWORD:-$OTHER1}",
            "token: ${TOKEN:0:8}",
            "process.env.DB_PASSWORD || 'changeme1'",
            "const token = a.token || 'auth_token2'.token",
            "password:\n  - item1\n",
            "variable \"db_password\" {\n  type = string\n}\nvariable \"region\" {\n  default = \"eu1\"\n}",
            "token || \"#token1\"",
            "token = {type: 'x', value: match[0]}",
        ] {
            let hits = in_code(text);
            assert!(
                hits.iter().all(|hit| text[hit.range.clone()].contains("auth_token2")),
                "{text}: {hits:?}"
            );
        }
    }
}
