//! `layerscope images`: the images of an archive, or those that the engines hold.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use layerscope::display::escaped_str;
use layerscope::image::Image;
use layerscope::origin::engine::Listed;
use layerscope::origin::{self, Answer, Provider};
use layerscope::report::{ImageList, write_image_list};
use layerscope::secret::mask;
use layerscope::{Gap, Progress, Selection, Warning};
use unicode_width::UnicodeWidthStr;

use super::input::Input;
use super::name::{NameOptions, Usual};
use super::settings::{self, Preferences, ScreenOptions};
use super::stderr::say;
use super::{Failure, Format, completeness, to_stdout};
use crate::tui::{self, Environment, Offer};

/// The meaning of the sizes in a list, since a report has others.
const COUNTED: &str = "these sizes are those that the container runtimes say; \
    `layerscope report NAME` counts the contents of files";

#[derive(Args)]
pub struct ImagesArguments {
    /// Archive (file or directory); `-` is standard input [default: what is piped in; or else list the
    /// images of Docker, Podman and containerd]
    #[arg(value_name = "ARCHIVE")]
    path: Option<PathBuf>,
    /// Output format; without it, the images of container runtimes are a list to choose from, if
    /// there is a terminal
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    names: NameOptions,
    #[command(flatten)]
    preferences: Preferences,
}

/// Lists the images of an archive.
pub fn list(arguments: &ImagesArguments) -> Result<(), Failure> {
    let named = arguments.path.as_deref().map(Input::path);
    let Some(input) = named.or_else(Input::piped) else { return list_engines(arguments) };
    let archive = input.open(&Progress::default())?;
    let found: Vec<_> = archive.images.iter().map(Image::gaps).collect();
    say_gaps(&archive.images, &found);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match arguments.format.unwrap_or(Format::Text) {
        Format::Text => archive
            .images
            .iter()
            .zip(&found)
            .try_for_each(|(image, gaps)| writeln!(out, "{}{}", image.description(), mark(gaps)))
            .and_then(|()| out.flush())
            .map_err(to_stdout),
        Format::Json => write_image_list(&ImageList::new(&archive.images), out).map_err(to_stdout),
    }?;
    let accepted = arguments.preferences.accepted()?;
    let counts = archive
        .images
        .iter()
        .zip(&found)
        .filter(|(image, _)| !image.is_other_platform_of_held(&archive.images));
    let mut short = counts.flat_map(|(image, gaps)| gaps.iter().map(move |gap| (image, gap)));
    match short.find(|(_, gap)| gap.gap().is_some_and(|gap| !accepted.contains(&gap))) {
        None => Ok(()),
        Some((image, gap)) => Err(Failure::NotWhole {
            message: format!(
                "{} could only be read in part: {}: {gap}",
                archive.path,
                image.name()
            ),
            hint: completeness::remedy(&gap.gap().into_iter().collect::<Vec<_>>(), &[gap]),
        }),
    }
}

/// Says what is missing from each image: once where it is missing from all.
fn say_gaps(images: &[Image], found: &[Vec<Warning>]) {
    let is_of_all =
        |gap: &Warning| gap.layer.is_none() && found.iter().all(|gaps| gaps.contains(gap));
    let (common, _): (Vec<_>, Vec<_>) =
        found.first().into_iter().flatten().cloned().partition(is_of_all);
    completeness::say_each("", &common);
    for (image, gaps) in images.iter().zip(found) {
        let own: Vec<_> = gaps.iter().filter(|gap| !common.contains(gap)).cloned().collect();
        let name = if images.len() > 1 { image.name().into() } else { String::new() };
        completeness::say_each(&name, &own);
    }
}

/// Marks the line of an image of which something is missing.
fn mark(gaps: &[Warning]) -> String {
    let mut kinds: Vec<&str> = gaps.iter().filter_map(Warning::gap).map(Gap::word).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() { String::new() } else { format!("  (incomplete: {})", kinds.join(", ")) }
}

/// Lists the images that the engines hold.
fn list_engines(arguments: &ImagesArguments) -> Result<(), Failure> {
    let options = arguments.names.find_options(None, &Usual::default());
    let engines: Vec<Provider> =
        options.order().into_iter().filter(|&engine| engine != Provider::Registry).collect();
    let ask =
        |engine: Provider| (engine, origin::engine::list(engine, &options, &Progress::default()));
    let answers: Vec<_> = engines.into_iter().map(ask).collect();
    if answers.iter().all(|(_, answer)| answer.is_err()) {
        let said = answers
            .iter()
            .filter_map(|(engine, answer)| Some(format!("{engine} is {}", answer.as_ref().err()?)));
        return Err(Failure::Place {
            message: format!(
                "cannot ask a container runtime: {}",
                said.collect::<Vec<_>>().join("; ")
            ),
            hint: "to list the images of an archive: layerscope images image.tar".into(),
        });
    }
    for (engine, answer) in &answers {
        if let Err(answer) = answer
            && *answer != Answer::NotInstalled
        {
            say(format_args!("warning: {engine} is {answer}"));
        }
    }
    let images: Vec<_> =
        answers.into_iter().filter_map(|(_, answer)| answer.ok()).flatten().collect();
    if arguments.format.is_none() && io::stdout().is_terminal() && !Environment::read().is_dumb() {
        let settings = settings::of_screen(&arguments.preferences, &ScreenOptions::default())?;
        let start = tui::Start::Offers(images.iter().map(offer).collect());
        let shown = tui::run(start, Selection::default(), settings);
        return completeness::quit(shown, &arguments.preferences.accepted()?);
    }
    let out = io::BufWriter::new(io::stdout().lock());
    let written = match arguments.format.unwrap_or(Format::Text) {
        Format::Text => {
            if !images.is_empty() {
                say(format_args!("note: {COUNTED}"));
            }
            write_images(out, &images)
        }
        Format::Json => {
            serde_json::to_writer_pretty(out, &serde_json::json!({ "images": rows(&images) }))
                .map_err(Into::into)
        }
    };
    written.map_err(to_stdout)
}

/// Writes a line for each image: a name that `layerscope` opens, the size, and the age.
fn write_images(mut out: impl Write, images: &[Listed]) -> io::Result<()> {
    let names: Vec<String> = images.iter().map(argument).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or(0).min(60);
    for (name, image) in names.iter().zip(images) {
        let pad = " ".repeat(width.saturating_sub(name.width()));
        writeln!(
            out,
            "{}",
            format!("{name}{pad}  {:>9}  {}", image.size, image.created).trim_end()
        )?;
    }
    out.flush()
}

/// Returns the argument that opens an image; one with a token in its name is named by its ID.
fn argument(image: &Listed) -> String {
    let name = image.name.as_deref().filter(|name| mask(name) == *name);
    format!("{}{}", image.provider.transport(), name.unwrap_or(&image.id))
}

/// Makes a row of the list to choose from.
fn offer(image: &Listed) -> Offer {
    Offer {
        argument: argument(image),
        name: escaped_str(&mask(image.name.as_ref().unwrap_or(&image.id))),
        place: image.provider.to_string(),
        size: image.size.clone(),
        age: image.created.clone(),
    }
}

fn rows(images: &[Listed]) -> Vec<serde_json::Value> {
    let row = |image: &Listed| {
        serde_json::json!({
            "source": image.provider.word(), "name": image.name.as_deref().map(mask), "id": image.id, "size": image.size,
            "created": image.created, "argument": argument(image),
        })
    };
    images.iter().map(row).collect()
}
