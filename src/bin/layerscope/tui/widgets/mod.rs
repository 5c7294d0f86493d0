//! The widgets of the screens. Nothing here depends on a screen.

mod bar;
pub mod bars;
pub mod choices;
mod list;
mod pane;
mod part;
pub mod picture;
pub mod prompt;
mod scroll_bar;
pub mod signs;
pub mod text;
pub mod theme;

pub use bar::{bar, cells, is_worth_showing, wasted_sign};
pub use list::{WHEEL, moved};
pub use pane::{fill, fitted, inside, pane, put, scrolled_title, text_pane};
pub use part::part;
pub use scroll_bar::scroll_bar;
