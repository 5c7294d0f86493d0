//! Recognises interpreters, and finds the programs on their command lines.

use crate::shell::base_name;

/// The syntax of an interpreter's command line.
struct Interpreter {
    name: &'static str,
    /// Options that take the next argument as their value.
    valued: &'static [&'static str],
    /// Options whose value is the program itself.
    inline: &'static [&'static str],
    /// Words that may precede the script.
    commands: &'static [&'static str],
}

const INTERPRETERS: [Interpreter; 13] = [
    Interpreter {
        name: "bun",
        valued: &["-r", "--preload", "--cwd"],
        inline: &["-e"],
        commands: &["run"],
    },
    Interpreter {
        name: "deno",
        valued: &["-c", "--config"],
        inline: &[],
        commands: &["run", "serve"],
    },
    Interpreter {
        name: "dotnet",
        valued: &["--depsfile", "--runtimeconfig"],
        inline: &[],
        commands: &["exec"],
    },
    Interpreter { name: "lua", valued: &["-l"], inline: &["-e"], commands: &[] },
    Interpreter {
        name: "node",
        valued: &[
            "-r",
            "--require",
            "--import",
            "--loader",
            "--experimental-loader",
            "-C",
            "--conditions",
        ],
        inline: &["-e", "--eval", "-p", "--print"],
        commands: &[],
    },
    Interpreter {
        name: "nodejs",
        valued: &["-r", "--require"],
        inline: &["-e", "-p"],
        commands: &[],
    },
    Interpreter { name: "perl", valued: &["-I"], inline: &["-e", "-E"], commands: &[] },
    Interpreter { name: "php", valued: &["-d", "-c", "-S", "-t"], inline: &["-r"], commands: &[] },
    Interpreter { name: "pypy", valued: &["-X", "-W"], inline: &["-c"], commands: &[] },
    Interpreter { name: "python", valued: &["-X", "-W"], inline: &["-c"], commands: &[] },
    Interpreter { name: "Rscript", valued: &[], inline: &["-e"], commands: &[] },
    Interpreter { name: "ruby", valued: &["-I", "-r", "-C"], inline: &["-e"], commands: &[] },
    Interpreter { name: "tclsh", valued: &["-encoding"], inline: &[], commands: &[] },
];

/// Shells, whose commands are followed further if possible.
const SHELLS: [&str; 7] = ["ash", "bash", "dash", "ksh", "mksh", "sh", "zsh"];

/// Options of Java that take the next argument as their value.
const JAVA_VALUED: [&str; 7] = [
    "--add-exports",
    "--add-modules",
    "--add-opens",
    "--add-reads",
    "-p",
    "--module-path",
    "--upgrade-module-path",
];

/// The program that an interpreter runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Interpreted {
    /// A file, or a directory that stands for one.
    Script(String),
    /// A module that Python searches.
    Module(String),
    /// Directories and archives with classes.
    Classes(Vec<String>),
    /// A program on the command line.
    Inline,
    /// No program: the interpreter is interactive.
    Nothing,
}

/// Returns the program that a command runs, if it is an interpreter.
pub(super) fn interpreted(command: &[String]) -> Option<Interpreted> {
    let (name, arguments) = command.split_first()?;
    let name = base_name(name);
    if name == "java" {
        return Some(classes(arguments));
    }
    // Many interpreters have their version in their name.
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let interpreter = INTERPRETERS.iter().find(|interpreter| interpreter.name == name)?;
    let mut at = 0;
    while let Some(argument) = arguments.get(at) {
        let is_python = matches!(interpreter.name, "python" | "pypy");
        match argument.as_str() {
            "--" => at += 1,
            // PHP takes a script with `-f`.
            "-f" if interpreter.name == "php" => at += 1,
            "-m" if is_python => {
                return Some(
                    arguments
                        .get(at + 1)
                        .cloned()
                        .map_or(Interpreted::Nothing, Interpreted::Module),
                );
            }
            option if interpreter.inline.contains(&option) => return Some(Interpreted::Inline),
            option if interpreter.valued.contains(&option) => at += 2,
            option if option.starts_with('-') && option.len() > 1 => at += 1,
            word if at == 0 && interpreter.commands.contains(&word) => at += 1,
            script => return Some(Interpreted::Script(script.to_owned())),
        }
    }
    Some(Interpreted::Nothing)
}

