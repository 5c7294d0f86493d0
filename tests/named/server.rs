//! A registry in a few lines, which notes what it is asked for and what it sends.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use crate::support::build::{Entry, Image};

/// The ways in which a server can fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It does not fail.
    Nothing,
    /// Each layer's first answer breaks off after 100 bytes.
    CutOnce,
    /// Every answer for a layer breaks off, the first after 100 bytes.
    CutAlways,
    /// Layers have other bytes than their digests say.
    OtherBytes,
    /// User name and password with every request.
    Basic,
    /// A token, which is only given to those with a password.
    Token,
    /// A token that is worth three requests.
    ShortToken,
    /// The first two requests are too many; after the second, a second has to pass.
    Busy,
    /// Requests are too many for ever.
    Limited,
    /// Every answer leads to another place.
    Circle,
    /// Blobs are on another host.
    Elsewhere,
    /// The manifest has 32 MiB.
    Huge,
    /// Layers are announced with one byte more than they have.
    LyingLength,
    /// Ranges are ignored.
    NoRanges,
    /// Nobody may read it.
    Forbidden,
    /// Manifests have Docker's media types. That is no fault.
    DockerTypes,
    /// Layers break off after 100 bytes, but the connection stays open.
    Stalls,
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The host that was meant.
    pub host: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The bytes of the answer's body that were sent.
    pub sent: usize,
}

/// A running registry with the image `team/app:1`.
pub struct Server {
    /// Host and port.
    pub host: String,
    /// The digest of the manifest.
    pub manifest: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

struct Shop {
    port: u16,
    fault: Fault,
    blobs: HashMap<String, Vec<u8>>,
    manifest: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// The user name and password, encoded: `user:secret-password`.
pub const LOGIN: &str = "dXNlcjpzZWNyZXQtcGFzc3dvcmQ=";

impl Server {
    /// Starts a registry on a port of this machine.
    pub fn start(image: &Image, fault: Fault) -> Self {
        let mut blobs = HashMap::new();
        let mut manifest = String::new();
        for entry in image.oci() {
            let name = String::from_utf8_lossy(entry.name()).into_owned();
            match name.strip_prefix("blobs/sha256/") {
                Some(digits) => {
                    drop(blobs.insert(format!("sha256:{digits}"), entry.contents().to_vec()));
                }
                None if name == "index.json" => {
                    let index: serde_json::Value =
                        serde_json::from_slice(entry.contents()).unwrap();
                    manifest = index["manifests"][0]["digest"].as_str().unwrap().to_owned();
                }
                None => {}
            }
        }
        Self::with(blobs, manifest, fault)
    }

    /// Starts a registry with a layout, whose index is what the tag stands for.
    pub fn of_layout(members: Vec<Entry>) -> Self {
        let mut blobs = HashMap::new();
        let mut tagged = String::new();
        for entry in members {
            let name = String::from_utf8_lossy(entry.name()).into_owned();
            let is_index = name == "index.json";
            if is_index || name.starts_with("blobs/sha256/") {
                let digits = Sha256::digest(entry.contents());
                let digest = format!("sha256:{}", layerscope::display::hex(&digits));
                if is_index {
                    tagged.clone_from(&digest);
                }
                blobs.insert(digest, entry.contents().to_vec());
            }
        }
        Self::with(blobs, tagged, Fault::Nothing)
    }

    /// Starts a registry with blobs by their digests, one of which is the manifest.
    pub fn with(blobs: HashMap<String, Vec<u8>>, manifest: String, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let shop =
            Arc::new(Shop { port, fault, blobs, manifest: manifest.clone(), asked: asked.clone() });
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shop = shop.clone();
                std::thread::spawn(move || shop.serve(stream));
            }
        });
        Self { host: format!("127.0.0.1:{port}"), manifest, asked }
    }

    /// Returns what was asked for so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Returns the bytes of blobs that were sent.
    pub fn sent(&self) -> usize {
        self.asked()
            .iter()
            .filter(|asked| asked.path.contains("/blobs/"))
            .map(|asked| asked.sent)
            .sum()
    }
}

struct Answer {
    status: &'static str,
    headers: Vec<String>,
    body: Vec<u8>,
    /// The bytes after which the connection is closed.
    cut: usize,
}

