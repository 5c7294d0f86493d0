//! Files beside programs: a token is found in what nobody's package brought, and what other files of
//! packages have is none.

use super::{GITHUB, NPM, PASSWORD, image, key, kinds, text};
use crate::support::build::Entry;

fn found(entries: Vec<Entry>) -> Vec<(String, String)> {
    kinds(&image([("COPY . .", entries)]))
}

#[test]
fn a_token_in_a_text_beside_programs_is_found() {
    for path in [
        "usr/lib/shop/main.js",
        "usr/share/shop/deploy.conf",
        "usr/bin/deploy",
        "usr/sbin/deploy",
        "usr/libexec/deploy",
        "lib/shop/a",
        "usr/share/bash-completion/gh",
    ] {
        let token =
            found(vec![text(path, &format!("#!/bin/sh\ncurl -H 'token {GITHUB}' a.dev\n"))]);
        assert_eq!(token, [("github-token".into(), format!("/{path}, line 2"))]);
    }
    let log = format!("{}{NPM}\n", "a line\n".repeat(1_400_000));
    let places: Vec<_> = found(vec![text("usr/share/shop/log", &log)]);
    assert_eq!(places, [("npm-token".into(), "/usr/share/shop/log, line 1400001".into())]);
}

#[test]
fn what_files_of_packages_have_too_is_no_secret_beside_programs() {
    let google = concat!("AIza", "SyD9kQ2mVx7Lp1Ws8Yb3Nc6Hd5Jf04PwkTe");
    for contents in [
        key(),
        format!("const k = '{google}';"),
        format!("password = {PASSWORD}"),
        format!("{GITHUB}x"),
    ] {
        assert_eq!(found(vec![text("usr/lib/shop/main.js", &contents)]), [], "{contents}");
    }
    assert_eq!(found(vec![text("srv/main.js", google)]).len(), 1, "elsewhere it counts");
}

#[test]
fn a_file_of_a_package_counts_only_after_somebody_changed_it() {
    let list = || text("var/lib/dpkg/info/shop.list", "/usr/lib/shop\n/usr/lib/shop/main.js\n");
    let main = |contents: &str| text("usr/lib/shop/main.js", contents);
    let token = format!("const t = '{GITHUB}';\n");
    assert_eq!(found(vec![list(), main(&token)]), []);
    let changed = image([
        ("RUN apt-get install shop", vec![list(), main("const t = 0;\n")]),
        ("COPY . .", vec![main(&token)]),
    ]);
    assert_eq!(kinds(&changed), [("github-token".into(), "/usr/lib/shop/main.js, line 1".into())]);
}
