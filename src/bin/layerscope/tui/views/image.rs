//! The image view: tags, platform, sizes, run configuration, the full history, digests.

use layerscope::advice::assessment::Study;
use layerscope::advice::secrets::{Place, Secret, Secrets};
use layerscope::display::escaped_str;
use layerscope::display::shown;
use layerscope::display::{Escaped, Units, directories, percent, plural};
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
use crate::tui::widgets::{fill, inside, pane, put, scroll_bar, scrolled_title};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "scroll"),
    (&[Action::Explain], "explain"),
    (&[Action::ViewExplore], "explore"),
    (&[Action::Quit], "quit"),
];

/// The width of the words on the left.
const WORDS: usize = 12;

/// The commands of the config, with the words before them.
const COMMANDS: [(&str, &str); 4] = [
    ("ENTRYPOINT", "entrypoint"),
    ("CMD", "command"),
    ("HEALTHCHECK", "health check"),
    ("ONBUILD", "on build"),
];

/// The texts of the config and the history.
pub struct Texts {
    /// The facts, as words with their texts.
    facts: Vec<(&'static str, Escaped)>,
    /// The entries of the history: the layer, and the instruction.
    history: Vec<(Escaped, Escaped)>,
}

impl Texts {
    pub fn new(inspection: &Inspection) -> Self {
        Self { facts: facts(inspection), history: history(inspection) }
    }
}

/// The state of the view.
pub struct ImageFacts {
    texts: Texts,
    sizes: Sizes,
    /// The base image, once it is known.
    base: Option<String>,
    /// The sentence about what was not searched for secrets, once it is known.
    unsearched: Option<Escaped>,
    /// The secret that was asked for.
    pointed: Option<Pointed>,
    scroll: usize,
}

/// A secret, and the place where it stands.
struct Pointed {
    place: Place,
    /// The name of the variable, if the place has many.
    name: Option<Escaped>,
    /// The kind and the masked value.
    text: Escaped,
}

/// A line, with the word before it.
struct LabelledLine {
    word: String,
    text: String,
    /// True if the secret stands here that was asked for.
    is_pointed: bool,
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
            texts: Texts::new(inspection),
            sizes: Sizes {
                size: inspection.amount(totals.size),
                visible: totals.visible,
                tar: totals.tar_bytes,
                stored: totals.stored_bytes,
                efficiency: inspection.efficiency(),
            },
            base: None,
            unsearched: None,
            pointed: None,
            scroll: 0,
        }
    }

    /// Sets the base image, and the texts if secrets are masked in them.
    pub fn studied(
        &mut self,
        inspection: &Inspection,
        study: &Study,
        texts: Option<Texts>,
        units: Units,
    ) {
        if let Some(texts) = texts {
            self.texts = texts;
        }
        self.unsearched = study.secrets.as_ref().and_then(Secrets::not_searched);
        let base = &study.base;
        let name = base.name.as_ref().map_or_else(|| "unknown name".into(), Untrusted::escaped);
        self.base = Some(match base.layers {
            0 => base.how.to_string(),
            layers => {
                let sure = if base.certain { "" } else { "probably, because " };
                let layers = match layers {
                    1 => "layer 0".into(),
                    _ => format!("layers 0 to {}", layers - 1),
                };
                let bytes = inspection.layers.iter().take(base.layers).map(|layer| layer.size);
                let size = inspection.amount(bytes.sum()).text(units);
                format!("{name} ({layers}, {size}): {sure}{}", base.how)
            }
        });
    }

    /// Points at a secret of the config or the history, as far down as there is room.
    pub fn point_at(&mut self, secret: Option<&Secret>, area: Rect) {
        self.pointed = secret.map(|secret| Pointed {
            place: secret.place.clone(),
            name: secret.name.clone(),
            text: shown!("{} ({})", secret.what(), secret.shown),
        });
        let lines = self.lines(Units::default(), usize::from(inside(area).width));
        if let Some(at) = lines.iter().position(|row| row.is_pointed) {
            self.scroll = at.saturating_sub(1).min(lines.len().saturating_sub(rows_inside(area)));
        }
    }

    pub fn act(&mut self, action: Action, area: Rect) -> bool {
        let rows = rows_inside(area);
        let lines = self.lines(Units::default(), usize::from(inside(area).width));
        let last = lines.len().saturating_sub(rows);
        self.scroll = moved(action, self.scroll, last, rows.max(2) - 1).unwrap_or(self.scroll);
        false
    }

    fn lines(&self, units: Units, width: usize) -> Vec<LabelledLine> {
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
        let unsearched = self.unsearched.iter().map(|text| ("secrets", text.as_str()));
        let sized = [("size", sizes), ("", archive)];
        let facts = self.texts.facts.iter().map(|(word, text)| (*word, text.as_str()));
        let sized = sized.iter().map(|(word, text)| (*word, text.as_str()));
        let mut lines = Vec::new();
        let mut last = "";
        for (word, text) in facts.chain(base).chain(sized).chain(unsearched) {
            last = if word.is_empty() { last } else { word };
            let pointed = self.pointed.as_ref().filter(|pointed| pointed.is_fact(last, text));
            push(&mut lines, word, text, pointed, width);
        }
        lines.push(LabelledLine { word: String::new(), text: String::new(), is_pointed: false });
        for (entry, (layer, instruction)) in self.texts.history.iter().enumerate() {
            let pointed = self.pointed.as_ref().filter(|pointed| pointed.is_entry(entry));
            push(&mut lines, layer, instruction, pointed, width);
        }
        lines
    }

    pub fn draw(&self, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let lines = self.lines(look.units, usize::from(inside(area).width));
        let title = scrolled_title("Image", self.scroll, lines.len(), area);
        let inner = pane(&title, true, look.theme, area, buffer);
        let first = scroll_bar(self.scroll, lines.len(), inner, look.theme, buffer);
        for (at, LabelledLine { word, text, is_pointed }) in
            lines.into_iter().skip(first).enumerate()
        {
            let word = Span::styled(format!("{word:>WORDS$}  "), look.theme.dim);
            put(Line::from(vec![word, Span::raw(text)]), at, inner, buffer);
            if is_pointed {
                fill(at, inner, look.theme.selected, buffer);
            }
        }
    }
}

