//! Image data like S: 7 layers, 25,608 entries, about 1.05 GB, of which the two last layers delete
//! most.

use std::io;
use std::path::{Path, PathBuf};

use super::contents::{Pool, Random};
use super::layers::{LayerWriter, PROGRAM};

/// Layers below the two that delete; alone, they are like S0.
pub const KEPT: usize = 5;

/// What one of the layers adds: directories in `root`, and files spread over them.
struct Step {
    root: &'static str,
    directories: u64,
    files: u64,
    bytes: u64,
}

/// A base, packages, a toolchain that is deleted again, a build's output.
const STEPS: [Step; 4] = [
    Step { root: "usr/lib", directories: 400, files: 6_900, bytes: 110_000_000 },
    Step { root: "usr/share", directories: 200, files: 2_500, bytes: 46_000_000 },
    Step { root: "opt/go", directories: 1_200, files: 10_000, bytes: 730_000_000 },
    Step { root: "srv", directories: 150, files: 2_000, bytes: 50_000_000 },
];
/// Directories lie in one of so many, which is what a directory whiteout names.
const GROUPS: u64 = 48;
/// Files of the first layer that the fifth ships again; every second one with the same size.
const REWRITTEN: u64 = 1_200;
/// A large one among them, that comes again with the same contents: the costliest pair to compare.
const CACHE: (&str, u64) = ("var/cache/packages.bin", 38_000_000);
/// The program that a container runs, in bytes.
const PROGRAM_BYTES: u64 = 11_000_000;
/// Packages in the database of dpkg.
const PACKAGES: u64 = 320;
/// Directory whiteouts and file whiteouts of the sixth and the seventh layer.
const WHITEOUTS: [(u64, u64); 2] = [(30, 320), (11, 180)];
/// Files that the last layer adds.
const LAST: u64 = 323;

/// Where the files are: directory number `i % directories`, group `i % GROUPS`.
fn path(step: &Step, scale: u64, i: u64) -> String {
    let directory = i % (step.directories / scale).max(1);
    format!("{}/module-{:02}/part-{directory:04}/file-{i:05}.bin", step.root, directory % GROUPS)
}

/// Sizes are spread over three orders of magnitude around the mean.
fn size(mean: u64, salt: u64) -> u64 {
    let draw = Random(salt).next();
    (mean << (draw % 9)) * (256 + (draw >> 32) % 256) / (256 * 85)
}

/// Writes the layers as tars into `directory`; `scale` times fewer entries than S has.
pub fn layers(directory: &Path, pool: &Pool, scale: u64) -> io::Result<Vec<PathBuf>> {
    let paths: Vec<_> =
        (0..KEPT + WHITEOUTS.len()).map(|i| directory.join(format!("s-{i}.tar"))).collect();
    for (i, step) in STEPS.iter().enumerate() {
        let mut layer = LayerWriter::create(&paths[i], pool)?;
        add_step(&mut layer, step, scale, (i as u64) << 32)?;
        if i == 0 {
            layer.file(CACHE.0, CACHE.1 / scale, 7)?;
            layer.text("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")?;
            layer.text("var/lib/dpkg/status", &database(scale))?;
        }
        if i == STEPS.len() - 1 {
            layer.program(&PROGRAM[1..], PROGRAM_BYTES / scale, 11)?;
        }
        layer.finish()?;
    }
    let mut layer = LayerWriter::create(&paths[STEPS.len()], pool)?;
    let base = &STEPS[0];
    for i in (0..REWRITTEN / scale).map(|i| i * 5) {
        let size = size(base.bytes / base.files, i) + i % 2;
        layer.file(&path(base, scale, i), size, i + 1)?;
    }
    layer.file(CACHE.0, CACHE.1 / scale, 7)?;
    layer.finish()?;
    let mut directories = 0..GROUPS;
    let mut files = (0..base.files / scale).filter(|i| i % 5 != 0);
    for (counts, path) in WHITEOUTS.iter().zip(&paths[KEPT..]) {
        let mut layer = LayerWriter::create(path, pool)?;
        for i in directories.by_ref().take(usize::try_from(counts.0).expect("small")) {
            layer.whiteout(&format!("{}/module-{i:02}", STEPS[2].root))?;
        }
        for i in files.by_ref().take(usize::try_from(counts.1 / scale).expect("small")) {
            layer.whiteout(&self::path(base, scale, i))?;
        }
        if path == paths.last().expect("there are some") {
            for i in 0..LAST / scale {
                layer.file(&format!("etc/last-{i:04}"), 200, i)?;
            }
        }
        layer.finish()?;
    }
    Ok(paths)
}

/// A database of dpkg, whose packages depend on those before.
fn database(scale: u64) -> String {
    let package = |i: u64| {
        let (one, other) = (i / 2, i / 3);
        format!(
            "Package: part-{i}\nStatus: install ok installed\nInstalled-Size: {}\n\
             Architecture: amd64\nVersion: 1.{i}-1\nDepends: part-{one}, part-{other} (>= 1.0)\n\
             Description: a package of the made image\n of which nobody needs to know more\n\n",
            100 + i % 977
        )
    };
    (0..PACKAGES / scale).map(package).collect()
}

fn add_step(layer: &mut LayerWriter<'_>, step: &Step, scale: u64, salt: u64) -> io::Result<()> {
    let (directories, files) = ((step.directories / scale).max(1), step.files / scale);
    for group in 0..GROUPS.min(directories) {
        layer.directory(&format!("{}/module-{group:02}", step.root))?;
        for directory in (group..directories).step_by(usize::try_from(GROUPS).expect("small")) {
            layer.directory(&format!("{}/module-{group:02}/part-{directory:04}", step.root))?;
            for i in (directory..files).step_by(usize::try_from(directories).expect("small")) {
                layer.file(
                    &path(step, scale, i),
                    size(step.bytes / step.files, salt + i),
                    salt + i,
                )?;
            }
        }
    }
    Ok(())
}
