//! Expands the part of the shell language that commands of images use: words, quotes, variables,
//! lists of commands (POSIX.1-2024, Shell Command Language). Nothing that depends on running a
//! command is guessed.

mod expansion;

use std::iter::Peekable;
use std::str::Chars;

use super::word::{Draft, LONG, TooComplex, is_keyword, is_name};

/// The longest text that is read, in bytes.
const TEXT_LIMIT: usize = 64 << 10;
/// The most words that are read, and the most variables in them.
const WORDS_LIMIT: usize = 1024;

/// A word after expansion; `None` if it cannot be known.
pub(crate) type Word = Option<String>;

/// A command in a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Command {
    /// Assignments `NAME=value` before the command.
    pub assignments: Vec<(String, Word)>,
    /// The command and its arguments.
    pub words: Vec<Word>,
}

/// The values of words that begin with a dollar sign.
pub(crate) struct Variables<'v> {
    /// Returns the value of a variable; the inner `None` if it is unknown.
    pub value: &'v dyn Fn(&str) -> Option<Word>,
    /// `$1` and those after it.
    pub arguments: &'v [String],
}

const CONDITIONAL: TooComplex = "it has conditions or loops";
const SEVERAL: TooComplex = "it runs several programs side by side or one instead of another";
const DOCUMENT: TooComplex = "it has a text for a program in it";
const UNFINISHED: TooComplex = "a quote in it is not closed";

/// Reads a list of commands that are run one after the other.
pub(crate) fn parse(text: &str, variables: &Variables<'_>) -> Result<Vec<Command>, TooComplex> {
    if text.len() > TEXT_LIMIT {
        return Err(LONG);
    }
    let mut parser = Parser {
        chars: text.chars().peekable(),
        variables,
        commands: vec![Command::default()],
        words: 0,
    };
    parser.read()?;
    parser.commands.retain(|command| !command.words.is_empty() || !command.assignments.is_empty());
    Ok(parser.commands)
}

struct Parser<'t, 'v> {
    chars: Peekable<Chars<'t>>,
    variables: &'v Variables<'v>,
    commands: Vec<Command>,
    words: usize,
}

impl Parser<'_, '_> {
    fn read(&mut self) -> Result<(), TooComplex> {
        let mut draft = Draft::default();
        while let Some(c) = self.chars.next() {
            match c {
                ' ' | '\t' | '\r' => self.end_word(&mut draft)?,
                '\n' | ';' => {
                    self.end_word(&mut draft)?;
                    if self.chars.peek() == Some(&';') {
                        return Err(CONDITIONAL);
                    }
                    self.commands.push(Command::default());
                }
                '#' if !draft.started => while self.chars.next_if(|&c| c != '\n').is_some() {},
                '&' if self.chars.next_if_eq(&'&').is_some() => {
                    self.end_word(&mut draft)?;
                    self.commands.push(Command::default());
                }
                '&' if self.chars.peek() == Some(&'>') => self.end_word(&mut draft)?,
                '&' | '|' => return Err(SEVERAL),
                '(' | ')' => return Err(CONDITIONAL),
                '<' | '>' => self.skip_redirection(&mut draft)?,
                '\'' => {
                    draft.start(true);
                    loop {
                        match self.chars.next().ok_or(UNFINISHED)? {
                            '\'' => break,
                            c => draft.push(c)?,
                        }
                    }
                }
                '"' => self.read_quoted(&mut draft)?,
                '\\' => match self.chars.next() {
                    None | Some('\n') => {}
                    Some(c) => {
                        draft.start(true);
                        draft.push(c)?;
                    }
                },
                '$' => self.read_expansion(&mut draft, false)?,
                '`' => {
                    while self.chars.next().ok_or(UNFINISHED)? != '`' {}
                    draft.be_unknown();
                }
                c => {
                    draft.start(false);
                    draft.push(c)?;
                }
            }
        }
        self.end_word(&mut draft)
    }

    fn read_quoted(&mut self, draft: &mut Draft) -> Result<(), TooComplex> {
        draft.start(true);
        loop {
            match self.chars.next().ok_or(UNFINISHED)? {
                '"' => return Ok(()),
                '\\' => match self.chars.next().ok_or(UNFINISHED)? {
                    '\n' => {}
                    c @ ('$' | '`' | '"' | '\\') => draft.push(c)?,
                    c => {
                        draft.push('\\')?;
                        draft.push(c)?;
                    }
                },
                '$' => self.read_expansion(draft, true)?,
                '`' => {
                    while self.chars.next().ok_or(UNFINISHED)? != '`' {}
                    draft.be_unknown();
                }
                c => draft.push(c)?,
            }
        }
    }

    /// Skips a nested part between two brackets, and returns it without them.
    fn skip_nested(&mut self, open: char, close: char) -> Result<String, TooComplex> {
        let mut inner = String::new();
        let mut depth = 0;
        loop {
            let c = self.chars.next().ok_or(UNFINISHED)?;
            if c == open {
                depth += 1;
            } else if c == close {
                depth -= 1;
                if depth == 0 {
                    inner.remove(0);
                    return Ok(inner);
                }
            }
            inner.push(c);
        }
    }

