//! A working copy as it lies on a developer's disk: a repository, an old binary, modules of another
//! language, logs.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::command::run;

/// What a `.dockerignore` has to name.
const IGNORED: &str = ".dockerignore\n.git\napp-old\nnode_modules\n*.log\n";

/// Copies `sources` to `target` and strews the clutter, unless it is there already.
pub fn strew(sources: &Path, target: &Path, ignored: bool) {
    if target.is_dir() {
        return;
    }
    let unfinished = target.with_extension("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    fs::create_dir_all(&unfinished).unwrap();
    for file in fs::read_dir(sources).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), unfinished.join(file.file_name())).unwrap();
    }
    if ignored {
        fs::write(unfinished.join(".dockerignore"), IGNORED).unwrap();
    }
    fs::write(unfinished.join("app-old"), noise(8_000_000)).unwrap();
    commit(&unfinished);
    for package in 0..40 {
        let directory = unfinished.join(format!("node_modules/package-{package}/lib"));
        fs::create_dir_all(&directory).unwrap();
        for module in 0..10 {
            let line = format!("module.exports.number{module} = {package};\n");
            fs::write(directory.join(format!("module-{module}.js")), line.repeat(100)).unwrap();
        }
    }
    fs::write(
        unfinished.join("debug.log"),
        "2024-05-17 12:00:00 request served in 3 ms\n".repeat(70_000),
    )
    .unwrap();
    fs::write(unfinished.join("access.log"), "GET /?name=world 200\n".repeat(50_000)).unwrap();
    fs::rename(unfinished, target).unwrap();
}

/// Commits what there is so far: the old binary was checked in once.
fn commit(directory: &Path) {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .current_dir(directory)
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
            .args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command
            .env("GIT_AUTHOR_DATE", "2024-05-17T12:00:00Z")
            .env("GIT_COMMITTER_DATE", "2024-05-17T12:00:00Z");
        run(&mut command);
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "the service"]);
}

/// Bytes that do not compress, the same each time.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..count).map(|_| next()).collect()
}
