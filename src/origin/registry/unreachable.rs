//! Explains why a server cannot be reached.

use crate::display::escaped_str;
use crate::origin::Answer;

/// Returns the answer for a server that cannot be reached.
pub fn unreachable(error: &ureq::Error) -> Answer {
    Answer::Unreachable(match error {
        ureq::Error::HostNotFound => "there is no such host".into(),
        ureq::Error::TooManyRedirects => "it redirects in a circle".into(),
        ureq::Error::BadUri(location) => {
            format!("it redirects to {location}, which is not followed")
        }
        ureq::Error::Timeout(_) => "it does not answer in time".into(),
        ureq::Error::Rustls(error) => refused(error),
        ureq::Error::Io(error) => match error.to_string() {
            text if text.contains("failed to lookup address") => "there is no such host".into(),
            text => escaped_str(&text).into(),
        },
        error => escaped_str(&error.to_string()).into(),
    })
}

/// Describes why a certificate is not accepted.
pub fn refused(error: &dyn std::error::Error) -> String {
    let said = error.to_string();
    let reason = if said.contains("CaUsedAsEndEntity") {
        "it is an authority's own, where the server's should be: sign one for the server".to_owned()
    } else if said.contains("UnknownIssuer") {
        "nobody who is trusted has signed it".to_owned()
    } else if said.contains("Expired") {
        "it has expired".to_owned()
    } else if said.contains("NotValidForName") {
        "it is for another name".to_owned()
    } else {
        escaped_str(&said).into()
    };
    format!("its certificate is not accepted: {reason}")
}
