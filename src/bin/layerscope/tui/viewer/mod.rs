//! The viewer: any version of a file as text or hex, the target of a link, the difference between
//! versions.
//!
//! It replaces everything between header and footer until it is closed. It never reads: it returns
//! the tasks it needs ([`Viewer::task`]), and continues with the answers ([`Viewer::answer`]).

mod acting;
mod comparison;
mod count;
mod draw;
pub mod facts;
mod file;
pub mod pager;

use std::sync::Arc;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::display::Units;
use layerscope::tree::{Kind, NodeId, VersionId};
use ratatui::layout::Rect;
use tempfile::TempPath;

use super::keys::Action;
use super::layout::rows_inside;
use super::work::{Answer, Ask, Numbers, Task};
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::inside;
use crate::tui::widgets::prompt::Prompt;
use crate::tui::widgets::text::{cut, wrap};

use comparison::Comparison;
use file::{FileView, Form};

pub use draw::{draw, typing};

/// A sentence that tells the user why a task of the viewer failed.
#[derive(Debug)]
pub struct Notice(pub String);

/// The space for contents in columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub width: usize,
    pub height: usize,
}

impl Room {
    /// Returns the number of bytes in a row of hex: as many as fit beside the offsets in a file of
    /// `size` bytes.
    pub fn bytes(self, size: u64) -> u64 {
        let fits = |bytes: usize| digits(size) + 2 + 3 * bytes + 2 + bytes <= self.width;
        [16, 8].into_iter().find(|&bytes| fits(bytes)).unwrap_or(4) as u64
    }
}

/// Returns the number of digits of offsets in a file of `size` bytes.
fn digits(size: u64) -> usize {
    format!("{size:x}").len().max(8)
}

/// The purpose of the input line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Find,
    GoTo,
}

/// The description of a version without contents.
#[derive(Debug, Default)]
struct Facts {
    paragraphs: Vec<String>,
    /// The first visible row.
    scroll: usize,
}

impl Facts {
    /// Returns the lines in a number of columns; entries of a listing are cut, so that each has
    /// one.
    fn lines(&self, width: usize) -> Vec<String> {
        let is_entry = |text: &str| {
            text.starts_with(' ') || text.get(..9).is_some_and(|head| head.ends_with('B'))
        };
        let of =
            |text: &String| if is_entry(text) { vec![cut(text, width)] } else { wrap(text, width) };
        self.paragraphs.iter().flat_map(of).collect()
    }
}

/// The content of the viewer.
#[derive(Debug)]
enum Page {
    /// A description of a version without contents.
    Facts(Facts),
    File(Box<FileView>),
}

/// The state of copying the file for a pager.
#[derive(Debug)]
enum Saving {
    Wanted,
    Asked(u64),
}

/// The result of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Stay,
    /// Close the viewer.
    Leave,
    /// View another path.
    View(NodeId),
}

/// The viewer on one version of a path.
pub struct Viewer {
    inspection: Arc<Inspection>,
    units: Units,
    pub node: NodeId,
    /// The layer as of which links are followed.
    pub layer: LayerIndex,
    /// The versions of the path, the oldest first.
    versions: Vec<VersionId>,
    shown: usize,
    page: Page,
    comparison: Option<Comparison>,
    pub typing: Option<(Asking, Prompt)>,
    saving: Option<Saving>,
    /// The task that reported last, with bytes done and total bytes.
    progress: Option<(u64, u64, u64)>,
}

