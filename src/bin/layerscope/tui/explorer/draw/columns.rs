//! The columns of the tree before the name: selection, headings and cells.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::display::count;
use layerscope::tree::{Change, Kind, NodeId, VersionId};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::tui::explorer::Explorer;
use crate::tui::explorer::exploration::Exploration;
use crate::tui::explorer::rows::{Attributes, Measure, Order, Row, Scope};
use crate::tui::widgets::bar;
use crate::tui::widgets::text::{cut, date};
use crate::tui::widgets::theme::Theme;

/// The smallest width of names; other columns are dropped first.
const NAME_WIDTH: usize = 10;

/// The widths from which on there are more columns.
const WITH_PERCENT: usize = 52;
const WITH_ITEMS: usize = 64;
const WITH_ADDED: usize = 90;

/// A column before the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Mark,
    Size,
    Bar,
    /// The share of the image.
    Percent,
    Items,
    /// The layer that added the path.
    Added,
    Permissions,
    Owner,
    Time,
    /// The kind of the change, with the layer that removed or replaced the path.
    Change,
}

impl Column {
    /// Returns the requested columns that fit, in order.
    pub fn shown(explorer: &Explorer, width: usize) -> Vec<Self> {
        let attributes = explorer.attributes;
        let permissions = matches!(attributes, Attributes::Permissions | Attributes::All);
        let all = [
            (Self::Mark, !explorer.marks.is_empty()),
            (Self::Size, true),
            (Self::Bar, true),
            (Self::Percent, width >= WITH_PERCENT),
            (Self::Items, explorer.counted || width >= WITH_ITEMS),
            (Self::Added, width >= WITH_ADDED && explorer.slice.scope == Scope::UpTo),
            (Self::Permissions, permissions),
            (Self::Owner, permissions),
            (Self::Time, matches!(attributes, Attributes::Time | Attributes::All)),
            (Self::Change, true),
        ];
        let mut shown: Vec<_> =
            all.into_iter().filter(|(_, shown)| *shown).map(|(column, _)| column).collect();
        for last in [
            Self::Added,
            Self::Percent,
            Self::Bar,
            Self::Owner,
            Self::Time,
            Self::Permissions,
            Self::Items,
        ] {
            let used: usize = shown.iter().map(|column| column.width(explorer, width) + 1).sum();
            if used + NAME_WIDTH > width {
                shown.retain(|&column| column != last);
            }
        }
        shown
    }

    fn width(self, explorer: &Explorer, width: usize) -> usize {
        match self {
            Self::Mark => 1,
            Self::Change => 1 + layer_digits(explorer),
            Self::Added => layer_digits(explorer).max(2),
            Self::Percent => 5,
            Self::Size if explorer.measure == Measure::Download => 9,
            Self::Size => 8,
            Self::Bar if width >= WITH_ADDED => (width / 5).min(30),
            Self::Bar => (width / 8).clamp(3, 20),
            Self::Items => 7,
            Self::Permissions | Self::Time => 10,
            Self::Owner => 11,
        }
    }

    fn order(self) -> Option<Order> {
        match self {
            Self::Size | Self::Bar | Self::Percent => Some(Order::Size),
            Self::Items => Some(Order::Count),
            Self::Time => Some(Order::Time),
            Self::Mark | Self::Permissions | Self::Owner | Self::Change | Self::Added => None,
        }
    }

    fn head(self, explorer: &Explorer) -> &'static str {
        match self {
            Self::Size if explorer.measure == Measure::Download => "~download",
            Self::Size => explorer.measure.name(),
            Self::Items if explorer.filter.kept.is_some() => "match",
            Self::Items => "items",
            Self::Permissions => "mode",
            Self::Owner => "owner",
            Self::Time => "time",
            Self::Percent => "share",
            Self::Added => "in",
            Self::Change => "by",
            Self::Mark | Self::Bar => "",
        }
    }

    fn cell(
        self,
        seen: &Exploration<'_>,
        explorer: &Explorer,
        theme: &Theme,
        row: &Row,
        width: usize,
    ) -> Vec<Span<'static>> {
        let tree = &explorer.inspection.tree;
        let version = explorer.slice.version(tree, row.node);
        let (visible, wasted) = explorer.lens().sizes(row.node);
        let of_version = |text: fn(&Inspection, VersionId) -> String| {
            version.map(|version| text(&explorer.inspection, version)).unwrap_or_default()
        };
        let right = |text: String| vec![Span::raw(format!("{text:>width$}"))];
        let left =
            |text: String| vec![Span::styled(format!("{:<width$}", cut(&text, width)), theme.dim)];
        match self {
            Self::Mark if explorer.marks.contains(row.node) => {
                vec![Span::styled("*", theme.strong)]
            }
            Self::Mark => vec![Span::raw(" ")],
            Self::Size if explorer.measure == Measure::Download && visible + wasted > 0 => {
                right(format!("~{}", seen.units.size(visible + wasted)))
            }
            Self::Size => right(seen.units.size(visible + wasted)),
            Self::Bar => bar(visible, wasted, whole(explorer), width, theme),
            Self::Percent => right(percent(visible + wasted, whole(explorer))),
            Self::Added => {
                let added_in = version.map(|version| tree.added_in(version).to_string());
                vec![Span::styled(format!("{:>width$}", added_in.unwrap_or_default()), theme.dim)]
            }
            Self::Items if !explorer.lens().is_folder(row.node) => right(String::new()),
            Self::Items => right(count(explorer.lens().items(row.node).into())),
            Self::Permissions => left(of_version(permissions)),
            Self::Owner => left(of_version(owner)),
            Self::Time => {
                left(of_version(|inspection, version| date(inspection.tree.mtime(version))))
            }
            Self::Change => {
                let (mark, style) = change(explorer, theme, row.node);
                let by = removed_in(explorer, row.node)
                    .map(|layer| layer.to_string())
                    .unwrap_or_default();
                let mark = if mark == " " && !by.is_empty() { "~" } else { mark };
                vec![Span::styled(format!("{:<width$}", format!("{mark}{by}")), style)]
            }
        }
    }
}

