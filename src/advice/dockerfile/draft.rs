//! Edits a Dockerfile; every byte that is not edited stays the same.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::parse::Dockerfile;

/// The fate of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The instruction stays where it is.
    Stays,
    /// The instruction is removed, with the comments directly above it.
    Goes,
    /// The instruction moves before another one, with its comments.
    MovesBefore(usize),
    /// Moves behind another instruction, with its comments.
    MovesBehind(usize),
    /// The command becomes part of another `RUN`.
    Joins,
}

/// The way in which a merged `RUN` joins its commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// `a && b`.
    And,
    /// `set -e; (a); (b)`: for commands that rely on `set -e`, which the shell ignores before `&&`.
    Errexit,
}

/// A `RUN` that becomes part of another, or takes others in.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The instruction.
    pub instruction: usize,
    /// True if its command is put in parentheses.
    pub parentheses: bool,
    /// True if it goes on after errors where the others do not.
    pub goes_on: bool,
}

/// A merge of several `RUN` instructions.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The instructions, the one that stays first.
    pub members: Vec<Member>,
    /// The way in which they are joined.
    pub join: Join,
}

/// A set of edits to a file.
pub struct Draft<'a> {
    file: &'a Dockerfile,
    edits: Vec<Vec<(Range<usize>, String)>>,
    flags: Vec<Vec<String>>,
    notes: Vec<Vec<String>>,
    /// The fate of each instruction.
    pub fates: Vec<Fate>,
    merges: HashMap<usize, Merge>,
}

/// The length of a byte order mark.
const BOM: usize = '\u{feff}'.len_utf8();
/// Beginning of hadolint's comments.
const HADOLINT: &str = "hadolint ignore=";

/// Returns whether a comment is an instruction for a linter about the line below.
fn is_pragma(comment: &str) -> bool {
    let text = comment.trim().trim_start_matches('#').trim_start();
    text.starts_with(HADOLINT)
        || ["checkov:skip", "kics-scan", "trivy:ignore", "dockle:"]
            .iter()
            .any(|word| text.starts_with(word))
}

impl<'a> Draft<'a> {
    /// Starts without edits.
    pub fn from_file(file: &'a Dockerfile) -> Self {
        let n = file.instructions.len();
        Self {
            file,
            edits: vec![Vec::new(); n],
            flags: vec![Vec::new(); n],
            notes: vec![Vec::new(); n],
            fates: vec![Fate::Stays; n],
            merges: HashMap::new(),
        }
    }

    /// Replaces a part of an instruction's arguments, given by its position in the file.
    pub fn replace(&mut self, instruction: usize, place: Range<usize>, text: String) {
        self.edits[instruction].push((place, text));
    }

    /// Adds a text at a place, before what other edits add there.
    pub fn insert_first(&mut self, instruction: usize, at: usize, text: String) {
        self.edits[instruction].insert(0, (at..at, text));
    }

    /// Returns whether an edit of an instruction begins at a place.
    pub fn has_edit_at(&self, instruction: usize, from: usize) -> bool {
        self.edits[instruction].iter().any(|(place, _)| place.start == from)
    }

    /// Adds a flag after the keyword.
    pub fn add_flag(&mut self, instruction: usize, flag: String) {
        self.flags[instruction].push(flag);
    }

    /// Returns whether a flag was added to an instruction already.
    pub fn adds_flag(&self, instruction: usize, flag: &str) -> bool {
        self.flags[instruction].iter().any(|added| added == flag)
    }

    /// Adds a comment line above an instruction and its comments.
    pub fn note(&mut self, instruction: usize, line: String) {
        self.notes[instruction].push(line);
    }

    /// Merges `RUN` instructions.
    pub fn merge(&mut self, merge: Merge) {
        for member in merge.members.iter().skip(1) {
            self.fates[member.instruction] = Fate::Joins;
        }
        if let Some(first) = merge.members.first() {
            self.merges.insert(first.instruction, merge);
        }
    }

    /// Returns the edited file.
    pub fn text(&self) -> String {
        let source = self.file.source();
        let mut out = String::with_capacity(source.len() + 256);
        let mut from = 0;
        for (i, (instruction, placed)) in
            self.file.instructions.iter().zip(self.placed()).enumerate()
        {
            let gap = &source[from..instruction.start()];
            // Blank lines belong to the instruction that they separate.
            if self.fates[i] == Fate::Stays || !gap.trim().is_empty() {
                out.push_str(gap);
            }
            from = instruction.span.end;
            for &other in &placed {
                let whole = self.whole(other);
                match other == i && placed.last() == Some(&i) {
                    true => out.push_str(&whole),
                    false => self.push_lines(&mut out, &whole),
                }
            }
        }
        out.push_str(&source[from..]);
        out
    }

