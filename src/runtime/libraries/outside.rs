//! Finds other files that a program looks for besides its libraries, as far as the program itself
//! shows it.

use super::load::{Loading, variable};
use super::{Loader, Required};
use crate::display::escaped_str;
use crate::error::Error;
use crate::files::filesystem::Filesystem;
use crate::tree::NodeId;

/// A kind of file or service that programs look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// Certificates of certificate authorities, for TLS.
    Certificates,
    /// The time zone database.
    TimeZones,
    /// The names of users and groups.
    Users,
    /// The name service, which looks up hosts and users by name.
    NameService,
    /// The port numbers of network services.
    Services,
    /// The settings of locales.
    Locales,
    /// Conversions between character sets.
    CharacterSets,
    /// The media types of file names.
    MediaTypes,
}

impl Thing {
    /// Returns the name for display.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certificates => "CA certificates",
            Self::TimeZones => "time zones",
            Self::Users => "users and groups",
            Self::NameService => "name service",
            Self::Services => "network services",
            Self::Locales => "locales",
            Self::CharacterSets => "character sets",
            Self::MediaTypes => "media types",
        }
    }
}

/// The evidence that something is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A library is needed.
    Library(NodeId),
    /// A file imports a function from a library.
    Imports {
        /// The function.
        function: &'static str,
        /// The file.
        by: NodeId,
    },
    /// A text occurs among the constants of a file.
    Mentions {
        /// The text.
        text: &'static str,
        /// The file.
        by: NodeId,
    },
    /// A Go program contains a function.
    GoFunction {
        /// The function with its package.
        function: &'static str,
        /// The file.
        by: NodeId,
    },
    /// The image's config names a user or a group, escaped for display.
    User(String),
    /// The image's config sets a variable, escaped for display.
    Variable(String),
}

impl Evidence {
    /// Describes the evidence in a sentence.
    pub fn sentence(&self, filesystem: &Filesystem<'_>) -> String {
        let shown = |node: &NodeId| filesystem.shown(*node);
        match self {
            Self::Library(node) => format!("{} is needed", shown(node)),
            Self::Imports { function, by } => format!("{} calls {function}", shown(by)),
            Self::Mentions { text, by } => format!("{} mentions {text}", shown(by)),
            Self::GoFunction { function, by } => format!("{} contains Go's {function}", shown(by)),
            Self::User(user) => format!("the image runs as USER {user}"),
            Self::Variable(variable) => format!("the image sets {variable}"),
        }
    }
}

/// Something that a program looks for, and the places where the image has it.
#[derive(Debug, Clone)]
pub struct Outside {
    /// The kind.
    pub thing: Thing,
    /// The evidence.
    pub evidence: Vec<Evidence>,
    /// The files and directories of the image, with symbolic links that lead to them; empty if the
    /// image has none.
    pub files: Vec<NodeId>,
    /// Their size in bytes, including the contents of the directories.
    pub bytes: u64,
}

/// The most pieces of evidence of one kind that are kept.
const EVIDENCE_LIMIT: usize = 4;

const CERTIFICATES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
const CHARACTER_SETS: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu/gconv",
    "/usr/lib/aarch64-linux-gnu/gconv",
    "/usr/lib/arm-linux-gnueabihf/gconv",
    "/usr/lib64/gconv",
    "/usr/lib/gconv",
];
const LOOKS_UP_HOSTS: [&str; 7] = [
    "getaddrinfo",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname2_r",
    "gethostbyname_r",
    "getnameinfo",
    "getservbyname",
];
const LOOKS_UP_USERS: [&str; 10] = [
    "getgrgid",
    "getgrgid_r",
    "getgrnam",
    "getgrnam_r",
    "getgrouplist",
    "getpwnam",
    "getpwnam_r",
    "getpwuid",
    "getpwuid_r",
    "initgroups",
];

