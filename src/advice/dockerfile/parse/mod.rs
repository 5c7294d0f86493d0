//! Parses a Dockerfile into instructions without losing anything.
//!
//! It is read as BuildKit's parser does (Dockerfile reference, "Format"). The text is kept, and an
//! instruction has the offset in the file of each byte of its logical line, so that an edit touches
//! nothing else.

mod heredoc;
mod keyword;
mod lines;

use std::ops::Range;

pub use heredoc::Heredoc;
pub use keyword::Keyword;
use lines::{Line, Lines};

use crate::shell;

/// The reason why a text is not a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: usize,
    /// The problem.
    pub problem: String,
}

/// A flag such as `--chown=app` between the keyword and the arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Its name, without the hyphens.
    pub name: String,
    /// The value after the `=`, as written.
    pub value: Option<String>,
}

/// An instruction with its position.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// The kind.
    pub keyword: Keyword,
    /// The flags before the arguments.
    pub flags: Vec<Flag>,
    /// The arguments in one line: continuations joined and comments dropped, white space as it is.
    pub arguments: String,
    /// The comment of the shell behind the arguments, in the file; empty if there is none.
    pub trailing: Range<usize>,
    /// The offset in the file of each byte of `arguments`, and of the end of their last line.
    origins: Vec<usize>,
    /// The here-documents of the instruction.
    pub heredocs: Vec<Heredoc>,
    /// Its first line, counted from 1.
    pub line: usize,
    /// Its lines in the file, with the last line's end.
    pub span: Range<usize>,
    /// The comment lines directly above it.
    pub comments: Range<usize>,
    /// Offset of the end of the keyword in the file.
    pub keyword_end: usize,
}

/// A parsed Dockerfile.
#[derive(Debug, Clone)]
pub struct Dockerfile {
    source: String,
    /// The character that continues a line: a backslash, unless a directive changes it.
    pub escape: char,
    /// The frontend in the `# syntax=` directive.
    pub syntax: Option<String>,
    /// The instructions in their order.
    pub instructions: Vec<Instruction>,
}

impl Instruction {
    /// Returns the place in the file at which the comments above it begin, or the instruction if there
    /// are none.
    pub fn start(&self) -> usize {
        if self.comments.is_empty() { self.span.start } else { self.comments.start }
    }

    /// Returns the offset in the file of the byte `at` of the arguments.
    pub fn place(&self, at: usize) -> usize {
        self.origins[at.min(self.origins.len() - 1)]
    }

    /// Returns the range of the arguments in the file, with continuations and comments but without
    /// here-documents.
    pub fn arguments_span(&self) -> Range<usize> {
        let trimmed = self.arguments.trim_end().len();
        let end = if trimmed == 0 { self.place(0) } else { self.place(trimmed - 1) + 1 };
        // A multi-byte character ends after its last byte, and each of its bytes has a position.
        self.place(0)..end
    }