impl Viewer {
    /// Opens a path as of a layer: its version there or, if it was deleted, its last one; `None` if
    /// no layer has an entry for it.
    pub fn new(
        inspection: Arc<Inspection>,
        node: NodeId,
        layer: LayerIndex,
        units: Units,
    ) -> Option<Self> {
        let tree = &inspection.tree;
        let mut versions: Vec<_> = tree.versions(node).collect();
        versions.reverse();
        let there = tree
            .at(node, layer)
            .and_then(|version| versions.iter().position(|&other| other == version));
        let before = || versions.iter().rposition(|&version| tree.added_in(version) <= layer);
        let shown = there.or_else(before).or_else(|| versions.len().checked_sub(1))?;
        let page = Page::Facts(Facts::default());
        let mut viewer = Self {
            inspection,
            units,
            node,
            layer,
            versions,
            shown,
            page,
            comparison: None,
            typing: None,
            saving: None,
            progress: None,
        };
        viewer.turn_to(shown);
        Some(viewer)
    }

    pub fn version(&self) -> VersionId {
        self.versions[self.shown]
    }

    /// Switches to another version of the path, and keeps form and position.
    fn turn_to(&mut self, shown: usize) {
        self.shown = shown;
        let (tree, version) = (&self.inspection.tree, self.version());
        self.page = match tree.kind(version) {
            Kind::File => {
                let name = tree.name(self.node);
                let file = FileView::new(version, tree.size(version), name);
                Page::File(Box::new(match &self.page {
                    Page::File(before) => file.like(before),
                    Page::Facts(_) => file,
                }))
            }
            _ => {
                let layer = if tree.at(self.node, self.layer) == Some(version) {
                    self.layer
                } else {
                    tree.added_in(version)
                };
                let paragraphs = facts::of_version(&self.inspection, version, layer, self.units);
                Page::Facts(Facts { paragraphs, scroll: 0 })
            }
        };
        self.saving = None;
    }

    /// Compares the version with the one before it; returns a notice if there is none.
    pub fn compare(&mut self) -> Option<String> {
        if self.comparison.take().is_some() {
            return None;
        }
        match self.shown.checked_sub(1) {
            Some(before) => {
                let old = self.versions[before];
                self.comparison = Some(Comparison::new(&self.inspection.tree, old, self.version()));
                None
            }
            None if self.versions.len() == 1 => {
                Some("Nothing to compare: this path has only one version.".into())
            }
            None => Some(
                "Nothing to compare: this is the first version. Press > for the next one.".into(),
            ),
        }
    }

    fn file(&self) -> Option<&FileView> {
        match (&self.page, &self.comparison) {
            (Page::File(file), None) => Some(file),
            _ => None,
        }
    }

    fn file_mut(&mut self) -> Option<&mut FileView> {
        match (&mut self.page, &self.comparison) {
            (Page::File(file), None) => Some(file),
            _ => None,
        }
    }

    /// Returns the next task to run in the background, if there is one.
    pub fn task(&mut self, numbers: &mut Numbers) -> Option<Task> {
        if let Some(Saving::Wanted) = self.saving {
            let number = numbers.take();
            self.saving = Some(Saving::Asked(number));
            return Some(Task { number, ask: Ask::Save { version: self.version() } });
        }
        match (&mut self.comparison, &mut self.page) {
            (Some(comparison), _) => comparison.task(numbers),
            (None, Page::File(file)) => file.task(numbers),
            (None, Page::Facts(_)) => None,
        }
    }

    /// Returns whether the answer with this number is awaited.
    pub fn awaits(&self, number: u64) -> bool {
        let saving = matches!(self.saving, Some(Saving::Asked(asked)) if asked == number);
        saving
            || match (&self.comparison, &self.page) {
                (Some(comparison), _) => comparison.asked() == Some(number),
                (None, Page::File(file)) => file.awaits(number),
                (None, Page::Facts(_)) => false,
            }
    }

