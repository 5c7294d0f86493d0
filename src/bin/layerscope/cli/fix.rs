//! `layerscope fix` and `layerscope dockerfile`: changes to a Dockerfile, and the Dockerfile
//! rebuilt from the history.

use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use clap::Args;
use std::sync::Arc;

use layerscope::Inspection;
use layerscope::advice::assessment::{Question, Study, StudyError};
use layerscope::advice::base::{Base, BaseHint, base};
use layerscope::advice::dockerfile::parse::Instruction;
use layerscope::advice::dockerfile::{
    Dockerfile, Evidence, NamedChange, NamedSecret, Target as Subject, fix, rebuild, text_from,
};
use layerscope::advice::findings::Rules;
use layerscope::advice::secrets::Secrets;
use layerscope::display::{Escaped, escaped, escaped_str};
use layerscope::files::contents::LayerContents;
use layerscope::files::filesystem::Filesystem;
use layerscope::files::output::{check_free, write_file};
use layerscope::report::write_fix_json;
use layerscope::runtime::Program;
use layerscope::shell::quoted;

use super::ascii::Ascii;
use super::output::writing;
use super::settings::AsciiOption;
use super::study::{BaseArguments, PreparedBase, SecretsOption};
use super::{Failure, Format, OptionalTarget, completeness, read_opened, stderr, to_stdout};
use crate::host_text::{bytes, standard_input};
use crate::tui::Signs;

/// The word for standard input in place of a file.
const STANDARD_INPUT: &str = "-";
/// The name of a Dockerfile that has no other, in the diff.
const USUAL: &str = "Dockerfile";
/// The name of the ignore file.
const IGNORE: &str = ".dockerignore";
/// The name of the rebuilt file in the diff, unless it was written to a file.
const REBUILT: &str = "Dockerfile.rebuilt";

#[derive(Args)]
pub struct FixArguments {
    #[command(flatten)]
    target: OptionalTarget,
    #[command(flatten)]
    ascii: AsciiOption,
    /// Dockerfile of the image (only read), or `-` for standard input [default: rebuilt from the
    /// history]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["base", "base_layers"])]
    dockerfile: Option<PathBuf>,
    /// Write the rebuilt Dockerfile to this new file, for `patch`
    #[arg(long, value_name = "FILE", conflicts_with = "dockerfile")]
    write_rebuilt: Option<PathBuf>,
    /// Also suggest an order that keeps the build cache (saves no bytes)
    #[arg(long)]
    cache: bool,
    /// Also list small savings, and write changes that need a look into the file as comments
    #[arg(long)]
    all: bool,
    /// Output format; json has every suggestion with its grade, and each refused change with its
    /// reason
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    base: BaseArguments,
    #[command(flatten)]
    secrets: SecretsOption,
}

#[derive(Args)]
pub struct DockerfileArguments {
    #[command(flatten)]
    target: OptionalTarget,
    #[command(flatten)]
    base: BaseArguments,
    #[command(flatten)]
    secrets: SecretsOption,
}

/// Writes the Dockerfile rebuilt from the history.
pub fn print_dockerfile(arguments: &DockerfileArguments) -> Result<(), Failure> {
    let options = &arguments.target.options;
    let base = arguments.base.prepare()?;
    let (input, selection) = arguments.target.input()?;
    let progress = Arc::new(arguments.secrets.progress(&options.preferences)?);
    let (opened, inspection) = read_opened(input, &selection, &progress)?;
    completeness::say(&inspection);
    let secrets = arguments.secrets.search(&options.preferences, &opened, &inspection)?;
    let masked = secrets.and_then(|secrets| inspection.masking(&secrets.values));
    let inspection = masked.unwrap_or(inspection);
    let contents = LayerContents::new(&opened);
    let filesystem = Filesystem::new(&inspection.tree, &contents, &progress);
    let rebuilt = rebuild(&inspection, &base_of(&inspection, &base, &filesystem)?);
    let mut out = io::stdout().lock();
    out.write_all(rebuilt.file.source().as_bytes())
        .and_then(|()| out.flush())
        .map_err(to_stdout)?;
    completeness::ended([&inspection], &options.preferences.accepted()?)
}

