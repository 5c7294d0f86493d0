//! Quotes and substitutions that are open at a position of a command (POSIX.1-2024, Shell Command
//! Language, Quoting and Word Expansions).

/// A construct that has to be closed before the top level is reached again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// `'…'`.
    Single,
    /// `"…"`.
    Double,
    /// `` `…` ``.
    Backtick,
    /// `$(…)` or `(…)`.
    Parenthesis,
    /// `${…}`.
    Brace,
}

/// The constructs that are open, the outermost first.
#[derive(Default)]
pub(super) struct Nesting(Vec<Open>);

impl Nesting {
    /// Returns whether the position is on the top level.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the innermost construct.
    pub fn innermost(&self) -> Option<Open> {
        self.0.last().copied()
    }

    /// Returns whether such a construct is open on any level.
    pub fn contains(&self, open: Open) -> bool {
        self.0.contains(&open)
    }

    /// Takes a byte of the command; returns whether the next one belongs to it.
    pub fn take(&mut self, here: u8, next: Option<u8>) -> bool {
        match (self.innermost(), here) {
            (Some(Open::Single), b'\'') => drop(self.0.pop()),
            (Some(Open::Single), _) => {}
            (_, b'\\') => return true,
            (_, b'$') if next == Some(b'(') => return self.open(Open::Parenthesis),
            (_, b'$') if next == Some(b'{') => return self.open(Open::Brace),
            (Some(Open::Double), b'"')
            | (Some(Open::Backtick), b'`')
            | (Some(Open::Parenthesis), b')')
            | (Some(Open::Brace), b'}') => drop(self.0.pop()),
            (_, b'`') => drop(self.open(Open::Backtick)),
            (Some(Open::Double), _) => {}
            (_, b'"') => drop(self.open(Open::Double)),
            (_, b'\'') => drop(self.open(Open::Single)),
            (None | Some(Open::Parenthesis | Open::Backtick), b'(') => drop(self.open(Open::Parenthesis)),
            _ => {}
        }
        false
    }

    fn open(&mut self, open: Open) -> bool {
        self.0.push(open);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_closed_within_quotes_and_substitutions_closes_nothing_else() {
        let left = |text: &str| {
            let (mut nesting, mut bytes) = (Nesting::default(), text.bytes().peekable());
            while let Some(here) = bytes.next() {
                if nesting.take(here, bytes.peek().copied()) {
                    bytes.next();
                }
            }
            nesting.0
        };
        for closed in ["a 'b\"' \"c'd\"", r#""$(a "b)" c)""#, "${a:-'}'}", r"a\'b", "`a $(b)`", "$(a (b) c)"] {
            assert_eq!(left(closed), [], "{closed}");
        }
        assert_eq!(left("\"$(a '"), [Open::Double, Open::Parenthesis, Open::Single]);
        assert_eq!(left("${a `b"), [Open::Brace, Open::Backtick]);
    }
}
