//! Speaks to a registry (OCI Distribution Specification 1.1), with logins, redirects and patience.

use std::io::Read;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::{HeaderMap, Response, StatusCode, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use super::challenge::Challenge;
use super::credentials::Login;
use crate::display::{escaped, escaped_str};
use crate::origin::{Answer, FindOptions, Reference};
use crate::progress::check_flag;

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(20);
/// The longest silence of a server.
const SILENCE: Duration = Duration::from_secs(60);
/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Times that a request is made before it is given up.
const TRIES: u32 = 4;
/// The most redirects of a request.
const REDIRECTS: usize = 10;
/// The most bytes of a token server's answer, or of an error.
const SMALL: u64 = 1 << 20;

/// A repository of a registry, and the right to read it.
pub struct Client {
    agent: Agent,
    /// `SCHEME://HOST`.
    base: String,
    repository: String,
    login: Option<Login>,
    /// The value of the `Authorization` header that the registry took last.
    authorization: Mutex<Option<String>>,
    cancel: Arc<AtomicBool>,
}

/// A request for a path of the repository.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The kind of thing: `manifests` or `blobs`.
    pub kind: &'a str,
    /// A tag or a digest.
    pub version: &'a str,
    /// The media types that are understood.
    pub accept: Option<&'a str>,
    /// The first and the last byte that are wanted; the last may be open.
    pub range: Option<(u64, Option<u64>)>,
}

impl Client {
    /// Prepares to read the repository of `name`. Nothing is sent yet, but for a registry that may
    /// speak plain HTTP.
    ///
    /// # Errors
    ///
    /// An answer if a certificate file cannot be used, or no server is there.
    pub fn new(
        name: &Reference,
        login: Option<Login>,
        options: &FindOptions,
        cancel: &Arc<AtomicBool>,
    ) -> Result<Self, Answer> {
        // Docker Hub's interface has a host of its own.
        let host = if name.host() == "docker.io" { "registry-1.docker.io" } else { name.host() };
        let agent = agent(host, options)?;
        let scheme = if options.insecure || is_this_machine(host) { scheme(&agent, host)? } else { "https" };
        Ok(Self {
            agent,
            base: format!("{scheme}://{host}"),
            repository: name.path().to_owned(),
            login,
            authorization: Mutex::default(),
            cancel: cancel.clone(),
        })
    }

    /// Makes a request, and waits and logs in as the registry asks.
    ///
    /// # Errors
    ///
    /// The answer of the registry, if it does not give what was asked for.
    pub fn get(&self, request: Request<'_>) -> Result<Response<Body>, Answer> {
        let url = format!("{}/v2/{}/{}/{}", self.base, self.repository, request.kind, request.version);
        let mut tries = 0;
        let mut logged_in = false;
        loop {
            self.check_cancelled()?;
            tries += 1;
            let response = match self.follow(&url, request) {
                Ok(response) => response,
                Err(error) if tries < TRIES && is_passing(&error) => {
                    self.wait(backoff(tries))?;
                    continue;
                }
                Err(error) => return Err(unreachable(&error)),
            };
            match response.status() {
                status if status.is_success() => return Ok(response),
                StatusCode::UNAUTHORIZED if !logged_in => {
                    logged_in = true;
                    self.log_in(response.headers())?;
                }
                status if is_busy(status) && tries < TRIES => {
                    self.wait(retry_after(response.headers()).unwrap_or_else(|| backoff(tries)))?;
                }
                _ => return Err(self.refusal(response)),
            }
        }
    }

    /// Sends a request and follows redirects. The login goes to the registry alone, and nothing goes
    /// from HTTPS to HTTP.
    fn follow(&self, url: &str, request: Request<'_>) -> Result<Response<Body>, ureq::Error> {
        let mut url = url.to_owned();
        for _ in 0..REDIRECTS {
            let mut sent = self.agent.get(&url);
            if let Some(accept) = request.accept {
                sent = sent.header("Accept", accept);
            }
            if let Some((first, last)) = request.range {
                let last = last.map(|last| last.to_string()).unwrap_or_default();
                sent = sent.header("Range", format!("bytes={first}-{last}"));
            }
            let authorization = self.authorization.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(authorization) = authorization.filter(|_| origin_of(&url) == origin_of(&self.base)) {
                sent = sent.header("Authorization", authorization);
            }
            let response = sent.call()?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let location = response.headers().get("Location").and_then(|value| value.to_str().ok()).unwrap_or_default();
            url = redirected(&url, location).ok_or_else(|| ureq::Error::BadUri(escaped_str(location)))?;
        }
        Err(ureq::Error::TooManyRedirects)
    }

