//! Trust in a registry: certificates, and the hosts that may speak plain HTTP.

use std::path::Path;
use std::time::Duration;

use ureq::Agent;
use ureq::http::StatusCode;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::unreachable::{refused, unreachable};
use crate::display::{escaped, escaped_display, shown};
use crate::origin::{Answer, FindOptions};

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(20);
/// The longest silence of a server.
const SILENCE: Duration = Duration::from_secs(60);
fn is_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost"
        || name.starts_with("127.")
        || name == "[::1]"
        || name.ends_with(".localhost")
}

/// Returns the scheme of a registry. Only a server of this machine, or one that need not be
/// trusted, is asked whether it speaks plain HTTP; this machine's servers mostly do.
///
/// # Errors
///
/// An answer if such a server cannot be reached.
pub fn scheme(agent: &Agent, host: &str, options: &FindOptions) -> Result<&'static str, Answer> {
    if !options.insecure && !is_this_machine(host) {
        return Ok("https");
    }
    let speaks_http = || {
        let answer = agent.get(format!("http://{host}/v2/")).call();
        // A server that speaks TLS calls plain HTTP a bad request.
        answer.is_ok_and(|answer| {
            answer.status() != StatusCode::BAD_REQUEST && !answer.status().is_redirection()
        })
    };
    if is_this_machine(host) && speaks_http() {
        return Ok("http");
    }
    match agent.get(format!("https://{host}/v2/")).call() {
        Ok(_) => Ok("https"),
        Err(ureq::Error::Rustls(error)) if !is_no_tls(&error) => {
            Err(Answer::Unreachable(refused(&error)))
        }
        Err(_) if !is_this_machine(host) && speaks_http() => Ok("http"),
        Err(error) => Err(unreachable(&error)),
    }
}

/// Returns whether the answer was no TLS at all.
fn is_no_tls(error: &dyn std::error::Error) -> bool {
    error.to_string().contains("corrupt message")
}

/// Makes a client of HTTP that trusts the certificates for `host`.
///
/// # Errors
///
/// An answer if the file of certificates cannot be used.
pub fn agent(host: &str, options: &FindOptions) -> Result<Agent, Answer> {
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
fn own_certificates(
    host: &str,
    ca_file: Option<&Path>,
) -> Result<Vec<Certificate<'static>>, Answer> {
    let mut found = Vec::new();
    if let Some(file) = ca_file {
        let name = escaped(file.as_os_str().as_encoded_bytes());
        let bytes = std::fs::read(file).map_err(|error| {
            Answer::Failed(shown!("cannot read {}: {}", name, escaped_display(&error)))
        })?;
        found = certificates(&bytes);
        if found.is_empty() {
            return Err(Answer::Failed(shown!("{} holds no certificate in PEM", name)));
        }
    }
    let home = etcetera::home_dir().ok().map(|home| home.join(".config/containers/certs.d"));
    let places =
        home.into_iter().chain(["/etc/containers/certs.d", "/etc/docker/certs.d"].map(Into::into));
    for place in places {
        let files = std::fs::read_dir(place.join(host))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        for file in files.filter(|file| file.extension().is_some_and(|ending| ending == "crt")) {
            found.extend(std::fs::read(file).map(|bytes| certificates(&bytes)).unwrap_or_default());
        }
    }
    Ok(found)
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(Result::ok);
    items
        .filter_map(|item| if let PemItem::Certificate(found) = item { Some(found) } else { None })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
