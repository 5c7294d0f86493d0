//! Dialogs and texts over a screen.

pub mod explain;
pub mod extract;
pub mod help;
pub mod instruction;
pub mod popup;