    /// Obtains the right to read, as the registry asks for it.
    fn log_in(&self, headers: &HeaderMap) -> Result<(), Answer> {
        let challenges = headers.get_all("WWW-Authenticate").iter().filter_map(|value| value.to_str().ok());
        let challenge = challenges.filter_map(Challenge::parse).next();
        let authorization = match challenge {
            Some(Challenge::Basic) => match self.login.as_ref().and_then(Login::basic) {
                Some(basic) => basic,
                None => return Err(Answer::NotAuthorised("the registry asks for a login".into())),
            },
            Some(Challenge::Bearer { realm, service, scope }) => {
                let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", self.repository));
                format!("Bearer {}", self.token(&realm, service.as_deref(), &scope)?)
            }
            None => return Err(Answer::NotAuthorised("the registry asks for a login of an unknown kind".into())),
        };
        *self.authorization.lock().unwrap_or_else(PoisonError::into_inner) = Some(authorization);
        Ok(())
    }

    /// Asks a token server for a token.
    fn token(&self, realm: &str, service: Option<&str>, scope: &str) -> Result<String, Answer> {
        let is_secure = realm.starts_with("https://");
        if self.base.starts_with("https://") && !is_secure {
            return Err(Answer::NotAuthorised("the registry wants the login sent in plain http".into()));
        }
        let service = service.unwrap_or_default();
        let response = match &self.login {
            Some(Login::Identity(token)) => {
                let form = [
                    ("grant_type", "refresh_token"),
                    ("service", service),
                    ("scope", scope),
                    ("client_id", "layerscope"),
                    ("refresh_token", token),
                ];
                self.agent.post(realm).send_form(form)
            }
            login => {
                let mut asked = self.agent.get(realm).query("scope", scope);
                if !service.is_empty() {
                    asked = asked.query("service", service);
                }
                if let Some(basic) = login.as_ref().and_then(Login::basic) {
                    asked = asked.header("Authorization", basic);
                }
                asked.call()
            }
        };
        let mut response = response.map_err(|error| unreachable(&error))?;
        match response.status() {
            status if status.is_success() => {}
            StatusCode::TOO_MANY_REQUESTS => return Err(Answer::TooMany("the token server says 429".into())),
            status => {
                let login = if self.login.is_some() { "the stored login was refused" } else { "no login is stored" };
                return Err(Answer::NotAuthorised(format!("{login}: the token server says {}", status.as_u16())));
            }
        }
        let bytes = limited(&mut response, SMALL)?;
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let token = ["token", "access_token"].iter().find_map(|name| answer.get(name)?.as_str());
        let is_clean = |token: &&str| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
        token.filter(is_clean).map(str::to_owned).ok_or_else(|| Answer::Failed("the token server gave no token".into()))
    }

    /// Returns what an answer means that is no success.
    fn refusal(&self, mut response: Response<Body>) -> Answer {
        let status = response.status();
        let bytes = limited(&mut response, SMALL).unwrap_or_default();
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let first = answer.get("errors").and_then(|errors| errors.get(0));
        let said = first.and_then(|error| error.get("message")?.as_str()).filter(|said| !said.is_empty());
        let said = said.map(|said| format!(": {}", escaped_str(said))).unwrap_or_default();
        let text = format!("{}{said}", status.as_u16());
        match status {
            StatusCode::NOT_FOUND => Answer::NoSuchImage,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let login = if self.login.is_some() { "the stored login was refused" } else { "no login is stored" };
                Answer::NotAuthorised(format!("{login}; the registry says {text}"))
            }
            StatusCode::TOO_MANY_REQUESTS => Answer::TooMany(format!("the registry says {text}")),
            _ => Answer::Failed(format!("the registry says {text}")),
        }
    }

    fn check_cancelled(&self) -> Result<(), Answer> {
        check_flag(&self.cancel).map_err(|_| Answer::Cancelled)
    }

    /// Waits, unless the work is cancelled meanwhile.
    pub fn wait(&self, time: Duration) -> Result<(), Answer> {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            self.check_cancelled()?;
            std::thread::sleep(left.min(Duration::from_millis(20)));
        }
        Ok(())
    }
}

