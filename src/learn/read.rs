//! Reads a lesson's TOML; what is wrong is said with its line.

use serde::Deserialize;
use toml::Spanned;

use super::figure::Template;
use super::{Asked, Lesson, Show, Written};
use crate::toml_file::{Problem, unknown};
use crate::tui::View;

/// The lines that say at the end what has been seen.
const SEEN: usize = 3;
/// The answers to a question at most: a letter each.
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=4;
/// The word of a step that puts the images side by side, where others name a view.
const BESIDE: &str = "images";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    about: String,
    images: Spanned<Vec<String>>,
    seen: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
    step: Vec<Spanned<StepTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepTable {
    say: Option<Spanned<String>>,
    ask: Option<Spanned<String>>,
    options: Option<Spanned<Vec<Spanned<String>>>>,
    right: Option<Spanned<usize>>,
    because: Option<Spanned<String>>,
    image: Option<Spanned<String>>,
    view: Option<Spanned<String>>,
    layer: Option<usize>,
    path: Option<String>,
    changes: Option<bool>,
}

/// Reads the text of a lesson.
pub fn read(text: &str) -> Result<Lesson, Problem> {
    let reader = Reader { text };
    let file: File = toml::from_str(text).map_err(|error| Problem::of_syntax(text, &error))?;
    let images = file.images;
    if images.get_ref().is_empty() {
        return Err(reader.problem(&images, "images", "at least one image is needed"));
    }
    if file.seen.get_ref().len() != SEEN {
        return Err(reader.problem(&file.seen, "seen", "what was seen is said in three lines"));
    }
    let steps = file.step.iter().map(|step| reader.step(step, images.get_ref())).collect::<Result<_, _>>()?;
    let seen = file.seen.get_ref().iter().map(|line| reader.template(line, "seen")).collect::<Result<_, _>>()?;
    Ok(Lesson {
        title: file.title,
        about: file.about,
        images: images.into_inner(),
        steps,
        seen,
        before: file.before.trim().to_owned(),
        after: file.after.trim().to_owned(),
    })
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn problem<T>(&self, place: &Spanned<T>, key: &str, what: impl Into<String>) -> Problem {
        Problem::at(self.text, place.span().start, key, what.into())
    }

    fn step(&self, step: &Spanned<StepTable>, images: &[String]) -> Result<Written, Problem> {
        let table = step.get_ref();
        let missing = |key: &str, what: &str| self.problem(step, key, what);
        let say = match (&table.say, &table.ask) {
            (Some(say), None) => self.template(say, "say")?,
            (None, Some(ask)) => self.template(ask, "ask")?,
            _ => return Err(missing("step", "a step either says something or asks: `say` or `ask`, one of them")),
        };
        let ask = match &table.ask {
            Some(_) => Some(self.question(step)?),
            None => {
                let answers = [
                    table.options.as_ref().map(|place| self.problem(place, "options", "only a question has options")),
                    table.right.as_ref().map(|place| self.problem(place, "right", "only a question has an answer")),
                    table.because.as_ref().map(|place| self.problem(place, "because", "only a question has an answer")),
                ];
                match answers.into_iter().flatten().next() {
                    Some(problem) => return Err(problem),
                    None => None,
                }
            }
        };
        let line = Problem::line_at(self.text, step.span().start);
        Ok(Written { say, ask, show: self.show(table, images)?, line })
    }

    fn question(&self, step: &Spanned<StepTable>) -> Result<Asked, Problem> {
        let table = step.get_ref();
        let needed = |key: &str| self.problem(step, key, format!("a question needs `{key}`"));
        let options = table.options.as_ref().ok_or_else(|| needed("options"))?;
        let right = table.right.as_ref().ok_or_else(|| needed("right"))?;
        let because = table.because.as_ref().ok_or_else(|| needed("because"))?;
        let count = options.get_ref().len();
        if !OPTIONS.contains(&count) {
            return Err(self.problem(options, "options", "two to four options are needed"));
        }
        if !(1..=count).contains(right.get_ref()) {
            return Err(self.problem(right, "right", format!("the right option is one of 1 to {count}")));
        }
        Ok(Asked {
            options: options
                .get_ref()
                .iter()
                .map(|option| self.template(option, "options"))
                .collect::<Result<_, _>>()?,
            right: right.get_ref() - 1,
            because: self.template(because, "because")?,
        })
    }

    fn show(&self, table: &StepTable, images: &[String]) -> Result<Show, Problem> {
        let image = match &table.image {
            Some(name) => {
                let index = images.iter().position(|image| image == name.get_ref());
                let names = images.iter().map(String::as_str);
                Some(index.ok_or_else(|| self.problem(name, "image", unknown("image", name.get_ref(), names)))?)
            }
            None => None,
        };
        let view = match &table.view {
            Some(word) if word.get_ref() != BESIDE => {
                let view = View::ALL.into_iter().find(|view| view.word() == word.get_ref());
                let words = View::ALL.into_iter().map(View::word).chain([BESIDE]);
                Some(view.ok_or_else(|| self.problem(word, "view", unknown("view", word.get_ref(), words)))?)
            }
            _ => None,
        };
        Ok(Show {
            image,
            view,
            layer: table.layer,
            path: table.path.clone(),
            changes: table.changes,
            beside: table.view.as_ref().is_some_and(|word| word.get_ref() == BESIDE),
        })
    }

    /// Words with figures; the place of the words is that of their quotes.
    fn template(&self, words: &Spanned<String>, key: &str) -> Result<Template, Problem> {
        // A line feed right after the quotes of several lines is not among the words.
        let quoted = self.text.get(words.span()).unwrap_or_default();
        let skipped = quoted.starts_with("'''\n") || quoted.starts_with("\"\"\"\n");
        let line = Problem::line_at(self.text, words.span().start) + usize::from(skipped);
        Template::read(words.get_ref(), line).map_err(|(line, figure, what)| {
            Problem::on(line, key, format!("{}: {what}", layerscope::text::escaped_str(&figure)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "title = \"t\"\nabout = \"a\"\nimages = [\"demo\"]\nseen = [\"1\", \"2\", \"3\"]\n";

    fn error(steps: &str) -> String {
        read(&format!("{HEAD}{steps}")).expect_err("it is wrong").to_string()
    }

    #[test]
    fn a_lesson_with_a_question_is_read() {
        let text = "[[step]]\nsay = \"This image ships {shipped}.\"\nlayer = 2\n\
                    [[step]]\nask = \"How much?\"\noptions = [\"{live}\", \"{dead}\"]\nright = 2\nbecause = \"it does\"\n";
        let lesson = read(&format!("{HEAD}{text}")).unwrap();
        assert_eq!(lesson.steps.len(), 2);
        assert_eq!(lesson.steps[1].ask.as_ref().map(|ask| ask.right), Some(1));
    }

    #[test]
    fn an_error_names_the_line() {
        assert_eq!(
            error("[[step]]\nsays = \"x\"\n"),
            "line 6: unknown field `says`, expected one of `say`, `ask`, \
                    `options`, `right`, `because`, `image`, `view`, `layer`, `path`, `changes`"
        );
        assert_eq!(
            error("[[step]]\nsay = '''\none\n{ded}'''\n"),
            "line 8: say: {ded}: ded: no such quantity; did you mean dead?"
        );
        assert_eq!(
            error("[[step]]\nlayer = 1\n"),
            "line 5: step: a step either says something or asks: `say` or `ask`, one of them"
        );
        assert_eq!(
            error("[[step]]\nsay = \"x\"\nview = \"wast\"\n"),
            "line 7: view: no such view; did you mean waste?"
        );
        assert_eq!(
            error("[[step]]\nsay = \"x\"\nimage = \"dmo\"\n"),
            "line 7: image: no such image; did you mean demo?"
        );
        assert_eq!(
            error("[[step]]\nask = \"x\"\noptions = [\"1\", \"2\"]\nbecause = \"b\"\n"),
            "line 5: right: a question needs `right`"
        );
        assert_eq!(
            error("[[step]]\nask = \"x\"\noptions = [\"1\", \"2\"]\nright = 3\nbecause = \"b\"\n"),
            "line 8: right: the right option is one of 1 to 2"
        );
        assert_eq!(error("[[step]]\nsay = \"x\"\nright = 3\n"), "line 7: right: only a question has an answer");
    }
}
