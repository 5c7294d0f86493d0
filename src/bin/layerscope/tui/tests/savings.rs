//! One change has one saving and one size after it, wherever it is told.

mod drafts;
mod first;
mod grades;
mod mixed;
mod outputs;
mod rows;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use layerscope::advice::assessment::Study;
use layerscope::advice::avoidable::Avoidable;
use layerscope::advice::changes::{Change, Extent, Part};
use layerscope::advice::ladder::Step;
use layerscope::analysis::what_if::{self, what_if};
use layerscope::display::Units;
use layerscope::image::builtin;
use layerscope::report::others;
use layerscope::{Inspection, Opened, Progress};

use super::Person;
use super::first_look::study;
use crate::intro::Intro;
use crate::tui::explorer::Explorer;
use crate::tui::message::Message;

/// An image with its assessment.
pub(super) struct Assessed {
    pub(super) name: String,
    opened: Opened,
    pub(super) inspection: Arc<Inspection>,
    pub(super) study: Arc<Study>,
}

impl Assessed {
    pub(super) fn new(name: &str, opened: Opened) -> Self {
        let inspection = Arc::new(layerscope::inspect(&opened, &Progress::default()).unwrap());
        let study = study(&opened, &inspection);
        Self { name: name.into(), opened, inspection, study }
    }

    pub(super) fn person(&self, width: u16, height: u16) -> Person {
        let mut person = Person::in_front_of(&self.name, width, height);
        person.tell(Message::Opened(Intro::from_opened(&self.opened)));
        let loaded = super::loaded(&person.app, self.inspection.clone());
        person.tell(loaded);
        person.studies(&self.study);
        person
    }

    fn changes(&self) -> Vec<Change> {
        self.study.changes.clone()
    }
}

/// Returns the demo with its assessment.
pub(super) fn demo() -> Assessed {
    Assessed::new("demo", super::DEMO.0.clone())
}

/// The built-in images, and the real ones of `tests/real.rs` where they are.
pub(super) fn images() -> &'static [Assessed] {
    static IMAGES: LazyLock<Vec<Assessed>> = LazyLock::new(assessed);
    &IMAGES
}

fn assessed() -> Vec<Assessed> {
    let built_in = builtin::names().map(|name| {
        let opened = builtin::open(name).expect("the image is there").expect("it opens");
        Assessed::new(name, opened)
    });
    let made = [mixed::image(), grades::logs(), grades::lists(), grades::owners()];
    let recommends = ["git", "ssh"].map(|command| grades::recommends(command, command));
    let mut images: Vec<_> = built_in.chain(made).chain(recommends).collect();
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
                    let copied = mixed::copied_or_removed_by_no_run(inspection, first, last);
                    what_if(inspection, &[what_if::Change::Merge { first, last }]).size + copied
                }
                (Extent::Stage, _) => {
                    let stage = study.ladder.iter().find(|rung| rung.step == Step::MultiStage);
                    stage.expect("a size after it").size
                }
                _ => {
                    let surplus = change.surplus.iter().map(|surplus| &surplus.unneeded.inodes);
                    let inodes = findings.map(|finding| &finding.inodes).chain(surplus);
                    let inodes = inodes.flatten().copied().collect();
                    let others: u64 = change.groups.iter().map(|group| group.bytes).sum();
                    what_if(inspection, &[what_if::Change::Without(inodes)]).size - others
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
        let study = &image.study;
        for (i, finding) in study.findings.iter().enumerate() {
            let change = study.change_of(i).expect("every finding has a change");
            assert_eq!(finding.fix.saves, change.saves, "{}: {finding:?}", image.name);
        }
        let mut explorer = Explorer::new(image.inspection.clone());
        explorer.studies(study);
        for group in explorer.groups.clone().iter().filter(|group| group.bytes > 0) {
            let told = explorer.change_for(group);
            let is_told =
                |change: &&Change| change.fix.what == told.what && change.saves == told.saves;
            assert!(study.changes.iter().any(|it| is_told(&it)), "{}: {group:?}", image.name);
        }
        for rung in study.ladder.iter().filter(|rung| rung.step == Step::WithoutWasted) {
            let lines: Vec<_> = rung.how.lines().collect();
            let [only] = lines[..] else { continue };
            let is_told = |change: &&Change| {
                change.extent == Extent::Merge && only.starts_with(change.fix.clause())
            };
            if let Some(change) = study.changes.iter().find(is_told) {
                assert_eq!(change.size, rung.size, "{}: {only}", image.name);
            }
        }
    }
}

