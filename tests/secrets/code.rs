//! Passwords in source code and in scripts, texts with the name of an image, keys of GnuPG.

use serde_json::json;

use super::{GITHUB, NPM, image, json_of, key, kinds, out, run, text};
use crate::support::build::{Entry, file, hardlink};

/// A password that code has in quotes.
const VALUE: &str = "f4lc0n-42-Zr4Lp1";

fn found(entries: Vec<Entry>) -> Vec<(String, String)> {
    kinds(&image([("COPY . .", entries)]))
}

fn places(entries: Vec<Entry>) -> Vec<String> {
    found(entries).into_iter().map(|(_, place)| place).collect()
}

#[test]
fn a_password_in_code_of_any_language_is_found() {
    for (path, line) in [
        ("app/main.py", format!("DB_PASSWORD = '{VALUE}'")),
        ("usr/src/app/db.py", format!("connect(host='db', password=\"{VALUE}\")")),
        ("app/main.go", format!("\tpassword := \"{VALUE}\"")),
        ("app/lib/client.rb", format!("  config.api_key = '{VALUE}'")),
        ("var/www/html/index.php", format!("$password = '{VALUE}';")),
        ("var/www/html/db.php", format!("define('DB_PASSWORD', '{VALUE}');")),
        ("srv/src/Main.java", format!("  static final String PASSWORD = \"{VALUE}\";")),
        ("srv/src/Client.kt", format!("val apiKey: String = \"{VALUE}\"")),
        ("app/src/api.ts", format!("export const apiToken: string = '{VALUE}';")),
        ("app/server.js", format!("mysql.createConnection({{ password: '{VALUE}' }})")),
        ("srv/Program.cs", format!("var token = \"{VALUE}\";")),
        ("app/src/main.rs", format!("let secret_key = \"{VALUE}\";")),
        ("opt/tool/x.pl", format!("my $password = '{VALUE}';")),
        ("etc/acme/acme.conf", format!("password = {VALUE}")),
        ("opt/acme/db.properties", format!("db.password={VALUE}")),
        ("app/deploy.yaml", format!("  apiToken: {VALUE}")),
        ("etc/wireguard/wg0.conf", format!("PrivateKey = {VALUE}")),
        ("opt/tomcat/conf/context.xml", format!("<Resource name=\"db\" password=\"{VALUE}\"/>")),
        ("app/web.config", format!("<add key=\"ApiKey\" value=\"{VALUE}\" />")),
        ("app/data/users.json", format!("{{\"password\": \"{VALUE}\"}}")),
        ("app/index.html", format!("<script>const apiKey=\"{VALUE}\"</script>")),
        ("app/a.ipynb", format!("{{\"source\": [\"password = \\\"{VALUE}\\\"\\n\"]}}")),
        ("opt/acme/url.properties", format!("url=jdbc:mysql://db/a?user=me&password={VALUE}")),
        ("opt/acme/dsn.go", format!("dsn := \"me:{VALUE}@tcp(db:3306)/app\"")),
        ("opt/acme/settings.local", format!("export DB_PASSWORD={VALUE}")),
        ("app/env.prod.txt", format!("DB_PASSWORD=\"{VALUE}\"")),
        ("etc/wpa_supplicant/a.conf", format!("  psk=\"{VALUE}\"")),
        ("root/.msmtprc", format!("password {VALUE}")),
        ("etc/postfix/sasl_passwd", format!("[smtp.acme.dev]:587 me:{VALUE}")),
        ("app/url.py", format!("URL = 'postgres://app:{VALUE}@db/app'")),
        ("app/main.py.bak", format!("password = '{VALUE}'")),
        ("app/src/db.rs", format!("const DB_PASSWORD: &str = \"{VALUE}\";")),
        ("app/src/db.c", format!("#define DB_PASSWORD \"{VALUE}\"")),
        ("app/src/db.h", format!("static const char password[] = \"{VALUE}\";")),
        ("app/src/db.cpp", format!("std::string password(\"{VALUE}\");")),
        ("srv/Db.cs", format!("public string Password {{ get; set; }} = \"{VALUE}\";")),
        ("app/mail.js", format!("createTransport({{ auth: {{ user: 'me', pass: '{VALUE}' }} }})")),
        ("app/db.js", format!("const p = process.env.DB_PASSWORD || '{VALUE}'")),
        ("app/db.ts", format!("const p = process.env.DB_PASSWORD ?? \"{VALUE}\"")),
        ("app/db.py", format!("p = os.getenv(\"DB_PASSWORD\", \"{VALUE}\")")),
        ("app/cli.py", format!("p.add_argument('--password', default='{VALUE}')")),
        ("app/entry.sh", format!("export PW=\"${{DB_PASSWORD:-{VALUE}}}\"")),
        ("app/application.yml", format!("  password: ${{DB_PASSWORD:{VALUE}}}")),
        ("infra/db.tf", format!("  password = \"{VALUE}\"")),
        ("app/odbc.py", format!("c = \"Driver={{x}};Server=db;UID=sa;PWD={VALUE};\"")),
        ("app/dsn.py", format!("c = \"host=db user=me password={VALUE} dbname=a\"")),
        ("app/Oracle.java", format!("u = \"jdbc:oracle:thin:me/{VALUE}@db:1521:xe\";")),
        ("app/deploy.ps1", format!("$password = \"{VALUE}\"")),
        ("opt/notes", format!("db_password={VALUE}")),
        ("opt/notes.txt", format!("Password: {VALUE}")),
        ("opt/acme.ini", format!("pwd = {VALUE}")),
        ("opt/dsn", format!("postgres://me:{VALUE}@db/app")),
        ("etc/nslcd.conf", format!("bindpw {VALUE}")),
        ("app/.git/FETCH_HEAD", format!("1f\tbranch 'x' of https://me:{VALUE}@a.dev/b")),
        ("app/node_modules/.env", format!("DB_PASSWORD={VALUE}")),
    ] {
        let line = format!("// one\n\n{line}\n");
        assert_eq!(places(vec![text(path, &line)]), [format!("/{path}, line 3")], "{line}");
    }
}

