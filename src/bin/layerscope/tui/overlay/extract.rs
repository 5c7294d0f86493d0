//! The extraction dialog: destination, progress and result.

use std::path::{Path, PathBuf};

use layerscope::display::escaped;
use layerscope::display::{Escaped, Units, plural};
use layerscope::files::extract::{Extracted, Reason, What};
use layerscope::tree::Tree;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::popup::{inside, popup};
use crate::tui::widgets::prompt::Prompt;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::theme::Theme;
use crate::tui::work::amount::{Amount, amount_in_words};
use crate::tui::work::{Ask, Numbers, Task};

/// The state of the extraction.
#[derive(Debug)]
pub enum State {
    /// The user types the directory.
    Asking,
    /// The extraction is requested.
    Wanted(PathBuf),
    /// The task with this number is running: bytes done, and total bytes or 0.
    Running { number: u64, done: u64, total: u64 },
}

/// An extraction.
#[derive(Debug)]
pub struct Extraction {
    what: What,
    /// The path in the image, escaped.
    pub path: Escaped,
    /// The name of the result; empty for the root, whose contents go directly into the directory.
    name: Escaped,
    pub prompt: Prompt,
    pub problem: Option<Escaped>,
    pub state: State,
    pub amount: Option<Amount>,
    measuring: Option<u64>,
}

impl Extraction {
    pub fn new(tree: &Tree, what: What) -> Self {
        let node = match what {
            What::AsOf { node, .. } => node,
            What::Version(version) => tree.node_of(version),
        };
        Self {
            what,
            path: escaped(&tree.path(node)),
            name: escaped(tree.name(node)),
            prompt: Prompt::with("./".into()),
            problem: None,
            state: State::Asking,
            amount: None,
            measuring: None,
        }
    }

    /// Returns the path of the result on the host, escaped.
    pub fn destination(&self) -> Escaped {
        escaped(
            Path::new(self.prompt.text().trim())
                .join(self.name.as_str())
                .as_os_str()
                .as_encoded_bytes(),
        )
    }

    pub fn task(&mut self, numbers: &mut Numbers) -> Option<Task> {
        if let State::Wanted(to) = &self.state {
            let (to, number) = (to.clone(), numbers.take());
            self.state = State::Running { number, done: 0, total: 0 };
            return Some(Task { number, ask: Ask::Extract { what: self.what, to } });
        }
        if self.amount.is_none() && self.measuring.is_none() {
            let number = numbers.take();
            self.measuring = Some(number);
            return Some(Task { number, ask: Ask::Measure { what: self.what } });
        }
        None
    }

    pub fn awaits(&self, number: u64) -> bool {
        let running =
            matches!(self.state, State::Running { number: running, .. } if running == number);
        running || (self.amount.is_none() && self.measuring == Some(number))
    }

    /// Describes the progress.
    pub fn waiting(&self, units: Units) -> Option<String> {
        let State::Running { done, total, .. } = &self.state else { return None };
        let of = if total > done { format!(" of {}", units.size(*total)) } else { String::new() };
        let (path, to) = (&self.path, self.destination());
        Some(format!("extracting {path} to {to}: {}{of} read, Esc cancels", units.size(*done)))
    }
}

/// Describes the result in one sentence.
pub fn result(extracted: &Extracted, to: &str, units: Units) -> String {
    let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let amount = Amount {
        files: small(extracted.files),
        directories: small(extracted.directories),
        links: small(extracted.links),
        bytes: extracted.bytes,
    };
    let count = |reasons: &[Reason]| {
        extracted.skipped.iter().filter(|skipped| reasons.contains(&skipped.reason)).count()
    };
    let kinds = [
        (count(&[Reason::Device]), "device"),
        (count(&[Reason::Fifo]), "pipe"),
        (count(&[Reason::Name, Reason::Collision]), "name that this system cannot have"),
    ];
    let skipped: Vec<_> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|&(n, what)| plural(n, what)).collect();
    let skipped = if skipped.is_empty() {
        String::new()
    } else {
        format!("; skipped {}", skipped.join(", "))
    };
    format!("wrote {} to {to}{skipped}; owners are not restored", amount_in_words(amount, units))
}

/// Converts the typed directory to a path; `~/` is the home directory.
pub fn place(text: &str) -> PathBuf {
    let text = if text.is_empty() { "." } else { text };
    match (text.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(text),
    }
}

/// Draws where something is to be extracted to.
pub fn draw(extraction: &Extraction, units: Units, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let width = inside(area);
    let (before, after) = extraction.prompt.shown();
    let amount = match extraction.amount {
        Some(amount) => amount_in_words(amount, units),
        None => "counting …".into(),
    };
    let mut lines = vec![
        Line::raw(amount),
        Line::raw(""),
        Line::from(vec![
            Span::raw("Target directory    "),
            Span::styled(format!("{before}▏{after}"), theme.strong),
        ]),
        Line::styled(
            cut(&format!("Result              {}", extraction.destination()), width),
            theme.dim,
        ),
        Line::raw(""),
    ];
    let (text, style) = match &extraction.problem {
        Some(problem) => (problem.as_str(), theme.wasted),
        None => (
            "Nothing is overwritten. Modes and times are kept; owners, devices and setuid bits are not.",
            theme.dim,
        ),
    };
    lines.extend(wrap(text, width).into_iter().map(|line| Line::styled(line, style)));
    popup(&format!("Extract {}", extraction.path), lines, 0, theme, area, buffer);
}
