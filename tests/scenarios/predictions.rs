//! What the ladder says of one image, held against the image that an engine then built so.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::Rules;
use layerscope::advice::ladder::Certainty;
use layerscope::advice::measure::{measure, measure_ladder};
use layerscope::analysis::download::Download;
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::files::contents::LayerContents;
use layerscope::{Inspection, Opened, Progress};

use super::catalogue::{Ask, Difference, PREDICTIONS, Prediction};
use super::measure::{MEASURED, directory};

/// An estimate is off by one part in so many at most: 15 %.
const TOLERANCE: f64 = 0.15;

/// An archive that was opened and read.
struct Read {
    opened: Opened,
    inspection: Inspection,
}

impl Read {
    fn study(&self) -> Study {
        static RULES: LazyLock<Rules> = LazyLock::new(Rules::built_in);
        let contents = LayerContents::new(&self.opened);
        Study::assess(
            &self.inspection,
            &Question { contents: Some(&contents), ..Question::with(&RULES) },
        )
        .unwrap()
    }

    /// The size of a file that is there at last.
    fn file(&self, path: &str) -> u64 {
        let tree = &self.inspection.tree;
        let version = tree.find(path.as_bytes()).and_then(|node| tree.last(node));
        tree.size(version.unwrap_or_else(|| panic!("{} has no {path}", self.inspection.name)))
    }

    /// What its `COPY`s ship and nothing reaches.
    fn copied_for_nothing(&self) -> u64 {
        let layers = &self.inspection.layers;
        let copies =
            layers.iter().filter(|layer| layer.instruction.one_line().starts_with("COPY "));
        copies.map(|layer| layer.size - layer.visible).sum()
    }
}

/// Where the archives are, if there are any: those that an engine just built, or those of a
/// directory that is named.
fn archives() -> Option<PathBuf> {
    if MEASURED.is_some() {
        return Some(directory());
    }
    let kept = std::env::var_os("LAYERSCOPE_SCENARIOS").map(PathBuf::from)?;
    assert!(kept.join("a1.tar").is_file(), "{} has no archives of scenarios", kept.display());
    Some(kept)
}

/// An archive of a directory, read once.
fn read(directory: &Path, name: &str) -> Arc<Read> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Read>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap();
    let read = || {
        let opened = layerscope::open(&directory.join(format!("{name}.tar")), None).unwrap();
        let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
        Arc::new(Read { opened, inspection })
    };
    known.entry(name.to_owned()).or_insert_with(read).clone()
}

/// The predicted size, and whether it is exact.
fn predicted(from: &Read, ask: Ask) -> (u64, bool) {
    let study = from.study();
    match ask {
        Ask::Step(step) => {
            let possible_size =
                study.ladder.iter().find(|possible_size| possible_size.step.id() == step);
            let possible_size = possible_size
                .unwrap_or_else(|| panic!("{} has no rung {step}", from.inspection.name));
            (possible_size.size, possible_size.certainty == Certainty::Exact)
        }
        Ask::Apply(rules) => {
            let own = study.findings.iter().filter(|finding| finding.added_in >= study.base.layers);
            let found = own.filter(|finding| rules.contains(&finding.rule.as_str()));
            let inodes = found.flat_map(|finding| finding.inodes.iter().copied()).collect();
            (what_if(&from.inspection, &[Change::Without(inodes)]).size, true)
        }
    }
}

#[test]
fn an_exact_rung_is_what_is_then_built_to_the_byte_and_an_estimate_is_near_it() {
    let Some(directory) = archives() else { return };
    for Prediction { from, ask, to, difference } in PREDICTIONS {
        let (first, built) = (read(&directory, from), read(&directory, to));
        let (predicted, exact) = predicted(&first, ask);
        let known = match difference {
            Difference::None => predicted,
            Difference::LeftOut(files) => {
                predicted - files.iter().map(|path| first.file(path)).sum::<u64>()
            }
            Difference::Copied => predicted + built.copied_for_nothing(),
        };
        let size = built.inspection.totals.size;
        eprintln!(
            "{from} {ask:?} {to}: predicted {predicted}, {known} with {difference:?}, built {size}"
        );
        if exact {
            assert_eq!(known, size, "{from} {ask:?} {to}");
        } else {
            #[expect(clippy::cast_precision_loss, reason = "a ratio")]
            let off = known.abs_diff(size) as f64 / size as f64;
            assert!(
                off <= TOLERANCE,
                "{from} {ask:?} {to}: {known} is {:.1} % off {size}",
                off * 100.0
            );
        }
    }
}

#[test]
fn what_is_measured_to_pull_is_what_compressing_the_built_image_gives() {
    let Some(directory) = archives() else { return };
    for (from, step, to) in [
        ("merge", "without-wasted", "merge-one"),
        ("d-dyn", "multi-stage", "d-dyn-base"),
        ("d-dyn", "scratch", "d-dyn-scratch"),
    ] {
        let (first, built) = (read(&directory, from), read(&directory, to));
        let mut ladder = first.study().ladder;
        ladder.retain(|possible_size| possible_size.step.id() == step);
        measure_ladder(&first.inspection, &mut ladder, &first.opened, &Arc::default()).unwrap();
        let told = ladder[0]
            .download
            .bytes()
            .filter(|_| matches!(ladder[0].download, Download::Measured(_)))
            .unwrap();
        let real = measure(&built.inspection, &[], &built.opened, &Arc::default())
            .unwrap()
            .bytes()
            .unwrap();
        eprintln!("{from} {step} {to}: measured {told}, built {real}");
        // The headers differ in times, the members in their order.
        assert!(told.abs_diff(real) <= real / 1_000, "{from} {step}: {told} instead of {real}");
    }
}
