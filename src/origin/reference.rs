//! References to images: `[HOST/]PATH[:TAG][@DIGEST]` (distribution/reference).

/// A reference to an image, completed as Docker completes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    host: String,
    path: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// The host that names without one belong to.
const HUB: &str = "docker.io";
/// The longest name of a repository.
const LONGEST: usize = 255;

impl Reference {
    /// Reads a reference; `None` if the text is none. `nginx` is `docker.io/library/nginx:latest`.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(is_digest(digest).then(|| digest.to_owned())?)),
            None => (text, None),
        };
        let slash = text.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match text[slash..].split_once(':') {
            Some((last, tag)) => {
                (&text[..slash + last.len()], Some(is_tag(tag).then(|| tag.to_owned())?))
            }
            None => (text, None),
        };
        let (host, path) = match name.split_once('/') {
            Some((host, path)) if is_host(host) => (host.to_owned(), path.to_owned()),
            _ => (HUB.to_owned(), name.to_owned()),
        };
        let host = if host == "index.docker.io" { HUB.to_owned() } else { host };
        let path =
            if host == HUB && !path.contains('/') { format!("library/{path}") } else { path };
        let is_path = path.len() <= LONGEST && path.split('/').all(is_component);
        let tag = tag.or_else(|| digest.is_none().then(|| "latest".to_owned()));
        is_path.then_some(Self { host, path, tag, digest })
    }

    /// Returns the name that was meant by one with capitals, which no repository has.
    pub fn parse_lower_case(text: &str) -> Option<String> {
        let (slash, host) = match text.split_once('/') {
            Some((host, _)) if host.contains(['.', ':']) => (host.len(), host),
            _ => (0, ""),
        };
        let lower = format!("{host}{}", text[slash..].to_ascii_lowercase());
        (lower != text && !host.starts_with('.') && Self::parse(&lower).is_some()).then_some(lower)
    }

    /// Returns the host of the registry, with its port if it has one.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the name of the repository within the registry.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the digest or else the tag, which is what a registry is asked for.
    pub fn version(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or("latest")
    }

    /// Returns the digest, if the reference has one.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Returns the whole reference, as containerd spells it.
    pub fn canonical(&self) -> String {
        let mut text = format!("{}/{}", self.host, self.path);
        if let Some(tag) = &self.tag {
            text = format!("{text}:{tag}");
        }
        if let Some(digest) = &self.digest {
            text = format!("{text}@{digest}");
        }
        text
    }

    /// Returns the short name that Docker shows: without the host and `library/` of Docker Hub.
    pub fn familiar(&self) -> String {
        let whole = self.canonical();
        let short = whole.strip_prefix("docker.io/").unwrap_or(&whole);
        short.strip_prefix("library/").unwrap_or(short).to_owned()
    }
}

fn is_host(text: &str) -> bool {
    let is_name = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b));
    let is_marked = text.contains(['.', ':'])
        || text == "localhost"
        || text.bytes().any(|b| b.is_ascii_uppercase());
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    is_name && is_marked && starts_well
}

fn is_component(text: &str) -> bool {
    let is_inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends =
        text.bytes().next().is_some_and(is_inside) && text.bytes().last().is_some_and(is_inside);
    ends && text.bytes().all(|b| is_inside(b) || b"._-".contains(&b))
        && !text.contains("..")
        && !text.contains("___")
        && !["._", "_.", "-.", ".-", "-_", "_-"].iter().any(|pair| text.contains(pair))
}

fn is_tag(text: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|b| is_word(b) || b == b'.' || b == b'-')
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, digits)) = text.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        _ => return false,
    };
    digits.len() == length
        && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Option<String> {
        Some(Reference::parse(text)?.canonical())
    }

    #[test]
    fn a_short_name_is_completed_as_docker_completes_it() {
        for (text, whole) in [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.27", "docker.io/library/nginx:1.27"),
            ("grafana/grafana", "docker.io/grafana/grafana:latest"),
            ("index.docker.io/library/nginx", "docker.io/library/nginx:latest"),
            ("ghcr.io/a/b/c:v1.0_x", "ghcr.io/a/b/c:v1.0_x"),
            ("localhost/x", "localhost/x:latest"),
            ("localhost:5000/x:y", "localhost:5000/x:y"),
            ("127.0.0.1:5001/name", "127.0.0.1:5001/name:latest"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(whole), "{text}");
        }
        let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
        assert_eq!(
            canonical(&format!("nginx@{digest}")),
            Some(format!("docker.io/library/nginx@{digest}"))
        );
        assert_eq!(
            canonical(&format!("nginx:1@{digest}")),
            Some(format!("docker.io/library/nginx:1@{digest}"))
        );
        assert_eq!(
            Reference::parse("nginx:1.27").map(|name| name.familiar()).as_deref(),
            Some("nginx:1.27")
        );
        assert_eq!(
            Reference::parse("quay.io/x/y").map(|name| name.familiar()).as_deref(),
            Some("quay.io/x/y:latest")
        );
    }

    #[test]
    fn what_is_no_reference_is_none() {
        for text in [
            "",
            "Nginx",
            "a//b",
            "/abs",
            "./x",
            "a b",
            "x:",
            "x:tag:tag",
            "-x",
            "x-",
            "a..b",
            "x@sha256:12",
            "x@md5:0",
            "ä",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_with_capitals_is_named_as_it_was_meant() {
        for (text, meant) in [
            ("Nginx", Some("nginx")),
            ("ghcr.io/Team/App:1", Some("ghcr.io/team/app:1")),
            ("nginx", None),
            ("./Image", None),
            ("/Image", None),
            ("My File", None),
        ] {
            assert_eq!(Reference::parse_lower_case(text).as_deref(), meant, "{text}");
        }
    }
}
