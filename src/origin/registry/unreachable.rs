//! Explains why a server cannot be reached.

use crate::display::{Escaped, escaped_display, escaped_str, shown};
use crate::origin::Answer;

/// Returns the answer for a server that cannot be reached.
pub fn unreachable(error: &ureq::Error) -> Answer {
    Answer::Unreachable(match error {
        ureq::Error::HostNotFound => "no such host".into(),
        ureq::Error::TooManyRedirects => "it redirects in a circle".into(),
        ureq::Error::BadUri(location) => {
            shown!("it redirects to {}, which is not followed", escaped_str(location))
        }
        ureq::Error::Timeout(_) => "it does not answer in time".into(),
        ureq::Error::Rustls(error) => refused(error),
        ureq::Error::Io(error) => match error.to_string() {
            text if text.contains("failed to lookup address") => "no such host".into(),
            text => escaped_str(&text),
        },
        error => escaped_display(error),
    })
}

/// Describes why a certificate is not accepted.
pub fn refused(error: &dyn std::error::Error) -> Escaped {
    let said = error.to_string();
    let reason: Escaped = if said.contains("CaUsedAsEndEntity") {
        "it is an authority's own, where the server's should be: sign one for the server".into()
    } else if said.contains("UnknownIssuer") {
        "nobody who is trusted has signed it".into()
    } else if said.contains("Expired") {
        "it has expired".into()
    } else if said.contains("NotValidForName") {
        "it is for another name".into()
    } else {
        escaped_str(&said)
    };
    shown!("its certificate is not accepted: {}", reason)
}
