//! The archive of a built-in image, written as `docker save` of Docker 20 does.
//!
//! Two passes: the digests and lengths of the layers stand before the layers
//! themselves. Nothing is held in memory but the listings and what files begin
//! with, since contents are zeros. The order differs from Docker's in one
//! thing: what is needed for the first screen comes first.

use std::io::{self, BufReader, BufWriter, Write};

use layerscope::archive::pack_holes;
use layerscope::display::hex;
use serde_json::json;
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType};

use crate::embedded::image::{Image, old_config};
use crate::embedded::layer::{Layer, header};

const TAG: &str = "latest";

/// A layer with what the first pass tells of it.
struct Measured<'a> {
    layer: &'a Layer,
    /// What Docker before 1.10 called the layer.
    id: String,
    diff_id: String,
    tar_bytes: u64,
}

/// Takes bytes in, and keeps their digest and how many they were.
#[derive(Default)]
struct Measure {
    hasher: Sha256,
    len: u64,
}

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes an image in the form it is kept in.
pub fn packed(image: &Image, level: i32) -> io::Result<Vec<u8>> {
    let (reader, writer) = io::pipe()?;
    std::thread::scope(|scope| {
        let archive = scope.spawn(|| write(image, BufWriter::with_capacity(1 << 16, writer)));
        let packed = pack_holes(BufReader::with_capacity(1 << 16, reader), level)?;
        archive.join().expect("the generator does not panic")?;
        Ok(packed)
    })
}

/// Writes an image as the archive that `docker load` takes.
fn write(image: &Image, out: impl Write) -> io::Result<()> {
    let layers = measured(image)?;
    let top = layers.last().expect("there are layers");
    let config = image.config(layers.iter().map(|layer| &*layer.diff_id)).to_string();
    let config_name = format!("{}.json", digits(config.as_bytes()));
    let name = format!("layerscope/{}", image.name);
    let manifest = json!([{
        "Config": config_name,
        "RepoTags": [format!("{name}:{TAG}")],
        "Layers": layers.iter().map(|layer| format!("{}/layer.tar", layer.id)).collect::<Vec<_>>(),
    }]);
    let repositories = json!({ name: { TAG: top.id } });

    let mut tar = Builder::new(out);
    file(&mut tar, "manifest.json", format!("{manifest}\n").as_bytes())?;
    file(&mut tar, &config_name, config.as_bytes())?;
    file(&mut tar, "repositories", format!("{repositories}\n").as_bytes())?;
    let mut parent = None;
    for layer in &layers {
        let mut directory = header(0o755, 0);
        directory.set_entry_type(EntryType::Directory);
        tar.append_data(&mut directory, format!("{}/", layer.id), io::empty())?;
        file(&mut tar, &format!("{}/VERSION", layer.id), b"1.0")?;
        file(
            &mut tar,
            &format!("{}/json", layer.id),
            old_config(&layer.id, parent).to_string().as_bytes(),
        )?;
        // The header only: a tar is whole blocks, so what follows needs no padding.
        let mut only = header(0o644, layer.tar_bytes);
        tar.append_data(&mut only, format!("{}/layer.tar", layer.id), io::empty())?;
        layer.layer.write(tar.get_mut())?;
        parent = Some(&*layer.id);
    }
    tar.into_inner()?.flush()
}

fn measured(image: &Image) -> io::Result<Vec<Measured<'_>>> {
    let mut layers: Vec<Measured> = Vec::new();
    for layer in image.layers() {
        let mut measure = BufWriter::with_capacity(1 << 16, Measure::default());
        layer.write(&mut measure)?;
        let Measure { hasher, len } = measure.into_inner()?;
        let digest = hex(&hasher.finalize());
        let below = layers.last().map_or("", |below| &below.id);
        let id = digits(format!("{below} {digest}").as_bytes());
        layers.push(Measured { layer, id, diff_id: format!("sha256:{digest}"), tar_bytes: len });
    }
    Ok(layers)
}

fn file(tar: &mut Builder<impl Write>, name: &str, contents: &[u8]) -> io::Result<()> {
    tar.append_data(&mut header(0o644, contents.len() as u64), name, contents)
}

/// The hexadecimal digits of a digest.
pub fn digits(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
