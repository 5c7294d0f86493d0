//! The image that a command is about: an argument, with the options by which it is found.

use std::path::{Path, PathBuf};

use clap::Args;
use layerscope::Selection;

use super::Failure;
use super::input::Input;
use super::name::{self, NameOptions};
use super::settings::Preferences;

/// The image of a command, which may be left out.
#[derive(Args)]
pub struct OptionalTarget {
    /// Name of the image, searched in Docker, Podman, containerd and its registry; or an archive of
    /// `docker save`, `podman save`, skopeo, buildah, BuildKit, kaniko, …, an OCI layout or a root
    /// filesystem: a tar, compressed or not, or a directory; `-` is standard input
    #[arg(value_name = "IMAGE")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub options: TargetOptions,
}

/// The image of a command.
#[derive(Args)]
pub struct Target {
    /// Name of the image, searched in Docker, Podman, containerd and its registry; or an archive of
    /// `docker save`, `podman save`, skopeo, buildah, BuildKit, kaniko, …, an OCI layout or a root
    /// filesystem: a tar, compressed or not, or a directory; `-` is standard input
    #[arg(value_name = "IMAGE")]
    pub path: PathBuf,
    #[command(flatten)]
    pub options: TargetOptions,
}

/// The options by which an image is found.
#[derive(Args)]
pub struct TargetOptions {
    /// Select an image by tag, ID prefix or digest
    #[arg(long, value_name = "TAG|ID|DIGEST", value_parser = name::image)]
    pub image: Option<String>,
    /// Select a platform: os/architecture[/variant]
    #[arg(long, value_name = "PLATFORM", value_parser = name::platform)]
    pub platform: Option<String>,
    #[command(flatten)]
    pub names: NameOptions,
    #[command(flatten)]
    pub preferences: Preferences,
}

impl OptionalTarget {
    /// Returns what is named, or what is piped in, and the image in it.
    pub fn input(&self) -> Result<(Input, Selection), Failure> {
        let named = self.path.as_deref().map(|path| self.options.named(path)).transpose()?;
        let piped = || Some((Input::piped()?, self.options.selection()));
        named.or_else(piped).ok_or_else(|| Failure::Place {
            message: "no image given, and nothing piped in".into(),
            hint: hint(),
        })
    }
}

/// Returns examples of the command that was typed.
fn hint() -> String {
    let words: Vec<String> =
        std::env::args().skip(1).take_while(|word| !word.starts_with('-')).collect();
    let command = words.first().map_or("report", String::as_str);
    format!("try: layerscope {command} nginx:1.27; or: docker save my-app | layerscope {command}")
}

impl TargetOptions {
    pub fn selection(&self) -> Selection {
        Selection { image: self.image.clone(), platform: self.platform.clone() }
    }

    /// Returns the input for an argument, and the image in it.
    pub fn named(&self, argument: &Path) -> Result<(Input, Selection), Failure> {
        let usual = self.preferences.usual()?;
        let input = Input::named(argument, &self.names, self.platform.as_deref(), &usual);
        let selection = input.select(self.selection());
        Ok((input, selection))
    }
}
