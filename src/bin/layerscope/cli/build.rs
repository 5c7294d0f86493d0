//! `layerscope build`: the engine's own build, and the image that came out.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use clap::{Args, ValueEnum};
use layerscope::Selection;
use layerscope::display::escaped;
use layerscope::origin::{FindOptions, Provider};

use super::Failure;
use super::input::Input;

#[derive(Args)]
pub struct BuildArguments {
    /// Build with docker or podman [default: docker if it is installed]
    #[arg(long, value_enum)]
    engine: Option<Builder>,
    /// Arguments for docker build or podman build, as in: layerscope build -t my-app .
    #[arg(value_name = "ARGUMENTS", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Builder {
    Docker,
    Podman,
}

/// Builds an image, and returns it.
pub fn build(asked: &BuildArguments) -> Result<(Input, Selection), Failure> {
    let directory =
        tempfile::tempdir().map_err(|error| Failure::File(format!("cannot build: {error}")))?;
    let id_file = directory.path().join("id");
    let engines = match asked.engine {
        Some(engine) => vec![engine],
        None => vec![Builder::Docker, Builder::Podman],
    };
    for engine in engines {
        let (program, provider) = match engine {
            Builder::Docker => ("docker", Provider::Docker),
            Builder::Podman => ("podman", Provider::Podman),
        };
        let mut command = Command::new(program);
        command.arg("build").arg("--iidfile").arg(&id_file).args(&asked.arguments);
        let status = match command.status() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            status => {
                status.map_err(|error| Failure::File(format!("cannot run {program}: {error}")))?
            }
        };
        if !status.success() {
            return Err(Failure::Place {
                message: format!("{program} build failed ({status})"),
                hint: "its messages above give the reason".into(),
            });
        }
        let id = std::fs::read_to_string(&id_file).map_err(|error| {
            let file = escaped(id_file.as_os_str().as_encoded_bytes());
            Failure::File(format!("{program} build wrote no image ID to {file}: {error}"))
        })?;
        let options = FindOptions { providers: vec![provider], ..FindOptions::default() };
        return Ok((Input::Name(id.trim().to_owned(), Box::new(options)), Selection::default()));
    }
    Err(Failure::Place {
        message: "neither docker nor podman is installed".into(),
        hint: "build the image elsewhere, then open it by name or as a file".into(),
    })
}
