//! Draws the comparison: header, view and footer, or the progress of reading.

use layerscope::display::{cut_front, plural};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::explaining::Explained;
use super::{Comparison, Image, Look, View, images, layers, packages, paths};
use crate::tui::keys::Action;
use crate::tui::keys::help::{COMPARISON, Line as Hint};
use crate::tui::layout::{Pane, Panes, Shares, Stack, layout};
use crate::tui::overlay::help::draw_help;
use crate::tui::widgets::bars;
use crate::tui::widgets::bars::{Piece, Tab, Tabs};
use crate::tui::widgets::text::cut;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{bar, fitted, pane, put};

/// The width of the progress bar.
const BAR: usize = 20;

impl Comparison {
    /// Draws the screen.
    pub fn draw(&self, theme: &Theme, frame: &mut Frame<'_>) {
        fitted(self.area, frame, |buffer| self.draw_all(theme, buffer));
    }

    fn draw_all(&self, theme: &Theme, buffer: &mut Buffer) {
        let panes = self.panes();
        let look = Look { theme, units: self.units };
        bars::draw(self.header(theme, panes.header.width), panes.header, buffer);
        match (self.is_ready(), self.view, self.sheet()) {
            (false, ..) => self.draw_reading(look, panes.main, buffer),
            (true, View::Images, _) => self.draw_images(look, panes.main, buffer),
            (true, _, None) => {
                let inner = pane(self.view.name(), true, theme, panes.main, buffer);
                put(Line::styled("The images are being compared …", theme.dim), 0, inner, buffer);
            }
            (true, View::Layers, Some(sheet)) => {
                layers::draw(&sheet.layers, &sheet.against, look, panes.main, buffer);
            }
            (true, View::Paths, Some(sheet)) => {
                paths::draw(&sheet.paths, &sheet.against, look, panes.main, buffer);
            }
            (true, View::Packages, Some(sheet)) => {
                packages::draw(&sheet.packages, &sheet.against, look, panes.main, buffer);
            }
        }
        match self.bottom(theme, panes.footer.width) {
            Some(line) => put(line, 0, panes.footer, buffer),
            None => bars::draw(self.footer(theme, panes.footer.width), panes.footer, buffer),
        }
        self.draw_explanation(theme, panes.main, buffer);
        if let Some(help) = &self.help {
            draw_help(help, &COMPARISON, &self.keymap, theme, self.area, buffer);
        }
        self.draw_dialog(theme, buffer);
        theme.signs.apply(buffer);
    }

    /// Returns the areas of header, view and footer.
    pub(in crate::tui) fn panes(&self) -> Panes {
        layout(self.area, 1, Stack::EMPTY, Pane::Tree, Shares::default())
    }

    /// Returns the views, and the names of the compared images.
    pub(in crate::tui) fn header(&self, theme: &Theme, room: u16) -> Vec<Piece> {
        let room = usize::from(room);
        let views = View::ALL.map(|view| Tab {
            action: view.action(),
            name: view.name(),
            chosen: view == self.view,
        });
        let mut pieces = Vec::new();
        if self.is_ready() {
            let [named, .., tight] =
                Tabs::ALL.map(|kind| bars::tabs(&views, &self.keymap, theme, kind));
            pieces.extend(if bars::width(&named) < room { named } else { tight });
        }
        let name = |image: usize| self.columns.get(image).map_or("", |column| &column.name);
        let title = if self.is_ready() {
            format!("{} → {} ", name(0), name(self.other))
        } else {
            format!("{} images side by side ", self.images.len())
        };
        let left = room.saturating_sub(bars::width(&pieces) + 2);
        // Names that differ in their tags only are told apart by these.
        let tag = |image: usize| name(image).rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
        let title = match (tag(0), tag(self.other)) {
            (Some((one, old)), Some((other, new)))
                if self.is_ready() && one == other && title.width() > left =>
            {
                let tags = format!(":{old} → :{new} ");
                format!("{}{tags}", cut_front(one, left.saturating_sub(tags.width())))
            }
            _ => title,
        };
        let title = cut_front(&title, left);
        pieces.push(Piece::text(" ".repeat(left + 2 - title.width()), Style::new()));
        pieces.push(Piece::text(title, theme.strong));
        pieces
    }

    /// Returns the keys that matter here.
    pub(in crate::tui) fn footer(&self, theme: &Theme, room: u16) -> Vec<Piece> {
        bars::hinted(self.hints().iter().copied(), &self.keymap, theme, room)
    }

    pub(in crate::tui) fn hints(&self) -> &'static [Hint] {
        match self.view {
            _ if self.dialog.is_some() => {
                &[(&[Action::Enter], "run or open"), (&[Action::Back], "close")]
            }
            _ if self.help.is_some() => {
                &[(&[Action::Back], "back"), (&[Action::Up, Action::Down], "scroll")]
            }
            _ if !self.is_ready() => &[(&[Action::Quit], "cancel"), (&[Action::Help], "help")],
            _ if self.explained.is_some() => {
                self.explained.as_ref().map_or(&[][..], Explained::keys)
            }
            View::Images => images::KEYS,
            View::Layers => layers::KEYS,
            View::Paths => paths::KEYS,
            View::Packages => packages::KEYS,
        }
    }

    /// Returns the bottom line in place of key hints: a notice, or the search.
    fn bottom(&self, theme: &Theme, width: u16) -> Option<Line<'static>> {
        if let Some(notice) = &self.notice {
            return Some(Line::styled(
                cut(&format!(" {notice}"), usize::from(width)),
                theme.strong,
            ));
        }
        let find =
            &self.sheet().filter(|_| self.view == View::Paths && self.help.is_none())?.paths.find;
        find.line(&self.keymap.first_keys(&[Action::NextHit, Action::PreviousHit]), theme)
    }

    fn draw_reading(&self, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let inner = pane("Reading", true, look.theme, area, buffer);
        for (row, image) in self.images.iter().enumerate() {
            put(reading(image, look, usize::from(inner.width)), row + 1, inner, buffer);
        }
        put(
            Line::styled(" Esc or q cancels", look.theme.dim),
            self.images.len() + 2,
            inner,
            buffer,
        );
    }
}

fn reading(image: &Image, look: Look<'_>, width: usize) -> Line<'static> {
    let (done, total, layers) = image.progress;
    let size = |bytes| look.units.size(bytes);
    let name =
        image.opened.as_ref().map_or_else(|| image.source.clone(), |opened| opened.image.name());
    let bar_width = (width / 4).min(BAR);
    let mut spans = vec![Span::raw(" ")];
    if image.inspection.is_some() || image.secrets.is_some() {
        spans.extend(bar(1, 0, 1, bar_width, look.theme));
        spans.push(Span::raw(format!(" {:<24}", "read")));
    } else {
        spans.extend(bar(done, 0, total, bar_width, look.theme));
        // The length of a pipe is unknown.
        let text = match (done, total) {
            (0, 0) => match &image.awaited {
                Some(awaited) => format!("{awaited} …"),
                None => "waiting for its turn".into(),
            },
            (_, 0) => format!(
                "{}, {}",
                size(done),
                plural(usize::try_from(layers).unwrap_or(usize::MAX), "layer")
            ),
            _ => format!("{} of {}", size(done), size(total)),
        };
        spans.push(Span::raw(format!(" {text:<24}")));
    }
    let room = width.saturating_sub(spans.iter().map(Span::width).sum());
    spans.push(Span::styled(cut(&name, room), look.theme.strong));
    Line::from(spans)
}
