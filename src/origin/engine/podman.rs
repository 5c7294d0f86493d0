//! Podman: by its command, which needs no service, or by the socket of its service.

use std::ffi::OsString;
use std::path::PathBuf;

use super::command::{Complaints, output, words};
use super::docker::{inspect, listed_all, socket_image};
use super::{Access, HeldImage, Listed};
use crate::origin::{Answer, FindOptions, Provider};
use crate::progress::Progress;

/// Looks for an image.
pub fn find(name: &str, options: &FindOptions, progress: &Progress) -> Result<HeldImage, Answer> {
    match inspect(podman(options), name, progress, explain) {
        Ok((repo_digests, name)) => {
            let mut save = podman(options);
            save.extend(words([
                "image",
                "save",
                "--quiet",
                "--format",
                "docker-archive",
                "--",
                &name,
            ]));
            Ok(HeldImage {
                provider: Provider::Podman,
                name,
                repo_digests,
                bytes: None,
                access: Access::Command(save),
            })
        }
        Err(Answer::NotInstalled) => {
            let sockets = sockets().into_iter().find(|socket| socket.exists());
            socket_image(Provider::Podman, sockets.ok_or(Answer::NotInstalled)?, name)
        }
        Err(answer) => Err(answer),
    }
}

/// Lists the images.
pub fn list(options: &FindOptions, progress: &Progress) -> Result<Vec<Listed>, Answer> {
    let format = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.Size}}\t{{.Created}}";
    let mut command = podman(options);
    command.extend(words(["images", "--noheading", "--format", format]));
    let lines = output(&command, progress, explain)?;
    Ok(listed_all(Provider::Podman, &lines))
}

/// Returns the command, with the storage that was asked for.
fn podman(options: &FindOptions) -> Vec<OsString> {
    let mut command = words(["podman"]);
    if let Some(storage) = &options.storage {
        if !storage.driver.is_empty() {
            command.extend(words(["--storage-driver", &storage.driver]));
        }
        command.push("--root".into());
        command.push(storage.root.clone().into());
        if let Some(run_root) = &storage.run_root {
            command.push("--runroot".into());
            command.push(run_root.clone().into());
        }
    }
    command
}

fn sockets() -> Vec<PathBuf> {
    let named = std::env::var("CONTAINER_HOST").ok();
    let named = named.as_deref().and_then(|host| host.strip_prefix("unix://")).map(PathBuf::from);
    let own = std::env::var_os("XDG_RUNTIME_DIR")
        .map(|directory| PathBuf::from(directory).join("podman/podman.sock"));
    named.into_iter().chain(own).chain([PathBuf::from("/run/podman/podman.sock")]).collect()
}

const COMPLAINTS: Complaints = Complaints {
    no_image: &["no such image", "image not known", "failed to find image", "no such object"],
    denied: &[],
    silent: &["unable to connect", "cannot connect"],
    silence: "its service does not answer",
};

/// Returns the engine's answer for what its command said.
fn explain(said: &str) -> Answer {
    COMPLAINTS.explain(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::StorageArea;

    #[test]
    fn a_storage_of_ones_own_is_handed_on() {
        let storage = StorageArea { driver: "vfs".into(), root: "/a".into(), run_root: None };
        let options = FindOptions { storage: Some(storage), ..FindOptions::default() };
        assert_eq!(podman(&options), words(["podman", "--storage-driver", "vfs", "--root", "/a"]));
    }

    #[test]
    fn what_podman_says_is_understood() {
        assert_eq!(explain("Error: nothing: image not known"), Answer::NoSuchImage);
        assert_eq!(explain("Error: inspecting object: no such image nothing"), Answer::NoSuchImage);
        assert_eq!(explain("Error: other"), Answer::Failed("Error: other".into()));
    }
}
