//! A layer: a tar, plain or compressed, with whatever follows it.

use std::io::Write;

use flate2::write::GzEncoder;

use super::Entry;

/// A layer as an archive stores it, and the tar that it is.
#[derive(Clone)]
pub struct Layer {
    tar: Vec<u8>,
    stored: Vec<u8>,
}

/// Entries one after the other, without the end of an archive.
pub fn entries(entries: impl IntoIterator<Item = Entry>) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        entry.write(&mut out);
    }
    out
}

/// A tar of `of`.
pub fn tar(of: impl IntoIterator<Item = Entry>) -> Vec<u8> {
    [entries(of), zeros(1024)].concat()
}

/// A run of zero bytes.
pub fn zeros(n: usize) -> Vec<u8> {
    vec![0; n]
}

/// A plain layer of `of`.
pub fn layer(of: impl IntoIterator<Item = Entry>) -> Layer {
    Layer::of_tar(tar(of))
}

impl Layer {
    /// A plain layer of these bytes, be they a tar or not.
    pub fn of_tar(tar: Vec<u8>) -> Self {
        Self { stored: tar.clone(), tar }
    }

    /// The uncompressed tar.
    pub fn tar(&self) -> &[u8] {
        &self.tar
    }

    /// The bytes that an archive stores.
    pub fn stored(&self) -> &[u8] {
        &self.stored
    }

    /// Compresses with gzip.
    pub fn gzip(self) -> Self {
        self.gzip_members(1)
    }

    /// Compresses with gzip, as `members` members one after the other.
    pub fn gzip_members(self, members: usize) -> Self {
        let stored = self.pieces(members).flat_map(gzip).collect();
        Self { stored, ..self }
    }

    /// Compresses with zstd.
    pub fn zstd(self) -> Self {
        let stored = zstd(&self.tar);
        Self { stored, ..self }
    }

    /// Compresses with zstd, as `frames` frames, each behind a frame to be skipped.
    pub fn zstd_frames(self, frames: usize) -> Self {
        let skipped = [&0x184d_2a50_u32.to_le_bytes()[..], &4_u32.to_le_bytes(), b"skip"].concat();
        let stored =
            self.pieces(frames).flat_map(|piece| [skipped.clone(), zstd(piece)].concat()).collect();
        Self { stored, ..self }
    }

    /// Puts bytes behind what is stored.
    pub fn followed_by(mut self, bytes: &[u8]) -> Self {
        self.stored.extend_from_slice(bytes);
        self
    }

    /// Changes the stored bytes.
    pub fn damaged(mut self, damage: impl FnOnce(&mut Vec<u8>)) -> Self {
        damage(&mut self.stored);
        self
    }

    fn pieces(&self, n: usize) -> impl Iterator<Item = &[u8]> {
        self.tar.chunks(self.tar.len().div_ceil(n).max(1))
    }
}

/// One gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).expect("memory takes it")
}
