//! An image in memory whose files can be opened.

use std::path::Path;
use std::sync::Arc;

use layerscope::files::contents::LayerContents;
use layerscope::files::filesystem::Filesystem;
use layerscope::runtime::command::Application;
use layerscope::runtime::libraries::ProgramAndLibraries;
use layerscope::tree::NodeId;
use layerscope::{Inspection, Opened, Progress};
use serde_json::Value;

use crate::support::build::{Entry, Image, Layer, layer, open, tar};

/// An image with its contents.
pub struct Shown {
    pub inspection: Inspection,
    contents: LayerContents,
    pub progress: Arc<Progress>,
}

impl Shown {
    /// An image of one layer of `entries`, that runs what `config` says.
    pub fn of(entries: impl IntoIterator<Item = Entry>, config: Value) -> Self {
        Self::of_layers([layer(entries)], config)
    }

    pub fn of_layers(layers: impl IntoIterator<Item = Layer>, config: Value) -> Self {
        let mut image = Image::of(layers);
        image.config["config"] = config;
        Self::new(&open(tar(image.docker())).unwrap())
    }

    pub fn new(opened: &Opened) -> Self {
        let progress = Arc::new(Progress::default());
        let inspection = layerscope::inspect(opened, &progress).unwrap();
        Self { contents: LayerContents::new(opened), inspection, progress }
    }

    pub fn filesystem(&self) -> Filesystem<'_> {
        Filesystem::new(&self.inspection.tree, &self.contents, &self.progress)
    }

    pub fn application(&self) -> Application {
        layerscope::runtime::command::find(&self.filesystem(), &self.inspection.run).unwrap()
    }

    /// The closure of the program at `path`.
    pub fn needed(&self, path: &str) -> ProgramAndLibraries {
        let filesystem = self.filesystem();
        let file = filesystem
            .file(NodeId::ROOT, path.as_bytes())
            .unwrap_or_else(|| panic!("{path} is not there"));
        let recognised = filesystem.recognise(file.version).unwrap();
        let layerscope::files::executable::Recognised::Elf(executable) = recognised else {
            panic!("{path} is {recognised:?}")
        };
        layerscope::runtime::libraries::find(&filesystem, &self.inspection.run, &file, &executable)
            .unwrap()
    }

    pub fn path(&self, node: NodeId) -> String {
        String::from_utf8(self.inspection.tree.path(node)).unwrap()
    }

    pub fn paths(&self, nodes: &[NodeId]) -> Vec<String> {
        nodes.iter().map(|&node| self.path(node)).collect()
    }

    /// The paths of the files of a closure.
    pub fn needed_paths(&self, needed: &ProgramAndLibraries) -> Vec<String> {
        needed.files.iter().map(|required| self.path(required.file.node)).collect()
    }
}

/// The entries that make `path` of the host the same in an image: its directories, links and its
/// contents.
pub fn host_entries(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Vec<Entry> {
    use crate::support::build::{dir, file, symlink};
    let mut made = std::collections::BTreeMap::new();
    let mut todo: Vec<_> = paths.into_iter().map(|path| path.as_ref().to_path_buf()).collect();
    while let Some(path) = todo.pop() {
        let mut here = std::path::PathBuf::from("/");
        let mut parts = path.components().skip(1);
        while let Some(part) = parts.next() {
            if part == std::path::Component::ParentDir {
                here.pop();
                continue;
            }
            here.push(part);
            let metadata = here.symlink_metadata().unwrap();
            let name = here.strip_prefix("/").unwrap().to_str().unwrap().to_owned();
            if metadata.is_symlink() {
                let target = here.read_link().unwrap();
                // A link may lead to another one, and the path may go on behind it.
                todo.push(here.parent().unwrap().canonicalize().unwrap().join(&target));
                todo.push(here.canonicalize().unwrap().join(parts.collect::<std::path::PathBuf>()));
                made.insert(name.clone(), symlink(name, target.to_str().unwrap()));
                break;
            }
            let entry = match metadata.is_dir() {
                true => dir(&name),
                false => file(&name, 0).holding(std::fs::read(&here).unwrap()).mode(0o755),
            };
            made.insert(name, entry);
        }
    }
    made.into_values().collect()
}
