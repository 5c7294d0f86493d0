//! The ladder of sizes: every rung is what is left when its remedy is applied, and says so when it
//! guesses.

use crate::support::build::{self, Image, dir, file, gone, layer, symlink, tar};
use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::ladder::{Certainty, LadderInputs, PossibleSize, Step, climb};
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::display::{Units, escaped_str};
use layerscope::report::{TextStyle, write_ladder};
use layerscope::runtime::libraries::{Libc, NeedEvidence, NeedKind, RuntimeNeed};
use layerscope::runtime::{Loaded, MadeBy, Parts, Start};
use layerscope::tree::NodeId;
use serde_json::json;

/// A base of 3,000 kB; a compiler of 50 MB, deleted two layers later; an application of 6 MB; a
/// cache that is left.
fn image() -> Image {
    Image::of([
        layer([
            dir("lib"),
            file("lib/libc.so", 2_000_000),
            symlink("lib/libc.so.6", "libc.so"),
            file("sh", 1_000_000),
        ]),
        layer([
            dir("go"),
            file("go/compiler", 50_000_000),
            dir("cache"),
            file("cache/list", 700_000),
        ]),
        layer([
            dir("src"),
            file("src/main.go", 4_000),
            file("app", 6_000_000),
            file("lib/libz.so", 120_000),
        ]),
        layer([gone("go"), file("certs", 200_000)]),
    ])
}

fn inspection() -> Inspection {
    build::inspect(tar(image().docker())).unwrap()
}

fn at(inspection: &Inspection, path: &str) -> NodeId {
    inspection.tree.find(path.as_bytes()).unwrap()
}

fn inputs(inspection: &Inspection) -> LadderInputs {
    let inode = |path| inspection.tree.last(at(inspection, path)).unwrap();
    let loaded = |path, found_at: &str| Loaded {
        node: at(inspection, path),
        found_at: escaped_str(found_at),
    };
    let program = Parts {
        path: at(inspection, "app"),
        files: vec![at(inspection, "app")],
        names: Vec::new(),
        start: Start::Alone,
        needed: Some(vec![
            loaded("lib/libc.so", "/lib/libc.so.6"),
            loaded("lib/libz.so", "/lib/libz.so"),
        ]),
        needs: vec![RuntimeNeed {
            kind: NeedKind::Certificates,
            evidence: vec![NeedEvidence::User("shop".into())],
            files: vec![at(inspection, "certs")],
            bytes: 0,
        }],
        libc: Libc::Glibc,
        made_by: MadeBy::Another,
        strippable: 1_500_000,
        packed: Some(1_800_000),
        doubts: Vec::new(),
    };
    LadderInputs {
        base_layers: 1,
        base_name: None,
        leftovers: vec![inode("cache/list")],
        build_only: vec![inode("src/main.go")],
        program: Some(program),
        ..LadderInputs::default()
    }
}

#[test]
fn the_recipes_configure_the_container_as_the_image_does() {
    let recipe = |config: serde_json::Value| {
        let mut image = image();
        image.config["config"] = config;
        let inspection = build::inspect(tar(image.docker())).unwrap();
        let sizes = climb(&inspection, &inputs(&inspection));
        sizes.into_iter().find(|size| size.step == Step::Scratch).unwrap().how
    };
    // Only the configuration has these, as builders without a Dockerfile leave it.
    let how = recipe(json!({
        "Cmd": ["app"], "Env": ["PATH=/:/usr/bin", "MODE=a b", "COST=$5"], "User": "shop",
        "Healthcheck": { "Test": ["CMD", "/app", "-v"] },
    }));
    for line in [
        "ENV PATH=/:/usr/bin",
        "ENV MODE=\"a b\"",
        "ENV COST=\"\\$5\"",
        "# create this user in this stage as well\nUSER shop",
        "HEALTHCHECK CMD [\"/app\",\"-v\"]",
    ] {
        assert!(how.contains(line), "{line}: {how}");
    }
    let how =
        recipe(json!({ "Cmd": ["/app"], "Healthcheck": { "Test": ["CMD-SHELL", "curl x"] } }));
    assert!(how.contains("# the HEALTHCHECK is left out"), "{how}");
}

fn sizes(possible_sizes: &[PossibleSize]) -> Vec<(&'static str, u64)> {
    possible_sizes
        .iter()
        .map(|possible_size| (possible_size.step.id(), possible_size.size))
        .collect()
}

