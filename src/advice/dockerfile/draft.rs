//! A Dockerfile while it is changed: what is not touched stays byte for byte.

use std::collections::HashMap;
use std::ops::Range;

use super::parse::Dockerfile;

/// What becomes of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays where it is.
    Stays,
    /// It goes, with the comments directly above it.
    Goes,
    /// It moves before another instruction, with its comments.
    MovesBefore(usize),
    /// Its command becomes part of another `RUN`.
    Joins,
}

/// How a `RUN` that several are merged into runs their commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// `a && b`.
    And,
    /// `set -e; (a); (b)`: for commands that rely on `set -e`, which is ignored before `&&`.
    Errexit,
}

/// A `RUN` that takes in others.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The instructions, the one that stays first; each with whether it is put in parentheses.
    pub members: Vec<(usize, bool)>,
    /// How they are joined.
    pub join: Join,
}

/// Changes to a file.
pub struct Draft<'a> {
    file: &'a Dockerfile,
    edits: Vec<Vec<(Range<usize>, String)>>,
    flags: Vec<Vec<String>>,
    /// What becomes of each instruction.
    pub fates: Vec<Fate>,
    inserted: Vec<Vec<String>>,
    merges: HashMap<usize, Merge>,
}

impl<'a> Draft<'a> {
    /// No changes yet.
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

    /// Replaces a part of an instruction's arguments, named by its place in the file.
    pub fn replace(&mut self, instruction: usize, place: Range<usize>, text: String) {
        self.edits[instruction].push((place, text));
    }

    /// Puts a flag behind the keyword.
    pub fn add_flag(&mut self, instruction: usize, flag: String) {
        self.flags[instruction].push(flag);
    }

    /// Puts a new instruction before one.
    pub fn insert_before(&mut self, instruction: usize, text: String) {
        self.inserted[instruction].push(text);
    }

    /// Merges `RUN`s.
    pub fn merge(&mut self, merge: Merge) {
        for &(member, _) in merge.members.iter().skip(1) {
            self.fates[member] = Fate::Joins;
        }
        if let Some(&(first, _)) = merge.members.first() {
            self.merges.insert(first, merge);
        }
    }

    /// The file with the changes.
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
            // Blank lines go with the instruction that they set apart.
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

    /// An instruction with its comments and its changes.
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

    /// The arguments of an instruction with its changes.
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

    /// A line that continues on the next one.
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
