//! Excludes from the rules what a container uses: the program with what it needs, what its scripts
//! read and mention, and what files of the application name.

use crate::advice::findings::{Matches, Rules};
use crate::analysis::Inspection;
use crate::error::Error;
use crate::files::filesystem::{Filesystem, readable};
use crate::image::Run;
use crate::runtime::Program;
use crate::runtime::command::{mentioned, named_by_check, named_in_texts};
use crate::tree::{Kind, NodeId, Tree, VersionId};

/// The longest script that is read for its commands, in bytes.
const SCRIPT: u64 = 256 << 10;
/// The longest configuration that is searched for paths, in bytes.
const CONFIGURATION: u64 = 64 << 10;
/// The most configurations that are searched.
const CONFIGURATIONS: usize = 100;
/// Endings of configurations.
const ENDINGS: [&[u8]; 11] = [
    b".cfg",
    b".cnf",
    b".conf",
    b".env",
    b".ini",
    b".json",
    b".properties",
    b".toml",
    b".xml",
    b".yaml",
    b".yml",
];
/// Directories at the top that have no configuration of an application.
const NOT_OF_APPLICATIONS: [&[u8]; 10] =
    [b"boot", b"dev", b"etc", b"lib", b"lib64", b"proc", b"run", b"sys", b"tmp", b"var"];
/// Directories whose configurations are not the application's own.
const OTHERS: [&[u8]; 8] = [
    b"dist-packages",
    b"include",
    b"lib",
    b"node_modules",
    b"share",
    b"site-packages",
    b"vendor",
    b"venv",
];

/// Excludes what a container uses from the rules. The lowest `base` layers are the base image.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub(super) fn keep_used(
    inspection: &Inspection,
    base: usize,
    (filesystem, program): (Option<&Filesystem<'_>>, Option<&Program>),
    rules: &Rules,
    matches: &mut Matches,
) -> Result<(), Error> {
    let (tree, run) = (&inspection.tree, &inspection.run);
    let mut commands = vec![run.words().join(" "), run.check().join(" ")];
    if let (Some(program), Some(filesystem)) = (program, filesystem) {
        keep(program, tree, rules, matches);
        commands.extend(scripts(filesystem, run, program)?);
    }
    matches.keep_read(tree, rules, &commands);
    matches.keep_mentioned(tree, rules, &mentioned(tree, run, &commands));
    if let Some(filesystem) = filesystem
        && matches.has_leftovers(tree, rules, base)
    {
        let texts = configurations(filesystem, base)?;
        matches.keep_named(tree, rules, &named_in_texts(tree, run, &texts));
    }
    Ok(())
}

/// Returns the texts of the application's configurations, as far as they are small.
fn configurations(filesystem: &Filesystem<'_>, base: usize) -> Result<Vec<String>, Error> {
    let tree = filesystem.tree();
    let is_meant = |node: NodeId, version: VersionId| {
        tree.kind(version) == Kind::File
            && (1..=CONFIGURATION).contains(&tree.size(version))
            && tree.added_in(version) >= base
            && ENDINGS.iter().any(|ending| tree.name(node).ends_with(ending))
            && is_of_application(tree, tree.parent(node))
    };
    let files = tree.nodes().filter_map(|node| {
        let version = tree.last(node)?;
        is_meant(node, version).then_some(version)
    });
    let mut texts = Vec::new();
    for version in files.take(CONFIGURATIONS) {
        let bytes = readable(filesystem.read_start(version, CONFIGURATION))?;
        texts.extend(bytes.and_then(|bytes| String::from_utf8(bytes).ok()));
    }
    Ok(texts)
}

/// Returns whether a directory may hold an application, and no package or setting of a tool.
fn is_of_application(tree: &Tree, directory: NodeId) -> bool {
    let mut here = directory;
    while here != NodeId::ROOT {
        let (name, above) = (tree.name(here), tree.parent(here));
        let is_top = above == NodeId::ROOT && NOT_OF_APPLICATIONS.contains(&name);
        if is_top || name.starts_with(b".") || OTHERS.contains(&name) {
            return false;
        }
        here = above;
    }
    true
}

/// Returns the text of a file, if it is a script.
fn script(filesystem: &Filesystem<'_>, version: VersionId) -> Result<Option<String>, Error> {
    let is_file = filesystem.tree().kind(version) == Kind::File;
    let bytes = match is_file {
        true => readable(filesystem.read_start(version, SCRIPT))?,
        false => None,
    };
    let script = bytes.filter(|bytes| bytes.starts_with(b"#!"));
    Ok(script.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Returns the texts of the scripts that start the program, and of those that check its health.
fn scripts(
    filesystem: &Filesystem<'_>,
    run: &Run,
    program: &Program,
) -> Result<Vec<String>, Error> {
    let mut texts = Vec::new();
    let application = &program.application;
    for file in application.started() {
        texts.extend(script(filesystem, file.version)?);
    }
    let tree = filesystem.tree();
    let checks = named_by_check(tree, run);
    for version in checks.programs.iter().chain(&checks.arguments).filter_map(|&it| tree.last(it)) {
        texts.extend(script(filesystem, version)?);
    }
    // A script that an interpreter is given has no such beginning.
    for version in application.files.iter().filter_map(|&node| tree.last(node)) {
        if tree.kind(version) == Kind::File && tree.size(version) <= SCRIPT {
            let text = readable(filesystem.read_start(version, SCRIPT))?
                .filter(|bytes| !bytes.contains(&0));
            texts.extend(text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(texts)
}

/// Excludes the program and its needs from the rules.
fn keep(program: &Program, tree: &Tree, rules: &Rules, matches: &mut Matches) {
    let application = &program.application;
    let started = application.started();
    let started: Vec<_> =
        started.flat_map(|file| file.links.iter().copied().chain([file.node])).collect();
    matches.keep_programs(tree, rules, &started);
    matches.keep_files(tree, rules, &application.files);
    if let Some(needed) = &program.needed {
        let loaded = needed
            .files
            .iter()
            .map(|required| required.file.node)
            .chain(needed.links.iter().copied());
        let looked_for = needed.needs.iter().flat_map(|need| need.files.iter().copied());
        matches.keep_needs(loaded.chain(looked_for));
    }
}