/// Writes the suggested changes with reasons, as a unified diff.
pub fn print_fix(arguments: &FixArguments) -> Result<(), Failure> {
    let options = &arguments.target.options;
    if let Some(path) = &arguments.write_rebuilt {
        if path.as_os_str() == "-" {
            let message = "--write-rebuilt needs a file: the diff goes to standard output".into();
            return Err(Failure::Place {
                message,
                hint: "print it with: layerscope dockerfile IMAGE".into(),
            });
        }
        check_free(path)?;
    }
    // Errors in the Dockerfile are reported before a large image is read.
    let is_piped = |path: &Path| path.as_os_str() == STANDARD_INPUT;
    let is_image_piped = arguments.target.path.as_deref().is_none_or(is_piped);
    if is_image_piped && arguments.dockerfile.as_deref().is_some_and(is_piped) {
        let message = "standard input can only be one of both, the image or the Dockerfile".into();
        let hint = "name the image: layerscope fix IMAGE --dockerfile - < Dockerfile".into();
        return Err(Failure::Place { message, hint });
    }
    let given = arguments.dockerfile.as_deref().map(parse).transpose()?;
    let base = arguments.base.prepare()?;
    let (units, signs) = options.preferences.of_text(&arguments.ascii)?;
    let progress = Arc::new(arguments.secrets.progress(&options.preferences)?);
    let (input, selection) = arguments.target.input()?;
    let (opened, inspection) = read_opened(input, &selection, &progress)?;
    completeness::say(&inspection);
    let secrets = arguments.secrets.search(&options.preferences, &opened, &inspection)?;
    let masked = secrets.as_ref().and_then(|secrets| inspection.masking(&secrets.values));
    // A Dockerfile has the values, as the history has them; what is said of both has them masked.
    let shown = masked.as_ref().unwrap_or(&inspection);
    let contents = LayerContents::new(&opened);
    let filesystem = Filesystem::new(&inspection.tree, &contents, &progress);
    let mut subject = match (given, &arguments.dockerfile) {
        (Some((file, raw)), Some(path)) => {
            let path = if is_piped(path) { Path::new(USUAL) } else { path };
            let (ignore, ignore_raw) = ignore_of(path, &file)?;
            let path = &real(path);
            let subject = Subject::given(&inspection, named(path).into(), file, ignore);
            if let Some(foreign) = &subject.foreign {
                let hint = "name the Dockerfile, and the stage, that this image was built from; without --dockerfile, \
                    one is rebuilt from the history";
                let message = format!(
                    "{} is not the Dockerfile of {}: {}",
                    subject.name,
                    shown.name,
                    shown_without(foreign, secrets.as_ref())
                );
                return Err(Failure::Place { message, hint: hint.into() });
            }
            let staged = staged_beside(path);
            Subject { raw: raw || ignore_raw, directory: directory_of(path), staged, ..subject }
        }
        _ => {
            let name = arguments.write_rebuilt.as_deref().unwrap_or(Path::new(REBUILT));
            Subject::rebuilt(shown, named(name).into(), &base_of(shown, &base, &filesystem)?)
        }
    };
    subject.cache = arguments.cache;
    subject.all = arguments.all;
    let rules = Rules::built_in();
    let question = Question {
        base: BaseHint::Layers(subject.base_layers),
        contents: Some(&contents),
        progress: Some(&progress),
        secrets: false,
        ..Question::with(&rules)
    };
    let study = Study::assess(shown, &question).map_err(|error| match error {
        StudyError::Stopped(error) => Failure::from(error),
        StudyError::Base(error) => Failure::Usage(error.to_string()),
    })?;
    let program = match &study.runtime {
        Some(program) => program,
        None => &Program::detect(&filesystem, &shown.run)?,
    };
    let mut evidence = Evidence::gather(shown, subject.base_layers, &filesystem, program)?;
    evidence.changes = NamedChange::all(shown, &study.changes);
    let mut fix = fix(shown, &subject, &evidence);
    let is_there = arguments.write_rebuilt.is_some() || Path::new(REBUILT).exists();
    fix.unwritten = fix.unwritten.filter(|_| !is_there);
    fix.secrets = secrets.as_ref().map(|secrets| NamedSecret::all(shown, secrets));
    opened.check_unchanged()?;
    let mut diff = Vec::new();
    let signs = match arguments.format {
        Format::Text => {
            fix.write(&shown.name, units, &mut diff).map_err(to_stdout)?;
            signs
        }
        Format::Json => {
            write_fix_json(&fix, &shown.name, &mut diff).map_err(to_stdout)?;
            Signs::Unicode
        }
    };
    let accepted = options.preferences.accepted()?;
    if fix.changes.is_empty() && matches!(arguments.format, Format::Text) {
        // `patch` fails on a text without a diff, and takes an empty one.
        let mut text = Ascii::of_diff(Vec::new(), signs);
        text.write_all(&diff).and_then(|()| text.flush()).map_err(to_stdout)?;
        stderr::write(String::from_utf8_lossy(&text.into_inner()));
        diff.clear();
    }
    let Some(path) = &arguments.write_rebuilt else {
        print(&diff, signs)?;
        return completeness::ended([&inspection], &accepted);
    };
    // `patch` may look for the file as soon as the diff arrives.
    writing(&progress, || {
        write_file(path, &progress, |out| out.write_all(subject.file.source().as_bytes()))
    })?;
    print(&diff, signs).inspect_err(|failure| {
        if !failure.is_broken_pipe() {
            // Without the diff, the file would only obstruct the next try.
            let _ = std::fs::remove_file(path);
        }
    })?;
    completeness::ended([&inspection], &accepted)
}