    /// Returns the value of a flag.
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags
            .iter()
            .find(|flag| flag.name == name)
            .map(|flag| flag.value.as_deref().unwrap_or_default())
    }

    /// Returns whether a shell's here-document begins in the arguments that nothing in the file
    /// ends.
    pub fn leaves_document_open(&self) -> bool {
        self.heredocs.is_empty()
            && self.keyword.takes_heredocs(&self.arguments)
            && !heredoc::named_in(&self.arguments).is_empty()
    }

    /// Parses the arguments in JSON form, such as `["/bin/sh", "-c", "true"]`.
    pub fn json(&self) -> Option<Vec<String>> {
        serde_json::from_str(self.arguments.trim()).ok()
    }

    /// Returns the words of the arguments in either form without quotes, for `COPY`, `ADD` and the
    /// like.
    pub fn words(&self) -> Vec<String> {
        self.json().unwrap_or_else(|| {
            self.arguments
                .split_whitespace()
                .map(|word| word.trim_matches(['"', '\'']).to_owned())
                .collect()
        })
    }

    /// Returns what an `ENV` or `ARG` sets, as `NAME=value` without quotes.
    pub fn assignments(&self) -> Vec<String> {
        if !self.keyword.sets_variables() {
            return Vec::new();
        }
        let text = self.arguments.replace(['"', '\''], "");
        let words: Vec<_> = text.split_whitespace().collect();
        match &words[..] {
            // The old form of `ENV` has a blank in place of the sign.
            [name, value @ ..] if self.keyword == Keyword::Env && !name.contains('=') => {
                vec![format!("{name}={}", value.join(" "))]
            }
            _ => words.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Returns the sources and the destination of a `COPY` or `ADD`.
    pub fn copied(&self) -> Option<(Vec<String>, String)> {
        if !matches!(self.keyword, Keyword::Copy | Keyword::Add) {
            return None;
        }
        let mut words = self.words();
        let destination = words.pop()?;
        (!words.is_empty()).then_some((words, destination))
    }

    /// Returns the image and the name of a stage: `FROM image AS name`.
    pub fn stage(&self) -> Option<(String, Option<String>)> {
        if self.keyword != Keyword::From {
            return None;
        }
        let words = self.words();
        let name =
            words.get(1).filter(|word| word.eq_ignore_ascii_case("as")).and_then(|_| words.get(2));
        Some((words.first()?.clone(), name.cloned()))
    }
}

impl Dockerfile {
    /// Parses a text. Unknown parts of instructions are kept unchanged.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if the text is not a Dockerfile.
    pub fn parse(source: impl Into<String>) -> Result<Self, ParseError> {
        let source = source.into();
        let mut lines = Lines::new(&source);
        let (escape, syntax) = lines.directives();
        let mut instructions = Vec::new();
        let mut comments: Option<Range<usize>> = None;
        let mut staged = false;
        while let Some(line) = lines.next() {
            if line.is_comment() {
                let start = comments.map_or(line.start, |above| above.start);
                comments = Some(start..line.end);
            } else if line.is_blank() {
                comments = None;
            } else {
                let above = comments.take().unwrap_or(line.start..line.start);
                let instruction = instruction(&mut lines, line, escape, above)?;
                check(&instruction, &mut staged)?;
                instructions.push(instruction);
            }
        }
        if !staged {
            return Err(ParseError {
                line: lines.number.max(1),
                problem: "there is no FROM".into(),
            });
        }
        Ok(Self { source, escape, syntax, instructions })
    }

    /// Returns the text, byte for byte as it was given.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the here-documents of an instruction.
    pub fn documents<'a>(&'a self, of: &'a Instruction) -> impl Iterator<Item = &'a str> {
        of.heredocs.iter().map(|heredoc| &self.source[heredoc.body.clone()])
    }

    /// Returns the text of an instruction, with the comments above it.
    pub fn whole(&self, instruction: usize) -> &str {
        let instruction = &self.instructions[instruction];
        &self.source[instruction.start()..instruction.span.end]
    }

    /// Returns the line ending of the file.
    pub fn line_end(&self) -> &'static str {
        if self.source.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r')) {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// Returns the instructions that make the image of the last stage, without `FROM`. Those of the
    /// stages below it come first.
    pub fn of_last_stage(&self) -> Vec<usize> {
        let chain = self.stages_below();
        chain.into_iter().rev().flat_map(|stage| stage.start + 1..stage.end).collect()
    }

    /// Returns the image on which the last stage is built, below any intermediate stages.
    pub fn image_below(&self) -> Option<String> {
        let lowest = self.stages_below().pop()?;
        self.instructions[lowest.start].stage().map(|(image, _)| image)
    }

    /// Returns the last stage, the stage that it is built on, and so on, each with its `FROM`.
    fn stages_below(&self) -> Vec<Range<usize>> {
        let starts: Vec<_> = (0..self.instructions.len())
            .filter(|&i| self.instructions[i].stage().is_some())
            .collect();
        let mut chain = Vec::new();
        let mut stage = starts.len().checked_sub(1);
        while let Some(this) = stage {
            let end = starts.get(this + 1).copied().unwrap_or(self.instructions.len());
            chain.push(starts[this]..end);
            let image = self.instructions[starts[this]].stage().map(|(image, _)| image);
            // Only an earlier stage can be the base, so the loop ends.
            stage = starts[..this].iter().rposition(|&start| {
                let name = self.instructions[start].stage().and_then(|(_, name)| name);
                name.is_some_and(|name| {
                    image.as_ref().is_some_and(|image| image.eq_ignore_ascii_case(&name))
                })
            });
        }
        chain
    }

    /// Returns the number of the line with an offset, counted from 1.
    pub fn line_at(&self, offset: usize) -> usize {
        let before = self.source.as_bytes().iter().take(offset);
        before.filter(|&&byte| byte == b'\n').count() + 1
    }

    /// Returns the `FROM` of the last stage.
    pub fn last_from(&self) -> usize {
        self.instructions
            .iter()
            .rposition(|instruction| instruction.keyword == Keyword::From)
            .unwrap_or_default()
    }
}

/// Reads an instruction whose first line is `first`.
fn instruction(
    lines: &mut Lines,
    first: Line,
    escape: char,
    comments: Range<usize>,
) -> Result<Instruction, ParseError> {
    let (text, origins, mut end) = lines.logical(&first, escape);
    let word_end = text.find(char::is_whitespace).unwrap_or(text.len());
    let keyword = Keyword::named(&text[..word_end]);
    let (flags, start) = flags(&text, word_end);
    let mut arguments = text[start..].to_owned();
    let mut heredocs = Vec::new();
    if keyword.takes_heredocs(&arguments) {
        let (behind, before) = (end, lines.clone());
        'documents: for mut heredoc in heredoc::named_in(&arguments) {
            let from = end;
            loop {
                let Some(line) = lines.next() else {
                    // The classic builder leaves it to the shell, which takes the end of the
                    // command for the end.
                    if keyword == Keyword::Run && !arguments.trim_start().starts_with("<<") {
                        *lines = before;
                        heredocs.clear();
                        end = behind;
                        break 'documents;
                    }
                    let problem = format!(
                        "the here-document {} has no end",
                        crate::display::escaped_str(&heredoc.name)
                    );
                    return Err(ParseError { line: first.number, problem });
                };
                end = line.end;
                if heredoc.ends_at(line.text) {
                    heredoc.body = from.max(heredoc.body.start)..line.start;
                    break;
                }
            }
            heredocs.push(heredoc);
        }
    }
    let mut origins = origins;
    // A line that consists of nothing but a continuation has no keyword.
    let keyword_end = word_end.checked_sub(1).map_or(origins[0], |last| origins[last] + 1);
    origins.drain(..start);
    let is_shell = keyword == Keyword::Run && heredocs.is_empty() && !arguments.starts_with('[');
    let trailing = if is_shell { trailing(&mut arguments, &mut origins) } else { 0..0 };
    Ok(Instruction {
        keyword,
        flags,
        arguments,
        trailing,
        origins,
        heredocs,
        line: first.number,
        span: first.start..end,
        comments,
        keyword_end,
    })
}

