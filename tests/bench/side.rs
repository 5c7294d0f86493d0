//! What a child process does while it is measured: one of the sides, and nothing else.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::Rules;
use layerscope::archive::{Extent, read_extent};
use layerscope::display::Units;
use layerscope::files::contents::{Contents, LayerContents};
use layerscope::progress::Searching;
use layerscope::report::{Account, Detail, write_json};
use layerscope::tree::{Kind, VersionId};
use layerscope::{Inspection, Progress, inspect, open};

use super::contents::Random;
use super::tree::Tree;
use super::walk::{Run, headers};

/// The hidden first argument of a child.
pub const FLAG: &str = "--side";
/// How gzip begins (RFC 1952, 2.3.1).
pub const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How zstd begins (RFC 8878, 3.1.1).
pub const ZSTD: [u8; 2] = [0x28, 0xb5];
/// Decoded at a time; measured best.
const DECODED: usize = 256 << 10;
/// Read at a time by the decoders, as the program does.
const ENCODED: usize = 128 << 10;

/// Files that are looked at.
const LOOKS: usize = 101;
/// What is read of each, in bytes: what the viewer needs first.
const BEGINNING: u64 = 64 << 10;

/// What a child can be asked to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Walk over the headers of all layers.
    Walk,
    /// The same, with the barest tree, and reading the pairs that may be the same.
    Tree,
    /// Decode all layers, and drop what comes out.
    Decode,
    /// Find out what the layers are, and read none: what the first frame waits for.
    Open,
    /// What the program does for a report with `--quick`, in this process, so that it can be asked
    /// for its memory.
    Account,
    /// The same for the report without it; afterwards it looks at some files.
    Study,
}

impl Side {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Walk, Self::Tree, Self::Decode, Self::Open, Self::Account, Self::Study];

    /// The word for the side, on the command line and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Walk => "header walk",
            Self::Tree => "header walk, tree, pairs",
            Self::Decode => "bare decoding",
            Self::Open => "open",
            Self::Account => "account",
            Self::Study => "study",
        }
    }
}

/// Spells runs as an argument.
pub fn spell(runs: &[Run]) -> String {
    runs.iter().map(|(start, length)| format!("{start}+{length}")).collect::<Vec<_>>().join(",")
}

fn read_runs(text: &str) -> Option<Vec<Run>> {
    text.split(',')
        .filter(|run| !run.is_empty())
        .map(|run| {
            run.split_once('+')
                .and_then(|(start, length)| Some((start.parse().ok()?, length.parse().ok()?)))
        })
        .collect()
}

/// Does what `arguments` name, and prints what there is to know of it, a word and a number a line.
pub fn run(arguments: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let [name, path, runs] = arguments else {
        return Err("a side, an archive and runs are needed".into());
    };
    let side = Side::ALL.into_iter().find(|side| side.name() == name).ok_or("no such side")?;
    let path = Path::new(path);
    let runs = read_runs(runs).ok_or("runs are spelt START+LENGTH,…")?;
    match side {
        Side::Walk => {
            let file = File::open(path)?;
            let mut entries = 0;
            for run in runs {
                headers(&file, run, |_| entries += 1)?;
            }
            println!("entries {entries}");
        }
        Side::Tree => {
            let file = File::open(path)?;
            let mut tree = Tree::new();
            for run in runs {
                headers(&file, run, |header| tree.add(&header))?;
                tree.next_layer();
            }
            println!(
                "entries {}\nvisible {}\nsame {}",
                tree.entries,
                tree.visible,
                tree.compare_pairs(&file)?
            );
        }
        Side::Decode => {
            let mut bytes = 0;
            for run in runs {
                bytes += decode(path, run)?;
            }
            println!("bytes {bytes}");
        }
        Side::Open => {
            let start = Instant::now();
            let opened = open(path, None)?;
            println!(
                "layers {}\nmicroseconds {}",
                opened.image.layers.len(),
                start.elapsed().as_micros()
            );
        }
        Side::Account => {
            // As with `--quick`.
            let searching = Searching::Nothing;
            let progress = Progress { account_only: true, searching, ..Progress::default() };
            let inspection = inspect(&open(path, None)?, &progress)?;
            let rules = Rules::built_in();
            let study =
                Study::assess(&inspection, &Question::with(&rules)).map_err(io::Error::other)?;
            write_report(&inspection, &study)?;
            let entries: usize = inspection.layers.iter().map(|layer| layer.entries).sum();
            println!("entries {entries}\nvisible {}", inspection.totals.visible);
        }
        Side::Study => {
            // Secrets are searched while layers pass, as in a report.
            let searching = Searching::Everything;
            let progress = Arc::new(Progress { searching, ..Progress::default() });
            let opened = open(path, None)?;
            let inspection = inspect(&opened, &progress)?;
            let contents = LayerContents::new(&opened);
            let study = Study::unprompted(&inspection, &contents, true, &progress)?;
            write_report(&inspection, &study)?;
            if let Some(peak) = super::process::own_peak() {
                println!("peak {peak}");
            }
            let look = look(&inspection, &contents)?;
            println!("look {}", look.map_or(0, |look| look.as_micros()));
            return Ok(());
        }
    }
    if let Some(peak) = super::process::own_peak() {
        println!("peak {peak}");
    }
    Ok(())
}

/// How long it takes to read the beginning of a file, in the middle of files from everywhere.
fn look(
    inspection: &Inspection,
    contents: &dyn Contents,
) -> Result<Option<Duration>, Box<dyn std::error::Error>> {
    let tree = &inspection.tree;
    let is_file = |&version: &VersionId| tree.kind(version) == Kind::File && tree.size(version) > 0;
    let mut files: Vec<_> =
        tree.all_nodes().filter_map(|node| tree.last(node)).filter(is_file).collect();
    let (mut random, progress) = (Random(3), Arc::default());
    let mut times = Vec::new();
    while times.len() < LOOKS && !files.is_empty() {
        let at = usize::try_from(random.below(files.len() as u64))?;
        let start = Instant::now();
        let source = contents.open(tree, files.swap_remove(at), &progress)?;
        let beginning = Extent { offset: 0, len: source.len().min(BEGINNING) };
        std::hint::black_box(read_extent(&*source, beginning)?);
        times.push(start.elapsed());
    }
    Ok(super::process::median(times))
}

/// Decodes a layer in one thread with what the program uses too; says how many bytes come out.
fn decode(path: &Path, (start, length): Run) -> io::Result<u64> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut magic = [0; 2];
    file.read_exact(&mut magic)?;
    file.seek(SeekFrom::Start(start))?;
    let encoded = BufReader::with_capacity(ENCODED, file.take(length));
    match magic {
        GZIP => drain(flate2::bufread::MultiGzDecoder::new(encoded)),
        ZSTD => drain(zstd::stream::read::Decoder::with_buffer(encoded)?),
        _ => drain(encoded),
    }
}

fn drain(mut decoder: impl Read) -> io::Result<u64> {
    let mut buffer = vec![0; DECODED];
    let mut sum = 0;
    loop {
        match decoder.read(&mut buffer)? {
            0 => return Ok(sum),
            n => sum += n as u64,
        }
    }
}

/// Writes the JSON report to nowhere.
fn write_report(inspection: &Inspection, study: &Study) -> io::Result<()> {
    let detail = Detail { top: 1, tree: false, units: Units::Iec };
    write_json(&Account::new(inspection, study, detail), io::sink())
}
