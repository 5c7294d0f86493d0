//! What the system does not let this program read is no part that is absent: it is a kind of its
//! own, and not accepted as absent.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use super::*;

const NOBODY: u32 = 65_534;

/// Runs the program as a user who is not root; `None` if this user cannot do that.
fn as_nobody(directory: &Path, arguments: &[&str]) -> Option<(Option<i32>, String)> {
    let program = directory.join("layerscope");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_layerscope"), &program).unwrap();
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new(&program);
    command
        .args(arguments)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("LAYERSCOPE_CONFIG", "/dev/null");
    command.current_dir("/").uid(NOBODY).gid(NOBODY).stdin(Stdio::null());
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            eprintln!("skipped: this user cannot run a program as another");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let text = format!(
        "{} {}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Some((output.status.code(), text.split_whitespace().collect::<Vec<_>>().join(" ")))
}

fn closed(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
}

#[test]
fn a_layer_that_may_not_be_read_is_not_absent() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("image");
    fs::create_dir(&root).unwrap();
    for member in image().docker() {
        fs::write(root.join(std::str::from_utf8(member.name()).unwrap()), member.contents())
            .unwrap();
    }
    closed(&root.join("1.tar"));
    for more in [&[][..], &["--accept", "absent"]] {
        let arguments = [&["report", root.to_str().unwrap()], more].concat();
        let Some((code, text)) = as_nobody(directory.path(), &arguments) else { return };
        assert_eq!(code, Some(2), "{more:?}: {text}");
        assert!(text.contains("its file 1.tar cannot be read (permission denied)"), "{text}");
        assert!(
            text.contains("layer 1 is not known (unreadable)") && !text.contains("absent"),
            "{text}"
        );
    }
    let Some((code, text)) = as_nobody(directory.path(), &["cat", root.to_str().unwrap(), "/app"])
    else {
        return;
    };
    assert!(
        code == Some(2) && text.contains("and layer 1 cannot be read (permission denied)"),
        "{text}"
    );
}

#[test]
fn files_and_directories_of_a_root_filesystem_that_may_not_be_read_are_said() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    for name in ["bin", "etc", "var/secret"] {
        fs::create_dir_all(root.join(name)).unwrap();
    }
    for name in ["bin/sh", "etc/shadow", "etc/gshadow", "var/secret/key"] {
        fs::write(root.join(name), "0123456789").unwrap();
    }
    let arguments = ["report", root.to_str().unwrap()];
    let Some((code, text)) = as_nobody(directory.path(), &arguments) else { return };
    assert!(code == Some(0) && text.contains("size 40 B"), "{text}");
    closed(&root.join("etc/shadow"));
    closed(&root.join("etc/gshadow"));
    let Some((code, text)) = as_nobody(directory.path(), &arguments) else { return };
    assert!(code == Some(2) && text.contains("size 40 B"), "sizes are known: {text}");
    assert!(
        text.contains("the contents of ")
            && text.contains("etc/gshadow and 1 other file cannot be read"),
        "{text}"
    );
    closed(&root.join("var/secret"));
    for path in ["/var/secret/key", "var/secret"] {
        let Some((code, text)) =
            as_nobody(directory.path(), &["cat", root.to_str().unwrap(), path])
        else {
            return;
        };
        assert!(code == Some(2), "{path}: {text}");
        assert!(
            path.starts_with("var")
                || text.contains("var/secret cannot be read: permission denied"),
            "{text}"
        );
    }
    let Some((code, text)) = as_nobody(directory.path(), &arguments) else { return };
    assert!(
        code == Some(2) && text.contains("var/secret cannot be read: permission denied"),
        "{text}"
    );
    assert!(text.contains("size ≥ 30 B"), "{text}");
    fs::set_permissions(root.join("var/secret"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_table_and_blobs_that_may_not_be_read_are_not_absent() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("layout");
    for member in image().oci() {
        let path = root.join(std::str::from_utf8(member.name()).unwrap().trim_end_matches('/'));
        if member.name().ends_with(b"/") {
            fs::create_dir_all(path).unwrap();
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, member.contents()).unwrap();
    }
    for closed_part in ["index.json", "blobs/sha256", "blobs"] {
        let part = root.join(closed_part);
        let mode = fs::metadata(&part).unwrap().permissions();
        closed(&part);
        let outcome = as_nobody(directory.path(), &["report", root.to_str().unwrap()]);
        fs::set_permissions(&part, mode).unwrap();
        let Some((code, text)) = outcome else { return };
        assert!(code == Some(2) && text.contains("permission denied"), "{closed_part}: {text}");
        let wrong = ["neither an image", "not in the archive", "pull the image again"];
        assert!(!wrong.iter().any(|words| text.contains(words)), "{closed_part}: {text}");
    }
}
