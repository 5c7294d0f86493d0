//! Text, pages, JSON, `fix` and the screen tell each change alike.

use layerscope::advice::changes::{Change, Extent, Part};
use layerscope::advice::dockerfile::{Evidence, Fix, Target, Verdict, fix};
use layerscope::advice::ladder::Step;
use layerscope::display::{Escaped, Units};
use layerscope::files::contents::LayerContents;
use layerscope::files::filesystem::Filesystem;
use layerscope::recorded::RecordedImage;
use layerscope::report::{
    Account, Detail, TextStyle, write_html, write_json, write_markdown, write_recorded, write_text,
};
use layerscope::runtime::Program;
use layerscope::{Inspection, Progress};
use serde_json::Value;
use std::sync::Arc;

use super::{Assessed, images};

/// The words of an output about a change: the saving, the size after it, the grade.
type Told = (String, String, String);

pub(super) const ALL: TextStyle = TextStyle { colour: false, units: Units::Iec, top: 0 };

/// Returns the words of every output about the changes of some parts.
fn expected(image: &Assessed, parts: &[Part]) -> Vec<Told> {
    let size = |bytes| Units::Iec.size(bytes);
    let changes = image.study.changes.iter().filter(|change| parts.contains(&change.part));
    let told = |change: &Change| {
        let after = format!("{}{}", change.certainty.sign(), size(change.size));
        (size(change.saves), after, change.grade().to_owned())
    };
    changes.map(told).collect()
}

pub(super) fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

/// Reads the changes of a text report: each begins after an empty line, with its saving.
pub(super) fn of_text(text: &str) -> Vec<Told> {
    let mut told = Vec::new();
    let (mut saves, mut last) = (String::new(), "");
    for line in text.lines().skip_while(|line| !line.starts_with("What to change")) {
        // Lines to copy stand further in, and may have an empty one among them.
        if last.is_empty() && line.starts_with("    ") && !line.starts_with(&" ".repeat(16)) {
            let mut words = line.split_whitespace();
            saves = format!("{} {}", words.next().unwrap(), words.next().unwrap());
        }
        if let Some(after) = line.trim_start().strip_prefix("size after  ") {
            let (after, grade) = after.trim_end_matches(']').split_once(" [").unwrap();
            told.push((saves.clone(), after.to_owned(), grade.to_owned()));
        }
        last = line;
    }
    told
}

/// Reads the changes of Markdown: rows of tables with six columns.
fn of_markdown(text: &str) -> Vec<Told> {
    let plain = |cell: &str| cell.replace("&#126;&#8203;", "~").trim().to_owned();
    let rows = text.lines().filter(|line| line.matches(" | ").count() == 4);
    let cells = rows.map(|row| row.trim_matches('|').split(" | ").collect::<Vec<_>>());
    let changes = cells.filter(|cells| cells[0].trim() != "saves" && !cells[0].starts_with("--"));
    let changes = changes.filter(|cells| cells[0].contains('B') && cells[1].contains('B'));
    changes.map(|cells| (plain(cells[0]), plain(cells[1]), plain(cells[2]))).collect()
}

pub(super) fn account(inspection: &Inspection, image: &Assessed) -> Value {
    let detail = Detail { top: 0, tree: false, units: Units::Iec };
    let account = Account::new(inspection, &image.study, detail);
    serde_json::from_str(&text(|out| write_json(&account, out).unwrap())).unwrap()
}

