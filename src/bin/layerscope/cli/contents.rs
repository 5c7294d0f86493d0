//! `layerscope cat` and `layerscope extract`: the contents of an image's files.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use layerscope::LayerIndex;
use layerscope::archive::Source;
use layerscope::display::{Escaped, Units, directories, escaped, plural};
use layerscope::files::contents::{Absence, Contents, LayerContents, absence};
use layerscope::files::extract::{Extracted, Options, SpecialBits, What, extract};
use layerscope::shell::quoted;
use layerscope::tree::{Last, NodeId, Tree};
use layerscope::{Error, Inspection, Progress, Warning, WarningKind};

use super::escaping::Escaping;
use super::input::Input;
use super::meant::nearest;
use super::output::writing;
use super::stderr::say;
use super::{Failure, Target, completeness, progress};

/// Number of bytes that are copied at a time.
const PIECE: usize = 256 << 10;
/// The most skipped paths that are listed.
const NAMED: usize = 20;

const CAT_EXAMPLES: &str = "Examples:
  layerscope cat my-app.tar /etc/os-release
  layerscope cat my-app.tar /root/.npmrc --layer 3         as it was before a later layer deleted it";

const EXTRACT_EXAMPLES: &str = "Examples:
  layerscope extract my-app.tar /usr/lib/go --to .         makes ./go
  layerscope extract my-app.tar / --to rootfs              the whole filesystem, into a new directory
  layerscope extract my-app.tar /srv --to old --layer 3    as it was after layer 3";

#[derive(Args)]
#[command(after_help = CAT_EXAMPLES)]
pub struct CatArguments {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    place: PlaceArguments,
}

/// Writes a file, a link or a directory with its contents to the host. Nothing is overwritten, and
/// nothing remains after an error.
///
/// Permission bits, times and hard links are kept. Owners are not restored. Devices and named pipes
/// are skipped, and the output names them.
#[derive(Args)]
#[command(after_help = EXTRACT_EXAMPLES)]
pub struct ExtractArguments {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    place: PlaceArguments,
    /// Target directory; made if it is missing, but not the directories above it
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Keep setuid and setgid bits (owners are not restored)
    #[arg(long)]
    keep_setuid: bool,
}

#[derive(Args)]
struct PlaceArguments {
    /// The path in the image, also as a report writes it: `new\nline` for a line feed in a name
    #[arg(id = "path_in_image", value_name = "PATH")]
    path: OsString,
    /// State after this layer, counted from 0 [default: the last layer]
    #[arg(long, value_name = "N", value_parser = super::name::whole)]
    layer: Option<usize>,
}

/// The image that a command works on.
struct Opened {
    inspection: Inspection,
    contents: LayerContents,
    layer: LayerIndex,
    /// The directory of the host that it may be.
    root: PathBuf,
    /// The command up to the path, for hints.
    command: String,
    /// The image with the options that select it, for hints.
    image: String,
}

impl Opened {
    fn open(name: &str, target: &Target, place: &PlaceArguments) -> Result<Self, Failure> {
        let (input, selection) = target.options.named(&target.path)?;
        if matches!(input, Input::Pipe) {
            return Err(Error::Piped { file: escaped(place.path.as_encoded_bytes()) }.into());
        }
        let reading = Progress::default();
        let (inspection, contents) = progress::shown("reading layers", &reading, || {
            let opened = input.open(&reading)?.choose(&selection)?;
            let inspection = layerscope::inspect(&opened, &reading)?;
            Ok::<_, Error>((inspection, LayerContents::new(&opened)))
        })?;
        let mut image = quoted(&target.path.to_string_lossy());
        let options = &target.options;
        for (option, value) in [("--image", &options.image), ("--platform", &options.platform)] {
            if let Some(value) = value {
                image = format!("{image} {option} {}", quoted(value));
            }
        }
        let layers = inspection.tree.layers();
        let layer = place.layer.unwrap_or(layers.saturating_sub(1));
        if layer >= layers {
            return Err(Failure::Place {
                message: format!("no layer {layer}: the image has {}", plural(layers, "layer")),
                hint: format!("layers count from 0: layerscope report {image} lists them"),
            });
        }
        let root = PathBuf::from(target.path.to_string_lossy().trim_end_matches('/'));
        Ok(Self {
            inspection,
            contents,
            layer: LayerIndex::new(layer),
            root,
            command: format!("layerscope {name} {image}"),
            image,
        })
    }

