//! One change has one saving and one size after it, wherever it is told.

use std::path::Path;
use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::advice::changes::{Change, Extent, Part, changes};
use layerscope::advice::findings::Whose;
use layerscope::advice::ladder::Step;
use layerscope::analysis::what_if::{self, what_if};
use layerscope::display::Units;
use layerscope::image::builtin;
use layerscope::{Inspection, Opened, Progress};

use super::first_look::study;
use super::{DEMO, Person};
use crate::intro::Intro;
use crate::tui::explorer::Explorer;
use crate::tui::message::Message;

/// An image with its assessment.
struct Assessed {
    name: String,
    opened: Opened,
    inspection: Arc<Inspection>,
    study: Arc<Study>,
}

impl Assessed {
    fn new(name: &str, opened: Opened) -> Self {
        let inspection = Arc::new(layerscope::inspect(&opened, &Progress::default()).unwrap());
        let study = study(&opened, &inspection);
        Self { name: name.into(), opened, inspection, study }
    }

    fn person(&self, width: u16, height: u16) -> Person {
        let mut person = Person::in_front_of(&self.name, width, height);
        person.tell(Message::Opened(Intro::of(&self.opened)));
        let loaded = super::loaded(&person.app, self.inspection.clone());
        person.tell(loaded);
        person.tell(Message::Studied(self.study.clone()));
        person
    }

    fn changes(&self) -> Vec<Change> {
        changes(&self.inspection, &self.study)
    }
}

/// The built-in images, and the real ones of `tests/real.rs` where they are.
fn images() -> Vec<Assessed> {
    let built_in = builtin::names().map(|name| {
        let opened = builtin::open(name).expect("the image is there").expect("it opens");
        Assessed::new(name, opened)
    });
    let mut images: Vec<_> = built_in.collect();
    let Some(directory) = std::env::var_os("LAYERSCOPE_IMAGES") else {
        eprintln!("without real images: LAYERSCOPE_IMAGES names no directory with them");
        return images;
    };
    for name in ["ladder-naive", "s0-split", "node", "python", "chown", "scratch"] {
        let file = Path::new(&directory).join(format!("{name}.tar"));
        images.push(Assessed::new(name, layerscope::open(&file, None).unwrap()));
    }
    images
}

#[test]
fn a_saving_is_what_the_image_becomes_smaller_by() {
    for image in images() {
        let (inspection, study) = (&image.inspection, &image.study);
        for change in image.changes().iter().filter(|change| change.part == Part::Own) {
            let findings = change.findings.iter().map(|&i| &study.findings[i]);
            let merges = findings.clone().find_map(|finding| finding.fix.merges);
            let after = match (change.extent, merges) {
                (Extent::Merge, Some((first, last))) => {
                    what_if(inspection, &[what_if::Change::Merge { first, last }]).size
                }
                (Extent::Stage, _) => {
                    let stage = study.ladder.iter().find(|rung| rung.step == Step::MultiStage);
                    stage.expect("a size after it").size
                }
                _ => {
                    let inodes = findings.flat_map(|finding| finding.inodes.clone()).collect();
                    what_if(inspection, &[what_if::Change::Without(inodes)]).size
                }
            };
            assert_eq!(change.size, after, "{}: {change:?}", image.name);
            assert_eq!(change.saves, inspection.totals.size - after, "{}", image.name);
        }
    }
}

#[test]
fn explore_and_the_findings_name_the_saving_of_the_view_fix() {
    for image in images() {
        let (all, study) = (image.changes(), &image.study);
        let one = |clause: &str| {
            let is_it = |change: &&Change| {
                let first = &study.findings[change.findings[0]];
                change.part == Part::Own && first.fix.clause() == clause
            };
            all.iter().find(is_it)
        };
        for finding in study.findings.iter().filter(|finding| finding.whose == Whose::Own) {
            let Some(change) = one(finding.fix.clause()) else { continue };
            if change.extent != Extent::Findings {
                assert_eq!(finding.fix.saves, change.saves, "{}: {finding:?}", image.name);
            }
        }
        let mut explorer = Explorer::new(image.inspection.clone());
        explorer.assess(study);
        let own = |added_in: layerscope::LayerIndex| added_in >= study.base.layers;
        for group in explorer.groups.clone().iter().filter(|group| own(group.added_in)) {
            let told = explorer.change_for(group);
            if told.merges.is_some()
                && let Some(change) = one(told.clause())
            {
                assert_eq!(told.saves, change.saves, "{}: {group:?}", image.name);
            }
        }
        for rung in study.ladder.iter().filter(|rung| rung.step == Step::WithoutWasted) {
            let lines: Vec<_> = rung.how.lines().collect();
            let [only] = lines[..] else { continue };
            let is_told = |change: &&Change| {
                change.extent == Extent::Merge
                    && only.starts_with(study.findings[change.findings[0]].fix.clause())
            };
            if let Some(change) = all.iter().find(is_told) {
                assert_eq!(change.size, rung.size, "{}: {only}", image.name);
            }
        }
    }
}

#[test]
fn the_first_screen_fix_and_sizes_show_the_same_figures() {
    for image in images() {
        let Some(first) = image.changes().into_iter().find(|change| change.part == Part::Own)
        else {
            continue;
        };
        let finding = &image.study.findings[first.findings[0]];
        let mut person = image.person(120, 40);
        let saved = format!("(saves {}", Units::Iec.size(first.saves));
        let told = person.app.details.paragraphs[0].clone();
        if first.extent != Extent::Findings {
            assert!(told.contains(&saved), "{}: no {saved} in {told}", image.name);
        }
        let size = format!("{}{}", first.certainty.sign(), Units::Iec.size(first.size));
        let fix = person.types("6").reads();
        for part in [&Units::Iec.size(first.saves), &size] {
            assert!(fix.contains(part.as_str()), "{}: no {part} on\n{fix}", image.name);
        }
        let start = &finding.fix.clause()[..finding.fix.clause().len().min(40)];
        assert!(fix.contains(start), "{}: no {start:?} on\n{fix}", image.name);
        if first.extent != Extent::Findings {
            // A step of less than a hundredth has no row, but that before it has its size.
            let (sizes, size) = (person.types("7").reads(), Units::Iec.size(first.size));
            assert!(sizes.contains(&size), "{}: no {size} on\n{sizes}", image.name);
        }
    }
}

#[test]
fn what_a_change_saves_beside_what_is_listed_is_said() {
    let image = Assessed::new("demo", DEMO.0.clone());
    let change = &image.changes()[0];
    assert_eq!(change.extent, Extent::Merge);
    let size = |bytes| Units::Iec.size(bytes);
    let sentence = format!(
        "{}: {} listed here, and {} of other files that these layers add and remove",
        size(change.saves),
        size(change.bytes),
        size(change.saves - change.bytes)
    );
    let fix = image.person(120, 40).types("6").reads();
    assert!(fix.contains(&sentence), "{sentence:?} is not on\n{fix}");
}