    /// Returns the instructions of the edited file, each with the comments above it.
    pub fn instructions(&self) -> Vec<Cow<'_, str>> {
        let placed = self.placed().into_iter().flatten();
        placed
            .map(
                |i| {
                    if self.is_edited(i) { self.whole(i).into() } else { self.file.whole(i).into() }
                },
            )
            .collect()
    }

    /// Returns for each instruction of the file those that stand in its place.
    fn placed(&self) -> Vec<Vec<usize>> {
        let mut moved = vec![Vec::new(); self.fates.len()];
        let mut behind = moved.clone();
        for (i, fate) in self.fates.iter().enumerate() {
            match fate {
                Fate::MovesBefore(other) => moved[*other].push(i),
                Fate::MovesBehind(other) => behind[*other].push(i),
                Fate::Stays | Fate::Goes | Fate::Joins => {}
            }
        }
        for (i, (placed, behind)) in moved.iter_mut().zip(behind).enumerate() {
            placed.extend((self.fates[i] == Fate::Stays).then_some(i));
            placed.extend(behind);
        }
        moved
    }

    /// Returns whether an instruction that stays is written otherwise.
    fn is_edited(&self, i: usize) -> bool {
        let is_in_merge = self.merges.contains_key(&i);
        is_in_merge
            || !(self.edits[i].is_empty() && self.flags[i].is_empty() && self.notes[i].is_empty())
    }

    fn push_lines(&self, out: &mut String, text: &str) {
        out.push_str(text);
        if !text.ends_with('\n') {
            out.push_str(self.file.line_end());
        }
    }

    /// Returns an instruction with its comments and its edits.
    fn whole(&self, i: usize) -> String {
        let source = self.file.source();
        let instruction = &self.file.instructions[i];
        let arguments = instruction.arguments_span();
        let mut out = String::new();
        // Directives are the first lines of a file, or none.
        let is_first = !instruction.comments.is_empty()
            && source[..instruction.comments.start].trim().len() <= BOM;
        if is_first {
            out.push_str(&source[instruction.comments.clone()]);
        }
        for note in &self.notes[i] {
            self.push_lines(&mut out, note);
        }
        if !is_first {
            out.push_str(&source[instruction.comments.clone()]);
        }
        let mut end = arguments.end;
        if let Some(merge) = self.merges.get(&i) {
            // A comment behind the first command says nothing of those that follow now.
            if !instruction.trailing.is_empty() {
                self.push_lines(&mut out, &source[instruction.trailing.clone()]);
                end = instruction.trailing.end;
            }
            self.push_pragmas(&mut out, merge);
        }
        out.push_str(&source[instruction.span.start..instruction.keyword_end]);
        for flag in &self.flags[i] {
            out.push(' ');
            out.push_str(flag);
        }
        out.push_str(&source[instruction.keyword_end..arguments.start]);
        match self.merges.get(&i) {
            Some(merge) => out.push_str(&self.merged(merge)),
            None => out.push_str(&self.command(i)),
        }
        out.push_str(&source[end..instruction.span.end]);
        out
    }

    /// Writes the linter comments of the instructions that a `RUN` absorbs; they have to be
    /// directly above it.
    fn push_pragmas(&self, out: &mut String, merge: &Merge) {
        let source = self.file.source();
        let comments = |member: &Member| {
            source[self.file.instructions[member.instruction].comments.clone()].lines()
        };
        for pragma in merge
            .members
            .iter()
            .skip(1)
            .flat_map(comments)
            .map(str::trim)
            .filter(|line| is_pragma(line))
        {
            let start = out.trim_end().rfind('\n').map_or(0, |at| at + 1);
            let last = out[start..].trim_end().len() + start;
            // Only the line directly above counts for hadolint: one has to name all.
            match pragma.split_once(HADOLINT) {
                Some((_, codes)) if out[start..last].contains(HADOLINT) => {
                    out.insert_str(last, &format!(",{}", codes.trim()));
                }
                _ => self.push_lines(out, pragma),
            }
        }
    }

    /// Returns the edited arguments of an instruction.
    fn command(&self, i: usize) -> String {
        let span = self.file.instructions[i].arguments_span();
        let mut edits: Vec<_> = self.edits[i].iter().collect();
        edits.sort_by_key(|(place, _)| (place.start, place.end));
        let mut out = String::new();
        let mut from = span.start;
        for (place, text) in edits {
            if place.start >= from && place.end <= span.end {
                out.push_str(&self.file.source()[from..place.start]);
                out.push_str(text);
                from = place.end;
            }
        }
        out.push_str(&self.file.source()[from..span.end]);
        out
    }

    /// Returns the end of a line that continues on the next one.
    pub fn continuation(&self) -> String {
        format!(" {}{}    ", self.file.escape, self.file.line_end())
    }

    fn merged(&self, merge: &Merge) -> String {
        let next = self.continuation();
        let mut out = String::new();
        if merge.join == Join::Errexit {
            out.push_str("set -e;");
            out.push_str(&next);
        }
        for (k, &Member { instruction: member, parentheses, goes_on }) in
            merge.members.iter().enumerate()
        {
            if k > 0 {
                out.push_str(if merge.join == Join::Errexit { ";" } else { "" });
                out.push_str(next.trim_end_matches(' '));
                let (source, instruction) = (self.file.source(), &self.file.instructions[member]);
                let above = source[instruction.comments.clone()].lines();
                let behind = source[instruction.trailing.clone()].lines();
                for comment in above.chain(behind).filter(|comment| !is_pragma(comment)) {
                    self.push_lines(&mut out, &format!("    {}", comment.trim()));
                }
                out.push_str(if merge.join == Join::Errexit { "    " } else { "    && " });
            }
            let command = self.command(member);
            if parentheses || merge.join == Join::Errexit {
                // Two parentheses in a row begin arithmetic.
                let blank = if !goes_on && command.starts_with('(') { " " } else { "" };
                out.push_str(&format!(
                    "({blank}{}{command})",
                    if goes_on { "set +e; " } else { "" }
                ));
            } else {
                out.push_str(&command);
            }
        }
        out
    }
}
