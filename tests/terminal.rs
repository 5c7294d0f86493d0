//! The real program in a pseudo-terminal: it opens, moves, resizes, quits, and leaves the terminal as it was.
#![cfg(unix)]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Long enough for a busy machine; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(60);
const LEAVE_ALTERNATE_SCREEN: &str = "\x1b[?1049l";
const SHOW_CURSOR: &str = "\x1b[?25h";

/// The program on a terminal of its own.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: String,
    modes_before: String,
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_layerscope");

/// A command that knows nothing of the terminal that the tests are run on.
fn command(program: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    for variable in ["COLORTERM", "COLORFGBG", "NO_COLOR"] {
        command.env_remove(variable);
    }
    command
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Session {
    fn start(arguments: &[&str], cols: u16, rows: u16) -> Self {
        let mut command = command(PROGRAM);
        command.args(arguments);
        Self::run(command, cols, rows)
    }

    /// On a terminal that has true colour, and may be asked which.
    fn in_colour() -> Self {
        let mut command = command(PROGRAM);
        command.arg("demo");
        command.env("COLORTERM", "truecolor");
        Self::run(command, 80, 24)
    }

    fn run(mut command: CommandBuilder, cols: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(cols, rows)).unwrap();
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env("LAYERSCOPE_CONFIG", "/dev/null");
        let modes_before = modes(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        // The slave stays open here, so that the terminal's modes can be read when the program is gone.
        std::mem::forget(pair.slave);
        let screen = vt100::Parser::new(cells(rows), cells(cols), 0);
        Self { child, master: pair.master, keys, output, screen, raw: String::new(), modes_before }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.push_str(&String::from_utf8_lossy(bytes));
        self.screen.process(bytes);
    }

    /// Waits until the screen shows `text`.
    fn sees(&mut self, text: &str) -> &mut Self {
        self.waits(text, true)
    }

    /// Waits until the screen does not show `text` any more.
    fn loses(&mut self, text: &str) -> &mut Self {
        self.waits(text, false)
    }

    fn waits(&mut self, text: &str, shown: bool) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        while self.screen.screen().contents().contains(text) != shown {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("waited for {text:?} to be shown: {shown}\n{}", self.screen.screen().contents())
                }
            }
        }
        self
    }

    fn types(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    fn resize(&mut self, cols: u16, rows: u16) -> &mut Self {
        self.master.resize(size(cols, rows)).unwrap();
        self.screen.screen_mut().set_size(cells(rows), cells(cols));
        self
    }

    /// Sends the program a signal, as `kill` calls it.
    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Waits for the end, and checks that the terminal is as it was.
    fn ends(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > end {
                let _ = self.child.kill();
                panic!("the program does not end; its screen is\n{}", self.screen.screen().contents());
            }
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.take(&bytes);
            }
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.take(&bytes);
        }
        assert_eq!(modes(&*self.master), self.modes_before, "the terminal's modes");
        if self.raw.contains("\x1b[?1049h") {
            let left = self.raw.rfind(LEAVE_ALTERNATE_SCREEN).expect("the alternate screen is left");
            assert!(self.raw[left..].contains(SHOW_CURSOR), "the cursor is shown again");
        }
        assert!(!self.screen.screen().alternate_screen() && !self.screen.screen().hide_cursor());
        status
    }
}

/// The modes of the terminal, as far as they can be compared.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("a pseudo-terminal has modes");
    format!("{:?} {:?} {:?} {:?}", modes.input_flags, modes.output_flags, modes.control_flags, modes.local_flags)
}

#[test]
fn it_opens_moves_resizes_and_quits() {
    let mut session = Session::start(&[], 80, 24);
    session.sees("dead 200 MiB").sees("/usr/lib/go");
    session.types("[").sees("Everything up to layer 2");
    session.types("]t").sees("Changes of layer 3");
    session
        .types("t")
        .sees("Everything up to layer 3")
        .types("?")
        .sees("Help · ")
        .types("G")
        .sees("to the shell; fg")
        .types("\x1b")
        .loses("to the shell; fg");
    session.resize(120, 40).sees("deleted in layer 3 by").types("\t").sees("375 entries · tar");
    session.resize(40, 12).sees("Layers · 4").types("\t").sees("Everything up to layer 3");
    session.types("q");
    assert!(session.ends().success());
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_reported() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("dead 200 MiB").types("\x1b[24~");
    assert_eq!(session.ends().exit_code(), 101);
    assert!(session.raw.contains("asked for by F12"), "{}", session.raw);
    let left = session.raw.rfind(LEAVE_ALTERNATE_SCREEN).unwrap();
    assert!(session.raw[left..].contains("panicked"), "the report comes on the restored screen");
}

