//! What a container of the image runs, and what that needs to start.

pub mod command;
pub mod libraries;
