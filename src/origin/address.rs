//! Reads what a user calls an image.

use std::path::{Path, PathBuf};

use super::{Provider, Reference};

/// Name or path by which a user calls an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// Standard input.
    StandardInput,
    /// A file or a directory.
    Path {
        /// The path.
        path: PathBuf,
        /// The image in it, as `--image` names it.
        image: Option<String>,
    },
    /// A name that is looked for in sources.
    Name {
        /// The name without its transport.
        name: String,
        /// The sources that the transport stands for; empty where there is none.
        providers: Vec<Provider>,
        /// Podman's storage, if the transport names one.
        storage: Option<StorageArea>,
    },
}

/// A storage of Podman: `[DRIVER@ROOT+RUNROOT]` (containers-transports(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageArea {
    /// The storage driver.
    pub driver: String,
    /// The directory of the images.
    pub root: PathBuf,
    /// The directory of what runs.
    pub run_root: Option<PathBuf>,
}

/// The text that stands for a password.
const MASK: &str = "…";

/// Endings of archives, which are looked for as files only.
const ENDINGS: [&str; 14] = [
    ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst",
    ".tar.lz4", ".zip", ".oci", ".img", ".json",
];

impl Address {
    /// Reads an argument. `docker_is_engine` is true if `docker://NAME` means the engine, as it
    /// does for dive.
    ///
    /// A path that exists is that path, and what looks like a path is never taken for a name.
    pub fn parse(argument: &Path, docker_is_engine: bool) -> Self {
        let path = || Self::Path { path: argument.to_owned(), image: None };
        let Some(text) = argument.to_str() else { return path() };
        if text == "-" {
            return Self::StandardInput;
        }
        // No image is called so, and messages repeat the name.
        if let Some(masked) = without_password(text).filter(|_| !argument.exists()) {
            return Self::parse(Path::new(&masked), docker_is_engine);
        }
        if let Some(address) = with_transport(text, docker_is_engine) {
            return address;
        }
        if looks_like_a_path(text) || argument.symlink_metadata().is_ok() {
            return path();
        }
        let is_name = Reference::parse(text).is_some() || is_image_id(text);
        if is_name { Self::name(text, &[]) } else { path() }
    }

    fn name(name: &str, sources: &[Provider]) -> Self {
        Self::Name { name: name.to_owned(), providers: sources.to_vec(), storage: None }
    }
}

/// Returns a name with a login in front of its host, `USER:PASSWORD@HOST`, without the password; `None`
/// if there is none.
fn without_password(text: &str) -> Option<String> {
    let (login, host) = text.rsplit_once('@')?;
    let start = login.find("://").map_or(0, |colon| colon + "://".len());
    let colon = start + login[start..].find(':')?;
    let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
    let is_masked = &login[colon + 1..] == MASK;
    let is_login = !["[", "containers-storage:", "docker-archive:", "oci", "archive:", "dir:"]
        .iter()
        .any(|start| login.starts_with(start));
    (!is_digest && !is_masked && is_login && !host.is_empty() && !looks_like_a_path(text))
        .then(|| format!("{}:{MASK}@{host}", &login[..colon]))
}

fn with_transport(text: &str, docker_is_engine: bool) -> Option<Address> {
    const ENGINES: [Provider; 3] = [Provider::Docker, Provider::Podman, Provider::Containerd];
    let (transport, rest) = text.split_once(':')?;
    let (slashes, name) = match rest.strip_prefix("//") {
        Some(name) => (true, name),
        None => (false, rest),
    };
    if name.is_empty() {
        return None;
    }
    Some(match transport {
        // dive, syft and scout write two slashes before a path, which may be absolute itself.
        "docker-archive" | "oci-archive" | "archive" | "oci" | "oci-dir" | "dir" => within(name),
        "docker-daemon" => Address::name(name, &[Provider::Docker]),
        "docker" if slashes && !docker_is_engine => Address::name(name, &[Provider::Registry]),
        "docker" => Address::name(name, &[Provider::Docker]),
        "registry" => Address::name(name, &[Provider::Registry]),
        "podman" => Address::name(name, &[Provider::Podman]),
        "containers-storage" => stored(name),
        "containerd" => Address::name(name, &[Provider::Containerd]),
        "local" if slashes => Address::name(name, &ENGINES),
        _ => return None,
    })
}

/// Splits `PATH[:IMAGE]` or `PATH[:@INDEX]`. A path that exists as a whole is not split.
fn within(text: &str) -> Address {
    let whole = Path::new(text);
    let parts =
        text.match_indices(':').map(|(colon, _)| (Path::new(&text[..colon]), &text[colon + 1..]));
    let split = parts.into_iter().find(|(path, image)| path.exists() && !image.is_empty());
    match split.filter(|_| !whole.exists()) {
        Some((path, image)) => {
            Address::Path { path: path.to_owned(), image: Some(image.to_owned()) }
        }
        None => Address::Path { path: whole.to_owned(), image: None },
    }
}

