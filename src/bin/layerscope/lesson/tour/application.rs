//! Describes the application: its share of the image, and its needs.

use layerscope::advice::findings::Purpose;
use layerscope::display::cut;
use layerscope::display::{count, listed};
use layerscope::runtime::command::Role;
use layerscope::runtime::libraries::Loader;

use super::options::Options;
use super::story::{StoryBuilder, explore};

/// The share above which the application is nearly the whole image, so that there is no question
/// about it.
const NEARLY_ALL: (u64, u64) = (3, 4);
/// The ratio between a wrong answer and the right one, so that they differ clearly.
const APART: (u64, u64) = (2, 3);
/// The most missing libraries that are listed, and the width of a name.
const MISSING: usize = 3;
const LIBRARY: usize = 40;

impl StoryBuilder<'_> {
    /// Returns the visible size of the application as reports count it; 0 if it was not found.
    pub fn application(&self) -> u64 {
        let share = self.study.shares.iter().find(|share| share.purpose == Purpose::Application);
        let bytes = share.map_or(0, |share| share.bytes - share.wasted);
        if self.study.application_known { bytes } else { 0 }
    }

    /// Returns whether nearly the whole image is the application.
    fn is_nearly_all_application(&self) -> bool {
        let (parts, of) = NEARLY_ALL;
        u128::from(self.application()) * u128::from(of)
            > u128::from(self.image_size()) * u128::from(parts)
    }

    /// Asks for the application's share of the image.
    pub fn ask_for_the_application(&mut self) {
        let bytes = self.application();
        if bytes == 0 || self.is_nearly_all_application() {
            return;
        }
        let size = self.image_size();
        let (visible, own) =
            (self.inspection.totals.visible, size - self.up_to(self.study.base.layers));
        let apart = |other: u64| {
            let (less, more) = (bytes.min(other), bytes.max(other));
            u128::from(less) * u128::from(APART.1) < u128::from(more) * u128::from(APART.0)
        };
        let others = [own, visible, bytes.saturating_mul(10), bytes / 4, bytes / 10];
        let others = others.into_iter().filter(|&other| other > 0 && other <= size && apart(other));
        let wrong = others.map(|other| (self.share(other), String::new()));
        let turn = self.inspection.layers.len();
        let Some(options) = Options::arrange((self.share(bytes), String::new()), wrong, turn)
        else {
            return;
        };
        let text = "How much of this image is your application?";
        let because = format!(
            "It is {} of {}. A container sees {} of the image; your own layers are {} of it.",
            self.size(bytes),
            self.size(size),
            self.share(visible),
            self.share(own)
        );
        self.ask(explore(self.last_layer(), None), text, options, &because);
    }

    /// Describes the files needed to load the program.
    pub fn tell_what_it_needs(&mut self) {
        let Some(runtime) = &self.study.runtime else { return };
        let (Some(program), Some(needed)) = (&runtime.application.program, &runtime.needed) else {
            return;
        };
        let path = self.path(program.file.node);
        let own = self.inspection.tree.size(program.file.version);
        let libraries = needed.files.iter().filter(|file| file.bytes > 0).count().saturating_sub(1);
        let role =
            if program.role == Role::Interpreter { ", which runs the application," } else { "" };
        let mut first = match (needed.loader, libraries) {
            (Loader::None, 0) => format!(
                "{path}{role} is {} and linked statically: to be loaded, it needs no other file of this image.",
                self.size(own)
            ),
            (_, 0) => format!(
                "{path}{role} is {} and linked dynamically, but no library that it needs is in this image.",
                self.size(own)
            ),
            (_, libraries) => {
                let more = match libraries {
                    1 => "1 more file: its loader or library".into(),
                    more => format!("{} more files: loader and libraries", count(more as u64)),
                };
                format!(
                    "{path}{role} is {} and linked dynamically: to be loaded, it needs {more}. \
                     Together they are {}.",
                    self.size(own),
                    self.size(needed.bytes())
                )
            }
        };
        if !needed.missing.is_empty() {
            let names: Vec<_> = needed
                .missing
                .iter()
                .take(MISSING)
                .map(|missing| cut(&missing.name, LIBRARY))
                .collect();
            let more = if needed.missing.len() > MISSING { ", and more" } else { "" };
            first.push_str(&format!(" Not in the image: {}{more}.", listed(&names)));
        }
        let outside: Vec<_> =
            needed.needs.iter().map(|outside| outside.kind.name().to_owned()).collect();
        let looks = if outside.is_empty() {
            String::new()
        } else {
            format!("While it runs, it may look for {}.", listed(&outside))
        };
        self.say(explore(self.last_layer(), Some(program.file.node)), [first, looks]);
    }
}
