//! Suggests `COPY --chown` and `--chmod` for files that a following `RUN chown -R` or `chmod -R`
//! stores again.

use std::collections::{HashMap, HashSet};

use super::remark::Verdict;
use super::{NOTEWORTHY, Work};
use crate::advice::dockerfile::births::{at_and_below, is_plain};
use crate::advice::dockerfile::draft::Fate;
use crate::advice::dockerfile::parse::Keyword;
use crate::shell::{self, Command, Joint};
use crate::tree::{Cause, Kind, VersionId};

/// The most candidates that are considered, the largest first.
const RECOPIES: usize = 100;

/// Numbers of users from which on no package makes any.
const FIRST_OF_PEOPLE: u32 = 1_000;
/// Words of commands that make users, directly or by installing packages.
const MAKE_USERS: [&str; 10] = [
    "useradd",
    "adduser",
    "groupadd",
    "addgroup",
    "/etc/passwd",
    "/etc/group",
    "install ",
    "apk add",
    "groupmod",
    "usermod",
];

/// A `RUN` that stores copied files again.
struct Recopy {
    run: usize,
    layer: usize,
    copies: HashSet<usize>,
    dead: Vec<VersionId>,
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
        for recopy in self.recopies() {
            match self.settings(&recopy) {
                Ok(settings) => self.apply(&recopy, &settings),
                Err(reason) => {
                    let text = format!(
                        "ships again what was copied, with another owner or mode; set that while copying (COPY --chown, --chmod): {reason}"
                    );
                    let verdict = Verdict::Left { would_save: recopy.bytes };
                    self.say_of(verdict, Some(recopy.run), text, recopy.dead.clone());
                }
            }
        }
    }

    fn recopies(&self) -> Vec<Recopy> {
        let mut by_run: HashMap<usize, Recopy> = HashMap::new();
        let keyword = |layer: usize| self.by_layer.get(&layer).map(|&i| (i, self.file.instructions[i].keyword));
        for dead in
            self.inspection.dead.iter().filter(|dead| dead.cause == Cause::Recopied && !self.claims.has(dead.version))
        {
            let (Some((copy, Keyword::Copy | Keyword::Add)), Some((run, Keyword::Run))) =
                (keyword(dead.born_in), keyword(dead.died_in))
            else {
                continue;
            };
            let new = || Recopy { run, layer: dead.died_in, copies: HashSet::new(), dead: Vec::new(), bytes: 0 };
            let recopy = by_run.entry(run).or_insert_with(new);
            recopy.copies.insert(copy);
            recopy.dead.push(dead.version);
            recopy.bytes += dead.bytes;
        }
        let mut all: Vec<_> = by_run.into_values().filter(|recopy| recopy.bytes >= NOTEWORTHY).collect();
        all.sort_by_key(|recopy| std::cmp::Reverse(recopy.bytes));
        all.truncate(RECOPIES);
        all.sort_by_key(|recopy| recopy.run);
        all
    }

    fn settings(&self, recopy: &Recopy) -> Result<Vec<Setting>, String> {
        let unreadable = || "the command cannot be followed".to_owned();
        let instruction = &self.file.instructions[recopy.run];
        if !self.is_posix(recopy.run) {
            return Err("the command is not for a POSIX shell".into());
        }
        let script =
            shell::read(&instruction.arguments).filter(|_| instruction.heredocs.is_empty()).ok_or_else(unreadable)?;
        let mut settings = Vec::new();
        let mut handled = HashSet::new();
        for (at, command) in script.commands.iter().enumerate() {
            let Some((program, value, paths)) = recursive(command) else { continue };
            if command.depth > 0 || !matches!(command.joint.0, Joint::Start | Joint::And) {
                return Err(unreadable());
            }
            if script.commands[..at].iter().any(|before| before.starts_with_any(&["cd", "pushd"])) {
                return Err("it changes the directory first".into());
            }
            let kept = self.only_copied(recopy, &paths, &mut handled)?;
            let copies = self.whole_copies(recopy, &paths)?;
            let flag = match program {
                "chown" => format!("--chown={}", self.owner(recopy, &copies, value, &paths)?),
                _ if !self.target.buildkit => {
                    return Err("COPY --chmod needs BuildKit, and nothing shows that it is used".into());
                }
                _ if value.len() >= 3 && value.bytes().all(|b| (b'0'..=b'7').contains(&b)) => {
                    format!("--chmod={value}")
                }
                _ => return Err(format!("the mode {value} depends on the mode before")),
            };
            settings.push(Setting { command: at, flag, copies, kept });
        }
        let tree = &self.inspection.tree;
        if settings.is_empty() || !recopy.dead.iter().all(|&dead| handled.contains(&tree.node_of(dead))) {
            return Err("it is not one chown -R or chmod -R with plain paths".into());
        }
        for &at in &recopy.copies {
            let copy = &self.file.instructions[at];
            for name in ["chown", "chmod"] {
                let same = |setting: &&Setting| setting.copies.contains(&at) && setting.flag[2..].starts_with(name);
                let set = settings.iter().filter(same).count();
                if set > 0 && copy.flag(name).is_some() {
                    return Err(format!("the {} in line {} has a --{name} already", copy.keyword.name(), copy.line));
                }
                if set > 1 {
                    return Err(format!("it sets twice what line {} copies", copy.line));
                }
                // Builders before 2025 do not give what they unpack to anybody.
                if set > 0 && copy.keyword == Keyword::Add && self.unpacks(at) {
                    return Err(format!(
                        "the ADD in line {} unpacks an archive, which takes no owner or mode",
                        copy.line
                    ));
                }
            }
        }
        Ok(settings)
    }

    /// Returns the copies whose destinations are exactly some paths, because a flag applies to
    /// everything that an instruction copies.
    fn whole_copies(&self, recopy: &Recopy, paths: &[&str]) -> Result<Vec<usize>, String> {
        let tree = &self.inspection.tree;
        let tops: Vec<_> =
            paths.iter().filter_map(|path| tree.find(self.absolute(recopy.run, path)?.as_bytes())).collect();
        let mut below: HashSet<_> = HashSet::new();
        for &top in &tops {
            below.extend(at_and_below(tree, top));
        }
        let mut copies: Vec<_> = recopy.copies.iter().copied().collect();
        copies.sort_unstable();
        let mut whole = Vec::new();
        for copy in copies {
            let Some(layer) = self.layer(copy) else { continue };
            let depth = self.file.instructions[copy].copied().and_then(|(_, to)| self.absolute(copy, &to));
            let depth = depth.map(|to| crate::path::components(to.as_bytes()).len());
            let (mut some, mut all) = (false, true);
            for node in tree.nodes() {
                let mut own = tree.versions(node).filter(|&v| tree.born(v) == layer && !tree.is_implied(v));
                let Some(version) = own.next() else { continue };
                let is_below = below.contains(&node);
                // A directory above the destination is only passed through.
                let is_above = tree.kind(version) == Kind::Directory
                    && depth.is_some_and(|depth| crate::path::components(&tree.path(node)).len() < depth);
                some |= is_below;
                all &= is_below || is_above;
            }
            match (some, all) {
                (true, true) => whole.push(copy),
                (true, false) => {
                    let line = self.file.instructions[copy].line;
                    return Err(format!("it is only a part of what line {line} copies"));
                }
                (false, _) => {}
            }
        }
        Ok(whole)
    }

    /// Returns whether an `ADD` unpacked an archive: its layer does not have the file that it names.
    fn unpacks(&self, add: usize) -> bool {
        let tree = &self.inspection.tree;
        let (Some((sources, _)), Some(layer)) = (self.file.instructions[add].copied(), self.layer(add)) else {
            return true;
        };
        let names: HashSet<_> =
            self.births.in_layer(layer).iter().map(|&inode| tree.name(tree.node_of(inode)).to_vec()).collect();
        let is_archive = |source: &str| {
            [".tar", ".tgz", ".tar.gz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst"]
                .iter()
                .any(|end| source.ends_with(end))
        };
        sources.iter().any(|source| {
            let name = shell::base_name(source);
            is_archive(source) || (!names.contains(name.as_bytes()) && source.starts_with("file:"))
        })
    }

    /// Returns whether everything that a `RUN` changed below some paths came from the copies. The
    /// result lists directories among the paths that did not.
    fn only_copied(
        &self,
        recopy: &Recopy,
        paths: &[&str],
        handled: &mut HashSet<crate::tree::NodeId>,
    ) -> Result<Vec<String>, String> {
        let tree = &self.inspection.tree;
        let copied: HashSet<_> = recopy.copies.iter().filter_map(|&copy| self.layer(copy)).collect();
        let mut kept = Vec::new();
        let mut others = 0;
        for path in paths {
            let absolute = self.absolute(recopy.run, path).ok_or("its path has a variable")?;
            let top = tree.find(absolute.as_bytes()).ok_or("its path is not in the image")?;
            for node in at_and_below(tree, top) {
                handled.insert(node);
                let changed = |&now: &VersionId| tree.born(now) == recopy.layer && !tree.is_implied(now);
                let Some(now) = tree.at(node, recopy.layer).filter(changed) else { continue };
                let before = recopy.layer.checked_sub(1).and_then(|below| tree.at(node, below));
                let is_copied = |version: Option<VersionId>| version.is_some_and(|v| copied.contains(&tree.born(v)));
                if tree.kind(now) != Kind::Directory {
                    others += usize::from(!is_copied(before));
                } else if node == top && !(self.target.buildkit && is_copied(tree.versions(node).last())) {
                    // A copy does not change existing directories, and the classic builder does
                    // not change new ones either.
                    kept.push((*path).to_owned());
                } else {
                    others += usize::from(!is_copied(tree.versions(node).last()));
                }
            }
        }
        if others > 0 {
            return Err(format!(
                "it also changes {} that the copies did not bring",
                crate::display::plural(others, "path")
            ));
        }
        Ok(kept)
    }

    /// Returns the value of `--chown`: as written if it names user and group and both exist by
    /// then; otherwise the numbers in the image, if nothing that this file may change has
    /// determined them.
    fn owner(&self, recopy: &Recopy, copies: &[usize], written: &str, paths: &[&str]) -> Result<String, String> {
        let first = copies.iter().min().copied().unwrap_or_default();
        let makes_users = |i: usize| {
            let run = &self.file.instructions[i];
            run.keyword == Keyword::Run && MAKE_USERS.iter().any(|word| run.arguments.contains(word))
        };
        let both = written.split_once(':').is_some_and(|(user, group)| !user.is_empty() && !group.is_empty());
        let is_number = written.bytes().all(|b| b.is_ascii_digit() || b == b':');
        let linked = copies.iter().any(|&copy| self.file.instructions[copy].flag("link").is_some());
        let made_since = (first..=recopy.run).any(makes_users);
        if both && is_plain(written) && (is_number || !(linked || made_since)) {
            return Ok(written.into());
        }
        let tree = &self.inspection.tree;
        let tops = paths.iter().filter_map(|path| tree.find(self.absolute(recopy.run, path)?.as_bytes()));
        let versions = tops.flat_map(|top| at_and_below(tree, top)).filter_map(|node| tree.at(node, recopy.layer));
        let owners: HashSet<_> = versions
            .filter(|&version| tree.born(version) == recopy.layer && !tree.is_implied(version))
            .map(|version| tree.owner(version))
            .collect();
        match owners.iter().next() {
            Some((user, _)) if owners.len() == 1 && made_since && !is_number && *user < FIRST_OF_PEOPLE => Err(
                format!("{written} is made behind the copy, with a number that packages decide; make the user first"),
            ),
            Some((user, group)) if owners.len() == 1 => Ok(format!("{user}:{group}")),
            _ => Err(format!("{written} came to several owners")),
        }
    }

    fn apply(&mut self, recopy: &Recopy, settings: &[Setting]) {
        let mut copies: Vec<_> = recopy.copies.iter().copied().collect();
        copies.sort_unstable();
        let mut flags: Vec<_> = settings.iter().map(|setting| setting.flag.clone()).collect();
        flags.dedup();
        for setting in settings {
            for &copy in &setting.copies {
                self.draft.add_flag(copy, setting.flag.clone());
            }
        }
        self.drop_commands(recopy.run, settings);
        let saves = self.claims.claim(&self.inspection.tree, recopy.dead.iter().copied());
        let text = format!("ships again what {}; {} there does it at once", self.lines_copy(&copies), flags.join(" "));
        self.say(Verdict::saves(saves), Some(recopy.run), text);
    }

    /// Removes the commands that flags replace, and the `RUN` if no command is left.
    fn drop_commands(&mut self, run: usize, settings: &[Setting]) {
        let file = self.file;
        let instruction = &file.instructions[run];
        let Some(script) = shell::read(&instruction.arguments) else { return };
        let gone = |at: usize| settings.iter().any(|setting| setting.command == at && setting.kept.is_empty());
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
                let words = command.words.iter().filter(|word| !matches!(**word, "-R" | "--recursive"));
                let plain: Vec<_> = words.copied().collect();
                (start, end, plain.join(" "))
            } else if first_kept.is_some_and(|kept| setting.command < kept) {
                // The first command is removed with the operator after it.
                let next = script.commands.get(setting.command + 1).and_then(|next| next.places.first());
                (start, next.map_or(end, |next| next.start), String::new())
            } else {
                (instruction.arguments[..command.joint.1].trim_end().len(), end, String::new())
            };
            self.draft.replace(run, instruction.place(from)..instruction.place(to.max(1) - 1) + 1, text);
        }
    }
}

/// Parses `chown -R value path…`; returns the program, the value and the paths, if they are plain.
fn recursive<'a>(command: &Command<'a>) -> Option<(&'a str, &'a str, Vec<&'a str>)> {
    let [program, words @ ..] = command.program() else { return None };
    let (options, rest): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with('-'));
    let [value, paths @ ..] = &*rest else { return None };
    let only_recursive =
        options.iter().all(|option| matches!(*option, "-R" | "--recursive" | "-f" | "-v" | "-Rf" | "-vR" | "-Rv"));
    let recursive = options.iter().any(|option| option.contains('R') || *option == "--recursive");
    let plain = !paths.is_empty() && paths.iter().all(|path| is_plain(path) && !path.starts_with('~'));
    (matches!(*program, "chown" | "chmod") && only_recursive && recursive && plain)
        .then(|| (*program, *value, paths.to_vec()))
}
