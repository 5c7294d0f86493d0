//! Renders a lesson: fills in the figures, and finds the paths and layers of its steps.

use layerscope::LayerIndex;
use layerscope::display::{Escaped, escaped_str, percent, ratio, times};
use layerscope::report::Units;

use super::facts::{FactError, Facts, Value};
use super::figure::{Figure, Part, Quantity, Sign, Sum, Template};
use super::{Lesson, Question, RenderedLesson, Scene, Step, Written};
use crate::view::View;
use layerscope::toml_file::Problem;

/// Renders a lesson for its images.
pub fn tell(lesson: &Lesson, facts: &[Facts], units: Units) -> Result<RenderedLesson, Problem> {
    let mut scene = Scene {
        image: 0,
        view: Some(View::Explore),
        layer: last_layer(facts, 0),
        path: None,
        changes: false,
    };
    let mut steps = Vec::with_capacity(lesson.steps.len());
    for written in &lesson.steps {
        scene = next_scene(scene, written, facts)?;
        let filling = Filling { facts, image: scene.image, units };
        let question = match &written.ask {
            Some(ask) => Some(Question {
                options: ask
                    .options
                    .iter()
                    .map(|option| filling.fill(option))
                    .collect::<Result<_, _>>()?,
                right: ask.right,
                because: filling.fill(&ask.because)?,
            }),
            None => None,
        };
        steps.push(Step { text: filling.fill(&written.say)?, question, scene });
    }
    let filling = Filling { facts, image: 0, units };
    Ok(RenderedLesson {
        title: lesson.title.clone(),
        steps,
        seen: lesson.seen.iter().map(|line| filling.fill(line)).collect::<Result<_, _>>()?,
        before: lesson.before.clone(),
        after: lesson.after.clone(),
    })
}

fn last_layer(facts: &[Facts], image: usize) -> LayerIndex {
    facts.get(image).map_or(LayerIndex::FIRST, |facts| facts.inspection.last_layer())
}

/// Returns the scene of a step: the values that it sets, and the previous ones for the rest.
fn next_scene(before: Scene, written: &Written, facts: &[Facts]) -> Result<Scene, Problem> {
    let show = &written.show;
    let image = show.image.unwrap_or(before.image);
    let unread = || Problem::on(written.line, "image", "this image has not been read");
    let shown = facts.get(image).ok_or_else(unread)?;
    let other = image != before.image;
    let layer = match &show.layer {
        Some(layer) => {
            shown.layer(layer.value).map_err(|what| Problem::on(layer.line, "layer", what))?
        }
        None if other => last_layer(facts, image),
        None => before.layer,
    };
    let path = match &show.path {
        Some(path) => {
            Some(shown.find(&path.value).map_err(|what| Problem::on(path.line, "path", what))?)
        }
        None if other || show.view.is_some() || show.layer.is_some() => None,
        None => before.path,
    };
    // Showing the images side by side lasts for one step; the next one returns to the previous
    // view.
    let view = match (show.beside, show.view) {
        (true, _) => None,
        (false, Some(view)) => Some(view),
        (false, None) => Some(before.view.unwrap_or(View::Explore)),
    };
    Ok(Scene {
        image,
        view,
        layer,
        path,
        changes: show.changes.unwrap_or(before.changes && !other),
    })
}

struct Filling<'a> {
    facts: &'a [Facts],
    /// The index of the image for figures without a name.
    image: usize,
    units: Units,
}

impl Filling<'_> {
    /// Fills in the figures; returns the words in paragraphs.
    fn fill(&self, template: &Template) -> Result<String, Problem> {
        let mut text = String::new();
        for part in &template.parts {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Figure { figure, written, line } => {
                    let shown =
                        self.figure(figure).map_err(|what| Problem::on(*line, written, what))?;
                    text.push_str(&shown);
                }
            }
        }
        let paragraphs =
            text.split("\n\n").map(|lines| lines.split_whitespace().collect::<Vec<_>>().join(" "));
        Ok(paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n"))
    }

    fn figure(&self, figure: &Figure) -> Result<Escaped, FactError> {
        let quotient = |above: &Sum, below: &Sum| match (
            number(&self.sum(above)?)?,
            number(&self.sum(below)?)?,
        ) {
            (_, 0) => Err(FactError::DividedByZero),
            (above, below) => Ok(ratio(above, below)),
        };
        Ok(match figure {
            Figure::Sum(sum) => self.sum(sum)?.shown(self.units),
            Figure::Ratio(above, below) => escaped_str(&times(quotient(above, below)?)),
            Figure::Share(part, whole) => escaped_str(&percent(quotient(part, whole)?)),
        })
    }

    fn sum(&self, sum: &Sum) -> Result<Value, FactError> {
        let mut total = self.value(&sum.first)?;
        for (sign, quantity) in &sum.rest {
            let next = self.value(quantity)?;
            let (one, other) = (number(&total)?, number(&next)?);
            let together = match sign {
                Sign::Plus => one.checked_add(other),
                Sign::Minus => one.checked_sub(other),
            };
            let together = together.ok_or(FactError::OutOfRange)?;
            total = match (total, next) {
                (Value::Bytes { is_exact, .. }, Value::Bytes { is_exact: other, .. }) => {
                    Value::Bytes { bytes: together, is_exact: is_exact && other }
                }
                (Value::Count { .. }, Value::Count { .. }) => {
                    Value::Count { count: together, noun: "" }
                }
                _ => return Err(FactError::Nouns),
            };
        }
        Ok(total)
    }

    fn value(&self, quantity: &Quantity) -> Result<Value, FactError> {
        let facts = match &quantity.image {
            Some(name) => self.facts.iter().find(|facts| facts.name == *name),
            None => self.facts.get(self.image),
        };
        let absent = || FactError::NoImage(quantity.image.clone().unwrap_or_else(|| "that".into()));
        let facts = facts.ok_or_else(absent)?;
        facts.value(quantity)
    }
}

