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
    // A name that begins with a dot takes the slow path.
    let is_plain = |path: &[u8]| !matches!(path[0], b'/' | b'.') && path[path.len() - 1] != b'/';
    if !path.is_empty() && is_plain(path) && !has_odd_pair(path) {
        return true;
    }
    !path.is_empty() && path.split(|&b| b == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
}

/// Returns whether a slash or a dot follows a slash.
fn has_odd_pair(path: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The upper bit of each byte that is zero; with 7 bits in an addition, no byte changes the next one.
    let zeros = |word: u64| !(((word & !(ONES << 7)) + (ONES * 0x7f)) | word) & (ONES << 7);
    let slashes = |word: u64| zeros(word ^ (ONES * u64::from(b'/')));
    // A dot and a slash differ in the lowest bit.
    let either = |word: u64| slashes(word | ONES);
    let (words, rest) = path.as_chunks::<8>();
    let mut last = [b'a'; 8];
    last[..rest.len()].copy_from_slice(rest);
    // The slash at the end of the word before stands before the first byte.
    let mut before = 0;
    words.iter().chain([&last]).any(|word| {
        let word = u64::from_le_bytes(*word);
        let found = slashes(word);
        let is_odd = (found << 8 | before) & either(word) != 0;
        before = found >> 56;
        is_odd
    })
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
        for at in 1..40 {
            let mut path = vec![b'a'; 40];
            for pair in [b"//", b"/.", b"./", b"..", b"/a", b"/0", b"\xaf."] {
                path[at - 1..=at].copy_from_slice(pair);
                let parts = || path.split(|&b| b == b'/');
                let is_clean = parts().all(|part| !matches!(part, b"" | b"." | b".."));
                assert_eq!(super::is_clean(&path), is_clean, "{}", path.escape_ascii());
            }
        }
        assert!(is_clean(b"a/b") && !is_clean(b"a//b") && !is_clean(b"./a") && !is_clean(b""));
    }
}