impl Pointed {
    /// Returns whether a fact is the place, by the word before it.
    fn is_fact(&self, word: &str, text: &str) -> bool {
        let is_named = || {
            let name = self.name.as_deref().unwrap_or_default();
            text.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
        };
        match self.place {
            Place::Environment => word == "environment" && is_named(),
            Place::Label => word == "labels" && is_named(),
            Place::Command(keyword) => command_word(keyword) == Some(word),
            Place::File { .. }
            | Place::BuildArgument { .. }
            | Place::History { .. }
            | Place::Metadata(_) => false,
        }
    }

    fn is_entry(&self, entry: usize) -> bool {
        match self.place {
            Place::BuildArgument { entry: of } | Place::History { entry: of, .. } => of == entry,
            _ => false,
        }
    }
}

/// Returns the word before a command of the config.
fn command_word(keyword: &str) -> Option<&'static str> {
    COMMANDS.into_iter().find(|(other, _)| *other == keyword).map(|(_, word)| word)
}

/// Adds a text that wraps beside its word, and below it the secret that stands there and was asked
/// for.
fn push(
    lines: &mut Vec<LabelledLine>,
    word: &str,
    text: &str,
    pointed: Option<&Pointed>,
    width: usize,
) {
    let secret = pointed.map(|pointed| ("! secret", &*pointed.text));
    for (mut word, text) in [(word, text)].into_iter().chain(secret) {
        for text in wrap(text, width.saturating_sub(WORDS + 2)) {
            lines.push(LabelledLine { word: word.to_owned(), text, is_pointed: pointed.is_some() });
            word = "";
        }
    }
}

fn facts(inspection: &Inspection) -> Vec<(&'static str, Escaped)> {
    let none = || Escaped::from("-");
    let shown = |text: &Option<Untrusted>| text.as_ref().map_or_else(none, Untrusted::escaped);
    let tags = Escaped::join(inspection.tags.iter().map(Untrusted::escaped), "  ");
    let tags = if inspection.tags.is_empty() { none() } else { tags };
    let totals = &inspection.totals;
    let number = |n: u64, noun| plural(usize::try_from(n).unwrap_or(usize::MAX), noun);
    let tree = format!(
        "{}, {}, {}",
        number(totals.files, "file"),
        directories(totals.directories),
        number(totals.symlinks, "symbolic link")
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
    for ((_, word), words) in COMMANDS.into_iter().zip(run.masked()) {
        facts.extend((!words.is_empty()).then(|| (word, list(&words))));
    }
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
