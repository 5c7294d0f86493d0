//! The leftovers of package managers, and the ways to avoid them.

/// A way to keep a package manager's cache out of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// A flag after the subcommand.
    Flag(&'static str),
    /// A command at the end of the same `RUN`, and a text that shows that it is already there.
    Clean {
        /// The command.
        command: &'static str,
        /// A part of this command, or of another one with the same effect.
        shows: &'static str,
    },
}

/// The leftovers of a package manager, and the remedy.
#[derive(Debug, Clone, Copy)]
pub struct Leftover {
    /// A description.
    pub what: &'static str,
    /// The programs that leave it; `python -m pip` counts as `pip`.
    pub programs: &'static [&'static str],
    /// The subcommands that leave it; empty for any.
    pub verbs: &'static [&'static str],
    /// The places, without the leading slash; `home` stands for each home directory.
    pub places: &'static [&'static str],
    /// The remedy.
    pub remedy: Remedy,
    /// True if a cache mount can keep it for the next build.
    pub mountable: bool,
}

/// The known leftovers; the places are from the documentation of the tools.
pub const LEFTOVERS: [Leftover; 17] = [
    Leftover {
        what: "apk's index and package cache",
        programs: &["apk"],
        verbs: &["add", "update", "upgrade"],
        places: &["var/cache/apk", "etc/apk/cache"],
        remedy: Remedy::Flag("--no-cache"),
        mountable: false,
    },
    Leftover {
        what: "apt's package lists",
        programs: APT,
        verbs: &["update"],
        places: &["var/lib/apt/lists"],
        remedy: Remedy::Clean { command: "rm -rf /var/lib/apt/lists/*", shows: "/var/lib/apt/lists" },
        mountable: false,
    },
    Leftover {
        what: "apt's package archives",
        programs: APT,
        verbs: &["install", "upgrade", "dist-upgrade"],
        places: &["var/cache/apt"],
        remedy: Remedy::Clean { command: "apt-get clean", shows: "apt-get clean" },
        mountable: false,
    },
    Leftover {
        what: "pip's cache",
        programs: &["pip", "pip3"],
        verbs: &["install", "download", "wheel"],
        places: &["home/.cache/pip"],
        remedy: Remedy::Flag("--no-cache-dir"),
        mountable: true,
    },
    Leftover {
        what: "uv's cache",
        programs: &["uv"],
        verbs: &["sync", "pip"],
        places: &["home/.cache/uv"],
        remedy: Remedy::Flag("--no-cache"),
        mountable: true,
    },
    Leftover {
        what: "npm's cache",
        programs: &["npm"],
        verbs: &["ci", "install", "i"],
        places: &["home/.npm/_cacache", "home/.npm/_logs"],
        remedy: Remedy::Clean { command: "npm cache clean --force", shows: "npm cache clean" },
        mountable: true,
    },
    Leftover {
        what: "yarn's cache",
        programs: &["yarn"],
        verbs: &[],
        places: &["usr/local/share/.cache/yarn", "home/.cache/yarn"],
        remedy: Remedy::Clean { command: "yarn cache clean", shows: "yarn cache clean" },
        mountable: true,
    },
    Leftover {
        what: "pnpm's store",
        programs: &["pnpm"],
        verbs: &["install", "i"],
        places: &["home/.local/share/pnpm/store"],
        remedy: Remedy::Clean { command: "pnpm store prune", shows: "pnpm store prune" },
        mountable: false,
    },
    Leftover {
        what: "yum's cache",
        programs: &["yum"],
        verbs: &["install", "update", "upgrade", "groupinstall"],
        places: &["var/cache/yum"],
        remedy: Remedy::Clean { command: "yum clean all && rm -rf /var/cache/yum", shows: "/var/cache/yum" },
        mountable: false,
    },
    Leftover {
        what: "dnf's cache",
        programs: &["dnf"],
        verbs: &["install", "update", "upgrade", "groupinstall"],
        places: &["var/cache/dnf", "var/cache/libdnf5"],
        remedy: Remedy::Clean { command: "dnf clean all", shows: "dnf clean all" },
        mountable: false,
    },
    Leftover {
        what: "microdnf's cache",
        programs: &["microdnf"],
        verbs: &["install", "update", "upgrade"],
        places: &["var/cache/dnf", "var/cache/yum", "var/cache/libdnf5"],
        remedy: Remedy::Clean { command: "microdnf clean all", shows: "microdnf clean all" },
        mountable: false,
    },
    Leftover {
        what: "zypper's cache",
        programs: &["zypper"],
        verbs: &[],
        places: &["var/cache/zypp"],
        remedy: Remedy::Clean { command: "zypper clean -a", shows: "zypper clean" },
        mountable: false,
    },
    Leftover {
        what: "conda's package cache",
        programs: &["conda", "mamba", "micromamba"],
        verbs: &["install", "create", "env", "update"],
        places: &["opt/conda/pkgs", "home/.conda/pkgs"],
        remedy: Remedy::Clean { command: "conda clean -afy", shows: "conda clean" },
        mountable: false,
    },
    Leftover {
        what: "Go's build cache",
        programs: &["go"],
        verbs: &["build", "install", "test", "get", "run", "vet", "generate"],
        places: &["home/.cache/go-build"],
        remedy: Remedy::Clean { command: "go clean -cache", shows: "go clean -cache" },
        mountable: true,
    },
    Leftover {
        what: "Cargo's downloads",
        programs: &["cargo"],
        verbs: &["build", "install", "fetch"],
        places: &["usr/local/cargo/registry", "home/.cargo/registry"],
        remedy: Remedy::Clean { command: "rm -rf \"${CARGO_HOME:-$HOME/.cargo}/registry\"", shows: "/registry" },
        mountable: true,
    },
    Leftover {
        what: "composer's cache",
        programs: &["composer"],
        verbs: &["install", "update", "require"],
        places: &["home/.composer/cache", "home/.cache/composer"],
        remedy: Remedy::Clean { command: "composer clear-cache", shows: "composer clear-cache" },
        mountable: true,
    },
    Leftover {
        what: "poetry's cache",
        programs: &["poetry"],
        verbs: &["install", "sync"],
        places: &["home/.cache/pypoetry"],
        remedy: Remedy::Flag("--no-cache"),
        mountable: true,
    },
];

