//! Builds every image once, and puts what the engine says of it beside what layerscope says.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;

use super::catalogue::{Context, FOUNDATIONS, SCENARIOS, Scenario};
use super::engine::{Content, ENGINE_S_OWN, Engine};
use super::{base, clutter};
use crate::support::{account, inspect};

/// What is known of one image.
#[derive(Debug)]
pub struct Measured {
    /// Its scenario.
    pub scenario: Scenario,
    /// The engine's size, where it tells to the byte.
    pub size: Option<u64>,
    /// The engine's content of a container.
    pub content: Content,
    /// What its program printed.
    pub printed: Option<String>,
    /// layerscope's report.
    pub account: Value,
}

impl Measured {
    /// One of layerscope's totals.
    pub fn total(&self, name: &str) -> u64 {
        self.account["totals"][name].as_u64().unwrap()
    }

    /// The size that layerscope gives for a path of the final tree.
    pub fn file(&self, path: &str) -> Option<u64> {
        let tree = self.account["tree"].as_array().unwrap();
        tree.iter()
            .find(|entry| entry["path"] == format!("/{path}"))
            .map(|entry| entry["size"].as_u64().unwrap())
    }

    /// The bytes of the image that the engine's own files hide in a container.
    pub fn behind_engine_s_own(&self) -> u64 {
        ENGINE_S_OWN.iter().filter_map(|path| self.file(path)).sum()
    }
}

/// Where the archives are.
pub fn directory() -> PathBuf {
    std::env::var_os("LAYERSCOPE_SCENARIOS")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("scenarios"), PathBuf::from)
}

/// All images, built and measured where an engine is wanted; the tests of this program share them.
pub static MEASURED: LazyLock<Option<Vec<Measured>>> = LazyLock::new(|| {
    let directory = directory();
    let Some(engine) = Engine::wanted(&directory) else {
        eprintln!("skipped: LAYERSCOPE_ENGINE names no engine (docker or buildah)");
        return None;
    };
    fs::create_dir_all(&directory).unwrap();
    let directory = directory.canonicalize().unwrap();
    engine.import("scenario/base", &base::tar(&directory));
    for foundation in &FOUNDATIONS {
        build(&engine, &directory, foundation);
    }
    let all: Vec<_> =
        SCENARIOS.iter().map(|scenario| measure(&engine, &directory, *scenario)).collect();
    fs::write(directory.join("sizes.tsv"), table(&all)).unwrap();
    Some(all)
});

/// Builds one image and gives its tag.
fn build(engine: &Engine, directory: &Path, scenario: &Scenario) -> String {
    eprintln!("building {}", scenario.name);
    let recipes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let sources = |name: &str| recipes.join("sources").join(name);
    let context = match scenario.context {
        Context::Sources(name) => sources(name),
        Context::Clutter { ignored } => {
            let target = directory.join("context").join(scenario.name);
            clutter::strew(&sources("http"), &target, ignored);
            target
        }
    };
    let tag = format!("scenario/{}", scenario.name);
    engine.build(
        &tag,
        &recipes.join(scenario.family).join(format!("{}.Dockerfile", scenario.name)),
        &context,
    );
    tag
}

fn measure(engine: &Engine, directory: &Path, scenario: Scenario) -> Measured {
    let tag = build(engine, directory, &scenario);
    let archive = directory.join(format!("{}.tar", scenario.name));
    engine.save(&tag, &archive);
    let container =
        engine.container(&tag, scenario.works.map_or(&["nothing"], |(command, _)| command));
    Measured {
        scenario,
        size: engine.size(&tag),
        content: container.content(),
        printed: scenario.works.map(|_| container.output()),
        account: account(&inspect(&archive, None).unwrap()),
    }
}

/// The engine's sizes, one line for each image.
fn table(all: &[Measured]) -> String {
    let mut table = String::from("name\tsize\tcontent\n");
    for image in all {
        let size = image.size.map_or("-".to_owned(), |size| size.to_string());
        writeln!(table, "{}\t{size}\t{}", image.scenario.name, image.content.bytes).unwrap();
    }
    table
}
