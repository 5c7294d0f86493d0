//! Globs over the paths of an image, many at once.
//!
//! The globs of numbered rules form one automaton over the components of paths, with states that
//! are made when they first occur. The state of a path follows from its directory's state and its
//! own name. So the paths of a layer can be matched while they pass, and those of a tree in one
//! visit of its nodes.

mod automaton;
mod matcher;
mod pairs;
mod parse;

pub use automaton::{Automaton, StateId};
pub use matcher::{EVERY, Matcher};
pub use pairs::Pairs;
pub use parse::{Glob, GlobError, Name, Part};
