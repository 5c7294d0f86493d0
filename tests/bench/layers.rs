//! Writes the layers of a made image as files, compresses them, and puts them into an archive as
//! `docker save` does.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use serde_json::json;
use tar::{Builder, EntryType, Header};

use super::contents::Pool;

/// What docker and containerd compress layers with, if not told otherwise.
const GZIP_LEVEL: u32 = 6;
/// The default of `zstd`.
const ZSTD_LEVEL: i32 = 3;

/// One layer, as it is being written.
pub struct LayerWriter<'a> {
    tar: Builder<BufWriter<File>>,
    pool: &'a Pool,
    /// Entries written so far.
    pub entries: u64,
}

impl<'a> LayerWriter<'a> {
    /// Starts the layer in the file at `path`.
    pub fn create(path: &Path, pool: &'a Pool) -> io::Result<Self> {
        let tar = Builder::new(BufWriter::with_capacity(1 << 18, File::create_new(path)?));
        Ok(Self { tar, pool, entries: 0 })
    }

    fn append(
        &mut self,
        path: &str,
        kind: EntryType,
        size: u64,
        contents: impl Read,
    ) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(if kind == EntryType::Directory { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1_700_000_000);
        self.entries += 1;
        self.tar.append_data(&mut header, path, contents)
    }

    /// Adds a directory.
    pub fn directory(&mut self, path: &str) -> io::Result<()> {
        self.append(&format!("{path}/"), EntryType::Directory, 0, io::empty())
    }

    /// Adds a regular file; another `salt` gives it other contents.
    pub fn file(&mut self, path: &str, size: u64, salt: u64) -> io::Result<()> {
        self.append(path, EntryType::Regular, size, self.pool.contents(size, salt))
    }

    /// Says that `path`, of a layer below, is gone.
    pub fn whiteout(&mut self, path: &str) -> io::Result<()> {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let separator = if directory.is_empty() { "" } else { "/" };
        self.append(
            &format!("{directory}{separator}.wh.{name}"),
            EntryType::Regular,
            0,
            io::empty(),
        )
    }

    /// Ends the layer.
    pub fn finish(self) -> io::Result<()> {
        self.tar.into_inner()?.into_inner().map(drop).map_err(io::IntoInnerError::into_error)
    }
}

/// Compresses the layer at `layer` into a file beside it, and says where that is.
pub fn gzipped(layer: &Path) -> io::Result<PathBuf> {
    let path = layer.with_extension("gz");
    let out = BufWriter::new(File::create_new(&path)?);
    let mut encoder = GzEncoder::new(out, flate2::Compression::new(GZIP_LEVEL));
    io::copy(&mut BufReader::with_capacity(1 << 18, File::open(layer)?), &mut encoder)?;
    encoder.finish()?.flush()?;
    Ok(path)
}

/// The same with zstd.
pub fn zstandard(layer: &Path) -> io::Result<PathBuf> {
    let path = layer.with_extension("zst");
    zstd::stream::copy_encode(
        File::open(layer)?,
        BufWriter::new(File::create_new(&path)?),
        ZSTD_LEVEL,
    )?;
    Ok(path)
}

/// Puts layers into an archive at `path`, and waits until it is on the disk.
pub fn archive(path: &Path, layers: &[PathBuf]) -> io::Result<()> {
    let mut tar = Builder::new(BufWriter::with_capacity(1 << 18, File::create_new(path)?));
    let mut names = Vec::new();
    for (i, layer) in layers.iter().enumerate() {
        let name = format!("blobs/sha256/{i:064x}");
        tar.append_path_with_name(layer, &name)?;
        names.push(name);
    }
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "rootfs": { "type": "layers", "diff_ids": names.iter().map(|n| n.replace("blobs/sha256/", "sha256:")).collect::<Vec<_>>() },
        "history": (0..layers.len()).map(|i| json!({ "created_by": format!("/bin/sh -c make step {i}") })).collect::<Vec<_>>(),
    });
    let manifest =
        json!([{ "Config": "config.json", "RepoTags": ["made:latest"], "Layers": names }]);
    for (name, value) in [("config.json", config), ("manifest.json", manifest)] {
        let text = value.to_string();
        let mut header = Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, text.as_bytes())?;
    }
    // Written back now, so that the disk is quiet while it is measured.
    tar.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
