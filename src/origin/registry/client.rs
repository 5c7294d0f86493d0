//! Speaks to a registry (OCI Distribution Specification 1.1), with logins, redirects and patience.

use std::io::Read;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Agent, Body};

use super::challenge::Challenge;
use super::credentials::{self, Login, Places};
use super::redirect::{origin_of, redirected};
use super::trust;
use super::unreachable::unreachable;
use crate::display::{Escaped, escaped_str, shown};
use crate::origin::{Answer, FindOptions, Reference};
use crate::progress::check_flag;

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
    host: String,
    options: FindOptions,
    /// `SCHEME://HOST`, once something is asked for.
    base: OnceLock<String>,
    repository: String,
    name: Reference,
    /// The stored login, once the registry asks for one.
    login: OnceLock<Option<Login>>,
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
    /// True to ask for the headers alone.
    pub head: bool,
}

impl Client {
    /// Prepares to read the repository of `name`. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// An answer if a certificate file cannot be used.
    pub fn new(
        name: &Reference,
        options: &FindOptions,
        cancel: &Arc<AtomicBool>,
    ) -> Result<Self, Answer> {
        // Docker Hub's interface has a host of its own.
        let host = if name.host() == "docker.io" { "registry-1.docker.io" } else { name.host() };
        let agent = trust::agent(host, options)?;
        Ok(Self {
            agent,
            host: host.to_owned(),
            options: options.clone(),
            base: OnceLock::new(),
            repository: name.path().to_owned(),
            name: name.clone(),
            login: OnceLock::new(),
            authorization: Mutex::default(),
            cancel: cancel.clone(),
        })
    }

    /// Returns `SCHEME://HOST`. A registry that may speak plain HTTP is asked once.
    fn base(&self) -> Result<&str, Answer> {
        if let Some(base) = self.base.get() {
            return Ok(base);
        }
        let scheme = trust::scheme(&self.agent, &self.host, &self.options)?;
        Ok(self.base.get_or_init(|| format!("{scheme}://{}", self.host)))
    }

    /// Returns the login that is stored for the name.
    fn login(&self) -> Result<Option<&Login>, Answer> {
        if self.login.get().is_none() {
            let variable = |name: &str| std::env::var(name).ok();
            let places = Places { variable: &variable, home: etcetera::home_dir().ok() };
            let found = credentials::find(&self.name, &places)?;
            let _ = self.login.set(found);
        }
        Ok(self.login.get().and_then(Option::as_ref))
    }