#[test]
fn sigterm_ends_it_in_order() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("dead 200 MiB");
    session.signal("-TERM");
    session.ends();
}

#[test]
fn control_z_stops_it_and_the_shell_brings_it_back_whole() {
    let mut command = command("sh");
    let script = format!("set -m; '{PROGRAM}' demo; echo it is stopped; read answer; fg >/dev/null; echo it is over");
    command.args(["-c", &script]);
    let mut session = Session::run(command, 80, 24);
    session.sees("/usr/lib/go").types("[").sees("Everything up to layer 2").types("\x1a").sees("it is stopped");
    assert!(!session.screen.screen().alternate_screen() && !session.screen.screen().hide_cursor());
    assert_eq!(modes(&*session.master), session.modes_before, "the terminal's modes while it is stopped");
    session.resize(120, 40).types("\n").sees("Everything up to layer 2").sees("libmenuw");
    assert!(session.screen.screen().alternate_screen());
    session.types("]").sees("Everything up to layer 3").types("q").sees("it is over");
    assert!(session.ends().success());
}

#[test]
fn stopped_and_continued_from_outside_it_draws_anew() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("dead 200 MiB");
    session.signal("-STOP");
    session.take(b"\x1b[?1049l\x1b[2J\x1b[Hthe shell wrote this");
    session.signal("-CONT");
    session.loses("the shell wrote this").sees("/usr/lib/go").types("q");
    assert!(session.ends().success());
}

#[test]
fn a_key_that_comes_together_with_a_new_size_is_not_left_lying() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("dead 200 MiB");
    // Whether both are there at one look is up to the system: often enough in so many rounds.
    for (round, columns) in (80..90).cycle().take(300).enumerate() {
        let (key, shown) = [("[", "Everything up to layer 2"), ("]", "Everything up to layer 3")][round % 2];
        session.resize(columns, 30).types(key).sees(shown);
    }
    session.types("q");
    assert!(session.ends().success());
}

#[test]
fn a_terminal_that_does_not_say_its_colours_is_not_waited_for_and_its_late_answer_is_no_key() {
    let mut session = Session::in_colour();
    session.sees("dead 200 MiB");
    assert!(session.raw.contains("\x1b]11;?"), "it asks");
    session.types("\x1b]10;rgb:ffff/ffff/ffff\x1b\\\x1b]11;rgb:1414/1717/1c1c\x1b\\\x1b[?62;c[");
    session.sees("Everything up to layer 2").types("q");
    assert!(session.ends().success());
}

