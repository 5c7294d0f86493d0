//! Images of a few steps, as a Dockerfile would make them.

use layerscope::Inspection;
use layerscope::advice::assessment::Study;
use layerscope::advice::findings::Finding;
use serde_json::{Value, json};

use crate::support::build::{Entry, Image, dir, inspect, layer, tar};
use crate::support::study;

/// A step of a build, as builders record it.
pub struct Step {
    text: &'static str,
    entries: Option<Vec<Entry>>,
    created: Option<&'static str>,
}

/// A step that makes a layer.
pub fn step(text: &'static str, entries: impl IntoIterator<Item = Entry>) -> Step {
    Step { text, entries: Some(entries.into_iter().collect()), created: None }
}

/// A step that only changes the config.
pub fn config(text: &'static str) -> Step {
    Step { text, entries: None, created: None }
}

impl Step {
    pub fn at(self, created: &'static str) -> Self {
        Self { created: Some(created), ..self }
    }
}

/// The archive of an image that these steps made.
pub fn archive(steps: Vec<Step>) -> Vec<u8> {
    archive_with(steps, |_| {})
}

pub fn archive_with(steps: Vec<Step>, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let history: Vec<Value> = steps
        .iter()
        .map(|step| {
            let mut entry = json!({ "created_by": step.text });
            if step.entries.is_none() {
                entry["empty_layer"] = true.into();
            }
            if let Some(created) = step.created {
                entry["created"] = created.into();
            }
            entry
        })
        .collect();
    let mut image = Image::of(steps.into_iter().filter_map(|step| step.entries).map(layer));
    image.config["history"] = history.into();
    change(&mut image.config);
    tar(image.docker())
}

/// The inspection of an image that these steps made.
pub fn image(steps: Vec<Step>) -> Inspection {
    inspect(archive(steps)).unwrap()
}

/// What is found in an image that these steps made.
pub fn found(steps: Vec<Step>) -> (Inspection, Study) {
    let inspection = image(steps);
    let study = study(&inspection);
    (inspection, study)
}

/// The findings of one rule.
pub fn of_rule<'a>(study: &'a Study, rule: &str) -> Vec<&'a Finding> {
    study.findings.iter().filter(|finding| finding.rule == rule).collect()
}

/// The only finding of one rule.
pub fn the<'a>(study: &'a Study, rule: &str) -> &'a Finding {
    let found = of_rule(study, rule);
    let all: Vec<_> = study.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(found.len(), 1, "findings of {rule} among {all:?}");
    found[0]
}

pub fn path(inspection: &Inspection, node: layerscope::tree::NodeId) -> String {
    String::from_utf8(inspection.tree.path(node)).unwrap()
}

/// Debian in one layer, as the official image is built.
pub fn debian() -> [Step; 2] {
    let files = [
        dir("etc"),
        crate::support::build::file("etc/debian_version", 5),
        dir("usr"),
        dir("var/lib/dpkg"),
    ];
    let created = "2024-01-10T00:00:00Z";
    [
        step("/bin/sh -c #(nop) ADD file:1901172d in / ", files).at(created),
        config("/bin/sh -c #(nop)  CMD [\"bash\"]").at(created),
    ]
}

/// Debian, and these steps on it.
pub fn on_debian(steps: impl IntoIterator<Item = Step>) -> Vec<Step> {
    debian().into_iter().chain(steps).collect()
}
