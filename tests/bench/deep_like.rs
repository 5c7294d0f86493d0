//! Image data of thousands of levels: directories in directories, with files that later layers
//! overwrite, remove and add.

use std::io;
use std::path::{Path, PathBuf};

use super::contents::Pool;
use super::layers::LayerWriter;

/// The path of the directory at a level.
fn at(level: u64) -> String {
    "d/".repeat(usize::try_from(level).expect("small"))
}

/// Writes the layers as tars into `into`: a file at each level, a branch from the middle on that is
/// as deep, and a wide directory far down.
pub fn layers(into: &Path, pool: &Pool, levels: u64) -> io::Result<Vec<PathBuf>> {
    let every = |step: usize| (1..levels).step_by(step);
    let wide = format!("{}wide/", at(levels - 2));
    let paths: Vec<_> = (0..5).map(|i| into.join(format!("deep-{i}.tar"))).collect();

    let mut layer = LayerWriter::create(&paths[0], pool)?;
    for level in 0..levels {
        layer.directory(&format!("{}d", at(level)))?;
        layer.file(&format!("{}f", at(level)), 3 + level % 5, level)?;
    }
    for i in 0..levels {
        layer.file(&format!("{wide}{i}"), 1 + i % 7, i)?;
    }
    let branch = format!("{}b/", at(levels / 2));
    for level in 0..levels / 2 {
        layer.file(&format!("{branch}{}f", at(level)), 2, level)?;
    }
    layer.finish()?;

    let mut layer = LayerWriter::create(&paths[1], pool)?;
    for level in every(2) {
        layer.whiteout(&format!("{}f", at(level)))?;
    }
    layer.finish()?;

    let mut layer = LayerWriter::create(&paths[2], pool)?;
    for level in every(3) {
        layer.file(&format!("{}f", at(level)), 4, level + 1)?;
    }
    layer.finish()?;

    let mut layer = LayerWriter::create(&paths[3], pool)?;
    layer.whiteout(&format!("{}d", at(levels / 3 * 2)))?;
    layer.whiteout(&format!("{}b", at(levels / 2)))?;
    layer.finish()?;

    let mut layer = LayerWriter::create(&paths[4], pool)?;
    for level in every(5) {
        layer.file(&format!("{}g", at(level)), 9, level)?;
    }
    layer.finish()?;
    Ok(paths)
}
