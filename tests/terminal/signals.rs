//! However the program is interrupted, the terminal is given back, nothing is left behind, and the
//! shell learns why.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use portable_pty::native_pty_system;

use super::session::{PATIENCE, PROGRAM, Session, command, modes, size};

/// The signals that end a program, as `kill` calls them and as the system describes them.
const ENDING: &[(&str, &str)] = &[
    ("-INT", "Interrupt"),
    ("-TERM", "Terminated"),
    ("-HUP", "Hangup"),
    ("-QUIT", "Quit"),
    ("-USR1", "User defined signal 1"),
    ("-USR2", "User defined signal 2"),
    ("-ALRM", "Alarm clock"),
];

/// Waits for the end, and checks that it came by the signal.
fn ends_by(session: &mut Session, description: &str) {
    let status = session.ends();
    let signal = status.signal().unwrap_or_default();
    assert!(signal.starts_with(description), "{description}: {status:?}");
}

fn names(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_signal_from_outside_gives_the_terminal_back_and_ends_the_program_by_itself() {
    for (signal, description) in ENDING {
        let mut session = Session::start(&["demo"], 80, 24);
        session.sees("wasted 200 MiB");
        session.signal(signal);
        ends_by(&mut session, description);
    }
    let directory = tempfile::tempdir().unwrap();
    let [old, new] = super::images::two_images(directory.path());
    for arguments in [&["learn", "1"][..], &["compare", &old, &new]] {
        let mut session = Session::start(arguments, 80, 24);
        session.sees("╭");
        session.signal("-INT");
        ends_by(&mut session, "Interrupt");
    }
}

#[test]
fn a_signal_while_the_terminal_is_asked_for_its_colours_gives_it_back() {
    for (signal, description) in ENDING {
        let mut session = Session::in_colour();
        session.reads("\x1b]11;?");
        session.signal(signal);
        ends_by(&mut session, description);
    }
}

#[test]
fn a_signal_at_any_time_before_the_first_frame_gives_the_terminal_back() {
    for milliseconds in (0..60).step_by(4) {
        let mut session = Session::in_colour();
        std::thread::sleep(Duration::from_millis(milliseconds));
        session.signal("-TERM");
        ends_by(&mut session, "Terminated");
    }
}

/// A closed window sends a signal only to the programs whose controlling terminal it was.
#[test]
fn the_program_ends_when_its_terminal_is_closed_without_a_signal() {
    let pair = native_pty_system().openpty(size(80, 24)).unwrap();
    let mut command = command(PROGRAM);
    command.arg("demo");
    command.env("TERM", "xterm-256color");
    command.env("LAYERSCOPE_CONFIG", "/dev/null");
    command.set_controlling_tty(false);
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (mut seen, mut buffer) = (String::new(), [0; 4096]);
    while !seen.contains("avoidable") {
        let n = reader.read(&mut buffer).unwrap();
        seen.push_str(&String::from_utf8_lossy(&buffer[..n]));
    }
    drop((reader, pair.master));
    let end = Instant::now() + PATIENCE;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("it goes on without a terminal");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The demo under a shell that controls jobs, and what that says of it.
fn under_a_shell(end: &str) -> Session {
    let mut command = command("bash");
    command
        .args(["-c", &format!("set -m; '{PROGRAM}' demo; echo it is stopped; read answer; {end}")]);
    Session::run(command, 80, 24)
}

/// The process that a shell has started.
fn child_of(session: &Session) -> String {
    let parent = session.child.process_id().unwrap();
    fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap().trim().to_owned()
}

fn kill(signal: &str, process: &str) {
    assert!(std::process::Command::new("kill").args([signal, process]).status().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn stopped_from_outside_it_gives_the_terminal_to_the_shell_as_after_a_key() {
    let mut session = under_a_shell("fg >/dev/null; echo it is over");
    session.sees("/usr/lib/go");
    kill("-TSTP", &child_of(&session));
    session.sees("it is stopped");
    assert!(!session.screen.screen().alternate_screen() && !session.screen.screen().hide_cursor());
    assert_eq!(
        modes(&*session.master),
        session.modes_before,
        "the terminal's modes while it is stopped"
    );
    session.types("\n").sees("/usr/lib/go").types("q").sees("it is over");
    assert!(session.ends().success());
}

#[cfg(target_os = "linux")]
#[test]
fn ended_while_it_is_stopped_it_leaves_the_terminal_to_the_shell() {
    let end =
        "kill %1; kill -CONT %1; while kill -0 %1 2>/dev/null; do sleep 0.1; done; echo it is gone";
    let mut session = under_a_shell(end);
    session.sees("/usr/lib/go").types("\x1a").sees("it is stopped");
    let stopped = session.raw.len();
    session.types("\n").sees("it is gone");
    assert!(session.ends().success());
    assert!(!session.raw[stopped..].contains("\x1b[?1049"), "the shell's screen is left alone");
}

#[test]
fn where_no_shell_could_let_it_go_on_nothing_stops_it() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("Layers 0–3");
    session.signal("-TSTP");
    session.types("[").sees("Layers 0–2").types("\x1a[").sees("Layers 0–1").types("q");
    assert!(session.ends().success());
}

#[test]
fn what_was_ignored_at_the_start_stays_ignored() {
    let mut command = command("sh");
    command.args(["-c", &format!("trap '' HUP INT TSTP; exec '{PROGRAM}' demo")]);
    let mut session = Session::run(command, 80, 24);
    session.sees("Layers 0–3");
    for signal in ["-HUP", "-INT", "-TSTP"] {
        session.signal(signal);
    }
    session.types("[").sees("Layers 0–2").types("q");
    assert!(session.ends().success());
}

/// The demo in a viewer, with a pager that says when it has the keys, and a directory for temporary
/// files.
fn in_the_pager(pager: &str) -> (Session, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("pager");
    fs::write(&script, format!("echo the pager has the keys; {pager}\n")).unwrap();
    let temporary = directory.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let mut command = command(PROGRAM);
    command.arg("demo");
    command.env("PAGER", format!("sh '{}'", script.display()));
    command.env("TMPDIR", &temporary);
    let mut session = Session::run(command, 80, 24);
    session.sees("/usr/lib/go").types("/os-release").sees("os-release").types("\rv").sees("164 B");
    session.types("|").sees("the pager has the keys");
    (session, directory)
}

#[test]
fn what_is_typed_to_interrupt_the_pager_leaves_the_viewer_open() {
    for key in ["\x03", "\x1c"] {
        // One pager goes on, the other one is ended by the key.
        for pager in ["trap '' INT QUIT; read answer", "read answer"] {
            let (mut session, directory) = in_the_pager(pager);
            session.types(key);
            if pager.starts_with("trap") {
                session.types("\n");
            }
            session
                .sees("164 B")
                .loses("the pager has the keys")
                .types("q")
                .sees("Layers 0–3")
                .types("q");
            assert!(session.ends().success());
            assert!(names(&directory.path().join("temporary")).is_empty());
        }
    }
}

#[test]
fn a_signal_while_the_pager_runs_ends_the_program_after_it_and_removes_the_copy() {
    let (mut session, directory) = in_the_pager("read answer");
    assert_eq!(names(&directory.path().join("temporary")).len(), 1);
    session.signal("-TERM");
    session.types("\n");
    ends_by(&mut session, "Terminated");
    assert!(names(&directory.path().join("temporary")).is_empty());
}

#[test]
fn an_extraction_that_a_signal_ends_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    for (signal, description) in &ENDING[..3] {
        let mut session = Session::start(&["demo"], 80, 24);
        session.sees("wasted 200 MiB").types("0").sees("/usr/lib/go");
        session.types("x").sees("./").types(&format!("\x15{}\r", directory.path().display()));
        session.signal(signal);
        ends_by(&mut session, description);
        let left = names(directory.path());
        assert!(
            left.iter().all(|path| !path.display().to_string().contains(".layerscope")),
            "{left:?}"
        );
        for path in left {
            fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path)).unwrap();
        }
    }
}

