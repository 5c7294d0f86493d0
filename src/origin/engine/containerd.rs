//! containerd: by `nerdctl`, or by `ctr`, which comes with it.

use std::ffi::OsString;

use super::command::{Complaints, output, words};
use super::docker::{COLUMNS, listed_all};
use super::{Access, HeldImage, Listed};
use crate::display::{Escaped, escaped_str, shown};
use crate::origin::{Answer, FindOptions, Provider, Reference};
use crate::progress::Progress;

/// The namespace of Kubernetes, which is tried where the usual one has no such image.
const KUBERNETES: &str = "k8s.io";
/// The socket of containerd, unless CONTAINERD_ADDRESS names another.
const SOCKET: &str = "/run/containerd/containerd.sock";

/// Looks for an image.
pub fn find(name: &str, options: &FindOptions, progress: &Progress) -> Result<HeldImage, Answer> {
    let mut answer = Answer::NotInstalled;
    for namespace in namespaces(options) {
        let namespace = namespace.as_deref();
        let found = by_nerdctl(name, namespace, progress).or_else(|said| {
            remember(&mut answer, said);
            by_ctr(name, namespace, options, progress)
        });
        match found {
            Ok(save) => {
                let access = Access::Command(save);
                return Ok(HeldImage {
                    provider: Provider::Containerd,
                    name: name.into(),
                    repo_digests: Vec::new(),
                    bytes: None,
                    access,
                });
            }
            // An engine that does not answer has no other namespaces either.
            Err(said @ Answer::NotRunning(_)) => return Err(said),
            Err(said) => remember(&mut answer, said),
        }
    }
    Err(answer)
}

/// Keeps the answer that says most: an engine that is there is more than one that is not.
fn remember(answer: &mut Answer, said: Answer) {
    if said != Answer::NotInstalled
        && !matches!((&answer, &said), (Answer::NotRunning(_), Answer::NoSuchImage))
    {
        *answer = said;
    }
}

/// Lists the images.
pub fn list(options: &FindOptions, progress: &Progress) -> Result<Vec<Listed>, Answer> {
    let namespace = options.namespace.as_deref();
    let mut nerdctl = command("nerdctl", namespace);
    nerdctl.extend(words(["image", "ls", "--format", COLUMNS]));
    match output(&nerdctl, progress, explain) {
        Ok(lines) => return Ok(listed_all(Provider::Containerd, &lines)),
        Err(Answer::NotInstalled) => {}
        Err(answer) => return Err(answer),
    }
    check_socket()?;
    let mut ctr = command("ctr", namespace);
    ctr.extend(words(["images", "ls", "-q"]));
    let names = output(&ctr, progress, explain)?;
    let image = |name: &str| Listed {
        provider: Provider::Containerd,
        name: Some(escaped_str(name)),
        id: Escaped::default(),
        size: Escaped::default(),
        created: Escaped::default(),
    };
    Ok(names.lines().filter(|name| !name.is_empty()).map(image).collect())
}

/// Fails if there is no socket that `ctr` could use. Without one, `ctr` tries for ten seconds.
fn check_socket() -> Result<(), Answer> {
    if !is_installed("ctr") {
        return Err(Answer::NotInstalled);
    }
    let address = std::env::var("CONTAINERD_ADDRESS").ok().filter(|address| !address.is_empty());
    let path = address.as_deref().unwrap_or(SOCKET);
    match std::fs::metadata(path.strip_prefix("unix://").unwrap_or(path)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(Answer::NotRunning("its socket may not be used: permission denied".into()))
        }
        Err(_) => Err(Answer::NotRunning(shown!("there is no socket {}", escaped_str(path)))),
    }
}

/// Returns whether there is a program of this name.
fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// Returns the namespaces to look into; `None` is the one that the command chooses.
fn namespaces(options: &FindOptions) -> Vec<Option<String>> {
    match &options.namespace {
        Some(namespace) => vec![Some(namespace.clone())],
        None if std::env::var_os("CONTAINERD_NAMESPACE").is_some() => vec![None],
        None => vec![None, Some(KUBERNETES.into())],
    }
}

fn command(program: &str, namespace: Option<&str>) -> Vec<OsString> {
    let mut command = words([program]);
    if let Some(namespace) = namespace {
        command.extend(words(["--namespace", namespace]));
    }
    command
}

fn by_nerdctl(
    name: &str,
    namespace: Option<&str>,
    progress: &Progress,
) -> Result<Vec<OsString>, Answer> {
    let mut inspect = command("nerdctl", namespace);
    inspect.extend(words(["image", "inspect", "--format", "{{.ID}}", name]));
    output(&inspect, progress, explain)?;
    let mut save = command("nerdctl", namespace);
    save.extend(words(["image", "save", name]));
    Ok(save)
}

fn by_ctr(
    name: &str,
    namespace: Option<&str>,
    options: &FindOptions,
    progress: &Progress,
) -> Result<Vec<OsString>, Answer> {
    check_socket()?;
    let names = [Some(name.to_owned()), Reference::parse(name).map(|name| name.canonical())];
    for name in names.into_iter().flatten() {
        let mut look = command("ctr", namespace);
        look.extend(words(["images", "ls", "-q", &format!("name=={name}")]));
        if output(&look, progress, explain)?.lines().any(|line| line.trim() == name) {
            let mut export = command("ctr", namespace);
            export.extend(words(["images", "export"]));
            if let Some(platform) = &options.platform {
                export.extend(words(["--platform", platform]));
            }
            export.extend(words(["-", &name]));
            return Ok(export);
        }
    }
    Err(Answer::NoSuchImage)
}

const COMPLAINTS: Complaints = Complaints {
    no_image: &["no such image", "not found", "no such object"],
    denied: &["permission denied"],
    silent: &["connection refused", "no such file", "cannot access containerd socket", "dial unix"],
    silence: "its socket does not answer",
};

/// Returns the engine's answer for what its command said.
fn explain(said: &str) -> Answer {
    COMPLAINTS.explain(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_handed_on() {
        assert_eq!(command("ctr", Some("k8s.io")), words(["ctr", "--namespace", "k8s.io"]));
        let options = FindOptions { namespace: Some("moby".into()), ..FindOptions::default() };
        assert_eq!(namespaces(&options), [Some("moby".to_owned())]);
    }

    #[test]
    fn what_containerd_says_is_understood() {
        let wasted = "ctr: failed to dial \"/run/containerd/containerd.sock\": connection error: no such file or directory";
        assert_eq!(explain(wasted), Answer::NotRunning("its socket does not answer".into()));
    }
}
