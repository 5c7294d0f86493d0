//! Suggests `COPY --chown` and `--chmod` for files that a following `RUN chown -R` or `chmod -R`
//! stores again.

mod blind;
mod copies;

use std::collections::{HashMap, HashSet};

use super::condition::{Condition, Kind as Change, Refusal};
use super::remark::Verdict;
use super::{NOTEWORTHY, Work};
use crate::advice::change::Given;
use crate::advice::dockerfile::births::is_plain;
use crate::advice::dockerfile::draft::Fate;
use crate::advice::dockerfile::parse::Keyword;
use crate::layer_index::LayerIndex;
use crate::shell::{self, Command, Joint};
use crate::tree::{Reason, VersionId};
use blind::gives_rights;

/// The most candidates that are considered, the largest first.
const REWRITES: usize = 100;

/// A `RUN` that stores copied files again.
pub(super) struct Rewrite {
    pub run: usize,
    pub layer: LayerIndex,
    pub copies: HashSet<usize>,
    pub wasted: Vec<VersionId>,
    bytes: u64,
}

/// A command that sets owner or mode, expressed as flags.
struct Setting {
    /// The index among the script's commands.
    command: usize,
    flag: String,
    /// The copies that it is for.
    copies: Vec<usize>,
    /// Directories that existed before the copy, and are changed as well.
    kept: Vec<String>,
}