#[test]
fn code_of_tests_and_libraries_and_words_in_code_are_no_alarm() {
    let line = format!("password = '{VALUE}'\n");
    for path in [
        "app/tests/login.py",
        "app/test_login.py",
        "app/src/api.test.ts",
        "srv/src/LoginTest.java",
        "app/vendor/acme/client.rb",
        "app/node_modules/acme/index.js",
        "usr/lib/python3.12/smtplib.py",
        "opt/conda/lib/python3.12/smtplib.py",
        "usr/local/share/acme/a.py",
        "var/lib/acme/a.rb",
        "usr/local/lib/ruby/3.3.0/net/http.rb",
        "usr/local/go/src/net/url.go",
        "app/locale/de/login.js",
        "app/db/client_test.go",
        "app/node_modules/acme/docs/.env",
    ] {
        assert_eq!(found(vec![text(path, &line)]), [], "{path}");
    }
    for line in [
        "password = os.environ['DB_PASSWORD1']",
        "fields = ('username', 'password1', 'password2')",
        "const TOKEN = 'oauth2_token'",
        "{ password: 'Passwort2 eingeben', token: '#token-1' }",
        "if (password == 'hunter2hunter2')",
        "password = 'changeme'",
        "<input name=\"password\" placeholder=\"Password 1\">",
        "const url = `/reset?token=${token1}`",
    ] {
        assert_eq!(found(vec![text("app/main.js", line)]), [], "{line}");
    }
}

#[test]
fn a_script_beside_programs_is_searched_unless_a_package_brought_it() {
    let shell = format!("#!/bin/sh\ncurl -u me:{VALUE} https://acme.dev\n");
    let python = format!("#!/usr/bin/env python3\nPASSWORD = '{VALUE}'\n");
    for path in ["usr/bin/deploy", "usr/local/bin/deploy", "usr/sbin/deploy", "bin/deploy"] {
        for script in [&shell, &python] {
            assert_eq!(places(vec![text(path, script)]), [format!("/{path}, line 2")], "{script}");
        }
    }
    let list = text("var/lib/dpkg/info/acme.list", "/usr\n/usr/bin\n/usr/bin/deploy\n");
    assert_eq!(found(vec![list, text("usr/bin/deploy", &shell)]), []);
    let other = format!("PASSWORD = '{VALUE}'\n");
    assert_eq!(found(vec![text("usr/bin/deploy", &other)]), [], "it is no script");
}

#[test]
fn a_text_with_the_name_of_an_image_is_searched() {
    for path in ["app/logo.png", "app/logo.woff2", "app/x.so.1", "app/x.db", "usr/share/a/x.gif"] {
        let token = format!("\n{NPM}\n");
        assert_eq!(places(vec![text(path, &token)]), [format!("/{path}, line 2")]);
        let picture = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], token.as_bytes()].concat();
        assert_eq!(found(vec![file(path, 0).holding(picture)]), [], "{path} is no text");
    }
    let long = format!("{}{GITHUB}\n", "a line of a text\n".repeat(600_000));
    assert!(long.len() > 9 << 20);
    assert_eq!(places(vec![text("app/x.png", &long)]), ["/app/x.png, line 600001"]);
}