#[test]
fn no_change_saves_more_than_is_avoidable_and_no_byte_is_of_two_changes() {
    for image in images() {
        let avoidable = Avoidable::measure(&image.study);
        let own: Vec<_> =
            image.changes().into_iter().filter(|change| change.part == Part::Own).collect();
        for change in &own {
            assert!(change.saves <= avoidable.own, "{}: {change:?}", image.name);
        }
        // Two changes may save the same bytes; added up, what each adds to those before it counts
        // each byte once.
        let sum: u64 = own.iter().map(|change| change.adds).sum();
        assert_eq!(sum, avoidable.own, "{}", image.name);
        let layers = Avoidable::of_layers(&image.inspection, &image.study);
        assert_eq!(layers.iter().sum::<u64>(), avoidable.own, "{}", image.name);
        let tree = &image.inspection.tree;
        let inodes = Avoidable::own_inodes(&image.study);
        let bytes: u64 = inodes.into_iter().map(|inode| tree.size(inode)).sum();
        assert_eq!(bytes, avoidable.own, "{}", image.name);
    }
}

#[test]
fn the_first_screen_fix_and_sizes_show_the_same_figures() {
    for image in images() {
        let Some(first) = image.changes().into_iter().find(|change| change.part == Part::Own)
        else {
            continue;
        };
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
        let title = first.fix.title();
        let start = &title[..title.len().min(40)];
        assert!(fix.contains(start), "{}: no {start:?} on\n{fix}", image.name);
        if first.extent != Extent::Findings {
            // A step of less than a hundredth has no row, but that before it has its size.
            let (sizes, size) = (person.types("7").reads(), Units::Iec.size(first.size));
            assert!(sizes.contains(&size), "{}: no {size} on\n{sizes}", image.name);
        }
    }
}

#[test]
fn a_change_leaves_out_the_bytes_that_it_saves_and_trying_it_shows_its_figures() {
    for image in images() {
        let (inspection, study) = (&image.inspection, &image.study);
        let secrets = study.secrets.as_ref().map_or(0, |secrets| secrets.list.len());
        let own = study.changes.iter().take_while(|change| change.part == Part::Own);
        for (place, change) in own.enumerate() {
            let bytes: u64 = change.left_out.iter().map(|&inode| inspection.tree.size(inode)).sum();
            assert_eq!(bytes, change.saves, "{}: {change:?}", image.name);
            let mut person = image.person(140, 60);
            person.types("6").types(&"j".repeat(secrets + place)).types("m");
            let screen = person.screen();
            let row = screen.lines().find(|line| line.contains('▸')).unwrap_or_default();
            let size = format!("{}{}", change.certainty.sign(), Units::Iec.size(change.size));
            for part in [
                &size,
                &Units::Iec.size(change.saves),
                change.grade().get(..8).unwrap_or(change.grade()),
            ] {
                assert!(row.contains(part), "{}: no {part} in {row}\n{screen}", image.name);
            }
        }
    }
}

#[test]
fn the_smallest_size_of_the_header_has_a_row_among_the_sizes() {
    for image in images() {
        let (smallest, first) = image.study.smallest().expect("a size as built");
        let mut person = image.person(140, 60);
        let screen = person.types("7").screen();
        let size = format!("{}{}", smallest.certainty.sign(), Units::Iec.size(smallest.size));
        let row = |line: &&str| line.contains(&smallest.step.title()) && line.contains(&size);
        assert!(screen.lines().any(|line| row(&line)), "{}: {size}\n{screen}", image.name);
        assert!(smallest.size <= first.size);
    }
}

#[test]
fn what_a_change_saves_beside_what_is_listed_is_said() {
    let mut seen = 0;
    for image in images() {
        let own = image.changes().into_iter().take_while(|change| change.part == Part::Own);
        let mut person = image.person(140, 60);
        person.types("6");
        let secrets = image.study.secrets.as_ref().map_or(0, |secrets| secrets.list.len());
        (0..secrets).for_each(|_| {
            person.types("j");
        });
        for change in own {
            let size = |bytes| Units::Iec.size(bytes);
            let sentence = format!(
                "{}: {} listed here, and {} {}",
                size(change.saves),
                size(change.bytes + change.shared_bytes),
                size(change.others()),
                others(change.extent)
            );
            let is_said = person.reads().contains(&sentence);
            let has_both = change.others() > 0 && !change.findings.is_empty();
            assert_eq!(is_said, has_both, "{}: {sentence:?}\n{}", image.name, person.reads());
            seen += usize::from(has_both);
            person.types("j");
        }
    }
    assert!(seen > 0, "no image has such a change");
}
