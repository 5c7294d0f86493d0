//! Reads the databases of dpkg: one file per package, with one path per line, and the diversions.

use std::collections::HashMap;

/// The directories with such files, and the suffix of the file names.
pub const LISTS: [(&[u8], &[u8]); 2] =
    [(b"var/lib/dpkg/info", b".list"), (b"var/lib/dpkg/status.d", b".md5sums")];

/// The file that lists the installed packages, and the directory that distroless images have
/// instead, with one file per package.
pub const STATUS: (&[u8], &[u8]) = (b"var/lib/dpkg/status", b"var/lib/dpkg/status.d");

/// The file that lists paths which a package diverted from the paths in its list of files.
pub const DIVERSIONS: &[u8] = b"var/lib/dpkg/diversions";

/// Files of packages that make room for another package's, by their path with its leading slash
/// (`dpkg-divert(1)`).
#[derive(Debug, Default)]
pub struct Diversions<'a>(HashMap<&'a [u8], Diversion<'a>>);

#[derive(Debug)]
struct Diversion<'a> {
    to: &'a [u8],
    /// The package that has the path itself; `:` where the system's owner keeps all away.
    by: &'a [u8],
}

impl<'a> Diversions<'a> {
    /// Reads the database: three lines for each path.
    pub fn read(text: &'a [u8]) -> Self {
        let lines: Vec<_> = text.split(|&b| b == b'\n').collect();
        let path = |line: &[u8]| line.starts_with(b"/");
        let all = lines.chunks_exact(3).filter(|lines| path(lines[0]) && path(lines[1]));
        Self(all.map(|lines| (lines[0], Diversion { to: lines[1], by: lines[2] })).collect())
    }

    /// Returns the path at which a package has the file that its list calls `path`.
    pub fn place<'p>(&'p self, package: &[u8], path: &'p [u8]) -> &'p [u8] {
        self.0
            .get(path)
            .filter(|diversion| diversion.by != package)
            .map_or(path, |diversion| diversion.to)
    }
}

/// Returns the name of a package without its architecture.
pub fn package(name: &[u8]) -> &[u8] {
    name.split(|&b| b == b':').next().unwrap_or(name)
}

/// Calls `found` with every path (with a leading slash). Lines may begin with a digest.
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

/// Calls `found` with name and version of every installed package, without packages of which only
/// configuration files remain.
pub fn versions(text: &[u8], mut found: impl FnMut(&[u8], &[u8])) {
    let (mut package, mut version, mut installed): (&[u8], &[u8], bool) = (b"", b"", true);
    for line in text.split(|&b| b == b'\n').chain([&b""[..]]) {
        let value = |key: &[u8]| line.strip_prefix(key).map(<[u8]>::trim_ascii);
        if line.is_empty() {
            if installed && !package.is_empty() {
                found(package, version);
            }
            (package, version, installed) = (b"", b"", true);
        } else if let Some(name) = value(b"Package:") {
            package = name;
        } else if let Some(text) = value(b"Version:") {
            version = text;
        } else if let Some(status) = value(b"Status:") {
            installed = status.ends_with(b" installed");
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
        each(b"d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/a b\nnothing\n", |path| {
            all.push(path.to_vec());
        });
        assert_eq!(all, [&b"/usr"[..], b"/usr/bin/git", b"/usr/share/doc/a b"]);
        assert_eq!(package(b"libc6:amd64"), b"libc6");
    }

    #[test]
    fn a_diverted_file_is_where_it_made_room_for_another() {
        let diversions = Diversions::read(
            b"/usr/bin/tool\n/usr/bin/tool.distrib\nbaz\n/etc/x\n/etc/x.real\n:\n/bin/sh\n/bin/sh.distrib\n",
        );
        let place = |package: &[u8], path: &'static [u8]| {
            String::from_utf8(diversions.place(package, path).to_vec()).unwrap()
        };
        assert_eq!(place(b"foo", b"/usr/bin/tool"), "/usr/bin/tool.distrib");
        assert_eq!(place(b"baz", b"/usr/bin/tool"), "/usr/bin/tool");
        assert_eq!(
            place(b"baz", b"/etc/x"),
            "/etc/x.real",
            "of a local diversion no package has the path itself"
        );
        assert_eq!(place(b"dash", b"/bin/sh"), "/bin/sh.distrib", "the last line may be empty");
        assert_eq!(place(b"foo", b"/usr/bin/other"), "/usr/bin/other");
        let cut = Diversions::read(b"/usr/bin/tool\n/usr/bin/tool.distrib");
        assert_eq!(
            cut.place(b"foo", b"/usr/bin/tool"),
            b"/usr/bin/tool",
            "what is cut short is left out"
        );
    }

    #[test]
    fn only_what_is_installed_has_a_version() {
        let text = b"Package: git\nStatus: install ok installed\nVersion: 1:2.39\n continued\n\n\
            Package: vim\nStatus: deinstall ok config-files\nVersion: 9\n\nPackage: tzdata\nVersion: 2024a";
        let mut all = Vec::new();
        versions(text, |package, version| {
            all.push(format!(
                "{} {}",
                String::from_utf8_lossy(package),
                String::from_utf8_lossy(version)
            ));
        });
        assert_eq!(all, ["git 1:2.39", "tzdata 2024a"]);
    }
}
