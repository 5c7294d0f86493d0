//! Logins for registries, as Docker and Podman store them.
//!
//! The files are those of containers-auth.json(5) and of Docker's `config.json`. A login is looked
//! up by the repository's name, the longest prefix first, and belongs to that registry alone.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::display::{Escaped, escaped_display, escaped_str, shown};
use crate::origin::{Answer, Reference};

/// Docker's key for Docker Hub.
const HUB_KEY: &str = "https://index.docker.io/v1/";
/// The user name that marks an identity token, as credential helpers write it.
const TOKEN_USER: &str = "<token>";

/// A login. It has no `Debug` and is never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// A user name and a password.
    Password {
        /// The user name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that is exchanged for others.
    Identity(String),
}

impl Login {
    /// Returns the value of an `Authorization` header; `None` for a token, which is no password.
    pub fn basic(&self) -> Option<String> {
        match self {
            Self::Password { user, password } => {
                Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
            }
            Self::Identity(_) => None,
        }
    }
}

/// The environment in which logins are looked for.
pub struct Places<'a> {
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The home directory.
    pub home: Option<PathBuf>,
}

/// Finds the login for a repository.
///
/// # Errors
///
/// An answer if a file that is there cannot be understood, or a credential helper fails.
pub fn find(name: &Reference, places: &Places<'_>) -> Result<Option<Login>, Answer> {
    if let Some(text) =
        (places.variable)("DOCKER_AUTH_CONFIG").filter(|text| !text.trim().is_empty())
        && let Some(login) = in_file(&parsed("DOCKER_AUTH_CONFIG", text.as_bytes())?, name)?
    {
        return Ok(Some(login));
    }
    for file in files(places) {
        let Ok(bytes) = std::fs::read(&file) else { continue };
        if let Some(login) = in_file(&parsed(&escaped_str(&file.to_string_lossy()), &bytes)?, name)?
        {
            return Ok(Some(login));
        }
    }
    Ok(None)
}