    /// Makes a request, and waits and logs in as the registry asks.
    ///
    /// # Errors
    ///
    /// The answer of the registry, if it does not give what was asked for.
    pub fn get(&self, request: Request<'_>) -> Result<Response<Body>, Answer> {
        let base = self.base()?;
        let url = format!("{base}/v2/{}/{}/{}", self.repository, request.kind, request.version);
        let mut tries = 0;
        let mut logged_in = false;
        loop {
            self.check_cancelled()?;
            tries += 1;
            let response = match self.follow(base, &url, request) {
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

    /// Sends a request and follows redirects. The login goes to the registry alone, and nothing
    /// goes from HTTPS to HTTP.
    fn follow(
        &self,
        base: &str,
        url: &str,
        request: Request<'_>,
    ) -> Result<Response<Body>, ureq::Error> {
        let mut url = url.to_owned();
        for _ in 0..REDIRECTS {
            let mut sent = if request.head { self.agent.head(&url) } else { self.agent.get(&url) };
            if let Some(accept) = request.accept {
                sent = sent.header("Accept", accept);
            }
            if let Some((first, last)) = request.range {
                let last = last.map(|last| last.to_string()).unwrap_or_default();
                sent = sent.header("Range", format!("bytes={first}-{last}"));
            }
            let authorization =
                self.authorization.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(authorization) =
                authorization.filter(|_| origin_of(&url) == origin_of(base))
            {
                sent = sent.header("Authorization", authorization);
            }
            let response = sent.call()?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let location = response
                .headers()
                .get("Location")
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            url = redirected(&url, location)
                .ok_or_else(|| ureq::Error::BadUri(escaped_str(location).into()))?;
        }
        Err(ureq::Error::TooManyRedirects)
    }

    /// Obtains the right to read, as the registry asks for it.
    fn log_in(&self, headers: &HeaderMap) -> Result<(), Answer> {
        let challenges =
            headers.get_all("WWW-Authenticate").iter().filter_map(|value| value.to_str().ok());
        let challenge = challenges.filter_map(Challenge::parse).next();
        let authorization = match challenge {
            Some(Challenge::Basic) => match self.login()?.and_then(Login::basic) {
                Some(basic) => basic,
                None => return Err(Answer::NotAuthorised("the registry asks for a login".into())),
            },
            Some(Challenge::Bearer { realm, service, scope }) => {
                let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", self.repository));
                format!("Bearer {}", self.token(&realm, service.as_deref(), &scope)?)
            }
            None => {
                return Err(Answer::NotAuthorised(
                    "the registry asks for a login of an unknown kind".into(),
                ));
            }
        };
        *self.authorization.lock().unwrap_or_else(PoisonError::into_inner) = Some(authorization);
        Ok(())
    }

    /// Asks a token server for a token.
    fn token(&self, realm: &str, service: Option<&str>, scope: &str) -> Result<String, Answer> {
        let is_secure = realm.starts_with("https://");
        if self.base()?.starts_with("https://") && !is_secure {
            return Err(Answer::NotAuthorised(
                "the registry wants the login sent in plain http".into(),
            ));
        }
        let service = service.unwrap_or_default();
        let response = match self.login()? {
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
                if let Some(basic) = login.and_then(Login::basic) {
                    asked = asked.header("Authorization", basic);
                }
                asked.call()
            }
        };
        let mut response = response.map_err(|error| unreachable(&error))?;
        match response.status() {
            status if status.is_success() => {}
            StatusCode::TOO_MANY_REQUESTS => {
                return Err(Answer::TooMany("the token server says 429".into()));
            }
            status => {
                let login = self.refused_login();
                return Err(Answer::NotAuthorised(shown!(
                    "{}: the token server says {}",
                    login,
                    status.as_u16()
                )));
            }
        }
        let bytes = limited(&mut response, SMALL)?;
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let token = ["token", "access_token"].iter().find_map(|name| answer.get(name)?.as_str());
        let is_clean =
            |token: &&str| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
        token
            .filter(is_clean)
            .map(str::to_owned)
            .ok_or_else(|| Answer::Failed("the token server gave no token".into()))
    }

    /// Returns what an answer means that is no success.
    fn refusal(&self, mut response: Response<Body>) -> Answer {
        let status = response.status();
        let bytes = limited(&mut response, SMALL).unwrap_or_default();
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let first = answer.get("errors").and_then(|errors| errors.get(0));
        let said =
            first.and_then(|error| error.get("message")?.as_str()).filter(|said| !said.is_empty());
        let said = said.map(|said| shown!(": {}", escaped_str(said))).unwrap_or_default();
        let text = shown!("the registry says {}{}", status.as_u16(), said);
        match status {
            StatusCode::NOT_FOUND => Answer::NoSuchImage,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Answer::NotAuthorised(shown!("{}; {}", self.refused_login(), text))
            }
            StatusCode::TOO_MANY_REQUESTS => Answer::TooMany(text),
            _ => Answer::Failed(text),
        }
    }

    /// Describes the login that was not enough.
    fn refused_login(&self) -> &'static str {
        if self.login().is_ok_and(|login| login.is_some()) {
            "the stored login was refused"
        } else {
            "no login is stored"
        }
    }

    fn check_cancelled(&self) -> Result<(), Answer> {
        check_flag(&self.cancel).map_err(|_| Answer::Cancelled)
    }

    /// Waits, unless the work is cancelled meanwhile.
    pub fn wait(&self, time: Duration) -> Result<(), Answer> {
        let end = Instant::now() + time;
        while let Some(left) =
            end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
        {
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
        return Err(Answer::Failed(shown!(
            "the registry's answer is over a limit of {} bytes",
            limit
        )));
    }
    Ok(bytes)
}

/// Describes a connection that broke.
fn broken(error: &std::io::Error) -> Escaped {
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

/// Returns the wait that a server asks for, in seconds, up to a limit.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get("Retry-After")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}
