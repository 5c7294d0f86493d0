//! The tables that the benchmark prints, in Markdown.

use std::time::Duration;

use super::figures::Figures;
use super::process::Cost;
use super::side::Side;
use super::targets::{Verdict, float};

/// The costs, a row an image and a side.
pub fn costs(figures: &[Figures]) -> String {
    let mut text = String::from(
        "| image | side | wall ms | CPU ms | peak MB | --quick ÷ side: wall | CPU |\n|---|---|---:|---:|---:|---:|---:|\n",
    );
    for f in figures {
        let peak =
            f.peak.map_or("not measured here".into(), |bytes| format!("{:.1}", float(bytes) / 1e6));
        text +=
            &format!("| {} | **report --quick** | {} | {peak} | | |\n", f.image, cost(&f.report));
        if let Some(whole) = &f.whole {
            let peak =
                whole.peak.map_or(String::new(), |bytes| format!("{:.1}", float(bytes) / 1e6));
            text += &format!(
                "| | **report** ({:.2} × --quick) | {} | {peak} | | |\n",
                whole.cost.wall.as_secs_f64() / f.report.wall.as_secs_f64(),
                cost(&whole.cost)
            );
        }
        let mut row = |name: &str, side: &Cost| {
            let wall = f.report.wall.as_secs_f64() / side.wall.as_secs_f64();
            let cpu = f.report.cpu.zip(side.cpu).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64());
            let cpu = cpu
                .filter(|ratio| ratio.is_finite())
                .map_or(String::new(), |ratio| format!("{ratio:.2}"));
            text += &format!("| | {name} | {} | | {wall:.2} | {cpu} |\n", cost(side));
        };
        if let Some(walk) = &f.walk {
            row(Side::Walk.name(), walk);
        }
        row(f.other.0.name(), &f.other.1);
        let open =
            format!("open and end ({:.2} ms of it opening)", f.open_itself.as_secs_f64() * 1e3);
        text += &format!("| | {open} | {} | | | |\n", cost(&f.open));
    }
    text
}

/// Writes what a task costs.
pub fn cost(cost: &Cost) -> String {
    let cpu = cost.cpu.map_or("not measured here".into(), milliseconds);
    format!("{} | {cpu}", milliseconds(cost.wall))
}

/// Writes a time in milliseconds.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

/// The targets, a row each.
pub fn targets(verdicts: &[Verdict]) -> String {
    let mut text =
        String::from("| image | target | at most | measured | |\n|---|---|---:|---:|---|\n");
    for v in verdicts {
        let measured =
            v.measured.map_or(String::new(), |measured| format!("{measured:.2} {}", v.unit));
        text += &format!(
            "| {} | {} | {} {} | {measured} | {} |\n",
            v.image,
            v.what,
            v.limit,
            v.unit,
            v.word()
        );
    }
    text
}
