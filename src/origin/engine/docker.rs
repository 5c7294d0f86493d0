//! Docker: by its command, which knows contexts and `DOCKER_HOST`, or by its socket.

use std::ffi::OsString;
use std::path::PathBuf;

use serde_json::Value;

use super::command::{Complaints, output, words};
use super::{Access, HeldImage, Listed, socket};
use crate::display::escaped_str;
use crate::display::shown;
use crate::origin::{Answer, FindOptions, Provider};
use crate::progress::Progress;

/// The columns of a list of images, as Docker and nerdctl name them.
pub const COLUMNS: &str = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.Size}}\t{{.CreatedSince}}";
/// The version of the engine's interface that takes a platform for `docker save`.
const PLATFORMS_SINCE: (u32, u32) = (1, 48);

/// Looks for an image.
pub fn find(name: &str, options: &FindOptions, progress: &Progress) -> Result<HeldImage, Answer> {
    match inspect(words(["docker"]), name, progress, explain) {
        Ok((repo_digests, name)) => {
            let mut save = words(["docker", "image", "save"]);
            if let Some(platform) = &options.platform
                && takes_a_platform(progress)
            {
                save.extend(words(["--platform", platform]));
            }
            save.extend(words(["--", &name]));
            Ok(HeldImage {
                provider: Provider::Docker,
                name,
                repo_digests,
                bytes: None,
                access: Access::Command(save),
            })
        }
        Err(Answer::NotInstalled) => by_socket(name),
        Err(answer) => Err(answer),
    }
}

/// Asks an engine's command for the digests of an image, and for the name to save it by; `explain`
/// reads what that engine complains of.
pub fn inspect(
    mut command: Vec<OsString>,
    name: &str,
    progress: &Progress,
    explain: fn(&str) -> Answer,
) -> Result<(Vec<String>, String), Answer> {
    let format = "{{json .RepoDigests}}{{json .RepoTags}}";
    command.extend(words(["image", "inspect", "--format", format, "--", name]));
    let (repo_digests, tags) = names(&output(&command, progress, explain)?);
    Ok((repo_digests, one_tag(name, &tags)))
}

/// Lists the images.
pub fn list(progress: &Progress) -> Result<Vec<Listed>, Answer> {
    let lines = output(&words(["docker", "image", "ls", "--format", COLUMNS]), progress, explain)?;
    Ok(listed_all(Provider::Docker, &lines))
}

/// Reads the lines of a list.
pub fn listed_all(provider: Provider, lines: &str) -> Vec<Listed> {
    lines.lines().filter_map(|line| listed(provider, line)).collect()
}

/// Reads a line of `REPOSITORY TAG ID SIZE AGE`, as Docker and Podman write it.
fn listed(provider: Provider, line: &str) -> Option<Listed> {
    let mut columns = line.split('\t').map(escaped_str);
    let (repository, tag, id) = (columns.next()?, columns.next()?, columns.next()?);
    let name = (repository != "<none>").then(|| match &*tag {
        "<none>" => repository,
        tag => shown!("{}:{}", repository, escaped_str(tag)),
    });
    Some(Listed { provider, name, id, size: columns.next()?, created: columns.next()? })
}

/// Reads two JSON lists: the digests and the tags of an image.
pub fn names(said: &str) -> (Vec<String>, Vec<String>) {
    let mut lists = serde_json::Deserializer::from_str(said).into_iter::<Option<Vec<String>>>();
    let mut next = || lists.next().and_then(Result::ok).flatten().unwrap_or_default();
    (next(), next())
}

/// Completes a name without a tag, because all tags of a repository are saved otherwise.
pub fn one_tag(name: &str, tags: &[String]) -> String {
    let latest = format!("{name}:latest");
    let is_tag = |tag: &String| *tag == latest || tag.ends_with(&format!("/{latest}"));
    if tags.iter().any(is_tag) { latest } else { name.to_owned() }
}

const COMPLAINTS: Complaints = Complaints {
    no_image: &["no such image", "no such object", "not found", "invalid reference"],
    denied: &["permission denied"],
    silent: &["cannot connect", "is the docker daemon running", "failed to connect"],
    silence: "the daemon does not answer",
};

/// Returns the engine's answer for what its command said.
fn explain(said: &str) -> Answer {
    COMPLAINTS.explain(said)
}

fn takes_a_platform(progress: &Progress) -> bool {
    let version = output(
        &words(["docker", "version", "--format", "{{.Client.APIVersion}}"]),
        progress,
        explain,
    );
    let version = version.unwrap_or_default();
    let mut numbers = version.trim().split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= PLATFORMS_SINCE
}

