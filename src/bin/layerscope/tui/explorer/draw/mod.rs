//! Draws the layers, the tree and the input line.

mod columns;
pub mod layers;
pub mod prompts;
pub mod tree;

pub use columns::order_at;
pub use tree::{list as tree_list, rows as tree_rows};
