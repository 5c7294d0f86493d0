//! What a person can choose about the rows of the tree: which part of the history, which kinds, which order, which size.

use layerscope::tree::NodeId;

/// Which part of the image's history the tree shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Everything up to the selected layer, with what is dead by then.
    #[default]
    UpTo,
    /// What the selected layer itself did.
    Changes,
}

/// What siblings are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The biggest first.
    #[default]
    Size,
    /// By the bytes of their names.
    Name,
    /// Those with the most items first.
    Count,
    /// The newest first.
    Time,
}

/// The order of siblings, which the same key again turns round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    pub order: Order,
    pub reversed: bool,
}

impl Sort {
    /// The order that a key asks for: another one, or the same turned round.
    pub fn by(self, order: Order) -> Self {
        Self { order, reversed: order == self.order && !self.reversed }
    }

    /// The next order, not turned round.
    pub fn next(self) -> Self {
        let order = match self.order {
            Order::Size => Order::Name,
            Order::Name => Order::Count,
            Order::Count => Order::Time,
            Order::Time => Order::Size,
        };
        Self { order, reversed: false }
    }

    /// The arrow that a column's head gets: down where the greatest comes first.
    pub fn arrow(self) -> char {
        if (self.order == Order::Name) == self.reversed { '▼' } else { '▲' }
    }
}

/// Which size of a path is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// What a container sees.
    Visible,
    /// That, and what is dead but still ships.
    #[default]
    Shipped,
    /// What is dead but still ships.
    Dead,
    /// The part of the layers as they are stored, which is what is pulled.
    Pull,
}

impl Measure {
    pub fn next(self) -> Self {
        match self {
            Self::Visible => Self::Shipped,
            Self::Shipped => Self::Dead,
            Self::Dead => Self::Pull,
            Self::Pull => Self::Visible,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Shipped => "shipped",
            Self::Dead => "dead",
            Self::Pull => "pull",
        }
    }
}

/// Which kinds of paths are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub added: bool,
    pub modified: bool,
    /// Changed, but with the same contents.
    pub metadata: bool,
    pub removed: bool,
    pub unchanged: bool,
    pub dead: bool,
    /// Only what has at least so many bytes.
    pub at_least: u64,
}

impl Shown {
    pub const ALL: Self =
        Self { added: true, modified: true, metadata: true, removed: true, unchanged: true, dead: true, at_least: 0 };

    /// The next limit on sizes: none, 1 MiB, 10 MiB, 100 MiB.
    pub fn bigger(self) -> Self {
        const LIMITS: [u64; 4] = [0, 1 << 20, 10 << 20, 100 << 20];
        let next = LIMITS.into_iter().find(|&limit| limit > self.at_least);
        Self { at_least: next.unwrap_or(0), ..self }
    }

    /// The marks of the kinds that are hidden.
    pub fn hidden(self) -> String {
        let kinds = [
            (self.added, '+'),
            (self.modified, '~'),
            (self.metadata, '@'),
            (self.removed, '-'),
            (self.unchanged, '='),
            (self.dead, '!'),
        ];
        kinds.into_iter().filter(|(shown, _)| !shown).map(|(_, mark)| mark).collect()
    }
}

/// Which permissions and times are shown beside sizes and names.
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

/// One line of the tree pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub node: NodeId,
    pub depth: usize,
    /// The size of its biggest sibling, which its bar is measured against.
    pub biggest: u64,
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
