//! Parses the TOML of a lesson; errors have the line number.

use std::fmt::{self, Display};

use layerscope::display::escaped_str;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::figure::Template;
use super::{Asked, Lesson, OnLine, Show, Written};
use crate::view::View;
use layerscope::toml_file::{Problem, unknown};

/// The number of lines in the summary.
const SEEN: usize = 3;
/// The possible numbers of options, one letter each.
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=4;
/// The word that a step uses in place of a view to show the images side by side.
const BESIDE: &str = "images";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    about: String,
    images: Spanned<Vec<Spanned<String>>>,
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
    right: Option<Spanned<Number>>,
    because: Option<Spanned<String>>,
    image: Option<Spanned<String>>,
    view: Option<Spanned<String>>,
    layer: Option<Spanned<Number>>,
    path: Option<Spanned<String>>,
    changes: Option<bool>,
}

/// A count; errors are worded for authors of lessons, not for programmers.
#[derive(Clone, Copy)]
struct Number(usize);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, 0 or more")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
        usize::try_from(number)
            .map(Number)
            .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }
}

/// Parses the text of a lesson.
pub fn read(text: &str) -> Result<Lesson, Problem> {
    let reader = LessonReader { text };
    let file: File = toml::from_str(text).map_err(|error| Problem::of_syntax(text, &error))?;
    if file.images.get_ref().is_empty() {
        return Err(reader.problem(&file.images, "images", "at least one image is needed"));
    }
    let images = file.images.into_inner();
    let image_lines = images.iter().map(|image| reader.line(image)).collect();
    let images: Vec<String> = images.into_iter().map(Spanned::into_inner).collect();
    if file.seen.get_ref().len() != SEEN {
        return Err(reader.problem(&file.seen, "seen", "what was seen is said in three lines"));
    }
    let steps =
        file.step.iter().map(|step| reader.step(step, &images)).collect::<Result<_, _>>()?;
    let seen = file
        .seen
        .get_ref()
        .iter()
        .map(|line| reader.template(line, "seen"))
        .collect::<Result<_, _>>()?;
    Ok(Lesson {
        title: file.title,
        about: file.about,
        images,
        image_lines,
        steps,
        seen,
        before: file.before.trim().to_owned(),
        after: file.after.trim().to_owned(),
    })
}

struct LessonReader<'t> {
    text: &'t str,
}

