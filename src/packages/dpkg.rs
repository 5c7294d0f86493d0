//! The databases of dpkg: a file for each package, with a path a line.

/// Directories with such files, and what the names of the files end in.
pub const LISTS: [(&[u8], &[u8]); 2] = [(b"var/lib/dpkg/info", b".list"), (b"var/lib/dpkg/status.d", b".md5sums")];

/// The name of a package without its architecture.
pub fn package(name: &[u8]) -> &[u8] {
    name.split(|&b| b == b':').next().unwrap_or(name)
}

/// Calls `found` with every path, with its leading slash; lines may begin with a digest.
pub fn each(text: &[u8], mut found: impl FnMut(&[u8])) {
    let mut path = Vec::new();
    for line in text.split(|&b| b == b'\n') {
        match line {
            [] | b"/." => {}
            [b'/', ..] => found(line),
            _ => {
                let Some(at) = line.windows(2).position(|pair| pair == b"  ") else { continue };
                path.clear();
                path.push(b'/');
                path.extend_from_slice(&line[at + 2..]);
                found(&path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_digests_name_the_same_paths() {
        let mut all = Vec::new();
        each(b"/.\n/usr\n/usr/bin/git\n", |path| all.push(path.to_vec()));
        each(b"d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/a b\nnothing\n", |path| all.push(path.to_vec()));
        assert_eq!(all, [&b"/usr"[..], b"/usr/bin/git", b"/usr/share/doc/a b"]);
        assert_eq!(package(b"libc6:amd64"), b"libc6");
    }
}
