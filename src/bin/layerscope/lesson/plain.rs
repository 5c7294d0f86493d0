//! Writes a lesson as plain text, for use without a screen: words, questions, answers and summary.

use layerscope::display::escaped_str;
use layerscope::display::wrap;

use super::RenderedLesson;

/// The width of the text.
const WIDTH: usize = 76;

impl RenderedLesson {
    /// Returns the text of the lesson, without the scenes.
    pub fn plain(&self) -> String {
        let mut text = format!("{}\n", self.title);
        for (i, step) in self.steps.iter().enumerate() {
            paragraphs(&mut text, &format!("{}. ", i + 1), &step.text);
            let Some(question) = &step.question else { continue };
            text.push('\n');
            for (i, option) in question.options.iter().enumerate() {
                let mark = if i == question.right { '*' } else { ' ' };
                text.push_str(&format!("     {mark} {option}\n"));
            }
            paragraphs(&mut text, "", &question.because);
        }
        text.push_str("\nWhat you learned\n");
        self.seen.iter().for_each(|line| paragraphs(&mut text, "", line));
        for (head, file) in
            [("The Dockerfile before", &self.before), ("The Dockerfile after", &self.after)]
        {
            if !file.is_empty() {
                text.push_str(&format!("\n{head}\n\n"));
                file.lines()
                    .for_each(|line| text.push_str(&format!("     {}\n", escaped_str(line))));
            }
        }
        text
    }
}

/// Adds paragraphs with an empty line before each; the first one begins with `head`.
fn paragraphs(text: &mut String, head: &str, paragraphs: &str) {
    let mut head = format!("{head:>5}");
    for paragraph in paragraphs.split("\n\n") {
        text.push('\n');
        for line in wrap(paragraph, WIDTH - 5) {
            text.push_str(format!("{head}{line}").trim_end());
            text.push('\n');
            head = format!("{:5}", "");
        }
    }
}
