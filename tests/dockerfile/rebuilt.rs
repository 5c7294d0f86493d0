//! The Dockerfiles of real images, rebuilt; the demo's with its diff as a snapshot.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use layerscope::advice::base::{Base, BaseHint, base};
use layerscope::advice::dockerfile::{Dockerfile, Target, rebuild};
use layerscope::{Inspection, Opened, Progress};

use super::applied::text;
use super::situation::Fixed;
use crate::support::{corpus, inspect};

fn demo() -> (Opened, Inspection) {
    let opened = layerscope::image::builtin::demo::open().unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    (opened, inspection)
}

/// The base image as the image itself tells.
fn told(inspection: &Inspection) -> Base {
    base(inspection, BaseHint::Nothing).unwrap()
}

#[test]
fn the_demo_s_diff_is_the_one_that_was_looked_at() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dockerfile/demo.diff");
    let (opened, demo) = demo();
    let fixed = Fixed::of(
        &opened,
        &demo,
        &Target::rebuilt(&demo, "Dockerfile.rebuilt".into(), &told(&demo)),
    );
    let now = text(&fixed.fix);
    if std::env::var("LAYERSCOPE_UPDATE").as_deref() == Ok("1") {
        std::fs::write(&path, &now).unwrap();
    }
    assert_eq!(
        now,
        std::fs::read_to_string(&path).unwrap_or_default(),
        "run again with LAYERSCOPE_UPDATE=1 to renew it"
    );
}

#[test]
fn every_image_of_the_corpus_gives_a_dockerfile_and_a_diff_that_applies() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: there is no corpus");
        return;
    };
    for entry in
        ["small", "edge"].iter().flat_map(|part| std::fs::read_dir(corpus.join(part)).unwrap())
    {
        let Ok(opened) = layerscope::open(&entry.unwrap().path(), None) else { continue };
        let Ok(inspection) = layerscope::inspect(&opened, &Progress::default()) else { continue };
        let target = Target::rebuilt(&inspection, "Dockerfile".into(), &told(&inspection));
        Fixed::of(&opened, &inspection, &target);
        let given = Target::given(
            &inspection,
            "Dockerfile".into(),
            target.file.clone(),
            (".dockerignore".into(), None),
        );
        Fixed::of(&opened, &inspection, &given);
        // What was rebuilt is found again, layer by layer.
        for (i, (rebuilt, found)) in target.layers.iter().zip(&given.layers).enumerate() {
            let (Some(rebuilt), Some(found)) = (rebuilt, found) else { continue };
            assert_eq!(rebuilt, found, "{}: instruction {i}", inspection.name);
        }
    }
}

#[test]
fn buildkit_s_history_is_rebuilt_nearly_as_it_was_written() {
    let Some(corpus) = corpus() else { return };
    let inspection = inspect(&corpus.join("small/kitchen.docker26-buildkit.tar"), None).unwrap();
    let text = rebuild(&inspection, &told(&inspection)).file.source().to_owned();
    for line in [
        "COPY --chown=1000:1000 /out /app/out",
        "ARG VERSION=1.2",
        "RUN <<EOT sh -e",
        "VOLUME [\"/data\"]",
        "HEALTHCHECK --interval=5s CMD true",
        "CMD [\"-c\", \"echo hi\"]",
    ] {
        assert!(text.lines().any(|written| written == line), "{line} is not in\n{text}");
    }
}

#[test]
fn buildah_parses_what_comes_out() {
    let engine = std::env::var_os("LAYERSCOPE_ENGINE").map(PathBuf::from);
    let engine = engine.filter(|engine| engine.file_name().is_some_and(|name| name == "buildah"));
    let tools = std::env::var("LAYERSCOPE_TOOLS").unwrap_or_default();
    let required = engine.is_some() || tools.split(',').any(|name| name == "buildah");
    let buildah = engine.unwrap_or("buildah".into());
    let there = Command::new(&buildah)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    assert!(
        there || !required,
        "buildah is not installed, but LAYERSCOPE_TOOLS or LAYERSCOPE_ENGINE asks for it"
    );
    if !there {
        eprintln!("skipped: buildah is not installed");
        return;
    }
    let (opened, demo) = demo();
    let fixed =
        Fixed::of(&opened, &demo, &Target::rebuilt(&demo, "Dockerfile".into(), &told(&demo)));
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let parsed = |source: &str| {
        std::fs::write(directory.path().join("Dockerfile"), source).unwrap();
        // It parses the whole file, and only then looks for the stage.
        let output = Command::new(&buildah)
            .args([
                "--storage-driver",
                "vfs",
                "--root",
                &path("storage"),
                "--runroot",
                &path("run"),
            ])
            .args(["bud", "--target", "no-such-stage", "-f", &path("Dockerfile"), &path("")])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(
        !parsed("FROM scratch\nENV a\n").contains("no-such-stage"),
        "a file that is wrong is refused before"
    );
    let changed = fixed.fix.changes.iter().map(|change| change.new.as_str());
    let sources: Vec<_> = [fixed.target.file.source()].into_iter().chain(changed).collect();
    assert_eq!(sources.len(), 3, "as it was, as it should be, and in two stages");
    for source in sources {
        Dockerfile::parse(source).unwrap();
        let said = parsed(source);
        assert!(said.contains("no-such-stage"), "{said}\n{source}");
    }
}
