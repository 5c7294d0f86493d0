//! Images by name: the complete account beside the least that has to be done for it.
//!
//! - **name in Docker**: `layerscope report NAME`, beside `docker save NAME | wc -c`;
//! - **name in a registry on this machine**: the same, beside `curl` of the layers and their bare
//!   decoding.
//!
//! The image is one that Docker has. Debian's `docker-registry`, `skopeo` and `curl` have to be
//! installed.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use super::process::{Cost, Plan, Task, interleaved};
use super::registry::Registry;
use super::side::{FLAG, Side, spell};
use super::{figures, table};

/// The most that the account may take, as a multiple of the other side.
const LIMITS: [f64; 2] = [1.15, 1.2];

fn run(program: &str, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "{program} {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        )
        .into()),
    }
}

fn shell(script: String) -> Task {
    Task { program: "sh".into(), arguments: vec!["-c".into(), script] }
}

fn report(name: &str) -> Task {
    let arguments =
        ["report", name, "--format", "json", "--top", "1", "--quick", "--no-cache"].map(Into::into);
    Task { program: PathBuf::from(env!("CARGO_BIN_EXE_layerscope")), arguments: arguments.into() }
}

/// Measures the image that Docker calls `name`; returns a table, and whether a limit is missed by
/// more than `tolerance`.
pub fn measure(name: &str, plan: Plan, tolerance: f64) -> Result<(String, bool), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let registry = Registry::start(directory.path(), "")?;
    let target = format!("docker://{}/measured:1", registry.host);
    let policy = ["--insecure-policy", "copy"];
    eprintln!("pushing {name}");
    run(
        "skopeo",
        &[&policy[..], &["--dest-tls-verify=false", &format!("docker-daemon:{name}"), &target]]
            .concat(),
    )?;
    let archive = directory.path().join("layers.tar");
    let layout = format!("oci-archive:{}:measured", archive.display());
    run("skopeo", &[&policy[..], &["--src-tls-verify=false", &target, &layout]].concat())?;
    let (runs, _, _) = figures::layers(&archive)?;
    let decode = Task {
        program: std::env::current_exe()?,
        arguments: [
            FLAG.into(),
            Side::Decode.name().into(),
            archive.display().to_string(),
            spell(&runs),
        ]
        .into(),
    };
    let opened = layerscope::open(&archive, None)?;
    let digests = opened.image.layers.iter().filter_map(|layer| layer.digest.clone());
    let urls: Vec<_> = digests
        .map(|digest| format!("http://{}/v2/measured/blobs/{digest}", registry.host))
        .collect();
    let curl = shell(format!("curl -sf {} > /dev/null", urls.join(" ")));
    eprintln!("measuring");
    let saved = shell(format!("docker save {name} | wc -c"));
    let (in_docker, in_registry) = (report(&format!("docker-daemon:{name}")), report(&target));
    let costs = interleaved(&[&in_docker, &saved, &in_registry, &curl, &decode], plan)?;
    let both = Cost { wall: costs[3].wall + costs[4].wall, cpu: None };
    let rows = [
        ("a name in Docker", "docker save | wc -c", costs[0], costs[1], LIMITS[0]),
        ("a name in a registry", "curl of the layers + bare decoding", costs[2], both, LIMITS[1]),
    ];
    let mut text = String::from(
        "| image | side | wall ms | CPU ms | report ÷ side | at most |\n|---|---|---:|---:|---:|---:|\n",
    );
    let mut missed = false;
    for (what, side, report, other, limit) in rows {
        let ratio = report.wall.as_secs_f64() / other.wall.as_secs_f64();
        missed |= ratio > limit * tolerance;
        text += &format!("| {what} | **report** | {} | | |\n", table::cost(&report));
        text += &format!("| | {side} | {} | {ratio:.2} | {limit} |\n", table::cost(&other));
    }
    Ok((text, missed))
}
