//! The runtime of an image in the types of the JSON contract.

use serde::Serialize;

use super::json::lossless;
use crate::Inspection;
use crate::display::Escaped;
use crate::files::executable::Executable;
use crate::runtime::Program;
use crate::runtime::libraries::ProgramAndLibraries;
use crate::tree::{NodeId, Tree};

#[derive(Debug, Serialize)]
pub struct ApplicationPart {
    program: Option<String>,
    program_bytes: Option<u64>,
    bytes: u64,
    files: Vec<String>,
    steps: Vec<Escaped>,
    reason: Option<Escaped>,
    executable: Option<ExecutablePart>,
    program_and_libraries: Option<ProgramAndLibrariesPart>,
}

#[derive(Debug, Serialize)]
struct ExecutablePart {
    bytes: u64,
    linkage: &'static str,
    machine: String,
    interpreter: Option<String>,
    symbol_bytes: u64,
    debug_bytes: u64,
    strip_saves_bytes: u64,
    packed: bool,
    go: Option<GoPart>,
}

#[derive(Debug, Serialize)]
struct GoPart {
    version: Escaped,
    module: Option<Escaped>,
    module_version: Option<Escaped>,
}

#[derive(Debug, Serialize)]
struct ProgramAndLibrariesPart {
    bytes: u64,
    files: Vec<RequiredPart>,
    links: Vec<String>,
    missing: Vec<Escaped>,
    outside: Vec<OutsidePart>,
    remarks: Vec<Escaped>,
}

#[derive(Debug, Serialize)]
struct RequiredPart {
    path: String,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct OutsidePart {
    what: &'static str,
    bytes: u64,
    files: Vec<String>,
}

fn path(tree: &Tree, node: NodeId) -> String {
    lossless(&tree.path(node)).0
}

impl ApplicationPart {
    pub fn new(inspection: &Inspection, runtime: &Program) -> Self {
        let tree = &inspection.tree;
        let application = &runtime.application;
        let program = application.program.as_ref();
        Self {
            program: program.map(|program| path(tree, program.file.node)),
            program_bytes: program.map(|program| tree.size(program.file.version)),
            bytes: runtime.bytes,
            files: application.files.iter().map(|&node| path(tree, node)).collect(),
            steps: application.steps.clone(),
            reason: application.reason.clone(),
            executable: program
                .and_then(|program| program.executable.as_ref())
                .map(ExecutablePart::new),
            program_and_libraries: runtime
                .needed
                .as_ref()
                .map(|needed| ProgramAndLibrariesPart::new(tree, needed)),
        }
    }
}

impl ExecutablePart {
    fn new(executable: &Executable) -> Self {
        Self {
            bytes: executable.size,
            linkage: executable.linkage.name(),
            machine: executable.machine.to_string(),
            interpreter: executable.interpreter.as_ref().map(|bytes| lossless(bytes).0),
            symbol_bytes: executable.strip.symbols,
            debug_bytes: executable.strip.debug,
            strip_saves_bytes: executable.strip.saves,
            packed: executable.packed.is_some(),
            go: executable.go.as_ref().map(|go| GoPart {
                version: go.version.clone(),
                module: go.module.clone(),
                module_version: go.module_version.clone(),
            }),
        }
    }
}

impl ProgramAndLibrariesPart {
    fn new(tree: &Tree, needed: &ProgramAndLibraries) -> Self {
        let required = needed.files.iter();
        Self {
            bytes: needed.bytes(),
            files: required
                .map(|file| RequiredPart { path: path(tree, file.file.node), bytes: file.bytes })
                .collect(),
            links: needed.links.iter().map(|&node| path(tree, node)).collect(),
            missing: needed.missing.iter().map(|missing| missing.name.clone()).collect(),
            outside: needed
                .needs
                .iter()
                .map(|outside| OutsidePart {
                    what: outside.kind.name(),
                    bytes: outside.bytes,
                    files: outside.files.iter().map(|&node| path(tree, node)).collect(),
                })
                .collect(),
            remarks: needed.remarks.clone(),
        }
    }
}
