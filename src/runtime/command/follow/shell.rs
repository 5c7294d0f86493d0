//! Follows a shell, and a script, to the command that keeps running.

use super::{Follower, Next, SCRIPT_LIMIT, UNKNOWN};
use crate::error::Error;
use crate::files::executable::Executable;
use crate::files::filesystem::{File, ReadError, readable};
use crate::runtime::command::interpreters::Shell;
use crate::runtime::command::locate::{Located, Unfollowed, listed, shown};
use crate::runtime::command::{DEFAULT_PATH, Role, scripts};
use crate::shell::base_name;
use crate::shell::expand::{Command, Variables, parse};

impl Follower<'_, '_> {
    /// Follows `npm start` and similar commands.
    pub(super) fn package_script(
        &mut self,
        words: &[String],
        located: &Located,
    ) -> Result<Option<Next>, Error> {
        let manager = base_name(&words[0]);
        let Some(name) = scripts::package_script_name(manager, &words[1..]) else {
            return Ok(None);
        };
        let Some(file) = self.surroundings.file("package.json") else { return Ok(None) };
        let Some(package) = readable(self.filesystem.read_start(file.version, SCRIPT_LIMIT))?
        else {
            return Ok(None);
        };
        let Some(script) = scripts::package_script(&package, &name) else { return Ok(None) };
        self.pass(located.file.clone());
        let is_one = scripts::is_one_command(&package, &name, &script);
        if manager == "npm" && is_one && words.iter().skip(1).all(|word| !word.starts_with('-')) {
            self.npm = Some(located.file.node);
        }
        let package = self.filesystem.shown(file.node);
        self.say(format!(
            "{manager} runs the script {} of {package}: {}",
            shown(&name),
            shown(&script)
        ));
        let path = self.surroundings.environment.get("PATH").map_or(DEFAULT_PATH, String::as_str);
        let path = format!("{}:{path}", self.surroundings.absolute("node_modules/.bin"));
        self.surroundings.environment.insert("PATH".into(), path);
        Ok(Some(Next::Run(["sh", "-c", &script].map(str::to_owned).to_vec())))
    }

    pub(super) fn follow_shell(
        &mut self,
        what: Shell,
        shell: File,
        executable: Executable,
    ) -> Result<Next, Error> {
        match what {
            Shell::Nothing => {
                self.say(format!(
                    "{} is a shell, and is given no command",
                    self.filesystem.shown(shell.node)
                ));
                self.arrive(shell, Some(executable), Role::Application, None);
                Ok(self.end("the image names no application: it runs a shell"))
            }
            Shell::Text(text, arguments) => {
                let value = |name: &str| scripts::value(&self.surroundings, &text, name);
                let read = parse(&text, &Variables { value: &value, arguments: &arguments });
                let next = match read {
                    Ok(commands) => self.run_commands(&commands, "the shell"),
                    Err(why) => Err(Unfollowed::Shell(why.to_string())),
                };
                Ok(match next {
                    Ok(next) => {
                        self.pass(shell);
                        next
                    }
                    Err(reason) => {
                        self.arrive(shell, Some(executable), Role::Interpreter, None);
                        self.end(reason.to_string())
                    }
                })
            }
            Shell::Script(path, arguments) => {
                let Some(script) = self.surroundings.file(&path) else {
                    let reason = format!("the script {} is not in the image", shown(&path));
                    self.arrive(shell, Some(executable), Role::Interpreter, None);
                    return Ok(self.end(reason));
                };
                let shown = self.filesystem.shown(script.node);
                let next = match self.filesystem.read_start(script.version, SCRIPT_LIMIT) {
                    Err(ReadError::Cancelled) => return Err(Error::Cancelled),
                    Ok(_) if self.filesystem.tree().size(script.version) > SCRIPT_LIMIT => {
                        let why = format!("it is longer than {SCRIPT_LIMIT} bytes");
                        Err(Unfollowed::Script { script: shown, why })
                    }
                    Ok(text) => {
                        let text = String::from_utf8_lossy(&text);
                        match scripts::handover(&self.surroundings, &text, &arguments) {
                            Ok(handover) => {
                                self.say(format!("{shown} {}", handover.how));
                                self.run_commands(&handover.commands, "it")
                            }
                            Err(why) => {
                                Err(Unfollowed::Script { script: shown, why: why.to_string() })
                            }
                        }
                    }
                    Err(source) => Err(Unfollowed::Unreadable { script: shown, source }),
                };
                Ok(match next {
                    Ok(next) => {
                        self.pass(shell);
                        self.pass(script);
                        next
                    }
                    Err(reason) => {
                        self.arrive(shell, Some(executable), Role::Interpreter, Some(script.node));
                        self.end(reason.to_string())
                    }
                })
            }
        }
    }

    /// Applies the commands before the last one, and follows the last one.
    fn run_commands(&mut self, commands: &[Command], who: &str) -> Result<Next, Unfollowed> {
        let Some((last, before)) = commands.split_last() else {
            return Err(Unfollowed::EmptyCommand);
        };
        for command in before {
            self.apply(command);
        }
        self.assign(last.assignments.iter().map(|(name, value)| (name.as_str(), value.as_deref())));
        let words = scripts::without_exec(&last.words);
        if words.first().is_none_or(Option::is_none) {
            return Err(Unfollowed::Computed(who.into()));
        }
        let words: Vec<_> =
            words.iter().map(|word| word.clone().unwrap_or_else(|| UNKNOWN.into())).collect();
        let listed = listed(&words);
        self.say(match commands.len() {
            1 => format!("{who} runs {listed}"),
            n => format!("the last of the {n} commands that {who} runs is {listed}"),
        });
        Ok(Next::Run(words))
    }

    fn apply(&mut self, command: &Command) {
        self.assign(
            command.assignments.iter().map(|(name, value)| (name.as_str(), value.as_deref())),
        );
        let words: Vec<_> = command.words.iter().map(Option::as_deref).collect();
        match &words[..] {
            [Some("cd"), Some(directory)] => self.surroundings.change_directory(directory),
            [Some("export"), pairs @ ..] => {
                self.assign(
                    pairs
                        .iter()
                        .filter_map(|pair| pair.as_deref()?.split_once('='))
                        .map(|(n, v)| (n, Some(v))),
                );
            }
            _ => {}
        }
    }

    fn assign<'v>(&mut self, pairs: impl Iterator<Item = (&'v str, Option<&'v str>)>) {
        for (name, value) in pairs {
            match value {
                Some(value) => self.surroundings.environment.insert(name.into(), value.into()),
                None => self.surroundings.environment.remove(name),
            };
        }
    }
}