fn by_socket(name: &str) -> Result<HeldImage, Answer> {
    let socket = match std::env::var("DOCKER_HOST") {
        Ok(host) if !host.is_empty() => match host.strip_prefix("unix://") {
            Some(path) => PathBuf::from(path),
            None => {
                return Err(Answer::NotAsked(shown!(
                    "DOCKER_HOST is {}: the docker command is needed",
                    escaped_str(&host)
                )));
            }
        },
        _ => PathBuf::from("/var/run/docker.sock"),
    };
    socket_image(Provider::Docker, socket, name)
}

/// Looks for an image on a socket that speaks Docker's interface.
pub fn socket_image(provider: Provider, socket: PathBuf, name: &str) -> Result<HeldImage, Answer> {
    if !socket.exists() {
        return Err(Answer::NotInstalled);
    }
    let found = socket::json(&socket, &format!("/images/{}/json?manifests=1", encoded(name)))?;
    let digests = found.get("RepoDigests").and_then(Value::as_array).into_iter().flatten();
    let repo_digests = digests.filter_map(|digest| Some(digest.as_str()?.to_owned())).collect();
    let tags = found.get("RepoTags").and_then(Value::as_array).into_iter().flatten();
    let tags: Vec<String> = tags.filter_map(|tag| Some(tag.as_str()?.to_owned())).collect();
    let name = one_tag(name, &tags);
    let request = format!("/images/{}/get", encoded(&name));
    let (bytes, access) = (held_bytes(&found), Access::Socket { socket, request });
    Ok(HeldImage { provider, name, repo_digests, bytes, access })
}

/// Returns the bytes of an image's contents, as engines since version 1.48 of the interface tell
/// them if they keep images as registries do. The `Size` of an image is two to four times off.
fn held_bytes(found: &Value) -> Option<u64> {
    let manifests = found.get("Manifests")?.as_array()?;
    let is_held =
        |manifest: &&Value| manifest.get("Available").and_then(Value::as_bool) == Some(true);
    let bytes = manifests
        .iter()
        .filter(is_held)
        .map(|manifest| manifest.pointer("/Size/Content")?.as_u64());
    bytes.sum::<Option<u64>>().filter(|&bytes| bytes > 0)
}

/// Returns a name for use in a path. References have nothing else that needs it.
fn encoded(name: &str) -> String {
    name.bytes()
        .filter(|b| b.is_ascii_alphanumeric() || b"/:@._-".contains(b))
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_docker_says_is_understood() {
        for (said, answer) in [
            ("Error response from daemon: No such image: nothing:latest", Answer::NoSuchImage),
            ("Error: No such image: x", Answer::NoSuchImage),
            (
                "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
                Answer::NotRunning("the daemon does not answer".into()),
            ),
            (
                "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
                Answer::NotRunning("its socket may not be used: permission denied".into()),
            ),
            ("something new", Answer::Failed("something new".into())),
        ] {
            assert_eq!(explain(said), answer, "{said}");
        }
    }

    #[test]
    fn a_name_without_a_tag_is_one_image_and_not_all_of_the_repository() {
        let said = "[\"node@sha256:1\"][\"node:20\",\"node:latest\"]\n";
        let (digests, tags) = names(said);
        assert_eq!(digests, ["node@sha256:1"]);
        assert_eq!(one_tag("node", &tags), "node:latest");
        assert_eq!(one_tag("node:20", &tags), "node:20");
        assert_eq!(one_tag("0123456789ab", &tags), "0123456789ab");
        assert_eq!(one_tag("node", &["docker.io/library/node:latest".to_owned()]), "node:latest");
        assert_eq!(names("null[]"), (vec![], vec![]));
    }

    #[test]
    fn the_sum_of_the_layers_is_known_only_where_the_engine_tells_it() {
        let manifest = |available: bool, content: u64| {
            let size = serde_json::json!({ "Content": content, "Total": 9 });
            serde_json::json!({ "Available": available, "Size": size })
        };
        let found = |manifests: Value| serde_json::json!({ "Size": 1, "Manifests": manifests });
        let all = [manifest(true, 30), manifest(false, 500), manifest(true, 4)];
        assert_eq!(
            held_bytes(&found(Value::from(all.to_vec()))),
            Some(34),
            "what is not there is not saved"
        );
        assert_eq!(held_bytes(&found(Value::Null)), None, "the size of an image is another one");
        assert_eq!(held_bytes(&serde_json::json!({ "Size": 1 })), None);
        assert_eq!(held_bytes(&found(serde_json::json!([{ "Available": true }]))), None);
    }

    #[test]
    fn a_line_of_the_list_is_read() {
        let line = "debian\tbookworm\t0123456789ab\t120MB\t2 weeks ago";
        let image = listed(Provider::Docker, line).unwrap();
        assert_eq!(
            (image.name.as_deref(), image.id.as_str()),
            (Some("debian:bookworm"), "0123456789ab")
        );
        assert_eq!(listed(Provider::Docker, "<none>\t<none>\tab\t1MB\tnow").unwrap().name, None);
        assert_eq!(listed(Provider::Docker, "nothing"), None);
    }
}