#[test]
fn text_markdown_json_and_pages_tell_each_change_with_one_saving_size_and_grade() {
    for image in images() {
        let (inspection, study) = (&*image.inspection, &*image.study);
        let name = &image.name;
        let full = [Part::Own, Part::Optional];
        let written = text(|out| write_text(inspection, study, ALL, out).unwrap());
        assert_eq!(of_text(&written), expected(image, &full), "{name}: {written}");
        let json = account(inspection, image);
        let changes = json["changes"].as_array().unwrap();
        assert_eq!(changes.len(), study.changes.len(), "{name}");
        let html = text(|out| write_html(inspection, study, Units::Iec, out).unwrap());
        for (i, (told, change)) in changes.iter().zip(&study.changes).enumerate() {
            let is = (&told["saves_bytes"], &told["size_bytes"], &told["grade"]);
            let ought = (change.saves.into(), change.size.into(), change.grade().into());
            assert_eq!(is, (&ought.0, &ought.1, &ought.2), "{name}: {told}");
            let cell = format!("<data value=\"{}\" data-key=\"changes.{i}.saves", change.saves);
            assert!(html.contains(&cell), "{name}: no {cell}");
            let parts = told["contains"].as_array().unwrap().iter();
            let parts: u64 = parts.map(|part| part["bytes"].as_u64().unwrap()).sum();
            let others = told["others_bytes"].as_u64().unwrap();
            assert!(parts == 0 || parts + others == change.saves, "{name}: {told}");
        }
        let recorded = RecordedImage::read(&Escaped::from("x"), &json.to_string()).unwrap();
        let again = text(|out| write_recorded(&recorded, ALL, out).unwrap());
        assert_eq!(of_text(&again), of_text(&written), "{name}: {again}");
        let markdown = text(|out| write_markdown(&recorded, ALL, out).unwrap());
        let mut all = Vec::new();
        for part in Part::ALL {
            all.extend(expected(image, &[part]).into_iter().take(10));
        }
        assert_eq!(of_markdown(&markdown), all, "{name}: {markdown}");
    }
}

#[test]
fn the_screen_tells_each_change_with_the_same_saving_size_and_grade() {
    for image in images() {
        let mut person = image.person(140, 60);
        person.types("6");
        // Secrets come first.
        let secrets = image.study.secrets.as_ref().map_or(0, |secrets| secrets.list.len());
        (0..secrets).for_each(|_| {
            person.types("j");
        });
        for (saves, after, grade) in expected(image, &[Part::Own]) {
            let screen = person.reads();
            let row = |line: &&str| line.contains(&saves) && line.contains(&after);
            assert!(screen.lines().any(|line| row(&line)), "{}: {saves}\n{screen}", image.name);
            let note = format!("after {after} [{grade}]");
            assert!(screen.contains(&note), "{}: no {note}\n{screen}", image.name);
            person.types("j");
        }
    }
}

/// Returns what `fix` suggests for the rebuilt Dockerfile.
pub(super) fn fixed(image: &Assessed) -> Fix {
    let inspection = &image.inspection;
    let contents = LayerContents::new(&image.opened);
    let progress = Arc::new(Progress::default());
    let filesystem = Filesystem::new(&inspection.tree, &contents, &progress);
    let program = Program::detect(&filesystem, &inspection.run).unwrap();
    let base = &image.study.base;
    let evidence = Evidence::gather(inspection, base.layers, &filesystem, &program).unwrap();
    fix(inspection, &Target::rebuilt(inspection, "Dockerfile".into(), base), &evidence)
}

#[test]
fn fix_saves_what_the_reports_say_and_grades_a_multi_stage_build_alike() {
    for image in images() {
        let fix = fixed(image);
        let saved = |holds: &dyn Fn(&str) -> bool| -> u64 {
            let saves = |verdict: &Verdict| match verdict {
                Verdict::Changed { saves, .. } => *saves,
                _ => 0,
            };
            let remarks = fix.remarks.iter().filter(|remark| holds(&remark.text));
            remarks.map(|remark| saves(&remark.verdict)).sum()
        };
        let own = image.study.changes.iter().filter(|change| change.part == Part::Own);
        for change in own {
            let title = change.fix.title();
            let by_fix = match change.extent {
                Extent::Merge => saved(&|text| text.starts_with("combined with the RUN")),
                _ => match title.strip_prefix("clean up in the same RUN: && ") {
                    Some(command) => saved(&|text| text.contains(command)),
                    None => 0,
                },
            };
            // What it refuses has its reason.
            if by_fix > 0 {
                assert_eq!(by_fix, change.saves, "{}: {title}", image.name);
            }
        }
        let rungs = &image.study.ladder;
        for remark in &fix.remarks {
            let Verdict::Proposed { size_after: Some((size, certainty)) } = &remark.verdict else {
                continue;
            };
            let bare = |rung: &Step| matches!(rung, Step::MultiStage | Step::Scratch);
            for rung in rungs.iter().filter(|rung| rung.size == *size && bare(&rung.step)) {
                assert_eq!(certainty, &rung.certainty, "{}", image.name);
            }
        }
    }
}
