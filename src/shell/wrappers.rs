//! Recognises programs that prepare something and then run their arguments.

use super::base_name;

/// The command line of a wrapper.
struct Wrapper {
    name: &'static str,
    /// Options that take the next argument as their value.
    valued: &'static [&'static str],
    /// Arguments before the command.
    before: usize,
}

const fn wrapper(name: &'static str, valued: &'static [&'static str], before: usize) -> Wrapper {
    Wrapper { name, valued, before }
}

const WRAPPERS: [Wrapper; 22] = [
    wrapper("catatonit", &[], 0),
    wrapper("chrt", &["-T", "-P", "-D"], 1),
    wrapper("docker-init", &["-p", "-e"], 0),
    wrapper("dumb-init", &["-r", "--rewrite"], 0),
    wrapper("env", &["-u", "--unset", "-C", "--chdir"], 0),
    wrapper("gosu", &[], 1),
    wrapper("ionice", &["-c", "-n", "--class", "--classdata"], 0),
    wrapper("nice", &["-n", "--adjustment"], 0),
    wrapper("nohup", &[], 0),
    wrapper("numactl", &["-N", "-m", "-C", "-i", "-p"], 0),
    wrapper("pid1", &[], 0),
    wrapper("runuser", &["-u", "-g", "-G"], 0),
    wrapper("setarch", &[], 1),
    wrapper(
        "setpriv",
        &["--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set"],
        0,
    ),
    wrapper("setsid", &[], 0),
    wrapper("setuidgid", &[], 1),
    wrapper("stdbuf", &["-i", "-o", "-e"], 0),
    wrapper("su-exec", &[], 1),
    wrapper("sudo", &["-u", "-g", "-D", "-p", "-h"], 0),
    wrapper("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    wrapper("tini", &["-p", "-e"], 0),
    wrapper("tini-static", &["-p", "-e"], 0),
];

/// The wrappers that run their arguments as another user.
const USERS: [&str; 6] = ["gosu", "runuser", "setpriv", "setuidgid", "su-exec", "sudo"];

/// Returns whether a program runs its arguments as another user.
pub(crate) fn changes_user(program: &str) -> bool {
    USERS.contains(&base_name(program))
}

/// The most words that `env -S` splits one into.
const SPLIT_LIMIT: usize = 256;

/// The command that a wrapper runs.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct Wrapped {
    /// The command, which may be empty.
    pub command: Vec<String>,
    /// The variables that it sets in the environment.
    pub assignments: Vec<(String, String)>,
    /// The directory that it changes to.
    pub directory: Option<String>,
}

/// Returns the command that a wrapper runs; `None` if `command` is no wrapper.
pub(crate) fn unwrap(command: &[String]) -> Option<Wrapped> {
    let (name, arguments) = command.split_first()?;
    // BusyBox acts as the program in its first argument.
    if base_name(name) == "busybox"
        && arguments.first().is_some_and(|applet| !applet.starts_with('-'))
    {
        return Some(Wrapped { command: arguments.to_vec(), ..Wrapped::default() });
    }
    let name = base_name(name);
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == name)?;
    // Without a user before it, its command is the text behind `-c`.
    if name == "runuser"
        && !arguments.iter().any(|argument| ["-u", "--user"].contains(&argument.as_str()))
    {
        return None;
    }
    let mut wrapped = Wrapped::default();
    let mut arguments = arguments.to_vec();
    let mut at = 0;
    let mut before = wrapper.before;
    while let Some(argument) = arguments.get(at).cloned() {
        if argument == "--" {
            at += 1;
            break;
        }
        let value = arguments.get(at + 1).cloned();
        if name == "env" {
            if let Some((variable, value)) =
                argument.split_once('=').filter(|_| !argument.starts_with('-'))
            {
                wrapped.assignments.push((variable.to_owned(), value.to_owned()));
                at += 1;
                continue;
            }
            match argument.as_str() {
                "-C" | "--chdir" => wrapped.directory = value.clone(),
                _ => {
                    wrapped.directory =
                        argument.strip_prefix("--chdir=").map(str::to_owned).or(wrapped.directory);
                }
            }
            if let Some(text) = split_string(&argument, value.as_deref()) {
                let taken = if argument == "-S" || argument == "--split-string" { 2 } else { 1 };
                arguments.splice(at..(at + taken).min(arguments.len()), text);
                continue;
            }
        }
        if argument.starts_with('-') && argument.len() > 1 {
            at += if wrapper.valued.contains(&argument.as_str()) { 2 } else { 1 };
        } else if before > 0 {
            before -= 1;
            at += 1;
        } else {
            break;
        }
    }
    wrapped.command = arguments.split_off(at.min(arguments.len()));
    Some(wrapped)
}

/// Returns the index of the word at which a wrapper's command begins; `None` if it is no wrapper,
/// or splits a word.
pub(crate) fn command_at(words: &[&str]) -> Option<usize> {
    let owned: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
    let wrapped = unwrap(&owned)?;
    words
        .ends_with(&wrapped.command.iter().map(String::as_str).collect::<Vec<_>>())
        .then_some(())?;
    words.len().checked_sub(wrapped.command.len())
}

/// Splits the argument of `env -S 'a b'` into words.
fn split_string(argument: &str, value: Option<&str>) -> Option<Vec<String>> {
    let text = match argument {
        "-S" | "--split-string" => value?,
        argument => {
            argument.strip_prefix("--split-string=").or_else(|| argument.strip_prefix("-S"))?
        }
    };
    Some(text.split_ascii_whitespace().take(SPLIT_LIMIT).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Option<String> {
        let words: Vec<_> = text.split(' ').map(str::to_owned).collect();
        unwrap(&words).map(|wrapped| wrapped.command.join(" "))
    }

    #[test]
    fn options_and_operands_of_wrappers_are_passed_over() {
        for (text, expected) in [
            ("/sbin/tini -g -- /app -x", "/app -x"),
            ("tini -e 143 -s /app", "/app"),
            ("/usr/bin/dumb-init --rewrite 15:3 -- node x.js", "node x.js"),
            ("gosu postgres:postgres postgres -D /x", "postgres -D /x"),
            ("su-exec redis redis-server", "redis-server"),
            ("nice -n 5 app", "app"),
            ("timeout -s KILL 5m app --fast", "app --fast"),
            ("stdbuf -oL app", "app"),
            ("busybox httpd -f", "httpd -f"),
            ("env -u HOME A=1 -i B=2 app C=3", "app C=3"),
            ("env -S node --flag x.js", "node --flag x.js"),
            ("tini", ""),
        ] {
            assert_eq!(command(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(command("/app -- x"), None);
    }

    #[test]
    fn env_changes_the_surroundings() {
        let words = ["env", "-C", "/srv", "A=1", "app"].map(str::to_owned);
        let expected = Wrapped {
            command: vec!["app".into()],
            assignments: vec![("A".into(), "1".into())],
            directory: Some("/srv".into()),
        };
        assert_eq!(unwrap(&words), Some(expected));
    }
}