/// Returns the cells of a row before its name.
pub fn cells(
    seen: &Exploration<'_>,
    explorer: &Explorer,
    theme: &Theme,
    row: &Row,
    width: usize,
) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for column in Column::shown(explorer, width) {
        spans.extend(column.cell(seen, explorer, theme, row, column.width(explorer, width)));
        spans.push(Span::raw(" "));
    }
    spans
}

/// Returns the headings of all columns, with an arrow at the sorted one.
pub fn heads(explorer: &Explorer, theme: &Theme, width: usize) -> Line<'static> {
    let sort = explorer.sort;
    let mut text = String::new();
    for column in Column::shown(explorer, width) {
        let cells = column.width(explorer, width);
        let mut head = column.head(explorer).to_owned();
        if column.order() == Some(sort.order) && !matches!(column, Column::Bar | Column::Percent) {
            head.push(sort.arrow());
        }
        text += &match column {
            Column::Size | Column::Items | Column::Percent | Column::Added => {
                format!("{head:>cells$} ")
            }
            _ => format!("{head:<cells$} "),
        };
    }
    // It stands above the names, not above the signs before them.
    text += "  name";
    if sort.order == Order::Name {
        text.push(sort.arrow());
    }
    if sort.order == Order::Count && !text.contains(sort.arrow()) {
        text += &format!(" by items{}", sort.arrow());
    } else if sort.order == Order::Time && !text.contains(sort.arrow()) {
        text += &format!(" by time{}", sort.arrow());
    }
    Line::styled(text, theme.dim)
}

/// Returns the order that the column at a cell of the tree stands for.
pub fn order_at(explorer: &Explorer, width: usize, x: usize) -> Option<Order> {
    let mut end = 0;
    for column in Column::shown(explorer, width) {
        end += column.width(explorer, width) + 1;
        if x < end {
            return column.order();
        }
    }
    Some(Order::Name)
}

/// Returns the layer that removed a path by the selected layer, or that replaced an earlier version
/// of a file.
pub fn removed_in(explorer: &Explorer, node: NodeId) -> Option<LayerIndex> {
    let (tree, slice) = (&explorer.inspection.tree, &explorer.slice);
    if slice.scope == Scope::Changes {
        return None;
    }
    if tree.at(node, slice.layer).is_none() {
        return tree
            .versions(node)
            .find(|&v| tree.added_in(v) <= slice.layer)
            .and_then(|v| tree.removed_in(v));
    }
    if tree.children(node).next().is_some() || slice.totals(node).wasted == 0 {
        return None;
    }
    let removals = tree
        .versions(node)
        .filter_map(|version| tree.removal(version))
        .map(|removal| removal.layer);
    removals.filter(|&layer| layer <= slice.layer).max()
}

fn layer_digits(explorer: &Explorer) -> usize {
    explorer.inspection.layers.len().saturating_sub(1).to_string().len()
}

/// Returns the size that bars and percentages are a share of.
fn whole(explorer: &Explorer) -> u64 {
    let (visible, wasted) =
        explorer.slice.sizes(&explorer.inspection, NodeId::ROOT, explorer.measure);
    visible + wasted
}

fn percent(part: u64, whole: u64) -> String {
    match u128::from(part) * 100 / u128::from(whole.max(1)) {
        0 if part == 0 => String::new(),
        0 => "< 1 %".into(),
        share => format!("{share} %"),
    }
}

/// Returns the mark of a path, and the style of its name.
pub fn change(explorer: &Explorer, theme: &Theme, node: NodeId) -> (&'static str, Style) {
    let tree = &explorer.inspection.tree;
    let gone = tree.at(node, explorer.slice.layer).is_none();
    match explorer.slice.change(tree, node) {
        Change::Removed => ("-", theme.removed),
        _ if gone && explorer.slice.scope == Scope::UpTo => ("✗", theme.wasted),
        Change::Added => ("+", theme.added),
        Change::Modified => ("~", theme.modified),
        Change::Metadata => ("@", theme.modified),
        Change::Unchanged => (" ", Style::new()),
    }
}

/// Formats kind and permissions as `ls -l` does: `drwxr-xr-x`.
fn permissions(inspection: &Inspection, version: VersionId) -> String {
    let mode = inspection.tree.mode(version);
    let mut text = String::from(match inspection.tree.kind(version) {
        Kind::File => "-",
        Kind::Directory => "d",
        Kind::Symlink => "l",
        Kind::Char => "c",
        Kind::Block => "b",
        Kind::Fifo => "p",
    });
    // Set-user-ID, set-group-ID and sticky replace the letter of the execute permission.
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 > 0 { 'r' } else { '-' });
        text.push(if bits & 2 > 0 { 'w' } else { '-' });
        text.push(match (bits & 1 > 0, mode & special > 0) {
            (true, false) => 'x',
            (false, false) => '-',
            (true, true) => letter,
            (false, true) => letter.to_ascii_uppercase(),
        });
    }
    text
}

fn owner(inspection: &Inspection, version: VersionId) -> String {
    let (uid, gid) = inspection.tree.owner(version);
    format!("{uid}:{gid}")
}
