//! The image view: tags, platform, sizes, run configuration, the full history, digests.

use layerscope::advice::assessment::Study;
use layerscope::display::escaped_str;
use layerscope::display::shown;
use layerscope::display::{Escaped, Units, count, percent, plural};
use layerscope::escape::Untrusted;
use layerscope::{Amount, Inspection};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::layout::rows_inside;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::{inside, pane, put, scroll_bar, scrolled_title};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "scroll"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The width of the words on the left.
const WORDS: usize = 12;

/// The facts, as words with their texts.
pub struct ImageFacts {
    facts: Vec<(&'static str, Escaped)>,
    history: Vec<(Escaped, Escaped)>,
    sizes: Sizes,
    /// The base image, once it is known.
    base: Option<String>,
    scroll: usize,
}

struct Sizes {
    size: Amount,
    visible: u64,
    tar: u64,
    stored: u64,
    efficiency: Option<f64>,
}

impl ImageFacts {
    pub fn new(explorer: &Explorer) -> Self {
        let inspection = &explorer.inspection;
        let totals = &inspection.totals;
        Self {
            facts: facts(inspection),
            history: history(inspection),
            sizes: Sizes {
                size: inspection.amount(totals.size),
                visible: totals.visible,
                tar: totals.tar_bytes,
                stored: totals.stored_bytes,
                efficiency: inspection.efficiency(),
            },
            base: None,
            scroll: 0,
        }
    }

    /// Sets the base image.
    pub fn studied(&mut self, study: &Study) {
        if let Some(shown) = &study.shown {
            (self.facts, self.history) = (facts(shown), history(shown));
        }
        let base = &study.base;
        let name = base.name.as_ref().map_or_else(|| "unknown name".into(), Untrusted::escaped);
        self.base = Some(match base.layers {
            0 => base.how.to_string(),
            layers => {
                let sure = if base.certain { "" } else { "probably, because " };
                format!("{name}, the first {}: {sure}{}", plural(layers, "layer"), base.how)
            }
        });
    }

    pub fn act(&mut self, action: Action, area: Rect) -> bool {
        let rows = rows_inside(area);
        let last = self
            .lines(Units::default(), usize::from(inside(area).width))
            .len()
            .saturating_sub(rows);
        self.scroll = moved(action, self.scroll, last, rows.max(2) - 1).unwrap_or(self.scroll);
        false
    }

    fn lines(&self, units: Units, width: usize) -> Vec<(String, String)> {
        let Sizes { size, visible, tar, stored, efficiency } = &self.sizes;
        let wasted = units.size(size.bytes().saturating_sub(*visible));
        let (size, visible) = (size.text(units), units.size(*visible));
        let sizes = match efficiency {
            Some(efficiency) => {
                format!(
                    "{size} = {visible} visible + {wasted} wasted, efficiency {}",
                    percent(*efficiency)
                )
            }
            None => format!(
                "{size}; of what could be read, {visible} is visible and {wasted} is wasted"
            ),
        };
        let archive = match efficiency {
            Some(_) => format!(
                "{} uncompressed tar, {} in the archive",
                units.size(*tar),
                units.size(*stored)
            ),
            None => format!(
                "≥ {} uncompressed tar, ≥ {} in the archive",
                units.size(*tar),
                units.size(*stored)
            ),
        };
        let base = self.base.iter().map(|base| ("base image", base.as_str()));
        let sized = [("size", sizes), ("", archive)];
        let facts = self.facts.iter().map(|(word, text)| (*word, text.as_str()));
        let sized = sized.iter().map(|(word, text)| (*word, text.as_str()));
        let mut lines = Vec::new();
        for (word, text) in facts.chain(base).chain(sized) {
            push(&mut lines, word, text, width);
        }
        lines.push(Default::default());
        for (layer, instruction) in &self.history {
            push(&mut lines, layer, instruction, width);
        }
        lines
    }