impl LessonReader<'_> {
    fn problem<T>(&self, place: &Spanned<T>, key: &str, what: impl Display) -> Problem {
        Problem::at(self.text, place.span().start, key, what)
    }

    fn line<T>(&self, place: &Spanned<T>) -> usize {
        Problem::line_at(self.text, place.span().start)
    }

    fn on_line<T, V>(&self, place: &Spanned<T>, value: impl Fn(&T) -> V) -> OnLine<V> {
        OnLine { line: self.line(place), value: value(place.get_ref()) }
    }

    fn step(&self, step: &Spanned<StepTable>, images: &[String]) -> Result<Written, Problem> {
        let table = step.get_ref();
        let missing = |key: &str, what: &str| self.problem(step, key, what);
        let say = match (&table.say, &table.ask) {
            (Some(say), None) => self.template(say, "say")?,
            (None, Some(ask)) => self.template(ask, "ask")?,
            _ => {
                return Err(missing(
                    "step",
                    "a step either says something or asks: `say` or `ask`, one of them",
                ));
            }
        };
        let ask = match &table.ask {
            Some(_) => Some(self.question(step)?),
            None => {
                let answers =
                    [
                        table.options.as_ref().map(|place| {
                            self.problem(place, "options", "only a question has options")
                        }),
                        table.right.as_ref().map(|place| {
                            self.problem(place, "right", "only a question has an answer")
                        }),
                        table.because.as_ref().map(|place| {
                            self.problem(place, "because", "only a question has an answer")
                        }),
                    ];
                match answers.into_iter().flatten().next() {
                    Some(problem) => return Err(problem),
                    None => None,
                }
            }
        };
        let line = self.line(step);
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
        let place = right.get_ref().0.checked_sub(1).filter(|&place| place < count);
        let Some(place) = place else {
            return Err(self.problem(
                right,
                "right",
                format!("the right option is one of 1 to {count}"),
            ));
        };
        let options = options.get_ref();
        for (i, option) in options.iter().enumerate() {
            if options[..i].iter().any(|other| other.get_ref().trim() == option.get_ref().trim()) {
                return Err(self.problem(option, "options", "two options are the same"));
            }
        }
        Ok(Asked {
            options: options
                .iter()
                .map(|option| self.template(option, "options"))
                .collect::<Result<_, _>>()?,
            right: place,
            because: self.template(because, "because")?,
        })
    }

    fn show(&self, table: &StepTable, images: &[String]) -> Result<Show, Problem> {
        let image = match &table.image {
            Some(name) => {
                let index = images.iter().position(|image| image == name.get_ref());
                let there_are =
                    || format!("it has to be one of `images`: {}", escaped_str(&images.join(", ")));
                Some(index.ok_or_else(|| self.problem(name, "image", there_are()))?)
            }
            None => None,
        };
        let view = match &table.view {
            Some(word) if word.get_ref() != BESIDE => {
                let view = View::named(word.get_ref());
                let words = View::ALL.into_iter().map(View::word).chain([BESIDE]);
                Some(view.ok_or_else(|| {
                    self.problem(word, "view", unknown("view", word.get_ref(), words))
                })?)
            }
            _ => None,
        };
        Ok(Show {
            image,
            view,
            layer: table.layer.as_ref().map(|layer| self.on_line(layer, |number| number.0)),
            path: table.path.as_ref().map(|path| self.on_line(path, String::clone)),
            changes: table.changes,
            beside: table.view.as_ref().is_some_and(|word| word.get_ref() == BESIDE),
        })
    }

    /// Parses words with figures, reporting errors at the position of their quotes.
    fn template(&self, words: &Spanned<String>, key: &str) -> Result<Template, Problem> {
        // TOML drops a line feed directly after the opening quotes of a multi-line text.
        let quoted = self.text.get(words.span()).unwrap_or_default();
        let inside = quoted.strip_prefix("'''").or_else(|| quoted.strip_prefix("\"\"\""));
        let skipped =
            inside.is_some_and(|inside| inside.starts_with('\n') || inside.starts_with("\r\n"));
        if words.get_ref().trim().is_empty() {
            return Err(self.problem(words, key, "there are no words"));
        }
        let line = self.line(words) + usize::from(skipped);
        Template::read(words.get_ref(), line).map_err(|wrong| {
            Problem::on(wrong.line, key, format!("{}: {}", escaped_str(&wrong.figure), wrong.error))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "title = \"t\"\nabout = \"a\"\nimages = [\"demo\"]\nseen = [\"1\", \"2\", \"3\"]\n";

    fn error(steps: &str) -> String {
        read(&format!("{HEAD}{steps}")).expect_err("it is wrong").to_string()
    }

    #[test]
    fn a_lesson_with_a_question_is_read() {
        let text = "[[step]]\nsay = \"This image ships {size}.\"\nlayer = 2\n\
                    [[step]]\nask = \"How much?\"\noptions = [\"{visible}\", \"{wasted}\"]\nright = 2\nbecause = \"it does\"\n";
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
            error("[[step]]\nsay = '''\none\n{wsted}'''\n"),
            "line 8: say: {wsted}: wsted: no such quantity; did you mean wasted?"
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
            "line 7: image: it has to be one of `images`: demo"
        );
        assert_eq!(
            error("[[step]]\nask = \"x\"\noptions = [\"1\", \"2\"]\nbecause = \"b\"\n"),
            "line 5: right: a question needs `right`"
        );
        assert_eq!(
            error("[[step]]\nask = \"x\"\noptions = [\"1\", \"2\"]\nright = 3\nbecause = \"b\"\n"),
            "line 8: right: the right option is one of 1 to 2"
        );
        assert_eq!(
            error("[[step]]\nsay = \"x\"\nright = 3\n"),
            "line 7: right: only a question has an answer"
        );
        assert_eq!(error("[[step]]\nsay = \" \"\n"), "line 6: say: there are no words");
        assert_eq!(
            error(
                "[[step]]\nask = \"x\"\noptions = [\n\"1\",\n\"1 \",\n]\nright = 1\nbecause = \"b\"\n"
            ),
            "line 9: options: two options are the same"
        );
        assert_eq!(
            error("[[step]]\nsay = \"x\"\nlayer = -1\n"),
            "line 7: invalid value: integer `-1`, expected a whole number, 0 or more"
        );
        assert_eq!(
            error("[[step]]\nsay = \"x\"\nlayer = \"1\"\n"),
            "line 7: invalid type: string \"1\", expected a whole number, 0 or more"
        );
    }

    #[test]
    fn lines_are_counted_the_same_however_they_end() {
        let text = "[[step]]\nsay = '''\none\n{wsted}'''\n";
        let error = |text: String| read(&text).expect_err("it is wrong").to_string();
        assert_eq!(
            error(format!("{HEAD}{text}").replace('\n', "\r\n")),
            error(format!("{HEAD}{text}"))
        );
    }
}
