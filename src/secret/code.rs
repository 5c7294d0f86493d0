//! Passwords in source code: a name of a secret with a value in quotes, in the spellings of many
//! languages.
//!
//! In code, names such as `token` also stand beside keys of forms, labels and formats. A value only
//! counts if it looks like nothing else.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::command::{find_addresses, valued};
use super::hints::find_near_names;
use super::manifest::Manifest;
use super::pattern::expression;
use super::rules::rules;
use super::settings::connections;
use super::telling::{self, is_telling};
use super::{Hit, elsewhere};

/// A name and a value in quotes, with what stands between them: `=`, `:`, `:=`, `=>`, or a type, and what
/// makes a string of the value.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?-u:\b)(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)["'`]?\]?[ \t]*(?:=>|:=|[?!]?:[ \t]*[&A-Za-z_][A-Za-z0-9_.<>\[\]|?&' ]{0,40}=|(?:string|String)[ \t]*=|[ \t]+As[ \t]+[A-Za-z.]+[ \t]*=|\{[ \t]*get;[^}\n]{0,40}\}[ \t]*=|\[[0-9A-Za-z_]*\][ \t]*=|[=:])\s*(?:(?:new[ \t]+String|String::from|Some|(?:SecretString|Secret|Zeroizing)::(?:new|from)|std::string|strdup|\[\]byte|Buffer\.from|SecretStr)\([ \t]*|\(\s*|[A-Za-z]{1,2}|@|\$)?\\{0,3}(?:"{1,3}(?P<double>[^"\n]+)"|'{1,3}(?P<single>[^'\n]+)'|`(?P<back>[^`\n]+)`)"#,
    )
});
/// A value in quotes that a macro of C or the constructor of a string takes.
static DEFINED: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?:#[ \t]*define[ \t]+(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]+|(?-u:\b)[A-Za-z:_]*[Ss]tring[ \t]+(?P<element>[A-Za-z_][A-Za-z0-9_]*)[({][ \t]*)(?:L|u8)?"(?P<double>[^"\n]+)""#,
    )
});
/// A password behind a name that is an argument, too: of a login, of a connection to a database, of a token
/// that is signed.
static POSITION: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?:(?-u:\b)auth[ \t]*=[ \t]*\(|(?i:basic_?auth|digest_?auth|NetworkCredential|UsernamePassword[A-Za-z]*|PasswordAuthentication)\()[ \t]*["'][^"'\n]*["'][ \t]*,[ \t]*["'](?P<value>[^"'\n]+)["']|(?:getConnection|PDO|mysqli|mysqli_connect|[Cc]onnect)\([ \t]*["'a-zA-Z][^()\n,]*,[ \t]*["'][^"'\n]*["'][ \t]*,[ \t]*["']([^"'\n]+)["']|jwt\.(?:sign|verify)\([^\n]{1,200}?,[ \t]*["']([^"'\n]+)["']"#,
    )
});
/// A value behind a name without a sign between them, as in Gradle and Clojure, or behind a symbol of Ruby.
static SYMBOL: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)(?:[ \t(]:|(?:^|[;{])[ \t]*:?)(?P<name>[A-Za-z_][A-Za-z0-9_-]*)(?:,[ \t]*|[ \t]+)(?:"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)')"#,
    )
});
/// The token that a bot of Discord gives to its library.
static BOT: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"\.(?:run|login|start)\([ \t]*["'](?P<value>[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45})["']"#,
    )
});
/// A name in quotes and a value in quotes, as arguments of a function.
static ARGUMENT: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"\([ \t]*["'](?P<name>[A-Za-z_][A-Za-z0-9_.-]*)["'][ \t]*,[ \t]*(?:[A-Za-z]{1,2}|@)?(?:"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)')"#,
    )
});
/// A value in quotes that a function with the name takes.
static SETTER: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?P<dot>\.)?(?-u:\b)(?P<method>[A-Za-z_]+)\([ \t]*(?:[A-Za-z]{1,2}|@)?(?:"(?P<double>[^"\n]+)"|'(?P<single>[^'\n]+)')[ \t]*\)"#,
    )
});
/// A value in an element of XML, or in one with the name of a property.
static ELEMENT: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"<(?:[A-Za-z]+:)?(?P<element>[A-Za-z_][A-Za-z0-9_.-]*)>(?P<inner>[^<>\n]+)</|(?:name|key|Name|Key)="(?P<name>[A-Za-z_][A-Za-z0-9_.:-]*)"(?:[ \t]+value[ \t]*=[ \t]*"(?P<double>[^"\n]+)"|>(?P<text>[^<>\n]+)</)"#,
    )
});
/// The address of a database as drivers of Go take it.
static DRIVER: LazyLock<Regex> =
    LazyLock::new(|| expression(r#"["'`][^\s"'`:@/]+:(?P<value>[^\s"'`@]{6,})@(?:tcp|unix)\("#));
/// A header with credentials, whose name and value are two words in quotes.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?i)(?-u:\b)authorization["'`]?\]?[ \t]*(?:=>|[:=,])[ \t]*[a-z]{0,2}["'`]?(?:bearer|token|basic)[ \t]+(?P<value>[A-Za-z0-9._~+/=-]{8,})"#,
    )
});

