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

/// What a container of a made image runs, if the image has it.
pub const PROGRAM: &str = "/srv/program";

/// One layer, as it is being written.
pub struct LayerWriter<'a> {
    tar: Builder<BufWriter<File>>,
    pool: &'a Pool,
    /// The owner of what is written next.
    pub owner: u64,
    /// Entries written so far.
    pub entries: u64,
}

impl<'a> LayerWriter<'a> {
    /// Starts the layer in the file at `path`.
    pub fn create(path: &Path, pool: &'a Pool) -> io::Result<Self> {
        let tar = Builder::new(BufWriter::with_capacity(1 << 18, File::create_new(path)?));
        Ok(Self { tar, pool, owner: 0, entries: 0 })
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
        header.set_uid(self.owner);
        header.set_gid(self.owner);
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

    /// Adds a regular file with these contents.
    pub fn text(&mut self, path: &str, contents: &str) -> io::Result<()> {
        self.append(path, EntryType::Regular, contents.len() as u64, contents.as_bytes())
    }

    /// Adds a static program of `size` bytes: a header that a loader would take, and code of the
    /// pool.
    pub fn program(&mut self, path: &str, size: u64, salt: u64) -> io::Result<()> {
        let header = elf_header(size);
        let code = self.pool.contents(size - header.len() as u64, salt);
        self.append(path, EntryType::Regular, size, io::Cursor::new(header).chain(code))
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

/// The header of an ELF file with one segment (ELF-64 object file format, 1.5).
fn elf_header(size: u64) -> Vec<u8> {
    const EHDR: u64 = 64;
    const PHDR: u64 = 56;
    const BASE: u64 = 0x40_0000;
    let half = |n: u16| n.to_le_bytes().to_vec();
    let word = |n: u32| n.to_le_bytes().to_vec();
    let long = |n: u64| n.to_le_bytes().to_vec();
    let ident = [&b"\x7fELF\x02\x01\x01"[..], &[0; 9]].concat();
    // An executable for x86-64, version 1; one program header, no sections.
    let header = [ident, half(2), half(62), word(1), long(BASE + EHDR + PHDR), long(EHDR), long(0)];
    let counts = [word(0), half(64), half(56), half(1), half(64), half(0), half(0)];
    // To be loaded, readable and executable.
    let flags = [word(1), word(5), long(0), long(BASE), long(BASE), long(size), long(size)];
    [header.concat(), counts.concat(), flags.concat(), long(4096)].concat()
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

/// Moves layers into an archive at `path`: each is removed once it is in there.
pub fn moved(path: &Path, layers: &[PathBuf]) -> io::Result<()> {
    written(path, layers, |layer| std::fs::remove_file(layer))
}

/// Puts layers into an archive at `path`, and waits until it is on the disk.
pub fn archive(path: &Path, layers: &[PathBuf]) -> io::Result<()> {
    written(path, layers, |_| Ok(()))
}

fn written(
    path: &Path,
    layers: &[PathBuf],
    after: impl Fn(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut tar = Builder::new(BufWriter::with_capacity(1 << 18, File::create_new(path)?));
    let mut names = Vec::new();
    for (i, layer) in layers.iter().enumerate() {
        let name = format!("blobs/sha256/{i:064x}");
        tar.append_path_with_name(layer, &name)?;
        after(layer)?;
        names.push(name);
    }
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "config": { "Entrypoint": [PROGRAM] },
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
