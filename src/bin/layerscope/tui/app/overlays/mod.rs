//! Opens overlays, and passes keys and actions to them.

mod explain;
mod extract;
mod instruction;
mod opening;
mod palette;
mod picker;
mod proposal;
