//! Tests of explanations: their wording, and that the figures add up.

use crossterm::event::KeyCode;

use super::files::FILES;
use super::pictures::check;
use super::{DEMO, Person};
use crate::tui::explorer::rows::Scope;
use crate::tui::explorer::{Explorer, Slice};
use crate::tui::overlay::explain::{Part, Subject, explain};
use layerscope::LayerIndex;
use layerscope::report::Units;

#[test]
fn the_parts_of_every_sum_add_up_to_its_total_whatever_is_explained() {
    for inspection in [DEMO.1.clone(), FILES.1.inspection.clone()] {
        let explorer = Explorer::new(inspection.clone());
        let tree = &inspection.tree;
        let mut subjects = vec![Subject::Image];
        subjects.extend(explorer.groups.iter().cloned().map(Subject::Waste));
        for layer in LayerIndex::all(inspection.layers.len()) {
            subjects.extend([Subject::Layer(layer), Subject::UpTo(layer)]);
            for scope in [Scope::UpTo, Scope::Changes] {
                let mut slice = Slice::new(tree, layer);
                slice.scope = scope;
                // The directories, and some of the files.
                let nodes = tree
                    .nodes()
                    .filter(|&node| tree.children(node).next().is_some() || node.index() % 50 == 1);
                subjects.extend(nodes.map(|node| Subject::Path {
                    node,
                    layer,
                    scope,
                    totals: slice.totals(node),
                }));
            }
        }
        for subject in subjects {
            let (_, parts) = explain(&inspection, &explorer.groups, &subject, Units::Iec);
            for part in parts {
                if let Part::Sum(sum) = part {
                    let added: u64 = sum.parts.iter().map(|(bytes, _)| bytes).sum();
                    assert_eq!(added, sum.total, "{subject:?}: {sum:?}");
                }
            }
        }
    }
}

#[test]
fn e_explains_the_row_then_the_layer_then_the_image() {
    let mut person = Person::at(100, 40);
    person.types("e");
    let screen = person.reads();
    assert!(
        screen.contains("/usr/lib/go, up to layer 3 · e explain the whole layer"),
        "{}",
        person.screen()
    );
    assert!(screen.contains("wasted: deleted or replaced up to this layer"), "{}", person.screen());
    person.types("e");
    assert!(person.screen().contains("Layer 3 · e explain the whole image"), "{}", person.screen());
    person.types("e");
    let totals = &DEMO.1.totals;
    let counted = layerscope::display::count;
    let sentence = format!(
        "Efficiency = visible ÷ size = {} ÷ {} = 4.7 %.",
        counted(totals.visible),
        counted(totals.size)
    );
    assert!(person.reads().contains(&sentence), "{}", person.screen());
    person.press(KeyCode::Esc);
    assert!(!person.screen().contains("Efficiency ="));
    assert_eq!(person.path(), "/usr/lib/go");
}

#[test]
fn every_view_explains_what_is_selected_in_it() {
    for (view, title) in [
        ("2", "Layer 1 → layer 3"),
        ("3", "The layers up to 3"),
        ("4", ", up to layer 3"),
        ("5", "layerscope/demo:latest"),
    ] {
        let mut person = Person::at(100, 40);
        person.types(view).types("e");
        assert!(
            person.screen().contains(&format!("{title} ")),
            "{title} is not on\n{}",
            person.screen()
        );
    }
}

#[test]
fn pictures_of_an_explanation() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.types("e");
        check(&format!("explain-{width}x{height}"), &person);
    }
}
