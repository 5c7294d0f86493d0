//! One account: `report`, `fix` and `ladder` name the same changes, bytes and grades, and a report
//! names them in every form.

use std::path::Path;

use layerscope::display::Units;
use serde_json::Value;

use super::{MB, apt, chown, layers};
use crate::dockerfile::situation::Situation;
use crate::dockerfile::stages::built_by_go;
use crate::executables::tiny::executable;
use crate::program::layerscope;
use crate::support::build::{Entry, file, gone};
use crate::support::corpus;

/// Images of the corpus whose layers waste something, small ones.
const CORPUS: [&str; 6] = [
    "kitchen.docker20-legacybuild.tar",
    "kitchen.docker26-buildkit.tar",
    "dive-test-docker-image.tar",
    "dup-layers.docker20.tar",
    "commit.docker20.tar",
    "snyk-save-dockergoof.tar",
];
/// The bytes below which `fix` says nothing of a change.
const NOTEWORTHY: u64 = 64 << 10;

/// What the three commands say of an image.
pub(super) struct Said {
    pub report: Value,
    pub fix: Value,
    pub ladder: Value,
    /// The report as text with everything, as Markdown and as a page.
    pub forms: [String; 3],
}

impl Said {
    pub fn of(archive: &Path) -> Self {
        let archive = archive.to_str().unwrap();
        let [report, fix, ladder] = ["report", "fix", "ladder"].map(|command| {
            let output = layerscope(&[command, "--format", "json", archive]);
            serde_json::from_slice(&output.stdout).expect("JSON")
        });
        let forms = ["text", "markdown", "html"].map(|format| {
            let output = layerscope(&["report", "--top", "0", "--format", format, archive]);
            String::from_utf8(output.stdout).expect("UTF-8")
        });
        Self { report, fix, ladder, forms }
    }

    pub fn of_image(archive: &[u8]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("image.tar");
        std::fs::write(&file, archive).unwrap();
        Self::of(&file)
    }

    pub fn changes(&self) -> &[Value] {
        self.report["changes"].as_array().unwrap()
    }

    /// The suggestions that make or advise the change at a place.
    pub fn suggestions(&self, place: usize) -> impl Iterator<Item = &Value> {
        let all = self.fix["suggestions"].as_array().unwrap().iter();
        all.filter(move |suggestion| suggestion["change"] == place)
    }
}

fn bytes(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn sums_agree(name: &str, said: &Said) {
    let totals = &said.report["totals"];
    for (part, total) in [
        ("own", "avoidable_bytes"),
        ("optional", "optional_bytes"),
        ("base", "base_avoidable_bytes"),
    ] {
        let of_part = said.changes().iter().filter(|change| change["part"] == part);
        let sum: u64 = of_part.map(|change| bytes(&change["adds_bytes"])).sum();
        assert_eq!(sum, bytes(&totals[total]), "{name}: {part}");
    }
}

fn changes_agree(name: &str, said: &Said) {
    for (place, change) in said.changes().iter().enumerate() {
        let saves = bytes(&change["saves_bytes"]);
        assert_eq!(change["alone_bytes"], change["saves_bytes"], "{name}: {change}");
        let all: Vec<_> = said.suggestions(place).collect();
        let is_said = change["part"] == "own" && saves >= NOTEWORTHY;
        let is_drafted = all.iter().any(|suggestion| suggestion["state"] == "proposed");
        if is_said && !is_drafted && !all.is_empty() {
            let alone: u64 = all.iter().map(|it| bytes(&it["alone_bytes"])).sum();
            assert_eq!(alone, saves, "{name}: {change}\n{all:?}");
        }
        // A draft may be another image than the one that the change leads to.
        let is_it = |suggestion: &&&Value| {
            suggestion["state"] != "proposed" || suggestion["size_bytes"] == change["size_bytes"]
        };
        for suggestion in all.iter().filter(is_it).filter(|_| change["part"] == "own") {
            assert_eq!(suggestion["grade"], change["grade"], "{name}: {change}\n{suggestion}");
        }
    }
}

/// Returns the letters and digits of a text.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns those of a page, without tags and character references.
fn letters_of_page(text: &str) -> String {
    let mut out = String::new();
    let mut end = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // What has a blank behind it is no tag, and no reference: `< 0.1 %`, `a && b`.
        let begins =
            rest.peek().is_some_and(|next| next.is_alphanumeric() || "#/!".contains(*next));
        match (end, c) {
            (Some(last), _) if c == last => end = None,
            (Some(_), _) => {}
            (None, '<') if begins => end = Some('>'),
            (None, '&') if begins => end = Some(';'),
            (None, _) => out.extend(Some(c).filter(|c| c.is_alphanumeric())),
        }
    }
    out
}

