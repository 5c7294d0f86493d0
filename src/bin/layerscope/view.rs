//! The views of an image by name: what the command line, the configuration, lessons and the screen call them.

/// A way to look at an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    #[default]
    Explore,
    Waste,
    Timeline,
    Treemap,
    Image,
    Findings,
    Ladder,
    Play,
}

impl View {
    pub const ALL: [Self; 8] = [
        Self::Explore,
        Self::Waste,
        Self::Timeline,
        Self::Treemap,
        Self::Image,
        Self::Findings,
        Self::Ladder,
        Self::Play,
    ];

    /// The word for it on the command line and in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Explore => "explore",
            Self::Waste => "waste",
            Self::Timeline => "timeline",
            Self::Treemap => "treemap",
            Self::Image => "image",
            Self::Findings => "findings",
            Self::Ladder => "ladder",
            Self::Play => "play",
        }
    }

    /// The name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Waste => "Waste",
            Self::Timeline => "Timeline",
            Self::Treemap => "Treemap",
            Self::Image => "Image",
            Self::Findings => "Findings",
            Self::Ladder => "Ladder",
            Self::Play => "Play",
        }
    }
}
