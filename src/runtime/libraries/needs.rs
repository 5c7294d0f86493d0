//! Finds other files that a program looks for besides its libraries, as far as the program itself
//! shows it.

mod kinds;

use super::load::Loading;
use super::{Loader, Required, is_part};
use crate::display::{Escaped, escaped, escaped_str, shown};
use crate::error::Error;
use crate::files::filesystem::{Filesystem, readable};
use crate::tree::{NodeId, Tree};
pub use kinds::{NeedEvidence, NeedKind, RuntimeNeed};

impl NeedKind {
    /// Returns the name for display.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certificates => "CA certificates",
            Self::TimeZones => "time zones",
            Self::Users => "users and groups",
            Self::NameService => "lookups of hosts and users",
            Self::Services => "network services",
            Self::Locales => "locales",
            Self::CharacterSets => "character sets",
            Self::MediaTypes => "media types",
        }
    }
}

impl NeedEvidence {
    /// Describes the evidence in a sentence.
    pub fn sentence(&self, tree: &Tree) -> Escaped {
        let shown = |node: &NodeId| escaped(&tree.path(*node));
        match self {
            Self::Library(node) => shown!("{} is needed", shown(node)),
            Self::Imports { function, by } => shown!("{} calls {}", shown(by), function),
            Self::Mentions { text, by } => shown!("{} mentions {}", shown(by), text),
            Self::GoFunction { function, by } => shown!("{} contains Go's {}", shown(by), function),
            Self::User(user) => shown!("the image runs as USER {}", user),
            Self::Variable(variable) => shown!("the image sets {}", variable),
        }
    }
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
const MENTIONS: [(&str, NeedKind); 8] = [
    ("/etc/ssl/certs/ca-certificates.crt", NeedKind::Certificates),
    ("/etc/pki/tls/certs/ca-bundle.crt", NeedKind::Certificates),
    ("/etc/ssl/cert.pem", NeedKind::Certificates),
    ("/usr/share/zoneinfo", NeedKind::TimeZones),
    ("/etc/passwd", NeedKind::Users),
    ("/etc/services", NeedKind::Services),
    ("/etc/mime.types", NeedKind::MediaTypes),
    ("/etc/nsswitch.conf", NeedKind::NameService),
];
/// Functions of Go programs, whose names stay in the file. A NUL ends a name.
const GO_FUNCTIONS: [(&str, NeedKind); 5] = [
    ("crypto/x509.loadSystemRoots", NeedKind::Certificates),
    ("time.LoadLocation\0", NeedKind::TimeZones),
    ("os/user.lookupUser", NeedKind::Users),
    ("os/user.lookupGroup", NeedKind::Users),
    ("mime.loadMimeFile", NeedKind::MediaTypes),
];
/// A function of Go programs that contain the time zone database.
const GO_TIME_ZONES: &str = "time/tzdata.";

/// Functions that start another program.
const STARTS: [&str; 12] = [
    "execl",
    "execle",
    "execlp",
    "execv",
    "execve",
    "execvp",
    "execvpe",
    "popen",
    "posix_spawn",
    "posix_spawnp",
    "system",
    "wordexp",
];
/// The function of Go programs that starts another program.
const GO_STARTS: &str = "os/exec.(*Cmd).Start";
/// The shell that such functions start, which stays in the file of a static program.
const SHELL: &str = "/bin/sh\0";

/// Returns the function by which a program starts others, if it has one.
pub(super) fn starts_others(
    filesystem: &Filesystem<'_>,
    program: &Required,
) -> Result<Option<&'static str>, Error> {
    let Some(executable) = &program.executable else { return Ok(None) };
    if let Some(function) = STARTS.into_iter().find(|function| executable.imports(function)) {
        return Ok(Some(function));
    }
    let is_static = executable.interpreter.is_none();
    let text = match executable.go.is_some() {
        true => GO_STARTS,
        false if is_static => SHELL,
        false => return Ok(None),
    };
    let mentions = filesystem
        .with_source(program.file.version, |source| executable.mentions(&**source, &[text]));
    let found = !readable(mentions)?.unwrap_or_default().is_empty();
    Ok(found.then_some(text.trim_end_matches('\0')))
}

/// The findings so far.
#[derive(Default)]
struct Findings(Vec<(NeedKind, Vec<NeedEvidence>)>);

impl Findings {
    fn add(&mut self, kind: NeedKind, evidence: NeedEvidence) {
        let i = self.0.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            self.0.push((kind, Vec::new()));
            self.0.len() - 1
        });
        let known = &mut self.0[i].1;
        if known.len() < EVIDENCE_LIMIT && !known.contains(&evidence) {
            known.push(evidence);
        }
    }

    fn has(&self, kind: NeedKind) -> bool {
        self.0.iter().any(|(known, _)| *known == kind)
    }
}

