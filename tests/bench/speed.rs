//! The benchmark: the program beside the least that has to be done, measured in turns in one run.
//!
//! `cargo bench --bench speed -- --help` says how it is used. Every side is a
//! process of its own, and what is measured is the whole process, from start
//! to end:
//!
//! - **report**: `layerscope report ARCHIVE --format json --top 1`, to nowhere, with `--quick` and
//!   without; its peak memory is that of the same calls in a process that can be asked;
//! - **header walk**: only the headers of plain layers, by hand, one thread;
//! - **header walk, tree, pairs**: with the barest tree, and files of the same
//!   path and size compared;
//! - **bare decoding**: compressed layers through flate2 (zlib-rs) or zstd, one
//!   thread, what comes out is dropped;
//! - **open**: manifest, config and list of layers, nothing drawn: all that a
//!   first frame waits for.
//!
//! `cargo bench --bench speed -- named IMAGE` measures an image by its name in Docker and in a
//! registry. `cargo bench --bench speed -- keys` measures how long keys take to be on the screen
//! instead. With `--against PROGRAM`, another build of the program is the other side.
mod against;
mod arguments;
mod chown;
mod contents;
mod deep_like;
mod figures;
mod keys;
mod layers;
mod m_like;
mod named;
mod process;
#[path = "../support/registry.rs"]
mod registry;
mod s_like;
mod side;
mod table;
mod targets;
mod tree;
mod walk;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use arguments::{Arguments, USAGE};
use contents::Pool;
use figures::Figures;
use process::Plan;
use targets::{Verdict, verdicts};

/// The levels of the deep tree in which keys are pressed.
const LEVELS: u64 = 5_000;
/// How much smaller everything is with `--quick`.
const QUICK: u64 = 20;
/// By how much a target may be missed with `--check`: other machines are slower, and busy.
const TOLERANCE: f64 = 2.0;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == side::FLAG) {
        return ended(side::run(&arguments.skip(1).collect::<Vec<_>>()));
    }
    match Arguments::read(arguments) {
        Ok(arguments) if arguments.help => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}\n{USAGE}");
            ExitCode::from(2)
        }
        Ok(arguments) if !arguments.bench => {
            println!("nothing is measured in a test run; use cargo bench --bench speed");
            ExitCode::SUCCESS
        }
        Ok(arguments) => {
            let mut bench = Bench::new(arguments);
            let result = bench.run();
            if !bench.arguments.keys && bench.arguments.named.is_none() {
                bench.print();
            }
            let missed = bench.too_slow
                || bench
                    .verdicts
                    .iter()
                    .any(|verdict| verdict.excess().is_some_and(|excess| excess > TOLERANCE));
            match ended(result) {
                ExitCode::SUCCESS if bench.arguments.check && missed => ExitCode::FAILURE,
                code => code,
            }
        }
    }
}

