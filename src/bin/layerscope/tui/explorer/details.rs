//! The text of the details pane, with instructions in short and, where there is room, in full.

use layerscope::display::{cut, wrap};

/// The title and the paragraphs of the details pane.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub title: String,
    pub paragraphs: Vec<String>,
    /// The paragraphs with whole instructions; none if the others have them already.
    pub in_full: Vec<String>,
}

impl Details {
    /// Makes details of the paragraphs in short and in full.
    pub fn new(title: String, paragraphs: impl Fn(Quoted) -> Vec<String>) -> Self {
        Self { title, paragraphs: paragraphs(Quoted::Short), in_full: paragraphs(Quoted::Whole) }
    }

    /// Returns the paragraphs in lines of at most `width` columns: with whole instructions, if all
    /// of that fits into `height` rows.
    pub fn lines(&self, width: usize, height: usize) -> Vec<String> {
        let lines = |paragraphs: &[String]| -> Vec<_> {
            paragraphs.iter().flat_map(|text| wrap(text, width)).collect()
        };
        // What has more bytes than all cells is not even wrapped.
        let most = width * height * 4;
        let bytes: usize = self.in_full.iter().map(String::len).sum();
        let full = if bytes <= most { lines(&self.in_full) } else { Vec::new() };
        if full.is_empty() || full.len() > height { lines(&self.paragraphs) } else { full }
    }
}

/// The length of instructions inside a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoted {
    Short,
    Whole,
}

impl Quoted {
    /// Returns an instruction, cut to `width` columns or whole.
    pub fn cut(self, instruction: &str, width: usize) -> String {
        match self {
            Self::Short => cut(instruction, width),
            Self::Whole => instruction.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_whole_where_all_lines_have_room() {
        let run = "RUN apt-get update && apt-get install -y golang-go";
        let details = Details::new("/usr".into(), |quoted| {
            vec![format!("Added in 1 `{}`.", quoted.cut(run, 12)), "Directory.".into()]
        });
        let whole = [
            "Added in 1 `RUN apt-get update",
            "&& apt-get install -y",
            "golang-go`.",
            "Directory.",
        ];
        assert_eq!(details.lines(30, 4), whole);
        assert_eq!(details.lines(30, 3), ["Added in 1 `RUN apt-get…`.", "Directory."]);
        assert_eq!(details.lines(30, 0), details.lines(30, 1), "the pane may be hidden");
    }
}
