//! Follows a command from program to program, to the one that keeps running.

mod shell;

use super::interpreters::{self, Interpreted, Shell};
use super::locate::{Located, Surroundings, listed, shown};
use super::places::is_system;
use super::scripts::NEEDS_SHELL;
use super::{Application, Direct, MainProgram, Role};
use crate::display::{Escaped, escaped, escaped_str};
use crate::error::Error;
use crate::escape::Untrusted;
use crate::files::executable::{Executable, Recognised};
use crate::files::filesystem::{File, Filesystem, ReadError};
use crate::image::Run;
use crate::secret::mask;
use crate::shell::{base_name, wrappers};
use crate::tree::{Kind, NodeId};

/// The most programs that run one another.
const HOPS_LIMIT: usize = 24;
/// The longest command that is followed, in bytes.
const COMMAND_LIMIT: usize = 1 << 20;
/// The longest script that is followed, in bytes.
const SCRIPT_LIMIT: u64 = 64 << 10;
/// The placeholder for an argument that is only known when the command runs.
const UNKNOWN: &str = "$…";

/// The next step after a program.
enum Next {
    Run(Vec<String>),
    End,
}

struct Follower<'f, 'a> {
    filesystem: &'f Filesystem<'a>,
    surroundings: Surroundings<'f, 'a>,
    application: Application,
    /// The file of npm, if it is the first program, and the script that it runs is one command.
    npm: Option<NodeId>,
}

pub(super) fn follow(filesystem: &Filesystem<'_>, run: &Run) -> Result<Application, Error> {
    let surroundings = Surroundings::new(filesystem, run);
    let mut follower =
        Follower { filesystem, surroundings, application: Application::default(), npm: None };
    let [entrypoint, command, ..] = run.masked();
    let command = match (run.entrypoint.is_empty(), run.command.is_empty()) {
        (true, true) => {
            follower
                .end("the image names neither ENTRYPOINT nor CMD, so a container needs a command");
            return Ok(follower.application);
        }
        (false, true) => format!("ENTRYPOINT {}", listed(&Untrusted::raw_words(&entrypoint))),
        (true, false) => format!("CMD {}", listed(&Untrusted::raw_words(&command))),
        (false, false) => {
            format!(
                "ENTRYPOINT {} with CMD {}",
                listed(&Untrusted::raw_words(&entrypoint)),
                listed(&Untrusted::raw_words(&command))
            )
        }
    };
    follower.say(format!("a container runs {command}"));
    let mut words = run.words();
    let (mut plain, mut by_npm) = (None, None);
    for hop in 0..HOPS_LIMIT {
        let (had_npm, is_first) = (follower.npm, hop == 0 || hop == 1 && plain.is_some());
        match follower.hop(&words)? {
            Next::Run(next) => {
                follower.npm = follower.npm.filter(|_| had_npm.is_some() || is_first);
                if had_npm.is_some() && by_npm.is_none() {
                    by_npm = Some((hop, next.clone()));
                }
                if hop == 0 && is_plain_shell_form(run) {
                    plain = Some(next.clone());
                }
                words = next;
            }
            Next::End => {
                follower.without_shell(run, plain);
                let by_npm = by_npm.filter(|(script, _)| script + 1 == hop);
                follower.without_npm(run, by_npm.map(|(_, command)| command));
                return Ok(follower.application);
            }
        }
    }
    follower.end(format!("more than {HOPS_LIMIT} programs run one another"));
    Ok(follower.application)
}

/// Returns whether a command in shell form is a single program with arguments, and nothing in it
/// needs a shell.
fn is_plain_shell_form(run: &Run) -> bool {
    let (([], words) | (words, [])) = (&run.entrypoint[..], &run.command[..]) else { return false };
    let words = Untrusted::raw_words(words);
    let Some(Shell::Text(text, arguments)) =
        interpreters::shell(&words).filter(|_| words.len() == 3)
    else {
        return false;
    };
    let assigns = text.split_whitespace().next().is_some_and(|first| first.contains('='));
    arguments.is_empty() && !assigns && !text.contains(NEEDS_SHELL)
}

/// Returns an instruction in exec form, as a screen shows it.
pub fn escaped_exec_form(keyword: &str, words: &[Untrusted]) -> Escaped {
    escaped_str(&exec_form(keyword, &Untrusted::raw_words(words)))
}

/// Returns an instruction in exec form.
fn exec_form(keyword: &str, words: &[String]) -> String {
    let quoted = words.iter().map(|word| serde_json::Value::from(word.as_str()).to_string());
    format!("{keyword} [{}]", quoted.collect::<Vec<_>>().join(", "))
}