    /// Handles an answer; may return a file to show in a pager.
    ///
    /// # Errors
    ///
    /// A notice for the user.
    pub fn answer(
        &mut self,
        number: u64,
        answer: Answer,
        area: Rect,
    ) -> Result<Option<TempPath>, Notice> {
        if !self.awaits(number) {
            return Ok(None);
        }
        if let Some(Saving::Asked(asked)) = self.saving
            && asked == number
        {
            self.saving = None;
            return match answer {
                Answer::Saved(path) => Ok(Some(path)),
                Answer::Failed(text) => Err(Notice(text.into())),
                _ => Ok(None),
            };
        }
        let room = self.room(area);
        match (&mut self.comparison, &mut self.page) {
            (Some(comparison), _) => comparison.answer(answer),
            (None, Page::File(file)) => {
                if let Some(said) = file.answer(number, answer, room) {
                    return Err(Notice(said));
                }
            }
            (None, Page::Facts(_)) => {}
        }
        Ok(None)
    }

    /// Updates the progress of a task.
    pub fn progressed(&mut self, number: u64, done: u64, total: u64) {
        if self.busy().is_some_and(|(busy, _)| busy == number) {
            self.progress = Some((number, done, total));
        }
    }

    /// Returns the number of the slow task, and a description.
    fn busy(&self) -> Option<(u64, String)> {
        match (&self.saving, &self.comparison) {
            (Some(Saving::Asked(number)), _) => Some((*number, "reading for the pager".into())),
            (_, Some(comparison)) => comparison.asked().map(|number| (number, "comparing".into())),
            _ => self.file()?.busy(),
        }
    }

    /// Describes the task that the viewer waits for: "reading 12 MiB of 240 MiB, Esc cancels".
    pub fn waiting(&self) -> Option<String> {
        let (number, what) = self.busy()?;
        let (_, done, total) = self.progress.filter(|&(heard, ..)| heard == number)?;
        let size = |bytes| self.units.size(bytes);
        let of = if total > done { format!(" of {}", size(total)) } else { String::new() };
        Some(format!("{what} {}{of}, Esc cancels", size(done)))
    }

    /// Returns the space for contents if the viewer is drawn in `area`.
    fn room(&self, area: Rect) -> Room {
        let width = usize::from(inside(area).width);
        let height = rows_inside(area);
        let about = self.file().map_or(0, |file| file.about_rows(width, height).len());
        Room { width, height: height - about }
    }

    /// Returns the key hints for the footer.
    pub fn keys(&self) -> &'static [Hint] {
        match (&self.page, &self.comparison) {
            (_, Some(_)) => COMPARING,
            (Page::File(file), None) if file.form == Form::Text => TEXT,
            (Page::File(_), None) => HEX,
            (Page::Facts(_), None) => FACTS,
        }
    }
}

const TEXT: &[Hint] = &[
    (&[Action::CloseViewer], "close"),
    (&[Action::Search], "find"),
    (&[Action::NextMatch, Action::PreviousMatch], "next"),
    (&[Action::OlderVersion, Action::NewerVersion], "version"),
    (&[Action::Compare], "compare"),
    (&[Action::Wrap], "wrap"),
    (&[Action::TextOrHex], "hex"),
    (&[Action::GoTo], "line"),
    (&[Action::Pager], "pager"),
    (&[Action::Help], "help"),
];
const HEX: &[Hint] = &[
    (&[Action::CloseViewer], "close"),
    (&[Action::Search], "find"),
    (&[Action::NextMatch, Action::PreviousMatch], "next"),
    (&[Action::OlderVersion, Action::NewerVersion], "version"),
    (&[Action::Compare], "compare"),
    (&[Action::TextOrHex], "text"),
    (&[Action::GoTo], "byte"),
    (&[Action::Pager], "pager"),
    (&[Action::Help], "help"),
];
const COMPARING: &[Hint] = &[
    (&[Action::Back], "back"),
    (&[Action::NextMatch, Action::PreviousMatch], "next, previous change"),
    (&[Action::OlderVersion, Action::NewerVersion], "with an older, a newer version"),
    (&[Action::Help], "help"),
];
const FACTS: &[Hint] = &[
    (&[Action::CloseViewer], "close"),
    (&[Action::Enter], "follow a link"),
    (&[Action::OlderVersion, Action::NewerVersion], "version"),
    (&[Action::Compare], "compare"),
    (&[Action::Help], "help"),
];