/// Texts among the constants of programs that are not written in Go.
const MENTIONS: [(&str, Thing); 8] = [
    ("/etc/ssl/certs/ca-certificates.crt", Thing::Certificates),
    ("/etc/pki/tls/certs/ca-bundle.crt", Thing::Certificates),
    ("/etc/ssl/cert.pem", Thing::Certificates),
    ("/usr/share/zoneinfo", Thing::TimeZones),
    ("/etc/passwd", Thing::Users),
    ("/etc/services", Thing::Services),
    ("/etc/mime.types", Thing::MediaTypes),
    ("/etc/nsswitch.conf", Thing::NameService),
];
/// Functions of Go programs, whose names stay in the file. A NUL ends a name.
const GO_FUNCTIONS: [(&str, Thing); 5] = [
    ("crypto/x509.loadSystemRoots", Thing::Certificates),
    ("time.LoadLocation\0", Thing::TimeZones),
    ("os/user.lookupUser", Thing::Users),
    ("os/user.lookupGroup", Thing::Users),
    ("mime.loadMimeFile", Thing::MediaTypes),
];
/// A function of Go programs that contain the time zone database.
const GO_TIME_ZONES: &str = "time/tzdata.";

/// The findings so far.
#[derive(Default)]
struct Findings(Vec<(Thing, Vec<Evidence>)>);

impl Findings {
    fn add(&mut self, thing: Thing, evidence: Evidence) {
        let i = self.0.iter().position(|(known, _)| *known == thing).unwrap_or_else(|| {
            self.0.push((thing, Vec::new()));
            self.0.len() - 1
        });
        let known = &mut self.0[i].1;
        if known.len() < EVIDENCE_LIMIT && !known.contains(&evidence) {
            known.push(evidence);
        }
    }

    fn has(&self, thing: Thing) -> bool {
        self.0.iter().any(|(known, _)| *known == thing)
    }
}

pub(super) fn find(loading: &mut Loading<'_, '_>, files: &[Required]) -> Result<Vec<Outside>, Error> {
    let mut findings = Findings::default();
    let filesystem = loading.filesystem;
    if let Some(program) = files.first() {
        search_constants(filesystem, program, &mut findings)?;
    }
    let glibc = matches!(loading.loader(), Loader::Glibc | Loader::Unknown);
    for required in files {
        search_imports(filesystem, required, glibc, &mut findings);
    }
    if let Some(program) = files.first()
        && program.executable.as_ref().is_some_and(|executable| executable.imports("iconv_open"))
        && glibc
    {
        // Libraries such as the C++ standard library could convert anything, but rarely do.
        findings.add(Thing::CharacterSets, Evidence::Imports { function: "iconv_open", by: program.file.node });
    }
    search_config(loading, files, glibc, &mut findings);
    let built_in = files.iter().filter_map(|required| required.executable.as_ref()).any(|e| e.has_name_service);
    if glibc && !built_in && findings.has(Thing::Users) {
        // Users are looked up through the same modules as hosts.
        let users = findings.0.iter().find(|(thing, _)| *thing == Thing::Users).map(|(_, evidence)| evidence.clone());
        for evidence in users.into_iter().flatten().filter(|evidence| matches!(evidence, Evidence::Imports { .. })) {
            findings.add(Thing::NameService, evidence);
        }
    }
    let mut outside = Vec::new();
    for (thing, evidence) in findings.0 {
        let mut nodes = paths(loading.filesystem, thing);
        if thing == Thing::NameService && glibc && !built_in {
            for library in [&b"libnss_files.so.2"[..], b"libnss_dns.so.2"] {
                nodes.extend(loading.open(library)?);
            }
        }
        let bytes = filesystem.bytes(nodes.iter().copied());
        outside.push(Outside { thing, evidence, files: nodes, bytes });
    }
    Ok(outside)
}

