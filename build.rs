//! Converts the built-in rules from TOML, in which they are written, to JSON, which a program reads
//! in a fraction of the time: every start of the program reads them.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The files of rules in `assets/`, without `.toml`.
const RULES: [&str; 2] = ["rules", "secrets"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    println!("cargo::rerun-if-changed=build.rs");
    for name in RULES {
        let file = format!("assets/{name}.toml");
        println!("cargo::rerun-if-changed={file}");
        let rules: toml::Table =
            fs::read_to_string(&file)?.parse().map_err(|error| format!("{file}: {error}"))?;
        fs::write(Path::new(&out).join(name).with_extension("json"), serde_json::to_vec(&rules)?)?;
    }
    Ok(())
}
