//! The stories of the embedded images agree with the reports.

use std::path::Path;
use std::sync::Arc;

use layerscope::report::Units;

use super::{RenderedLesson, prepare};
use crate::lesson::Stage;

fn tour(name: &str) -> (RenderedLesson, Stage) {
    let opened =
        layerscope::image::builtin::open(name).expect("the image is there").expect("it opens");
    prepare(&opened, Units::Iec, &Arc::default()).expect("it is readable")
}

/// Returns the words of a story in one line.
fn words(told: &RenderedLesson) -> String {
    told.plain().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Compares a story with the reviewed version.
fn compare(name: &str) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(format!("{name}.txt"));
    let now = tour(name).0.plain();
    if std::env::var_os("LAYERSCOPE_UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == now, "tests/stories/{name}.txt: LAYERSCOPE_UPDATE=1 renews it\n{now}");
}

#[test]
fn the_story_of_the_demo_is_the_one_that_was_read() {
    compare("demo");
}

#[test]
fn the_story_of_a_lean_image_is_the_one_that_was_read() {
    compare("hello-scratch");
}

#[test]
fn the_figures_are_those_of_the_report() {
    for name in layerscope::image::builtin::names() {
        let (told, stage) = tour(name);
        let (inspection, study, units) = (&stage.inspection, &stage.study, Units::Iec);
        let words = words(&told);
        assert!(
            words.contains(&format!("has {} in", units.size(inspection.totals.size))),
            "{name}: {words}"
        );
        for possible_size in study.ladder.iter().skip(1) {
            let shown =
                format!("{} {}", possible_size.step.title(), units.size(possible_size.size));
            let about =
                format!("{} ~{}", possible_size.step.title(), units.size(possible_size.size));
            let is_exact = possible_size.certainty == layerscope::advice::ladder::Certainty::Exact;
            let said = [&shown, &about].map(|figure| words.contains(figure.as_str()));
            assert!(
                said == [false, false] || said == [is_exact, !is_exact],
                "{name}: {shown}: {words}"
            );
        }
        let biggest = layerscope::analysis::wasted_groups(inspection).into_iter().next();
        if let Some(group) = biggest.filter(|group| group.bytes > inspection.totals.size / 100) {
            assert!(words.contains(&units.size(group.bytes)), "{name}: {words}");
        }
    }
}

#[test]
fn a_question_about_the_application_has_the_report_s_answer() {
    let (told, stage) = tour("toolchain-left");
    let mut report = Vec::new();
    layerscope::report::write_text(
        &stage.inspection,
        &stage.study,
        Default::default(),
        &mut report,
    )
    .unwrap();
    let report = String::from_utf8(report).unwrap();
    let line = told
        .seen
        .iter()
        .find(|line| line.starts_with("Your application is"))
        .expect("it was found");
    let report = report.replace('\n', " ");
    assert!(report.contains(line.as_str()), "{line}\n{report}");
    let question =
        told.steps.iter().find(|step| step.text.contains("is your application")).unwrap();
    let question = question.question.as_ref().unwrap();
    assert!(line.contains(&question.options[question.right]), "{line}: {:?}", question.options);
}

#[test]
fn the_dockerfile_after_is_what_fix_proposes() {
    let (told, _) = tour("demo");
    assert!(told.before.contains("\nRUN apk del"), "{}", told.before);
    assert!(
        !told.after.contains("\nRUN apk del") && told.after.contains("&& apk del"),
        "{}",
        told.after
    );
    let (lean, _) = tour("hello-scratch");
    assert!(lean.before.starts_with("# ") && lean.after.is_empty(), "{}", lean.after);
}

#[test]
fn where_another_stage_saves_far_more_it_is_what_comes_after() {
    let (told, _) = tour("toolchain-left");
    assert!(told.after.contains(" AS build"), "{}", told.after);
}

#[test]
fn what_belongs_into_dockerignore_is_said_below_the_dockerfile() {
    let (told, _) = tour("add-dot");
    assert!(told.after.contains("# and in .dockerignore:\n# "), "{}", told.after);
}