/// Reads a body of at most `limit` bytes.
///
/// # Errors
///
/// An answer if it is longer, or ends early.
pub fn limited(response: &mut Response<Body>, limit: u64) -> Result<Vec<u8>, Answer> {
    let mut bytes = Vec::new();
    let mut reader = response.body_mut().as_reader().take(limit + 1);
    reader.read_to_end(&mut bytes).map_err(|error| Answer::Unreachable(broken(&error)))?;
    if bytes.len() as u64 > limit {
        return Err(Answer::Failed(format!("the registry's answer is over a limit of {limit} bytes")));
    }
    Ok(bytes)
}

/// Describes a connection that broke.
fn broken(error: &std::io::Error) -> String {
    match error.to_string() {
        text if text.contains("disconnected") => "the connection ends early".into(),
        text => escaped_str(&text),
    }
}

/// Returns the wait before the next try.
pub fn backoff(tries: u32) -> Duration {
    Duration::from_millis(250) * 2_u32.pow(tries.min(5))
}

fn is_busy(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// Returns whether a request may succeed if it is made once more.
fn is_passing(error: &ureq::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof};
    match error {
        ureq::Error::Io(error) => {
            matches!(error.kind(), ConnectionReset | ConnectionAborted | UnexpectedEof | TimedOut)
        }
        ureq::Error::Timeout(_) => true,
        _ => false,
    }
}

fn unreachable(error: &ureq::Error) -> Answer {
    Answer::Unreachable(match error {
        ureq::Error::HostNotFound => "there is no such host".into(),
        ureq::Error::TooManyRedirects => "it redirects in a circle".into(),
        ureq::Error::BadUri(location) => format!("it redirects to {location}, which is not followed"),
        ureq::Error::Timeout(_) => "it does not answer in time".into(),
        ureq::Error::Io(error) => match error.to_string() {
            text if text.contains("failed to lookup address") => "there is no such host".into(),
            text => escaped_str(&text),
        },
        error => escaped_str(&error.to_string()),
    })
}

/// Returns the wait that a server asks for, in seconds, up to a limit.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get("Retry-After")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// Returns scheme, host and port of a URL.
fn origin_of(url: &str) -> Option<(String, String, u16)> {
    let url: Uri = url.parse().ok()?;
    let scheme = url.scheme_str()?.to_owned();
    let port = url.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    Some((scheme, url.host()?.to_ascii_lowercase(), port))
}

/// Returns where a redirect leads; `None` if it is not followed.
fn redirected(from: &str, location: &str) -> Option<String> {
    let (scheme, host, port) = origin_of(from)?;
    let to = match location {
        "" => return None,
        same_scheme if same_scheme.starts_with("//") => format!("{scheme}:{same_scheme}"),
        path if path.starts_with('/') => format!("{scheme}://{host}:{port}{path}"),
        url if url.contains("://") => url.to_owned(),
        relative => format!("{}/{relative}", from.split(['?', '#']).next()?.rsplit_once('/')?.0),
    };
    let (new_scheme, _, _) = origin_of(&to)?;
    let is_allowed = new_scheme == "https" || (new_scheme == "http" && scheme == "http");
    is_allowed.then_some(to)
}

fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.starts_with("127.") || name == "[::1]" || name.ends_with(".localhost")
}

/// Finds out whether a server that may speak plain HTTP does. This machine's servers mostly do.
fn scheme(agent: &Agent, host: &str) -> Result<&'static str, Answer> {
    let speaks_http = || {
        let answer = agent.get(format!("http://{host}/v2/")).call();
        // A server that speaks TLS calls plain HTTP a bad request.
        answer.is_ok_and(|answer| answer.status() != StatusCode::BAD_REQUEST && !answer.status().is_redirection())
    };
    if is_this_machine(host) && speaks_http() {
        return Ok("http");
    }
    match agent.get(format!("https://{host}/v2/")).call() {
        Ok(_) => Ok("https"),
        Err(ureq::Error::Rustls(error)) if !is_no_tls(&error) => {
            Err(Answer::Unreachable(format!("its certificate is not accepted: {}", escaped_str(&error.to_string()))))
        }
        Err(_) if !is_this_machine(host) && speaks_http() => Ok("http"),
        Err(error) => Err(unreachable(&error)),
    }
}