impl Shop {
    /// Answers the requests of one connection.
    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut stream = stream;
        loop {
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                match line.trim_end() {
                    "" => break,
                    line => lines.push(line.to_owned()),
                }
            }
            let method = lines[0].split(' ').next().unwrap_or_default().to_owned();
            let path = lines[0].split(' ').nth(1).unwrap_or_default().to_owned();
            let header = |name: &str| {
                let found = lines
                    .iter()
                    .find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
                found.map(|line| line[name.len() + 1..].trim().to_owned())
            };
            let host = header("host").unwrap_or_default();
            let authorization = header("authorization");
            let answer =
                self.answer(&path, &host, authorization.as_deref(), header("range").as_deref());
            let is_head = method == "HEAD";
            let sent = if is_head { 0 } else { answer.body.len().min(answer.cut) };
            self.asked.lock().unwrap().push(Asked { method, path, host, authorization, sent });
            let length = answer.body.len()
                + usize::from(
                    self.fault == Fault::LyingLength && answer.body.starts_with(&[0x1f, 0x8b]),
                );
            let mut head = format!("HTTP/1.1 {}\r\nContent-Length: {length}\r\n", answer.status);
            answer.headers.iter().for_each(|header| head.push_str(&format!("{header}\r\n")));
            let written =
                write!(stream, "{head}\r\n").and_then(|()| stream.write_all(&answer.body[..sent]));
            if self.fault == Fault::Stalls && sent < length && !is_head {
                std::thread::sleep(std::time::Duration::from_secs(60));
            }
            if written.is_err() || (sent < length && !is_head) {
                return;
            }
        }
    }

    fn answer(
        &self,
        path: &str,
        host: &str,
        authorization: Option<&str>,
        range: Option<&str>,
    ) -> Answer {
        let plain = |status, headers: &[String]| Answer {
            status,
            headers: headers.to_vec(),
            body: Vec::new(),
            cut: usize::MAX,
        };
        if path.starts_with("/token") {
            let is_known = authorization == Some(&format!("Basic {LOGIN}"));
            let mut answer = plain(if is_known { "200 OK" } else { "401 Unauthorized" }, &[]);
            answer.body = br#"{"token":"a-token"}"#.to_vec();
            return answer;
        }
        if path == "/v2/" {
            return plain("200 OK", &[]);
        }
        let before = self.asked.lock().unwrap().iter().filter(|asked| asked.path != "/v2/").count();
        let is_elsewhere = self.fault == Fault::Elsewhere && host.starts_with("localhost");
        let challenge = match self.fault {
            Fault::Basic if authorization != Some(&format!("Basic {LOGIN}")) => {
                Some("Basic realm=\"r\"".to_owned())
            }
            Fault::Token | Fault::ShortToken | Fault::Elsewhere if !is_elsewhere => {
                let is_worn = self.fault == Fault::ShortToken && before % 4 == 3;
                (authorization != Some("Bearer a-token") || is_worn).then(|| {
                    format!("Bearer realm=\"http://127.0.0.1:{}/token\",service=\"s\"", self.port)
                })
            }
            _ => None,
        };
        if let Some(challenge) = challenge {
            return plain("401 Unauthorized", &[format!("WWW-Authenticate: {challenge}")]);
        }
        match self.fault {
            Fault::Busy if before < 2 => {
                return plain("429 Too Many Requests", &[format!("Retry-After: {before}")]);
            }
            Fault::Forbidden => return plain("403 Forbidden", &[]),
            Fault::Limited => return plain("429 Too Many Requests", &["Retry-After: 0".into()]),
            Fault::Circle => {
                return plain("307 Temporary Redirect", &[format!("Location: {path}")]);
            }
            Fault::Elsewhere if !is_elsewhere && path.contains("/blobs/") => {
                return plain(
                    "307 Temporary Redirect",
                    &[format!("Location: http://localhost:{}{path}", self.port)],
                );
            }
            _ => {}
        }
        if path == "/v2/team/app/tags/list" {
            let mut answer = plain("200 OK", &[]);
            answer.body = br#"{"name":"team/app","tags":["nightly","1","1.0"]}"#.to_vec();
            return answer;
        }
        let Some((kind, version)) =
            path.strip_prefix("/v2/team/app/").and_then(|path| path.split_once('/'))
        else {
            return plain("404 Not Found", &[]);
        };
        let digest = if kind == "manifests" && version == "1" { &self.manifest } else { version };
        let Some(bytes) = self.blobs.get(digest) else { return plain("404 Not Found", &[]) };
        self.body(kind, digest, bytes.clone(), range)
    }

    fn body(&self, kind: &str, digest: &str, mut bytes: Vec<u8>, range: Option<&str>) -> Answer {
        let is_layer = bytes.starts_with(&[0x1f, 0x8b]);
        if kind == "manifests" && self.fault == Fault::Huge {
            bytes.resize(32 << 20, b' ');
        }
        if kind == "manifests" && self.fault == Fault::DockerTypes {
            let text = String::from_utf8(bytes).unwrap();
            let text = text.replace(
                "vnd.oci.image.layer.v1.tar+gzip",
                "vnd.docker.image.rootfs.diff.tar.gzip",
            );
            let text =
                text.replace("vnd.oci.image.config.v1+json", "vnd.docker.container.image.v1+json");
            let text =
                text.replace("vnd.oci.image.manifest.v1", "vnd.docker.distribution.manifest.v2");
            bytes = text.into_bytes();
        }
        if is_layer && self.fault == Fault::OtherBytes {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
        let mut status = "200 OK";
        if let Some(range) = range.filter(|_| self.fault != Fault::NoRanges) {
            let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            let end = last.parse::<usize>().map_or(bytes.len(), |last| (last + 1).min(bytes.len()));
            bytes = bytes[first.parse().unwrap()..end].to_vec();
            status = "206 Partial Content";
        }
        let again = self.asked.lock().unwrap().iter().any(|asked| asked.path.ends_with(digest));
        let goes_on = range.is_some();
        let stalls = self.fault == Fault::Stalls;
        let is_cut = is_layer
            && (stalls
                || self.fault == Fault::CutAlways
                || (self.fault == Fault::CutOnce && !again));
        let mut headers =
            vec!["Content-Type: application/vnd.oci.image.manifest.v1+json".to_owned()];
        if kind == "manifests" {
            let digits: String =
                Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            headers.push(format!("Docker-Content-Digest: sha256:{digits}"));
        }
        let cut = match is_cut {
            true if goes_on && !stalls => 0,
            true => 100,
            false => usize::MAX,
        };
        Answer { status, headers, body: bytes, cut }
    }
}