fn ended(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Bench {
    arguments: Arguments,
    scale: u64,
    figures: Vec<Figures>,
    verdicts: Vec<Verdict>,
    /// Rows of two builds, if another one is given.
    rows: Vec<against::Row>,
    /// Whether keys, or images by name, took longer than they may, or this build longer than
    /// another.
    too_slow: bool,
}

impl Bench {
    fn new(arguments: Arguments) -> Self {
        let scale = if arguments.quick { QUICK } else { 1 };
        let (figures, verdicts, rows) = (Vec::new(), Vec::new(), Vec::new());
        Self { arguments, scale, figures, verdicts, rows, too_slow: false }
    }

    fn run(&mut self) -> Result<(), Box<dyn Error>> {
        if self.arguments.keys {
            return self.keys();
        }
        if let Some(name) = &self.arguments.named {
            let (table, missed) = named::measure(name, self.plan(), TOLERANCE)?;
            println!("{table}");
            self.too_slow = missed;
            return Ok(());
        }
        for path in self.arguments.archives.clone() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.measure(name, None, &path, false)?;
        }
        if self.arguments.archives.is_empty() {
            let directory = tempfile::tempdir()?;
            let pool = Pool::new();
            self.s_like(directory.path(), &pool)?;
            self.m_like(directory.path(), &pool)?;
            self.chown(directory.path(), &pool)?;
        }
        self.too_slow = against::is_slower(&self.rows);
        Ok(())
    }

    /// Measures keys in the archives that are named, or in an image like M with whiteouts and in
    /// one of many levels.
    fn keys(&mut self) -> Result<(), Box<dyn Error>> {
        let rounds = if self.arguments.quick { 1 } else { 5 };
        for archive in self.arguments.archives.clone() {
            eprintln!("pressing keys");
            self.judge(&keys::measure(&archive, rounds)?);
        }
        if self.arguments.archives.is_empty() {
            let directory = tempfile::tempdir()?;
            let path = directory.path().join("image.tar");
            eprintln!("making image data of {} levels", LEVELS / self.scale);
            let layers = deep_like::layers(directory.path(), &Pool::new(), LEVELS / self.scale)?;
            layers::moved(&path, &layers)?;
            eprintln!("pressing keys");
            self.judge(&keys::measure_deep(&path, if self.arguments.quick { 10 } else { 1 })?);
            remove(std::slice::from_ref(&path))?;
            eprintln!("making image data like M with 3 % whiteouts");
            let form = m_like::Form { entries: 1_000_000 / self.scale, layers: 100, whiteouts: 3 };
            layers::moved(&path, &m_like::layers(directory.path(), &Pool::new(), form)?)?;
            eprintln!("pressing keys");
            self.judge(&keys::measure(&path, rounds)?);
        }
        Ok(())
    }

    fn judge(&mut self, timings: &[keys::Timing]) {
        println!("{}", keys::table(timings));
        let slow: Vec<_> = keys::slow(timings).collect();
        if !slow.is_empty() {
            println!("slower than {} ms: {}\n", keys::LIMIT.as_millis(), slow.join("; "));
            self.too_slow = true;
        }
    }

    fn s_like(&mut self, directory: &Path, pool: &Pool) -> Result<(), Box<dyn Error>> {
        if !self.arguments.wants(&["S", "S0", "Z", "Z0", "zstd"]) {
            return Ok(());
        }
        eprintln!("making image data like S");
        let plain = s_like::layers(directory, pool, self.scale)?;
        self.archived("S", &plain)?;
        self.archived("S0", &plain[..s_like::KEPT])?;
        if self.arguments.wants(&["Z", "Z0"]) {
            eprintln!("compressing with gzip");
            let gzip =
                plain.iter().map(|layer| layers::gzipped(layer)).collect::<Result<Vec<_>, _>>()?;
            self.archived("Z", &gzip)?;
            self.archived("Z0", &gzip[..s_like::KEPT])?;
            remove(&gzip)?;
        }
        if self.arguments.wants(&["zstd"]) {
            eprintln!("compressing with zstd");
            let zstd = plain
                .iter()
                .map(|layer| layers::zstandard(layer))
                .collect::<Result<Vec<_>, _>>()?;
            self.archived("zstd", &zstd)?;
            remove(&zstd)?;
        }
        remove(&plain)
    }

    fn archived(&mut self, class: &'static str, layers: &[PathBuf]) -> Result<(), Box<dyn Error>> {
        if !self.arguments.wants(&[class]) {
            return Ok(());
        }
        let path = layers[0].with_file_name("image.tar");
        layers::archive(&path, layers)?;
        self.measure(class.into(), Some(class), &path, false)?;
        remove(&[path])
    }

    fn m_like(&mut self, directory: &Path, pool: &Pool) -> Result<(), Box<dyn Error>> {
        for (class, entries) in [("100k", 100_000), ("M", 1_000_000)] {
            if !self.arguments.wants(&[class]) {
                continue;
            }
            for whiteouts in [0, 3] {
                eprintln!("making image data like {class} with {whiteouts} % whiteouts");
                let form = m_like::Form { entries: entries / self.scale, layers: 100, whiteouts };
                let layers = m_like::layers(directory, pool, form)?;
                let path = directory.join("image.tar");
                layers::moved(&path, &layers)?;
                self.measure(
                    format!("{class}, {whiteouts} % whiteouts"),
                    Some(class),
                    &path,
                    whiteouts > 0,
                )?;
                remove(&[path])?;
            }
        }
        Ok(())
    }

    fn chown(&mut self, directory: &Path, pool: &Pool) -> Result<(), Box<dyn Error>> {
        if !self.arguments.wants(&["chown"]) {
            return Ok(());
        }
        eprintln!("making image data of which chown wrote everything twice");
        let path = directory.join("image.tar");
        layers::moved(&path, &chown::layers(directory, pool, self.scale)?)?;
        self.measure("chown".into(), Some("chown"), &path, false)?;
        remove(&[path])
    }

    /// Measures an archive; `again` if the one before was the same without whiteouts.
    fn measure(
        &mut self,
        name: String,
        class: Option<&'static str>,
        path: &Path,
        again: bool,
    ) -> Result<(), Box<dyn Error>> {
        eprintln!("measuring {name}");
        if let Some(other) = &self.arguments.against {
            let this = Path::new(env!("CARGO_BIN_EXE_layerscope"));
            self.rows.extend(against::measure(&name, path, other, this, self.plan())?);
            return Ok(());
        }
        let figures = Figures::measure(name, class, path, self.plan())?;
        let before = self.figures.last().filter(|_| again);
        self.verdicts.extend(verdicts(&figures, before));
        self.figures.push(figures);
        Ok(())
    }

    fn plan(&self) -> Plan {
        if self.arguments.quick {
            Plan { batches: 3, batch: Duration::from_millis(100) }
        } else if self.arguments.against.is_some() {
            Plan { batches: 7, batch: Duration::from_millis(250) }
        } else {
            Plan { batches: 7, batch: Duration::from_millis(500) }
        }
    }

    fn print(&self) {
        if self.arguments.quick {
            println!("Made small (--quick): the figures tell that it works, and little else.\n");
        }
        if self.arguments.against.is_some() {
            println!(
                "Both builds in turns, 7 rounds (3 with --quick) of two batches; whole processes, warm page cache.\n"
            );
            println!("{}", against::table(&self.rows));
            return;
        }
        println!(
            "Medians of 7 batches (3 with --quick), in turns; whole processes, warm page cache.\n"
        );
        println!("{}\n{}", table::costs(&self.figures), table::targets(&self.verdicts));
    }
}

fn remove(files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    files.iter().try_for_each(std::fs::remove_file).map_err(Into::into)
}
