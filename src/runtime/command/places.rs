//! Distinguishes system directories from those of applications.

/// Directories that belong to the system with everything below them.
const SYSTEM: [&str; 22] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr/bin",
    "/usr/include",
    "/usr/lib",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/sbin",
    "/usr/share",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/local/share",
];
/// Directories that belong to the system, but may have application directories below them.
const PARENTS: [&str; 15] = [
    "/",
    "/go",
    "/home",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/local",
    "/usr/src",
    "/var",
    "/var/lib",
    "/var/www",
];

/// Returns whether an absolute path is a system directory, which cannot be the application's.
pub(crate) fn is_system(path: &[u8]) -> bool {
    let below = |system: &&str| {
        path.strip_prefix(system.as_bytes())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    };
    PARENTS.iter().any(|parent| parent.as_bytes() == path) || SYSTEM.iter().any(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_below_those_of_the_system_are_not_all_its_own() {
        for path in [
            "/",
            "/usr",
            "/usr/local/bin",
            "/usr/lib/python3/dist-packages",
            "/usr/src",
            "/root",
            "/etc/nginx",
        ] {
            assert!(is_system(path.as_bytes()), "{path}");
        }
        for path in ["/app", "/usr/src/app", "/opt/app", "/binary", "/var/www/html", "/home/me"] {
            assert!(!is_system(path.as_bytes()), "{path}");
        }
    }
}