    /// Skips a redirection with its target.
    fn skip_redirection(&mut self, draft: &mut Draft) -> Result<(), TooComplex> {
        if !draft.quoted && draft.text.bytes().all(|b| b.is_ascii_digit()) {
            *draft = Draft::default();
        }
        self.end_word(draft)?;
        while let Some(c) = self.chars.next_if(|c| matches!(c, '<' | '>' | '&' | '|')) {
            if c == '<' {
                return Err(DOCUMENT);
            }
        }
        while self.chars.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
        while self
            .chars
            .next_if(|c| !matches!(c, ' ' | '\t' | '\n' | ';' | '&' | '|' | ')'))
            .is_some()
        {}
        Ok(())
    }

    /// Counts a word or a variable.
    fn count(&mut self) -> Result<(), TooComplex> {
        self.words += 1;
        if self.words > WORDS_LIMIT { Err(LONG) } else { Ok(()) }
    }

    fn end_word(&mut self, draft: &mut Draft) -> Result<(), TooComplex> {
        let draft = std::mem::take(draft);
        if !draft.started {
            return Ok(());
        }
        self.count()?;
        let command = self.commands.last_mut().ok_or(LONG)?;
        if command.words.is_empty() && !draft.quoted && is_keyword(&draft.text) {
            return Err(CONDITIONAL);
        }
        if command.words.is_empty()
            && let Some((name, value)) = draft.text.split_once('=')
            && !name.is_empty()
            && name.chars().all(is_name)
        {
            let value = (!draft.unknown).then(|| value.to_owned());
            command.assignments.push((name.to_owned(), value));
        } else {
            command.words.push((!draft.unknown).then_some(draft.text));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<Command>, TooComplex> {
        let value = |name: &str| match name {
            "PORT" => Some(Some("80".into())),
            "OPTS" => Some(Some("-a  -b".into())),
            "EMPTY" => Some(Some(String::new())),
            "LATER" => Some(None),
            _ => None,
        };
        parse(text, &Variables { value: &value, arguments: &["serve".into(), "a b".into()] })
    }

    fn words(text: &str) -> Vec<Vec<String>> {
        let shown = |word: Word| word.unwrap_or_else(|| "?".into());
        parsed(text)
            .unwrap()
            .into_iter()
            .map(|c| c.words.into_iter().map(shown).collect())
            .collect()
    }

    #[test]
    fn words_are_split_and_unquoted_as_a_shell_does() {
        assert_eq!(
            words(r#"./app  --name 'a b' "c d"\ e"#),
            [vec!["./app", "--name", "a b", "c d e"]]
        );
        assert_eq!(words("app '' # said"), [vec!["app", ""]]);
        assert_eq!(words(r#"app "\$PORT \x""#), [vec!["app", r"$PORT \x"]]);
        assert_eq!(words("app \\\n  -x"), [vec!["app", "-x"]]);
    }

    #[test]
    fn variables_are_expanded_from_the_environment() {
        assert_eq!(
            words("app -p $PORT ${PORT}1 \"$OPTS\" $OPTS"),
            [vec!["app", "-p", "80", "801", "-a  -b", "-a", "-b"]]
        );
        assert_eq!(
            words("app ${PORT:-1} ${NONE:-2} ${EMPTY:-3} ${EMPTY-4}x $NONE"),
            [vec!["app", "80", "2", "3", "x"]]
        );
        assert_eq!(words("exec \"$@\" $1$2"), [vec!["exec", "serve", "a b", "servea", "b"]]);
    }

    #[test]
    fn what_depends_on_running_something_is_unknown() {
        assert_eq!(
            words("app $(date) `date` $LATER ${PORT#8} $$ x"),
            [vec!["app", "?", "?", "?", "?", "?", "x"]]
        );
    }

    #[test]
    fn commands_in_a_row_are_told_from_several_at_a_time() {
        assert_eq!(
            words("cd /x && ./app; last > log 2>&1 < in"),
            [vec!["cd", "/x"], vec!["./app"], vec!["last"]]
        );
        for text in [
            "a | b",
            "a || b",
            "a & b",
            "if x; then y; fi",
            "(a)",
            "while a; do b; done",
            "f() { a; }",
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
        assert_eq!(parsed("app 'x"), Err(UNFINISHED));
    }

    #[test]
    fn assignments_come_before_the_command() {
        let command = parsed("A=1 B=\"x y\" C=$LATER app D=2").unwrap().remove(0);
        let expected = [("A", Some("1")), ("B", Some("x y")), ("C", None)];
        assert_eq!(
            command.assignments,
            expected.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
        );
        assert_eq!(command.words, [Some("app".to_owned()), Some("D=2".to_owned())]);
    }
}
