//! A file in the viewer: the part in memory, the visible part, and pending requests.

mod moving;

use std::ops::Range;
use std::sync::Arc;

use layerscope::tree::VersionId;

use super::count::Count;
use super::{Numbers, Room};
use crate::tui::contents::colours::Part;
use crate::tui::contents::find::{Pattern, Way};
use crate::tui::contents::glyphs::Encoding;
use crate::tui::contents::window::{BLOCK, Window, around};
use crate::tui::widgets::text::wrap;
use crate::tui::work::{Answer, Ask, Task};

/// The form in which a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Hex,
}

/// The first visible row: the start of its line, and the row in the line if lines are wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Top {
    pub at: u64,
    pub row: usize,
}

/// The position to go to as soon as it has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Goal {
    /// A range that becomes visible.
    Show(Range<u64>),
    /// The line with this index, counted from 0.
    Line(u64),
    /// The end becomes the last row.
    End,
}

/// A request of which at most one is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Asked {
    #[default]
    Not,
    Waiting(u64),
    Done,
}

impl Asked {
    fn number(self) -> Option<u64> {
        match self {
            Self::Waiting(number) => Some(number),
            Self::Not | Self::Done => None,
        }
    }
}

/// A search.
#[derive(Debug)]
struct Search {
    from: u64,
    way: Way,
    /// True if the search has wrapped around at an end.
    again: bool,
    asked: Asked,
}

/// A file, as far as it has been read for display.
#[derive(Debug)]
pub struct FileView {
    pub version: VersionId,
    pub size: u64,
    name: Vec<u8>,
    pub encoding: Option<Encoding>,
    pub form: Form,
    pub wrap: bool,
    pub window: Option<Window>,
    pub count: Count,
    pub top: Top,
    /// The number of columns scrolled out on the left.
    pub left: usize,
    pub parts: Vec<Part>,
    pub pattern: Option<Pattern>,
    /// The last match.
    pub hit: Option<Range<u64>>,
    pub problem: Option<String>,
    /// The description of an executable.
    about: Vec<String>,
    goal: Option<Goal>,
    /// The task that reads a window, and the position that it is for.
    window_asked: Option<(u64, u64)>,
    counting: Asked,
    colouring: Asked,
    recognising: Asked,
    search: Option<Search>,
}

impl FileView {
    pub fn new(version: VersionId, size: u64, name: &[u8]) -> Self {
        Self {
            version,
            size,
            name: name.into(),
            encoding: None,
            form: Form::Text,
            wrap: false,
            window: None,
            count: Count::for_size(size),
            top: Top::default(),
            left: 0,
            parts: Vec::new(),
            pattern: None,
            hit: None,
            problem: None,
            about: Vec::new(),
            goal: None,
            window_asked: None,
            counting: Asked::Not,
            colouring: Asked::Not,
            recognising: Asked::Not,
            search: None,
        }
    }

    /// Takes over the form and position of another file.
    pub fn like(mut self, before: &Self) -> Self {
        (self.wrap, self.pattern) = (before.wrap, before.pattern.clone());
        self
    }

    /// Returns the next task, if there is one.
    pub fn task(&mut self, numbers: &mut Numbers) -> Option<Task> {
        let number = numbers.peek();
        let ask = self.ask(number)?;
        numbers.take();
        Some(Task { number, ask })
    }

    fn ask(&mut self, number: u64) -> Option<Ask> {
        if self.problem.is_some() {
            return None;
        }
        let version = self.version;
        let target = self.target();
        if let Some(at) = target
            && !self.has(at)
            && self
                .window_asked
                .is_none_or(|(_, asked)| around(asked, self.size) != around(at, self.size))
        {
            self.window_asked = Some((number, at));
            return Some(Ask::Window { version, at });
        }
        if self.counting == Asked::Not && self.wants_numbers() && self.count.goes_on() {
            self.counting = Asked::Waiting(number);
            return Some(Ask::Count { version, block: self.count.next() });
        }
        if let (Some(search), Some(pattern)) = (&mut self.search, &self.pattern)
            && search.asked == Asked::Not
        {
            search.asked = Asked::Waiting(number);
            return Some(Ask::Find {
                version,
                pattern: pattern.clone(),
                from: search.from,
                way: search.way,
            });
        }
        if let (Some(Encoding::Utf8), Some(window), Asked::Not) =
            (self.encoding, &self.window, self.colouring)
            && window.start == 0
        {
            self.colouring = Asked::Waiting(number);
            return Some(Ask::Colour { name: self.name.clone(), text: Arc::clone(&window.bytes) });
        }
        if self.encoding == Some(Encoding::Binary) && self.recognising == Asked::Not {
            self.recognising = Asked::Waiting(number);
            return Some(Ask::Recognise { version });
        }
        None
    }

    /// Returns the rows that describe an executable above its bytes: a third of the space at most,
    /// followed by an empty row.
    pub fn about_rows(&self, width: usize, height: usize) -> Vec<String> {
        if self.form == Form::Text || self.about.is_empty() {
            return Vec::new();
        }
        let rows = self.about.iter().flat_map(|text| wrap(text, width));
        let mut rows: Vec<_> = rows.take((height / 3).saturating_sub(1)).collect();
        if !rows.is_empty() {
            rows.push(String::new());
        }
        rows
    }

    /// Returns whether an unknown line number is needed: for a line to go to, or for the first
    /// visible one.
    fn wants_numbers(&self) -> bool {
        let shown =
            || self.window.as_ref().is_some_and(|window| self.count.before(window.start).is_none());
        self.form == Form::Text
            && (self.target().is_none() || self.goal == Some(Goal::End) || shown())
    }