#[test]
fn keys_of_gnupg_are_found() {
    let numbers = "00C2D6B5F9E4A1B7C8D3E2F1A0B9C8D7E6F5A4B3C2D1E0F9".repeat(4);
    let new = format!(
        "Created: 20250102T030405\nKey: (private-key (rsa (n #{numbers}#)(e #010001#)\n (d\n  #{numbers}#)))\n"
    );
    let protected = new.replace("(private-key", "(protected-private-key");
    let old = b"(21:protected-private-key(3:rsa(1:n257:\0\xc2\xd6".to_vec();
    let ring = b"\x95\x03\xbe\x04\x65\x00\x11\x22\x01\x08\0abcdefgh".to_vec();
    let public = b"\x99\x01\x0d\x04\x65\x00\x11\x22\x01\x08\0abcdefgh".to_vec();
    for (path, bytes) in [
        ("root/.gnupg/private-keys-v1.d/0A1B.key", new.into_bytes()),
        ("root/.gnupg/private-keys-v1.d/0A1C.key", protected.into_bytes()),
        ("root/.gnupg/private-keys-v1.d/0A1D.key", old),
        ("root/.gnupg/secring.gpg", ring.clone()),
        ("app/signing.gpg", ring),
        ("app/signing.asc", key().replace("PRIVATE KEY", "PGP PRIVATE KEY BLOCK").into_bytes()),
    ] {
        let kinds = found(vec![file(path, 0).holding(bytes)]);
        assert_eq!(kinds.len(), 1, "{path}: {kinds:?}");
    }
    assert_eq!(found(vec![file("app/keyring.gpg", 0).holding(public)]), []);
    let shadowed = "Key: (shadowed-private-key (rsa (n #00C2D6B5F9E4A1B7C8D3E2F1A0#)))\n";
    assert_eq!(found(vec![text("root/.gnupg/private-keys-v1.d/0A1E.key", shadowed)]), []);
}

#[test]
fn the_password_hash_of_a_user_is_found_and_a_locked_user_has_none() {
    let hash = "root:$6$Zr4Lp1Ws8Yb3$Kx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5Jf04PwkTe:19000:0:99999:7:::\n";
    let locked = "daemon:*:19000:0:99999:7:::\nme:!:19000:0:99999:7:::\nci:!$6$a:1::::::\n";
    let shadow = text("etc/shadow", &format!("{locked}{hash}"));
    assert_eq!(found(vec![shadow]), [("password-hash".into(), "/etc/shadow, line 4".into())]);
    assert_eq!(found(vec![text("etc/shadow", locked)]), []);
}

#[test]
fn a_very_long_file_of_code_is_searched_for_tokens_and_is_no_gap() {
    let directory = tempfile::tempdir().unwrap();
    let code = format!("{}const t = '{GITHUB}';\n", "let a = 1;\n".repeat(900_000));
    assert!(code.len() > 9 << 20);
    let mut video = b"G@\0\x10\0\0\xb0\r".to_vec();
    video.resize(9 << 20, 0xff);
    let entries = vec![text("app/bundle.js", &code), file("app/film.ts", 0).holding(video)];
    let image = image([("COPY . .", entries)]);
    let kinds: Vec<_> = kinds(&image).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["github-token"]);
    let report = run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]);
    assert_eq!(json_of(&report)["secrets"]["unread_files"], json!(0));
}

#[test]
fn code_under_another_name_of_the_file_is_found_once() {
    let line = format!("password = '{VALUE}'\n");
    let entries = vec![text("app/main.py", &line), hardlink("usr/lib/x/main.so", "app/main.py")];
    assert_eq!(places(entries), ["/app/main.py, line 1"]);
}

#[test]
fn a_strict_check_does_not_pass_beside_an_archive() {
    let directory = tempfile::tempdir().unwrap();
    let with = |entries: Vec<Entry>| image([("COPY . /app", entries)]);
    let check = |image: &crate::support::build::Image, options: &[&str]| {
        let output = run(image, directory.path(), &[&["check", "shop.tar"][..], options].concat());
        let said = out(&output) + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), said)
    };
    let archive = with(vec![file("app/a.jar", 900)]);
    assert_eq!(check(&archive, &["--max-secrets", "0"]).0, Some(0));
    let (code, said) = check(&archive, &["--max-secrets", "0", "--strict"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("what is inside 1 archive, such as jar and zip was not searched"),
        "{said}"
    );
    assert!(said.contains("leave out --strict"), "{said}");
    let plain = with(vec![file("app/a", 900)]);
    assert_eq!(check(&plain, &["--max-secrets", "0", "--strict"]).0, Some(0));
    let (code, said) = check(&plain, &["--max-size", "1GB", "--strict"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("is about a limit on secrets, and there is none"), "{said}");
    std::fs::write(directory.path().join("l.toml"), "[limits]\nsecrets = 0\nstrict = true\n")
        .unwrap();
    assert_eq!(check(&archive, &["--limits", "l.toml"]).0, Some(2));
    let (_, said) = check(&archive, &["--max-secrets", "0", "--format", "openmetrics"]);
    assert!(said.contains("layerscope_image_unsearched{image=\"shop:1.4\",platform=\""), "{said}");
    assert!(said.contains("what=\"archives\"} 1\n"), "{said}");
    assert!(said.contains("layerscope_image_unread{"), "{said}");
}
