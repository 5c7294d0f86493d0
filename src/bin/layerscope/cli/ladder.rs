//! `layerscope ladder`: the possible sizes of the image, step by step, or with changes given by the
//! user.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;

use clap::Args;
use layerscope::LayerIndex;
use layerscope::advice::measure::{measure, measure_ladder};
use layerscope::analysis::download::estimate_download;
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::display::{escaped_str, share};
use layerscope::report::{TextStyle, write_ladder, write_ladder_json};
use layerscope::{Inspection, Progress};

use super::settings::AsciiOption;
use super::study::StudyArguments;
use super::{
    Failure, Format, OptionalTarget, coloured, completeness, progress, read_opened, text_output,
    to_stdout,
};
use crate::tui::Signs;

/// The explanation of a measured download size.
const MEASURED: &str =
    "  Download sizes were measured: unchanged layers as in the archive, changed layers
  compressed with gzip -6. docker push uses another gzip of the same level: within 0.5 %";

#[derive(Args)]
pub struct LadderArguments {
    #[command(flatten)]
    target: OptionalTarget,
    #[command(flatten)]
    ascii: AsciiOption,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show the size without this path (repeatable)
    #[arg(long, value_name = "PATH")]
    drop: Vec<String>,
    /// Show the size with these layers built by one instruction (repeatable)
    #[arg(long, value_name = "FIRST-LAST")]
    merge: Vec<String>,
    /// Show the size without the bytes that this rule finds in your layers (repeatable)
    #[arg(long, value_name = "RULE")]
    apply: Vec<String>,
    /// Measure download sizes: compress changed layers with gzip at its default level, within 0.5 %
    /// of `docker push` (13 s for an image of 1 GB on two cores)
    #[arg(long)]
    measure: bool,
    #[command(flatten)]
    study: StudyArguments,
}

/// Writes the ladder, or the effect of given changes.
pub fn ladder(arguments: &LadderArguments) -> Result<(), Failure> {
    let options = &arguments.target.options;
    let (units, signs) = options.preferences.of_text(&arguments.ascii)?;
    // What is not to be shown is to be known: the steps quote instructions.
    let secrets = options.preferences.secrets()?;
    let mut prepared = arguments.study.prepare()?.with_secrets(secrets);
    let (input, selection) = arguments.target.input()?;
    let searching = Progress { searching: prepared.searching(), ..Progress::default() };
    let (opened, inspection) = read_opened(input, &selection, &searching)?;
    completeness::say(&inspection);
    let accepted = options.preferences.accepted()?;
    let mut changes = changes(arguments, &inspection)?;
    if !changes.is_empty() || !arguments.apply.is_empty() {
        // Paths, layers and findings do not depend on the contents of files.
        prepared = prepared.quick();
    }
    let mut study = prepared.study(&opened, &inspection, &Arc::default())?;
    for rule in &arguments.apply {
        let own = study.findings.iter().filter(|finding| finding.added_in >= study.base.layers);
        let of_rule = own.clone().filter(|finding| finding.rule == *rule);
        let inodes: Vec<_> = of_rule.flat_map(|finding| finding.inodes.iter().copied()).collect();
        if inodes.is_empty() {
            let shown = escaped_str(rule);
            let message = match prepared.unknown_rule(rule) {
                Some(unknown) => format!("--apply {shown}: {unknown}"),
                None => format!("the rule {shown} finds nothing in your layers"),
            };
            let mut others: Vec<_> = own.map(|finding| escaped_str(&finding.rule)).collect();
            let mut seen = HashSet::new();
            others.retain(|rule| seen.insert(rule.clone()));
            let hint = if others.is_empty() {
                "no rule finds anything".to_owned()
            } else {
                format!("rules that find something, largest first: {}", others.join(", "))
            };
            return Err(Failure::Place { message, hint });
        }
        changes.push(Change::Without(inodes));
    }
    let signs = if matches!(arguments.format, Format::Text) { signs } else { Signs::Unicode };
    let mut out = text_output(signs);
    let style = TextStyle { colour: coloured(), units, top: 0 };
    let progress = Arc::<Progress>::default();
    if changes.is_empty() {
        if arguments.measure {
            let measuring = || measure_ladder(&inspection, &mut study.ladder, &opened, &progress);
            progress::shown("compressing layers", &progress, measuring)?;
        }
        opened.check_unchanged()?;
        match arguments.format {
            Format::Text => write_ladder(&study.ladder, style, &mut out)
                .and_then(
                    |()| if arguments.measure { writeln!(out, "\n{MEASURED}") } else { Ok(()) },
                )
                .and_then(|()| out.flush())
                .map_err(to_stdout),
            Format::Json => write_ladder_json(&study.ladder, units, out).map_err(to_stdout),
        }?;
        return completeness::ended([&inspection], &accepted);
    }
    let outcome = what_if(&inspection, &changes);
    let download = if arguments.measure {
        let measuring = || measure(&inspection, &changes, &opened, &progress);
        progress::shown("compressing layers", &progress, measuring)?
    } else {
        estimate_download(&inspection, &outcome)
    };
    opened.check_unchanged()?;
    let before = inspection.totals.size;
    let exact = inspection.completeness.sizes_are_exact();
    match arguments.format {
        Format::Text => {
            let size = |bytes| units.size(bytes);
            let download = download
                .words(units)
                .map(|words| format!(" Download size: {}.", words.trim_start_matches("download: ")))
                .unwrap_or_default();
            writeln!(
                out,
                "{} instead of {} (-{}, {}{}). {} would still be wasted.{download}",
                size(outcome.size),
                size(before),
                size(outcome.saved(&inspection)),
                share(outcome.saved(&inspection), before),
                if exact { "" } else { ", of what could be read" },
                size(outcome.wasted)
            )
        }
        Format::Json => {
            let value = serde_json::json!({
                "before_bytes": before,
                "size_bytes": outcome.size,
                "exact": exact,
                "saved_bytes": outcome.saved(&inspection),
                "wasted_bytes": outcome.wasted,
                "layers": outcome.layers,
                "download_bytes": download.bytes(),
                "download_exact": download.is_exact() && exact,
            });
            writeln!(out, "{value:#}")
        }
    }
    .and_then(|()| out.flush())
    .map_err(to_stdout)?;
    completeness::ended([&inspection], &accepted)
}

fn changes(arguments: &LadderArguments, inspection: &Inspection) -> Result<Vec<Change>, Failure> {
    let mut changes = Vec::new();
    for path in &arguments.drop {
        let node = inspection.tree.find(path.as_bytes());
        let node = node.ok_or_else(|| Failure::Place {
            message: format!("no layer has {}, so --drop changes nothing", escaped_str(path)),
            hint: "find the path on the screen: / searches all layers".into(),
        })?;
        changes.push(Change::Drop(node));
    }
    let layers = inspection.layers.len();
    for run in &arguments.merge {
        let bounds =
            run.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        match bounds {
            Some((first, last)) if first <= last && last < layers => {
                let (first, last) = (LayerIndex::new(first), LayerIndex::new(last));
                changes.push(Change::Merge { first, last });
            }
            _ => {
                let message = format!(
                    "invalid --merge {}: expected FIRST-LAST with layers 0 to {}",
                    escaped_str(run),
                    layers.saturating_sub(1)
                );
                return Err(Failure::Usage(message));
            }
        }
    }
    Ok(changes)
}
