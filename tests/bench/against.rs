//! Two builds in turns: whether this one is slower than another by more than the noise.
//!
//! In each round the other build runs, this one twice, and the other one again. The change is the
//! median over all rounds of this build's time ÷ the other's. How far two batches of the same build
//! in one round are apart is the noise: three of four pairs differ by less.

use std::path::Path;
use std::time::Duration;

use super::process::{Batch, Plan, Samples, TICK, Task, median};
use super::table::milliseconds;

/// A command on an image, as both builds do it.
pub struct Row {
    image: String,
    command: &'static str,
    wall: Change,
    cpu: Option<Change>,
}

/// A kind of time, in both builds.
struct Change {
    other: Duration,
    this: Duration,
    /// This ÷ the other.
    ratio: f64,
    /// The difference from 1 that says nothing.
    noise: f64,
}

impl Change {
    /// Tells two builds apart by the times of their batches, two of each in a round.
    fn of(other: &[Duration], this: &[Duration]) -> Self {
        let both = |times: &[Duration]| times.iter().map(Duration::as_secs_f64).sum::<f64>();
        let rounds = || other.chunks_exact(2).zip(this.chunks_exact(2));
        let ratios = rounds().map(|(other, this)| both(this) / both(other)).collect();
        let apart = |pair: &[Duration]| {
            (pair[0].as_secs_f64() / pair[1].as_secs_f64().max(f64::MIN_POSITIVE) - 1.0).abs()
        };
        let noises = rounds().flat_map(|(other, this)| [apart(other), apart(this)]).collect();
        Self {
            other: median(other.to_vec()).unwrap_or_default(),
            this: median(this.to_vec()).unwrap_or_default(),
            ratio: part(ratios, 2),
            noise: part(noises, 3),
        }
    }

    fn is_slower(&self) -> bool {
        self.ratio > 1.0 + self.noise
    }

    fn verdict(&self) -> &'static str {
        match self.ratio {
            _ if self.is_slower() => "**slower**",
            ratio if ratio < 1.0 - self.noise => "faster",
            _ => "the same",
        }
    }
}

/// The value below which `quarters` of four are.
fn part(mut values: Vec<f64>, quarters: usize) -> f64 {
    values.retain(|value| value.is_finite());
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() * quarters / 4).copied().unwrap_or(1.0)
}

/// Compares this build with `other` on the archive at `path`.
pub fn measure(
    image: &str,
    path: &Path,
    other: &Path,
    this: &Path,
    plan: Plan,
) -> Result<Vec<Row>, String> {
    let commands: [(&str, &[&str]); 2] = [("report", &[]), ("report --quick", &["--quick"])];
    let mut rows = Vec::new();
    for (command, more) in commands {
        let task = |program: &Path| Task {
            program: program.into(),
            arguments: ["report", &path.display().to_string(), "--format", "json", "--top", "1"]
                .iter()
                .chain(more)
                .map(ToString::to_string)
                .collect(),
        };
        let tasks = [task(other), task(this)];
        let batches = [Batch::of(&tasks[0], plan)?, Batch::of(&tasks[1], plan)?];
        let mut batch_walls = [Vec::new(), Vec::new()];
        let mut samples = [Samples::default(), Samples::default()];
        for _ in 0..plan.batches {
            for build in [0, 1, 1, 0] {
                let before = samples[build].walls.len();
                batches[build].run(&mut samples[build])?;
                batch_walls[build].extend(median(samples[build].walls[before..].to_vec()));
            }
        }
        let [other, this] = samples;
        let cpu = (!this.cpus.is_empty()).then(|| {
            let mut cpu = Change::of(&other.cpus, &this.cpus);
            // A step of the clock is noise, too.
            let batch = cpu.this.as_secs_f64() * f64::from(batches[1].repeats);
            cpu.noise = cpu.noise.max(TICK.as_secs_f64() / batch);
            cpu
        });
        let wall = Change::of(&batch_walls[0], &batch_walls[1]);
        rows.push(Row { image: image.into(), command, wall, cpu });
    }
    Ok(rows)
}

/// Whether this build is slower in any row.
pub fn is_slower(rows: &[Row]) -> bool {
    rows.iter().any(|row| row.wall.is_slower() || row.cpu.as_ref().is_some_and(Change::is_slower))
}

/// The rows as a table in Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| image | command | time | other ms | this ms | this ÷ other | noise | |\n\
         |---|---|---|---:|---:|---:|---:|---|\n",
    );
    for row in rows {
        let kinds = [("wall", Some(&row.wall)), ("CPU", row.cpu.as_ref())];
        for (kind, change) in kinds.into_iter().filter_map(|(kind, change)| Some((kind, change?))) {
            text += &format!(
                "| {} | {} | {kind} | {} | {} | {:.3} | ± {:.1} % | {} |\n",
                row.image,
                row.command,
                milliseconds(change.other),
                milliseconds(change.this),
                change.ratio,
                change.noise * 100.0,
                change.verdict(),
            );
        }
    }
    text
}