    /// Finds the path of an argument; the error explains why it does not exist and suggests a
    /// solution.
    fn find(&self, place: &PlaceArguments, last: Last, after: &str) -> Result<NodeId, Failure> {
        let tree = &self.inspection.tree;
        let path = place.path.as_encoded_bytes();
        let spelled = match tree.lookup(path, self.layer, last) {
            Some(found) => return Ok(found.node),
            None if self.named(tree, path).is_some() => None,
            None => spelled(tree, path),
        };
        let path = spelled.as_deref().unwrap_or(path);
        if let Some(found) = spelled.as_deref().and_then(|path| tree.lookup(path, self.layer, last))
        {
            return Ok(found.node);
        }
        let shown = escaped(path);
        let layer = self.layer;
        let as_of = |layer| {
            format!(
                "{} {} --layer {layer}{after}",
                self.command,
                quoted(&place.path.to_string_lossy())
            )
        };
        let unreadable = self.unreadable(path);
        let (message, hint) = match self.named(tree, path).map(|node| absence(tree, node, layer)) {
            Some(Some(Absence::Gone { last })) => (
                format!(
                    "{shown} does not exist in layer {layer}: layer {} deleted it",
                    last.next()
                ),
                format!("layer {last} is the last one that has it: {}", as_of(last)),
            ),
            Some(Some(Absence::NotYet { first })) => (
                format!("{shown} does not exist in layer {layer} yet: layer {first} adds it"),
                format!("try: {}", as_of(first)),
            ),
            Some(Some(Absence::Never)) => (
                format!("{shown} exists only within one layer, which also deletes it"),
                format!("list the layers: layerscope report {}", self.image),
            ),
            Some(None) => (
                format!("{shown} is a broken symbolic link in layer {layer}"),
                "its target may exist in another layer: --layer N".into(),
            ),
            None if unreadable.is_some() => (
                format!("{shown}: {}", unreadable.unwrap_or_default()),
                "read it as a user with permission for all files".into(),
            ),
            None if !completeness::doubts(&self.inspection, None, layer).is_empty() => (
                format!("no layer that could be read has {shown}"),
                format!(
                    "the image could only be read in part; layerscope report {} lists what is missing",
                    self.image
                ),
            ),
            None => (
                format!("no layer of the image has {shown}"),
                self.similar(tree, path).unwrap_or_else(|| {
                    let image = &self.image;
                    format!(
                        "list all paths: layerscope report {image} --format json --tree | jq -r .tree[].path"
                    )
                }),
            ),
        };
        Err(Failure::Place { message, hint })
    }

    /// Returns the hint with the path of the same directory that has the most similar name.
    fn similar(&self, tree: &Tree, path: &[u8]) -> Option<String> {
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let split = path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
        let (directory, name) = path.split_at(split);
        let directory = tree.lookup(directory, self.layer, Last::Followed)?.node;
        let names = tree.children(directory).map(|child| escaped(tree.name(child)).to_string());
        let name = nearest(&escaped(name), names)?;
        let near = tree.children(directory).find(|&child| *escaped(tree.name(child)) == *name)?;
        Some(format!("did you mean {}?", quoted(&escaped(&tree.path(near)))))
    }

    /// Returns the failure with the command that writes what is not a file.
    fn not_a_file(&self, error: Error, path: &Escaped) -> Failure {
        match error {
            Error::NotAFile { .. } => Failure::Place {
                message: error.to_string(),
                hint: format!(
                    "extract it instead: layerscope extract {} {} --to .",
                    self.image,
                    quoted(path)
                ),
            },
            error => error.into(),
        }
    }

    /// Returns the reason, as a clause, if the system hides what may have the path.
    fn unreadable(&self, path: &[u8]) -> Option<String> {
        let root = self.root.as_os_str().as_encoded_bytes();
        let inside = |part: &[u8]| {
            let part = part.strip_prefix(root)?.strip_prefix(b"/")?;
            path.strip_prefix(b"/")
                .unwrap_or(path)
                .strip_prefix(part)
                .filter(|rest| matches!(rest, [] | [b'/', ..]))
        };
        self.inspection.warnings.iter().find_map(|warning| match &warning.kind {
            WarningKind::HostUnreadable { path: part, .. } => {
                inside(part).map(|_| warning.kind.to_string())
            }
            WarningKind::LayerUnreadable { why, .. } => Some(format!(
                "no layer that could be read has it, and layer {} {why}",
                warning.layer?
            )),
            _ => None,
        })
    }

    /// Returns the named path, whether or not it exists: in its directory if that can be resolved,
    /// and otherwise literally.
    fn named(&self, tree: &Tree, path: &[u8]) -> Option<NodeId> {
        let trimmed = path.trim_ascii_end().strip_suffix(b"/").unwrap_or(path);
        let split = trimmed.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
        let (directory, name) = trimmed.split_at(split);
        let below = tree.lookup(directory, self.layer, Last::Followed).and_then(|directory| {
            tree.children(directory.node).find(|&child| tree.name(child) == name)
        });
        below.or_else(|| tree.find(path))
    }
}

/// Returns the path that reports write like this: control characters of names are escaped there.
fn spelled(tree: &Tree, path: &[u8]) -> Option<Vec<u8>> {
    let mut names = path.split(|&b| b == b'/').filter(|name| !name.is_empty());
    let node = names.try_fold(NodeId::ROOT, |node, name| {
        tree.children(node).find(|&child| escaped(tree.name(child)).as_bytes() == name)
    })?;
    path.contains(&b'\\').then(|| tree.path(node))
}

