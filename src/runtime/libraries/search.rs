//! Lists the places where the loaders look for a library, in their order (`ld.so(8)`; musl,
//! `ldso/dynlink.c`).

use super::Loader;
use super::cache::{CACHE_LIMIT, Cache};
use super::configuration;
use crate::error::Error;
use crate::files::executable::{ByteOrder, Class, Executable};
use crate::files::filesystem::{Filesystem, readable};
use crate::tree::NodeId;

/// The most directories of one list that are searched.
const DIRECTORIES_LIMIT: usize = 128;
/// The largest `/etc/ld-musl-….path` that is read, in bytes.
const PATH_FILE_LIMIT: u64 = 64 << 10;

/// The names that distributions give to the directories of a processor.
const MULTIARCH: [(u16, &str); 10] = [
    (3, "i386-linux-gnu"),
    (8, "mips64el-linux-gnuabi64"),
    (21, "powerpc64le-linux-gnu"),
    (22, "s390x-linux-gnu"),
    (40, "arm-linux-gnueabihf"),
    (40, "arm-linux-gnueabi"),
    (62, "x86_64-linux-gnu"),
    (183, "aarch64-linux-gnu"),
    (243, "riscv64-linux-gnu"),
    (258, "loongarch64-linux-gnu"),
];

/// The values of `$PLATFORM`.
const PLATFORMS: [(u16, &str); 5] =
    [(3, "i686"), (22, "z900"), (40, "v7l"), (62, "x86_64"), (183, "aarch64")];

/// The search settings of the image's loader, which do not depend on the program.
pub(super) struct System {
    pub loader: Loader,
    machine: u16,
    /// `LD_LIBRARY_PATH`.
    pub environment: Vec<u8>,
    /// The default directories of the loader.
    pub defaults: Vec<Vec<u8>>,
    /// The index that `ldconfig` made.
    pub cache: Option<Cache>,
    /// The file that names the directories: `/etc/ld.so.cache` or `/etc/ld-musl-….path`.
    pub names: Option<Vec<u8>>,
    /// The directories that `ldconfig` would search, for images without an index.
    pub configured: Vec<Vec<u8>>,
}

/// A place where a loader looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A file of the library's name in this directory.
    Directory(Vec<u8>),
    /// A file, by its path.
    File(Vec<u8>),
}

impl System {
    pub fn glibc(
        filesystem: &Filesystem<'_>,
        loader: Loader,
        program: &Executable,
        environment: Vec<u8>,
    ) -> Result<Self, Error> {
        let path = b"/etc/ld.so.cache".to_vec();
        let cache = match filesystem.file(NodeId::ROOT, &path) {
            Some(file) => readable(filesystem.read_start(file.version, CACHE_LIMIT))?,
            None => None,
        };
        let cache =
            cache.and_then(|bytes| Cache::parse(&bytes, program.byte_order == ByteOrder::Big));
        let configured =
            if cache.is_some() { Vec::new() } else { configuration::directories(filesystem)? };
        let machine = program.machine.0;
        let triples =
            MULTIARCH.iter().filter(|(number, _)| *number == machine).map(|(_, triple)| *triple);
        let wide = if program.class == Class::Bits64 { &["/lib64", "/usr/lib64"][..] } else { &[] };
        let mut defaults: Vec<_> =
            triples.flat_map(|t| [format!("/lib/{t}"), format!("/usr/lib/{t}")]).collect();
        defaults.extend(
            wide.iter().chain(&["/lib", "/usr/lib"]).map(|&directory| directory.to_owned()),
        );
        Ok(Self {
            loader,
            machine,
            environment,
            defaults: defaults.into_iter().map(String::into_bytes).collect(),
            names: cache.is_some().then_some(path),
            cache,
            configured,
        })
    }

