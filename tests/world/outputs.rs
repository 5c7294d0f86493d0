//! What is written to the host is there whole or not at all, under its own name, with the mode that
//! is usual.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{PROGRAM, image, image_to_fix, layerscope, names, refused, text};

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().mode() & 0o7777
}

/// A command that a shell runs after something else.
fn after(shell: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    let script = format!("{shell}; exec \"$@\"");
    command.args(["-c", &script, "sh", PROGRAM]).args(arguments).stdin(Stdio::null());
    command.env("LAYERSCOPE_CONFIG", "/dev/null");
    command
}

/// Waits until the program has begun to write below `directory`, or has ended.
fn wait_until_it_writes(child: &mut Child, directory: &Path) {
    let writes = || names(directory).iter().any(|name| name.starts_with(".layerscope-"));
    while !writes() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Runs a command that writes below `directory` and sends it a signal once it has begun to.
fn interrupted(mut command: Command, signal: &str, directory: &Path) -> std::process::ExitStatus {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until_it_writes(&mut child, directory);
    let _ =
        Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
    child.wait().unwrap()
}

#[test]
fn a_signal_leaves_nothing_half_written_and_ends_the_program_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let image = image(directory.path());
    let image = image.to_str().unwrap();
    for (signal, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1), ("-QUIT", 3), ("-USR1", 10)] {
        let to = tempfile::tempdir().unwrap();
        let path = |name: &str| to.path().join(name).to_str().unwrap().to_owned();
        for arguments in [
            &["demo", "--write", &path("demo.tar")][..],
            &["learn", "1", "--write", &path("lesson")],
            &["extract", image, "/", "--to", &path("root")],
        ] {
            let status = interrupted(layerscope(arguments), signal, to.path());
            // It may have been too quick.
            assert!(
                status.success() || status.signal() == Some(number),
                "{arguments:?}: {status:?}"
            );
            let left = names(to.path());
            assert!(
                left.iter().all(|name| !name.starts_with(".layerscope-")),
                "{arguments:?}: {left:?}"
            );
        }
    }
}

