//! The settings for the rows of the tree: scope, kinds, order and measure.

use layerscope::tree::NodeId;

/// The part of the image's history that the tree shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Everything up to the selected layer, including wasted files.
    #[default]
    UpTo,
    /// The changes of the selected layer.
    Changes,
}

/// The order of siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The largest first.
    #[default]
    Size,
    /// By name, byte by byte.
    Name,
    /// The largest number of items first.
    Count,
    /// The newest first.
    Time,
}

/// An order of siblings, which the same key reverses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    pub order: Order,
    pub reversed: bool,
}

impl Sort {
    /// Returns the order for a key: another one, or the same reversed.
    pub fn by(self, order: Order) -> Self {
        Self { order, reversed: order == self.order && !self.reversed }
    }

    /// Returns the next order, not reversed.
    pub fn next(self) -> Self {
        let order = match self.order {
            Order::Size => Order::Name,
            Order::Name => Order::Count,
            Order::Count => Order::Time,
            Order::Time => Order::Size,
        };
        Self { order, reversed: false }
    }

    /// Returns the arrow in a column's heading: down if the greatest is first.
    pub fn arrow(self) -> char {
        if (self.order == Order::Name) == self.reversed { '▼' } else { '▲' }
    }
}

/// The measure of a path's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// The size that is visible in the container.
    Visible,
    /// The size, visible and wasted.
    #[default]
    Size,
    /// The wasted size.
    Wasted,
    /// The download size: the path's share of the layers as they are stored.
    Download,
}

impl Measure {
    pub fn next(self) -> Self {
        match self {
            Self::Visible => Self::Size,
            Self::Size => Self::Wasted,
            Self::Wasted => Self::Download,
            Self::Download => Self::Visible,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Size => "size",
            Self::Wasted => "wasted",
            Self::Download => "download",
        }
    }
}

/// The kinds of paths that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub added: bool,
    pub modified: bool,
    /// Metadata changed, but the contents did not.
    pub metadata: bool,
    pub removed: bool,
    pub unchanged: bool,
    pub wasted: bool,
    /// The smallest size that is shown, in bytes.
    pub at_least: u64,
}

impl Shown {
    pub const ALL: Self = Self {
        added: true,
        modified: true,
        metadata: true,
        removed: true,
        unchanged: true,
        wasted: true,
        at_least: 0,
    };

    /// Returns the next smallest size: none, 1 MiB, 10 MiB, 100 MiB.
    pub fn bigger(self) -> Self {
        const LIMITS: [u64; 4] = [0, 1 << 20, 10 << 20, 100 << 20];
        let next = LIMITS.into_iter().find(|&limit| limit > self.at_least);
        Self { at_least: next.unwrap_or(0), ..self }
    }

    /// Returns the kinds that are hidden, with their marks.
    fn hidden(self) -> impl Iterator<Item = (char, &'static str)> {
        let kinds = [
            (self.added, '+', "added"),
            (self.modified, '~', "modified"),
            (self.metadata, '@', "metadata"),
            (self.removed, '-', "removed"),
            (self.unchanged, '=', "unchanged"),
            (self.wasted, '!', "wasted"),
        ];
        kinds.into_iter().filter(|(shown, ..)| !shown).map(|(_, mark, name)| (mark, name))
    }

    /// Returns what is left out, in words and with marks; `None` if nothing is.
    pub fn left_out(self) -> Option<[String; 2]> {
        let names: Vec<_> = self.hidden().map(|(_, name)| format!("no {name}")).collect();
        let marks: String = self.hidden().map(|(mark, _)| mark).collect();
        let marks = if marks.is_empty() { marks } else { format!("hidden {marks}") };
        let limit = (self.at_least > 0).then(|| format!("≥ {} MiB", self.at_least >> 20));
        let long: Vec<_> = names.into_iter().chain(limit.clone()).collect();
        let short: Vec<_> =
            Some(marks).filter(|m| !m.is_empty()).into_iter().chain(limit).collect();
        (!long.is_empty()).then(|| [long.join(", "), short.join(", ")])
    }
}

/// The permissions and times shown beside sizes and names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attributes {
    #[default]
    None,
    /// Permissions and owner.
    Permissions,
    Time,
    All,
}

impl Attributes {
    pub fn next(self) -> Self {
        match self {
            Self::None => Self::Permissions,
            Self::Permissions => Self::Time,
            Self::Time => Self::All,
            Self::All => Self::None,
        }
    }
}

/// A row of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub node: NodeId,
    pub depth: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_order_again_is_turned_round_and_another_one_is_not() {
        let size = Sort::default();
        assert_eq!((size.arrow(), size.by(Order::Size).arrow()), ('▼', '▲'));
        let name = size.by(Order::Size).by(Order::Name);
        assert_eq!((name.reversed, name.arrow()), (false, '▲'));
        assert_eq!(size.next().next().next().next(), size);
    }

    #[test]
    fn the_limit_on_sizes_goes_round() {
        let limits = std::iter::successors(Some(Shown::ALL), |shown| Some(shown.bigger()));
        let limits: Vec<_> = limits.take(5).map(|shown| shown.at_least >> 20).collect();
        assert_eq!(limits, [0, 1, 10, 100, 0]);
    }
}
