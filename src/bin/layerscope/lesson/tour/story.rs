//! The state of the story: the facts about the image, the steps so far, and the topics already
//! covered.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::assessment::{Study, for_group};
use layerscope::advice::findings::Finding;
use layerscope::analysis::{WastedGroup, wasted_groups};
use layerscope::display::wrap;
use layerscope::display::{escaped_str, share};
use layerscope::report::Units;
use layerscope::tree::{NodeId, Totals};

use super::options::Options;
use super::words::{self, WIDTH};
use crate::lesson::{Question, Scene, Step, correction};
use crate::view::View;

/// The height of the narrator on an 80×24 screen.
const ROWS: usize = 8;
/// The height of a question, and of the comment after it.
const ASKED: usize = 3;

/// The smallest size that is worth mentioning: an absolute number of bytes, or one part of the
/// image in so many.
const WORTH: (u64, u64) = (1_000_000, 100);

/// The story of an image while it is told: its facts, and the steps so far.
pub struct StoryBuilder<'a> {
    pub inspection: &'a Inspection,
    pub study: &'a Study,
    pub units: Units,
    /// The pairs of layers of which one adds bytes and another removes them, the largest first.
    pub pairs: Vec<WastedGroup>,
    pub steps: Vec<Step>,
    /// The topics for the summary: size in bytes, and line.
    pub wastes: Vec<(u64, String)>,
}

impl<'a> StoryBuilder<'a> {
    pub fn new(inspection: &'a Inspection, study: &'a Study, units: Units) -> Self {
        let mut pairs = wasted_groups(inspection);
        pairs.retain(|pair| pair.bytes > 0);
        Self { inspection, study, units, pairs, steps: Vec::new(), wastes: Vec::new() }
    }

    pub fn image_size(&self) -> u64 {
        self.inspection.totals.size
    }

    pub fn size(&self, bytes: u64) -> String {
        self.units.size(bytes)
    }

    /// Formats a share of the image's size.
    pub fn share(&self, bytes: u64) -> String {
        share(bytes, self.image_size())
    }

    pub fn layer(&self, layer: LayerIndex) -> String {
        words::layer(self.inspection, layer)
    }

    pub fn path(&self, node: NodeId) -> String {
        words::path(self.inspection, node)
    }

    /// Returns whether a size is worth mentioning.
    pub fn matters(&self, bytes: u64) -> bool {
        bytes >= WORTH.0 || self.is_notable(bytes)
    }

    /// Returns whether a size is a notable part of the image.
    pub fn is_notable(&self, bytes: u64) -> bool {
        bytes > 0 && bytes >= self.image_size() / WORTH.1
    }

    /// Returns the pairs of layers for which `holds` is true.
    pub fn pairs_that(&self, holds: impl Fn(&WastedGroup) -> bool) -> Vec<WastedGroup> {
        self.pairs.iter().filter(|pair| holds(pair)).cloned().collect()
    }

    /// Returns the largest finding about a pair of layers.
    pub fn finding_of(&self, pair: &WastedGroup) -> Option<&'a Finding> {
        let study = self.study;
        let is_of = |finding: &&Finding| {
            finding.added_in == pair.added_in && finding.removed_in() == Some(pair.removed_in)
        };
        study.findings.iter().find(is_of)
    }

    /// Returns the report's advice on a pair of layers.
    pub fn change(&self, pair: &WastedGroup) -> String {
        let merges = &self.study.ladder_inputs.merges;
        let change = for_group(self.inspection, merges, Some(self.study), pair);
        words::stopped(&change.what)
    }

    pub fn last_layer(&self) -> LayerIndex {
        self.inspection.last_layer()
    }

    /// Returns the size of the lowest layers.
    pub fn up_to(&self, layers: usize) -> u64 {
        self.inspection.layers.iter().take(layers).map(|layer| layer.size).sum()
    }

    /// Returns the sums over the whole tree as of a layer.
    pub fn root_at(&self, layer: LayerIndex) -> Totals {
        self.inspection.tree.totals(layer)[NodeId::ROOT.index()]
    }

    /// Adds a line to the topics for the summary.
    pub fn waste(&mut self, bytes: u64, line: String) {
        self.wastes.push((bytes, line));
    }

    /// Adds a step with paragraphs; the last ones are dropped if they do not fit.
    pub fn say(&mut self, scene: Scene, paragraphs: impl IntoIterator<Item = String>) {
        let mut text = String::new();
        let mut rows = 0;
        for paragraph in paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty()) {
            let gap = usize::from(rows > 0);
            let paragraph = words::in_rows(&escaped_str(&paragraph), ROWS);
            let more = wrap(&paragraph, WIDTH).len() + gap;
            if rows + more > ROWS {
                break;
            }
            rows += more;
            text.push_str(if gap > 0 { "\n\n" } else { "" });
            text.push_str(&paragraph);
        }
        self.steps.push(Step { text, question: None, scene });
    }

    /// Adds a question.
    pub fn ask(&mut self, scene: Scene, text: &str, options: Options, because: &str) {
        // The screen puts this before the reason, if the answer was wrong.
        let verdict = correction(options.right);
        let because = words::in_rows(&format!("{verdict}{}", escaped_str(because)), ASKED);
        let question = Question {
            options: options.shown,
            right: options.right,
            because: because.strip_prefix(&verdict).unwrap_or_default().to_owned(),
        };
        self.steps.push(Step {
            text: words::in_rows(&escaped_str(text), ASKED),
            question: Some(question),
            scene,
        });
    }
}

/// Returns the scene of the tree up to a layer.
pub fn explore(layer: LayerIndex, path: Option<NodeId>) -> Scene {
    Scene { image: 0, view: Some(View::Explore), layer, path, changes: false }
}

/// Returns the scene of a layer's changes.
pub fn changes(layer: LayerIndex, path: Option<NodeId>) -> Scene {
    Scene { changes: true, ..explore(layer, path) }
}

/// Returns the scene of another view.
pub fn in_view(view: View, layer: LayerIndex) -> Scene {
    Scene { view: Some(view), ..explore(layer, None) }
}