#[test]
fn signals_that_were_ignored_at_the_start_cancel_nothing() {
    let to = tempfile::tempdir().unwrap();
    let demo = to.path().join("demo.tar");
    let command = after("trap '' HUP INT", &["demo", "--write", demo.to_str().unwrap()]);
    let mut child = { command }.stderr(Stdio::null()).spawn().unwrap();
    wait_until_it_writes(&mut child, to.path());
    while child.try_wait().unwrap().is_none() {
        for signal in ["-HUP", "-INT"] {
            let _ = Command::new("kill")
                .args([signal, &child.id().to_string()])
                .stderr(Stdio::null())
                .status();
        }
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(names(to.path()), ["demo.tar"]);
}

#[test]
fn a_disk_that_is_full_leaves_nothing_and_the_message_names_what_was_asked_for() {
    let to = tempfile::tempdir().unwrap();
    let image = image_to_fix(to.path());
    let image = image.to_str().unwrap();
    let path = |name: &str| to.path().join(name).to_str().unwrap().to_owned();
    let nothing = "RUN ".to_owned();
    for (target, arguments) in [
        (path("demo.tar"), vec!["demo", "--write"]),
        (path("lesson"), vec!["learn", "1", "--write"]),
        (path("root"), vec!["extract", image, "/", "--to"]),
        (path("Dockerfile.rebuilt"), vec!["fix", image, "--write-rebuilt"]),
    ] {
        let arguments = [arguments, vec![target.as_str()]].concat();
        // A limit of 0 lets no file have any byte.
        let output = after("ulimit -f 0", &arguments).output().unwrap();
        let said = refused(&output);
        assert!(said.contains(&target) && !said.contains(".layerscope-"), "{said}");
        assert_eq!(names(to.path()), ["image.tar"], "{arguments:?}");
        assert!(!text(&output.stdout).contains(&nothing), "a diff of a file that is not there");
    }
}

#[test]
fn what_is_in_the_way_is_said_before_anything_is_read_or_written() {
    let to = tempfile::tempdir().unwrap();
    let taken = to.path().join("taken");
    fs::write(&taken, "mine").unwrap();
    let taken = taken.to_str().unwrap();
    for arguments in [
        &["demo", "--write", taken][..],
        &["demo", "--write", "/"],
        &["learn", "1", "--write", taken],
        &["fix", "no-such-image.tar", "--write-rebuilt", taken],
    ] {
        let said = refused(&layerscope(arguments).output().unwrap());
        assert!(
            said.contains(" already exists; existing files are not overwritten\nhint: "),
            "{said}"
        );
    }
    assert_eq!(fs::read_to_string(taken).unwrap(), "mine");
    assert_eq!(names(to.path()), ["taken"]);
}

#[test]
fn files_have_the_mode_that_the_umask_leaves() {
    let to = tempfile::tempdir().unwrap();
    let image = image(to.path());
    let path = |name: &str| to.path().join(name);
    for (umask, file, directory) in
        [("022", 0o644, 0o755), ("007", 0o660, 0o770), ("077", 0o600, 0o700)]
    {
        let name = |kind: &str| path(&format!("{kind}-{umask}"));
        for arguments in [
            vec!["demo".as_ref(), "--write".as_ref(), name("demo").as_os_str()],
            vec!["learn".as_ref(), "1".as_ref(), "--write".as_ref(), name("lesson").as_os_str()],
            vec![
                "fix".as_ref(),
                image.as_os_str(),
                "--write-rebuilt".as_ref(),
                name("rebuilt").as_os_str(),
            ],
        ] {
            let arguments: Vec<&str> =
                arguments.iter().map(|word| word.to_str().unwrap()).collect();
            let output = after(&format!("umask {umask}"), &arguments).output().unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
        let lesson = name("lesson");
        assert_eq!(
            [mode(&name("demo")), mode(&name("rebuilt")), mode(&lesson.join("README.txt"))],
            [file; 3],
            "{umask}"
        );
        assert_eq!([mode(&lesson), mode(&lesson.join("pictures"))], [directory; 2], "{umask}");
        fs::remove_file(name("demo")).unwrap();
    }
}

/// A user who is not root, with what that user needs to write outputs.
struct Nobody {
    uid: u32,
    /// The program, in a place that the user may enter.
    program: PathBuf,
    image: PathBuf,
    /// The directory for outputs.
    to: PathBuf,
}

impl Nobody {
    /// Prepares a directory for outputs with this mode. Only root can become somebody else.
    fn in_directory(directory: &Path, mode: u32) -> Option<Self> {
        const NOBODY: u32 = 65_534;
        fs::set_permissions(directory, fs::Permissions::from_mode(0o777)).unwrap();
        let may = Command::new("test").arg("-w").arg(directory).uid(NOBODY).gid(NOBODY).status();
        if !may.is_ok_and(|status| status.success()) {
            eprintln!("skipped: only root can become somebody else");
            return None;
        }
        let (program, to) = (directory.join("layerscope"), directory.join("to"));
        fs::copy(PROGRAM, &program).unwrap();
        fs::create_dir(&to).unwrap();
        fs::set_permissions(&to, fs::Permissions::from_mode(mode)).unwrap();
        Some(Self { uid: NOBODY, program, image: image(directory), to })
    }
}

#[test]
fn a_umask_that_takes_everything_from_the_owner_leaves_whole_outputs_or_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let Some(Nobody { uid: nobody, program, image, to }) =
        Nobody::in_directory(directory.path(), 0o777)
    else {
        return;
    };
    for (name, arguments) in [
        ("lesson", vec!["learn", "1", "--write"]),
        ("root", vec!["extract", image.to_str().unwrap(), "/", "--to"]),
    ] {
        let target = to.join(name);
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask 777; exec \"$@\"", "sh"])
            .arg(&program)
            .args(arguments)
            .arg(&target);
        command.env("LAYERSCOPE_CONFIG", "/dev/null").uid(nobody).gid(nobody);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(names(&to), [name]);
        assert_eq!(mode(&target), 0);
        fs::remove_dir_all(&target).unwrap();
    }
}