/// Returns whether the answer was no TLS at all.
fn is_no_tls(error: &dyn std::error::Error) -> bool {
    error.to_string().contains("corrupt message")
}

fn agent(host: &str, options: &FindOptions) -> Result<Agent, Answer> {
    let mut tls = TlsConfig::builder().disable_verification(options.insecure);
    let own = own_certificates(host, options.ca_file.as_deref())?;
    let system = system_certificates();
    if !own.is_empty() || !system.is_empty() {
        let all: Vec<Certificate<'static>> = system.into_iter().chain(own).collect();
        tls = tls.root_certs(RootCerts::new_with_certs(&all));
    }
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("layerscope/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE))
        .build();
    Ok(config.into())
}

/// Returns the certificates of `SSL_CERT_FILE` or of the system; none if there is no such file.
fn system_certificates() -> Vec<Certificate<'static>> {
    const BUNDLES: [&str; 5] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    ];
    let named = std::env::var("SSL_CERT_FILE").ok().filter(|file| !file.is_empty());
    let files = named.into_iter().chain(BUNDLES.map(str::to_owned));
    let bundle = files.into_iter().find_map(|file| std::fs::read(file).ok());
    bundle.map(|bundle| certificates(&bundle)).unwrap_or_default()
}

/// Returns the certificates of `--ca-file` and of the directories that Docker and Podman read.
fn own_certificates(host: &str, ca_file: Option<&Path>) -> Result<Vec<Certificate<'static>>, Answer> {
    let mut found = Vec::new();
    if let Some(file) = ca_file {
        let shown = escaped(file.as_os_str().as_encoded_bytes());
        let bytes = std::fs::read(file).map_err(|error| Answer::Failed(format!("cannot read {shown}: {error}")))?;
        found = certificates(&bytes);
        if found.is_empty() {
            return Err(Answer::Failed(format!("{shown} holds no certificate in PEM")));
        }
    }
    let home = etcetera::home_dir().ok().map(|home| home.join(".config/containers/certs.d"));
    let places = home.into_iter().chain(["/etc/containers/certs.d", "/etc/docker/certs.d"].map(Into::into));
    for place in places {
        let files = std::fs::read_dir(place.join(host)).into_iter().flatten().flatten().map(|entry| entry.path());
        for file in files.filter(|file| file.extension().is_some_and(|ending| ending == "crt")) {
            found.extend(std::fs::read(file).map(|bytes| certificates(&bytes)).unwrap_or_default());
        }
    }
    Ok(found)
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(Result::ok);
    items.filter_map(|item| if let PemItem::Certificate(found) = item { Some(found) } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_never_leaves_https() {
        let to = |location| redirected("https://r.example/v2/x/blobs/y?z", location);
        assert_eq!(to("https://cdn.example/a?b").as_deref(), Some("https://cdn.example/a?b"));
        assert_eq!(to("/a").as_deref(), Some("https://r.example:443/a"));
        assert_eq!(to("z").as_deref(), Some("https://r.example/v2/x/blobs/z"));
        assert_eq!(to("//cdn.example/a").as_deref(), Some("https://cdn.example/a"));
        assert_eq!(to("http://cdn.example/a"), None);
        assert_eq!(to("ftp://cdn.example/a"), None);
        assert_eq!(to(""), None);
        assert_eq!(redirected("http://localhost:5000/x", "http://other/a").as_deref(), Some("http://other/a"));
    }

    #[test]
    fn a_login_belongs_to_one_host_and_port() {
        assert_eq!(origin_of("https://r.example/a"), origin_of("https://R.example:443/b"));
        assert_ne!(origin_of("https://r.example/a"), origin_of("http://r.example/a"));
        assert_ne!(origin_of("https://r.example/a"), origin_of("https://r.example:8443/a"));
    }

    #[test]
    fn only_this_machine_may_speak_plain_http() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:5001", "[::1]:5000"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["example.org", "10.0.0.1:5000", "localhost.example.org"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
