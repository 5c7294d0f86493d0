//! Image data like M: many layers of many small files, with or without whiteouts.

use std::io;
use std::path::{Path, PathBuf};

use super::contents::{Pool, Random};
use super::layers::LayerWriter;

/// The form of such an image.
#[derive(Clone, Copy)]
pub struct Form {
    /// Entries of all layers together.
    pub entries: u64,
    /// The number of layers, each with as many entries.
    pub layers: u64,
    /// Whiteouts in a hundred entries.
    pub whiteouts: u64,
}

/// Entries in a hundred that come again at a path of a layer below.
const REWRITES: u64 = 22;
/// Files of a directory.
const DIRECTORY: u64 = 25;
/// Files are smaller than this; with their headers that makes 1.18 kB an entry.
const LARGEST: u64 = 730;

fn directory(number: u64) -> String {
    format!("usr/lib/packages-{:02}/package-{:04}/section-{number:06}", number % 40, number / 8)
}

fn path(file: u64) -> String {
    format!("{}/file-{file:07}.txt", directory(file / DIRECTORY))
}

/// Writes the layers as tars into `into`.
pub fn layers(into: &Path, pool: &Pool, form: Form) -> io::Result<Vec<PathBuf>> {
    let mut random = Random(form.entries);
    // Files that are there, by number; a number stands for a path.
    let mut present: Vec<u64> = Vec::new();
    let mut next = 0;
    let each = form.entries / form.layers;
    let mut paths = Vec::new();
    for number in 0..form.layers {
        let path = into.join(format!("m-{number:03}.tar"));
        let mut layer = LayerWriter::create(&path, pool)?;
        let of_below = |percent: u64| if present.is_empty() { 0 } else { each * percent / 100 };
        let (whiteouts, rewrites) = (of_below(form.whiteouts), of_below(REWRITES));
        let mut gone: Vec<u64> = (0..whiteouts).map(|_| take(&mut present, &mut random)).collect();
        let mut again: Vec<u64> = (0..rewrites).map(|_| take(&mut present, &mut random)).collect();
        // The order of a walk over directories, as an engine writes it.
        gone.sort_unstable();
        again.sort_unstable();
        for &file in &gone {
            layer.whiteout(&self::path(file))?;
        }
        for &file in &again {
            layer.file(&self::path(file), random.below(LARGEST), random.next())?;
        }
        while layer.entries < each {
            if next % DIRECTORY == 0 {
                layer.directory(&directory(next / DIRECTORY))?;
                if layer.entries == each {
                    break;
                }
            }
            layer.file(&self::path(next), random.below(LARGEST), random.next())?;
            again.push(next);
            next += 1;
        }
        present.extend(again);
        layer.finish()?;
        paths.push(path);
    }
    Ok(paths)
}

/// Takes one of the files that are there.
fn take(present: &mut Vec<u64>, random: &mut Random) -> u64 {
    let at = usize::try_from(random.below(present.len() as u64)).expect("an index");
    present.swap_remove(at)
}