/// The changes of a part that Markdown has rows for.
const ROWS: usize = 10;

fn forms_agree(name: &str, said: &Said) {
    let [text, markdown, html] = &said.forms;
    let all = [letters(text), letters_of_page(markdown), letters_of_page(html)];
    let mut rows = std::collections::HashMap::<_, usize>::new();
    for (place, change) in said.changes().iter().enumerate() {
        let part = change["part"].as_str().unwrap();
        let (saves, size) = (bytes(&change["saves_bytes"]), bytes(&change["size_bytes"]));
        let keys = [("saves_bytes", saves), ("size_bytes", size)];
        for (key, bytes) in keys.iter().take(if part == "base" { 1 } else { 2 }) {
            let figure = format!("<data value=\"{bytes}\" data-key=\"changes.{place}.{key}\"");
            assert!(html.contains(&figure), "{name}: {figure}");
        }
        let row = rows.entry(part).or_default();
        *row += 1;
        if *row <= ROWS {
            let sign = match change["size_certainty"].as_str().unwrap() {
                "at least" => "≥",
                "at most" => "≤",
                "estimate" => "&#126;&#8203;",
                _ => "",
            };
            let [saves, size] = [saves, size].map(|bytes| Units::Iec.size(bytes));
            let grade = change["grade"].as_str().unwrap();
            let row = format!("| {saves} | {sign}{size} | {grade} | ");
            assert!(markdown.contains(&row), "{name}: {row}\n{markdown}");
        }
        if part != "base" {
            let advice: String =
                letters(change["advice"].as_str().unwrap()).chars().take(60).collect();
            let forms = all.iter().zip(["text", "markdown", "html"]);
            for (form, what) in forms.filter(|(_, what)| *what != "markdown" || *row <= ROWS) {
                assert!(
                    form.contains(&advice),
                    "{name}: {what} lacks {}\n{markdown}",
                    change["advice"]
                );
            }
            let saved = format!("{}  ", Units::Iec.size(saves));
            assert!(text.contains(&saved), "{name}: {saved}\n{text}");
        }
    }
}

fn sizes_agree(name: &str, said: &Said) {
    let sizes = said.report["possible_sizes"].as_array().unwrap();
    let ladder = said.ladder.as_array().unwrap();
    assert_eq!(sizes.len(), ladder.len(), "{name}");
    let mut needs_a_look = false;
    for (size, step) in sizes.iter().zip(ladder) {
        for key in ["step", "size_bytes", "grade"] {
            assert_eq!(size[key], step[key], "{name}");
        }
        let is_copied = ["scratch", "small-base", "distroless", "stripped", "packed"]
            .contains(&step["step"].as_str().unwrap());
        assert!(
            !needs_a_look
                || is_copied
                || step["grade"] == "needs a look"
                || step["grade"] == "at least",
            "{name}: {step}"
        );
        needs_a_look |= step["grade"] == "needs a look";
    }
    let totals = &said.report["totals"];
    let without = bytes(&totals["size_bytes"]) - bytes(&totals["avoidable_bytes"]);
    let is_bare = ladder.iter().any(|step| step["step"] == "scratch");
    let smallest = bytes(&totals["smallest_bytes"]);
    // A step that nobody would notice is no step.
    let unnoticed = bytes(&totals["size_bytes"]) / 250;
    if !is_bare {
        assert!(
            (without..=without + unnoticed).contains(&smallest),
            "{name}: {without} {smallest}"
        );
    }
}

