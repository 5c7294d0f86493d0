//! Variations of everything that was reported, as cases in a text: what a Dockerfile's steps store,
//! and what has to change or must not. A new case needs no code.
//!
//! A case begins with `== name`. Then come the Dockerfile without its `FROM base`, a line of
//! entries for each step that makes a layer (`.` and a blank before them; see `cases` for how an
//! entry is written; `nothing` if it makes none), and what is wanted: `+ line` is a new line of a
//! changed file, `- text` is in none of them, `? text` is a reason why something is left, `same`
//! means that nothing changes. `! word` sets what the image is: `buildkit`, `shell WORDS`, `cmd
//! WORDS`, `entrypoint WORDS`, `user NAME`, `env NAME=VALUE`, `workdir PATH`, `ignore PATTERN`,
//! `config-shell WORDS`, `volume PATH` (of the base image).

use std::path::Path;

use serde_json::json;

use super::cases::entry;
use super::situation::{Fixed, Situation};

/// A case of the text.
#[derive(Default)]
struct Case<'a> {
    name: &'a str,
    file: Vec<&'a str>,
    steps: Vec<&'a str>,
    set: Vec<&'a str>,
    wanted: Vec<&'a str>,
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let mut all: Vec<Case<'_>> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with("//")) {
        if let Some(name) = line.strip_prefix("== ") {
            all.push(Case { name, ..Case::default() });
            continue;
        }
        let Some(case) = all.last_mut() else { continue };
        match line.split_at_checked(2) {
            Some((". ", entries)) => case.steps.push(entries),
            None if line == "." => case.steps.push(""),
            Some(("! ", set)) => case.set.push(set),
            Some(("+ " | "- " | "? ", _)) => case.wanted.push(line),
            _ if line == "same" => case.wanted.push(line),
            _ if line.is_empty() && case.file.is_empty() => {}
            _ => case.file.push(line),
        }
    }
    all
}

/// The instructions of a Dockerfile, each with its lines joined as the history has it.
fn joined(lines: &[&str]) -> Vec<String> {
    let (mut all, mut open): (Vec<String>, Option<(String, String)>) = (Vec::new(), None);
    let mut goes_on = false;
    for line in lines {
        if let Some((end, mut text)) = open.take() {
            if *line == end {
                all.push(text);
            } else {
                text.push('\n');
                text.push_str(line);
                open = Some((end, text));
            }
            continue;
        }
        if line.trim_start().starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let bare = line.strip_suffix(['\\', '`']).unwrap_or(line);
        match all.last_mut().filter(|_| goes_on) {
            Some(last) => last.push_str(bare),
            None => all.push(bare.to_owned()),
        }
        goes_on = bare.len() < line.len();
        if let Some((head, end)) = line.split_once("<<").filter(|_| line.starts_with("RUN <<")) {
            all.pop();
            let end = end.split(' ').next().unwrap_or_default();
            open = Some((end.trim_matches(['"', '\'', '-']).to_owned(), head.to_owned()));
        }
    }
    all
}

fn fixed(case: &Case<'_>) -> Fixed {
    let mut steps = case.steps.iter().map(|step| {
        (*step != "nothing").then(|| step.split_whitespace().map(entry).collect::<Vec<_>>())
    });
    let mut next =
        || steps.next().unwrap_or_else(|| panic!("{}: a step has no entries", case.name));
    let set =
        |name: &str| case.set.iter().find_map(move |set| set.strip_prefix(name)).map(str::trim);
    let buildkit = set("buildkit").is_some();
    let mut situation = Situation::new();
    if buildkit {
        situation = situation.buildkit();
    }
    let shell = set("shell ").unwrap_or("/bin/sh -c");
    let mut in_last = Vec::new();
    for line in joined(&case.file) {
        if line.to_ascii_uppercase().starts_with("FROM ") {
            in_last.clear();
        } else {
            in_last.push(line);
        }
    }
    for line in in_last {
        let line = line.trim_start_matches('\u{feff}').trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let bare =
            rest.split(' ').skip_while(|word| word.starts_with("--")).collect::<Vec<_>>().join(" ");
        situation = match word.to_ascii_uppercase().as_str() {
            "RUN" => {
                let command = match bare.strip_prefix('[') {
                    Some(_) => {
                        let words: Vec<String> =
                            serde_json::from_str(&bare).expect("the exec form");
                        words.join(" ")
                    }
                    None => format!("{shell} {bare}"),
                };
                let created_by =
                    if buildkit { format!("RUN {command} # buildkit") } else { command };
                match next() {
                    Some(entries) => situation.step(&created_by, entries),
                    None => situation.nothing(&created_by),
                }
            }
            "ADD" | "COPY" => situation.step(
                &format!("{} {bare} # buildkit", word.to_ascii_uppercase()),
                next().unwrap_or_default(),
            ),
            _ => situation.value(line),
        };
    }
    assert!(steps.next().is_none(), "{}: a step has no instruction", case.name);
    let words = |name: &str| set(name).map(|words| words.split(' ').collect::<Vec<_>>());
    let environment: Vec<_> = case.set.iter().filter_map(|set| set.strip_prefix("env ")).collect();
    situation = situation.config(json!({
        "Cmd": words("cmd "), "Entrypoint": words("entrypoint "), "User": set("user ").unwrap_or_default(),
        "Env": environment, "WorkingDir": set("workdir ").unwrap_or_default(), "Shell": words("config-shell "),
        "Volumes": set("volume ").map(|path| json!({ path: {} })),
    }));
    if let Some(pattern) = set("ignore ") {
        situation = situation.ignoring(&format!("{}\n", pattern.replace('|', "\n")));
    }
    let text = case.file.join("\n");
    let head: String = case
        .file
        .iter()
        .take_while(|line| line.starts_with("# "))
        .map(|line| format!("{line}\n"))
        .collect();
    let from = if text.to_ascii_uppercase().contains("\nFROM ")
        || text.to_ascii_uppercase().starts_with("FROM ")
    {
        String::new()
    } else {
        "FROM base\n".into()
    };
    situation.fixed(&format!(
        "{head}{from}{}\n",
        text.strip_prefix(head.trim_end()).unwrap_or(&text).trim_start()
    ))
}

#[test]
fn every_variation_changes_what_it_must_and_nothing_else() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dockerfile/variations");
    let mut files: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let only = std::env::var("LAYERSCOPE_VARIATION").unwrap_or_default();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        for case in cases(&text).iter().filter(|case| case.name.contains(&only)) {
            count += 1;
            assert!(!case.wanted.is_empty(), "{} wants nothing", case.name);
            let fixed = fixed(case);
            let new: String =
                fixed.fix.changes.iter().map(|change| format!("{}\n", change.new)).collect();
            let is_met = |wanted: &str| match wanted.split_at(2) {
                ("+ ", line) => new.lines().any(|known| known.trim_end() == line.trim_end()),
                ("- ", text) => !new.contains(text),
                ("? ", reason) => fixed.text().contains(reason),
                _ => fixed.fix.changes.is_empty(),
            };
            let unmet: Vec<_> = case.wanted.iter().filter(|wanted| !is_met(wanted)).collect();
            if !unmet.is_empty() || !only.is_empty() {
                wrong.push(format!("{}: {unmet:?}\n{}", case.name, fixed.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 50, "{count} cases");
}
