//! The real program in a pseudo-terminal: it opens, moves, resizes, quits, and leaves the terminal
//! as it was.
#![cfg(unix)]

mod images;
mod session;
mod signals;

use std::io::Write;
use std::time::Duration;

use session::{LEAVE_ALTERNATE_SCREEN, PATIENCE, PROGRAM, Session, command, size};

#[test]
fn it_opens_moves_resizes_and_quits() {
    let mut session = Session::start(&[], 80, 24);
    session.sees("wasted 200 MiB").sees("/usr/lib/go");
    session.types("[").sees("Layers 0–2");
    session.types("]t").sees("Only layer 3");
    session
        .types("t")
        .sees("Layers 0–3")
        .types("?")
        .sees("Help · ")
        .types("suspend")
        .sees("search: suspend")
        .sees("resume with fg")
        .types("\x1b")
        .sees("Help · type to search")
        .types("\x1b")
        .loses("Help · ");
    session
        .types(":biggest")
        .sees("list the biggest files")
        .types("\x1b")
        .loses("list the biggest files");
    session.resize(120, 40).sees("18 links, 0 B").types("\t").sees("375 entries · tar");
    session.resize(40, 12).sees("Layers · 4").types("\t").sees("Layers 0–3");
    session.types("q");
    assert!(session.ends().success());
}

#[test]
fn a_terminal_that_is_said_to_be_huge_is_drawn_in_part() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("wasted 200 MiB").types("[").sees("Layers 0–2");
    for (columns, rows) in
        [(u16::MAX, u16::MAX), (u16::MAX, 1), (1, u16::MAX), (1000, 1000), (0, 0)]
    {
        session.master.resize(size(columns, rows)).unwrap();
        session.types("]").reads_more().types("[");
    }
    session.resize(80, 24).sees("Layers 0–2").types("q");
    assert!(session.ends().success());
}

#[test]
fn a_paste_is_no_keys_and_goes_into_a_line_in_one_piece() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("wasted 200 MiB");
    let paste = |text: &str| format!("\x1b[200~{text}\x1b[201~");
    session.types(&paste("q 3 x")).types("[").sees("Layers 0–2").types("]").sees("Layers 0–3");
    session
        .types("/")
        .types(&paste(&"/usr\n".repeat(2000)))
        .types("\x15")
        .types(&paste("libmenuw"))
        .sees("libmenuw");
    session.types("\r").sees("libmenuw").types("q");
    assert!(session.ends().success());
    let left = session.raw.rfind(LEAVE_ALTERNATE_SCREEN).unwrap();
    assert!(session.raw.contains("\x1b[?2004h") && session.raw[..left].contains("\x1b[?2004l"));
}

#[test]
fn where_it_is_narrow_the_name_of_a_rung_gives_way_and_its_size_stays_whole() {
    let mut session = Session::start(&["demo", "--view", "sizes"], 40, 12);
    session.sees("210 MiB").types("q");
    assert!(session.ends().success());
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_reported() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("wasted 200 MiB").types("\x1b[24~");
    assert_eq!(session.ends().exit_code(), 101);
    assert!(session.raw.contains("asked for by F12"), "{}", session.raw);
    let left = session.raw.rfind(LEAVE_ALTERNATE_SCREEN).unwrap();
    assert!(session.raw[left..].contains("panicked"), "the report comes on the restored screen");
}

#[test]
fn a_key_that_comes_together_with_a_new_size_is_not_left_lying() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("wasted 200 MiB");
    // Whether both are there at one look is up to the system: often enough in so many rounds.
    for (round, columns) in (80..90).cycle().take(300).enumerate() {
        let (key, shown) = [("[", "Layers 0–2"), ("]", "Layers 0–3")][round % 2];
        session.resize(columns, 30).types(key).sees(shown);
    }
    session.types("q");
    assert!(session.ends().success());
}

#[test]
fn a_terminal_that_does_not_say_its_colours_is_not_waited_for_and_its_late_answer_is_no_key() {
    let mut session = Session::in_colour();
    session.sees("wasted 200 MiB");
    assert!(session.raw.contains("\x1b]11;?"), "it asks");
    session.types("\x1b]10;rgb:ffff/ffff/ffff\x1b\\\x1b]11;rgb:1414/1717/1c1c\x1b\\\x1b[?62;c[");
    session.sees("Layers 0–2").types("q");
    assert!(session.ends().success());
}

#[test]
fn keys_that_are_typed_before_the_first_frame_are_not_lost() {
    let mut session = Session::in_colour();
    while !session.raw.contains("\x1b]11;?") {
        let bytes = session.output.recv_timeout(PATIENCE).expect("it asks");
        session.take(&bytes);
    }
    // Before, between and behind the answers; the image is not read yet.
    session.types("[\x1b]10;rgb:ffff/ffff/ffff\x1b\\[\x1b]11;rgb:1414/1717/1c1c\x1b\\[");
    session.sees("Layer 0").loses("Layers 0–").types("q");
    assert!(session.ends().success());
}

