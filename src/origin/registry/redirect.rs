//! Redirects: the places that a request may be sent on to.

use ureq::http::Uri;

/// Returns scheme, host and port of a URL.
pub fn origin_of(url: &str) -> Option<(String, String, u16)> {
    let url: Uri = url.parse().ok()?;
    let scheme = url.scheme_str()?.to_owned();
    let port = url.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    Some((scheme, url.host()?.to_ascii_lowercase(), port))
}

/// Returns where a redirect leads; `None` if it is not followed.
pub fn redirected(from: &str, location: &str) -> Option<String> {
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
        assert_eq!(
            redirected("http://localhost:5000/x", "http://other/a").as_deref(),
            Some("http://other/a")
        );
    }

    #[test]
    fn a_login_belongs_to_one_host_and_port() {
        assert_eq!(origin_of("https://r.example/a"), origin_of("https://R.example:443/b"));
        assert_ne!(origin_of("https://r.example/a"), origin_of("http://r.example/a"));
        assert_ne!(origin_of("https://r.example/a"), origin_of("https://r.example:8443/a"));
    }
}
