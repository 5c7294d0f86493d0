//! Compares bytes with the digest that they are named by.

use sha2::{Digest, Sha256, Sha512};

use crate::display::{escaped_str, hex};
use crate::warning::{Warning, WarningKind};

/// Returns whether bytes have a digest.
pub(super) fn has(bytes: &[u8], digest: &str) -> bool {
    digest.strip_prefix("sha256:").is_some_and(|digits| digits == sha256(bytes))
}

/// Compares the SHA-256 of bytes with their name, such as `<digits>.json` or `sha256:<digits>`;
/// returns a warning if they differ.
pub(super) fn digest_mismatch(name: &str, bytes: &[u8]) -> Option<Warning> {
    let digits = name.rsplit([':', '/']).next()?.split('.').next()?;
    let is_digest = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let found = sha256(bytes);
    (is_digest && !found.eq_ignore_ascii_case(digits)).then(|| {
        Warning::image(WarningKind::DigestMismatch {
            name: escaped_str(name),
            real: escaped_str(&found),
        })
    })
}

/// Returns the SHA-256 of bytes in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Returns whether bytes have a digest of an algorithm that is registered (descriptor.md,
/// "Registered algorithms").
pub(super) fn is_of_digest(bytes: &[u8], digest: &str) -> bool {
    match digest.split_once(':') {
        Some(("sha256", digits)) => sha256(bytes) == digits,
        Some(("sha512", digits)) => hex(&Sha512::digest(bytes)) == digits,
        _ => false,
    }
}
