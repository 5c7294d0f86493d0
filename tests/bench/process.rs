//! Runs child processes and reads what they cost: wall time, processor time, peak memory.
//!
//! Processor time of children and peak memory come from `/proc`; elsewhere
//! than on Linux they are not measured.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A program with its arguments.
pub struct Task {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
}

/// What a task costs, in medians.
#[derive(Clone, Copy)]
pub struct Cost {
    /// From starting the process to its end.
    pub wall: Duration,
    /// In user and kernel mode, of all threads.
    pub cpu: Option<Duration>,
}

/// How often to measure.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Batches of each task.
    pub batches: usize,
    /// How long a batch lasts at least.
    ///
    /// Processor time is counted in steps of 10 ms: a short task runs often enough for one to be a
    /// few percent.
    pub batch: Duration,
}

impl Task {
    /// Runs it once; its output as words and numbers.
    pub fn ask(&self) -> Result<HashMap<String, u64>, String> {
        let output =
            self.command().stdout(Stdio::piped()).output().map_err(|error| self.failed(&error))?;
        if !output.status.success() {
            return Err(self.failed(&output.status));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(word, n)| Some((word.into(), n.parse().ok()?)))
            .collect())
    }

    /// Runs it once, with its output thrown away.
    fn run(&self) -> Result<Duration, String> {
        let mut command = self.command();
        command.stdout(Stdio::null());
        let start = Instant::now();
        let status = command.status().map_err(|error| self.failed(&error))?;
        let wall = start.elapsed();
        if status.success() { Ok(wall) } else { Err(self.failed(&status)) }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null());
        command
    }

    fn failed(&self, why: &dyn std::fmt::Display) -> String {
        format!("{} {}: {why}", self.program.display(), self.arguments.join(" "))
    }
}

/// What batches of a task cost, a run.
#[derive(Default)]
pub struct Samples {
    /// The wall time of each run.
    pub walls: Vec<Duration>,
    /// The mean processor time of the runs of each batch.
    pub cpus: Vec<Duration>,
}

/// A task, and how often it runs to make a batch.
pub struct Batch<'a> {
    task: &'a Task,
    /// Runs of a batch.
    pub repeats: u32,
}

impl<'a> Batch<'a> {
    /// Runs a task twice: the first run warms the page cache, the second tells how many make a
    /// batch.
    pub fn of(task: &'a Task, plan: Plan) -> Result<Self, String> {
        task.run()?;
        let once = task.run()?.as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 100"
        )]
        let repeats = (plan.batch.as_secs_f64() / once).ceil().clamp(1.0, 100.0) as u32;
        Ok(Self { task, repeats })
    }

    /// Runs it, and adds what it costs.
    pub fn run(&self, samples: &mut Samples) -> Result<(), String> {
        let before = children_cpu();
        for _ in 0..self.repeats {
            samples.walls.push(self.task.run()?);
        }
        if let (Some(before), Some(after)) = (before, children_cpu()) {
            samples.cpus.push((after - before) / self.repeats);
        }
        Ok(())
    }
}

/// Measures the tasks in turns, so that what else goes on hits all of them.
pub fn interleaved(tasks: &[&Task], plan: Plan) -> Result<Vec<Cost>, String> {
    let batches =
        tasks.iter().map(|task| Batch::of(task, plan)).collect::<Result<Vec<_>, String>>()?;
    let mut samples: Vec<_> = tasks.iter().map(|_| Samples::default()).collect();
    for _ in 0..plan.batches {
        for (batch, samples) in batches.iter().zip(&mut samples) {
            batch.run(samples)?;
        }
    }
    let cost = |samples: Samples| Cost {
        wall: median(samples.walls).unwrap_or_default(),
        cpu: median(samples.cpus),
    };
    Ok(samples.into_iter().map(cost).collect())
}

/// The middle one of some times.
pub fn median(mut values: Vec<Duration>) -> Option<Duration> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// The steps in which processor time is counted.
pub const TICK: Duration = Duration::from_millis(10);

/// The processor time of all children that have ended.
#[cfg(target_os = "linux")]
fn children_cpu() -> Option<Duration> {
    // The same for programs on every machine that Rust has a standard library for but two old ones.
    const TICKS: u64 = 1000 / TICK.as_millis() as u64;
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // proc_pid_stat(5): fields 16 and 17 are cutime and cstime; the second, in brackets, may hold
    // anything.
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace().skip(13);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

/// The most memory that this process has had resident, in bytes.
#[cfg(target_os = "linux")]
pub fn own_peak() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

#[cfg(not(target_os = "linux"))]
fn children_cpu() -> Option<Duration> {
    None
}

#[cfg(not(target_os = "linux"))]
pub fn own_peak() -> Option<u64> {
    None
}