/// Searches the constants of the program for the names of files it would open.
fn search_constants(filesystem: &Filesystem<'_>, program: &Required, findings: &mut Findings) -> Result<(), Error> {
    let Some(executable) = &program.executable else { return Ok(()) };
    let by = program.file.node;
    let is_go = executable.go.is_some();
    let known = if is_go { &GO_FUNCTIONS[..] } else { &MENTIONS[..] };
    let mut texts: Vec<&'static str> = known.iter().map(|(text, _)| *text).collect();
    if is_go {
        texts.push(GO_TIME_ZONES);
    }
    let mentions = filesystem.with_source(program.file.version, |source| {
        executable.mentions(&**source, &texts).map_err(|error| error.to_string())
    })?;
    let mentions = mentions.unwrap_or_default();
    for &(text, thing) in known.iter().filter(|(text, _)| mentions.contains(text)) {
        match is_go {
            true if thing == Thing::TimeZones && mentions.contains(&GO_TIME_ZONES) => {}
            true => findings.add(thing, Evidence::GoFunction { function: text.trim_end_matches('\0'), by }),
            false => findings.add(thing, Evidence::Mentions { text, by }),
        }
    }
    Ok(())
}

/// Examines the functions that a file imports from the C library, and the name of the library
/// itself.
fn search_imports(filesystem: &Filesystem<'_>, required: &Required, glibc: bool, findings: &mut Findings) {
    let Some(executable) = &required.executable else { return };
    let by = required.file.node;
    let name = executable.soname.as_deref().unwrap_or_else(|| filesystem.tree().name(by));
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix.as_bytes()));
    if is(&["libssl.so", "libssl3.so", "libgnutls.so", "libcurl.so", "libcurl-gnutls.so", "libnss3.so"]) {
        findings.add(Thing::Certificates, Evidence::Library(by));
    }
    // The parts of the C library call one another, which is no evidence.
    if is(&["libc.so", "libc.musl", "ld-", "libresolv.so", "libnss_", "libpthread.so", "libnsl.so", "libdl.so"]) {
        return;
    }
    for &function in &executable.imports {
        let mut add = |thing| findings.add(thing, Evidence::Imports { function, by });
        if LOOKS_UP_HOSTS.contains(&function) && glibc {
            add(Thing::NameService);
        }
        if LOOKS_UP_USERS.contains(&function) {
            add(Thing::Users);
        }
        if matches!(function, "getservbyname" | "getservbyname_r" | "getservbyport") {
            add(Thing::Services);
        }
    }
}

/// Examines the image's config: a user by name, a locale.
fn search_config(loading: &Loading<'_, '_>, files: &[Required], glibc: bool, findings: &mut Findings) {
    let run = loading.run();
    let is_name = |name: &str| !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit());
    if run.user.split(':').take(2).any(is_name) {
        findings.add(Thing::Users, Evidence::User(escaped_str(&run.user)));
    }
    let sets_locale = |required: &&Required| {
        required.executable.as_ref().is_some_and(|e| e.imports("setlocale") || e.imports("newlocale"))
    };
    if !glibc || !files.iter().any(|required| sets_locale(&required)) {
        return;
    }
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
        let value = variable(run, name).unwrap_or_default();
        // These locales are built into the C library.
        if !matches!(value, "" | "C" | "POSIX" | "C.UTF-8" | "C.utf8") {
            findings.add(Thing::Locales, Evidence::Variable(escaped_str(&format!("{name}={value}"))));
        }
    }
}

/// Returns the files of the image for a kind.
fn paths(filesystem: &Filesystem<'_>, thing: Thing) -> Vec<NodeId> {
    let (candidates, all): (&[&str], bool) = match thing {
        Thing::Certificates => (&CERTIFICATES, false),
        Thing::TimeZones => (&["/usr/share/zoneinfo", "/etc/localtime"], true),
        Thing::Users => (&["/etc/passwd", "/etc/group"], true),
        Thing::NameService => (&["/etc/nsswitch.conf"], true),
        Thing::Services => (&["/etc/services"], true),
        Thing::Locales => (&["/usr/lib/locale"], true),
        Thing::CharacterSets => (&CHARACTER_SETS, false),
        Thing::MediaTypes => (&["/etc/mime.types", "/usr/share/mime/globs2"], true),
    };
    let mut nodes = Vec::new();
    for path in candidates {
        let Some(found) = filesystem.find(NodeId::ROOT, path.as_bytes()) else { continue };
        for node in found.links.into_iter().chain([found.node]) {
            if !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        if !all {
            break;
        }
    }
    nodes
}
