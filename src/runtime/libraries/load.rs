//! Loads a program without running it: breadth first, as the loaders do.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::search::{Place, System, split};
use super::{Loader, Missing, Required, Why};
use crate::display::{Escaped, escaped, escaped_str};
use crate::error::Error;
use crate::files::executable::{Executable, Recognised};
use crate::files::filesystem::{File, Filesystem, ReadError, readable};
use crate::image::Run;
use crate::tree::{NodeId, VersionId};

/// The most files that a program consists of.
const FILES_LIMIT: usize = 4096;
/// The most paths that are tried.
const TRIES_LIMIT: usize = 1 << 17;
/// The longest chain of files needing one another along which search directories are inherited.
const CHAIN_LIMIT: usize = 64;
/// The largest `/etc/ld.so.preload` that is read, in bytes.
const PRELOAD_LIMIT: u64 = 16 << 10;
/// The prefixes of names that all mean musl's single library (`ldso/dynlink.c`, `load_library`).
const MUSL_ITSELF: [&[u8]; 7] =
    [b"libc.", b"libpthread.", b"librt.", b"libm.", b"libdl.", b"libutil.", b"libxnet."];

/// A file that has been loaded.
pub(super) struct Object {
    pub required: Required,
    pub executable: Arc<Executable>,
    /// The directory in which it was found, as the loader spelled it.
    origin: Vec<u8>,
    /// The object that needed it first.
    by: Option<usize>,
}

/// A file that was found for a name.
struct Hit {
    file: File,
    executable: Arc<Executable>,
    path: Vec<u8>,
    by_names: bool,
}

pub(super) struct Loading<'f, 'a> {
    pub filesystem: &'f Filesystem<'a>,
    run: &'f Run,
    pub system: System,
    directory: NodeId,
    pub objects: Vec<Object>,
    /// The index of the first object whose needs have not been examined.
    next: usize,
    /// The names under which the objects are known.
    names: HashSet<Vec<u8>>,
    inodes: HashSet<VersionId>,
    pub links: Vec<NodeId>,
    pub missing: Vec<Missing>,
    pub remarks: Vec<Escaped>,
    known: HashMap<VersionId, Option<Arc<Executable>>>,
    pub needs_names: bool,
    tries: usize,
}

pub(super) fn load<'f, 'a>(
    filesystem: &'f Filesystem<'a>,
    run: &'f Run,
    program: &File,
    executable: &Executable,
) -> Result<Loading<'f, 'a>, Error> {
    let environment =
        run.environment.raw_value("LD_LIBRARY_PATH").unwrap_or_default().as_bytes().to_vec();
    let interpreter = executable.interpreter.as_deref().unwrap_or_default();
    let directory =
        filesystem.directory(NodeId::ROOT, run.directory.raw().as_bytes()).unwrap_or(NodeId::ROOT);
    let found = filesystem.file(directory, interpreter);
    let loader = match &found {
        _ if interpreter.is_empty() => Loader::None,
        Some(file) => loader(filesystem.tree().name(file.node), interpreter),
        None => loader(interpreter, interpreter),
    };
    let system = match loader {
        Loader::Musl => System::musl(filesystem, executable, interpreter, environment)?,
        loader => System::glibc(filesystem, loader, executable, environment)?,
    };
    let mut loading = Loading {
        filesystem,
        run,
        system,
        directory,
        objects: Vec::new(),
        next: 0,
        names: HashSet::new(),
        inodes: HashSet::new(),
        links: Vec::new(),
        missing: Vec::new(),
        remarks: Vec::new(),
        known: HashMap::new(),
        needs_names: false,
        tries: 0,
    };
    let path = filesystem.tree().path(program.node);
    loading.push(program.clone(), Arc::new(executable.clone()), Why::Program, &path, b"", None);
    if loader != Loader::None {
        loading.add_interpreter(found, interpreter)?;
        loading.preload()?;
        loading.load_needed()?;
    }
    Ok(loading)
}

