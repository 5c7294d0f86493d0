//! Guesses what was meant by the name of an image that cannot be found: a file beside it, a tag, or a
//! command.

use std::path::Path;

use clap::CommandFactory;
use layerscope::display::escaped_str;
use layerscope::origin::Reference;
use layerscope::shell::quoted;
use strsim::osa_distance;

use super::Arguments;
use super::misplaced::ELSEWHERE;

/// The most files of a directory that are looked at.
const FILES: usize = 10_000;
/// The longest names that are compared, in bytes.
const LONGEST: usize = 256;

/// Returns the hint for a file that is not there.
pub fn by_file(path: &str) -> Option<String> {
    without_tag(path).or_else(|| in_capitals(path)).or_else(|| similar_file(path))
}

/// Returns the hint for a name with nothing behind its colon.
fn without_tag(path: &str) -> Option<String> {
    let name = path.strip_suffix([':', '@'])?;
    Reference::parse(name)?;
    let name = escaped_str(name);
    Some(format!("the tag is missing: layerscope {name}:latest, or only layerscope {name}"))
}

/// Returns the hint for a name with capitals, which was taken for a file.
fn in_capitals(path: &str) -> Option<String> {
    let name = Reference::parse_lower_case(path)?;
    Some(format!("names of images are in lower case: {name}"))
}

/// Returns the hint with the file of the same directory that has the most similar name.
fn similar_file(path: &str) -> Option<String> {
    let path = Path::new(path);
    let wanted = path.file_name()?.to_str()?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let entries = std::fs::read_dir(directory.unwrap_or(Path::new("."))).ok()?;
    let names = entries.take(FILES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let name = nearest(wanted, names)?;
    let near = directory.map_or_else(|| name.clone().into(), |directory| directory.join(&name));
    Some(format!("did you mean {}?", escaped_str(&quoted(&near.to_string_lossy()))))
}

/// Returns the most similar name, if no more than one letter of three differs.
pub fn nearest(wanted: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let near = names.filter(|name| name.len().max(wanted.len()) <= LONGEST).filter_map(|name| {
        let letters = osa_distance(wanted, &name);
        (letters <= wanted.chars().count() / 3).then_some((letters, name))
    });
    near.min().map(|(_, name)| name)
}

/// Returns the hint for the name of an image that nobody has, if it is that of a command.
pub fn as_command(name: &str) -> Option<String> {
    let program = Arguments::command();
    let commands = || program.get_subcommands().map(clap::Command::get_name);
    let other = ELSEWHERE.iter().find(|(other, _)| *other == name).map(|(_, command)| *command);
    if name == "demo" {
        return Some("write the demo to a file first: layerscope demo --write demo.tar".into());
    }
    if commands().any(|command| command == name) {
        return Some(format!("{name} is a command, which comes first: layerscope {name} …"));
    }
    let near = || nearest(name, commands().map(str::to_owned));
    let command = other.map(str::to_owned).or_else(near)?;
    Some(format!("did you mean the command {command}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_a_similar_name_is_suggested_and_no_other() {
        let directory = tempfile::tempdir().expect("a directory");
        for name in ["two.tar", "my image.tar", "notes.txt"] {
            std::fs::write(directory.path().join(name), "").expect("a file");
        }
        let hint = |name: &str| by_file(&directory.path().join(name).to_string_lossy());
        let two = directory.path().join("two.tar");
        assert_eq!(hint("twoo.tar"), Some(format!("did you mean {}?", two.display())));
        assert!(hint("my-image.tar").is_some_and(|hint| hint.ends_with("my image.tar'?")));
        assert_eq!((hint("three.tar"), hint("app.tar")), (None, None));
        assert_eq!(by_file("/no/such/directory/x.tar"), None);
    }

    #[test]
    fn an_empty_tag_and_the_name_of_a_command_are_explained() {
        assert_eq!(
            by_file("tiny:").as_deref(),
            Some("the tag is missing: layerscope tiny:latest, or only layerscope tiny")
        );
        assert!(by_file("ghcr.io/a/b@").is_some_and(|hint| hint.contains("ghcr.io/a/b:latest")));
        assert_eq!(as_command("reprot").as_deref(), Some("did you mean the command report?"));
        assert_eq!(as_command("history").as_deref(), Some("did you mean the command dockerfile?"));
        assert!(as_command("demo").is_some_and(|hint| hint.contains("demo --write")));
        assert!(as_command("fix").is_some_and(|hint| hint.contains("layerscope fix …")));
        for image in ["nginx", "redis", "node", "debian", "alpine"] {
            assert_eq!(as_command(image), None, "{image}");
        }
    }
}
