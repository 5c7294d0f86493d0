//! `layerscope cache`: where the cache lies, how much it takes, and an end to it.

use std::io::{self, Write};

use clap::Args;
use layerscope::display::{escaped, plural};
use layerscope::origin::Cache;

use super::settings::Preferences;
use super::{Failure, to_stdout};

#[derive(Args)]
pub struct CacheArguments {
    /// Remove everything from the cache
    #[arg(long)]
    clear: bool,
    #[command(flatten)]
    preferences: Preferences,
}

/// Prints where the cache lies and how much it takes, or clears it.
pub fn cache(arguments: &CacheArguments) -> Result<(), Failure> {
    let (units, limit) = (arguments.preferences.units()?, arguments.preferences.usual()?.cache);
    // What lies there can be cleared even if nothing is kept any more.
    let Some(cache) = Cache::usual(limit.max(1)) else {
        return Err(Failure::Place {
            message: "cannot find the directory of the cache".into(),
            hint: "set HOME or XDG_CACHE_HOME".into(),
        });
    };
    let place = escaped(cache.directory().as_os_str().as_encoded_bytes());
    if arguments.clear {
        cache.clear().map_err(|error| Failure::File(format!("cannot clear {place}: {error}")))?;
    }
    let (records, bytes) = cache.usage();
    let room = if limit == 0 {
        "nothing is kept".to_owned()
    } else {
        format!("at most {}", units.size(limit))
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{place}\n{}, {}; {room}", plural(records, "record"), units.size(bytes))
        .map_err(to_stdout)
}
