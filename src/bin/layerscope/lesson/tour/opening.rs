//! Opens the story: size, layers, base image, and the program that runs.

use layerscope::advice::base::Evidence;
use layerscope::display::cut;
use layerscope::display::{count, plural};
use layerscope::runtime::command::Role;

use super::story::{StoryBuilder, explore, in_view};
use super::words;
use crate::view::View;

/// The width of a base image's name.
const BASE: usize = 40;
/// The width of a warning.
const WARNING: usize = 260;

impl StoryBuilder<'_> {
    pub fn open(&mut self) {
        let layers = self.inspection.layers.len();
        let name = words::name(self.inspection);
        let scene = explore(self.last_layer(), None);
        if self.image_size() == 0 && !self.inspection.completeness.sizes_are_exact() {
            let first = format!("The size of {name} is unknown: no layer contents could be read.");
            self.say(scene, [first, "So layerscope cannot say what could be left out.".into()]);
        } else if layers == 0 {
            let first =
                format!("{name} has no layers. It has only a config, which says what to run.");
            self.say(scene, [first, "There is nothing to remove.".into()]);
        } else if self.image_size() == 0 {
            let first = format!(
                "{name} has no file contents: {} with names and modes only.",
                if layers == 1 { "one layer".into() } else { plural(layers, "layer") }
            );
            self.say(scene, [first, "So there is nothing to leave out.".into()]);
        } else {
            let (left, right) = match layers {
                1 => ("the instruction that made it", "its files"),
                _ => (
                    "every instruction that made a layer, with its size",
                    "the files that they made together",
                ),
            };
            let first = format!(
                "{name} has {} in {}. On the left is {left}; on the right {right}.",
                words::at_least(self.inspection, self.size(self.image_size())),
                plural(layers, "layer")
            );
            self.say(scene, [first, format!("{}{}", self.whose(), self.what_runs())]);
        }
        self.warn();
    }

    /// Describes the sizes of the base image and of your layers.
    fn whose(&self) -> String {
        let base = &self.study.base;
        let (theirs, of) = (self.up_to(base.layers), layers(base.layers));
        let own = self.image_size() - theirs;
        match (base.layers, base.how) {
            (0, Evidence::Nothing) if self.inspection.layers.len() == 1 => {
                "No base image was recognized: all layers are yours.".into()
            }
            (0, Evidence::Nothing) => {
                "No base image was recognized, so all layers count as yours.".into()
            }
            (0, _) => "There is no base image: all layers are yours.".into(),
            (_, _) => {
                let name = base
                    .name
                    .as_ref()
                    .map_or(String::new(), |name| format!(", {}", cut(&name.escaped(), BASE)));
                let seems = if base.certain { "" } else { " probably" };
                let rest = if own == 0 {
                    "None of the layers is yours".into()
                } else {
                    format!("The rest is your layers: {}", self.size(own))
                };
                format!("{of}{seems} the base image{name}: {}. {rest}.", self.size(theirs))
            }
        }
    }

    fn what_runs(&self) -> String {
        let Some(runtime) = &self.study.runtime else { return String::new() };
        match &runtime.application.program {
            Some(program) => {
                let path = self.path(program.file.node);
                let with = if program.role == Role::Interpreter {
                    ", and with it the application"
                } else {
                    ""
                };
                format!(" A container of it runs {path}{with}.")
            }
            None if runtime.application.steps.is_empty() => String::new(),
            None => " What a container of it runs could not be told.".into(),
        }
    }

    /// Describes problems in reading the image.
    fn warn(&mut self) {
        let warnings = &self.inspection.warnings;
        let Some(first) = warnings.first() else { return };
        let more = match warnings.len() - 1 {
            0 => String::new(),
            1 => " There is 1 more.".into(),
            more => format!(" There are {} more.", count(more as u64)),
        };
        let layer = first.layer.unwrap_or_default().min(self.last_layer());
        let remark = first.to_string();
        // The parentheses at the end contain the name of a member of the archive.
        let remark = remark
            .rsplit_once(" (")
            .filter(|_| remark.ends_with(')'))
            .map_or(&*remark, |(remark, _)| remark);
        let text =
            format!("Before we begin, a remark on the image: {}.{more}", cut(remark, WARNING));
        self.say(
            in_view(View::Image, layer),
            [text, "What follows speaks of what could be read.".into()],
        );
    }
}

/// Names the lowest layers.
fn layers(count: usize) -> String {
    match count {
        1 => "Layer 0 is".into(),
        count => format!("Layers 0 to {} are", count.saturating_sub(1)),
    }
}
