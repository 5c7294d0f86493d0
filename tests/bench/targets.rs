//! What the figures should be, by class of image, and whether they are.
//!
//! The limits are those of the project's page on speed; its ratios against
//! dive are not here, since no other program takes part.

use super::figures::Figures;

/// A limit, and what was measured.
pub struct Verdict {
    /// The image.
    pub image: String,
    /// What is limited.
    pub what: &'static str,
    /// The most that it should be.
    pub limit: f64,
    /// What it is; `None` where it cannot be measured.
    pub measured: Option<f64>,
    /// What it is counted in.
    pub unit: &'static str,
}

impl Verdict {
    /// Measured ÷ limit.
    pub fn excess(&self) -> Option<f64> {
        Some(self.measured? / self.limit)
    }

    /// The verdict in a word or two.
    pub fn word(&self) -> String {
        match self.excess() {
            None => "not measured here".into(),
            Some(excess) if excess <= 1.0 => "met".into(),
            Some(excess) => format!("**missed**, {excess:.2} ×"),
        }
    }
}

/// The verdicts on `figures`; `before` is the same image without whiteouts, if there is one.
pub fn verdicts(figures: &Figures, before: Option<&Figures>) -> Vec<Verdict> {
    let mut list = Vec::new();
    let mut add = |what, limit, unit, measured: Option<f64>| {
        list.push(Verdict { image: figures.image.clone(), what, limit, measured, unit });
    };
    let megabytes = figures.peak.map(|bytes| float(bytes) / 1e6);
    let report_cpu = figures.report.cpu.map(|cpu| cpu.as_secs_f64());
    add(
        "layer list known, process and all",
        10.0,
        "ms",
        Some(figures.open.wall.as_secs_f64() * 1e3),
    );
    let whole = figures.whole.as_ref();
    let to_quick = whole.map(|whole| {
        let cpus = whole.cost.cpu.zip(figures.report.cpu);
        (
            whole.cost.wall.as_secs_f64() / figures.report.wall.as_secs_f64(),
            cpus.map(|(whole, quick)| whole.as_secs_f64() / quick.as_secs_f64()),
        )
    });
    match figures.class {
        "S" => {
            add("report --quick ÷ (walk, tree, pairs), wall", 1.5, "×", Some(figures.wall_ratio()));
            add("peak memory", 16.0, "MB", megabytes);
            add("default report ÷ --quick, wall", 2.0, "×", to_quick.map(|(wall, _)| wall));
        }
        "Z" => {
            add("report --quick ÷ bare decoding, CPU", 1.1, "×", figures.cpu_ratio());
            add("peak memory", 32.0, "MB", megabytes);
            add("default report ÷ --quick, wall", 1.15, "×", to_quick.map(|(wall, _)| wall));
            add("default report ÷ --quick, CPU", 1.15, "×", to_quick.and_then(|(_, cpu)| cpu));
            let peak = whole.and_then(|whole| whole.peak);
            add("peak memory of the default report", 24.0, "MB", peak.map(|b| float(b) / 1e6));
            let look = whole.and_then(|whole| whole.look).map(|look| look.as_secs_f64() * 1e3);
            add("first look at a file after it, median", 5.0, "ms", look);
        }
        // The limit is `zstd -dc`, which takes 1.2 times the processor time of decoding in the
        // process.
        "zstd" => add("report --quick ÷ bare decoding, CPU", 1.2, "×", figures.cpu_ratio()),
        "100k" => {
            add("report --quick, wall", 100.0, "ms", Some(figures.report.wall.as_secs_f64() * 1e3));
        }
        "M" => {
            add("report --quick, CPU", 0.9, "s", report_cpu);
            add(
                "peak memory an entry",
                120.0,
                "B",
                figures.peak.map(|bytes| float(bytes) / float(figures.entries)),
            );
        }
        _ => {}
    }
    if let Some(before) = before {
        let before = before.report.cpu.map(|cpu| cpu.as_secs_f64());
        add(
            "report --quick ÷ the same without whiteouts, CPU",
            1.2,
            "×",
            report_cpu.zip(before).map(|(now, before)| now / before),
        );
    }
    list
}

/// A count, for arithmetic.
#[expect(clippy::cast_precision_loss, reason = "shown with a few digits")]
pub fn float(count: u64) -> f64 {
    count as f64
}
