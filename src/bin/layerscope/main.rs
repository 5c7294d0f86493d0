//! The `layerscope` program: reads the command line, and hands over to a report or to the screen.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod cli;
mod config;
mod lesson;
mod toml_file;
mod tui;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