    /// Reads the settings of musl. `interpreter` is the loader's path in the program.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub fn musl(
        filesystem: &Filesystem<'_>,
        program: &Executable,
        interpreter: &[u8],
        environment: Vec<u8>,
    ) -> Result<Self, Error> {
        let mut parts = interpreter.rsplitn(3, |&b| b == b'/');
        let name = parts.next().unwrap_or_default();
        let prefix = parts.nth(1).unwrap_or_default();
        let architecture =
            name.strip_prefix(b"ld-musl-").and_then(|name| name.split(|&b| b == b'.').next());
        let mut names = None;
        let mut defaults = split(b"/lib:/usr/local/lib:/usr/lib", b":");
        if let Some(architecture) = architecture {
            let path = [prefix, b"/etc/ld-musl-", architecture, b".path"].concat();
            if let Some(file) = filesystem.file(NodeId::ROOT, &path)
                && let Some(text) = readable(filesystem.read_start(file.version, PATH_FILE_LIMIT))?
            {
                defaults = split(&text, b":\n");
                names = Some(path);
            }
        }
        let machine = program.machine.0;
        Ok(Self {
            loader: Loader::Musl,
            machine,
            environment,
            defaults,
            cache: None,
            names,
            configured: Vec::new(),
        })
    }

    /// Returns the places that files configure (`RPATH`, `RUNPATH`, `LD_LIBRARY_PATH`), searched
    /// before the loader's own. `chain` has the files from the one that needs the library to the
    /// program, each with its directory.
    pub fn said(&self, chain: &[(&Executable, &[u8])], origin: &[u8]) -> Vec<Place> {
        let mut places = Vec::new();
        let mut add = |list: &[u8], separators: &[u8], origin: &[u8]| {
            for directory in split(list, separators) {
                places.extend(self.expand(&directory, origin).into_iter().map(Place::Directory));
            }
        };
        let Some(((by, by_origin), _)) = chain.split_first() else { return places };
        if self.loader == Loader::Musl {
            add(&self.environment, b":\n", origin);
            for (executable, origin) in chain {
                let list = executable.runpath.as_ref().or(executable.rpath.as_ref());
                add(list.map_or(b"", Vec::as_slice), b":", origin);
            }
            return places;
        }
        if by.runpath.is_none() {
            for (executable, origin) in
                chain.iter().filter(|(executable, _)| executable.runpath.is_none())
            {
                add(executable.rpath.as_deref().unwrap_or_default(), b":", origin);
            }
        }
        add(&self.environment, b":;", origin);
        add(by.runpath.as_deref().unwrap_or_default(), b":", by_origin);
        places
    }

    /// Returns the default places of the loader, in order, each with whether it depends on
    /// [`System::names`].
    pub fn own(&self, name: &[u8], by: &Executable) -> Vec<(Place, bool)> {
        let is_default = |path: &[u8]| {
            let directory = &path[..path.iter().rposition(|&b| b == b'/').unwrap_or(0)];
            self.defaults.iter().any(|default| default == directory)
        };
        let mut places = Vec::new();
        for path in self.cache.as_ref().map_or(&[][..], |cache| cache.paths(name)) {
            if !(by.no_default_directories && is_default(path)) {
                places.push((Place::File(path.clone()), !is_default(path)));
            }
        }
        if !by.no_default_directories {
            let named = self.loader == Loader::Musl && self.names.is_some();
            places.extend(
                self.defaults.iter().map(|directory| (Place::Directory(directory.clone()), named)),
            );
        }
        places
    }

    /// Expands `$ORIGIN`, `$LIB` and `$PLATFORM`. Returns nothing if the directory contains another
    /// dollar sign.
    fn expand(&self, directory: &[u8], origin: &[u8]) -> Vec<Vec<u8>> {
        if !directory.contains(&b'$') {
            return vec![directory.to_vec()];
        }
        let triples = MULTIARCH.iter().filter(|(number, _)| *number == self.machine);
        let libraries: Vec<String> = match self.loader {
            Loader::Musl => Vec::new(),
            _ => ["lib64".into(), "lib".into()]
                .into_iter()
                .chain(triples.map(|(_, t)| format!("lib/{t}")))
                .collect(),
        };
        let platforms = PLATFORMS
            .iter()
            .filter(|(number, _)| self.loader != Loader::Musl && *number == self.machine);
        let platforms: Vec<String> =
            platforms.map(|(_, platform)| (*platform).to_owned()).collect();
        let mut done: Vec<(Vec<u8>, &[u8])> = vec![(Vec::new(), directory)];
        let mut out = Vec::new();
        while let Some((before, rest)) = done.pop() {
            let Some(dollar) = rest.iter().position(|&b| b == b'$') else {
                out.push([&before, rest].concat());
                continue;
            };
            if out.len() + done.len() > DIRECTORIES_LIMIT {
                break;
            }
            let (head, tail) = (&rest[..dollar], &rest[dollar + 1..]);
            let token = |name: &str| {
                let braced = format!("{{{name}}}");
                tail.strip_prefix(braced.as_bytes()).or_else(|| tail.strip_prefix(name.as_bytes()))
            };
            let mut go_on = |value: &[u8], tail| done.push(([&before, head, value].concat(), tail));
            if let Some(tail) = token("ORIGIN") {
                go_on(origin, tail);
            } else if let Some(tail) = token("LIB") {
                libraries.iter().rev().for_each(|library| go_on(library.as_bytes(), tail));
            } else if let Some(tail) = token("PLATFORM") {
                platforms.iter().for_each(|platform| go_on(platform.as_bytes(), tail));
            }
        }
        out
    }
}

/// Splits a list of directories; an empty entry means the working directory.
pub(super) fn split(list: &[u8], separators: &[u8]) -> Vec<Vec<u8>> {
    if list.is_empty() {
        return Vec::new();
    }
    let parts = list
        .split(|b| separators.contains(b))
        .map(|part| if part.is_empty() { b"." } else { part });
    parts.take(DIRECTORIES_LIMIT).map(<[u8]>::to_vec).collect()
}
