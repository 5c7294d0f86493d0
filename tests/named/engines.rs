//! An image that an engine has. The engine's command is a script here, which answers as the command
//! does.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{image, json, layerscope, refused, text, without_names};
use crate::support::build::tar;

/// Puts a command in the way of the real one.
fn command(home: &Path, name: &str, script: &str) {
    let bin = home.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::write(bin.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Makes engines that have no image, where there are none yet.
pub fn without_images(home: &Path) {
    for (engine, script) in [
        ("docker", "echo 'Error response from daemon: No such image' >&2; exit 1"),
        ("podman", "echo 'Error: image not known' >&2; exit 125"),
        ("nerdctl", "echo 'no such image' >&2; exit 1"),
        ("ctr", "exit 0"),
    ] {
        if !home.join("bin").join(engine).exists() {
            command(home, engine, script);
        }
    }
}

/// Makes an engine that has the archive in `home` under any name.
fn with_image(home: &Path, name: &str) {
    let archive = home.join("image.tar");
    std::fs::write(&archive, tar(image().docker())).unwrap();
    let script =
        format!("case \"$*\" in *save*) cat '{}';; *) echo '[]';; esac", archive.display());
    command(home, name, &script);
}

#[test]
fn a_name_is_found_in_each_engine_and_the_report_is_that_of_the_archive() {
    for engine in ["docker", "podman", "nerdctl"] {
        let home = tempfile::tempdir().unwrap();
        with_image(home.path(), engine);
        let of_engine = layerscope(home.path(), &["report", "team/app:1", "--format", "json"])
            .output()
            .unwrap();
        let archive = home.path().join("image.tar");
        let of_archive =
            layerscope(home.path(), &["report", archive.to_str().unwrap(), "--format", "json"])
                .output()
                .unwrap();
        assert_eq!(without_names(json(&of_engine)), without_names(json(&of_archive)), "{engine}");
        let transport =
            [("docker", "docker-daemon:"), ("podman", "podman:"), ("nerdctl", "containerd:")];
        let expected = transport
            .iter()
            .find(|(name, _)| *name == engine)
            .map_or("", |(_, transport)| transport);
        assert_eq!(json(&of_engine)["image"]["source"], format!("{expected}team/app:1"));
        assert_eq!(json(&of_archive)["image"]["source_kind"], "archive");
        let said = layerscope(home.path(), &["report", "team/app:1"]).output().unwrap();
        let first = text(&said.stdout).lines().next().unwrap_or_default().to_ascii_lowercase();
        let place = format!(" · from {} · ", engine.replace("nerdctl", "containerd"));
        assert!(first.contains(&place), "{first}");
    }
}

#[test]
fn contents_of_an_engines_image_can_be_read_after_it_passed() {
    let home = tempfile::tempdir().unwrap();
    with_image(home.path(), "docker");
    let output = layerscope(home.path(), &["cat", "team/app:1", "/etc/one"]).output().unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.len()),
        (Some(0), 3000),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_mistyped_name_is_answered_with_those_that_engines_have() {
    let home = tempfile::tempdir().unwrap();
    let listing = "case \"$*\" in *'image ls'*) \
        printf 'node\\tlatest\\t1f2e3d\\t1GB\\t2 days ago\\nacme/shop\\t2\\t4c5b6a\\t9MB\\t1 day ago\\n';; \
        *) echo 'Error response from daemon: No such image' >&2; exit 1;; esac";
    command(home.path(), "docker", listing);
    let said = |name: &str| {
        refused(&layerscope(home.path(), &["report", name, "--pull", "never"]).output().unwrap())
    };
    let near = said("nod");
    assert!(near.contains("Docker: no such image"), "{near}");
    assert!(near.contains("hint: did you mean node:latest?"), "{near}");
    assert!(said("shop:1").contains("hint: did you mean acme/shop:2?"));
    let other = said("nginx");
    assert!(!other.contains("did you mean"), "{other}");
    assert!(other.contains("hint: this looks for the tag latest"), "{other}");
}

#[test]
fn a_source_can_be_named_alone() {
    let home = tempfile::tempdir().unwrap();
    with_image(home.path(), "podman");
    let said = refused(
        &layerscope(home.path(), &["report", "docker-daemon:team/app:1"]).output().unwrap(),
    );
    assert!(said.contains("Docker: no such image") && !said.contains("Podman"), "{said}");
    for arguments in [["report", "podman:team/app:1"], ["report", "containers-storage:team/app:1"]]
    {
        let output = layerscope(home.path(), &arguments).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let output = layerscope(home.path(), &["report", "--source", "docker,podman", "team/app:1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn an_engine_that_breaks_off_is_an_error_and_not_a_small_image() {
    let home = tempfile::tempdir().unwrap();
    with_image(home.path(), "docker");
    let half = "case \"$*\" in *save*) head -c 4000 \"$HOME/image.tar\"; echo 'blob is gone' >&2; exit 1;; \
        *) echo '[]';; esac";
    command(home.path(), "docker", half);
    let output =
        layerscope(home.path(), &["report", "team/app:1", "--source", "docker"]).output().unwrap();
    let said = refused(&output);
    assert!(
        said.contains("Docker has the image") && said.contains("but cannot save it: blob is gone"),
        "{said}"
    );
}

#[test]
fn a_containerd_without_a_socket_is_not_waited_for() {
    let home = tempfile::tempdir().unwrap();
    command(home.path(), "ctr", "exec sleep 30");
    command(home.path(), "nerdctl", "echo 'cannot access containerd socket' >&2; exit 1");
    let socket = home.path().join("containerd.sock");
    let started = std::time::Instant::now();
    let mut asked = layerscope(home.path(), &["report", "team/app:1", "--pull", "never"]);
    let said = refused(&asked.env("CONTAINERD_ADDRESS", &socket).output().unwrap());
    assert!(said.contains("containerd: not running (there is no socket"), "{said}");
    assert!(started.elapsed().as_secs() < 25, "it was waited for");
}

#[test]
fn engines_that_are_not_there_are_said_to_be_so() {
    let home = tempfile::tempdir().unwrap();
    command(
        home.path(),
        "docker",
        "echo 'Cannot connect to the Docker daemon at unix:///x. Is it running?' >&2; exit 1",
    );
    let said = refused(
        &layerscope(home.path(), &["report", "team/app:1", "--pull", "never"]).output().unwrap(),
    );
    assert!(
        said.contains("Docker: not running") && said.contains("Podman: no such image"),
        "{said}"
    );
    assert!(said.contains("start Docker"), "{said}");
}

#[test]
fn names_are_compared_as_files_are() {
    let home = tempfile::tempdir().unwrap();
    with_image(home.path(), "docker");
    let archive = home.path().join("image.tar");
    let arguments = ["compare", "team/app:1", archive.to_str().unwrap(), "--format", "json"];
    let output = layerscope(home.path(), &arguments).output().unwrap();
    let comparison = json(&output);
    assert_eq!(comparison["images"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_configuration_says_where_names_are_looked_for() {
    let home = tempfile::tempdir().unwrap();
    with_image(home.path(), "podman");
    let config = home.path().join("config.toml");
    std::fs::write(&config, "sources = [\"docker\"]").unwrap();
    let config = config.to_str().unwrap();
    let said = refused(
        &layerscope(home.path(), &["report", "--config", config, "team/app:1"]).output().unwrap(),
    );
    assert!(said.contains("Docker: no such image") && !said.contains("Podman"), "{said}");
    let arguments = ["report", "--config", config, "--source", "podman", "team/app:1"];
    let output = layerscope(home.path(), &arguments).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn the_images_of_all_engines_are_listed_by_names_that_open_them() {
    let home = tempfile::tempdir().unwrap();
    let line = "printf 'team/app\\t1\\t0123456789ab\\t12MB\\t2 days ago\\n<none>\\t<none>\\tba9876543210\\t1MB\\tnow\\n'";
    command(home.path(), "docker", line);
    let output = layerscope(home.path(), &["images"]).output().unwrap();
    let listed = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr)
            .contains("note: these sizes are those that the container runtimes say")
    );
    assert!(listed.contains("docker-daemon:team/app:1         12MB  2 days ago"), "{listed}");
    assert!(
        listed.contains("docker-daemon:ba9876543210"),
        "an image without a name is opened by its ID: {listed}"
    );
    let output = layerscope(home.path(), &["images", "--format", "json"]).output().unwrap();
    assert_eq!(json(&output)["images"][0]["argument"], "docker-daemon:team/app:1");
}

#[test]
fn what_the_engine_builds_is_opened() {
    let home = tempfile::tempdir().unwrap();
    with_image(home.path(), "docker");
    let archive = home.path().join("image.tar");
    let script = format!(
        "case \"$1\" in build) echo \"$*\" >&2; echo sha256:0123456789ab > \"$3\";; image) case \"$2\" in \
            save) cat '{}';; *) \
         echo '[]';; esac;; esac",
        archive.display()
    );
    command(home.path(), "docker", &script);
    let output = layerscope(home.path(), &["build", "-t", "team/app", "."]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("-t team/app ."), "the arguments are handed on");
    assert!(text(&output.stdout).contains("2 layers"), "{}", text(&output.stdout));
    command(home.path(), "docker", "exit 7");
    let said = refused(&layerscope(home.path(), &["build", "."]).output().unwrap());
    assert!(said.contains("docker build failed"), "{said}");
}