/// Finds the secrets in source code, and in JSON.
pub fn find_in_code(text: &str) -> Vec<Hit> {
    let mut manifest = Manifest::default();
    let mut hits = find_near_names(text, |part| {
        manifest.look(part);
        let elements = ELEMENT.captures_iter(part).filter_map(|it| named(&it));
        let setters = SETTER.captures_iter(part).filter_map(|it| named(&it));
        let found = ASSIGNED.captures_iter(part).filter_map(|it| named(&it));
        let found =
            found.chain(of_arguments(part)).chain(setters).chain(elements).chain(headers(part));
        let defined = DEFINED.captures_iter(part).filter_map(|it| named(&it));
        let symbols = SYMBOL.captures_iter(part).filter_map(|it| named(&it));
        let found = found.chain(connections(part)).chain(drivers(part)).chain(defined);
        let mut found: Vec<_> =
            found.chain(symbols).chain(bots(part)).chain(positions(part)).collect();
        found.extend(elsewhere::in_code(part));
        found
    });
    hits.extend(find_addresses(text));
    manifest.finish(text, hits)
}

/// Returns the secret that a name and its value are.
fn named(found: &Captures<'_>) -> Option<Hit> {
    const VALUES: [&str; 5] = ["double", "single", "back", "inner", "text"];
    let value = VALUES.iter().find_map(|group| found.name(group))?;
    let name = match (found.name("name").or(found.name("element")), found.name("method")) {
        (Some(name), _) => Some(name.as_str()).filter(|name| rules().is_key(name)),
        (None, Some(method)) => of_method(method.as_str(), found.name("dot").is_some()),
        (None, None) => None,
    }?;
    // Code inside a string has a backslash before the quote.
    let text = value.as_str().trim_end_matches('\\');
    let is_one =
        rules().is_value(text.as_bytes()) && rules().tells(name, text) && !is_of_code(text);
    let range = value.start()..value.start() + text.len();
    is_one.then(|| Hit { kind: &rules().named, range, name: Some(name.into()) })
}

/// Returns the name that a method sets: `setPassword("…")`, and `.password("…")`, which has nothing but
/// the name, but not `getPassword("…")`.
fn of_method(method: &str, has_dot: bool) -> Option<&str> {
    let starts = ["set_", "with_", "set", "with", "Set", "With"];
    match starts.iter().find_map(|start| method.strip_prefix(start)) {
        Some(name) => Some(name).filter(|name| rules().is_key(name)),
        None => Some(method).filter(|name| has_dot && rules().is_word(name)),
    }
}

/// Finds values that stand behind their names as arguments; one that is a name itself is none, as in a
/// list of fields.
fn of_arguments(text: &str) -> impl Iterator<Item = Hit> {
    let found = ARGUMENT.captures_iter(text).filter_map(|found| named(&found));
    found.filter(|hit| !rules().is_name(&text[hit.range.clone()]))
}

fn drivers(text: &str) -> impl Iterator<Item = Hit> {
    DRIVER.captures_iter(text).filter_map(|found| {
        let value = found.name("value")?;
        let is_one = rules().is_value(value.as_str().as_bytes()) && is_telling(value.as_str());
        is_one.then(|| Hit { kind: &rules().address, range: value.range(), name: None })
    })
}

fn headers(text: &str) -> impl Iterator<Item = Hit> {
    HEADER.captures_iter(text).filter_map(|found| {
        let value = found.name("value")?;
        let is_one = rules().is_value(value.as_str().as_bytes()) && is_telling(value.as_str());
        let name = Some("Authorization".to_owned());
        is_one.then(|| Hit { kind: &rules().named, range: value.range(), name })
    })
}

