//! Recognises whiteouts (OCI image specification, layer.md, "Whiteouts").

/// The meaning of the last component of an entry's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling<'a> {
    /// An ordinary name.
    Ordinary,
    /// `.wh.NAME`: removes NAME, which is from a lower layer.
    Whiteout(&'a [u8]),
    /// `.wh..wh..opq`: hides everything that lower layers have in the directory.
    Opaque,
    /// `.wh.`, `.wh..` or `.wh...`, which name nothing that may be removed.
    Invalid,
}

/// Reads the last component of a path.
pub fn spelling(name: &[u8]) -> Spelling<'_> {
    match name.strip_prefix(PREFIX) {
        None => Spelling::Ordinary,
        Some(b".wh..opq") => Spelling::Opaque,
        Some(b"" | b"." | b"..") => Spelling::Invalid,
        Some(gone) => Spelling::Whiteout(gone),
    }
}

/// The beginning of the name of every whiteout.
pub const PREFIX: &[u8] = b".wh.";

/// Returns whether the first component of a path marks AUFS bookkeeping (`.wh..wh.aufs`,
/// `.wh..wh.plnk`, `.wh..wh.orph`).
pub fn is_aufs(first: &[u8]) -> bool {
    first.starts_with(b".wh..wh.") && first != b".wh..wh..opq"
}

/// The directory in which AUFS kept the contents of hard-linked files.
pub const AUFS_LINKS: &[u8] = b".wh..wh.plnk";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_prefix_with_both_dots_is_a_whiteout() {
        for ordinary in [&b".wh"[..], b".whatever", b"x.wh.y", b"wh.f"] {
            assert_eq!(spelling(ordinary), Spelling::Ordinary);
        }
        assert_eq!(spelling(b".wh.f"), Spelling::Whiteout(b"f"));
        assert_eq!(spelling(b".wh..wh.foo"), Spelling::Whiteout(b".wh.foo"));
        assert_eq!(spelling(b".wh..wh..opq"), Spelling::Opaque);
        for invalid in [&b".wh."[..], b".wh..", b".wh..."] {
            assert_eq!(spelling(invalid), Spelling::Invalid);
        }
    }
}