    /// Returns the position that has to be in memory; `None` for a line that has not been counted
    /// yet.
    fn target(&self) -> Option<u64> {
        match &self.goal {
            None => Some(self.top.at),
            Some(Goal::Show(range)) => Some(range.start),
            Some(Goal::End) => Some(self.size),
            Some(Goal::Line(line)) => self.count.find(*line).map(|(start, _)| start),
        }
    }

    fn has(&self, at: u64) -> bool {
        let whole = if let Some(Goal::Line(_)) = self.goal { BLOCK } else { 0 };
        let end = at.saturating_add(whole).min(self.size);
        self.window.as_ref().is_some_and(|window| window.shows(at) && end <= window.end())
    }

    /// Returns whether the answer with this number is awaited.
    pub fn awaits(&self, number: u64) -> bool {
        let beside = [self.colouring.number(), self.recognising.number()];
        self.numbers().contains(&Some(number)) || beside.contains(&Some(number))
    }

    /// Returns the numbers of pending tasks, the most important for the user first.
    fn numbers(&self) -> [Option<u64>; 3] {
        let search = self.search.as_ref().and_then(|search| search.asked.number());
        [self.window_asked.map(|(number, _)| number), search, self.counting.number()]
    }

    /// Returns the number of the pending task, and a description.
    pub fn busy(&self) -> Option<(u64, String)> {
        let [window, search, count] = self.numbers();
        let pattern = || self.pattern.as_ref().map_or("", |pattern| &pattern.text);
        if let Some(number) = search {
            return Some((
                number,
                format!("looking for {}", layerscope::display::escaped_str(pattern())),
            ));
        }
        window
            .map(|number| (number, "reading".into()))
            .or(count.map(|number| (number, "counting lines".into())))
    }

    /// Cancels pending tasks; returns false if there are none.
    pub fn give_up(&mut self) -> bool {
        let searching = self.search.take().is_some();
        let counting = self.counting.number().is_some();
        if counting {
            // Counting only starts again when a line number is needed.
            self.counting = Asked::Done;
        }
        searching | counting | self.stay()
    }

    /// Cancels a jump; returns false if there is none.
    fn stay(&mut self) -> bool {
        let going = self.window.is_some() && self.goal.take().is_some();
        if going {
            self.window_asked = None;
        }
        going
    }

    /// Handles an answer; may return a notice.
    pub fn answer(&mut self, number: u64, answer: Answer, room: Room) -> Option<String> {
        let mut said = None;
        match answer {
            Answer::Window(window, newlines) => {
                self.window_asked = None;
                self.take(window, &newlines);
            }
            Answer::Counted { first, newlines, open } => self.count.learn(first, &newlines, open),
            Answer::Colours(parts) => self.parts.extend(parts),
            Answer::About(about) => {
                self.recognising = Asked::Done;
                self.about = about;
            }
            Answer::Found(found) => said = self.found(found),
            Answer::Done if self.colouring.number() == Some(number) => self.colouring = Asked::Done,
            Answer::Done => self.counting = Asked::Done,
            Answer::Failed(text) if self.window_asked.is_some_and(|(asked, _)| asked == number) => {
                self.window_asked = None;
                self.problem = Some(text.into());
            }
            // A description is optional, so its failure is not reported.
            Answer::Failed(_) if self.recognising.number() == Some(number) => {
                self.recognising = Asked::Done;
            }
            Answer::Failed(text) => {
                self.give_up();
                said = Some(text.into());
            }
            Answer::Compared(_)
            | Answer::Saved(_)
            | Answer::Measured(_)
            | Answer::Extracted(_)
            | Answer::Matched(_) => {}
        }
        self.settle(room);
        said
    }

    fn take(&mut self, window: Window, newlines: &[u32]) {
        let open = window.end() == window.size && window.bytes.last().is_some_and(|&b| b != b'\n');
        self.size = window.size;
        self.count.learn(window.start / BLOCK, newlines, open);
        if self.encoding.is_none() {
            let encoding = Encoding::detect(&window.bytes);
            self.encoding = Some(encoding);
            self.form = if encoding == Encoding::Binary { Form::Hex } else { Form::Text };
        }
        self.window = Some(window);
    }

    fn found(&mut self, found: Option<Range<u64>>) -> Option<String> {
        let search = self.search.take()?;
        let Search { from, way, again, .. } = search;
        match found {
            Some(found) => {
                self.hit = Some(found.clone());
                self.goal = Some(Goal::Show(found));
                again.then(|| match way {
                    Way::Onwards => "search wrapped to the top".into(),
                    Way::Back => "search wrapped to the bottom".into(),
                })
            }
            None if !again && from != self.far_end(way) => {
                self.search =
                    Some(Search { from: self.far_end(way), way, again: true, asked: Asked::Not });
                None
            }
            None => {
                let text = self.pattern.as_ref().map_or("", |pattern| &pattern.text);
                Some(format!("{} is not in this file", layerscope::display::escaped_str(text)))
            }
        }
    }

    /// Returns the position where a search continues after the end.
    fn far_end(&self, way: Way) -> u64 {
        match way {
            Way::Onwards => 0,
            Way::Back => self.size,
        }
    }

    /// Starts another search from the visible position.
    pub fn look_for(&mut self, pattern: Option<Pattern>) {
        self.pattern = pattern;
        self.hit = None;
        self.search = self.pattern.is_some().then_some(Search {
            from: self.top.at,
            way: Way::Onwards,
            again: false,
            asked: Asked::Not,
        });
    }

    fn look_on(&mut self, way: Way) {
        let from = match (&self.hit, way) {
            (Some(hit), Way::Onwards) => hit.start + 1,
            (Some(hit), Way::Back) => hit.start,
            (None, _) => self.top.at,
        };
        if self.pattern.is_some() {
            self.search = Some(Search { from, way, again: false, asked: Asked::Not });
        }
    }
}