    pub fn draw(&self, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let lines = self.lines(look.units, usize::from(inside(area).width));
        let title = scrolled_title("Image", self.scroll, lines.len(), area);
        let inner = pane(&title, true, look.theme, area, buffer);
        let first = scroll_bar(self.scroll, lines.len(), inner, look.theme, buffer);
        for (row, (word, text)) in lines.into_iter().skip(first).enumerate() {
            let word = Span::styled(format!("{word:>WORDS$}  "), look.theme.dim);
            put(Line::from(vec![word, Span::raw(text)]), row, inner, buffer);
        }
    }
}

/// Adds a text that wraps beside its word.
fn push(lines: &mut Vec<(String, String)>, word: &str, text: &str, width: usize) {
    let mut word = word;
    for line in wrap(text, width.saturating_sub(WORDS + 2)) {
        lines.push((word.to_owned(), line));
        word = "";
    }
}

fn facts(inspection: &Inspection) -> Vec<(&'static str, Escaped)> {
    let none = || Escaped::from("-");
    let shown = |text: &Option<Untrusted>| text.as_ref().map_or_else(none, Untrusted::escaped);
    let tags = Escaped::join(inspection.tags.iter().map(Untrusted::escaped), "  ");
    let tags = if inspection.tags.is_empty() { none() } else { tags };
    let totals = &inspection.totals;
    let tree = format!(
        "{}, {} directories, {} symbolic links",
        plural(usize::try_from(totals.files).unwrap_or(usize::MAX), "file"),
        count(totals.directories),
        count(totals.symlinks)
    );
    let mut facts: Vec<(&str, Escaped)> = Vec::new();
    facts.extend(
        inspection
            .completeness
            .summary()
            .map(|summary| ("not whole", escaped_str(&format!("{summary}.")))),
    );
    let mut word = "warnings";
    for warning in &inspection.warnings {
        facts.push((std::mem::take(&mut word), escaped_str(&format!("{warning}."))));
    }
    facts.extend([
        ("tags", tags),
        ("image ID", shown(&inspection.id)),
        ("read from", inspection.source.clone()),
        ("platform", shown(&inspection.platform)),
        ("created", shown(&inspection.created)),
    ]);
    let run = &inspection.run;
    let list = |words: &[Untrusted]| escaped_str(&format!("{words:?}"));
    let [entrypoint, command] = run.masked();
    let lists = [("entrypoint", entrypoint), ("command", command)];
    facts.extend(
        lists
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .map(|(word, words)| (word, list(&words))),
    );
    let single = [("user", &run.user), ("directory", &run.directory)];
    facts.extend(
        single
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(word, text)| (word, text.escaped())),
    );
    let environment = run.environment.masked().texts().collect();
    let labels = run.labels.masked().texts().collect();
    for (word, values) in [
        ("environment", &environment),
        ("ports", &run.ports),
        ("volumes", &run.volumes),
        ("labels", &labels),
    ] {
        let mut word = word;
        for value in values {
            facts.push((word, value.escaped()));
            word = "";
        }
    }
    facts.push(("tree", escaped_str(&tree)));
    facts
}

/// Returns the history; entries that made no layer have no number.
fn history(inspection: &Inspection) -> Vec<(Escaped, Escaped)> {
    let mut layer = 0_usize;
    let mut steps = Vec::new();
    for step in &inspection.history {
        let number = if step.empty_layer == Some(true) {
            Escaped::from("-")
        } else {
            layer += 1;
            shown!("layer {}", layer - 1)
        };
        steps.push((number, step.instruction().one_line()));
    }
    for (i, layer) in inspection.layers.iter().enumerate() {
        let id = layer
            .diff_id
            .as_ref()
            .or(layer.digest.as_ref())
            .map_or_else(Escaped::default, Untrusted::escaped);
        if !id.is_empty() {
            steps.push((shown!("diff ID {}", i), id));
        }
    }
    steps
}