#[test]
fn where_nothing_may_be_written_a_sentence_says_so_and_nothing_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let Some(Nobody { uid: nobody, program, image, to }) =
        Nobody::in_directory(directory.path(), 0o555)
    else {
        return;
    };
    for arguments in [
        vec!["demo", "--write"],
        vec!["learn", "1", "--write"],
        vec!["extract", image.to_str().unwrap(), "/", "--to"],
    ] {
        let target = to.join("new");
        let mut command = Command::new(&program);
        command
            .args(&arguments)
            .arg(&target)
            .env("LAYERSCOPE_CONFIG", "/dev/null")
            .uid(nobody)
            .gid(nobody);
        let output = command.output().unwrap();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(
            error.starts_with("error: cannot ") && error.contains("ermission denied"),
            "{arguments:?}: {error}"
        );
        assert!(!error.contains(".layerscope-"), "what is gone by then is not named: {error}");
        assert!(names(&to).is_empty(), "{arguments:?}: {:?}", names(&to));
    }
}

#[test]
fn no_output_makes_the_directories_above_it_and_each_says_how_to() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let image = path("demo.tar");
    assert!(layerscope(["demo", "--write", &image]).status().unwrap().success());
    let target = path("no such/new");
    for arguments in [
        vec!["demo", "--write", &target],
        vec!["learn", "1", "--write", &target],
        vec!["extract", &image, "/etc", "--to", &target],
        vec!["check", &image, "--init", "--limits", &target],
        vec!["check", &image, "--max-layers", "9", "--output", &format!("json={target}")],
    ] {
        let output = layerscope(&arguments).output().unwrap();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        let parent = path("no such");
        let expected = format!(
            "error: cannot write into {parent}: no such file or directory\n\
             hint: make the directory first: mkdir -p '{parent}'\n"
        );
        assert!(error.ends_with(&expected), "{arguments:?}: {error}");
        assert_eq!(names(directory.path()), ["demo.tar"], "{arguments:?}");
    }
}

#[test]
fn an_empty_directory_that_a_lesson_is_written_to_stays_the_same_directory() {
    let to = tempfile::tempdir().unwrap();
    let directory = to.path().join("lesson");
    fs::create_dir(&directory).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o2700)).unwrap();
    let before = directory.symlink_metadata().unwrap();
    // Also where it is the current one.
    let output =
        layerscope(["learn", "1", "--write", "."]).current_dir(&directory).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let after = directory.symlink_metadata().unwrap();
    assert_eq!(
        (after.ino(), after.mode(), after.uid(), after.gid()),
        (before.ino(), before.mode(), before.uid(), before.gid())
    );
    let written = names(&directory);
    assert!(
        written.contains(&"handout.html".to_owned()) && !written[0].starts_with(".layerscope"),
        "{written:?}"
    );
    assert_eq!(names(to.path()), ["lesson"]);
}

#[test]
fn the_demo_goes_to_standard_output_where_that_is_asked_for() {
    let to = tempfile::tempdir().unwrap();
    let mut child = layerscope(["demo", "--write", "-"])
        .current_dir(to.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let read = layerscope(["report", "-", "--quick"])
        .stdin(child.stdout.take().unwrap())
        .output()
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert!(text(&read.stdout).contains("4.7 %"), "{}", text(&read.stderr));
    assert!(names(to.path()).is_empty());
}

#[test]
fn a_diff_that_cannot_be_written_takes_the_rebuilt_file_with_it() {
    let to = tempfile::tempdir().unwrap();
    let image = image_to_fix(to.path());
    let rebuilt = to.path().join("Dockerfile.rebuilt");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let arguments =
        ["fix".as_ref(), image.as_os_str(), "--write-rebuilt".as_ref(), rebuilt.as_os_str()];
    let said = refused(&layerscope(arguments).stdout(full).output().unwrap());
    assert!(said.contains("cannot write the report"), "{said}");
    assert!(!rebuilt.exists());
    assert!(layerscope(arguments).output().unwrap().status.success());
    assert!(rebuilt.exists());
}
