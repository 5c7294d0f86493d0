//! Speaks HTTP to a socket of the host, for engines whose command is not installed.
//!
//! Requests are of HTTP/1.0, whose answers have no framing: a connection serves one answer, up to
//! its end. No version of the interface is in a path, so the engine chooses its own.

#[cfg(unix)]
pub use unix::{get, json};

#[cfg(unix)]
mod unix {
    use std::io::{self, BufRead, BufReader, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::path::Path;

    use serde_json::Value;

    use crate::display::{Escaped, escaped, escaped_display, shown};
    use crate::origin::Answer;

    /// The most bytes of an answer's head, or of a JSON answer.
    const LIMIT: u64 = 16 << 20;

    /// Asks for a path, and returns the body of the answer.
    ///
    /// # Errors
    ///
    /// An error if the socket cannot be used, or what the engine said.
    pub fn get(socket: &Path, path: &str) -> io::Result<Box<dyn Read + Send>> {
        let (status, body) = request(socket, path)?;
        match status {
            200 => Ok(Box::new(body)),
            _ => Err(io::Error::other(String::from(message(body)))),
        }
    }

    /// Asks for a path that answers with JSON.
    ///
    /// # Errors
    ///
    /// The engine's answer, if it is another.
    pub fn json(socket: &Path, path: &str) -> Result<Value, Answer> {
        let (status, body) = request(socket, path).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                Answer::NotRunning("its socket may not be used: permission denied".into())
            }
            _ => Answer::NotRunning("its socket does not answer".into()),
        })?;
        match status {
            200 => serde_json::from_reader(body.take(LIMIT)).map_err(|error| {
                Answer::Failed(shown!(
                    "its answer cannot be understood: {}",
                    escaped_display(&error)
                ))
            }),
            404 => Err(Answer::NoSuchImage),
            _ => Err(Answer::Failed(message(body))),
        }
    }

    fn request(socket: &Path, path: &str) -> io::Result<(u16, BufReader<UnixStream>)> {
        let mut stream = UnixStream::connect(socket)?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\nAccept: */*\r\n\r\n")?;
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let before = head.len();
            reader.by_ref().take(LIMIT).read_until(b'\n', &mut head)?;
            if head[before..].trim_ascii().is_empty() || head.len() as u64 >= LIMIT {
                break;
            }
        }
        let status = head
            .split(|&b| b == b' ')
            .nth(1)
            .and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("the socket does not speak HTTP"))?;
        Ok((status, reader))
    }

    /// Returns the engine's own words for an error.
    fn message(body: impl Read) -> Escaped {
        let mut text = Vec::new();
        let _ = body.take(4096).read_to_end(&mut text);
        let json: Option<Value> = serde_json::from_slice(&text).ok();
        let said = json.as_ref().and_then(|json| json.get("message")?.as_str());
        escaped(said.map_or(text.as_slice(), str::as_bytes))
    }

    #[cfg(test)]
    mod tests {
        use std::os::unix::net::UnixListener;

        use super::*;

        fn serving(answer: &'static str) -> (tempfile::TempDir, std::path::PathBuf) {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("socket");
            let listener = UnixListener::bind(&path).unwrap();
            std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = [0; 1024];
                let _ = stream.read(&mut asked).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            (directory, path)
        }

        #[test]
        fn an_answer_is_read_to_the_end_of_the_connection() {
            let (_directory, socket) = serving("HTTP/1.0 200 OK\r\nContent-Type: x\r\n\r\nbytes");
            let mut text = String::new();
            get(&socket, "/images/x/get").unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "bytes");
        }

        #[test]
        fn an_error_is_what_the_engine_says() {
            let (_directory, socket) =
                serving("HTTP/1.0 404 Not Found\r\n\r\n{\"message\":\"No such image: x\"}");
            assert_eq!(json(&socket, "/images/x/json"), Err(Answer::NoSuchImage));
            let (_directory, socket) = serving("HTTP/1.0 500 Oh\r\n\r\n{\"message\":\"broken\"}");
            assert_eq!(
                get(&socket, "/").err().map(|error| error.to_string()).as_deref(),
                Some("broken")
            );
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io::{self, Read};
    use std::path::Path;

    use serde_json::Value;

    use crate::origin::Answer;

    /// Fails: there are no such sockets here.
    pub fn get(_: &Path, _: &str) -> io::Result<Box<dyn Read + Send>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Fails: there are no such sockets here.
    pub fn json(_: &Path, _: &str) -> Result<Value, Answer> {
        Err(Answer::NotInstalled)
    }
}

#[cfg(not(unix))]
pub use elsewhere::{get, json};
