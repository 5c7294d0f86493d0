//! Comments at the end of a command.

use super::obstacle::Construct;
use super::script::{follow, read};

/// Returns where a comment begins that ends a command in one line; `None` if there is none, or if
/// the command before it cannot be followed.
pub(crate) fn comment_at(text: &str) -> Option<usize> {
    // Most commands have none, and some are long.
    if !text.contains('#') {
        return None;
    }
    let obstacle = follow(text).err().filter(|found| found.construct == Construct::Comment)?;
    let before = text[..obstacle.at].trim_end();
    let ends = !text[obstacle.at..].contains('\n') && !before.ends_with(['&', '|']);
    (ends && read(before).is_some()).then_some(obstacle.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_begins_at_a_word_outside_of_quotes() {
        let command = |text: &'static str| comment_at(text).map(|at| text[..at].trim_end());
        assert_eq!(command("make # builds it"), Some("make"));
        assert_eq!(command("make '# x' a#b \\# # c"), Some("make '# x' a#b \\#"));
        assert_eq!(command("(a; b) # c"), Some("(a; b)"));
        for text in ["make", "echo \"# x\"", "# only", "a && # b", "(a # b", "a # b\nc", "a 'b # c"]
        {
            assert_eq!(command(text), None, "{text}");
        }
    }
}
