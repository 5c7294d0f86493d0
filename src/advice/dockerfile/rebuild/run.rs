//! Rebuilds `RUN`: build arguments before it, its shell, and long commands in several lines.

use super::DockerfileDraft;
use crate::advice::dockerfile::step::Step;
use crate::shell::{self, Joint};

/// The longest command that is kept in one line.
const WIDTH: usize = 80;
/// The shell of a `RUN` without `SHELL`.
const DEFAULT_SHELL: [&str; 2] = ["/bin/sh", "-c"];
/// The arguments that builders pass automatically (Dockerfile reference, "Predefined ARGs").
const PREDEFINED: [&str; 10] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
];

impl DockerfileDraft<'_> {
    /// Writes a `RUN` with the instructions that it needs before it; false if no valid instruction
    /// can be written.
    pub(super) fn run(&mut self, step: &Step) -> bool {
        self.build_arguments(step);
        if let Some(shell) = &step.shell {
            let current: Vec<_> = match &self.shell {
                Some(shell) => shell.iter().map(String::as_str).collect(),
                None => DEFAULT_SHELL.to_vec(),
            };
            if *shell != current {
                let list = serde_json::to_string(shell).unwrap_or_default();
                self.try_instruction(&format!("SHELL {list}"), None);
                self.shell = Some(shell.clone());
            }
        }
        let command = step.text.strip_prefix("RUN ").unwrap_or(&step.text).trim();
        if command.is_empty() {
            return false;
        }
        if let Some(script) =
            command.strip_prefix("<<EOF\n").and_then(|rest| rest.strip_suffix("\nEOF"))
        {
            // The command may contain any line, including one that would end the document.
            let end = (0..).map(|i| if i == 0 { "EOF".into() } else { format!("EOF{i}") });
            let end = end
                .into_iter()
                .find(|end| !script.lines().any(|line| line == end))
                .unwrap_or_default();
            return self.try_instruction(&format!("RUN <<{end}\n{script}\n{end}"), step.layer);
        }
        if !command.ends_with('\\')
            && self.try_instruction(&format!("RUN {}", broken(command)), step.layer)
        {
            return true;
        }
        // Quotes protect lines that the parser would misread.
        if command.contains('\n') {
            return false;
        }
        let shell = self.shell.clone().unwrap_or_else(|| DEFAULT_SHELL.map(Into::into).to_vec());
        let words: Vec<_> = shell.iter().map(String::as_str).chain([command]).collect();
        let list = serde_json::to_string(&words).unwrap_or_default();
        !command.starts_with("<<") && self.try_instruction(&format!("RUN {list}"), step.layer)
    }

    fn build_arguments(&mut self, step: &Step) {
        let Some(arguments) = &step.arguments else {
            return self.comment("the build arguments of the next RUN cannot be told apart");
        };
        for argument in arguments {
            let name = argument.split('=').next().unwrap_or_default();
            if PREDEFINED.contains(&name) || self.known.contains(argument) {
                continue;
            }
            if self.try_instruction(&format!("ARG {}", super::values::assignment(argument)), None) {
                self.known.insert(argument.clone());
            }
        }
    }
}

/// Breaks a long command into lines at its operators, if it can be parsed.
fn broken(command: &str) -> String {
    if command.chars().count() + "RUN ".len() <= WIDTH {
        return command.into();
    }
    let Some(script) = shell::read(command) else { return command.into() };
    let mut out = String::with_capacity(command.len() + 64);
    let mut from = 0;
    for part in script.commands.iter().filter(|part| part.depth == 0) {
        let (joint, at) = part.joint;
        let (text, sign) = match joint {
            Joint::And => (&command[from..at], "&& "),
            Joint::Or => (&command[from..at], "|| "),
            // The semicolon stays in place; only the line ends after it.
            Joint::Then => (&command[from..=at], ""),
            Joint::Start | Joint::Pipe | Joint::Background => continue,
        };
        out.push_str(text.trim());
        out.push_str(" \\\n    ");
        out.push_str(sign);
        from = at + if joint == Joint::Then { 1 } else { 2 };
    }
    let rest = command[from..].trim();
    if rest.is_empty() {
        // The command ends with its semicolon.
        return command.into();
    }
    // A line that begins with a number sign would be a comment.
    let whole = out + rest;
    if whole.lines().any(|line| line.trim_start().starts_with('#')) {
        command.into()
    } else {
        whole
    }
}
