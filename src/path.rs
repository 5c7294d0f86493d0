//! Paths inside archives and images: bytes separated by slashes, never names of files on the host.

/// Splits a path into components as container runtimes do: `.` and empty components are dropped,
/// and `..` stops at the root.
pub fn components(path: &[u8]) -> Vec<&[u8]> {
    let mut out: Vec<&[u8]> = Vec::new();
    for part in path.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

/// Returns whether a path leads above the root on its way, lexically.
pub fn leaves_root(path: &[u8]) -> bool {
    let mut depth = 0_usize;
    path.split(|&b| b == b'/').any(|part| match part {
        b"" | b"." => false,
        b".." if depth == 0 => true,
        b".." => {
            depth -= 1;
            false
        }
        _ => {
            depth += 1;
            false
        }
    })
}

/// Returns the path with its components cleaned, without a leading slash.
pub fn clean(path: &[u8]) -> Vec<u8> {
    components(path).join(&b'/')
}

/// Returns the path without a leading `./` or `/`: enough to recognise one at a glance.
pub fn without_start(path: &[u8]) -> &[u8] {
    let path = path.strip_prefix(b".").filter(|path| path.starts_with(b"/")).unwrap_or(path);
    path.strip_prefix(b"/").unwrap_or(path)
}

/// Returns whether [`clean`] would return `path` as it is.
pub fn is_clean(path: &[u8]) -> bool {
    // The loop has no early exit, so that it can be vectorised. A name that begins with a dot
    // takes the slow path.
    let odd = |pair: &[u8]| (pair[0] == b'/') & ((pair[1] == b'/') | (pair[1] == b'.'));
    let plain = !path.windows(2).fold(false, |any, pair| any | odd(pair));
    if plain && !path.is_empty() && !matches!(path[0], b'/' | b'.') && path[path.len() - 1] != b'/'
    {
        return true;
    }
    !path.is_empty() && path.split(|&b| b == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_lexically_and_end_at_the_root() {
        assert_eq!(clean(b"./a//b/"), b"a/b");
        assert_eq!(clean(b"/../../etc/passwd"), b"etc/passwd");
        assert_eq!(clean(b"a/b/../c"), b"a/c");
        assert_eq!(clean(b"/"), b"");
        assert!(leaves_root(b"../x") && leaves_root(b"/a/../../x") && leaves_root(b".."));
        assert!(!leaves_root(b"bin/../x") && !leaves_root(b"/") && !leaves_root(b"a/b/../../c/.."));
        assert!(is_clean(b"a/b") && !is_clean(b"a//b") && !is_clean(b"./a") && !is_clean(b""));
    }
}