/// Returns the files that may hold logins, in the order in which they count.
fn files(places: &Places<'_>) -> Vec<PathBuf> {
    let variable =
        |name: &str| (places.variable)(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = |path: &str| places.home.as_ref().map(|home| home.join(path));
    let runtime =
        variable("XDG_RUNTIME_DIR").map(|directory| directory.join("containers/auth.json"));
    let config = variable("XDG_CONFIG_HOME").or_else(|| home(".config"));
    let docker = variable("DOCKER_CONFIG").or_else(|| home(".docker"));
    [
        variable("REGISTRY_AUTH_FILE"),
        runtime,
        config.map(|directory| directory.join("containers/auth.json")),
        docker.map(|directory| directory.join("config.json")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn parsed(file: &str, bytes: &[u8]) -> Result<Value, Answer> {
    serde_json::from_slice(bytes).map_err(|error| {
        Answer::Failed(shown!(
            "the logins in {} cannot be understood: {}",
            escaped_str(file),
            escaped_display(&error)
        ))
    })
}

fn in_file(file: &Value, name: &Reference) -> Result<Option<Login>, Answer> {
    let helpers = file.get("credHelpers").and_then(Value::as_object);
    let keys = keys(name);
    let helper_for = |key: &str| helpers.and_then(|helpers| helpers.get(key)?.as_str());
    if let Some((key, helper)) = keys.iter().find_map(|key| Some((key, helper_for(key)?))) {
        return ask_helper(helper, key);
    }
    let logins = file.get("auths").and_then(Value::as_object);
    let stored = keys.iter().find_map(|key| {
        let logins = logins?;
        let same =
            |(stored, login): (&String, &Value)| (plain(stored) == *key).then(|| login.clone());
        logins.get(key).cloned().or_else(|| logins.iter().find_map(same))
    });
    if let Some(login) = stored.as_ref().and_then(read_login) {
        return Ok(Some(login));
    }
    match file.get("credsStore").and_then(Value::as_str).filter(|store| !store.is_empty()) {
        Some(store) => {
            ask_helper(store, if name.host() == "docker.io" { HUB_KEY } else { name.host() })
        }
        None => Ok(None),
    }
}

/// Returns the keys under which a login may be stored, the longest first.
fn keys(name: &Reference) -> Vec<String> {
    let whole = format!("{}/{}", name.host(), name.path());
    let cuts = whole.match_indices('/').map(|(slash, _)| slash).collect::<Vec<_>>();
    let mut keys: Vec<String> = std::iter::once(whole.clone()).collect();
    keys.extend(cuts.into_iter().rev().map(|slash| whole[..slash].to_owned()));
    if name.host() == "docker.io" {
        keys.extend([HUB_KEY, "index.docker.io"].map(str::to_owned));
    }
    keys
}

/// Returns a key of Docker's, which may be a URL, as a plain name. Docker Hub's own key stays.
fn plain(key: &str) -> &str {
    if key == HUB_KEY {
        return key;
    }
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    key.trim_end_matches('/').trim_end_matches("/v1").trim_end_matches("/v2")
}

fn read_login(entry: &Value) -> Option<Login> {
    let text =
        |name: &str| entry.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
    if let Some(token) = text("identitytoken") {
        return Some(Login::Identity(token.to_owned()));
    }
    if let (Some(user), Some(password)) = (text("username"), text("password")) {
        return Some(Login::Password { user: user.to_owned(), password: password.to_owned() });
    }
    let decoded = String::from_utf8(STANDARD.decode(text("auth")?.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let password = password.trim_matches('\0');
    Some(Login::Password { user: user.to_owned(), password: password.to_owned() })
}

/// Asks `docker-credential-HELPER` for a login.
fn ask_helper(helper: &str, key: &str) -> Result<Option<Login>, Answer> {
    let program = format!("docker-credential-{helper}");
    let failed =
        |problem: Escaped| Answer::Failed(shown!("{}: {}", escaped_str(&program), problem));
    if Path::new(helper).components().count() != 1 {
        return Err(failed("the name of a credential helper has no slash".into()));
    }
    let mut child = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(shown!("cannot be run: {}", escaped_display(&error))))?;
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not read its input says why in its output.
        let _ = writeln!(input, "{key}");
    }
    let output = child.wait_with_output().map_err(|error| failed(escaped_display(&error)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let nothing = said.is_empty() || said.contains("not found");
        return if nothing { Ok(None) } else { Err(failed(escaped_str(&said))) };
    }
    let answer: Value =
        serde_json::from_slice(&output.stdout).map_err(|_| failed("gave no login".into()))?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Some(match text("Username") {
        user if user == TOKEN_USER => Login::Identity(text("Secret")),
        user => Login::Password { user, password: text("Secret") },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(user: &str) -> Option<Login> {
        Some(Login::Password { user: user.into(), password: "p".into() })
    }

    fn entry(user: &str) -> Value {
        serde_json::json!({ "auth": STANDARD.encode(format!("{user}:p")) })
    }

    fn found(file: &Value, name: &str) -> Option<Login> {
        in_file(file, &Reference::parse(name).unwrap()).ok().unwrap()
    }

    #[test]
    fn the_login_with_the_longest_name_counts() {
        let file = serde_json::json!({ "auths": {
            "example.org": entry("host"), "example.org/team": entry("team"), "example.org/team/app": entry("app"),
            "https://index.docker.io/v1/": entry("hub"), "https://old.example.org/v2/": entry("url"),
        } });
        assert!(found(&file, "example.org/x") == login("host"));
        assert!(found(&file, "example.org/team/x") == login("team"));
        assert!(found(&file, "example.org/team/app:1") == login("app"));
        assert!(found(&file, "nginx") == login("hub"));
        assert!(found(&file, "old.example.org/x") == login("url"));
        assert!(found(&file, "example.com/x").is_none());
        assert!(found(&file, "example.org.evil.com/x").is_none());
    }

    #[test]
    fn a_token_is_no_password() {
        let file =
            serde_json::json!({ "auths": { "example.org": { "auth": "", "identitytoken": "t" } } });
        let token = found(&file, "example.org/x").unwrap();
        assert!(token == Login::Identity("t".into()) && token.basic().is_none());
    }

    #[test]
    fn the_files_are_read_in_the_order_of_the_manuals() {
        let variables = |name: &str| match name {
            "REGISTRY_AUTH_FILE" => Some("/r/auth.json".to_owned()),
            "XDG_RUNTIME_DIR" => Some("/run/user/1".to_owned()),
            "DOCKER_CONFIG" => Some("/d".to_owned()),
            _ => None,
        };
        let places = Places { variable: &variables, home: Some("/home/u".into()) };
        let expected = [
            "/r/auth.json",
            "/run/user/1/containers/auth.json",
            "/home/u/.config/containers/auth.json",
            "/d/config.json",
        ];
        assert_eq!(files(&places), expected.map(PathBuf::from));
    }
}
