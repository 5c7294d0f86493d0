//! Packages that nobody needs at run time: what dpkg and npm know of why they are there.

use serde_json::{Value, json};

use super::situation::{Fixed, Situation};
use crate::support::build::{Entry, dir, file};

const BEFORE: &str = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\n\n";
/// git needs perl, by a name that perl provides; it recommends ssh, which needs libssh; nothing
/// tells why vim is there.
const AFTER: &str = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\n\n\
    Package: git\nStatus: install ok installed\nArchitecture: amd64\nDepends: libc6, perl-any\nRecommends: patch | ssh, libc6\n\n\
    Package: perl\nStatus: install ok installed\nArchitecture: amd64\nProvides: perl-any\n\n\
    Package: ssh\nStatus: install ok installed\nArchitecture: amd64\nDepends: libssh (>= 1), libc6\n\n\
    Package: libssh\nStatus: install ok installed\nArchitecture: amd64\nRecommends: ssh\n\n\
    Package: vim\nStatus: install ok installed\nArchitecture: amd64\nRecommends: ssh\n";

fn text(path: &str, text: &str) -> Entry {
    file(path, 0).holding(text)
}

pub fn installed_by(command: &str) -> Situation {
    let lists = [
        ("git", "git"),
        ("perl", "perl"),
        ("ssh", "ssh"),
        ("libssh:amd64", "libssh.so"),
        ("vim", "vim"),
    ];
    let list = |(package, name): (&str, &str)| {
        let files = format!("/.\n/usr\n/usr/{name}\n/usr/bin/{name}\n/etc/common\n");
        text(&format!("var/lib/dpkg/info/{package}.list"), &files)
    };
    let sizes = [
        ("git", 500_000),
        ("perl", 400_000),
        ("ssh", 300_000),
        ("libssh.so", 20_000),
        ("vim", 100_000),
    ];
    Situation::new()
        .run("debootstrap", [text("var/lib/dpkg/status", BEFORE), text("etc/common", "x")])
        .run(
            command,
            [text("var/lib/dpkg/status", AFTER)]
                .into_iter()
                .chain(lists.map(list))
                .chain(sizes.map(|(name, size)| file(format!("usr/{name}"), size)))
                .chain(sizes.map(|(name, _)| file(format!("usr/bin/{name}"), 0))),
        )
}

fn fixed(command: &str) -> Fixed {
    installed_by(command).fixed(&format!("FROM base\nRUN debootstrap\nRUN {command}\n"))
}

#[test]
fn packages_that_are_only_recommended_are_left_out_by_a_flag_and_counted_by_their_files() {
    let fixed = fixed("apt-get install -y git");
    assert_eq!(
        fixed.dockerfile(),
        "FROM base\nRUN debootstrap\nRUN apt-get install --no-install-recommends -y git\n"
    );
    assert_eq!(
        fixed.saves(),
        320_000,
        "ssh and libssh: neither what git needs nor what nothing tells of"
    );
    // More may go: what they need is counted only where nothing else in the image needs it.
    let text = fixed.text();
    assert!(
        text.contains(
            "only recommended: libssh, ssh; name those that you use; saves at least 312 KiB"
        ),
        "{text}"
    );
    assert!(text.contains("# size with the changes in this diff: at most 977 KiB "), "{text}");
}

#[test]
fn what_installing_compiles_of_a_package_belongs_to_it() {
    let modules = [
        text("var/lib/dpkg/status", AFTER),
        text("var/lib/dpkg/info/ssh.list", "/usr/lib/python3/ssh.py\n"),
        file("usr/lib/python3/ssh.py", 300_000),
        file("usr/lib/python3/__pycache__/ssh.cpython-311.pyc", 250_000),
        file("usr/lib/python3/__pycache__/vim.cpython-311.pyc", 100_000),
    ];
    let situation = Situation::new()
        .run("debootstrap", [text("var/lib/dpkg/status", BEFORE)])
        .run("apt-get install -y git", modules);
    let fixed = situation.fixed("FROM base\nRUN debootstrap\nRUN apt-get install -y git\n");
    assert_eq!(fixed.saves(), 550_000, "no list of dpkg names what is compiled");
}

#[test]
fn what_is_named_is_wanted_and_what_cannot_be_read_is_left_alone() {
    for command in [
        "apt-get install -y git ssh",
        "apt-get install -y git && apt-get install -y ssh=1:9.2 libssh:amd64",
        "apt-get install -y --no-install-recommends git",
        "apt-get install -y git $MORE",
        "apt-get install -y $(cat packages) git",
        "dpkg -i git.deb",
    ] {
        let fixed = fixed(command);
        assert!(
            fixed.fix.changes.is_empty() && fixed.saves() == 0,
            "{command}: {}",
            fixed.dockerfile()
        );
    }
}

#[test]
fn the_database_may_say_anything() {
    for status in [
        "Package: a\nStatus: install ok installed\nDepends: a | a, ,|,(\nRecommends: a, git",
        "\u{0}",
        "::\n\n:\n",
    ] {
        let situation =
            Situation::new().run("debootstrap", [text("var/lib/dpkg/status", BEFORE)]).run(
                "apt-get install git",
                [
                    text("var/lib/dpkg/status", status),
                    text("var/lib/dpkg/info/a.list", "/../..\n\n/etc"),
                ],
            );
        let fixed = situation.fixed("FROM base\nRUN debootstrap\nRUN apt-get install git\n");
        assert_eq!(fixed.saves(), 0);
    }
}

/// A project of which `jest` is for development only, with a package in it that `left-pad` needs as
/// well.
pub fn modules(scripts: &Value) -> Vec<Entry> {
    let lock = json!({ "packages": {
        "node_modules/left-pad": {}, "node_modules/jest": { "dev": true },
        "node_modules/jest/node_modules/kept": {}, "node_modules/@types/node": { "dev": true },
        "../../etc": { "dev": true },
    }});
    vec![
        text("app/package.json", &json!({ "scripts": scripts }).to_string()),
        dir("app/node_modules"),
        text("app/node_modules/.package-lock.json", &lock.to_string()),
        file("app/node_modules/left-pad/index.js", 1_000_000),
        file("app/node_modules/jest/index.js", 2_000_000),
        file("app/node_modules/jest/node_modules/kept/index.js", 70_000),
        file("app/node_modules/@types/node/index.d.ts", 300_000),
    ]
}

pub fn project(scripts: &Value, after: &str) -> Fixed {
    let situation = Situation::new().run("npm ci", modules(scripts));
    situation.fixed(&format!("FROM base\nRUN npm ci\n{after}"))
}

#[test]
fn packages_for_development_are_left_out_where_nothing_runs_that_may_need_them() {
    let start = "CMD [\"node\", \"server.js\"]\n";
    let fixed = project(&json!({ "test": "jest", "build": "x" }), start);
    assert_eq!(fixed.dockerfile(), format!("FROM base\nRUN npm ci --omit=dev\n{start}"));
    assert_eq!(fixed.saves(), 2_300_000);
    for (scripts, after) in [
        (json!({}), "RUN npm run build\n"),
        (json!({}), "RUN ./build.sh && rm -r src\n"),
        (json!({}), "CMD [\"npm\", \"start\"]\n"),
        (json!({}), "CMD node node_modules/.bin/nodemon server.js\n"),
        (json!({ "prepare": "husky" }), start),
        (json!({ "postinstall": "patch-package" }), start),
    ] {
        let fixed = project(&scripts, after);
        assert!(fixed.fix.changes.is_empty() && fixed.saves() == 0, "{after}");
        assert!(fixed.left().contains("for development, but"), "{after}: {}", fixed.left());
    }
}