/// Images of the kinds that people build.
pub(super) fn situations() -> Vec<(&'static str, Vec<u8>)> {
    let python = Situation::new()
        .run(
            "apt-get update && apt-get install -y build-essential python3",
            [
                file("usr/bin/x86_64-linux-gnu-gcc-12", MB),
                file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 20 * MB),
                file("usr/bin/python3", 6 * MB),
                file("var/lib/apt/lists/Packages", 3 * MB),
                file("var/log/apt/term.log", MB),
            ],
        )
        .config(serde_json::json!({ "Cmd": ["python3"] }));
    let go = built_by_go(executable().build(), [file("usr/share/doc/go/manual.html", 3 * MB)]);
    let twice: [(&str, Entry); 2] = [
        ("COPY . /app # buildkit", file("app/f1", 3 * MB)),
        ("COPY f1 /app/f1 # buildkit", file("app/f1", 3 * MB)),
    ];
    let removed: [(&str, Entry); 3] = [
        ("ADD base.tar /", file("base", 100)),
        ("RUN curl -o /tmp/a.tgz http://x/a.tgz", file("tmp/a.tgz", 3 * MB)),
        ("RUN rm /tmp/a.tgz", gone("tmp/a.tgz")),
    ];
    vec![
        ("apt", apt().archive()),
        ("chown", chown().archive()),
        ("python", python.archive()),
        ("go", go.archive()),
        ("copied twice", layers(&twice)),
        ("removed", layers(&removed)),
    ]
}

/// What a later layer stores again is rewritten there, in every form, as on the screen.
#[test]
fn what_a_chown_stores_again_is_rewritten_and_not_removed() {
    let said = Said::of_image(&chown().archive());
    let change = &said.changes()[0];
    assert_eq!(change["layers"][0]["reason"], "rewritten-unchanged", "{change}");
    let [text, markdown, html] = &said.forms;
    for (form, words) in [
        (text, "rewritten in  layer 3: RUN chown -R app /srv/app"),
        (markdown, "2, rewritten in 3"),
        (html, "<dt>rewritten in</dt>"),
    ] {
        assert!(form.contains(words), "{words}\n{form}");
        assert!(!form.contains("removed in  layer") && !form.contains(", removed in"), "{form}");
    }
    assert!(!html.contains("<dt>removed in</dt>"));
    // A file that is deleted is removed, as before.
    let said = Said::of_image(&layers(&[
        ("ADD base.tar /", file("base", 100)),
        ("RUN curl -o /tmp/a.tgz http://x/a.tgz", file("tmp/a.tgz", 3 * MB)),
        ("RUN rm /tmp/a.tgz", gone("tmp/a.tgz")),
    ]));
    let [text, markdown, html] = &said.forms;
    assert!(text.contains("removed in  layer 2: RUN rm /tmp/a.tgz"), "{text}");
    assert!(markdown.contains("1, removed in 2") && html.contains("<dt>removed in</dt>"));
    assert!(text.contains("Layer 2 deletes this file, but layer 1 still contains it."), "{text}");
}

#[test]
fn report_fix_and_ladder_tell_one_account_of_every_image() {
    let mut all: Vec<_> = situations()
        .into_iter()
        .map(|(name, archive)| (name.to_owned(), Said::of_image(&archive)))
        .collect();
    if let Some(corpus) = corpus() {
        let of_corpus =
            CORPUS.map(|name| (name.to_owned(), Said::of(&corpus.join("small").join(name))));
        all.extend(of_corpus);
    }
    for (name, said) in &all {
        sums_agree(name, said);
        changes_agree(name, said);
        forms_agree(name, said);
        sizes_agree(name, said);
    }
}