#[test]
fn sigterm_ends_it_in_order() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("wasted 200 MiB");
    session.signal("-TERM");
    session.ends();
}

#[test]
fn control_z_stops_it_and_the_shell_brings_it_back_whole() {
    let mut command = command("sh");
    let script = format!(
        "set -m; '{PROGRAM}' demo; echo it is stopped; read answer; fg >/dev/null; echo it is over"
    );
    command.args(["-c", &script]);
    let mut session = Session::run(command, 80, 24);
    session.sees("/usr/lib/go").types("[").sees("Layers 0–2").types("\x1a").sees("it is stopped");
    assert!(!session.screen.screen().alternate_screen() && !session.screen.screen().hide_cursor());
    assert_eq!(
        modes(&*session.master),
        session.modes_before,
        "the terminal's modes while it is stopped"
    );
    session.resize(120, 40).types("\n").sees("Layers 0–2").sees("libmenuw");
    assert!(session.screen.screen().alternate_screen());
    session.types("]").sees("Layers 0–3").types("q").sees("it is over");
    assert!(session.ends().success());
}

#[test]
fn stopped_and_continued_from_outside_it_draws_anew() {
    let mut session = Session::start(&["demo"], 80, 24);
    session.sees("wasted 200 MiB");
    session.signal("-STOP");
    session.take(b"\x1b[?1049l\x1b[2J\x1b[Hthe shell wrote this");
    session.signal("-CONT");
    session.loses("the shell wrote this").sees("/usr/lib/go").types("q");
    assert!(session.ends().success());
}
