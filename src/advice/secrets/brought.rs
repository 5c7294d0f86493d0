//! The way in which an instruction brought a file, which decides what keeps the file out.

use super::Secret;
use crate::image::Copied;
use crate::secret::{FileSearch, SearchByPath};

/// The way in which an instruction brought a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// `COPY` or `ADD` from the build context.
    Context,
    /// `COPY --from` of another stage or image.
    Stage,
    /// `ADD` of an address.
    Download,
    /// `ADD` of an archive, which it unpacks.
    Archive,
    /// A command.
    Run,
}

/// The ends of archives that `ADD` unpacks.
const ARCHIVES: [&str; 10] = [
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst", ".tzst",
];
/// The beginnings of sources that `ADD` downloads.
const ADDRESSES: [&str; 5] = ["http://", "https://", "git://", "ssh://", "git@"];
/// The programs that take a file from elsewhere or write down what they are told, so that a mounted
/// secret can stand for the file.
const FETCH: [&str; 14] = [
    "curl", "wget", "scp", "rsync", "aws", "gsutil", "gcloud", "az", "vault", "cp", "mv", "echo",
    "printf", "base64",
];
impl Brought {
    /// Returns the way in which an instruction brought the file at `path`.
    pub fn by(instruction: &str, path: &[u8]) -> Self {
        let text = instruction.trim_start();
        if !text.starts_with("COPY ") && !text.starts_with("ADD ") {
            return Self::Run;
        }
        let Some(copied) = Copied::read(text) else { return Self::Context };
        if copied.is_from_stage() {
            return Self::Stage;
        }
        if !copied.is_add {
            return Self::Context;
        }
        let sources: Vec<_> = copied.sources.iter().map(|it| it.to_ascii_lowercase()).collect();
        let any = |is: &dyn Fn(&str) -> bool| sources.iter().any(|source| is(source));
        if any(&|source| ADDRESSES.iter().any(|start| source.starts_with(start))) {
            return Self::Download;
        }
        let path = String::from_utf8_lossy(path).to_ascii_lowercase();
        let is_archive = |name: &str| ARCHIVES.iter().any(|end| name.ends_with(end));
        if !is_archive(&path) && any(&is_archive) || is_below_a_file(&copied, &path) {
            return Self::Archive;
        }
        Self::Context
    }
}

/// Returns whether the legacy builder added a single file, of which the history has only a hash, and
/// the path is deeper in the target than such a file can be.
fn is_below_a_file(copied: &Copied, path: &str) -> bool {
    let target = copied.target.to_ascii_lowercase();
    let below = path.strip_prefix(target.trim_end_matches('/'));
    let below = below.map(|rest| rest.trim_start_matches('/'));
    copied.hashed == Some("file") && below.is_some_and(|rest| rest.contains('/'))
}

/// Returns whether a command made the secret itself: a key, and nothing in the command takes a file
/// from elsewhere.
pub fn is_made(secret: &Secret, command: &str) -> bool {
    let is_end = |c: char| c.is_whitespace() || ";&|()".contains(c);
    let mut words = command.split(is_end).map(|word| word.rsplit('/').next().unwrap_or_default());
    secret.kind.is_made && !words.any(|word| FETCH.contains(&word))
}

/// Returns whether the commands of an instruction clone with Git.
pub fn clones(instruction: &str) -> bool {
    let mut words = instruction.split_whitespace();
    let git = words.by_ref().any(|word| word == "git" || word.ends_with("/git"));
    git && words.any(|word| matches!(word, "clone" | "fetch" | "pull" | "submodule" | "remote"))
}

/// Returns whether a path is the configuration of a clone, which Git writes itself.
pub fn is_of_a_clone(path: &[u8]) -> bool {
    path.ends_with(b"/.git/config")
}

/// Says how a container gets a secret that it needs; empty for kinds that only a build needs.
pub fn at_run_time(secret: &Secret, path: &[u8]) -> &'static str {
    // A token is known by its shape, and its file by its name.
    let rule = SearchByPath::default().search_for(path).and_then(FileSearch::rule);
    let kind = rule.map_or(secret.kind, |rule| &rule.kind);
    match kind.id.as_str() {
        "dotenv" => {
            "; if the container needs it, give it when it starts: docker run --env-file, or an \
             orchestrator's secret"
        }
        _ if kind.is_of_build => "",
        _ => {
            "; if the container needs it, give it when it starts: docker run -v, or an \
             orchestrator's secret"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{Kind, kinds};

    #[test]
    fn an_instruction_tells_where_a_file_comes_from() {
        use Brought::*;
        let hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        for (instruction, path, expected) in [
            ("COPY . / # buildkit", "/app/.env", Context),
            ("COPY [\".\",\"/app\"]", "/app/.env", Context),
            ("ADD [\"https://x.io/x.key\", \"/opt/x.key\"]", "/opt/x.key", Download),
            ("COPY --from=build /src/ /app/ # buildkit", "/app/.env", Stage),
            ("ADD https://x.io/x.key /opt/x.key", "/opt/x.key", Download),
            ("ADD git@github.com:a/b.git /src", "/src/.env", Download),
            ("ADD secrets.tar.gz /opt/", "/opt/a.env", Archive),
            ("ADD keys.tar /opt/keys.tar", "/opt/keys.tar", Context),
            ("COPY secrets.tar.gz /opt/", "/opt/a.env", Context),
            ("ADD a.env /opt/", "/opt/a.env", Context),
            (&format!("ADD file:{hash} in /opt/"), "/opt/deep/a.env", Archive),
            (&format!("ADD file:{hash} in /opt/"), "/opt/a.env", Context),
            ("ADD file:01234567 in /opt/", "/opt/deep/a.env", Archive),
            ("RUN cp a b", "/b", Run),
        ] {
            assert_eq!(Brought::by(instruction, path.as_bytes()), expected, "{instruction}");
        }
    }

    #[test]
    fn a_clone_is_told_from_other_uses_of_git() {
        assert!(clones("RUN /bin/sh -c git clone https://x:y@z/a"));
        assert!(clones("RUN cd /a && git -C b fetch --all"));
        assert!(!clones("RUN apt-get install git") && !clones("RUN clone git"));
    }

    #[test]
    fn the_kinds_are_those_of_the_rules() {
        let of_build = [
            "npmrc",
            "yarnrc",
            "pypirc",
            "pip-conf",
            "netrc",
            "git-credentials",
            "docker-config",
            "maven-settings",
            "gradle-properties",
            "package-registry-credentials",
            "terraform",
            "shell-history",
        ];
        let made = ["private-key", "private-key-file", "putty-key", "keystore"];
        let kinds: Vec<_> = kinds().collect();
        let all = |ids: &[&str], is: fn(&Kind) -> bool| {
            ids.iter().all(|id| kinds.iter().any(|kind| kind.id == *id && is(kind)))
        };
        assert!(all(&of_build, |kind| kind.is_of_build));
        assert!(all(&made, |kind| kind.is_made));
    }
}