/// Identifies the loader, by the name of its file and by the path that the program has for it.
fn loader(name: &[u8], interpreter: &[u8]) -> Loader {
    let asked = interpreter.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let starts = |prefixes: &[&str]| {
        prefixes.iter().any(|p| name.starts_with(p.as_bytes()) || asked.starts_with(p.as_bytes()))
    };
    if starts(&["ld-musl-"]) || name.starts_with(b"libc.musl-") {
        Loader::Musl
    } else if starts(&["ld-linux", "ld64.so.", "ld.so.1", "ld-2."]) {
        Loader::Glibc
    } else {
        Loader::Unknown
    }
}

impl Loading<'_, '_> {
    fn push(
        &mut self,
        file: File,
        executable: Arc<Executable>,
        why: Why,
        path: &[u8],
        name: &[u8],
        by: Option<usize>,
    ) {
        let tree = self.filesystem.tree();
        let bytes =
            if self.inodes.insert(tree.inode(file.version)) { tree.size(file.version) } else { 0 };
        self.pass_links(&file);
        let slash = path.iter().rposition(|&b| b == b'/');
        let origin = slash
            .map_or(&b"."[..], |slash| if slash == 0 { b"/" } else { &path[..slash] })
            .to_vec();
        let names = [Some(name.to_vec()), executable.soname.clone()].into_iter().flatten();
        self.names.extend(names.filter(|name| !name.is_empty()));
        self.objects.push(Object {
            required: Required { file, bytes, why, executable: Some(Arc::clone(&executable)) },
            executable,
            origin,
            by,
        });
    }

    /// Records the symbolic links that lead to a file.
    fn pass_links(&mut self, file: &File) {
        for &link in &file.links {
            if !self.links.contains(&link) {
                self.links.push(link);
            }
        }
    }

    fn add_interpreter(&mut self, found: Option<File>, path: &[u8]) -> Result<(), Error> {
        let executable = match &found {
            Some(file) => self.executable(file)?,
            None => None,
        };
        match (found, executable) {
            (Some(file), Some(executable)) => {
                self.push(file, executable, Why::Interpreter, path, path, Some(0));
            }
            _ => self.miss(path, 0),
        }
        Ok(())
    }

    fn preload(&mut self) -> Result<(), Error> {
        let mut list =
            self.run.environment.raw_value("LD_PRELOAD").unwrap_or_default().as_bytes().to_vec();
        if self.system.loader != Loader::Musl
            && let Some(file) = self.filesystem.file(NodeId::ROOT, b"/etc/ld.so.preload")
            && let Some(text) = readable(self.filesystem.read_start(file.version, PRELOAD_LIMIT))?
        {
            list.push(b' ');
            list.extend(text);
        }
        for name in split(&list, b": \t\n").into_iter().filter(|name| name != b".") {
            // As in the loader, a library that cannot be preloaded is skipped.
            if !self.is_loaded(&name)
                && let Some(hit) = self.find(&name, 0)?
            {
                self.add(&name, 0, hit, Why::Preloaded);
            }
        }
        Ok(())
    }