impl Follower<'_, '_> {
    /// Records the exec form of the command, if only a shell precedes the program.
    fn without_shell(&mut self, run: &Run, words: Option<Vec<String>>) {
        let is_found = self
            .application
            .program
            .as_ref()
            .is_some_and(|program| program.role == Role::Application);
        if let (Some(words), true, [_]) = (words, is_found, &self.application.through[..]) {
            let keyword = if run.entrypoint.is_empty() { "CMD" } else { "ENTRYPOINT" };
            self.application.exec_form = Some(escaped_str(&exec_form(keyword, &words)));
        }
    }

    /// Records the command that npm runs, if that is all that npm does: an interpreter on `PATH`
    /// with a script of the application.
    fn without_npm(&mut self, run: &Run, command: Option<Vec<String>>) {
        let (Some(npm), Some(words)) = (self.npm, command) else { return };
        let main = self.application.program.as_ref().filter(|_| self.application.reason.is_none());
        let tree = self.filesystem.tree();
        let is_known = main.is_some_and(|program| {
            let path = tree.path(program.file.node);
            let is_of_project = path.windows(14).any(|part| part == b"/node_modules/");
            program.role == Role::Interpreter && program.executable.is_some() && !is_of_project
        });
        let keyword = match (&run.entrypoint[..], &run.command[..]) {
            ([], _) => "CMD",
            (_, []) => "ENTRYPOINT",
            _ => return,
        };
        let line = exec_form(keyword, &words);
        let is_plain = escaped_str(&line).as_str() == line && mask(&line) == line;
        if is_known && is_plain {
            self.application.direct = Some(Direct { npm, line });
        }
    }

    fn say(&mut self, step: impl AsRef<str>) {
        self.application.steps.push(escaped_str(step.as_ref()));
    }

    fn end(&mut self, reason: impl AsRef<str>) -> Next {
        self.application.reason = Some(escaped_str(reason.as_ref()));
        Next::End
    }

    fn pass(&mut self, file: File) {
        if !self.application.through.iter().any(|passed| passed.node == file.node) {
            self.application.through.push(file);
        }
    }

    /// Examines the program that `words` run.
    fn hop(&mut self, words: &[String]) -> Result<Next, Error> {
        let Some(name) = words.first().filter(|name| !name.is_empty()) else {
            return Ok(self.end("there is no command in the end"));
        };
        if words.iter().map(String::len).sum::<usize>() > COMMAND_LIMIT {
            return Ok(self.end(format!("the command is longer than {COMMAND_LIMIT} bytes")));
        }
        let mut located = match self.surroundings.locate(name) {
            Ok(located) => located,
            Err(reason) => return Ok(self.end(reason.to_string())),
        };
        self.application.steps.append(&mut located.how);
        if let Some(next) = self.package_script(words, &located)? {
            return Ok(next);
        }
        if let Some(wrapped) = wrappers::unwrap(words) {
            self.pass(located.file.clone());
            self.surroundings.environment.extend(wrapped.assignments);
            if let Some(directory) = wrapped.directory {
                self.surroundings.change_directory(&directory);
            }
            if wrapped.command.is_empty() {
                return Ok(self.end(format!("{} is given no command", shown(base_name(name)))));
            }
            self.say(format!("{} runs {}", shown(base_name(name)), listed(&wrapped.command)));
            return Ok(Next::Run(wrapped.command));
        }
        let recognised = match self.filesystem.recognise(located.file.version) {
            Ok(recognised) => recognised,
            Err(ReadError::Cancelled) => return Err(Error::Cancelled),
            Err(why) => {
                let (path, why) = (self.filesystem.shown(located.file.node), why.to_string());
                // Some reasons name the file themselves.
                let reason =
                    if why.contains(path.as_str()) { why } else { format!("{path}: {why}") };
                self.arrive(located.file, None, Role::Application, None);
                return Ok(self.end(reason));
            }
        };
        self.look(words, located, recognised)
    }

    fn look(
        &mut self,
        words: &[String],
        located: Located,
        recognised: Recognised,
    ) -> Result<Next, Error> {
        let shown = self.filesystem.shown(located.file.node);
        let executable = match recognised {
            Recognised::Elf(executable) => *executable,
            Recognised::Script(script) => {
                self.say(format!("{shown} is a script for {}", escaped(&script.interpreter)));
                self.pass(located.file.clone());
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let mut next = vec![text(&script.interpreter)];
                next.extend(script.argument.as_deref().map(text));
                next.push(located.path);
                next.extend_from_slice(&words[1..]);
                return Ok(Next::Run(next));
            }
            Recognised::Foreign(foreign) => {
                return Ok(
                    self.end(format!("{shown} is {}, which Linux does not run", foreign.name()))
                );
            }
            Recognised::Other => {
                return Ok(self.end(format!(
                    "{shown} is neither an executable nor a script that begins with #!"
                )));
            }
        };
        if let Some(shell) = interpreters::shell(words) {
            return self.follow_shell(shell, located.file, executable);
        }
        if let Some(interpreted) = interpreters::interpreted(words) {
            return Ok(self.follow_interpreter(&interpreted, located.file, executable));
        }
        self.say(format!("{shown} is a {} for {}", executable.linkage.name(), executable.machine));
        self.arrive(located.file, Some(executable), Role::Application, None);
        Ok(Next::End)
    }

