//! Recognises executables packed by UPX (UPX, `src/stub/src/include/linux.h`: `l_info`, `p_info`).

use object::Endianness;

use super::headers::Headers;
use crate::archive::Extent;

/// An executable that unpacks itself when it is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packed {
    /// The size of the file in bytes before it was packed, if the packer recorded it.
    pub original: Option<u64>,
}

/// Number of bytes after the program headers in which UPX's header is searched.
const SEARCHED: u64 = 256;

/// Looks for the header that UPX puts after the program headers: checksum, `UPX!`, sizes; then the
/// sizes of program, file and block.
pub(super) fn read(headers: &Headers<'_>, size: u64) -> Option<Packed> {
    // UPX removes section headers, so other programs need not be searched.
    if !headers.sections.is_empty() {
        return None;
    }
    let extent = Extent { offset: 0, len: size }.part(headers.end, SEARCHED);
    let bytes = headers.bytes(extent)?;
    let mark = bytes.windows(4).position(|window| window == b"UPX!")?;
    let original = bytes.get(mark + 12..mark + 16).and_then(|b| b.try_into().ok()).map(|word| {
        u64::from(if headers.endian == Endianness::Big {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        })
    });
    Some(Packed { original: original.filter(|&original| original > size) })
}