    /// Loads the libraries of the objects that have not been examined yet.
    fn load_needed(&mut self) -> Result<(), Error> {
        while self.next < self.objects.len() {
            let by = self.next;
            self.next += 1;
            let executable = Arc::clone(&self.objects[by].executable);
            for name in &executable.needed {
                if self.is_loaded(name) {
                    continue;
                }
                if self.objects.len() >= FILES_LIMIT {
                    self.remark(format!(
                        "the program is made of more than {FILES_LIMIT} files; the rest is left out"
                    ));
                    return Ok(());
                }
                match self.find(name, by)? {
                    Some(hit) => {
                        let by_node = self.objects[by].required.file.node;
                        self.add(name, by, hit, Why::NeededBy { name: escaped(name), by: by_node });
                    }
                    None => self.miss(name, by),
                }
                if self.tries > TRIES_LIMIT {
                    self.remark(
                        "libraries are looked for in too many places; the rest is left out",
                    );
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Loads a file, unless it is already loaded under another name.
    fn add(&mut self, name: &[u8], by: usize, hit: Hit, why: Why) {
        self.needs_names |= hit.by_names;
        if self.objects.iter().any(|object| object.required.file.node == hit.file.node) {
            self.names.insert(name.to_vec());
            self.pass_links(&hit.file);
            return;
        }
        self.push(hit.file, hit.executable, why, &hit.path, name, Some(by));
    }

    /// Loads a library that the program opens at run time (`dlopen`), and everything that it needs.
    /// Returns the files that were added, with the links that lead to them.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub fn open(&mut self, name: &[u8]) -> Result<Vec<NodeId>, Error> {
        let before = self.objects.len();
        if !self.is_loaded(name)
            && let Some(hit) = self.find(name, 0)?
        {
            let why = Why::NeededBy { name: escaped(name), by: self.objects[0].required.file.node };
            self.add(name, 0, hit, why);
            self.load_needed()?;
        }
        self.next = before;
        let files = self.objects.drain(before..).map(|object| object.required.file);
        Ok(files.flat_map(|file| file.links.into_iter().chain([file.node])).collect())
    }

    fn is_loaded(&self, name: &[u8]) -> bool {
        let itself = self.system.loader == Loader::Musl
            && MUSL_ITSELF.iter().any(|own| name.starts_with(own));
        itself || self.names.contains(name)
    }

    fn miss(&mut self, name: &[u8], by: usize) {
        let missing =
            Missing { name: escaped(name), needed_by: self.objects[by].required.file.node };
        if self.missing.len() < FILES_LIMIT
            && self.missing.iter().all(|known| known.name != missing.name)
        {
            self.missing.push(missing);
        }
    }

    pub fn remark(&mut self, remark: impl AsRef<str>) {
        let remark = escaped_str(remark.as_ref());
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Finds the file that the loader would load for `name`.
    fn find(&mut self, name: &[u8], by: usize) -> Result<Option<Hit>, Error> {
        if name.contains(&b'/') {
            return self.try_path(name.to_vec(), false);
        }
        let chain: Vec<_> = std::iter::successors(Some(by), |&i| self.objects[i].by)
            .map(|i| (&*self.objects[i].executable, self.objects[i].origin.as_slice()))
            .take(CHAIN_LIMIT)
            .collect();
        let said = self.system.said(&chain, &self.objects[0].origin);
        let own = self.system.own(name, &self.objects[by].executable);
        let places = said.into_iter().map(|place| (place, false)).chain(own);
        for (place, by_names) in places {
            let path = match place {
                Place::Directory(directory) => [&directory, &b"/"[..], name].concat(),
                Place::File(path) => path,
            };
            if let Some(hit) = self.try_path(path, by_names)? {
                return Ok(Some(hit));
            }
        }
        for directory in self.system.configured.clone() {
            if let Some(hit) = self.try_path([&directory, &b"/"[..], name].concat(), false)? {
                let path = escaped(&hit.path);
                self.remark(format!(
                    "{path} is found only once ldconfig has run: /etc/ld.so.cache is not in the image"
                ));
                return Ok(Some(hit));
            }
        }
        Ok(None)
    }

    fn try_path(&mut self, path: Vec<u8>, by_names: bool) -> Result<Option<Hit>, Error> {
        self.filesystem.check_cancelled()?;
        self.tries += 1;
        if self.tries > TRIES_LIMIT {
            return Ok(None);
        }
        let Some(file) = self.filesystem.file(self.directory, &path) else { return Ok(None) };
        let executable = self
            .executable(&file)?
            .filter(|executable| executable.fits(&self.objects[0].executable));
        Ok(executable.map(|executable| Hit { file, executable, path, by_names }))
    }

    fn executable(&mut self, file: &File) -> Result<Option<Arc<Executable>>, Error> {
        if let Some(known) = self.known.get(&file.version) {
            return Ok(known.clone());
        }
        let executable = match self.filesystem.recognise(file.version) {
            Ok(Recognised::Elf(executable)) => Some(Arc::new(*executable)),
            Ok(_) => None,
            Err(ReadError::Cancelled) => return Err(Error::Cancelled),
            Err(why) => {
                let (path, why) = (self.filesystem.shown(file.node), why.to_string());
                // Some reasons name the file themselves.
                self.remark(if why.contains(path.as_str()) {
                    why
                } else {
                    format!("{path}: {why}")
                });
                None
            }
        };
        self.known.insert(file.version, executable.clone());
        Ok(executable)
    }

    /// Returns the run configuration of the image.
    pub fn run(&self) -> &Run {
        self.run
    }

    pub fn loader(&self) -> Loader {
        self.system.loader
    }
}