/// Writes the bytes of a file to standard output.
pub fn cat(arguments: &CatArguments) -> Result<(), Failure> {
    let opened = Opened::open("cat", &arguments.target, &arguments.place)?;
    let tree = &opened.inspection.tree;
    let node = opened.find(&arguments.place, Last::Followed, "")?;
    let file = escaped(&tree.path(node));
    let version = tree
        .at(node, opened.layer)
        .ok_or(Error::NotThere { file: file.clone(), layer: opened.layer })?;
    let reading = Arc::<Progress>::default();
    let doubts =
        completeness::doubts(&opened.inspection, Some(tree.added_in(version)), opened.layer);
    completeness::say_each("", &doubts);
    let source = opened
        .contents
        .open(tree, version, &reading)
        .map_err(|error| opened.not_a_file(error, &file))?;
    let mut buffer = vec![0; PIECE];
    let failed = |error| Failure::Image(Error::reading(file.clone(), error));
    // The first bytes of a file in a compressed layer may take a while.
    let first = progress::shown("reading layers", &reading, || source.read_at(&mut buffer, 0))
        .map_err(failed)?;
    let stdout = io::stdout();
    if stdout.is_terminal() {
        copy(&source, &mut buffer, first, failed, &mut Escaping::new(stdout.lock()))?;
    } else {
        copy(&source, &mut buffer, first, failed, &mut stdout.lock())?;
    }
    opened.contents.check_unchanged()?;
    completeness::ended_for(
        &opened.inspection,
        &doubts,
        &arguments.target.options.preferences.accepted()?,
    )
}

/// Copies a file whose first bytes have been read.
fn copy(
    source: &Source,
    buffer: &mut [u8],
    first: usize,
    failed: impl Fn(io::Error) -> Failure,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let written = |error| Failure::Output("the file".into(), error);
    let (mut n, mut done) = (first, 0);
    while n > 0 {
        out.write_all(&buffer[..n]).map_err(written)?;
        done += n as u64;
        n = if done < source.len() { source.read_at(buffer, done).map_err(&failed)? } else { 0 };
    }
    out.flush().map_err(written)
}

/// Writes a part of the image to the host.
pub fn extract_to(arguments: &ExtractArguments) -> Result<(), Failure> {
    let units = arguments.target.options.preferences.units()?;
    let opened = Opened::open("extract", &arguments.target, &arguments.place)?;
    let after = format!(" --to {}", quoted(&arguments.to.to_string_lossy()));
    let node = opened.find(&arguments.place, Last::Kept, &after)?;
    let what = What::AsOf { node, layer: opened.layer };
    let special_bits = if arguments.keep_setuid { SpecialBits::Kept } else { SpecialBits::Dropped };
    let progress = Arc::<Progress>::default();
    let tree = &opened.inspection.tree;
    let doubts = completeness::doubts(&opened.inspection, None, opened.layer);
    completeness::say_each("", &doubts);
    let work = || {
        extract(tree, &opened.contents, what, &arguments.to, Options { special_bits }, &progress)
    };
    let extracted = writing(&progress, || progress::shown("reading layers", &progress, work))?;
    say_renamed(&opened.inspection, node, opened.layer);
    summarize(tree, &extracted, arguments, units);
    completeness::ended_for(
        &opened.inspection,
        &doubts,
        &arguments.target.options.preferences.accepted()?,
    )
}

/// Says which of the extracted paths have another name in the image, because that one points
/// outside the root.
fn say_renamed(inspection: &Inspection, node: NodeId, layer: LayerIndex) {
    let tree = &inspection.tree;
    let is_inside = |at: NodeId| {
        std::iter::successors(Some(at), |&at| (at != NodeId::ROOT).then(|| tree.parent(at)))
            .any(|above| above == node)
    };
    let is_extracted = |warning: &&Warning| match &warning.kind {
        WarningKind::PathUpwards { inside, .. } => {
            warning.layer.is_none_or(|of| of <= layer)
                && tree.find(inside).is_some_and(|at| tree.at(at, layer).is_some() && is_inside(at))
        }
        _ => false,
    };
    let renamed: Vec<_> = inspection.warnings.iter().filter(is_extracted).cloned().collect();
    completeness::say_each("", &renamed);
}

fn summarize(tree: &Tree, extracted: &Extracted, arguments: &ExtractArguments, units: Units) {
    for skipped in extracted.skipped.iter().take(NAMED) {
        say(format_args!(
            "left out: {} {}",
            escaped(&tree.path(skipped.node)),
            skipped.reason.text()
        ));
    }
    if let more @ 1.. = extracted.skipped.len().saturating_sub(NAMED) {
        say(format_args!("left out: {more} more"));
    }
    let count = |n, noun| plural(usize::try_from(n).unwrap_or(usize::MAX), noun);
    say(format_args!(
        "extracted {}, {}, {} ({}) into {}",
        count(extracted.files, "file"),
        directories(extracted.directories),
        count(extracted.links, "link"),
        units.size(extracted.bytes),
        escaped(arguments.to.as_os_str().as_encoded_bytes()),
    ));
}