#[test]
fn each_rung_is_what_is_left() {
    let inspection = inspection();
    let possible_sizes = climb(&inspection, &inputs(&inspection));
    let app = 6_000_000;
    assert_eq!(
        sizes(&possible_sizes),
        [
            ("as-built", 60_024_000),
            ("without-wasted", 10_024_000),
            ("without-leftovers", 9_324_000),
            ("multi-stage", 3_000_000 + app + 120_000 + 200_000),
            ("scratch", app + 2_000_000 + 120_000 + 200_000),
            ("stripped", app + 2_320_000 - 1_500_000),
            ("packed", 1_800_000 + 2_320_000),
        ],
        "a base that is bigger than the one it has is no remedy"
    );
    for possible_size in &possible_sizes {
        let exact = !matches!(
            possible_size.step,
            Step::SmallBase(_) | Step::Distroless(_) | Step::Stripped | Step::Packed
        );
        assert_eq!(possible_size.certainty == Certainty::Exact, exact, "{:?}", possible_size.step);
    }
    assert!(possible_sizes[1].how.contains("layers 1 to 3"), "{}", possible_sizes[1].how);
    assert!(
        possible_sizes[3].how.contains("  /app \\\n  /certs \\\n  /\n"),
        "{}",
        possible_sizes[3].how
    );
    assert!(
        !possible_sizes[3].how.contains("libc"),
        "what the base has is not copied:\n{}",
        possible_sizes[3].how
    );
    assert!(
        possible_sizes[4].notes.iter().any(|note| note.shown(Units::Si).contains("certificates"))
    );
    assert!((possible_sizes[6].ratio(&possible_sizes[0]).unwrap() - 14.57).abs() < 0.01);
}

#[test]
fn another_stage_on_the_same_base_keeps_the_compilers_of_that_base() {
    let inspection = inspection();
    let stays = |base_toolchains| {
        let possible_sizes =
            climb(&inspection, &LadderInputs { base_toolchains, ..inputs(&inspection) });
        let stages = possible_sizes
            .iter()
            .find(|possible_size| possible_size.step == Step::MultiStage)
            .unwrap();
        let note =
            "the base image's toolchains (2.00 MB) stay. To avoid them, use another base image";
        stages.notes.iter().any(|known| known.shown(Units::Si) == note)
    };
    assert!(stays(2_000_000) && !stays(0));
}

#[test]
fn a_static_program_on_a_large_base_goes_over_small_bases_to_scratch() {
    let inspection = build::inspect(tar(Image::of([
        layer([file("usr", 85_000_000)]),
        layer([file("app", 6_560_000)]),
    ])
    .docker()))
    .unwrap();
    let mut inputs = LadderInputs { base_layers: 1, ..LadderInputs::default() };
    inputs.program = Some(Parts {
        path: at(&inspection, "app"),
        files: Vec::new(),
        needed: Some(Vec::new()),
        names: Vec::new(),
        start: Start::Alone,
        needs: Vec::new(),
        libc: Libc::None,
        made_by: MadeBy::Another,
        strippable: 0,
        packed: None,
        doubts: Vec::new(),
    });
    let possible_sizes = climb(&inspection, &inputs);
    let steps: Vec<_> =
        possible_sizes.iter().map(|possible_size| possible_size.step.id()).collect();
    assert_eq!(steps, ["as-built", "small-base", "distroless", "scratch"]);
    assert_eq!(possible_sizes.last().unwrap().size, 6_560_000);
}

#[test]
fn what_a_script_starts_goes_to_a_small_base_and_no_further() {
    let layers = [
        layer([file("usr", 485_000_000)]),
        layer([
            file("app", 6_000_000),
            file("start.sh", 100),
            file("cache", 900_000),
            file("tools", 2_000_000),
        ]),
    ];
    let inspection = build::inspect(tar(Image::of(layers).docker())).unwrap();
    let mut inputs = inputs(&self::inspection());
    inputs.leftovers = vec![inspection.tree.last(at(&inspection, "cache")).unwrap()];
    inputs.build_only = Vec::new();
    let program = inputs.program.as_mut().unwrap();
    program.path = at(&inspection, "app");
    program.files = vec![at(&inspection, "app"), at(&inspection, "start.sh")];
    program.needed = Some(Vec::new());
    program.needs = Vec::new();
    program.start = Start::Script(Libc::Glibc);
    let possible_sizes = climb(&inspection, &inputs);
    let steps: Vec<_> =
        possible_sizes.iter().map(|possible_size| possible_size.step.id()).collect();
    assert_eq!(
        steps,
        ["as-built", "without-leftovers", "small-base", "stripped"],
        "it needs a shell"
    );
    let Step::SmallBase(base) = &possible_sizes[2].step else {
        panic!("{:?}", possible_sizes[2].step)
    };
    assert_eq!(
        possible_sizes[2].size,
        base.bytes + 6_000_000 + 100 + 2_000_000,
        "what else one's own layers leave stays"
    );
    assert!(matches!(possible_sizes[2].certainty, Certainty::Estimate(_)));
    assert!(
        possible_sizes[2].how.contains("  /app \\\n  /start.sh \\\n"),
        "{}",
        possible_sizes[2].how
    );
}

