//! What a case claims of an archive: a few words for each thing that must hold.

use std::path::Path;

use layerscope::Inspection;
use layerscope::tree::{Kind, NodeId, VersionId};

use crate::support::account;
use crate::support::build::{Entry, Image, Layer, inspect, layer, tar};

/// An archive that was opened, to be compared with what is claimed of it.
pub struct Shown {
    case: &'static str,
    pub inspection: Inspection,
}

/// An image of plain layers.
pub fn layers<const N: usize>(case: &'static str, layers: [Vec<Entry>; N]) -> Shown {
    stored(case, layers.map(layer))
}

/// An image of layers that are stored as they are.
pub fn stored(case: &'static str, layers: impl IntoIterator<Item = Layer>) -> Shown {
    archive(case, Image::of(layers).docker())
}

/// An archive of these members.
pub fn archive(case: &'static str, members: Vec<Entry>) -> Shown {
    bytes(case, tar(members))
}

/// An archive of these bytes.
pub fn bytes(case: &'static str, archive: Vec<u8>) -> Shown {
    let kept = keep(case, &archive);
    let inspection = inspect(archive).unwrap_or_else(|error| panic!("{case}: {error}"));
    if let Some(path) = kept {
        std::fs::write(path.with_extension("json"), account(&inspection).to_string()).unwrap();
    }
    Shown { case, inspection }
}

/// What is said of an archive that cannot be shown.
pub fn error(case: &'static str, archive: Vec<u8>) -> String {
    keep(case, &archive);
    inspect(archive).err().unwrap_or_else(|| panic!("{case}: should be an error")).to_string()
}

/// Leaves the archive where `LAYERSCOPE_KEEP` says, to be looked at with other tools.
fn keep(case: &str, archive: &[u8]) -> Option<std::path::PathBuf> {
    let path = Path::new(&std::env::var_os("LAYERSCOPE_KEEP")?).join(format!("{case}.tar"));
    std::fs::write(&path, archive).unwrap();
    Some(path)
}

impl Shown {
    /// The bytes that each layer ships.
    pub fn ship<const N: usize>(&self, expected: [u64; N]) -> &Self {
        self.same("size", self.of_layers(|layer| layer.size), expected.to_vec())
    }

    /// The bytes of each layer that are live. What is not is dead, and all of it is listed.
    pub fn visible<const N: usize>(&self, expected: [u64; N]) -> &Self {
        self.same("visible", self.of_layers(|layer| layer.visible), expected.to_vec());
        let mut wasted = vec![0; N];
        for file in &self.inspection.wasted {
            wasted[file.added_in] += file.bytes;
        }
        self.same("wasted", wasted, self.of_layers(layerscope::analysis::LayerAccount::wasted))
    }

    /// The dead files, in the order of their layers and paths: `d/a 100: 0 to 1, deleted`.
    pub fn wasted<const N: usize>(&self, expected: [&str; N]) -> &Self {
        let tree = &self.inspection.tree;
        let mut wasted: Vec<_> = self
            .inspection
            .wasted
            .iter()
            .map(|d| (d.added_in, tree.node_of(d.version), d))
            .collect();
        wasted.sort_by_key(|&(added_in, node, _)| (added_in, tree.path(node)));
        let lines = wasted.iter().map(|(added_in, node, d)| {
            format!(
                "{} {}: {added_in} to {}, {}",
                self.path(*node),
                d.bytes,
                d.removed_in,
                d.reason.name()
            )
        });
        self.same("dead files", lines.collect(), expected.map(String::from).to_vec())
    }

    /// Everything that is there at last: `d/`, `d/a 100`, `l -> t`, `null char 1:3`, `p fifo`.
    pub fn tree<const N: usize>(&self, expected: [&str; N]) -> &Self {
        let paths = self.inspection.tree.final_paths();
        let lines = paths.into_iter().map(|(node, version)| self.line(node, version));
        self.same("tree", lines.collect(), expected.map(String::from).to_vec())
    }

    /// The mode and the owner of a path.
    pub fn metadata(&self, path: &str, mode: u16, owner: (u32, u32)) -> &Self {
        let tree = &self.inspection.tree;
        let version = self.at(path);
        self.same(path, (tree.mode(version), tree.owner(version)), (mode, owner))
    }

    /// Some warning says this.
    pub fn warns(&self, words: &str) -> &Self {
        let warnings = self.warnings();
        assert!(
            warnings.iter().any(|text| text.contains(words)),
            "{}: no {words:?} in {warnings:?}",
            self.case
        );
        self
    }

    /// There is nothing to warn of.
    pub fn quiet(&self) -> &Self {
        self.same("warnings", self.warnings(), Vec::new())
    }

    /// What made each layer.
    pub fn steps<const N: usize>(&self, expected: [&str; N]) -> &Self {
        let steps = self.inspection.layers.iter().map(|layer| layer.instruction.text.raw());
        self.same("steps", steps.collect(), expected.to_vec())
    }

    /// How each layer is compressed.
    pub fn compressed<const N: usize>(&self, expected: [&str; N]) -> &Self {
        let names = self
            .inspection
            .layers
            .iter()
            .map(|layer| layer.compression.map_or("missing", |c| c.name()));
        self.same("compression", names.collect(), expected.to_vec())
    }

    /// What is at a path at last.
    pub fn at(&self, path: &str) -> VersionId {
        let tree = &self.inspection.tree;
        let version = tree.find(path.as_bytes()).and_then(|node| tree.last(node));
        version.unwrap_or_else(|| panic!("{}: nothing at {path}", self.case))
    }

    fn warnings(&self) -> Vec<String> {
        self.inspection.warnings.iter().map(ToString::to_string).collect()
    }

    fn of_layers(&self, number: impl Fn(&layerscope::analysis::LayerAccount) -> u64) -> Vec<u64> {
        self.inspection.layers.iter().map(number).collect()
    }

    fn path(&self, node: NodeId) -> String {
        String::from_utf8_lossy(&self.inspection.tree.path(node)[1..]).into_owned()
    }

    fn line(&self, node: NodeId, version: VersionId) -> String {
        let tree = &self.inspection.tree;
        let path = self.path(node);
        let device = |kind| {
            let (major, minor) = tree.device(version).unwrap_or_default();
            format!("{path} {kind} {major}:{minor}")
        };
        match tree.kind(version) {
            Kind::File => format!("{path} {}", tree.size(version)),
            Kind::Directory => format!("{path}/"),
            Kind::Symlink => {
                format!(
                    "{path} -> {}",
                    String::from_utf8_lossy(tree.target(version).unwrap_or_default())
                )
            }
            Kind::Char => device("char"),
            Kind::Block => device("block"),
            Kind::Fifo => format!("{path} fifo"),
        }
    }

    pub fn same<T: PartialEq + std::fmt::Debug>(&self, what: &str, found: T, expected: T) -> &Self {
        assert_eq!(found, expected, "{}: {what} (found, expected)", self.case);
        self
    }
}

/// Directory `d` with 600 bytes: `d/a` of 100, `d/b` of 200, `d/s/c` of 300.
pub fn d() -> Vec<Entry> {
    use crate::support::build::{dir, file};
    vec![dir("d"), file("d/a", 100), file("d/b", 200), dir("d/s"), file("d/s/c", 300)]
}