#[test]
fn a_light_terminal_gets_colours_for_light_backgrounds() {
    // The red of the light theme. An answer may come too late where the machine is busy, so there
    // is more than one try.
    let light = "38;2;179;38;30";
    let got_it = (0..20).any(|_| {
        let mut session = Session::in_colour();
        while !session.raw.contains("\x1b]11;?") {
            let bytes = session.output.recv_timeout(PATIENCE).expect("it asks");
            session.take(&bytes);
        }
        session.types("\x1b]10;rgb:0000/0000/0000\x1b\\\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;c");
        session.sees("wasted 200 MiB").sees("Layers 0–3").types("q");
        assert!(session.ends().success());
        session.raw.contains(light)
    });
    assert!(got_it);
}

#[test]
fn on_a_dumb_terminal_there_is_no_screen_but_a_hint() {
    let mut command = command("env");
    command.args(["TERM=dumb", PROGRAM, "demo"]);
    let mut session = Session::run(command, 80, 24);
    assert_eq!(session.ends().exit_code(), 2);
    assert!(
        session.raw.contains("TERM=dumb")
            && session.raw.contains("hint: the same as text: layerscope report")
    );
    assert!(!session.raw.contains('\x1b'), "{:?}", session.raw);
}

#[test]
fn the_mouse_is_taken_unless_it_is_left_to_the_terminal() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("/usr/lib/go").types("\x1b[<0;3;8M\x1b[<0;3;8m").sees("Layers 0–2").types("q");
    session.ends();
    let mut session = Session::start(&["demo", "--no-mouse"], 80, 24);
    session.sees("/usr/lib/go").types("q");
    session.ends();
    assert!(!session.raw.contains("\x1b[?1000h"), "{:?}", session.raw);
}

#[test]
fn the_build_plays_by_itself_until_it_is_paused() {
    let mut session = Session::start(&["demo", "--view", "replay"], 80, 24);
    session
        .sees("▶ playing")
        .sees("RUN apk add --update go git mercurial")
        .types(" ")
        .sees("┃┃ paused");
    while session.output.recv_timeout(Duration::from_millis(300)).is_ok() {}
    session.types(" ").types("....").sees("The end: 210 MiB").types("q");
    assert!(session.ends().success());
    let mut session = Session::start(&["demo", "--view", "replay", "--no-motion"], 80, 24);
    session.sees("┃┃ paused").types("l").sees("RUN apk add --update go git mercurial").types("q");
    assert!(session.ends().success());
}

#[test]
fn an_error_is_written_to_the_terminal_that_was_given_back() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("broken.tar");
    std::fs::write(&file, b"nothing of the kind").unwrap();
    let mut session = Session::start(&[file.to_str().unwrap()], 80, 24);
    assert_eq!(session.ends().exit_code(), 2);
    assert!(session.raw.contains("is not an image archive"), "{}", session.raw);
}

#[test]
fn from_a_pipe_the_keys_are_read_from_the_terminal() {
    let mut command = command("sh");
    let directory = tempfile::tempdir().unwrap();
    let demo = directory.path().join("demo.tar");
    let script =
        format!("'{PROGRAM}' demo --write '{0}' && cat '{0}' | '{PROGRAM}'", demo.display());
    command.args(["-c", &script]);
    let mut session = Session::run(command, 80, 24);
    session.sees("/usr/lib/go").types("[").sees("Layers 0–2").types("q");
    assert!(session.ends().success());
}

#[test]
fn the_story_of_an_image_is_told_over_the_explorer_also_from_a_pipe() {
    let directory = tempfile::tempdir().unwrap();
    let demo = directory.path().join("demo.tar");
    for tell in ["'{1}' learn --image '{0}'", "cat '{0}' | '{1}' learn --image -"] {
        let tell = tell.replace("{0}", demo.to_str().unwrap()).replace("{1}", PROGRAM);
        let mut command = command("sh");
        command.args([
            "-c",
            &format!("rm -f '{0}'; '{PROGRAM}' demo --write '{0}' && {tell}", demo.display()),
        ]);
        let mut session = Session::run(command, 80, 24);
        session
            .sees("Guided tour of layerscope/demo:latest · 1 of")
            .types("  ")
            .sees("How big is the");
        session.types("b").sees("Right.").types("L").sees("Looking around").types("q");
        assert!(session.ends().success());
    }
}

#[test]
fn a_lesson_that_is_being_read_is_left_for_the_list() {
    let mut session = Session::start(&["learn"], 80, 24);
    session.sees("1. The cleanup").sees("8. The chown");
    assert!(
        !session.screen.screen().contents().contains('…'),
        "{}",
        session.screen.screen().contents()
    );
    session.types("j\r").loses("1. The cleanup").types("\x1b").sees("1. The cleanup");
    session.types("k\r").sees("1 of").types("q");
    assert!(session.ends().success());
}

