//! Writes to standard error. If that fails, the program continues, because there is no other place
//! to report it.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line to standard error, in one piece.
pub fn say(line: impl Display) {
    write(format_args!("{line}\n"));
}

/// Writes text to standard error, in one piece.
pub fn write(text: impl Display) {
    let _ = io::stderr().write_all(text.to_string().as_bytes());
}
