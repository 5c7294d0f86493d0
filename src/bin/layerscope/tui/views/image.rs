//! The image view: tags, platform, sizes, run configuration, the full history, digests.

use layerscope::advice::assessment::Study;
use layerscope::advice::secrets::{Place, Secret, Secrets};
use layerscope::display::escaped_str;
use layerscope::display::shown;
use layerscope::display::{Escaped, Units, directories, percent, plural};
use layerscope::escape::Untrusted;
use layerscope::{Amount, Inspection, LayerIndex};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::Look;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::layout::rows_inside;
use crate::tui::overlay::explain::Subject;
use crate::tui::widgets::moved;
use crate::tui::widgets::text::{follow, wrap};
use crate::tui::widgets::{fill, inside, pane, put, scroll_bar};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "move"),
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
    history: Vec<Entry>,
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
    /// The line of the cursor, and what it is about.
    cursor: usize,
    about: Option<About>,
    top: usize,
}

/// An entry of the history, or the digest of a layer: the word before it, the text and the layer.
struct Entry {
    word: Escaped,
    text: Escaped,
    layer: Option<LayerIndex>,
}

/// The figure of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Size,
    Archive,
    Base,
    Tree,
    Layer(LayerIndex),
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
    about: Option<About>,
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
            cursor: 0,
            about: None,
            top: 0,
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
            (self.cursor, self.about) = (at, lines[at].about);
            self.top = at.saturating_sub(1).min(lines.len().saturating_sub(rows_inside(area)));
        }
    }

    pub fn act(&mut self, action: Action, area: Rect) -> bool {
        let rows = rows_inside(area);
        let lines = self.lines(Units::default(), usize::from(inside(area).width));
        let last = lines.len().saturating_sub(1);
        let cursor = moved(action, self.cursor, last, rows.max(2) - 1).unwrap_or(self.cursor);
        self.settle(cursor, &lines, area);
        false
    }

    /// Moves the cursor to a line, and keeps the visible lines in place as long as it is among them.
    fn settle(&mut self, cursor: usize, lines: &[LabelledLine], area: Rect) {
        self.cursor = cursor.min(lines.len().saturating_sub(1));
        self.about = lines.get(self.cursor).and_then(|line| line.about);
        self.top = follow(self.top, self.cursor, lines.len(), rows_inside(area).max(1));
    }

    /// Moves the cursor to the line at a cell; returns whether there is one.
    pub fn select(&mut self, look: Look<'_>, at: Position, area: Rect) -> bool {
        let inner = inside(area);
        let lines = self.lines(look.units, usize::from(inner.width));
        let first = self.top.min(lines.len().saturating_sub(usize::from(inner.height)));
        let row = first + usize::from(at.y.saturating_sub(inner.y));
        let is_there = inner.contains(at) && row < lines.len();
        if is_there {
            self.settle(row, &lines, area);
        }
        is_there
    }

    /// Returns what the figure under the cursor is explained by, if the line has one.
    pub fn explained(&self) -> Option<Subject> {
        Some(match self.about? {
            About::Size => Subject::Image,
            About::Archive => Subject::Archive,
            About::Base => Subject::Base,
            About::Tree => Subject::Tree,
            About::Layer(layer) => Subject::Layer(layer),
        })
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
            let about = match last {
                "size" if word.is_empty() => Some(About::Archive),
                "size" => Some(About::Size),
                "base image" => Some(About::Base),
                "tree" => Some(About::Tree),
                _ => None,
            };
            let pointed = self.pointed.as_ref().filter(|pointed| pointed.is_fact(last, text));
            push(&mut lines, (word, text), pointed, about, width);
        }
        lines.push(LabelledLine {
            word: String::new(),
            text: String::new(),
            is_pointed: false,
            about: None,
        });
        for (at, entry) in self.texts.history.iter().enumerate() {
            let pointed = self.pointed.as_ref().filter(|pointed| pointed.is_entry(at));
            let about = entry.layer.map(About::Layer);
            push(&mut lines, (&entry.word, &entry.text), pointed, about, width);
        }
        lines
    }

    pub fn draw(&self, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let lines = self.lines(look.units, usize::from(inside(area).width));
        let cursor = self.cursor.min(lines.len().saturating_sub(1));
        let title = format!("Image · {}/{}", cursor + 1, lines.len());
        let inner = pane(&title, true, look.theme, area, buffer);
        let first = scroll_bar(self.top, lines.len(), inner, look.theme, buffer);
        let shows_secret = lines.get(cursor).is_some_and(|line| line.is_pointed);
        for (place, line) in lines.into_iter().enumerate().skip(first) {
            let LabelledLine { word, text, is_pointed, .. } = line;
            let word = Span::styled(format!("{word:>WORDS$}  "), look.theme.dim);
            put(Line::from(vec![word, Span::raw(text)]), place - first, inner, buffer);
            if place == cursor || is_pointed && shows_secret {
                fill(place - first, inner, look.theme.selected, buffer);
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
    (word, text): (&str, &str),
    pointed: Option<&Pointed>,
    about: Option<About>,
    width: usize,
) {
    let secret = pointed.map(|pointed| ("! secret", &*pointed.text));
    for (mut word, text) in [(word, text)].into_iter().chain(secret) {
        for text in wrap(text, width.saturating_sub(WORDS + 2)) {
            let is_pointed = pointed.is_some();
            lines.push(LabelledLine { word: word.to_owned(), text, is_pointed, about });
            word = "";
        }
    }
}

fn facts(inspection: &Inspection) -> Vec<(&'static str, Escaped)> {
    let none = || Escaped::from("-");
    let shown = |text: &Option<Untrusted>| text.as_ref().map_or_else(none, Untrusted::escaped);
    let tags = layerscope::image::masked_names(&inspection.tags);
    let tags = Escaped::join(tags.iter().map(Untrusted::escaped), "  ");
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
fn history(inspection: &Inspection) -> Vec<Entry> {
    let mut steps = Vec::new();
    let mut layer = LayerIndex::default();
    for step in &inspection.history {
        let text = step.instruction().one_line();
        if step.empty_layer == Some(true) {
            steps.push(Entry { word: "-".into(), text, layer: None });
        } else {
            let of = Some(layer).filter(|layer| layer.get_from(&inspection.layers).is_some());
            steps.push(Entry { word: shown!("layer {}", layer), text, layer: of });
            layer = layer.next();
        }
    }
    for (i, layer) in LayerIndex::numbered(&inspection.layers) {
        let id = layer
            .diff_id
            .as_ref()
            .or(layer.digest.as_ref())
            .map_or_else(Escaped::default, Untrusted::escaped);
        if !id.is_empty() {
            steps.push(Entry { word: shown!("diff ID {}", i), text: id, layer: Some(i) });
        }
    }
    steps
}
