//! The program that a container of an image runs, as a report records it.

#![expect(missing_docs, reason = "the contract explains its members: assets/report.schema.json")]

use serde::Deserialize;

use crate::display::Escaped;

#[derive(Debug, Deserialize)]
pub struct ApplicationRecord {
    pub program: Option<Escaped>,
    /// The size of the program; `None` if a program wrote the report that did not record it.
    #[serde(default)]
    pub program_bytes: Option<u64>,
    /// The application's own files.
    pub files: Vec<Escaped>,
    pub steps: Vec<Escaped>,
    pub reason: Option<Escaped>,
    pub executable: Option<ExecutableRecord>,
    pub program_and_libraries: Option<LibrariesRecord>,
}

#[derive(Debug, Deserialize)]
pub struct ExecutableRecord {
    pub bytes: u64,
    pub linkage: Escaped,
    pub strip_saves_bytes: u64,
    pub packed: bool,
    pub go: Option<GoRecord>,
}

#[derive(Debug, Deserialize)]
pub struct GoRecord {
    pub version: Escaped,
    pub module: Option<Escaped>,
}

#[derive(Debug, Deserialize)]
pub struct LibrariesRecord {
    pub bytes: u64,
    pub files: Vec<RequiredRecord>,
    pub missing: Vec<Escaped>,
    pub outside: Vec<OutsideRecord>,
}

#[derive(Debug, Deserialize)]
pub struct RequiredRecord {
    pub path: Escaped,
}

#[derive(Debug, Deserialize)]
pub struct OutsideRecord {
    pub what: Escaped,
    pub bytes: u64,
    pub files: Vec<Escaped>,
}

impl ExecutableRecord {
    /// Describes the executable in a few words.
    pub fn words(&self) -> Escaped {
        let mut words = vec![self.linkage.clone()];
        if let Some(go) = &self.go {
            words.push(go.version.clone());
            words.extend(go.module.clone());
        }
        if self.packed {
            words.push("packed".into());
        }
        Escaped::join(words, ", ")
    }
}