/// Reads `[STORAGE]NAME`.
fn stored(text: &str) -> Address {
    let area = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let Some((area, name)) = area else { return Address::name(text, &[Provider::Podman]) };
    let (driver, places) = area.split_once('@').unwrap_or(("", area));
    let places = places.split(':').next().unwrap_or_default();
    let (root, run_root) = match places.split_once('+') {
        Some((root, run_root)) => (root, Some(run_root.into())),
        None => (places, None),
    };
    let storage = StorageArea { driver: driver.to_owned(), root: root.into(), run_root };
    let name = name.strip_prefix('@').unwrap_or(name).to_owned();
    Address::Name { name, providers: vec![Provider::Podman], storage: Some(storage) }
}

fn looks_like_a_path(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    text.starts_with(['/', '.', '~'])
        || text.contains('\\')
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

fn is_image_id(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    (4..=64).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Address {
        Address::parse(Path::new(text), false)
    }

    #[test]
    fn a_transport_says_where_the_image_is() {
        for (text, name, sources) in [
            ("docker-daemon:nginx:1.27", "nginx:1.27", vec![Provider::Docker]),
            ("docker:nginx", "nginx", vec![Provider::Docker]),
            ("docker://nginx", "nginx", vec![Provider::Registry]),
            ("registry:ghcr.io/a/b", "ghcr.io/a/b", vec![Provider::Registry]),
            ("registry://ghcr.io/a/b", "ghcr.io/a/b", vec![Provider::Registry]),
            ("podman:nginx", "nginx", vec![Provider::Podman]),
            ("podman://nginx", "nginx", vec![Provider::Podman]),
            ("containerd:nginx", "nginx", vec![Provider::Containerd]),
            (
                "local://nginx",
                "nginx",
                vec![Provider::Docker, Provider::Podman, Provider::Containerd],
            ),
            ("nginx:1.27", "nginx:1.27", vec![]),
            ("localhost:5000/x", "localhost:5000/x", vec![]),
            ("0123456789ab", "0123456789ab", vec![]),
        ] {
            let expected = Address::Name { name: name.into(), providers: sources, storage: None };
            assert_eq!(parse(text), expected, "{text}");
        }
        let engine = Address::parse(Path::new("docker://nginx"), true);
        assert_eq!(engine, Address::name("nginx", &[Provider::Docker]));
    }

    #[test]
    fn a_storage_of_podman_can_be_named() {
        let storage =
            StorageArea { driver: "vfs".into(), root: "/a".into(), run_root: Some("/b".into()) };
        let expected = Address::Name {
            name: "x:1".into(),
            providers: vec![Provider::Podman],
            storage: Some(storage),
        };
        assert_eq!(parse("containers-storage:[vfs@/a+/b]x:1"), expected);
        assert_eq!(parse("containers-storage:x:1"), Address::name("x:1", &[Provider::Podman]));
    }

    #[test]
    fn a_password_in_a_name_is_never_repeated() {
        for (text, shown) in [
            ("docker://bob:hunter2@ghcr.io/a/b", "bob:…@ghcr.io/a/b"),
            ("docker://bob:hun@ter/2@ghcr.io/a/b", "bob:…@ghcr.io/a/b"),
            ("bob:hunter2@ghcr.io/a/b", "bob:…@ghcr.io/a/b"),
            ("https://bob:hunter2@ghcr.io/a/b", "https://bob:…@ghcr.io/a/b"),
        ] {
            let address = format!("{:?}", parse(text));
            assert!(!address.contains("hun") && address.contains(shown), "{text}: {address}");
        }
        let digest = format!("nginx:1@sha256:{}", "0".repeat(64));
        assert_eq!(parse(&digest), Address::name(&digest, &[]));
        let storage = "containers-storage:[vfs@/a+/b]x:1";
        assert!(matches!(parse(storage), Address::Name { storage: Some(_), .. }));
    }

    #[test]
    fn what_looks_like_a_file_is_one() {
        for text in ["./x", "/x", "x.tar", "X.TAR.GZ", "~/x", "a b", "nginx:", "-x"] {
            assert_eq!(parse(text), Address::Path { path: text.into(), image: None }, "{text}");
        }
        assert_eq!(parse("-"), Address::StandardInput);
    }

    #[test]
    fn an_archive_can_be_followed_by_the_image_in_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("x.tar");
        std::fs::write(&file, "").unwrap();
        let file = file.to_str().unwrap();
        for (text, image) in [
            (format!("docker-archive:{file}"), None),
            (format!("docker-archive://{file}"), None),
            (format!("docker-archive:{file}:a/b:1"), Some("a/b:1")),
            (format!("oci-archive:{file}:@1"), Some("@1")),
        ] {
            let expected = Address::Path { path: file.into(), image: image.map(Into::into) };
            assert_eq!(parse(&text), expected, "{text}");
        }
    }
}