/// apt in both spellings.
pub const APT: &[&str] = &["apt-get", "apt"];

/// Returns the index of the subcommand in a program's words; `None` if the program or the
/// subcommand does not match.
pub fn verb_of(words: &[&str], programs: &[&str], verbs: &[&str]) -> Option<usize> {
    let (program, skipped) = match words {
        [python, "-m", module, ..] if python.starts_with("python") => (*module, 3),
        [program, ..] => (program.rsplit('/').next().unwrap_or(program), 1),
        [] => return None,
    };
    if !programs.contains(&program) {
        return None;
    }
    if verbs.is_empty() {
        return Some(skipped - 1);
    }
    // Few options before the subcommand take a value in the next word.
    (skipped..words.len())
        .find(|&at| verbs.contains(&words[at]))
        .filter(|&at| words[skipped..at].iter().filter(|word| !word.starts_with('-')).count() <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subcommand_is_found_behind_options() {
        let verb = |text: &str| {
            let words: Vec<_> = text.split(' ').collect();
            verb_of(&words, &["apt-get", "pip"], &["install"])
        };
        assert_eq!(verb("apt-get -y install x"), Some(2));
        assert_eq!(verb("apt-get -o Dpkg::Use-Pty=0 install x"), Some(3));
        assert_eq!(verb("python3 -m pip install x"), Some(3));
        assert_eq!(verb("/usr/bin/apt-get install x"), Some(1));
        assert_eq!(verb("apt-get purge x"), None);
        assert_eq!(verb("echo apt-get install"), None);
    }
}
