//! Tells of the secrets first: whoever has the image can read them.

use layerscope::advice::secrets::{Place, Prevention};
use layerscope::display::{cut, plural};

use super::story::{StoryBuilder, explore, in_view};
use super::words;
use crate::view::View;

/// The width of a line of a Dockerfile.
const CODE: usize = 70;

impl StoryBuilder<'_> {
    /// Counts the secrets of the image.
    pub fn secrets(&self) -> usize {
        self.study.secrets.as_ref().map_or(0, |secrets| secrets.list.len())
    }

    /// Describes the first secret, how to see it, and what keeps it out; the others have a list.
    pub fn tell_secrets(&mut self) {
        let secrets = self.study.secrets.iter().flat_map(|secrets| &secrets.list);
        let secrets: Vec<_> = secrets.collect();
        let Some(&secret) = secrets.first() else { return };
        let file = match secret.place {
            Place::File { node, .. } => secret.added_in.map(|layer| (node, layer)),
            _ => None,
        };
        let scene = match file {
            Some((node, layer)) => explore(layer, Some(node)),
            None => in_view(View::Findings, self.last_layer()),
        };
        let place = match file {
            Some((node, _)) => self.path(node),
            None => secret.whereabouts(self.inspection).into(),
        };
        let which = format!("{} in {place}", secret.what());
        let what = match secrets.len() {
            1 => format!("A secret first: {which}. {}", secret.why()),
            all => {
                let more = plural(all - 1, "other");
                format!("{all} secrets first: {which}, and {more}. {}", secret.why())
            }
        };
        let prevention = Prevention::find(self.inspection, secret);
        // The list of changes has the cases that come after the first semicolon.
        let way = prevention.what.split("; ").next().unwrap_or_default();
        let line = prevention.dockerfile.map(|line| format!(" `{}`", cut(&line, CODE)));
        let helps =
            format!("Revoke it. Next time, {}{}", words::stopped(way), line.unwrap_or_default());
        let more = match secrets.len() - 1 {
            0 => String::new(),
            _ => "Fix (key 6) begins with all of them.".into(),
        };
        self.say(scene, [what, helps, more]);
    }
}