    fn follow_interpreter(
        &mut self,
        what: &Interpreted,
        interpreter: File,
        executable: Executable,
    ) -> Next {
        let name = self.filesystem.shown(interpreter.node);
        let (script, reason) = match what {
            Interpreted::Script(path) if path == UNKNOWN => {
                (None, Some("its script is only known when it runs".into()))
            }
            Interpreted::Script(path) => match self.script(path) {
                Some(node) => {
                    self.say(format!("{name} runs {}", self.filesystem.shown(node)));
                    (Some(node), None)
                }
                None => (None, Some(format!("the script {} is not in the image", shown(path)))),
            },
            Interpreted::Module(module) => {
                let path = module.replace('.', "/");
                let found = self.script(&format!("{path}.py")).or_else(|| self.script(&path));
                let place = found.map(|node| format!(", which is {}", self.filesystem.shown(node)));
                self.say(format!(
                    "{name} runs the module {}{}",
                    shown(module),
                    place.unwrap_or_default()
                ));
                (found, None)
            }
            Interpreted::Classes(path) => {
                self.say(format!("{name} runs classes of {}", shown(&path.join(", "))));
                let files: Vec<_> = path
                    .iter()
                    .filter_map(|part| self.script(part.trim_end_matches("/*")))
                    .collect();
                self.arrive(interpreter, Some(executable), Role::Interpreter, None);
                self.own(files);
                return Next::End;
            }
            Interpreted::Inline => {
                (None, Some(format!("{name} runs a program that is written on its command line")))
            }
            Interpreted::Nothing => {
                self.arrive(interpreter, Some(executable), Role::Application, None);
                return self
                    .end(format!("the image names no application: {name} is given no script"));
            }
        };
        self.arrive(interpreter, Some(executable), Role::Interpreter, script);
        self.application.reason = reason.map(|reason: String| escaped_str(&reason));
        Next::End
    }

    /// Finds a script, with or without the suffix that its interpreter would add; or a directory.
    fn script(&self, path: &str) -> Option<NodeId> {
        let found = self
            .surroundings
            .find(path)
            .or_else(|| self.surroundings.find(&format!("{path}.js")))?;
        matches!(found.kind, Kind::File | Kind::Directory).then_some(found.node)
    }

    /// Ends at a program; `script` is the script that it runs.
    fn arrive(
        &mut self,
        file: File,
        executable: Option<Executable>,
        role: Role,
        script: Option<NodeId>,
    ) {
        let program = file.node;
        self.application.program = Some(MainProgram { file, executable, role });
        match role {
            Role::Application => self.own(vec![program]),
            Role::Interpreter => self.own_script(script),
        }
    }

    /// Adds files to those of the application, each once.
    fn own(&mut self, files: Vec<NodeId>) {
        for file in files {
            if !self.application.files.contains(&file) {
                self.application.files.push(file);
            }
            self.application.through.retain(|passed| passed.node != file);
        }
    }

    /// Adds a script to the application's files, with its directory and the working directory
    /// unless they belong to the system.
    fn own_script(&mut self, script: Option<NodeId>) {
        let tree = self.filesystem.tree();
        let is_own = |node: &NodeId| !is_system(&tree.path(*node));
        let working = self
            .filesystem
            .directory(NodeId::ROOT, self.surroundings.directory.as_bytes())
            .filter(is_own);
        let is_directory = |node: NodeId| {
            tree.last(node).is_some_and(|version| tree.kind(version) == Kind::Directory)
        };
        let beside = script
            .map(|node| if is_directory(node) { node } else { tree.parent(node) })
            .filter(is_own);
        let mut files: Vec<_> =
            script.filter(|_| beside.is_some() || working.is_none()).into_iter().collect();
        files.extend(
            beside.filter(|&node| working.is_none_or(|working| !self.is_below(node, working))),
        );
        files.extend(working);
        self.own(files);
        self.application.through.retain(|passed| Some(passed.node) != script);
    }

    fn is_below(&self, mut node: NodeId, directory: NodeId) -> bool {
        while node != directory && node != NodeId::ROOT {
            node = self.filesystem.tree().parent(node);
        }
        node == directory
    }
}
