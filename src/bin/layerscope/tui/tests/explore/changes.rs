//! Tests of stepping through the changes of a layer, and of the file history.

use super::*;

#[test]
fn metadata_alone_is_a_change_of_its_own_kind() {
    let mut person = three_changes();
    person.types("t").press(KeyCode::Enter);
    let screen = person.screen();
    for answer in ["@      same", "~      other", "-      gone", "~  ▾ a/", "+  ▸ new/"] {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
    person.types("~-+");
    assert_eq!(names(&person), ["a", " same"]);
    assert!(person.screen().contains("no added, no modified, no removed"), "{}", person.screen());
    person.types("@");
    assert!(names(&person).is_empty());
    person.types("~@-+@");
    assert!(!names(&person).contains(&" same".into()), "{:?}", names(&person));
}

#[test]
fn changes_are_gone_to_one_after_the_other_even_in_closed_directories() {
    let mut person = three_changes();
    let mut all = Vec::new();
    for _ in 0..4 {
        person.types("}");
        all.push(person.path());
    }
    // The cursor stood on the first row, which is a directory in which something changed.
    assert_eq!(all, ["/a/same", "/a/other", "/a/gone", "/new"], "a new directory is one change");
    person.types("}");
    assert_eq!(person.path(), "/new", "there is no other");
    let back: Vec<_> = (0..4).map(|_| person.types("{").path()).collect();
    assert_eq!(back, ["/a/gone", "/a/other", "/a/same", "/a/same"]);
}

#[test]
fn every_change_of_the_demo_is_come_to_in_the_order_of_the_tree_and_back() {
    for layers_back in 0..4 {
        let mut person = Person::at(120, 40);
        person.types(&"[".repeat(layers_back)).types("Zg");
        let (expected, layer) = (changes_in_order(explorer(&person)), person.layer());
        let first = explorer(&person).selected();
        let expected: Vec<_> = expected.into_iter().filter(|&node| Some(node) != first).collect();
        let walk = |person: &mut Person, key| {
            let mut found = Vec::new();
            loop {
                let before = explorer(person).selected();
                person.types(key);
                if explorer(person).selected() == before {
                    return found;
                }
                found.extend(explorer(person).selected());
            }
        };
        assert_eq!(walk(&mut person, "}"), expected, "down in layer {layer}");
        person.types("G");
        let mut up = walk(&mut person, "{");
        up.reverse();
        up.retain(|&node| Some(node) != first);
        assert!(expected.starts_with(&up) && up.len() + 1 >= expected.len(), "up in layer {layer}");
    }
}

/// Lists all changes of the layer by a walk over the whole tree; paths added or removed with their
/// directory count as one.
fn changes_in_order(explorer: &Explorer) -> Vec<NodeId> {
    let (tree, layer) = (&explorer.inspection.tree, explorer.layer);
    let mut found = Vec::new();
    let mut work = vec![(NodeId::ROOT, false)];
    while let Some((node, part)) = work.pop() {
        let change = tree.change(node, layer);
        let whole = matches!(change, Change::Added | Change::Removed) && node != NodeId::ROOT;
        let news = match change {
            Change::Metadata => !explorer.slice.changes(node).contents(),
            change => change != Change::Unchanged,
        };
        if news && !part && node != NodeId::ROOT {
            found.push(node);
        }
        work.extend(
            explorer.lens().children(node).into_iter().rev().map(|child| (child, part || whole)),
        );
    }
    found
}

#[test]
fn the_life_of_a_path_says_what_each_layer_changed() {
    let at = |seconds: fn(&mut tar::Header)| move |entry: build::Entry| entry.tweak(seconds);
    let day = at(|header| header.set_mtime(86_400));
    let mut person = at_an_image_of(vec![
        layer([file("x", 10), symlink("l", "x"), dir("d"), file("d/y", 5)]),
        layer([day(file("x", 10).mode(0o600).owner(1, 2)), symlink("l", "d")]),
        layer([file("x", 20), gone("d")]),
        layer([gone("x")]),
        layer([dir("x")]),
    ]);
    let mut file_history = |path: &str| {
        person.press(KeyCode::Esc).types("/").types(path).press(KeyCode::Enter);
        if !person.app.file_history {
            person.types("i");
        }
        person.app.details.paragraphs.join("\n")
    };
    let text = file_history("/x");
    for part in [
        "Added in layer 0 `step 0`: file, 10 B, mode 0644, owner 0:0, dated 1970-01-01.",
        "The previous version is wasted: 10 B rewritten unchanged, still in layer 0.",
        "its mode (0644 to 0600), its owner (0:0 to 1:2), its time (1970-01-01 to 1970-01-02), and stored \
            the same 10 B again",
        "layer 2 `step 2` changed its contents (10 B to 20 B), its mode (0600 to 0644)",
        "layer 3 `step 3` deleted it: 20 B deleted, still in layer 2.",
        "Added in layer 4 `step 4`: directory",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(
        file_history("/l").contains("changed its target (x to d). Now: link to d"),
        "{}",
        file_history("/l")
    );
    assert!(
        file_history("/d/y").contains("layer 2 `step 2` deleted it: 5 B deleted"),
        "{}",
        file_history("/d/y")
    );
}
