//! The change that the details of a path begin with: the one that avoids most there, and its bytes.

use layerscope::advice::changes::{Change, Part};
use layerscope::display::Units;
use layerscope::tree::NodeId;
use serde_json::json;

use super::{Assessed, images};
use crate::tui::tests::support::build::{self, Image, file, gone, layer, tar};

/// A base, and two `RUN`s that leave packages of apt, of which the second deletes those of the
/// first.
fn packages() -> Assessed {
    let package = |name: &str, size| file(format!("var/cache/apt/archives/{name}.deb"), size);
    let mut image = Image::of([
        layer([file("etc/os-release", 80), file("bin/sh", 900_000)]),
        layer([package("a", 4_000_000), package("b", 3_000_000), file("usr/bin/a", 3_000)]),
        layer([gone("var/cache/apt/archives/a.deb"), package("c", 2_000_000)]),
    ]);
    let step = |text: &str| json!({ "created_by": text });
    image.config["history"] = json!([
        step("/bin/sh -c #(nop) ADD file:aaaa in / "),
        step("RUN /bin/sh -c apt-get update && apt-get install -y a # buildkit"),
        step("RUN /bin/sh -c rm /var/cache/apt/archives/a.deb; apt-get install -y c # buildkit"),
    ]);
    Assessed::new("packages.tar", build::open(tar(image.docker())).unwrap())
}

#[test]
fn the_first_screen_begins_with_the_change_that_fix_begins_with() {
    let image = packages();
    let first = &image.changes()[0];
    let mut person = image.person(120, 40);
    for path in ["var/cache/apt", "var/cache", "var"] {
        person.goes_to(path);
        let told = person.app.details.paragraphs[0].clone();
        let saves = Units::default().size(first.saves);
        assert!(told.starts_with(&format!("Fix: {}", first.fix.clause())), "{path}: {told}");
        assert!(told.contains(&format!("(saves {saves})")), "all is here: {path}: {told}");
    }
}

#[test]
fn a_narrow_list_of_layers_says_what_its_numbers_are() {
    let mut layers = vec![layer([file("etc/os-release", 80), file("bin/sh", 900_000)])];
    layers.push(layer([file("var/cache/apt/archives/a.deb", 4_000_000)]));
    layers.extend((0..8).map(|number| layer([file(format!("srv/{number}"), 10)])));
    let mut image = Image::of(layers);
    let step = |text: &str| json!({ "created_by": text });
    let mut history = vec![
        step("/bin/sh -c #(nop) ADD file:aaaa in / "),
        step("RUN /bin/sh -c apt-get update && apt-get install -y a # buildkit"),
    ];
    history.extend((0..8).map(|number| step(&format!("COPY {number} /srv/ # buildkit"))));
    image.config["history"] = json!(history);
    let image = Assessed::new("many.tar", build::open(tar(image.docker())).unwrap());
    let screen = image.person(80, 24).screen();
    assert!(screen.contains("· −: avoidable") && screen.contains(" −3.81 MiB"), "{screen}");
}

#[test]
fn the_part_of_a_change_below_a_path_is_what_the_change_leaves_out_there() {
    for image in images().iter().chain([&packages()]) {
        let tree = &image.inspection.tree;
        let mut explorer = crate::tui::explorer::Explorer::new(image.inspection.clone());
        explorer.studies(&image.study);
        explorer.select_layer(image.inspection.last_layer());
        for node in tree.children(NodeId::ROOT).chain([NodeId::ROOT]) {
            let is_below = |mut at: NodeId| loop {
                if at == node || at == NodeId::ROOT {
                    break at == node;
                }
                at = tree.parent(at);
            };
            let below = |change: &Change| -> u64 {
                let there = change.left_out.iter().filter(|it| is_below(tree.node_of(**it)));
                there.map(|&inode| tree.size(inode)).sum()
            };
            let parts: Vec<_> =
                image.study.changes.iter().filter(|it| below(it) > 0).map(|it| it.part).collect();
            let Some(advice) = explorer.advice_at(node) else {
                assert!(parts.is_empty(), "{}: {node:?} has {parts:?}", image.name);
                continue;
            };
            assert_eq!(advice.here, below(advice.change), "{}: {node:?}", image.name);
            assert_eq!(Some(&advice.change.part), parts.iter().min(), "{}", image.name);
        }
    }
}

#[test]
fn an_optional_change_is_called_so_and_its_figure_stands_once() {
    let is_optional = |image: &Assessed| {
        let parts: Vec<_> = image.changes().iter().map(|change| change.part).collect();
        parts.first() == Some(&Part::Optional)
    };
    let image = documented();
    assert!(is_optional(&image), "{:?}", image.changes());
    let mut person = image.person(120, 40);
    person.goes_to("usr/share/doc");
    let [nothing, told, ..] = &person.app.details.paragraphs[..] else { panic!("two at least") };
    assert_eq!(nothing, "Nothing to change in your layers.");
    assert!(told.starts_with("Optional: "), "{told}");
    assert!(!told.contains("of it here"), "{told}");
}

/// A base, and a `RUN` that leaves documentation and nothing else.
fn documented() -> Assessed {
    let mut image = Image::of([
        layer([file("etc/os-release", 80), file("bin/sh", 900_000)]),
        layer([file("usr/share/doc/a/manual", 4_000_000), file("usr/bin/a", 3_000)]),
    ]);
    let step = |text: &str| json!({ "created_by": text });
    image.config["history"] = json!([
        step("/bin/sh -c #(nop) ADD file:aaaa in / "),
        step("RUN /bin/sh -c make install # buildkit"),
    ]);
    Assessed::new("documented.tar", build::open(tar(image.docker())).unwrap())
}