/// Masks the secrets in a text of the history.
fn shown_without(text: &str, secrets: Option<&Secrets>) -> String {
    let text = secrets.map_or(text.into(), |secrets| secrets.values.mask(text));
    layerscope::secret::mask(&text).into_owned()
}

fn print(diff: &[u8], signs: Signs) -> Result<(), Failure> {
    let mut out = Ascii::of_diff(io::stdout().lock(), signs);
    out.write_all(diff).and_then(|()| out.flush()).map_err(to_stdout)
}

/// Returns the base image: as given, or detected in the image.
fn base_of(
    inspection: &Inspection,
    given: &PreparedBase,
    filesystem: &Filesystem<'_>,
) -> Result<Base, Failure> {
    let mut base =
        base(inspection, given.given()).map_err(|error| Failure::Usage(error.to_string()))?;
    base.find_references(Some(filesystem))?;
    Ok(base)
}

/// Returns the file that a symbolic link leads to, because git and `patch` change no links; else
/// the path as it is.
fn real(path: &Path) -> PathBuf {
    let is_link = path.symlink_metadata().is_ok_and(|it| it.is_symlink());
    let Some(real) = path.canonicalize().ok().filter(|_| is_link) else { return path.into() };
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let below = here.ok().and_then(|here| real.strip_prefix(here).map(Path::to_owned).ok());
    below.unwrap_or(real)
}

/// Returns the name of a file in the diff: the path as given, unless `patch` refuses such a path.
pub(super) fn named(path: &Path) -> Escaped {
    let path = if is_below(path) { path } else { path.file_name().map_or(path, Path::new) };
    // git takes no `./`.
    let plain: PathBuf =
        path.components().filter(|part| !matches!(part, Component::CurDir)).collect();
    escaped_str(&in_diff(plain.as_os_str().as_encoded_bytes()))
}

/// Returns a name as `patch` and git read it: in quotes with escapes, as in C, where it would be
/// read otherwise.
fn in_diff(name: &[u8]) -> String {
    let is_odd = name.iter().any(u8::is_ascii_control)
        || name.first().is_some_and(|first| b" \"".contains(first))
        || name.last() == Some(&b' ');
    if let (Ok(name), false) = (std::str::from_utf8(name), is_odd) {
        return name.to_owned();
    }
    let quoted = name.iter().map(|&byte| match byte {
        b'\t' => "\\t".into(),
        b'\n' => "\\n".into(),
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03o}"),
    });
    format!("\"{}\"", quoted.collect::<String>())
}

