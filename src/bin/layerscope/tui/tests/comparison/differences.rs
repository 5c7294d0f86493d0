//! Tests of the differences between images: layers, paths and packages.

use super::*;

#[test]
fn the_layers_say_which_are_shared_and_what_broke_the_sharing() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut onlooker = Onlooker::before(&*VERSIONS, width, height);
        onlooker.press(KeyCode::Tab).finds(&[
            "Layers · 2 of 4 layers shared",
            "= 0 0 1.65 MiB",
            "- 1 - 5.94 MiB",
            "+ - 1 5.72 MiB",
            "2.41 MiB RUN apk upgrade",
            "shared COPY dir:77c1d2",
            "removed RUN rm /srv/server.map",
            "Updating from the first image downloads 4.83 MiB.",
            "Layer 1 is the first that differs",
            "Layer 0 of both: ADD file:5758b97d in /",
        ]);
        onlooker.types("j").finds(&["Layer 1 of the first only"]);
        onlooker.types("j").press(KeyCode::Enter);
        assert_eq!(onlooker.opened, Some((1, Some(Spot::Layer(1.into())))));
    }
}

#[test]
fn paths_are_summed_by_directory_the_biggest_difference_first() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.types("3").finds(&[
        "Paths · 12 paths differ",
        "+512 KiB",
        "~ server",
        "- wget",
        "+ tzdata.zi",
    ]);
    assert!(onlooker.selected().contains("srv/"), "{}", onlooker.screen());
    onlooker.finds(&["+224 KiB -490 KiB, 6 paths", "3 paths differ: +768 KiB"]);
    // Folding srv hides what is in it, and Enter shows it again.
    onlooker.press(KeyCode::Left);
    assert!(!onlooker.reads().contains("~ server"), "{}", onlooker.screen());
    onlooker.press(KeyCode::Enter).finds(&["~ server"]);
    onlooker.types("Z").types("l").types("l");
    assert!(onlooker.selected().contains("server"), "{}", onlooker.screen());
}

#[test]
fn a_path_is_found_by_name_and_enter_opens_the_image_that_has_it() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.types("3/wget").finds(&[
        "/wget▏ 1 of 1",
        "/usr/bin/wget",
        "Removed: 490 KiB (501,760 bytes)",
    ]);
    onlooker.press(KeyCode::Enter);
    assert!(onlooker.selected().contains("wget"), "{}", onlooker.screen());
    onlooker.press(KeyCode::Enter);
    let node = VERSIONS[0].inspection.tree.find(b"usr/bin/wget").unwrap();
    assert_eq!(
        onlooker.opened,
        Some((0, Some(Spot::Path(node)))),
        "it went, so the first image has it"
    );
    onlooker.press(KeyCode::Esc).types("/tz").press(KeyCode::Enter).types("nN");
    assert!(onlooker.selected().contains("tzdata.zi"), "{}", onlooker.screen());
    onlooker.types("y");
    assert_eq!(onlooker.copied.as_deref(), Some("/usr/share/zoneinfo/tzdata.zi"));
    onlooker.press(KeyCode::Enter);
    assert_eq!(
        onlooker.opened.map(|(image, _)| image),
        Some(1),
        "it came, so the second image has it"
    );
    onlooker.types("/nowhere").finds(&["no match"]);
    onlooker.press(KeyCode::Esc);
    assert!(!onlooker.screen().contains("nowhere"));
}

#[test]
fn as_a_list_the_biggest_difference_of_all_comes_first() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.types("3F").finds(&["Paths, the biggest first", "~ /srv/server", "- /usr/bin/wget"]);
    onlooker.types("g");
    assert!(onlooker.selected().contains("/srv/server"));
    onlooker.types("A");
    assert!(
        onlooker.selected().contains("/srv/server"),
        "it stays on the path when the order changes"
    );
    onlooker.types("F");
    assert!(onlooker.selected().contains("server"), "{}", onlooker.screen());
}

#[test]
fn packages_say_from_which_version_to_which() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut onlooker = Onlooker::before(&*VERSIONS, width, height);
        onlooker.types("4").finds(&[
            "Packages · 4 differ, 5 the same",
            "-490 KiB - wget removed 1.24.5-r0",
            "+224 KiB + tzdata added 2024b-r0",
            "+48.0 KiB ~ libcrypto3 3.3.1-r3 → 3.3.2-r1",
            "8 packages before, 8 after: 1 added (+224 KiB), 1 removed (-490 KiB), 2 have another version \
                (+44.0 KiB).",
            "Files outside packages: 5.06 MiB before, 5.81 MiB after.",
        ]);
        onlooker.types("jy");
        assert_eq!(onlooker.copied.as_deref(), Some("tzdata"));
    }
}

#[test]
fn packages_come_when_files_have_been_looked_into() {
    let mut onlooker = Onlooker::waiting(&*VERSIONS, 80, 24);
    for (i, image) in VERSIONS.iter().enumerate() {
        onlooker.learns(ComparisonMessage::Opened(i, Box::new(image.opened.clone())));
        onlooker.learns(ComparisonMessage::Read(i, Ok(image.inspection.clone())));
    }
    onlooker.finds(&["packages reading package databases …"]);
    onlooker.types("4").finds(&["Reading package databases …"]);
    for (i, image) in VERSIONS.iter().enumerate() {
        onlooker.learns(ComparisonMessage::Installed(i, image.installed.clone()));
    }
    onlooker.finds(&["wget removed"]);
}
