//! Tells of the secrets first: whoever has the image can read them.

use layerscope::advice::secrets::{Place, Prevention};
use layerscope::display::{cut, plural};

use super::story::{StoryBuilder, explore, in_view};
use super::words;
use crate::view::View;

/// The width of a line of a Dockerfile.
const CODE: usize = 70;

impl StoryBuilder<'_> {
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
        let what = format!("A secret first: {} in {place}. {}", secret.what(), secret.why());
        let prevention = Prevention::find(self.inspection, secret);
        let line = prevention.dockerfile.map(|line| format!(" `{}`", cut(&line, CODE)));
        let helps = format!(
            "Revoke it. Next time, {}{}",
            words::stopped(&prevention.what),
            line.unwrap_or_default()
        );
        let more = match secrets.len() - 1 {
            0 => String::new(),
            more => {
                format!("The list of changes begins with it and {}.", plural(more, "more secret"))
            }
        };
        self.say(scene, [what, helps, more]);
    }
}
