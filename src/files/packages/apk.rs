//! Reads the database of apk: paragraphs of lines that consist of a letter, a colon and a value.

/// Calls `found` with the package and the path (with a leading slash) of every file.
pub fn each(text: &[u8], mut found: impl FnMut(&[u8], &[u8])) {
    let (mut package, mut directory): (&[u8], &[u8]) = (b"", b"");
    let mut path = Vec::new();
    for line in text.split(|&b| b == b'\n') {
        match line {
            [] => (package, directory) = (b"", b""),
            [b'P', b':', name @ ..] => package = name,
            [b'F', b':', name @ ..] => directory = name,
            [b'R', b':', name @ ..] if !package.is_empty() => {
                path.clear();
                path.push(b'/');
                path.extend_from_slice(directory);
                if !directory.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(name);
                found(package, &path);
            }
            _ => {}
        }
    }
}

/// Calls `found` with the name and the version of every package.
pub fn versions(text: &[u8], mut found: impl FnMut(&[u8], &[u8])) {
    let (mut package, mut version): (&[u8], &[u8]) = (b"", b"");
    for line in text.split(|&b| b == b'\n').chain([&b""[..]]) {
        match line {
            [] => {
                if !package.is_empty() {
                    found(package, version);
                }
                (package, version) = (b"", b"");
            }
            [b'P', b':', name @ ..] => package = name,
            [b'V', b':', text @ ..] => version = text,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_the_package_of_their_paragraph() {
        let text = b"C:Q1\nP:musl\nV:1.2\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\n\nP:go\nF:usr/lib/go/bin\nR:go\nF:\nR:root\n\nR:lost\n";
        let mut all = Vec::new();
        each(text, |package, path| {
            all.push(format!(
                "{} {}",
                String::from_utf8_lossy(package),
                String::from_utf8_lossy(path)
            ));
        });
        assert_eq!(all, ["musl /lib/ld-musl-x86_64.so.1", "go /usr/lib/go/bin/go", "go /root"]);
    }

    #[test]
    fn every_paragraph_has_a_package_with_its_version() {
        let mut all = Vec::new();
        versions(
            b"C:Q1\nP:musl\nV:1.2.5-r0\n\nV:lost\n\nP:go\nF:usr\nV:1.23-r1",
            |package, version| {
                all.push(format!(
                    "{} {}",
                    String::from_utf8_lossy(package),
                    String::from_utf8_lossy(version)
                ));
            },
        );
        assert_eq!(all, ["musl 1.2.5-r0", "go 1.23-r1"]);
    }
}
