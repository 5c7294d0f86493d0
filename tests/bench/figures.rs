//! The figures of one image: what the program costs, and what the other sides cost in the same
//! minute.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::process::{Cost, Plan, Task, interleaved};
use super::side::{FLAG, GZIP, Side, ZSTD, spell};
use super::walk::{Run, read_at};

/// What was measured of one image.
pub struct Figures {
    /// What to call it.
    pub image: String,
    /// Its class.
    pub class: &'static str,
    /// Entries of all layers.
    pub entries: u64,
    /// `layerscope report ARCHIVE --format json --top 1 --quick`.
    pub report: Cost,
    /// The same without `--quick`, where it is measured.
    pub whole: Option<Whole>,
    /// The most memory that the same takes, in bytes.
    pub peak: Option<u64>,
    /// The bare header walk, if the layers are plain.
    pub walk: Option<Cost>,
    /// The other side: what has to be done at least.
    pub other: (Side, Cost),
    /// A process that finds out what the layers are and ends.
    pub open: Cost,
    /// The same without the process.
    pub open_itself: Duration,
}

/// What the report that people get by default costs.
pub struct Whole {
    /// `layerscope report ARCHIVE --format json --top 1`.
    pub cost: Cost,
    /// The most memory that it takes, in bytes.
    pub peak: Option<u64>,
    /// How long it then takes until the beginning of a file can be seen, in the middle.
    pub look: Option<Duration>,
}

/// The classes of which the default report is measured.
const WHOLE: [&str; 4] = ["S", "Z", "M", "chown"];

impl Figures {
    /// The program's wall time ÷ the other side's.
    pub fn wall_ratio(&self) -> f64 {
        self.report.wall.as_secs_f64() / self.other.1.wall.as_secs_f64()
    }

    /// The same in processor time.
    pub fn cpu_ratio(&self) -> Option<f64> {
        Some(self.report.cpu?.as_secs_f64() / self.other.1.cpu?.as_secs_f64())
    }

    /// Measures the archive at `path`; without a class, that is told from the layers.
    pub fn measure(
        image: String,
        class: Option<&'static str>,
        path: &Path,
        plan: Plan,
    ) -> Result<Self, String> {
        let (runs, compressed, zstd) = layers(path)?;
        let task = |side: Side| Task {
            program: std::env::current_exe().unwrap_or_default(),
            arguments: [FLAG.into(), side.name().into(), path.display().to_string(), spell(&runs)]
                .into(),
        };
        let report = |more: &[&str]| Task {
            program: PathBuf::from(env!("CARGO_BIN_EXE_layerscope")),
            arguments: ["report", &path.display().to_string(), "--format", "json", "--top", "1"]
                .iter()
                .chain(more)
                .map(ToString::to_string)
                .collect(),
        };
        let (whole, report) = (report(&[]), report(&["--quick"]));
        let other = if compressed { Side::Decode } else { Side::Tree };
        let (walk, other_task, open) = (task(Side::Walk), task(other), task(Side::Open));
        let account = task(Side::Account).ask()?;
        let made = class.is_some();
        if !compressed && account.get("entries") != walk.ask()?.get("entries") {
            disagree(&image, "entries", made)?;
        }
        // The barest tree does not follow hard links, of which real images have some.
        if !compressed && made && account.get("visible") != other_task.ask()?.get("visible") {
            disagree(&image, "live bytes", made)?;
        }
        let entries = account["entries"];
        let open_itself = Duration::from_micros(open.ask()?["microseconds"]);
        let mut tasks = vec![&report, &other_task, &open];
        if !compressed {
            tasks.push(&walk);
        }
        let is_whole = class.is_none_or(|class| WHOLE.contains(&class));
        if is_whole {
            tasks.push(&whole);
        }
        let mut costs = interleaved(&tasks, plan)?;
        let whole = match costs.pop_if(|_| is_whole) {
            Some(cost) => {
                let study = task(Side::Study).ask()?;
                let look = study.get("look").copied().map(Duration::from_micros);
                Some(Whole { cost, peak: study.get("peak").copied(), look })
            }
            None => None,
        };
        let class = class.unwrap_or(match (compressed, zstd) {
            (true, true) => "zstd",
            (true, false) => "Z",
            (false, _) if entries > 500_000 => "M",
            (false, _) => "S",
        });
        Ok(Self {
            image,
            class,
            entries,
            report: costs[0],
            whole,
            peak: account.get("peak").copied(),
            walk: costs.get(3).copied(),
            other: (other, costs[1]),
            open: costs[2],
            open_itself,
        })
    }
}

/// Both sides must have done the same work; a given archive may be damaged.
fn disagree(image: &str, what: &str, made: bool) -> Result<(), String> {
    let text = format!("{image}: the sides count different {what}");
    if made {
        return Err(text);
    }
    eprintln!("warning: {text}");
    Ok(())
}

/// Where the layers are; whether any is compressed, and whether with zstd.
pub fn layers(path: &Path) -> Result<(Vec<Run>, bool, bool), String> {
    let opened = layerscope::open(path, None).map_err(|error| error.to_string())?;
    let file = File::open(path).map_err(|error| error.to_string())?;
    let (mut runs, mut compressed, mut zstd) = (Vec::new(), false, false);
    for member in opened.image.layers.iter().filter_map(|layer| layer.member.as_ref()) {
        let run = (member.extent.offset, member.extent.len);
        let mut magic = [0; 2];
        read_at(&file, &mut magic, run.0).map_err(|error| error.to_string())?;
        compressed |= matches!(magic, GZIP | ZSTD);
        zstd |= magic == ZSTD;
        runs.push(run);
    }
    Ok((runs, compressed, zstd))
}