impl Work<'_> {
    /// Moves owner and mode to the instructions that copy the files.
    pub(super) fn ownership(&mut self) {
        for rewrite in self.rewrites() {
            match self.settings(&rewrite) {
                Ok(settings) => self.apply(&rewrite, &settings),
                Err(Refusal { condition, reason }) => {
                    let given = Given::by(&self.file.instructions[rewrite.run].arguments);
                    let text = format!(
                        "stores the copied files again with another {}; COPY {} would avoid this, but {reason}",
                        given.alternatives(),
                        given.flags("")
                    );
                    self.leave(Change::Ownership, rewrite.bytes, rewrite.run, text, condition)
                        .inodes = rewrite.wasted.clone();
                }
            }
        }
    }

    fn rewrites(&self) -> Vec<Rewrite> {
        let mut by_run: HashMap<usize, Rewrite> = HashMap::new();
        let keyword = |layer: LayerIndex| {
            self.by_layer.get(&layer).map(|&i| (i, self.file.instructions[i].keyword))
        };
        for wasted in self.inspection.wasted.iter().filter(|wasted| {
            wasted.reason == Reason::RewrittenUnchanged && !self.claims.has(wasted.version)
        }) {
            let (Some((copy, Keyword::Copy | Keyword::Add)), Some((run, Keyword::Run))) =
                (keyword(wasted.added_in), keyword(wasted.removed_in))
            else {
                continue;
            };
            let new = || Rewrite {
                run,
                layer: wasted.removed_in,
                copies: HashSet::new(),
                wasted: Vec::new(),
                bytes: 0,
            };
            let rewrite = by_run.entry(run).or_insert_with(new);
            rewrite.copies.insert(copy);
            rewrite.wasted.push(wasted.version);
            rewrite.bytes += wasted.bytes;
        }
        let mut all: Vec<_> =
            by_run.into_values().filter(|rewrite| rewrite.bytes >= NOTEWORTHY).collect();
        all.sort_by_key(|rewrite| std::cmp::Reverse(rewrite.bytes));
        all.truncate(REWRITES);
        all.sort_by_key(|rewrite| rewrite.run);
        all
    }

    fn settings(&self, rewrite: &Rewrite) -> Result<Vec<Setting>, Refusal> {
        let instruction = &self.file.instructions[rewrite.run];
        if !self.is_posix(rewrite.run) {
            return Err(Condition::Posix.fails("the command is not for a POSIX shell"));
        }
        if !instruction.heredocs.is_empty() {
            return Err(Condition::Followed.fails("it is a here-document, which is not followed"));
        }
        let script = shell::follow(&instruction.arguments)
            .map_err(|found| self.not_followed(rewrite.run, found))?;
        let mut settings = Vec::new();
        let mut handled = HashSet::new();
        for (at, command) in script.commands.iter().enumerate() {
            let Some((program, value, paths)) = recursive(command) else { continue };
            if command.depth > 0 || !matches!(command.joint.0, Joint::Start | Joint::And) {
                let reason = format!(
                    "the {program} stands in parentheses, or behind another operator than &&"
                );
                return Err(Condition::Followed.fails(reason));
            }
            if script.commands[..at].iter().any(|before| before.starts_with_any(&["cd", "pushd"])) {
                return Err(Condition::PlainPaths.fails("it changes the directory first"));
            }
            if value.contains('$') {
                let reason =
                    format!("{value} is a variable, which the next build may set otherwise");
                return Err(Condition::KnownValue.fails(reason));
            }
            if program == "chown"
                && (script.commands[..at].iter().any(gives_rights) || self.takes_rights(rewrite))
            {
                let reason = "it takes away setuid or setgid bits, which a flag leaves";
                return Err(Condition::KnownValue.fails(reason));
            }
            let kept = self.only_copied(rewrite, program, &paths, &mut handled)?;
            let copies = self.whole_copies(rewrite, &paths).map_err(|refusal| {
                let split = self.split(rewrite, program, value, &paths);
                Refusal {
                    reason: format!("{}{}", refusal.reason, split.unwrap_or_default()),
                    ..refusal
                }
            })?;
            let flag = match program {
                "chown" => format!("--chown={}", self.owner(rewrite, &copies, value, &paths)?),
                _ if !self.target.buildkit => {
                    let reason = "COPY --chmod needs BuildKit, and nothing shows that it is used";
                    return Err(Condition::BuildKit.fails(reason));
                }
                _ if value.len() >= 3 && value.bytes().all(|b| (b'0'..=b'7').contains(&b)) => {
                    format!("--chmod={value}")
                }
                _ => {
                    return Err(Condition::KnownValue
                        .fails(format!("the mode {value} depends on the mode before")));
                }
            };
            settings.push(Setting { command: at, flag, copies, kept });
        }
        if let Some(line) = self.sees_owners(rewrite) {
            return Err(Condition::Unseen
                .fails(format!("line {line} runs in between, and may depend on it")));
        }
        let tree = &self.inspection.tree;
        if settings.is_empty()
            || !rewrite.wasted.iter().all(|&wasted| handled.contains(&tree.node_of(wasted)))
        {
            return Err(Condition::PlainPaths
                .fails("it is not one chown or chmod of what is copied, with plain paths"));
        }
        for &at in &rewrite.copies {
            let copy = &self.file.instructions[at];
            for name in ["chown", "chmod"] {
                let same = |setting: &&Setting| {
                    setting.copies.contains(&at) && setting.flag[2..].starts_with(name)
                };
                let set = settings.iter().filter(same).count();
                if set > 0 && copy.flag(name).is_some() {
                    let reason = format!(
                        "the {} in line {} has a --{name} already",
                        copy.keyword.name(),
                        copy.line
                    );
                    return Err(Condition::TakesFlag.fails(reason));
                }
                if set > 1 {
                    return Err(Condition::KnownValue
                        .fails(format!("it sets twice what line {} copies", copy.line)));
                }
                // Builders before 2025 do not give what they unpack to anybody.
                if set > 0 && copy.keyword == Keyword::Add && self.unpacks(at) {
                    let reason = format!(
                        "the ADD in line {} unpacks an archive, which takes no owner or mode",
                        copy.line
                    );
                    return Err(Condition::TakesFlag.fails(reason));
                }
            }
        }
        Ok(settings)
    }

    fn apply(&mut self, rewrite: &Rewrite, settings: &[Setting]) {
        let mut copies: Vec<_> = rewrite.copies.iter().copied().collect();
        copies.sort_unstable();
        let mut flags: Vec<_> = settings.iter().map(|setting| setting.flag.clone()).collect();
        flags.dedup();
        for setting in settings {
            for &copy in &setting.copies {
                self.draft.add_flag(copy, setting.flag.clone());
            }
        }
        self.drop_commands(rewrite.run, settings);
        let saves = self.claims.claim(&self.inspection.tree, rewrite.wasted.iter().copied());
        // From now on, the copy ships what the RUN did.
        let tree = &self.inspection.tree;
        let now = rewrite
            .wasted
            .iter()
            .filter_map(|&wasted| tree.at(tree.node_of(wasted), rewrite.layer));
        self.moved.extend(now.map(|version| tree.inode(version)));
        let text = format!(
            "stores again what {}; use {} there instead",
            self.lines_copy(&copies),
            flags.join(" ")
        );
        let lines: Vec<_> = copies.iter().map(|&copy| self.file.instructions[copy].line).collect();
        let remark = self.say(Change::Ownership, Verdict::saves(saves), rewrite.run, text);
        remark.lines.extend(lines);
        remark.inodes.clone_from(&rewrite.wasted);
    }

    /// Removes the commands that flags replace, and the `RUN` if no command is left.
    fn drop_commands(&mut self, run: usize, settings: &[Setting]) {
        let file = self.file;
        let instruction = &file.instructions[run];
        let Some(script) = shell::read(&instruction.arguments) else { return };
        let gone = |at: usize| {
            settings.iter().any(|setting| setting.command == at && setting.kept.is_empty())
        };
        if (0..script.commands.len()).all(gone) {
            self.draft.fates[run] = Fate::Goes;
            return;
        }
        let first_kept = (0..script.commands.len()).find(|&at| !gone(at));
        for setting in settings {
            let command = &script.commands[setting.command];
            let (start, end) = match (command.places.first(), command.places.last()) {
                (Some(first), Some(last)) => (first.start, last.end),
                _ => continue,
            };
            let (from, to, text) = if !setting.kept.is_empty() {
                let words =
                    command.words.iter().filter(|word| !matches!(**word, "-R" | "--recursive"));
                let plain: Vec<_> = words.copied().collect();
                (start, end, plain.join(" "))
            } else if first_kept.is_some_and(|kept| setting.command < kept) {
                // The first command is removed with the operator after it.
                let next =
                    script.commands.get(setting.command + 1).and_then(|next| next.places.first());
                (start, next.map_or(end, |next| next.start), String::new())
            } else {
                (instruction.arguments[..command.joint.1].trim_end().len(), end, String::new())
            };
            self.draft.replace(
                run,
                instruction.place(from)..instruction.place(to.max(1) - 1) + 1,
                text,
            );
        }
    }
}

/// Parses `chown -R value path…`; returns the program, the value and the paths, if they are plain.
fn recursive<'a>(command: &Command<'a>) -> Option<(&'a str, &'a str, Vec<&'a str>)> {
    let [program, words @ ..] = command.program() else { return None };
    let (options, rest): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with('-'));
    let [value, paths @ ..] = &*rest else { return None };
    let only_recursive = options.iter().all(|option| {
        matches!(*option, "-R" | "--recursive" | "-f" | "-v" | "-Rf" | "-vR" | "-Rv")
    });
    let recursive = options.iter().any(|option| option.contains('R') || *option == "--recursive");
    let plain =
        !paths.is_empty() && paths.iter().all(|path| is_plain(path) && !path.starts_with('~'));
    (matches!(*program, "chown" | "chmod") && only_recursive && recursive && plain)
        .then(|| (*program, *value, paths.to_vec()))
}
