//! The shell that runs the commands of an instruction: what cannot be told to be a POSIX shell is
//! left alone.

use crate::advice::dockerfile::mapping::Mapping;
use crate::advice::dockerfile::parse::{Dockerfile, Keyword};
use crate::advice::dockerfile::step::Step;
use crate::analysis::Inspection;
use crate::escape::Untrusted;
use crate::shell::base_name;

/// Shells that read commands as POSIX has them, as far as a change of a Dockerfile goes.
const POSIX: [&str; 7] = ["ash", "bash", "busybox", "dash", "ksh", "sh", "zsh"];

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// A POSIX shell.
    Posix {
        /// True if it ends at the first command that fails (`-e`).
        errexit: bool,
    },
    /// PowerShell, cmd, or a program that is not known.
    Another,
}

impl Shell {
    /// Returns whether the commands are read as POSIX has them.
    pub fn is_posix(self) -> bool {
        self != Self::Another
    }

    /// Returns whether it ends at the first command that fails.
    pub fn ends_at_errors(self) -> bool {
        self == Self::Posix { errexit: true }
    }

    /// Returns the shell that these words start.
    fn of_words(words: &[impl AsRef<str>]) -> Self {
        let mut words = words.iter().map(AsRef::as_ref);
        let is_posix = words.next().is_some_and(|program| POSIX.contains(&base_name(program)));
        if !is_posix {
            return Self::Another;
        }
        let (mut errexit, mut is_option) = (false, false);
        for word in words {
            let letters = word
                .strip_prefix('-')
                .filter(|letters| !letters.starts_with('-'))
                .unwrap_or_default();
            errexit |= letters.contains('e') || (is_option && word == "errexit");
            is_option = letters.ends_with('o');
        }
        Self::Posix { errexit }
    }
}

/// Returns the shell of each instruction of a file: from `SHELL`, otherwise from the history,
/// otherwise from the configuration of the image if the file cannot have set it, otherwise the
/// default of the image's system.
pub fn in_force(
    inspection: &Inspection,
    file: &Dockerfile,
    mapping: &Mapping,
    steps: &[Step],
) -> Vec<Shell> {
    let windows = inspection.platform.as_ref().is_some_and(|it| it.raw().starts_with("windows"));
    let sets_shell =
        file.instructions.iter().any(|instruction| instruction.keyword == Keyword::Shell);
    let inherited = Some(&inspection.run.shell).filter(|shell| !shell.is_empty() && !sets_shell);
    let system = if windows { Shell::Another } else { Shell::Posix { errexit: false } };
    let usual = inherited.map_or(system, |words| Shell::of_words(&Untrusted::raw_words(words)));
    let mut shells = vec![usual; file.instructions.len()];
    let mut said = None;
    for i in file.of_last_stage() {
        let instruction = &file.instructions[i];
        if instruction.keyword == Keyword::Shell {
            said = Some(instruction.json().map_or(Shell::Another, |words| Shell::of_words(&words)));
        }
        let step = mapping.steps.get(i).copied().flatten().and_then(|step| steps.get(step));
        let recorded = step.and_then(|step| step.shell.as_deref()).map(Shell::of_words);
        shells[i] = said.or(recorded).unwrap_or(usual);
    }
    shells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_known_by_its_words() {
        let of = |text: &str| Shell::of_words(&text.split(' ').collect::<Vec<_>>());
        assert_eq!(of("/bin/sh -c"), Shell::Posix { errexit: false });
        for text in ["/bin/bash -euo pipefail -c", "/bin/bash -o errexit -c", "bash -ec"] {
            assert_eq!(of(text), Shell::Posix { errexit: true }, "{text}");
        }
        assert_eq!(of("/bin/bash -o pipefail -c"), Shell::Posix { errexit: false });
        for text in [
            "pwsh -Command",
            "powershell -Command",
            "cmd /S /C",
            "/usr/bin/python3 -c",
            "/usr/bin/env bash",
        ] {
            assert_eq!(of(text), Shell::Another, "{text}");
        }
    }
}
