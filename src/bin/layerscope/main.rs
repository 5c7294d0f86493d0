//! The `layerscope` program: parses the command line, and starts a report or the screen.
#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::disallowed_macros, clippy::disallowed_methods)
)]

mod cli;
mod config;
mod handout;
mod host_text;
mod intro;
mod lesson;
mod signals;
mod tui;
mod view;

use std::process::ExitCode;

fn main() -> ExitCode {
    let code = cli::run();
    // Everything has been cleaned up by now.
    match signals::received() {
        Some(signal) => signals::die(signal),
        None => code,
    }
}
