//! The limits of a check: a file, overridden by options.

use std::path::{Path, PathBuf};

use clap::Args;
use layerscope::display::escaped;
use layerscope::gate::{self, Bound, Limit, LimitError, Limits, Measure, Quantity, Selector};

use super::super::Failure;
use super::unreadable;
use crate::host_text;

/// The file that is looked for in the working directory and above.
pub const FILE: &str = ".layerscope.toml";

#[derive(Args, Default)]
#[command(next_help_heading = "Limits")]
pub struct LimitOptions {
    /// Read the limits from this file instead of the next .layerscope.toml in this directory or
    /// above
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// The size of the image, such as 600MB (decimal) or 600MiB (binary)
    #[arg(long, value_name = "SIZE", value_parser = Quantity::size)]
    max_size: Option<Quantity>,
    /// The download size; uncompressed layers are compressed to measure it
    #[arg(long, value_name = "SIZE", value_parser = Quantity::size)]
    max_download: Option<Quantity>,
    /// Wasted bytes, or the wasted part of the size (may be given twice)
    #[arg(long, value_name = "SIZE|PERCENT", value_parser = Quantity::part)]
    max_wasted: Vec<Quantity>,
    /// The visible part of the size: 0.9 or 90%
    #[arg(long, value_name = "RATIO", value_parser = Quantity::ratio)]
    min_efficiency: Option<Quantity>,
    /// Bytes of your layers that changes of the Dockerfile would save
    #[arg(long, value_name = "SIZE", value_parser = Quantity::size)]
    max_avoidable: Option<Quantity>,
    /// The size of your layers, without the base image
    #[arg(long, value_name = "SIZE", value_parser = Quantity::size)]
    max_own: Option<Quantity>,
    /// The number of layers
    #[arg(long, value_name = "N")]
    max_layers: Option<u64>,
    /// The size of the largest layer
    #[arg(long, value_name = "SIZE", value_parser = Quantity::size)]
    max_layer: Option<Quantity>,
    /// The growth since --baseline, in bytes or as a part of it (may be given twice)
    #[arg(long, value_name = "SIZE|PERCENT", value_parser = Quantity::parse, requires = "baseline")]
    max_growth: Vec<Quantity>,
    /// The size of a path and everything below it (repeatable)
    #[arg(long, value_name = "PATH=SIZE", value_parser = budget)]
    budget: Vec<Limit>,
    /// The bytes that a rule finds in your layers, or all rules of a level: leftovers, toolchain,
    /// build, documentation (repeatable)
    #[arg(long, value_name = "RULE|LEVEL=SIZE", value_parser = finding)]
    max_finding: Vec<Limit>,
    /// The age of the base image: 90d or 12w
    #[arg(long, value_name = "AGE", value_parser = gate::days)]
    max_base_age: Option<u64>,
    /// A name that the base image may have, such as 'debian:*' (repeatable)
    #[arg(long, value_name = "GLOB")]
    allow_base: Vec<String>,
    /// The number of secrets in the layers and in the config, deleted ones too; 0 allows none
    #[arg(long, value_name = "N")]
    max_secrets: Option<u64>,
    /// Let a limit on secrets fail, too, if archives or attestations could not be searched
    #[arg(long)]
    strict: bool,
}

impl LimitOptions {
    /// Returns the file that is named.
    pub fn file(&self) -> Option<&Path> {
        self.limits.as_deref()
    }

    /// Returns whether there is a file of limits.
    pub fn has_file(&self) -> bool {
        self.limits.is_some() || find().is_some()
    }

    /// Reads the file of limits, and overrides it with the options.
    pub fn read(&self) -> Result<Limits, Failure> {
        let file = self.limits.clone().or_else(find);
        let mut limits = match &file {
            Some(path) => {
                let text = host_text::contents(path).map_err(|error| unreadable(path, &error))?;
                let name = escaped(path.as_os_str().as_encoded_bytes());
                gate::read(&text).map_err(|problem| Failure::File(format!("{name} {problem}")))?
            }
            None => Limits::default(),
        };
        limits.override_with(self.given());
        limits.is_strict |= self.strict;
        Ok(limits)
    }

    /// Returns the limits of the options.
    fn given(&self) -> Vec<Limit> {
        let quantity = |measure: Measure, quantity: &Option<Quantity>| {
            quantity.clone().map(|quantity| Limit { measure, bound: Bound::Quantity(quantity) })
        };
        let either = |quantities: &[Quantity], [bytes, share]: [Measure; 2]| -> Vec<Limit> {
            let measure = |quantity: &Quantity| match quantity {
                Quantity::Bytes(..) => bytes.clone(),
                Quantity::Share(_) => share.clone(),
            };
            let limit = |quantity: &Quantity| Limit {
                measure: measure(quantity),
                bound: Bound::Quantity(quantity.clone()),
            };
            quantities.iter().map(limit).collect()
        };
        let layers = self
            .max_layers
            .map(|count| Limit { measure: Measure::Layers, bound: Bound::Count(count) });
        let age = self
            .max_base_age
            .map(|days| Limit { measure: Measure::BaseAge, bound: Bound::Days(days) });
        let secrets = self
            .max_secrets
            .map(|count| Limit { measure: Measure::Secrets, bound: Bound::Count(count) });
        let names = self.allow_base.clone();
        let base = (!names.is_empty())
            .then_some(Limit { measure: Measure::BaseName, bound: Bound::Names(names) });
        let mut limits: Vec<Limit> = [
            quantity(Measure::Size, &self.max_size),
            quantity(Measure::Download, &self.max_download),
            quantity(Measure::Efficiency, &self.min_efficiency),
            quantity(Measure::Avoidable, &self.max_avoidable),
            quantity(Measure::Own, &self.max_own),
            layers,
            quantity(Measure::LargestLayer, &self.max_layer),
            age,
            base,
            secrets,
        ]
        .into_iter()
        .flatten()
        .collect();
        limits.extend(either(&self.max_wasted, [Measure::Wasted, Measure::WastedShare]));
        limits.extend(either(&self.max_growth, [Measure::Growth, Measure::GrowthShare]));
        limits.extend(self.budget.iter().chain(&self.max_finding).cloned());
        limits
    }
}

/// Finds the next file of limits in the working directory or above it.
pub fn find() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|directory| directory.join(FILE)).find(|path| path.is_file())
}

fn budget(text: &str) -> Result<Limit, LimitError> {
    let form = "PATH=SIZE, such as /app/node_modules=120MB";
    let (path, max) = text.rsplit_once('=').ok_or(LimitError::NoEquals(form))?;
    limit(Measure::Budget(gate::path(path)?), max)
}

fn finding(text: &str) -> Result<Limit, LimitError> {
    let form = "RULE=SIZE or LEVEL=SIZE, such as leftovers=0";
    let (selector, max) = text.rsplit_once('=').ok_or(LimitError::NoEquals(form))?;
    limit(Measure::Finding(Selector::parse(selector)), max)
}

fn limit(measure: Measure, max: &str) -> Result<Limit, LimitError> {
    Ok(Limit { measure, bound: Bound::Quantity(Quantity::size(max)?) })
}
