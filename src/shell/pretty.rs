//! Breaks a shell command into lines, as in a Dockerfile.
//!
//! Lines are only broken where white space is, or may be, between two words, so that the meaning of
//! the command stays the same.

use crate::display::{Escaped, escaped_str};

const INDENT: usize = 4;
/// Indentation ends here.
const DEEPEST: usize = 10;

/// Breaks a command at `&&`, `||`, `|` and `;` outside of quotes and parentheses, and where its own
/// author broke it.
///
/// All lines but the last end in a backslash; control characters are escaped. A command of several
/// lines, such as a here-document, keeps its lines.
pub fn pretty_shell(command: &str) -> Vec<Escaped> {
    if command.contains('\n') {
        return command.lines().map(verbatim).collect();
    }
    let mut page = PrettyLines::default();
    for token in tokens(command) {
        page.take(token);
    }
    page.end()
}

/// Returns a line of the author with tabs as spaces and other control characters escaped.
pub(crate) fn verbatim(line: &str) -> Escaped {
    escaped_str(&line.trim_end().replace('\t', &" ".repeat(INDENT)))
}

/// A part of a command on its highest level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// With its quotes, and with everything in its parentheses.
    Word(&'a str),
    /// `&&`, `||`, `|`, `|&`, `;` or `;;`.
    Operator(&'a str),
    /// White space of such a width that there was the end of a line; builders join lines and keep
    /// their indentation.
    Break,
}

/// A construct that has to be closed before the top level is reached again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Single,
    Double,
    Backtick,
    Parenthesis,
    /// `${…}`.
    Brace,
}

fn tokens(command: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = command.trim();
    while !rest.is_empty() {
        let text = rest.trim_start();
        let gap = &rest[..rest.len() - text.len()];
        if gap.len() > 1 || gap == "\t" {
            tokens.push(Token::Break);
        }
        let operator = ["&&", "||", ";;", "|&", ";", "|"]
            .into_iter()
            .find(|operator| text.starts_with(operator));
        let len = operator.map_or_else(|| word(text), str::len);
        let (taken, after) = text.split_at(len);
        tokens.push(if operator.is_some() { Token::Operator(taken) } else { Token::Word(taken) });
        rest = after;
    }
    tokens
}

