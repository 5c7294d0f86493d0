//! Small Dockerfiles after public reports, each with what its steps store and what the diff must
//! have, or must not have. Each was built by a real engine, changed, built again and compared, file
//! by file.

mod merges;

use super::situation::{Fixed, Situation};
use crate::support::build::{Entry, dir, file, gone, hardlink, symlink};
use merges::MERGES;

/// A name, a Dockerfile behind its `FROM`, the entries of each step that makes a layer, and what is
/// wanted.
///
/// Entries: `a/` a directory, `a:9` a file of 9 bytes, `@33` behind them their user and group,
/// `a=x` a file that holds `x` (`_` is a blank, `|` ends a line), `a->b` a symbolic link, `a=>b`
/// another name of `b`, `-a` a path that goes.
///
/// Wanted: `+ line` is a new line of a changed file, `- text` is in none of them, `? text` is a
/// reason why something is left; `same` means that nothing changes.
struct Case(&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const APP: &str =
    "app/ app/main:100000 app/data/ app/data/x:200000 app/storage/ app/storage/z:150000";
const APP_33: &str = "app/@33 app/main:100000@33 app/data/@33 app/data/x:200000@33 app/storage/@33 app/storage/z:150000@33";
const BIG: &str = "opt/ opt/b:400000";
const LISTS: &str = "var/lib/apt/lists/deb_Packages:300000 usr/bin/curl:100";
const GIT: &str = "app/ app/.git/ app/.git/p:400000 app/main:10";

const OWNERS: &[Case] = &[
    Case(
        "a part",
        "COPY . /app\nRUN chown -R 33:33 /app/data",
        &[APP, "app/data/x:200000@33"],
        &["same", "? only a part"],
    ),
    Case(
        "the directory that is in force",
        "WORKDIR /app\nCOPY . .\nRUN chown -R www-data:www-data .",
        &[APP, APP_33],
        &["+ COPY --chown=www-data:www-data . .", "- chown -R"],
    ),
    Case(
        "a copy into what is there",
        "RUN mk\nCOPY . /app\nRUN chown -R 33:33 /app",
        &["app/ app/log/ app/log/x:300000", APP, "app/ app/log/x:300000@33 app/main:100000@33"],
        &["same", "? needs a look"],
    ),
    Case(
        "letters that depend on the mode before",
        "COPY . /app\nRUN chmod -R a+rX /app",
        &[APP, APP],
        &["same", "? line 3"],
    ),
    Case(
        "a step that makes more",
        "COPY . /app\nRUN mk /app/gen && chown -R 33:33 /app",
        &[APP, "app/gen:300000@33 app/main:100000@33 app/data/x:200000@33"],
        &["same", "? line 3"],
    ),
    Case(
        "a step between reads the owner",
        "COPY . /app\nRUN stat -c %u /app/main > /owner\nRUN chown -R 33:33 /app",
        &[APP, "owner:2", APP_33],
        &["same", "? line 4"],
    ),
    Case(
        "setuid",
        "COPY . /app\nRUN chmod 4755 /app/main && chown -R 33:33 /app",
        &[APP, APP_33],
        &["same", "? setuid"],
    ),
    Case("a glob", "COPY . /app\nRUN chown -R 33:33 /app/*", &[APP, APP_33], &["same", "? line 3"]),
    Case("find", "COPY . /app\nRUN find /app -type f -exec chmod 600 {} +", &[APP, APP], &["same"]),
    Case(
        "one of two files",
        "COPY main data/x /srv/\nRUN chown -R 33:33 /srv/main",
        &["srv/ srv/main:100000 srv/x:200000", "srv/main:100000@33"],
        &["same", "? only a part"],
    ),
    Case(
        "a reference",
        "COPY . /app\nRUN chown -R --reference=/etc/passwd /app",
        &[APP, APP_33],
        &["same"],
    ),
    Case(
        "a variable's owner",
        "ARG U=33\nCOPY . /app\nRUN chown -R $U:$U /app",
        &[APP, APP_33],
        &["same", "? line 4"],
    ),
    Case(
        "a variable's path",
        "ENV D=/app\nCOPY . $D\nRUN chown -R 33:33 $D",
        &[APP, APP_33],
        &["same"],
    ),
    Case(
        "another stage",
        "COPY --from=b /out /srv\nRUN chown -R 33:33 /srv",
        &["srv/ srv/a:300000", "srv/@33 srv/a:300000@33"],
        &["+ COPY --chown=33:33 --from=b /out /srv"],
    ),
    Case(
        "a file",
        "ADD main /opt/main\nRUN chown -R 33:33 /opt/main",
        &["opt/main:100000", "opt/main:100000@33"],
        &["+ ADD --chown=33:33 main /opt/main"],
    ),
    Case(
        "two copies to one place with two modes",
        "COPY data /srv\nCOPY storage /srv\nRUN chown -R 33:33 /srv/x",
        &["srv/ srv/x:200000", "srv/ srv/z:150000", "srv/x:200000@33"],
        &["- --chown=33:33 storage"],
    ),
    Case(
        "one value after another",
        "COPY data /srv\nRUN chown -R 33:33 /srv && chown -R 1:1 /srv",
        &["srv/ srv/x:200000", "srv/@1 srv/x:200000@1"],
        &["same", "? line 3"],
    ),
    Case(
        "a user that the same step makes",
        "COPY data /srv\nRUN useradd -r app && chown -R app:app /srv",
        &["srv/ srv/x:200000", "srv/@999 srv/x:200000@999"],
        &["same", "? line 3"],
    ),
    Case(
        "the owner of only one of two copies",
        "COPY . /app\nCOPY . /backup\nRUN chown -R 33:33 /app",
        &[APP, "backup/ backup/main:100000", APP_33],
        &["+ COPY --chown=33:33 . /app", "+ COPY . /backup"],
    ),
];

const CLEANING: &[Case] = &[
    Case(
        "apt",
        "RUN apt-get update && apt-get install -y curl",
        &[LISTS],
        &["+     && rm -rf /var/lib/apt/lists/*"],
    ),
    Case(
        "sudo",
        "RUN sudo apt-get update && sudo apt-get install -y curl",
        &[LISTS],
        &["+     && sudo rm -rf /var/lib/apt/lists/*"],
    ),
    Case(
        "exec at the end",
        "RUN apt-get update && exec apt-get install -y curl",
        &[LISTS],
        &["same", "? line 2"],
    ),
    Case(
        "exit at the end",
        "RUN apt-get update && apt-get install -y curl && exit 0",
        &[LISTS],
        &["same"],
    ),
    Case(
        "a later step needs the lists",
        "RUN apt-get update && apt-get install -y curl\nRUN apt-get install -y wget",
        &[LISTS, "usr/bin/wget:100"],
        &["- rm -rf /var/lib/apt/lists", "? line 3 needs them"],
    ),
    Case(
        "a script needs the lists",
        "RUN apt-get update && apt-get install -y curl\nCOPY s.sh /\nRUN sh /s.sh",
        &[LISTS, "s.sh=#!/bin/sh|apt-get_install_-y_jq|", "usr/bin/jq:9"],
        &["same", "? /s.sh"],
    ),
    Case(
        "a container needs the lists",
        "RUN apt-get update && apt-get install -y curl\nCOPY run.sh /\nCMD [\"sh\", \"/run.sh\"]",
        &[LISTS, "run.sh=#!/bin/sh|apt-get_install_-y_more|"],
        &["same", "? /run.sh"],
    ),
    Case(
        "ONBUILD needs the lists",
        "RUN apt-get update\nONBUILD RUN apt-get install -y x",
        &[LISTS],
        &["same", "? line 3"],
    ),
    Case(
        "a step names the cache",
        "ENV PIP_CACHE_DIR=/root/.cache/pip\nRUN pip install flask\nRUN test -d /root/.cache/pip",
        &["root/.cache/pip/a:400000", "x:1"],
        &["same", "? line 4"],
    ),
    Case(
        "a conditional",
        "RUN if true; then apt-get update; apt-get install -y curl; fi",
        &[LISTS],
        &["- ; && rm"],
    ),
    Case(
        "quoted commands",
        "RUN sh -c 'apt-get update && apt-get install -y curl'",
        &[LISTS],
        &["- curl && rm", "- curl' && rm -rf /var/lib/apt/lists/* '"],
    ),
];

const IGNORED: &[Case] = &[
    Case("a repository", "COPY . /app", &[GIT], &["+ .git"]),
    Case(
        "a repository that a step reads",
        "COPY . /app\nRUN cat /app/.git/p > /x",
        &[GIT, "x:9"],
        &["same", "? line 3 names it"],
    ),
    Case(
        "a repository that a script reads",
        "COPY . /app\nRUN sh /app/b",
        &["app/ app/.git/ app/.git/p:400000 app/b=test_-d_/app/.git|", "y:4"],
        &["same", "? /app/b names it"],
    ),
    Case(
        "a repository that is copied itself",
        "COPY .git /app/.git",
        &["app/ app/.git/ app/.git/p:400000"],
        &["- .git\n"],
    ),
    Case(
        "below",
        "COPY . /app",
        &["app/ app/sub/ app/sub/.git/ app/sub/.git/p:400000"],
        &["+ **/.git"],
    ),
    Case(
        "an environment that runs",
        "COPY . /app\nCMD [\"/app/.venv/bin/x\"]",
        &["app/ app/.venv/ app/.venv/bin/x:400000"],
        &["same"],
    ),
    Case(
        "an environment that a script runs",
        "COPY . /app\nCMD [\"/app/run\"]",
        &["app/ app/.venv/ app/.venv/bin/x:400000 app/run=#!/bin/sh|._/app/.venv/bin/activate|"],
        &["same", "? /app/run"],
    ),
    Case(
        "continuous integration that a step runs",
        "COPY . /app\nRUN sh /app/.github/build.sh",
        &["app/ app/.github/ app/.github/big:400000 app/.github/build.sh=echo|", "x:9"],
        &["same", "? line 3 names it"],
    ),
    Case(
        "an editor's files that a script reads",
        "COPY . /app\nCMD [\"sh\", \"/app/run.sh\"]",
        &["app/ app/.idea/ app/.idea/big:400000 app/run.sh=cat_.idea/big|"],
        &["same", "? /app/run.sh names it"],
    ),
    Case(
        "modules that a build needs",
        "WORKDIR /app\nCOPY . .\nRUN npm run build",
        &[
            "app/ app/node_modules/ app/node_modules/old/i.js:400000 app/package.json={}|",
            "app/dist/x:9",
        ],
        &["same"],
    ),
    Case(
        "what is copied and removed",
        "COPY . /app\nRUN rm -rf /app/big",
        &["app/ app/main:10 app/big/ app/big/a:400000", "-app/big"],
        &["same", "? stays in an earlier layer"],
    ),
];

/// An entry as the cases write it.
pub fn entry(text: &str) -> Entry {
    if let Some(path) = text.strip_prefix('-') {
        return gone(path);
    }
    if let Some((path, target)) = text.split_once("->") {
        return symlink(path, target);
    }
    if let Some((path, other)) = text.split_once("=>") {
        return hardlink(path, other);
    }
    if let Some((path, holds)) = text.split_once('=') {
        return file(path, 0).holding(holds.replace('_', " ").replace('|', "\n")).mode(0o755);
    }
    let (what, owner) = text.split_once('@').unwrap_or((text, "0"));
    let owner = owner.parse().expect("a number");
    let entry = match what.split_once(':') {
        Some((path, size)) => file(path, size.parse().expect("a number")),
        None => dir(what.trim_end_matches('/')),
    };
    entry.owner(owner, owner)
}

/// The image that the steps make, with the words of its history, and what there is to change.
fn fixed(dockerfile: &str, steps: &[&str]) -> Fixed {
    let mut steps = steps.iter().map(|step| step.split_whitespace().map(entry).collect::<Vec<_>>());
    let mut situation = Situation::new();
    for line in dockerfile.replace("`\n", "").lines() {
        let (word, rest) = line.split_once(' ').expect("an instruction");
        situation = match word {
            "RUN" if rest.starts_with('[') => {
                let command = rest.trim_matches(['[', ']']).replace("\", \"", " ").replace('"', "");
                situation.ran_by("", &command, steps.next().unwrap())
            }
            "RUN" => situation.run(rest, steps.next().unwrap()),
            "ADD" => {
                let (from, to) = rest.rsplit_once(' ').expect("a destination");
                situation.added(from, to, steps.next().unwrap())
            }
            "COPY" => {
                let (from, to) = rest.rsplit_once(' ').expect("a destination");
                let from = from.split(' ').next_back().expect("a source");
                let to = if to == "$D" { "/app" } else { to };
                situation.buildkit().copy(from, to, steps.next().unwrap()).classic()
            }
            _ => situation.value(line),
        };
    }
    assert!(steps.next().is_none(), "a step has no instruction:\n{dockerfile}");
    let head = if dockerfile.contains('`') { "# escape=`\n" } else { "" };
    let stage = if dockerfile.contains("--from=b ") { "FROM base AS b\n" } else { "" };
    situation.fixed(&format!("{head}{stage}FROM base\n{dockerfile}\n"))
}

#[test]
fn every_case_changes_what_it_must_and_nothing_else() {
    let mut wrong = Vec::new();
    for Case(name, dockerfile, steps, wanted) in
        [OWNERS, MERGES, CLEANING, IGNORED].into_iter().flatten()
    {
        let fixed = fixed(dockerfile, steps);
        let new: String =
            fixed.fix.changes.iter().map(|change| format!("{}\n", change.new)).collect();
        let is_met = |wanted: &str| match wanted.split_at(1) {
            ("+", line) => new.lines().any(|known| known == &line[1..]),
            ("-", text) => !new.contains(&text[1..]),
            ("?", reason) => fixed.text().contains(&reason[1..]),
            _ => fixed.fix.changes.is_empty(),
        };
        let unmet: Vec<_> = wanted.iter().filter(|wanted| !is_met(wanted)).collect();
        if !unmet.is_empty() {
            wrong.push(format!("{name}: {unmet:?}\n{}", fixed.text()));
        }
    }
    assert!(wrong.is_empty(), "{} of the cases:\n{}", wrong.len(), wrong.join("\n"));
}