fn classes(arguments: &[String]) -> Interpreted {
    let mut path = Vec::new();
    let mut at = 0;
    while let Some(argument) = arguments.get(at) {
        let value = || arguments.get(at + 1).cloned().unwrap_or_default();
        match argument.as_str() {
            "-jar" => return Interpreted::Script(value()),
            "-cp" | "-classpath" | "--class-path" => {
                path = value().split(':').map(str::to_owned).collect();
                at += 2;
            }
            "-m" | "--module" => return Interpreted::Classes(path),
            option if JAVA_VALUED.contains(&option) => {
                if matches!(option, "-p" | "--module-path") {
                    path = value().split(':').map(str::to_owned).collect();
                }
                at += 2;
            }
            option if option.starts_with('-') || option.starts_with('@') => at += 1,
            source if source.ends_with(".java") => return Interpreted::Script(source.to_owned()),
            _ if path.is_empty() => return Interpreted::Classes(vec![".".into()]),
            _ => return Interpreted::Classes(path),
        }
    }
    Interpreted::Nothing
}

/// The input of a shell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shell {
    /// Commands, with their positional arguments.
    Text(String, Vec<String>),
    /// A script, with its arguments.
    Script(String, Vec<String>),
    /// No input: the shell is interactive.
    Nothing,
}

/// Returns the input of a command, if it is a shell.
pub(super) fn shell(command: &[String]) -> Option<Shell> {
    let (name, arguments) = command.split_first()?;
    if !SHELLS.contains(&base_name(name)) {
        return None;
    }
    let mut is_text = false;
    let mut at = 0;
    while let Some(argument) =
        arguments.get(at).filter(|argument| argument.starts_with(['-', '+']) && argument.len() > 1)
    {
        at += 1;
        if argument == "--" {
            break;
        }
        if !argument.starts_with("--") {
            is_text |= argument.starts_with('-') && argument.contains('c');
            at += usize::from(argument.ends_with(['o', 'O']));
        } else if matches!(argument.as_str(), "--rcfile" | "--init-file") {
            at += 1;
        }
    }
    let Some((first, rest)) = arguments.get(at..).and_then(<[String]>::split_first) else {
        return Some(Shell::Nothing);
    };
    Some(if is_text {
        // The first argument after the text becomes `$0`.
        Shell::Text(first.clone(), rest.get(1..).unwrap_or_default().to_vec())
    } else {
        Shell::Script(first.clone(), rest.to_vec())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_script_is_the_first_argument_that_is_no_option() {
        let script = |path: &str| Some(Interpreted::Script(path.into()));
        assert_eq!(interpreted(&words("python3.11 -u -X dev app.py --x")), script("app.py"));
        assert_eq!(
            interpreted(&words("/usr/bin/node --require ./t.js server.js")),
            script("server.js")
        );
        assert_eq!(interpreted(&words("java -Xmx1g -jar /app.jar")), script("/app.jar"));
        assert_eq!(interpreted(&words("deno run --allow-net main.ts")), script("main.ts"));
        assert_eq!(interpreted(&words("dotnet Shop.dll")), script("Shop.dll"));
        assert_eq!(interpreted(&words("php-fpm8.2 -F")), None);
    }

    #[test]
    fn modules_classes_and_programs_on_the_line_are_told_from_scripts() {
        assert_eq!(
            interpreted(&words("python -m shop.web")),
            Some(Interpreted::Module("shop.web".into()))
        );
        assert_eq!(interpreted(&words("python -c pass")), Some(Interpreted::Inline));
        let classes = |paths: &[&str]| {
            Some(Interpreted::Classes(paths.iter().map(|p| (*p).into()).collect()))
        };
        assert_eq!(interpreted(&words("java -cp /a:/b/* shop.Main")), classes(&["/a", "/b/*"]));
        assert_eq!(interpreted(&words("java shop.Main")), classes(&["."]));
        assert_eq!(interpreted(&words("node")), Some(Interpreted::Nothing));
    }

    #[test]
    fn a_shell_runs_a_text_or_a_script() {
        assert_eq!(shell(&words("/bin/sh -c a")), Some(Shell::Text("a".into(), vec![])));
        assert_eq!(
            shell(&words("bash -o pipefail -ec a name b")),
            Some(Shell::Text("a".into(), vec!["b".into()]))
        );
        assert_eq!(
            shell(&words("sh -e run.sh b")),
            Some(Shell::Script("run.sh".into(), vec!["b".into()]))
        );
        assert_eq!(shell(&words("bash -l")), Some(Shell::Nothing));
        assert_eq!(shell(&words("fish")), None);
    }
}
