//! What several tests need.
#![allow(dead_code, reason = "each test uses a part")]

pub mod build;
pub mod registry;
pub mod versions;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::Rules;
use layerscope::display::Units;
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
    let study = study(inspection);
    serde_json::to_value(Account::new(
        inspection,
        &study,
        Detail { top: 0, tree: true, units: Units::Iec },
    ))
    .unwrap()
}

/// What the built-in rules find.
pub fn study(inspection: &Inspection) -> Study {
    static RULES: LazyLock<Rules> = LazyLock::new(Rules::built_in);
    Study::assess(inspection, &Question::with(&RULES)).unwrap()
}
