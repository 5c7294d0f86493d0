//! Tells how another stage takes over what an instruction made.

use crate::display::escaped_str;
use crate::secret::mask;
use crate::shell::{self, Command, base_name};

/// The way in which another stage takes over what an instruction made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Its files are copied.
    Copied,
    /// Its files are copied, unless they are the system's: a `RUN` may change those in place.
    Run,
    /// Its packages are installed again, and its other files are copied.
    Installed {
        /// True if it asks for no answers.
        is_noninteractive: bool,
    },
    /// The command runs again, without parts that the owner of copied files stands for.
    Again(String),
}

/// Options of apt that say nothing of the packages.
const OPTIONS: [&str; 14] = [
    "-y",
    "-q",
    "-qq",
    "-yq",
    "-qy",
    "-yqq",
    "-qqy",
    "--yes",
    "--assume-yes",
    "--quiet",
    "--no-install-recommends",
    "--no-install-suggests",
    "--purge",
    "--auto-remove",
];
/// Subcommands of apt whose result its database shows.
const SUBCOMMANDS: [&str; 7] =
    ["update", "install", "clean", "autoclean", "autoremove", "purge", "remove"];
/// Those that only fetch and remove lists and archives of packages.
const FETCHING: [&str; 3] = ["update", "clean", "autoclean"];
/// Programs whose files are in directories of their own, or gone.
const BESIDE: [&str; 11] =
    ["cd", "find", "mkdir", "npm", "pip", "pip3", "pnpm", "rm", "set", "true", "yarn"];
/// Programs that make users, groups, directories and links.
const AGAIN: [&str; 7] = ["addgroup", "adduser", "groupadd", "ln", "mkdir", "useradd", "usermod"];
/// Programs that give files mode and owner, as copied files have them.
const GIVING: [&str; 3] = ["chgrp", "chmod", "chown"];

/// Other package managers that install into the directories of the system.
const OTHERS: [&str; 7] = ["apk", "dnf", "microdnf", "pacman", "tdnf", "yum", "zypper"];

/// Returns the way for an instruction, or the reason why there is none, as a clause about it.
pub fn way_of(instruction: &str) -> Result<Way, String> {
    let Some(run) = instruction.strip_prefix("RUN ") else { return Ok(Way::Copied) };
    let Some(script) = shell::read(run) else { return Err("is not followed".into()) };
    let other = script.commands.iter().map(Command::name).find(|name| OTHERS.contains(name));
    if let Some(other) = other {
        return Err(format!("installs packages with {other}, and a draft can only do so with apt"));
    }
    let is_apt = |command: &&Command| matches!(command.name(), "apt-get" | "apt");
    if !script.commands.iter().any(|command| is_apt(&command)) {
        let all = [&AGAIN[..], &GIVING].concat();
        let is_plain = script.commands.iter().all(|command| all.contains(&command.name()));
        let again = script.commands.iter().filter(|command| AGAIN.contains(&command.name()));
        let text = |command: &Command| {
            let (first, last) = (command.places.first()?, command.places.last()?);
            run.get(first.start..last.end)
        };
        let again = again.filter_map(text).collect::<Vec<_>>().join(" && ");
        return Ok(match is_plain && !again.is_empty() && !again.contains(char::is_control) {
            true => Way::Again(format!("RUN {}", mask(&again))),
            false => Way::Run,
        });
    }
    let mut changes_packages = false;
    for command in &script.commands {
        let words = command.program();
        if is_apt(&command) {
            let option = words.iter().find(|word| word.starts_with('-') && !OPTIONS.contains(word));
            if let Some(option) = option {
                return Err(format!("gives apt the option {}", escaped_str(option)));
            }
            let verb = words[1..].iter().find(|word| !word.starts_with('-'));
            if let Some(verb) = verb.filter(|verb| !SUBCOMMANDS.contains(verb)) {
                return Err(format!("calls apt {}", escaped_str(verb)));
            }
            changes_packages |= verb.is_none_or(|verb| !FETCHING.contains(verb));
        } else if !words.is_empty() && !BESIDE.contains(&command.name()) && !is_pip(words) {
            return Err(format!("also runs {}", escaped_str(command.name())));
        }
    }
    if !changes_packages {
        return Ok(Way::Run);
    }
    Ok(Way::Installed { is_noninteractive: run.contains("DEBIAN_FRONTEND=noninteractive") })
}

/// Returns whether a command is `python -m pip` or `python -m venv`.
fn is_pip(words: &[&str]) -> bool {
    matches!(words, [python, "-m", "pip" | "venv", ..] if base_name(python).starts_with("python"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_is_taken_over_as_far_as_its_commands_are_known() {
        let installed = Ok(Way::Installed { is_noninteractive: false });
        assert_eq!(way_of("COPY . /app"), Ok(Way::Copied));
        assert_eq!(way_of("RUN npm ci"), Ok(Way::Run));
        assert_eq!(way_of("RUN apt-get update && apt-get clean"), Ok(Way::Run), "no package");
        assert_eq!(
            way_of(
                "RUN apt-get update && apt-get install -y python3 && rm -rf /var/lib/apt/lists/*"
            ),
            installed
        );
        assert_eq!(way_of("RUN apt-get install -y python3 && python3 -m pip install x"), installed);
        assert_eq!(
            way_of("RUN useradd -m app && chown -R app:app /app"),
            Ok(Way::Again("RUN useradd -m app".into()))
        );
        for (run, reason) in [
            ("RUN apt-get install -y x && curl https://a | sh", "also runs curl"),
            ("RUN apt-get install -t sid x", "gives apt the option -t"),
            ("RUN apt-get build-dep x", "calls apt build-dep"),
            (
                "RUN apk add --no-cache python3 gcc",
                "installs packages with apk, and a draft can only do so with apt",
            ),
            (
                "RUN dnf install -y gcc && dnf clean all",
                "installs packages with dnf, and a draft can only do so with apt",
            ),
        ] {
            assert_eq!(way_of(run), Err(reason.to_owned()), "{run}");
        }
    }
}