pub(super) fn find(
    loading: &mut Loading<'_, '_>,
    files: &[Required],
) -> Result<Vec<RuntimeNeed>, Error> {
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
        findings.add(
            NeedKind::CharacterSets,
            NeedEvidence::Imports { function: "iconv_open", by: program.file.node },
        );
    }
    search_config(loading, files, glibc, &mut findings);
    let built_in = files
        .iter()
        .filter_map(|required| required.executable.as_ref())
        .any(|e| e.has_name_service);
    if glibc && !built_in && findings.has(NeedKind::Users) {
        // Users are looked up through the same modules as hosts.
        let users = findings
            .0
            .iter()
            .find(|(kind, _)| *kind == NeedKind::Users)
            .map(|(_, evidence)| evidence.clone());
        for evidence in users
            .into_iter()
            .flatten()
            .filter(|evidence| matches!(evidence, NeedEvidence::Imports { .. }))
        {
            findings.add(NeedKind::NameService, evidence);
        }
    }
    let mut needs = Vec::new();
    for (kind, evidence) in findings.0 {
        let mut nodes = paths(loading.filesystem, kind);
        if kind == NeedKind::NameService && glibc && !built_in {
            for library in [&b"libnss_files.so.2"[..], b"libnss_dns.so.2"] {
                nodes.extend(loading.open(library)?);
            }
        }
        let bytes = filesystem.bytes(nodes.iter().copied());
        needs.push(RuntimeNeed { kind, evidence, files: nodes, bytes });
    }
    Ok(needs)
}

/// Searches the constants of the program for the names of files it would open.
fn search_constants(
    filesystem: &Filesystem<'_>,
    program: &Required,
    findings: &mut Findings,
) -> Result<(), Error> {
    let Some(executable) = &program.executable else { return Ok(()) };
    let by = program.file.node;
    let is_go = executable.go.is_some();
    let known = if is_go { &GO_FUNCTIONS[..] } else { &MENTIONS[..] };
    let mut texts: Vec<&'static str> = known.iter().map(|(text, _)| *text).collect();
    if is_go {
        texts.push(GO_TIME_ZONES);
    }
    let mentions = filesystem
        .with_source(program.file.version, |source| executable.mentions(&**source, &texts));
    let mentions = readable(mentions)?.unwrap_or_default();
    for &(text, kind) in known.iter().filter(|(text, _)| mentions.contains(text)) {
        match is_go {
            true if kind == NeedKind::TimeZones && mentions.contains(&GO_TIME_ZONES) => {}
            true => findings
                .add(kind, NeedEvidence::GoFunction { function: text.trim_end_matches('\0'), by }),
            false => findings.add(kind, NeedEvidence::Mentions { text, by }),
        }
    }
    Ok(())
}

/// Examines the functions that a file imports from the C library, and the name of the library
/// itself.
fn search_imports(
    filesystem: &Filesystem<'_>,
    required: &Required,
    glibc: bool,
    findings: &mut Findings,
) {
    let Some(executable) = &required.executable else { return };
    let by = required.file.node;
    let name = executable.soname.as_deref().unwrap_or_else(|| filesystem.tree().name(by));
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix.as_bytes()));
    if is(&[
        "libssl.so",
        "libssl3.so",
        "libgnutls.so",
        "libcurl.so",
        "libcurl-gnutls.so",
        "libnss3.so",
    ]) {
        findings.add(NeedKind::Certificates, NeedEvidence::Library(by));
    }
    // The parts of the C library call one another, which is no evidence.
    if is_part(name) {
        return;
    }
    for &function in &executable.imports {
        let mut add = |kind| findings.add(kind, NeedEvidence::Imports { function, by });
        if LOOKS_UP_HOSTS.contains(&function) && glibc {
            add(NeedKind::NameService);
        }
        if LOOKS_UP_USERS.contains(&function) {
            add(NeedKind::Users);
        }
        if matches!(function, "getservbyname" | "getservbyname_r" | "getservbyport") {
            add(NeedKind::Services);
        }
    }
}

/// Examines the image's config: a user by name, a locale.
fn search_config(
    loading: &Loading<'_, '_>,
    files: &[Required],
    glibc: bool,
    findings: &mut Findings,
) {
    let run = loading.run();
    let is_name = |name: &str| !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit());
    if run.user.raw().split(':').take(2).any(is_name) {
        findings.add(NeedKind::Users, NeedEvidence::User(run.user.escaped()));
    }
    let sets_locale = |required: &&Required| {
        required
            .executable
            .as_ref()
            .is_some_and(|e| e.imports("setlocale") || e.imports("newlocale"))
    };
    if !glibc || !files.iter().any(|required| sets_locale(&required)) {
        return;
    }
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
        let value = run.environment.raw_value(name).unwrap_or_default();
        // These locales are built into the C library.
        if !matches!(value, "" | "C" | "POSIX" | "C.UTF-8" | "C.utf8") {
            findings.add(
                NeedKind::Locales,
                NeedEvidence::Variable(escaped_str(&format!("{name}={value}"))),
            );
        }
    }
}

/// Returns the files of the image for a kind.
fn paths(filesystem: &Filesystem<'_>, kind: NeedKind) -> Vec<NodeId> {
    let (candidates, all): (&[&str], bool) = match kind {
        NeedKind::Certificates => (&CERTIFICATES, false),
        NeedKind::TimeZones => (&["/usr/share/zoneinfo", "/etc/localtime"], true),
        NeedKind::Users => (&["/etc/passwd", "/etc/group"], true),
        NeedKind::NameService => (&["/etc/nsswitch.conf"], true),
        NeedKind::Services => (&["/etc/services"], true),
        NeedKind::Locales => (&["/usr/lib/locale"], true),
        NeedKind::CharacterSets => (&CHARACTER_SETS, false),
        NeedKind::MediaTypes => (&["/etc/mime.types", "/usr/share/mime/globs2"], true),
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