#[test]
fn a_program_is_copied_by_the_name_that_it_is_started_by() {
    let inspection = inspection();
    let mut inputs = inputs(&inspection);
    let app = at(&inspection, "app");
    let program = inputs.program.as_mut().unwrap();
    program.names = vec![Loaded { node: app, found_at: "/usr/bin/shop".into() }];
    program.start = Start::ShellForm("CMD [\"/usr/bin/shop\"]".into());
    let scratch = climb(&inspection, &inputs)
        .into_iter()
        .find(|possible_size| possible_size.step == Step::Scratch)
        .unwrap();
    assert!(
        scratch.how.contains("COPY --from=build /usr/bin/shop /usr/bin/shop"),
        "{}",
        scratch.how
    );
    assert!(!scratch.how.contains("/app"), "{}", scratch.how);
    assert!(
        scratch.how.ends_with("\nCMD [\"/usr/bin/shop\"]"),
        "there is no shell:\n{}",
        scratch.how
    );
}

#[test]
fn the_same_base_is_named_as_from_takes_it_or_left_open() {
    let inspection = inspection();
    let from = |name: Option<&str>| {
        let inputs = LadderInputs { base_name: name.map(escaped_str), ..inputs(&inspection) };
        let possible_sizes = climb(&inspection, &inputs);
        let how = &possible_sizes
            .iter()
            .find(|possible_size| possible_size.step == Step::MultiStage)
            .unwrap()
            .how;
        how.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(from(Some("docker.io/library/debian:12")), "FROM docker.io/library/debian:12");
    assert_eq!(from(Some("Debian")), "FROM …   # the same base image, Debian");
    assert_eq!(from(Some("golang.tar")), "FROM …   # the same base image, golang.tar");
    assert_eq!(from(None), "FROM …   # the same base image");
}

#[test]
fn files_that_a_copy_ships_in_between_have_another_remedy_than_merging() {
    let notes = |copies: usize, command: &str| {
        let shared =
            |mode: u32| (0..copies).map(move |n| file(format!("f{n}"), 900_000).mode(mode));
        let copied = (0..copies).map(|n| layer([file(format!("f{n}"), 900_000)]));
        let layers =
            [layer([file("a", 10)])].into_iter().chain(copied).chain([layer(shared(0o755))]);
        let mut image = Image::of(layers);
        let copy = |n: usize| json!({ "created_by": format!("COPY f{n} / # buildkit") });
        let history = [json!({ "created_by": "base" })].into_iter().chain((0..copies).map(copy));
        image.config["history"] = history.chain([json!({ "created_by": command })]).collect();
        let inspection = build::inspect(tar(image.docker())).unwrap();
        let possible_size =
            climb(&inspection, &LadderInputs { base_layers: 1, ..LadderInputs::default() })
                .remove(1);
        let notes = possible_size.notes.iter().map(|note| note.shown(Units::Si).to_string());
        (possible_size.how.clone(), notes.collect::<Vec<_>>())
    };
    // What the way to the size says already is no note.
    let (how, said) = notes(1, "RUN /bin/sh -c chmod +x /f0 # buildkit");
    assert!(how.starts_with("set the mode where the files are made: COPY --chmod=…; or "), "{how}");
    assert_eq!(said, [""; 0]);
    assert_eq!(
        notes(2, "RUN /bin/sh -c make # buildkit").1,
        [
            "layers 1 and 2 copy files, which a RUN cannot include: use RUN --mount=type=bind to read them without storing them"
        ]
    );
}

#[test]
fn what_saves_next_to_nothing_is_no_rung() {
    let image =
        Image::of([layer([file("a", 5_000_000)]), layer([file("b", 4_000)]), layer([gone("b")])]);
    let inspection = build::inspect(tar(image.docker())).unwrap();
    let inputs = LadderInputs { base_layers: 1, ..LadderInputs::default() };
    assert_eq!(sizes(&climb(&inspection, &inputs)), [("as-built", 5_004_000)]);
}

#[test]
fn without_a_program_what_is_not_known_to_be_for_the_build_stays() {
    let inspection = inspection();
    let known = inputs(&inspection);
    let build_only = [known.leftovers.clone(), known.build_only.clone()].concat();
    let inputs = LadderInputs { program: None, leftovers: Vec::new(), build_only, ..known };
    let possible_sizes = climb(&inspection, &inputs);
    assert_eq!(possible_sizes.last().unwrap().size, 60_024_000 - 50_000_000 - 700_000 - 4_000);
    assert!(possible_sizes.last().unwrap().notes[0].shown(Units::Si).contains("was not found"));
}

#[test]
fn a_lean_image_has_one_rung() {
    let inspection =
        build::inspect(tar(Image::of([layer([file("hello", 5_635_000)])]).docker())).unwrap();
    assert_eq!(sizes(&climb(&inspection, &LadderInputs::default())), [("as-built", 5_635_000)]);
}

#[test]
fn what_dies_in_the_base_stays_and_is_said() {
    let image = Image::of([
        layer([file("a", 500)]),
        layer([gone("a"), file("b", 300)]),
        layer([gone("b")]),
    ]);
    let inspection = build::inspect(tar(image.docker())).unwrap();
    let inputs = LadderInputs { base_layers: 1, ..LadderInputs::default() };
    let possible_sizes = climb(&inspection, &inputs);
    assert_eq!(sizes(&possible_sizes), [("as-built", 800), ("without-wasted", 500)]);
    assert!(
        possible_sizes[1].notes[0].shown(Units::Si).contains("500 B stay wasted in the base image"),
        "{:?}",
        possible_sizes[1].notes
    );
}

#[test]
fn the_text_has_one_empty_line_between_two_sizes_and_none_at_its_end() {
    let image = Image::of([layer([file("a", 500_000)]), layer([gone("a"), file("b", 300_000)])]);
    let inspection = build::inspect(tar(image.docker())).unwrap();
    let possible_sizes = climb(&inspection, &LadderInputs::default());
    assert_eq!(possible_sizes.len(), 2);
    let style = TextStyle::default();
    let mut out = Vec::new();
    write_ladder(&possible_sizes, style, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("\n\n  without wasted bytes"), "{text}");
    assert!(!text.contains("\n\n\n") && !text.ends_with("\n\n"), "{text:?}");
}

#[test]
fn merging_a_run_saves_what_it_makes_and_takes_away_itself_and_no_more() {
    let inspection = inspection();
    let merge =
        |first, last| Change::Merge { first: LayerIndex::new(first), last: LayerIndex::new(last) };
    let size = |first, last| what_if(&inspection, &[merge(first, last)]).size;
    assert_eq!(size(1, 3), 10_024_000);
    assert_eq!(size(2, 3), inspection.totals.size, "the compiler is still made by layer 1");
    let halves = [merge(1, 2), merge(2, 3)];
    assert_eq!(what_if(&inspection, &halves).size, 10_024_000, "runs that meet are one");
}

#[test]
fn the_text_has_a_bar_a_ratio_and_a_tilde_where_it_guesses() {
    let inspection = inspection();
    let possible_sizes = climb(&inspection, &inputs(&inspection));
    let mut out = Vec::new();
    let style = TextStyle { units: Units::Si, ..TextStyle::default() };
    write_ladder(&possible_sizes, style, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for part in [
        "as built                                60.0 MB  ██████████ ",
        " exact\n",
        " estimate\n",
        "~4.12 MB",
        "14.6×",
        "~ marks an estimate",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_step_that_is_too_small_to_be_shown_is_told_with_the_next_one_that_contains_it() {
    let image = Image::of([
        layer([file("base", 10_000_000)]),
        layer([file("cache", 50_000), file("src", 5_000_000)]),
    ]);
    let inspection = build::inspect(tar(image.docker())).unwrap();
    let inode = |path| inspection.tree.last(at(&inspection, path)).unwrap();
    let inputs = LadderInputs {
        base_layers: 1,
        leftovers: vec![inode("cache")],
        leftover_advice: vec!["layer 1: in the same RUN: && rm -rf /cache".into()],
        build_only: vec![inode("src")],
        ..LadderInputs::default()
    };
    let mut out = Vec::new();
    let style = TextStyle { units: Units::Si, ..TextStyle::default() };
    write_ladder(&climb(&inspection, &inputs), style, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("without caches"), "it is below 1 %: {text}");
    let (_, step) = text.split_once("without compilers and source code").unwrap();
    for part in [
        "10.0 MB",
        "also layer 1: in the same RUN: && rm -rf /cache",
        "also leaves out 50.0 kB of caches and build leftovers (a step of its own\n      below 1 %)",
    ] {
        assert!(step.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn the_sizes_of_a_changed_program_stand_below_a_line() {
    let inspection = inspection();
    let mut out = Vec::new();
    write_ladder(&climb(&inspection, &inputs(&inspection)), TextStyle::default(), &mut out)
        .unwrap();
    let text = String::from_utf8(out).unwrap();
    let line = "\n\n  with the program itself changed (the smallest size keeps it)\n  stripped";
    assert_eq!(text.matches(line).count(), 1, "{text}");
}

#[test]
fn an_image_that_only_runs_a_shell_does_not_become_a_shell_alone() {
    let inspection = inspection();
    let inputs = LadderInputs { names_no_application: true, ..inputs(&inspection) };
    let possible_sizes = climb(&inspection, &inputs);
    let steps: Vec<_> = possible_sizes.iter().map(|size| size.step.id()).collect();
    assert_eq!(steps, ["as-built", "without-wasted", "without-leftovers"]);
}
