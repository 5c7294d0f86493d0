//! The account of a program that has been loaded.

use super::load::{Loading, Object};
use super::{Loader, ProgramAndLibraries, Required, Why, needs};
use crate::display::escaped;
use crate::error::Error;
use crate::tree::NodeId;

impl Loading<'_, '_> {
    /// Lists what the program needs.
    pub(super) fn finish(mut self) -> Result<ProgramAndLibraries, Error> {
        let (tree, loader) = (self.filesystem.tree(), self.system.loader);
        if loader == Loader::Unknown {
            let path =
                escaped(self.objects[0].executable.interpreter.as_deref().unwrap_or_default());
            self.remark(format!(
                "the loader {path} is not known; it is taken to search as that of glibc does"
            ));
        }
        let files: Vec<_> = self.objects.iter().map(|object| object.required.clone()).collect();
        let opens = |object: &&Object| {
            let name = object.executable.soname.as_deref().unwrap_or_default();
            let is_libc = name.starts_with(b"libc.so") || name.starts_with(b"libdl.so");
            !is_libc
                && (object.executable.imports("dlopen") || object.executable.imports("dlmopen"))
        };
        let opens_others =
            self.objects.iter().filter(opens).map(|object| object.required.file.node).collect();
        let names = self.system.names.clone().filter(|_| self.needs_names);
        let missing = std::mem::take(&mut self.missing);
        let links = self.links.clone();
        let needs = needs::find(&mut self, &files)?;
        let starts_others = match files.first() {
            Some(program) => needs::starts_others(self.filesystem, program)?,
            None => None,
        };
        let mut needed = ProgramAndLibraries {
            loader,
            files,
            links,
            missing,
            needs,
            opens_others,
            starts_others,
            remarks: std::mem::take(&mut self.remarks),
        };
        if let Some(file) = names.and_then(|path| self.filesystem.file(NodeId::ROOT, &path)) {
            let bytes = tree.size(file.version);
            needed.files.push(Required {
                file,
                bytes,
                why: Why::NamesDirectories,
                executable: None,
            });
        }
        Ok(needed)
    }
}