fn positions(text: &str) -> impl Iterator<Item = Hit> {
    POSITION.captures_iter(text).filter_map(|found| {
        let hit = valued(text, &found, &rules().named)?;
        let value = &text[hit.range.clone()];
        let is_one = is_telling(value) && !is_of_code(value) && !rules().is_name(value);
        is_one.then(|| Hit { name: Some("Password".into()), ..hit })
    })
}

fn bots(text: &str) -> impl Iterator<Item = Hit> {
    let found = BOT.captures_iter(text).filter_map(|found| found.name("value"));
    let name = || Some("the token of a bot".to_owned());
    found.map(move |it| Hit { kind: &rules().named, range: it.range(), name: name() })
}

/// Returns whether a value is a format, a pattern, a place on a page, or the name of a secret.
fn is_of_code(value: &str) -> bool {
    rules().is_word(value) || telling::is_of_code(value, |name| rules().is_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_source_code_of_any_language_is_found() {
        for text in [
            "password = 'hunter2hunter2'",
            "DB_PASSWORD: str = \"hunter2hunter2\"",
            "os.environ['DB_PASSWORD'] = 'hunter2hunter2'",
            "os.environ.setdefault(\"DB_PASSWORD\", \"hunter2hunter2\")",
            "conn = connect(host='db', password=b'hunter2hunter2')",
            "self.api_key = \"\"\"hunter2hunter2\"\"\"",
            "\tpassword := \"hunter2hunter2\"",
            "const apiKey string = \"hunter2hunter2\"",
            "var token = `hunter2hunter2`",
            "cfg := Config{Password: \"hunter2hunter2\"}",
            "$password = 'hunter2hunter2';",
            "define('DB_PASSWORD', 'hunter2hunter2');",
            "['user' => 'app', 'password' => 'hunter2hunter2']",
            "@client_secret = 'hunter2hunter2'",
            "private static final String PASSWORD = \"hunter2hunter2\";",
            "source.setPassword(\"hunter2hunter2\");",
            "builder.user(\"app\").password(\"hunter2hunter2\")",
            "private readonly apiKey: string = 'hunter2hunter2';",
            "val dbPassword: String = \"hunter2hunter2\"",
            "let secret_key = String::from(\"hunter2hunter2\");",
            "char *password = \"hunter2hunter2\";",
            "string password = @\"hunter2hunter2\";",
            "{\"db\":{\"user\":\"app\",\"dbPassword\":\"hunter2hunter2\"}}",
            "engine = create_engine('postgresql://app:hunter2hunter2@db/app')",
            "headers = {\"Authorization\": \"Bearer hunter2hunter2\"}",
            "dsn := \"app:hunter2hunter2@tcp(db:3306)/app\"",
            "url = 'jdbc:mysql://db/app?user=app&password=hunter2hunter2'",
            "{\"source\": [\"password = \\\"hunter2hunter2\\\"\\n\"]}",
            "<script>const apiKey=\"hunter2hunter2\"</script>",
            "const DB_PASSWORD: &str = \"hunter2hunter2\";",
            "static TOKEN: &'static str = \"hunter2hunter2\";",
            "let password = Some(\"hunter2hunter2\".to_string());",
            "public string Password { get; set; } = \"hunter2hunter2\";",
            "#define DB_PASSWORD \"hunter2hunter2\"",
            "static const char password[] = \"hunter2hunter2\";",
            "char password[32] = \"hunter2hunter2\";",
            "std::string password(\"hunter2hunter2\");",
            "{\"db\":{\"dbPassword\":\"hunter2hunter2\"}}",
            "{ user: me, password = 'hunter2hunter2' }",
            "std::string password{\"hunter2hunter2\"};",
            "resource \"db\" {\n  password = \"hunter2hunter2\"\n}",
            "password =\n    \"hunter2hunter2\"",
            "db.connect({user: 'app', pass: 'hunter2hunter2'})",
            "{\"user\": \"app\", \"pwd\": \"hunter2hunter2\"}",
            "$smtp->pass = 'hunter2hunter2';",
            "DB_PASS = 'hunter2hunter2'",
            "dsn = \"host=db user=app password=hunter2hunter2 sslmode=disable\"",
            "\"Driver={ODBC};Server=db;Uid=sa;Pwd=hunter2hunter2;\"",
            "url = \"jdbc:oracle:thin:scott/hunter2hunter2@db:1521:xe\"",
            "r = requests.get(u, auth=('me', 'hunter2hunter2'))",
            "r = HTTPBasicAuth('me', 'hunter2hunter2')",
            "new NetworkCredential(\"me\", \"hunter2hunter2\")",
            "DriverManager.getConnection(url, \"me\", \"hunter2hunter2\")",
            "new PDO(\"mysql:host=db\", \"me\", \"hunter2hunter2\")",
            "jwt.sign({ id: 1 }, 'hunter2hunter2')",
            "set :password, 'hunter2hunter2'",
            "credentials { username 'me'; password 'hunter2hunter2' }",
            "{:user \"me\"\n :password \"hunter2hunter2\"}",
            "[{user, \"me\"}, {password, \"hunter2hunter2\"}]",
            "map[string]string{\"client_secret\": \"hunter2hunter2\"}",
            "password = (\"hunter2hunter2\")",
            "auth: { bindCredentials: 'hunter2hunter2' }",
            "<server><user>app</user><password>hunter2hunter2</password></server>",
            "<Resource name=\"jdbc/db\" username=\"app\" password=\"hunter2hunter2\"/>",
            "<property name=\"db.password\" value=\"hunter2hunter2\"/>",
            "<entry key=\"password\">hunter2hunter2</entry>",
            "<add key=\"ApiKey\" value=\"hunter2hunter2\" />",
            "new SqlConnection(\"Server=db;User Id=sa;Password=hunter2hunter2;\")",
        ] {
            let hits = find_in_code(text);
            assert_eq!(hits.len(), 1, "{text}: {hits:?}");
            assert_eq!(&text[hits[0].range.clone()], "hunter2hunter2", "{text}");
        }
    }

    #[test]
    fn a_key_with_a_random_value_is_found_and_other_keys_are_none() {
        for text in [
            "STRIPE_KEY = 'Zz9Kx7Qm2Vt9Zr4Lp1'",
            "const MAILER_AUTH = \"Zz9Kx7Qm2Vt9Zr4Lp1\";",
            "os.environ['ALGOLIA_KEY'] = 'Zz9Kx7Qm2Vt9Zr4Lp1'",
            "{\"stripe_key\": \"Zz9Kx7Qm2Vt9Zr4Lp1\"}",
        ] {
            assert_eq!(find_in_code(text).len(), 1, "{text}");
        }
        for text in [
            "key = 'Zz9Kx7Qm2Vt9Zr4Lp1'",
            "CACHE_KEY = 'Zz9Kx7Qm2Vt9Zr4Lp1'",
            "SORT_BY_KEY = 'created1At'",
            "{\"i18n_key\": \"checkoutPage2TitleOfTheOrder\"}",
            "SESSION_KEY = '_auth_user_hash_2'",
            "PUBLIC_KEY = 'Zz9Kx7Qm2Vt9Zr4Lp1'",
        ] {
            assert!(find_in_code(text).is_empty(), "{text}: {:?}", find_in_code(text));
        }
    }

    #[test]
    fn code_that_only_names_a_secret_has_none() {
        for text in [
            "password = os.environ['DB_PASSWORD1']",
            "password = getpass('Password2: ')",
            "fields = ('username', 'password1', 'password2')",
            "form.add('password1', 'password2')",
            "TOKEN = 'oauth2_token'",
            "const TOKEN_TYPE = 'oauth2'; const SECRET = 'base64'; let token = 'v2'",
            "password = f'{name}1{suffix}'",
            "const password = document.querySelector('#id_password1')",
            "password: '#id_password1',",
            "token = \"%s-%d1\" % (a, b)",
            "if (password == 'hunter2hunter2') {",
            "PASSWORD_PATTERN = '[a-z0-9]{8,}'",
            "passwordLabel: 'Password 2', tokenizer: 'bert-base-v1'",
            "user.getPassword(\"account1\")",
            "Token('NUMBER', '1a')",
            "{ password: 'Passwort2 eingeben' }",
            "assert_eq!(pass, \"phase1\"); run_pass(\"licm2\"); passes: \"O2x\"",
            "bypass: 'sub1net', compass = 'north1', token(\"abc1\")",
            "pass: \"pass1\", pwd: '/home/user1'",
        ] {
            assert!(find_in_code(text).is_empty(), "{text}: {:?}", find_in_code(text));
        }
    }

    #[test]
    fn a_password_in_one_long_line_is_found() {
        let filler = "a=b;token=c;".repeat(50_000);
        let text = format!("{filler}var password=\"hunter2hunter2\";{filler}");
        let hits = find_in_code(&text);
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].range.start, filler.len() + 14);
    }
}
