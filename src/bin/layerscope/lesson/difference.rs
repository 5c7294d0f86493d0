//! Compares the two Dockerfiles of a lesson.

use layerscope::display::{Escaped, escaped_str};
use similar::{ChangeTag, TextDiff};

use super::RenderedLesson;

/// A line of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// The line, escaped for display, tabs as spaces.
    pub text: Escaped,
    /// True if the other file does not have the line.
    pub is_changed: bool,
}

impl RenderedLesson {
    /// Returns the lines of the Dockerfile before, and of the one after; empty if there is no such
    /// file.
    pub fn dockerfiles(&self) -> [Vec<FileLine>; 2] {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for change in TextDiff::from_lines(&*self.before, &*self.after).iter_all_changes() {
            let text = escaped_str(&change.value().trim_end().replace('\t', "    "));
            // A single file has nothing to differ from.
            let is_changed = change.tag() != ChangeTag::Equal
                && !self.before.is_empty()
                && !self.after.is_empty();
            let line = FileLine { text, is_changed };
            if change.tag() != ChangeTag::Insert {
                before.push(line.clone());
            }
            if change.tag() != ChangeTag::Delete {
                after.push(line);
            }
        }
        [before, after]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_only_one_file_has_is_marked_in_that_one() {
        let (before, after) = ("FROM a\nRUN \u{1b}b".to_owned(), "FROM a\nRUN\tc".to_owned());
        let told = RenderedLesson {
            title: String::new(),
            steps: Vec::new(),
            seen: Vec::new(),
            before,
            after,
        };
        let line = |text: &str, is_changed| FileLine { text: escaped_str(text), is_changed };
        let [before, after] = told.dockerfiles();
        assert_eq!(before, [line("FROM a", false), line("RUN \\x1bb", true)]);
        assert_eq!(after, [line("FROM a", false), line("RUN    c", true)]);
        let alone = RenderedLesson { after: String::new(), ..told };
        assert_eq!(
            alone.dockerfiles(),
            [vec![line("FROM a", false), line("RUN \\x1bb", false)], Vec::new()]
        );
    }
}
