//! The `layerscope` program: reads the command line, and hands over to a report or to the screen.
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod cli;
mod config;
mod handout;
mod host_text;
mod intro;
mod lesson;
mod toml_file;
mod tui;
mod view;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
