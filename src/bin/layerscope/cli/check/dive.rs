//! The options and the file of dive, which builds may have already.

use std::path::{Path, PathBuf};

use clap::Args;
use layerscope::display::escaped;
use layerscope::gate::{DiveRule, DiveRules, Limit};

use super::super::Failure;
use super::unreadable;
use crate::cli::stderr::say;
use crate::host_text;

/// The file that dive looks for in the working directory.
pub const FILE: &str = ".dive-ci";

#[derive(Args, Clone, Default)]
#[command(next_help_heading = "As in dive")]
pub struct DiveOptions {
    /// Check the image, as CI=true does
    #[arg(long)]
    ci: bool,
    /// The file with dive's rules [default: .dive-ci in the working directory, unless there is a
    /// .layerscope.toml]
    #[arg(long, value_name = "FILE")]
    ci_config: Option<PathBuf>,
    /// The lowest efficiency, from 0 to 1; or disabled
    #[arg(long = "lowestEfficiency", value_name = "RATIO")]
    lowest_efficiency: Option<String>,
    /// The most wasted bytes, such as 20MB; or disabled
    #[arg(long = "highestWastedBytes", value_name = "SIZE")]
    highest_wasted_bytes: Option<String>,
    /// The most wasted bytes as a part, from 0 to 1, of the layers above the first one; or disabled
    #[arg(long = "highestUserWastedPercent", value_name = "RATIO")]
    highest_user_wasted_percent: Option<String>,
}

impl DiveOptions {
    /// Returns whether one of dive's options asks for a check.
    pub fn are_given(&self) -> bool {
        self.ci || self.ci_config.is_some() || self.given().next().is_some()
    }

    /// Returns the rules of the options.
    pub(super) fn given(&self) -> impl Iterator<Item = (DiveRule, &String)> {
        let options = [
            &self.lowest_efficiency,
            &self.highest_wasted_bytes,
            &self.highest_user_wasted_percent,
        ];
        DiveRule::ALL
            .into_iter()
            .zip(options)
            .filter_map(|(rule, text)| Some((rule, text.as_ref()?)))
    }

    /// Reads dive's rules; `None` if neither its options nor its file is there. The file is also
    /// left alone if there are limits of our own, unless it is named.
    pub fn read(&self, has_limits: bool) -> Result<Option<Vec<Limit>>, Failure> {
        let named = self.ci_config.as_deref();
        let file = named.or_else(|| (!has_limits && has_file()).then_some(Path::new(FILE)));
        if file.is_none() && has_file() {
            say(
                "warning: .dive-ci is not read, because there is a .layerscope.toml; --ci-config .dive-ci reads both",
            );
        }
        // Beside limits of our own, --ci alone asks for no rules of dive, as CI=true does not.
        let asks_for_rules = self.given().next().is_some() || self.ci && !has_limits;
        if file.is_none() && !asks_for_rules {
            return Ok(None);
        }
        let mut rules = DiveRules::default();
        let name = |path: &Path| escaped(path.as_os_str().as_encoded_bytes());
        if let Some(path) = file {
            let text = host_text::contents(path).map_err(|error| unreadable(path, &error))?;
            let read = DiveRules::read(&text).map_err(|problem| Failure::Place {
                message: format!("{} {problem}", name(path)),
                hint: "it is YAML, such as rules: {highestWastedBytes: 20MB}; the rules of dive: \
                       layerscope help dive"
                    .into(),
            })?;
            rules = read.0;
            for warning in read.1 {
                say(format_args!("warning: {} {warning}", name(path)));
            }
        }
        for (rule, text) in self.given() {
            if let Some(remark) = rule.remark(text) {
                say(format_args!("warning: --{}: {remark}", rule.name()));
            }
            rules.set(rule, text.clone());
        }
        rules.limits().map(Some).map_err(|what| match file {
            Some(path) => Failure::File(format!("{} {what}", name(path))),
            None => Failure::Usage(format!("--{what}")),
        })
    }
}

/// Returns whether the environment says that a build runs, in the words that dive takes.
pub fn is_in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| matches!(value.as_str(), "true" | "1" | "yes"))
}

/// Returns whether dive's file is in the working directory.
pub fn has_file() -> bool {
    Path::new(FILE).is_file()
}
