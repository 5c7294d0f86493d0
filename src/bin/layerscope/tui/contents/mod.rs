//! Contents of files as the viewer shows them: windows, glyphs, colours, matches and differences.

pub mod colours;
pub mod difference;
pub mod find;
pub mod glyphs;
pub mod program;
pub mod window;
