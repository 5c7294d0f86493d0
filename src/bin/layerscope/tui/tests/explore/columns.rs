//! The columns, and the orders that they are sorted in.

use super::*;

#[test]
fn the_same_sort_key_again_turns_the_order_round_and_the_head_shows_it() {
    let mut person = at_an_image_of(vec![layer([file("b", 30), file("c", 10), file("a", 20)])]);
    assert_eq!(names(&person), ["b", "a", "c"]);
    assert!(person.screen().contains("size▼"));
    person.types("s");
    assert_eq!(names(&person), ["c", "a", "b"]);
    assert!(person.screen().contains("size▲"));
    person.types("A");
    assert_eq!(names(&person), ["a", "b", "c"]);
    assert!(person.screen().contains("name▲") && !person.screen().contains("size▲"));
    person.types("A");
    assert_eq!(names(&person), ["c", "b", "a"]);
    person.control('o');
    assert!(person.screen().contains("by items▼"), "{}", person.screen());
}

#[test]
fn directories_are_sorted_by_what_is_in_them_and_by_time() {
    let later = |entry: build::Entry| entry.tweak(|header| header.set_mtime(1_700_000_000));
    let mut person = at_an_image_of(vec![layer([
        dir("few"),
        file("few/big", 5000),
        later(dir("many")),
        file("many/1", 1),
        file("many/2", 1),
    ])]);
    person.types("C");
    assert_eq!(names(&person), ["many", "few"]);
    person.types("c");
    let screen = person.screen();
    assert!(screen.contains("items▼"), "{screen}");
    let row = |name: &str| screen.lines().find(|line| line.contains(name)).expect(name).to_owned();
    assert!(row("many/").contains("      2 ") && row("few/").contains("      1 "), "{screen}");
    person.types("M");
    assert_eq!(names(&person), ["many", "few"]);
    person.types("M");
    assert_eq!(names(&person), ["few", "many"]);
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_by_it() {
    let mut person = at_an_image_of(vec![layer([file("b", 30), file("c", 10), file("a", 20)])]);
    let mut click = |head: &str| {
        let (column, row) = person.finds(head);
        names(person.clicks(column, row))
    };
    assert_eq!(click("name"), ["a", "b", "c"]);
    assert_eq!(click("size   "), ["b", "a", "c"]);
    assert_eq!(click("size▼"), ["c", "a", "b"]);
}

#[test]
fn permissions_owner_and_time_are_columns_that_come_and_go() {
    let mut person = at_an_image_of(vec![layer([
        file("tool", 10).mode(0o4755).owner(1000, 50).tweak(|header| header.set_mtime(951_782_400)),
        dir("tmp").mode(0o1777),
        symlink("link", "tool"),
    ])]);
    assert!(!person.screen().contains("rwx"));
    person.control('b');
    let screen = person.screen();
    for answer in ["-rwsr-xr-x 1000:50", "drwxrwxrwt 0:0", "lrwxrwxrwx", "mode", "owner"] {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
    person.control('b');
    assert!(person.screen().contains("2000-02-29") && !person.screen().contains("rws"));
    person.control('b');
    assert!(person.screen().contains("-rwsr-xr-x 1000:50     2000-02-29"), "{}", person.screen());
    person.control('b');
    assert!(!person.screen().contains("2000-02-29"));
}

#[test]
fn the_size_column_goes_from_what_ships_to_what_is_dead_to_what_is_seen() {
    let mut person = three_changes();
    let sizes = |person: &mut Person| {
        person.types("gg");
        let screen = person.screen();
        let line = screen.lines().find(|line| line.contains("a/")).expect("a row").to_owned();
        let cell = line.split('│').nth(3).expect("the tree").trim().to_owned();
        (cell.split_whitespace().take(2).collect::<Vec<_>>().join(" "), screen)
    };
    assert_eq!(sizes(&mut person).0, "10.7 KiB");
    person.types("S");
    let (size, screen) = sizes(&mut person);
    assert!(size == "5.86 KiB" && screen.contains("wasted▼"), "{screen}");
    person.types("S");
    let (size, screen) = sizes(&mut person);
    assert!(
        size == "4.88 KiB" && screen.contains("visible▼"),
        "layers are stored plain, so pull is left out\n{screen}"
    );
    person.types("S");
    assert!(sizes(&mut person).1.contains("size▼"));
}

#[test]
fn what_is_pulled_is_called_an_estimate_where_layers_are_compressed() {
    let mut person = at_an_image_of(vec![
        layer([file("zeros", 100_000), file("more", 50_000).filled_with(7)]).gzip(),
        layer([file("plain", 4096)]),
    ]);
    person.types("SS");
    let screen = person.screen();
    assert!(screen.contains("~download▼"), "{screen}");
    assert_eq!(names(&person)[0], "plain", "what is compressed is pulled in next to nothing");
    person.types("G");
    assert!(
        person.app.details.paragraphs.iter().any(|text| text.contains("estimated")),
        "{:?}",
        person.app.details
    );
    let explorer = explorer(&person);
    let downloaded: u64 = explorer
        .inspection
        .tree
        .inodes()
        .map(|inode| explorer.inspection.download_bytes(inode))
        .sum();
    let stored = explorer.inspection.layers[0].stored_bytes;
    assert!(
        (4096 + stored - 2..=4096 + stored).contains(&downloaded),
        "a whole layer is exact: {downloaded}, {stored}"
    );
}