/// Cuts the comment of the shell off the arguments of a `RUN`, if it stands on their last line;
/// returns its place in the file.
fn trailing(arguments: &mut String, origins: &mut Vec<usize>) -> Range<usize> {
    let Some(at) = shell::comment_at(arguments) else { return 0..0 };
    let last = arguments.trim_end().len();
    let place = origins[at]..origins[last - 1] + 1;
    // Lines that continue a comment look like commands, and the shell takes them for a comment.
    if place.len() != last - at {
        return 0..0;
    }
    let kept = arguments[..at].trim_end().len();
    arguments.truncate(kept);
    origins.truncate(kept + 1);
    place
}

/// Reads the flags after the keyword; returns them with the start of the arguments.
fn flags(text: &str, from: usize) -> (Vec<Flag>, usize) {
    let mut flags = Vec::new();
    let mut at = from;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let Some(rest) = text[at..].strip_prefix("--") else { return (flags, at) };
        let end = heredoc::word_end(rest);
        if end == 0 {
            return (flags, at);
        }
        let (name, value) = match rest[..end].split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (&rest[..end], None),
        };
        flags.push(Flag { name: name.to_owned(), value });
        at += 2 + end;
    }
}

/// Checks the requirements of every builder: `FROM` names an image, and only `ARG` may precede it.
fn check(instruction: &Instruction, staged: &mut bool) -> Result<(), ParseError> {
    let problem = match instruction.keyword {
        Keyword::From if instruction.arguments.trim().is_empty() => "FROM names no image",
        Keyword::From => {
            *staged = true;
            return Ok(());
        }
        Keyword::Arg => return Ok(()),
        _ if *staged => return Ok(()),
        _ => "an instruction other than ARG stands before the first FROM",
    };
    Err(ParseError { line: instruction.line, problem: problem.into() })
}

#[cfg(test)]
mod tests;