fn number(value: &Value) -> Result<u64, FactError> {
    match value {
        Value::Bytes { bytes: number, .. } | Value::Count { count: number, .. } => Ok(*number),
        Value::Words(words) => Err(FactError::NotANumber(words.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use layerscope::report::Units;
    use layerscope::toml_file::Problem;

    use crate::lesson::{Entry, Lesson, LessonError, RenderedLesson};

    const HEAD: &str = "title = \"t\"\nabout = \"a\"\nimages = [\"one-run\", \"hello-scratch\"]\nseen = [\"1\", \"2\", \"3\"]\n";

    fn told(steps: &str) -> Result<RenderedLesson, Problem> {
        let lesson =
            Lesson::read(&format!("{HEAD}{steps}")).unwrap_or_else(|problem| panic!("{problem}"));
        let entry = Entry::from_lesson(lesson, "test");
        match entry.stage(Units::Si, &Arc::default()) {
            Ok((told, _)) => Ok(told),
            Err(LessonError::Words { problem, .. }) => Err(problem),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn figures_are_put_into_words_and_paragraphs_stay() {
        let say = "say = '''\n{layers}: {size}, of which\n{application % size}\nis {program}.\n\n\
                   {size / hello-scratch:size}, {size - application}, {layers - hello-scratch:layers}.'''\n";
        let told = told(&format!("[[step]]\n{say}")).unwrap();
        assert_eq!(
            told.steps[0].text,
            "2 layers: 11.4 MB, of which 54.2 % is /go/bin/app.\n\n2.03×, 5.24 MB, 1."
        );
    }

    #[test]
    fn what_an_image_does_not_have_is_said_with_the_line() {
        let error = |steps: &str| told(steps).expect_err("it is wrong").to_string();
        assert_eq!(
            error("[[step]]\nsay = \"x\"\npath = \"/nope\"\n"),
            "line 7: path: one-run has no /nope"
        );
        assert_eq!(
            error("[[step]]\nsay = \"x\"\nlayer = 2\n"),
            "line 7: layer: one-run has 2 layers, which count from 0: there is no layer 2"
        );
        assert_eq!(
            error("[[step]]\nsay = '''\n{size(7)}'''\n"),
            "line 7: {size(7)}: one-run has 2 layers, which count from 0: there is no layer 7"
        );
        assert_eq!(
            error("[[step]]\nsay = \"{possible-size(gold)}\"\n"),
            "line 6: {possible-size(gold)}: one-run has no possible size \"gold\""
        );
        assert_eq!(
            error("[[step]]\nsay = \"{gold:size}\"\n"),
            "line 6: {gold:size}: gold is not an image of this lesson"
        );
        assert_eq!(
            error("[[step]]\nsay = \"{hello-scratch:size - size}\"\n"),
            "line 6: {hello-scratch:size - size}: the result is below 0 or too large"
        );
        assert_eq!(
            error("[[step]]\nsay = \"{size + layers}\"\n"),
            "line 6: {size + layers}: bytes and counts do not add up"
        );
    }

    #[test]
    fn a_step_changes_what_it_names_and_another_image_begins_anew() {
        let told = told(
            "[[step]]\nsay = \"1\"\nview = \"waste\"\nlayer = 0\n[[step]]\nsay = \"2\"\n\
             [[step]]\nsay = \"3\"\nview = \"images\"\n[[step]]\nsay = \"4\"\nimage = \"hello-scratch\"\n",
        );
        let scenes: Vec<_> = told.unwrap().steps.iter().map(|step| step.scene).collect();
        assert_eq!(scenes[0], scenes[1]);
        assert_eq!(scenes[2].view, None);
        assert_eq!((scenes[3].image, scenes[3].layer, scenes[3].path), (1, 0.into(), None));
    }
}