/// Returns the length in bytes of the word at the start of a text; at least one character.
fn word(text: &str) -> usize {
    // A comment extends to the end.
    if text.starts_with('#') {
        return text.len();
    }
    let mut open: Vec<Open> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        match (open.last(), c) {
            (Some(Open::Single), '\'') => drop(open.pop()),
            (Some(Open::Single), _) => {}
            (_, '\\') => drop(chars.next()),
            (_, '$') if next == Some('(') => {
                chars.next();
                open.push(Open::Parenthesis);
            }
            (_, '$') if next == Some('{') => {
                chars.next();
                open.push(Open::Brace);
            }
            (Some(Open::Double), '"')
            | (Some(Open::Backtick), '`')
            | (Some(Open::Parenthesis), ')')
            | (Some(Open::Brace), '}') => drop(open.pop()),
            (_, '`') => open.push(Open::Backtick),
            (Some(Open::Double), _) => {}
            (_, '"') => open.push(Open::Double),
            (_, '\'') => open.push(Open::Single),
            (None | Some(Open::Parenthesis | Open::Backtick), '(') => open.push(Open::Parenthesis),
            (None, '|' | ';') => return at,
            (None, '&') if next == Some('&') => return at,
            (None, c) if c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

/// The lines as they grow.
#[derive(Default)]
struct PrettyLines {
    lines: Vec<String>,
    line: String,
    /// Loops, conditions and groups that are open.
    depth: usize,
    /// True if the last command began with `case` and its `in` has not appeared yet.
    case: bool,
    /// True inside a command, so that the next word is one of its arguments.
    inside_command: bool,
    /// The extra indent of the next word, if a new line begins before it.
    pending: Option<usize>,
}

impl PrettyLines {
    fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Word(word) if self.inside_command => {
                self.write(word);
                if self.case && word == "in" {
                    self.case = false;
                    self.opens();
                }
            }
            Token::Word(word) => self.command(word),
            Token::Operator(operator @ (";" | ";;")) => {
                // `;` stays at the end of its command.
                self.pending = None;
                if operator == ";;" && !self.line.is_empty() {
                    self.line.push(' ');
                }
                self.line.push_str(operator);
                self.inside_command = false;
                self.pending = Some(0);
            }
            Token::Operator(operator) => {
                self.pending = Some(usize::from(operator.len() == 1 || operator == "|&"));
                self.write(operator);
                self.inside_command = false;
            }
            Token::Break if self.inside_command && self.pending.is_none() => self.pending = Some(1),
            Token::Break => {}
        }
    }

    /// Takes the first word of a command.
    fn command(&mut self, word: &str) {
        match word {
            "then" | "do" if self.pending.is_some() => {
                self.pending = None;
                self.write(word);
                self.opens();
            }
            "then" | "do" | "{" => {
                self.write(word);
                self.opens();
            }
            "else" => {
                self.closes();
                self.write(word);
                self.opens();
            }
            "elif" | "fi" | "done" | "esac" | "}" => {
                self.closes();
                self.write(word);
                self.inside_command = word != "elif";
            }
            // Another command follows.
            "if" | "while" | "until" | "!" => self.write(word),
            word => {
                self.write(word);
                self.case = word == "case";
                self.inside_command = true;
            }
        }
    }

    fn opens(&mut self) {
        self.depth += 1;
        self.inside_command = false;
        self.pending = Some(0);
    }

    fn closes(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.pending = (!self.line.is_empty()).then_some(0);
    }

    /// Adds a word, on a new line if one is due.
    fn write(&mut self, word: &str) {
        if let Some(further) = self.pending.take().filter(|_| !self.line.is_empty()) {
            self.lines.push(format!("{} \\", self.line));
            self.line = " ".repeat(INDENT * (1 + self.depth + further).min(DEEPEST));
        } else if !self.line.is_empty() {
            self.line.push(' ');
        }
        self.line.push_str(word);
    }

    fn end(mut self) -> Vec<Escaped> {
        self.lines.push(self.line);
        self.lines.iter().map(|line| escaped_str(line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(command: &str, lines: &[&str]) {
        assert_eq!(pretty_shell(command), lines, "{command}");
    }

    #[test]
    fn each_command_of_a_chain_has_a_line() {
        check(
            "apt-get update && apt-get install -y curl || true && rm -rf /var/lib/apt/lists/*",
            &[
                r"apt-get update \",
                r"    && apt-get install -y curl \",
                r"    || true \",
                r"    && rm -rf /var/lib/apt/lists/*",
            ],
        );
        check(
            "set -eux; make; make install",
            &[r"set -eux; \", r"    make; \", "    make install"],
        );
        check("curl x | tar -x && ls", &[r"curl x \", r"        | tar -x \", "    && ls"]);
        check("echo hi", &["echo hi"]);
        check("a;", &["a;"]);
        check("", &[""]);
    }

    #[test]
    fn lines_that_the_author_broke_are_broken_there() {
        check(
            "set -eux; \tapt-get update; \tapt-get install -y \t\tca-certificates \t\tcurl \t; \trm -rf /x",
            &[
                r"set -eux; \",
                r"    apt-get update; \",
                r"    apt-get install -y \",
                r"        ca-certificates \",
                r"        curl; \",
                "    rm -rf /x",
            ],
        );
    }

    #[test]
    fn nothing_is_broken_inside_of_quotes_and_parentheses() {
        for whole in [
            r#"echo 'a && b; c | d'"#,
            r#"echo "a && $(b "c; d" | e) f""#,
            "(cd /x && make; ls)",
            "echo $(a; b) `c | d` ${e:-f; g}",
            r"find . -name x -exec rm {} \;",
            r"echo a\|b\&\&c",
            "make 2>&1 >/dev/null &",
            "echo 'never closed && so it is; one word",
            "# a comment && no command; none",
        ] {
            check(whole, &[whole]);
        }
    }

    #[test]
    fn conditions_and_loops_are_indented() {
        check(
            "if [ -f /x ]; then rm /x; else touch /y && ls; fi; for f in a b; do echo $f; done",
            &[
                r"if [ -f /x ]; then \",
                r"        rm /x; \",
                r"    else \",
                r"        touch /y \",
                r"        && ls; \",
                r"    fi; \",
                r"    for f in a b; do \",
                r"        echo $f; \",
                "    done",
            ],
        );
        check(
            "case $arch in amd64) a=1 ;; *) exit 1 ;; esac && { b; c; }",
            &[
                r"case $arch in \",
                r"        amd64) a=1 ;; \",
                r"        *) exit 1 ;; \",
                r"    esac \",
                r"    && { \",
                r"        b; \",
                r"        c; \",
                "    }",
            ],
        );
    }

    #[test]
    fn several_lines_stay_as_they_are() {
        check("<<EOF\nset -e\n\tln a b\nEOF", &["<<EOF", "set -e", "    ln a b", "EOF"]);
    }

    #[test]
    fn control_characters_are_escaped() {
        check("echo \x1b[31m && echo \u{202e}x", &[r"echo \x1b[31m \", r"    && echo \u{202e}x"]);
    }

    proptest! {
        #[test]
        fn no_character_is_lost_or_moved(parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..40)) {
            let command = parts.concat();
            let lines = pretty_shell(&command);
            let mut joined = String::new();
            for (i, line) in lines.iter().enumerate() {
                let last = i + 1 == lines.len();
                joined.push_str(if last { line } else { line.strip_suffix(" \\").expect("a line goes on") });
            }
            let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(solid(&joined), solid(&command));
        }
    }

    const PARTS: &[&str] = &[
        "a", "b c", " ", "    ", " && ", " || ", "|", ";", " ;; ", "'", "\"", "(", ")", "$(", "`",
        "${x", "}", " { ", " if ", "; then ", " else ", "; fi", "; do ", " done", " case ", " in ",
        " esac ", "#", "&", ">", "é漢",
    ];
}
