//! What several tests need.
#![allow(dead_code, reason = "each test uses a part")]

pub mod build;

use std::path::{Path, PathBuf};

use layerscope::report::{Account, Detail};
use layerscope::{Inspection, Progress};
use serde_json::Value;

/// The corpus beside the checkout, if it is there.
pub fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    path.is_dir().then_some(path)
}

/// Opens and inspects the archive at `path`.
pub fn inspect(path: &Path, wanted: Option<&str>) -> Result<Inspection, layerscope::Error> {
    layerscope::inspect(&layerscope::open(path, wanted)?, &Progress::default())
}

/// The JSON report with everything in it.
pub fn account(inspection: &Inspection) -> Value {
    serde_json::to_value(Account::new(inspection, Detail { top: 0, tree: true })).unwrap()
}
