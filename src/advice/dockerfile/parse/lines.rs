//! Splits a file into lines, and joins continued lines to logical lines.

/// A line of the file.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// The line without its end.
    pub text: &'a str,
    /// Offset of the line in the file.
    pub start: usize,
    /// Offset of the next line.
    pub end: usize,
    /// The line number, counted from 1.
    pub number: usize,
}

impl Line<'_> {
    pub fn is_comment(&self) -> bool {
        self.text.trim_start().starts_with('#')
    }

    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// The lines of a file, one after the other.
#[derive(Clone)]
pub struct Lines<'a> {
    source: &'a str,
    at: usize,
    /// The number of the last line that was read, counted from 1.
    pub number: usize,
}

impl<'a> Lines<'a> {
    pub fn new(source: &'a str) -> Self {
        // A byte order mark is not part of the first line.
        Self { source, at: if source.starts_with('\u{feff}') { 3 } else { 0 }, number: 0 }
    }

    fn peek(&self) -> Option<Line<'a>> {
        let rest = self.source.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |i| i + 1);
        let text = rest[..length].trim_end_matches('\n');
        let text = text.strip_suffix('\r').unwrap_or(text);
        Some(Line { text, start: self.at, end: self.at + length, number: self.number + 1 })
    }

    /// Reads the directives at the top (Dockerfile reference, "Parser directives"): the escape
    /// character, and the syntax.
    pub fn directives(&mut self) -> (char, Option<String>) {
        let (mut escape, mut syntax) = ('\\', None);
        // Directives are comments as well, so this only looks ahead.
        let (at, number) = (self.at, self.number);
        for line in self.by_ref() {
            let Some((name, value)) =
                line.text.trim().strip_prefix('#').and_then(|rest| rest.split_once('='))
            else {
                break;
            };
            match name.trim().to_ascii_lowercase().as_str() {
                "escape" if value.trim() == "`" => escape = '`',
                "escape" | "check" => {}
                "syntax" => syntax = Some(value.trim().to_owned()),
                _ => break,
            }
        }
        (self.at, self.number) = (at, number);
        (escape, syntax)
    }

    /// Joins a line with its continuations. Returns the text, the offset in the file of each byte
    /// and of the end, and the offset of the next line. Comments and blank lines in between are
    /// dropped.
    pub fn logical(&mut self, first: &Line, escape: char) -> (String, Vec<usize>, usize) {
        let (mut text, mut origins) = (String::new(), Vec::new());
        let indent = first.text.len() - first.text.trim_start().len();
        let mut line = Line { text: &first.text[indent..], start: first.start + indent, ..*first };
        let mut end = line.end;
        'lines: loop {
            let (part, continues) = match continued(line.text, escape) {
                Some(part) => (part, true),
                None => (line.text, false),
            };
            text.push_str(part);
            origins.extend(line.start..line.start + part.len());
            let behind = line.start + part.len();
            if !continues {
                origins.push(behind);
                break;
            }
            loop {
                match self.next() {
                    None => {
                        origins.push(behind);
                        break 'lines;
                    }
                    Some(next) => {
                        end = next.end;
                        if !next.is_blank() && !next.is_comment() {
                            line = next;
                            break;
                        }
                    }
                }
            }
        }
        (text, origins, end)
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let line = self.peek()?;
        (self.at, self.number) = (line.end, line.number);
        Some(line)
    }
}

/// Returns the line without the escape character that continues it. Two escape characters do not
/// continue a line.
fn continued(line: &str, escape: char) -> Option<&str> {
    let part = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!part.ends_with(escape)).then_some(part)
}
