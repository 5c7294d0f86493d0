//! Image data like one in which `chown -R` wrote everything again: two layers of 900 MB with the
//! same files, of which the second has another owner.

use std::io;
use std::path::{Path, PathBuf};

use super::contents::{Pool, Random};
use super::layers::LayerWriter;

/// Files of each layer.
const FILES: u64 = 40_000;
/// The mean size of a file in bytes; sizes are spread over three orders of magnitude.
const MEAN: u64 = 22_500;
/// Files of a directory.
const DIRECTORY: u64 = 40;
/// The user that everything is given to.
const OWNER: u64 = 1000;

/// Writes the layers as tars into `into`; `scale` times fewer entries than there are.
pub fn layers(into: &Path, pool: &Pool, scale: u64) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for owner in [0, OWNER] {
        let path = into.join(format!("owned-by-{owner}.tar"));
        let mut layer = LayerWriter::create(&path, pool)?;
        layer.owner = owner;
        for i in 0..FILES / scale {
            let directory = format!("srv/module-{:02}/part-{:04}", i / 1000, i / DIRECTORY);
            if i % DIRECTORY == 0 {
                layer.directory(&directory)?;
            }
            let draw = Random(i).next();
            let size = (MEAN << (draw % 9)) * (256 + (draw >> 32) % 256) / (256 * 85);
            layer.file(&format!("{directory}/file-{i:05}.js"), size, i)?;
        }
        layer.finish()?;
        paths.push(path);
    }
    Ok(paths)
}
