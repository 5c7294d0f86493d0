//! Shows a file in a pager.

use std::path::Path;
use std::process::Command;

/// The default pager, which escapes control characters.
const USUAL: &str = "less";

/// Returns the pager that the environment names.
pub fn usual() -> String {
    let named = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
    named.unwrap_or_else(|| USUAL.into())
}

/// Shows a file in a pager, and waits for it; returns a message if that failed.
pub fn show(pager: &str, file: &Path) -> Option<String> {
    let status = command(pager, file)
        // A preprocessor would process a hostile file.
        .env_remove("LESSOPEN")
        .env_remove("LESSCLOSE")
        .status();
    match status {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("the pager `{pager}` ended with {status}")),
        Err(error) => Some(format!("cannot start the pager `{pager}`: {error}")),
    }
}

/// Makes the command of a pager. Its options are parsed by a shell; the file name never is.
#[cfg(unix)]
fn command(pager: &str, file: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{pager} \"$1\"")).arg("layerscope").arg(file);
    command
}

#[cfg(not(unix))]
fn command(pager: &str, file: &Path) -> Command {
    let mut words = pager.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(USUAL));
    command.args(words).arg(file);
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_given_to_the_pager_as_one_word() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a b; touch owned");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(show("test -s", &file), None);
        assert!(show("false", &file).unwrap().contains("`false` ended with"));
        assert!(!directory.path().join("owned").exists());
    }
}
