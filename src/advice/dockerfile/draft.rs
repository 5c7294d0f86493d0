//! Edits a Dockerfile; every byte that is not edited stays the same.

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

/// A merge of several `RUN` instructions.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The instructions, starting with the one that stays; each with whether its command needs
    /// parentheses.
    pub members: Vec<(usize, bool)>,
    /// The way in which they are joined.
    pub join: Join,
}

/// A set of edits to a file.
pub struct Draft<'a> {
    file: &'a Dockerfile,
    edits: Vec<Vec<(Range<usize>, String)>>,
    flags: Vec<Vec<String>>,
    /// The fate of each instruction.
    pub fates: Vec<Fate>,
    inserted: Vec<Vec<String>>,
    merges: HashMap<usize, Merge>,
}

impl<'a> Draft<'a> {
    /// Starts without edits.
    pub fn of(file: &'a Dockerfile) -> Self {
        let n = file.instructions.len();
        Self {
            file,
            edits: vec![Vec::new(); n],
            flags: vec![Vec::new(); n],
            fates: vec![Fate::Stays; n],
            inserted: vec![Vec::new(); n],
            merges: HashMap::new(),
        }
    }

    /// Replaces a part of an instruction's arguments, given by its position in the file.
    pub fn replace(&mut self, instruction: usize, place: Range<usize>, text: String) {
        self.edits[instruction].push((place, text));
    }

    /// Adds a flag after the keyword.
    pub fn add_flag(&mut self, instruction: usize, flag: String) {
        self.flags[instruction].push(flag);
    }

    /// Inserts a new instruction before another one.
    pub fn insert_before(&mut self, instruction: usize, text: String) {
        self.inserted[instruction].push(text);
    }

    /// Merges `RUN` instructions.
    pub fn merge(&mut self, merge: Merge) {
        for &(member, _) in merge.members.iter().skip(1) {
            self.fates[member] = Fate::Joins;
        }
        if let Some(&(first, _)) = merge.members.first() {
            self.merges.insert(first, merge);
        }
    }

    /// Returns the edited file.
    pub fn text(&self) -> String {
        let source = self.file.source();
        let mut out = String::with_capacity(source.len() + 256);
        let mut moved = vec![Vec::new(); self.fates.len()];
        for (i, fate) in self.fates.iter().enumerate() {
            if let Fate::MovesBefore(other) = fate {
                moved[*other].push(i);
            }
        }
        let mut from = 0;
        for (i, instruction) in self.file.instructions.iter().enumerate() {
            let start =
                if instruction.comments.is_empty() { instruction.span.start } else { instruction.comments.start };
            let gap = &source[from..start];
            // Blank lines belong to the instruction that they separate.
            if self.fates[i] == Fate::Stays || !gap.trim().is_empty() {
                out.push_str(gap);
            }
            from = instruction.span.end;
            for text in &self.inserted[i] {
                self.push_lines(&mut out, text);
            }
            for &other in &moved[i] {
                self.push_lines(&mut out, &self.whole(other));
            }
            if self.fates[i] == Fate::Stays {
                out.push_str(&self.whole(i));
            }
        }
        out.push_str(&source[from..]);
        out
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
        let mut out = source[instruction.comments.clone()].to_owned();
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
        out.push_str(&source[arguments.end..instruction.span.end]);
        out
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
        for (k, &(member, parentheses)) in merge.members.iter().enumerate() {
            if k > 0 {
                out.push_str(if merge.join == Join::Errexit { ";" } else { "" });
                out.push_str(next.trim_end_matches(' '));
                for comment in self.file.source()[self.file.instructions[member].comments.clone()].lines() {
                    self.push_lines(&mut out, &format!("    {}", comment.trim()));
                }
                out.push_str(if merge.join == Join::Errexit { "    " } else { "    && " });
            }
            let command = self.command(member);
            if parentheses || merge.join == Join::Errexit {
                out.push_str(&format!("({command})"));
            } else {
                out.push_str(&command);
            }
        }
        out
    }
}