/// Returns whether a path leads down from where the program runs: `patch` refuses others.
fn is_below(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Returns the directory in which a diff has to be applied, quoted for a shell, if it is another
/// one.
fn directory_of(path: &Path) -> Option<Escaped> {
    let directory = path.parent().filter(|_| !is_below(path))?;
    Some(escaped_str(&quoted(&escaped(directory.as_os_str().as_encoded_bytes()))))
}

/// Reads a Dockerfile; errors have the file and the line.
pub(super) fn parse(path: &Path) -> Result<(Dockerfile, bool), Failure> {
    let name = escaped(path.as_os_str().as_encoded_bytes());
    let name = if name == *STANDARD_INPUT { Escaped::from("standard input") } else { name };
    let (text, raw) =
        text_of(path).map_err(|error| Failure::File(format!("cannot read {name}: {error}")))?;
    let file =
        Dockerfile::parse(text).map_err(|error| Failure::File(format!("{name}: {error}")))?;
    Ok((file, raw))
}

/// Returns the second Dockerfile in stages that lies beside a Dockerfile, if there is one.
fn staged_beside(path: &Path) -> Option<String> {
    let mut name = path.as_os_str().to_owned();
    name.push(".multi-stage");
    let name = PathBuf::from(name);
    name.exists().then(|| text_of(&name).map(|(text, _)| text).unwrap_or_default())
}

/// Returns the build context of a Dockerfile: where an ignore file lies, or what it copies, beside
/// it or where the program runs.
fn context_of(dockerfile: &Path, file: &Dockerfile) -> PathBuf {
    let (beside, here) = (dockerfile.parent().unwrap_or(Path::new("")), Path::new(""));
    let is_ignored = |directory: &Path| directory.join(IGNORE).is_file();
    if beside == here || !is_below(dockerfile) || is_ignored(beside) {
        return beside.into();
    }
    let copies = file.instructions.iter().filter(|instruction| instruction.flag("from").is_none());
    let sources: Vec<_> =
        copies.filter_map(Instruction::copied).flat_map(|(sources, _)| sources).collect();
    let is_plain = |source: &&String| {
        !source.contains(['$', '*', '?', ':', '<']) && source.contains(char::is_alphanumeric)
    };
    let sources: Vec<_> =
        sources.iter().filter(is_plain).map(|source| source.trim_start_matches('/')).collect();
    let has_all = |directory: &Path| sources.iter().all(|source| directory.join(source).exists());
    let is_here = match sources.is_empty() {
        true => holds_no_project(beside),
        false => has_all(here) && !has_all(beside),
    };
    let is_here = is_here || is_ignored(here);
    if is_here { here.into() } else { beside.into() }
}

/// Returns whether a directory has nothing but Dockerfiles and what goes with them, so that it is no
/// build context that a `COPY` of all could mean.
fn holds_no_project(directory: &Path) -> bool {
    const BESIDE: [&str; 8] = [".sh", ".conf", ".cfg", ".ini", ".env", ".yml", ".yaml", ".md"];
    let Ok(mut entries) = directory.read_dir() else { return false };
    entries.all(|entry| {
        let Ok(entry) = entry else { return false };
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let is_known = name.contains("dockerfile") || BESIDE.iter().any(|end| name.ends_with(end));
        is_known && !entry.path().is_dir()
    })
}

/// Returns the `.dockerignore` that builders read with a Dockerfile: `NAME.dockerignore` beside it,
/// or the one of the context.
fn ignore_of(
    dockerfile: &Path,
    file: &Dockerfile,
) -> Result<((String, Option<String>), bool), Failure> {
    let mut own = dockerfile.as_os_str().to_owned();
    own.push(IGNORE);
    let usual = context_of(dockerfile, file).join(IGNORE);
    for path in [PathBuf::from(own), usual.clone()] {
        match text_of(&path) {
            Ok((text, raw)) => return Ok(((named(&real(&path)).into(), Some(text)), raw)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let name = escaped(path.as_os_str().as_encoded_bytes());
                return Err(Failure::File(format!("cannot read {name}: {error}")));
            }
        }
    }
    Ok(((named(&usual).into(), None), false))
}

/// Reads a text; the second value is true if characters stand for bytes that are not UTF-8.
fn text_of(path: &Path) -> io::Result<(String, bool)> {
    let not_text = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "it is not UTF-8, and uses private-use characters",
        )
    };
    let bytes = match path.as_os_str() == STANDARD_INPUT {
        true => standard_input()?,
        false => bytes(path)?,
    };
    text_from(bytes).ok_or_else(not_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_quotes_where_patch_would_read_another_one() {
        for name in ["Dockerfile", "my Dockerfile", "na\u{ef}ve", "a\\b", "a \"b\"", "-x"] {
            assert_eq!(in_diff(name.as_bytes()), name);
        }
        assert_eq!(in_diff(b"caf\xe9"), "\"caf\\351\"");
        assert_eq!(in_diff(b"a\tb\nc"), "\"a\\tb\\nc\"");
        assert_eq!(in_diff(b" a\\"), "\" a\\\\\"");
        assert_eq!(in_diff(b"\"a\" "), "\"\\\"a\\\" \"");
    }
}
