//! Several images in a pseudo-terminal.

use std::time::Duration;

use super::session::{PROGRAM, Session, command};

use super::tar;

/// Two images in files of a directory: the first has a file more.
pub(super) fn two_images(directory: &std::path::Path) -> [String; 2] {
    let shared = tar(&[("lib", vec![b'x'; 3000])]);
    let images = [("old", vec![b'y'; 9000]), ("new", vec![b'y'; 2000])];
    images.map(|(name, program)| {
        let manifest = format!(
            r#"[{{"Config":"c.json","RepoTags":["app:{name}"],"Layers":["0.tar","1.tar"]}}]"#
        );
        let own = tar(&[("program", program)]);
        let members = [
            ("0.tar", shared.clone()),
            ("1.tar", own),
            ("c.json", b"{}".to_vec()),
            ("manifest.json", manifest.into()),
        ];
        let file = directory.join(format!("{name}.tar"));
        std::fs::write(&file, tar(&members)).unwrap();
        file.to_str().unwrap().to_owned()
    })
}

#[test]
fn images_are_shown_side_by_side_and_each_is_explored_and_left_again() {
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = two_images(directory.path());
    let mut session = Session::start(&["compare", &old, &new], 80, 24);
    session.sees("2.40× smaller").sees("app:new against app:old");
    session.types("\r").sees("Layers 0–1").sees("q back").types("2").sees("╭ Waste");
    session.types("\x1b").sees("Layers 0–1").types("\x1b").sees("app:new against app:old");
    session.types("k\r").sees("8.79 KiB").types("q").sees("app:new against app:old");
    session.types("3/prog\r\r").sees("Layers 0–1").resize(100, 30).types("q");
    session.sees("program").sees("1 path differs").types("q");
    assert!(session.ends().success());
}

#[test]
fn what_is_in_an_archive_that_was_changed_is_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let [image, _] = two_images(directory.path());
    let mut session = Session::start(&[&image], 80, 24);
    session.sees("program").types("/program\r").sees("program");
    // The findings are read first, and the clock of some filesystems moves every few milliseconds
    // only.
    std::thread::sleep(Duration::from_millis(500));
    let file = std::fs::File::options().write(true).open(&image).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[b'z'; 100], 5000).unwrap();
    session.types("v").sees("changed while it was read").types("q").types("q");
    assert!(session.ends().success());
}

#[test]
fn a_comparison_is_written_where_it_is_asked_for_or_where_there_is_no_screen() {
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = two_images(directory.path());
    let mut session = Session::start(&["compare", "--format", "text", &old, &new], 80, 24);
    assert!(session.ends().success());
    assert!(
        session.raw.contains("Biggest differences") && !session.raw.contains("\x1b[?1049h"),
        "{}",
        session.raw
    );
    let mut command = command("env");
    command.args(["TERM=dumb", PROGRAM, "compare", &old, &new]);
    let mut session = Session::run(command, 80, 24);
    assert_eq!(session.ends().exit_code(), 2);
    assert!(session.raw.contains("layerscope compare --format text"), "{}", session.raw);
}

#[test]
fn an_image_that_cannot_be_compared_is_named_on_the_terminal_that_was_given_back() {
    let directory = tempfile::tempdir().unwrap();
    let [old, _] = two_images(directory.path());
    let broken = directory.path().join("broken.tar.gz");
    std::fs::write(&broken, b"\x1f\x8b\x08\0\0\0\0\0\0\x03nothing").unwrap();
    for images in [[old.as_str(), broken.to_str().unwrap()], [old.as_str(), "none.tar"]] {
        let mut session = Session::start(&["compare", images[0], images[1]], 80, 24);
        assert_eq!(session.ends().exit_code(), 2);
        let name = images[1].rsplit('/').next().unwrap();
        assert!(session.raw.contains("error: ") && session.raw.contains(name), "{}", session.raw);
    }
}
