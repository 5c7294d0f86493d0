//! Makes the options of a question: figures that look different, one of which is right.

/// The options of a question.
pub struct Options {
    pub shown: Vec<String>,
    /// The index of the right option.
    pub right: usize,
}

/// The most options of a question.
const MOST: usize = 3;

/// A figure, and a comment on choosing it.
pub type Answer = (String, String);

impl Options {
    /// Places the right answer among wrong ones, of which at least one has to look different;
    /// `turn` determines the position.
    pub fn arrange(
        right: Answer,
        wrong: impl IntoIterator<Item = Answer>,
        turn: usize,
    ) -> Option<Self> {
        let mut answers = vec![right];
        for answer in wrong {
            if answers.len() < MOST && answers.iter().all(|(figure, _)| *figure != answer.0) {
                answers.push(answer);
            }
        }
        if answers.len() < 2 {
            return None;
        }
        let right = turn % answers.len();
        answers.rotate_right(right);
        let shown = answers.into_iter().map(|(figure, words)| match &*words {
            "" => figure,
            _ => format!("{figure}, {words}"),
        });
        Some(Self { shown: shown.collect(), right })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(figure: &str) -> Answer {
        (figure.into(), String::new())
    }

    #[test]
    fn figures_that_read_the_same_are_one_option() {
        let options = Options::arrange(
            answer("1 MB"),
            ["1 MB", "2 MB", "2 MB", "3 MB", "4 MB"].map(answer),
            4,
        )
        .unwrap();
        assert_eq!(
            (options.shown, options.right),
            (["3 MB", "1 MB", "2 MB"].map(String::from).to_vec(), 1)
        );
        assert!(Options::arrange(answer("1 MB"), [answer("1 MB")], 0).is_none());
    }
}