#[test]
fn a_light_terminal_gets_colours_for_light_backgrounds() {
    // The red of the light theme. An answer may come too late where the machine is busy, so there is more than one try.
    let light = "38;2;179;38;30";
    let got_it = (0..20).any(|_| {
        let mut session = Session::in_colour();
        while !session.raw.contains("\x1b[c") {
            let bytes = session.output.recv_timeout(PATIENCE).expect("it asks");
            session.take(&bytes);
        }
        session.types("\x1b]10;rgb:0000/0000/0000\x1b\\\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;c");
        session.sees("dead 200 MiB").sees("Everything up to layer 3").types("q");
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
    assert!(session.raw.contains("TERM=dumb") && session.raw.contains("hint: the same as text: layerscope report"));
    assert!(!session.raw.contains('\x1b'), "{:?}", session.raw);
}

#[test]
fn the_mouse_is_taken_unless_it_is_left_to_the_terminal() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("/usr/lib/go").types("\x1b[<0;3;5M\x1b[<0;3;5m").sees("Everything up to layer 2").types("q");
    session.ends();
    let mut session = Session::start(&["demo", "--no-mouse"], 80, 24);
    session.sees("/usr/lib/go").types("q");
    session.ends();
    assert!(!session.raw.contains("\x1b[?1000h"), "{:?}", session.raw);
}

#[test]
fn the_build_plays_by_itself_until_it_is_paused() {
    let mut session = Session::start(&["demo", "--view", "play"], 80, 24);
    session.sees("▶ playing").sees("RUN apk add --update go git mercurial").types(" ").sees("┃┃ paused");
    while session.output.recv_timeout(Duration::from_millis(300)).is_ok() {}
    session.types(" ").types("++++").sees("The end: 210 MiB shipped").types("q");
    assert!(session.ends().success());
    let mut session = Session::start(&["demo", "--view", "play", "--no-motion"], 80, 24);
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
    let script = format!("'{PROGRAM}' demo --write '{0}' && cat '{0}' | '{PROGRAM}'", demo.display());
    command.args(["-c", &script]);
    let mut session = Session::run(command, 80, 24);
    session.sees("/usr/lib/go").types("[").sees("Everything up to layer 2").types("q");
    assert!(session.ends().success());
}

#[test]
fn the_story_of_an_image_is_told_over_the_explorer_also_from_a_pipe() {
    let directory = tempfile::tempdir().unwrap();
    let demo = directory.path().join("demo.tar");
    for tell in ["'{1}' learn --image '{0}'", "cat '{0}' | '{1}' learn --image -"] {
        let tell = tell.replace("{0}", demo.to_str().unwrap()).replace("{1}", PROGRAM);
        let mut command = command("sh");
        command.args(["-c", &format!("rm -f '{0}'; '{PROGRAM}' demo --write '{0}' && {tell}", demo.display())]);
        let mut session = Session::run(command, 80, 24);
        session.sees("The story of layerscope/demo:latest · 1 of").types("  ").sees("How much ships after it?");
        session.types("b").sees("Right.").types("L").sees("Looking around").types("q");
        assert!(session.ends().success());
    }
}

#[test]
fn a_lesson_that_is_being_read_is_left_for_the_list() {
    let mut session = Session::start(&["learn"], 80, 24);
    session.sees("1. The cleanup").sees("8. The chmod");
    assert!(!session.screen.screen().contents().contains('…'), "{}", session.screen.screen().contents());
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
    assert!(!session.raw.contains("\x1b]0;owned") && !session.raw.contains("\x1b[31mred"), "{:?}", session.raw);
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
    let image = [("l.tar.gz", gzip.finish().unwrap()), ("c.json", b"{}".to_vec()), ("manifest.json", manifest)];
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("image.tar");
    std::fs::write(&file, tar(&image)).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_layerscope"));
    command.args(["--no-config", file.to_str().unwrap()]);
    command.env("PAGER", "f() { echo lines: $(wc -l < \"$1\"); read -r wait; }; f");
    let mut session = Session::run(command, 80, 24);
    session.sees("server.log").types("v").sees("1 line 1 of the log");
    session.types("/line 123456").types("\r").sees("123456 line 123456 of the log");
    session.types("G").sees("200000 line 200000 of the log");
    // A pager of its own: it has the terminal and the keys to itself.
    session.types("p").sees("lines: 200000").types("q\r").sees("200000 line 200000 of the log");
    session.types("q").sees("Everything up to layer 0").types("q");
    assert!(session.ends().success());
}

/// Two images in files of a directory: the first has a file more.
fn two_images(directory: &std::path::Path) -> [String; 2] {
    let shared = tar(&[("lib", vec![b'x'; 3000])]);
    let images = [("old", vec![b'y'; 9000]), ("new", vec![b'y'; 2000])];
    images.map(|(name, program)| {
        let manifest = format!(r#"[{{"Config":"c.json","RepoTags":["app:{name}"],"Layers":["0.tar","1.tar"]}}]"#);
        let own = tar(&[("program", program)]);
        let members =
            [("0.tar", shared.clone()), ("1.tar", own), ("c.json", b"{}".to_vec()), ("manifest.json", manifest.into())];
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
    session.types("\r").sees("Everything up to layer 1").sees("comparison").types("2").sees("Waste");
    session.types("\x1b").sees("Everything up to layer 1").types("\x1b").sees("app:new against app:old");
    session.types("k\r").sees("8.79 KiB").types("q").sees("app:new against app:old");
    session.types("3/prog\r\r").sees("Everything up to layer 1").resize(100, 30).types("q");
    session.sees("program").sees("3 Paths]").types("q");
    assert!(session.ends().success());
}

#[test]
fn a_comparison_is_written_where_it_is_asked_for_or_where_there_is_no_screen() {
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = two_images(directory.path());
    let mut session = Session::start(&["compare", "--format", "text", &old, &new], 80, 24);
    assert!(session.ends().success());
    assert!(session.raw.contains("Biggest differences") && !session.raw.contains("\x1b[?1049h"), "{}", session.raw);
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
