//! Whatever a history says, nothing panics, what comes out parses, and no control character comes
//! through.

use layerscope::advice::base::{Base, BaseHint, base};
use layerscope::advice::dockerfile::{Dockerfile, Target, rebuild};
use layerscope::{Inspection, Opened, Progress};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::situation::{Fixed, MEGABYTE};
use crate::support::build::{Image, entries, file, gone, layer, open};

/// Pieces that parsers stumble over.
fn piece() -> impl Strategy<Value = String> {
    const ODD: &[&str] = &[
        "RUN ",
        "COPY ",
        "FROM x",
        "\n",
        "\\",
        "\\\n",
        "<<EOF",
        "EOF",
        "'",
        "\"",
        "&&",
        ";",
        "|",
        "(",
        ")",
        "$(",
        "${",
        "`",
        "#",
        " # buildkit",
        "|2 A=1 ",
        "/bin/sh -c ",
        "#(nop) ",
        "ENV ",
        "A=\"",
        "\u{1b}[31m",
        "\u{202e}",
        "\r",
        "--mount=",
        "file:aa in /",
        "&{[",
        "HEALTHCHECK ",
        "ONBUILD ",
        "SHELL [",
        "CMD [",
        "apk add x",
        "apt-get update",
        "chown -R a /x",
        " ",
        "é",
        "漢",
    ];
    prop_oneof![proptest::sample::select(ODD).prop_map(Into::into), "[ -~]{0,6}"]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..12).prop_map(|pieces| pieces.concat())
}

fn image(history: Vec<Value>) -> (Opened, Inspection) {
    let mut image = Image::of([
        layer([file("etc/x", 1), file("var/cache/apk/x", 90_000), file("opt/x", 90_000)]),
        layer([file("opt/x", 90_000).mode(0o600), file("root/.cache/pip/x", 90_000)]),
        layer([gone("opt/x"), gone("var/cache")]),
    ]);
    image.config["history"] = history.into();
    let opened = open(entries(image.docker())).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    (opened, inspection)
}

/// A base image of so many layers.
fn of_layers(inspection: &Inspection, layers: usize) -> Base {
    base(inspection, BaseHint::Layers(layers)).unwrap()
}

proptest! {
    #[test]
    fn any_history_gives_a_dockerfile_that_parses(steps in proptest::collection::vec((text(), any::<bool>()), 0..6), layers in 0..4_usize) {
        let history = steps.iter().map(|(text, empty)| json!({ "created_by": text, "comment": text, "empty_layer": empty })).collect();
        let (opened, inspection) = image(history);
        let rebuilt = rebuild(&inspection, &of_layers(&inspection, layers));
        let source = rebuilt.file.source();
        prop_assert!(!source.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{source:?}");
        let target = Target::rebuilt(&inspection, "Dockerfile".into(), &of_layers(&inspection, layers));
        Fixed::of(&opened, &inspection, &target);
    }

    #[test]
    fn any_file_is_parsed_or_refused_and_its_diff_applies(lines in proptest::collection::vec(text(), 0..8)) {
        let source = format!("FROM x\n{}", lines.join("\n"));
        let Ok(file) = Dockerfile::parse(source.as_str()) else { return Ok(()) };
        prop_assert_eq!(file.source(), &source);
        for instruction in &file.instructions {
            prop_assert!(source.get(instruction.span.clone()).is_some() && source.get(instruction.arguments_span()).is_some());
        }
        let history = lines.iter().map(|line| json!({ "created_by": line })).collect();
        let (opened, inspection) = image(history);
        let target = Target::given(&inspection, "Dockerfile".into(), file, (".dockerignore".into(), None));
        Fixed::of(&opened, &inspection, &target);
    }
}

#[test]
fn control_characters_of_a_build_argument_are_escaped() {
    let run = "|2 A=1 B=x\ry /bin/sh -c make";
    let (_, inspection) = image(vec![json!({ "created_by": run })]);
    let rebuilt = rebuild(&inspection, &of_layers(&inspection, 0));
    let source = rebuilt.file.source();
    assert!(source.contains("ARG B=") && source.contains("y"), "{source}");
    assert!(source.contains("# control characters of the next instruction"), "{source}");
    assert!(!source.contains('\r'), "{source}");
}

#[test]
fn a_step_that_would_run_on_into_the_next_one_is_no_instruction() {
    for first in ["ENV \\", "ENV A=1 \\", "LABEL a=b\\", "RUN <<E\nx"] {
        let history =
            [first, "USER me"].map(|text| json!({ "created_by": text, "empty_layer": true }));
        let (opened, inspection) = image(history.into());
        let rebuilt = rebuild(&inspection, &of_layers(&inspection, 0));
        assert!(
            rebuilt.file.source().ends_with("\nUSER me\n")
                || rebuilt.file.source().contains("\nUSER me\n#"),
            "{first}: {}",
            rebuilt.file.source()
        );
        assert_eq!(rebuilt.layers.len(), rebuilt.file.instructions.len(), "{first}");
        let target = Target::rebuilt(&inspection, "Dockerfile".into(), &of_layers(&inspection, 0));
        Fixed::of(&opened, &inspection, &target);
    }
}

#[test]
fn a_command_of_a_megabyte_is_read_in_time() {
    for long in [
        "a && ".repeat(MEGABYTE / 5),
        "\"".repeat(MEGABYTE),
        "A=b ".repeat(MEGABYTE / 4),
        "((".repeat(MEGABYTE / 2),
    ] {
        let steps = ["/bin/sh -c #(nop)  ENV ", "/bin/sh -c ", "RUN |1 "]
            .map(|start| json!({ "created_by": format!("{start}{long}") }));
        let (opened, inspection) = image(steps.to_vec());
        let target = Target::rebuilt(&inspection, "Dockerfile".into(), &of_layers(&inspection, 0));
        let file = target.file.clone();
        Fixed::of(&opened, &inspection, &target);
        let target =
            Target::given(&inspection, "Dockerfile".into(), file, (".dockerignore".into(), None));
        Fixed::of(&opened, &inspection, &target);
    }
}

#[test]
fn a_history_of_many_steps_is_read_in_time() {
    let steps: Vec<_> = (0..100_000)
        .map(|i| json!({ "created_by": format!("/bin/sh -c #(nop) ENV A{i}=1"), "empty_layer": true }))
        .collect();
    let (opened, inspection) = image(steps);
    let target = Target::rebuilt(&inspection, "Dockerfile".into(), &of_layers(&inspection, 0));
    assert!(target.file.instructions.len() > 100_000);
    Fixed::of(&opened, &inspection, &target);
}