#[test]
fn control_characters_of_an_image_never_reach_the_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("hostile.tar");
    std::fs::write(&file, hostile()).unwrap();
    let mut session = Session::start(&[file.to_str().unwrap()], 120, 40);
    session.sees("\\x1b]0;owned").sees("RUN echo \\x1b[31m").types("q");
    session.ends();
    assert!(
        !session.raw.contains("\x1b]0;owned") && !session.raw.contains("\x1b[31mred"),
        "{:?}",
        session.raw
    );
}

#[test]
fn a_file_of_a_compressed_layer_is_looked_at_searched_and_given_to_a_pager() {
    use std::fmt::Write as _;
    let text = (1..=200_000).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "line {number} of the log");
        text
    });
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar(&[("server.log", text.into_bytes())])).unwrap();
    let manifest = br#"[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l.tar.gz"]}]"#.to_vec();
    let image = [
        ("l.tar.gz", gzip.finish().unwrap()),
        ("c.json", b"{}".to_vec()),
        ("manifest.json", manifest),
    ];
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("image.tar");
    std::fs::write(&file, tar(&image)).unwrap();
    let mut command = command(PROGRAM);
    command.args(["--no-config", file.to_str().unwrap()]);
    command.env("PAGER", "f() { echo lines: $(wc -l < \"$1\"); read -r wait; }; f");
    let mut session = Session::run(command, 80, 24);
    session.sees("server.log").types("v").sees("1 line 1 of the log");
    session.types("/line 123456").types("\r").sees("123456 line 123456 of the log");
    session.types("G").sees("200000 line 200000 of the log");
    // A pager of its own: it has the terminal and the keys to itself.
    session.types("|").sees("lines: 200000").types("q\r").sees("200000 line 200000 of the log");
    session.types("q").sees("Layer 0 · 1/1").types("q");
    assert!(session.ends().success());
}

/// A tar of files, whatever their names.
fn tar(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, contents) in members {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(contents.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, &contents[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

/// An image whose file name and instruction speak to the terminal.
fn hostile() -> Vec<u8> {
    let layer = tar(&[("\x1b]0;owned\x07", b"x".to_vec())]);
    let config = br#"{"history":[{"created_by":"/bin/sh -c echo \u001b[31mred"}]}"#.to_vec();
    let manifest = br#"[{"Config":"c.json","RepoTags":["a:1"],"Layers":["l.tar"]}]"#.to_vec();
    tar(&[("l.tar", layer), ("c.json", config), ("manifest.json", manifest)])
}

/// An archive that names two layers and holds one.
fn image_with_a_gap(directory: &std::path::Path) -> String {
    let layer = tar(&[("program", vec![b'y'; 9000])]);
    let manifest = r#"[{"Config":"c.json","RepoTags":["part:1"],"Layers":["0.tar","1.tar"]}]"#;
    let members =
        [("0.tar", layer), ("c.json", b"{}".to_vec()), ("manifest.json", manifest.into())];
    let file = directory.join("part.tar");
    std::fs::write(&file, tar(&members)).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_screen_whose_image_is_not_whole_ends_as_a_report_does() {
    let directory = tempfile::tempdir().unwrap();
    let part = image_with_a_gap(directory.path());
    let [old, _] = images::two_images(directory.path());
    let screens: [(&[&str], &str); 4] = [
        (&[&part], "Layers 0–1"),
        (&["--view", "waste", &part], "╭ Waste"),
        (&["compare", &old, &part], "part:1 against app:old"),
        (&["learn", "--image", &part], "Guided tour of part:1 · 1 of"),
    ];
    for (arguments, seen) in screens {
        let mut session = Session::start(arguments, 80, 24);
        session.sees(seen).types("q");
        assert_eq!(session.ends().exit_code(), 2, "{arguments:?}");
        let left = session.raw.rfind(LEAVE_ALTERNATE_SCREEN).unwrap();
        let said = &session.raw[left..];
        assert!(
            said.contains("part:1 could only be read in part: layer 1 is not known (absent)"),
            "{said}"
        );
        let mut session = Session::start(&[arguments, &["--accept", "absent"]].concat(), 80, 24);
        session.sees(seen).types("q");
        assert!(session.ends().success(), "{arguments:?}: what is accepted is no reason");
    }
    let mut session = Session::start(&["compare", &part, &old], 80, 24);
    session
        .sees("app:old against part:1")
        .types("\r")
        .sees("Layers 0–1")
        .types("q")
        .sees("against")
        .types("q");
    assert_eq!(
        session.ends().exit_code(),
        2,
        "an image that was opened from the comparison and left"
    );
}
