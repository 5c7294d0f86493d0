//! `layerscope help`: the help of a command, or a page of the manual.

use std::io::Write;

use clap::{Args, CommandFactory};
use layerscope::display::escaped_str;
use layerscope::toml_file::unknown;

use super::output::text_output;
use super::{Arguments, Failure, to_stdout};
use crate::config::Config;

#[derive(Args)]
pub struct HelpArguments {
    /// Command or manual page; `topics` lists the pages
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

/// The pages of the manual, by topic.
const PAGES: [(&str, &str); 18] = [
    ("images", include_str!("../../../../assets/manual/images.md")),
    ("screen", include_str!("../../../../assets/manual/screen.md")),
    ("changes", include_str!("../../../../assets/manual/changes.md")),
    ("sizes", include_str!("../../../../assets/manual/sizes.md")),
    ("report", include_str!("../../../../assets/manual/report.md")),
    ("secrets", include_str!("../../../../assets/manual/secrets.md")),
    ("html", include_str!("../../../../assets/manual/html.md")),
    ("gate", include_str!("../../../../assets/manual/gate.md")),
    ("compare", include_str!("../../../../assets/manual/compare.md")),
    ("files", include_str!("../../../../assets/manual/files.md")),
    ("lessons", include_str!("../../../../assets/manual/lessons.md")),
    ("numbers", include_str!("../../../../assets/manual/numbers.md")),
    ("rules", include_str!("../../../../assets/manual/rules.md")),
    ("configuration", include_str!("../../../../assets/manual/configuration.md")),
    ("speed", include_str!("../../../../assets/manual/speed.md")),
    ("dive", include_str!("../../../../assets/manual/dive.md")),
    ("demo", include_str!("../../../../assets/manual/demo.md")),
    ("style", include_str!("../../../../assets/manual/style.md")),
];

/// Prints a page of the manual, or the help of a command.
pub fn help(arguments: &HelpArguments) -> Result<(), Failure> {
    let text = match arguments.topic.as_deref() {
        None => Arguments::command().render_long_help().to_string(),
        Some("topics") => topics(),
        Some(topic) => about(topic)?,
    };
    // The manual is true of any configuration, so only the locale decides about its characters.
    let mut out = text_output(Config::default().signs());
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(to_stdout)
}

/// Returns the help of a command, or a page.
fn about(topic: &str) -> Result<String, Failure> {
    if let Some((_, page)) = PAGES.iter().find(|(name, _)| *name == topic) {
        return Ok(without_pictures(page));
    }
    let mut program = Arguments::command();
    program.build();
    if let Some(command) = program.find_subcommand_mut(topic) {
        return Ok(command.render_long_help().to_string());
    }
    let commands = program.get_subcommands().map(clap::Command::get_name);
    let near = unknown(
        "topic",
        topic,
        commands.chain(PAGES.iter().map(|(name, _)| *name)).chain(["topics"]),
    );
    let hint = near.hint().unwrap_or_else(|| "all topics: layerscope help topics".into());
    Err(Failure::Place { message: format!("no such topic: {}", escaped_str(topic)), hint })
}

/// Lists the pages with their titles.
fn topics() -> String {
    let width = PAGES.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let title =
        |page: &str| page.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
    let line = |(name, page): &(&str, &str)| format!("  {name:width$}  {}\n", title(page));
    format!("layerscope help TOPIC\n\n{}", PAGES.iter().map(line).collect::<String>())
}

/// Returns a page without the lines that only show a picture.
fn without_pictures(page: &str) -> String {
    let lines = page.lines().filter(|line| !line.starts_with("!["));
    lines.map(|line| format!("{line}\n")).collect()
}
