//! Archives made just now by the tools that people use, where they are installed.
//!
//! `LAYERSCOPE_TOOLS=skopeo,umoci` names those that must be there.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::build::{Image, dir, file, gone, layer, symlink, tar};
use crate::support::{account, inspect};
use serde_json::Value;

/// Whether a tool is installed; one that must be and is not, fails the test.
pub fn installed(tool: &str) -> bool {
    let there = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    let required = std::env::var("LAYERSCOPE_TOOLS").unwrap_or_default();
    assert!(
        there || !required.split(',').any(|name| name == tool),
        "{tool} is not installed, but LAYERSCOPE_TOOLS asks for it"
    );
    if !there {
        eprintln!("skipped: {tool} is not installed");
    }
    there
}

/// Runs a tool, which must succeed.
pub fn run(tool: &str, arguments: &[&str]) {
    let output = Command::new(tool).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{tool} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An image with something deleted, something replaced and something that stays.
fn image() -> Image {
    Image::of([
        layer([
            dir("usr"),
            dir("usr/go"),
            file("usr/go/compiler", 30_000),
            file("app", 700),
            symlink("tool", "usr/go"),
        ]),
        layer([gone("usr/go"), file("app", 900)]),
        layer([file("etc/motd", 40)]),
    ])
}

/// The part of the account that a copy must not change.
fn numbers(path: &Path) -> Value {
    let account =
        account(&inspect(path, None).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    let sizes = |layer: &Value| {
        [layer["size_bytes"].clone(), layer["visible_bytes"].clone(), layer["diff_id"].clone()]
    };
    let layers: Vec<_> = account["layers"].as_array().unwrap().iter().map(sizes).collect();
    serde_json::json!({ "layers": layers, "wasted": account["wasted"], "tree": account["tree"] })
}

#[test]
fn skopeo_s_copies_in_every_layout_and_compression_give_the_same_numbers() {
    if !installed("skopeo") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let original = path("original.tar");
    std::fs::write(&original, tar(image().docker())).unwrap();
    let expected = numbers(&original);
    let from = format!("docker-archive:{}", original.display());
    let copies: [(&str, &str, &[&str]); 6] = [
        ("docker-archive", "copy.tar", &[]),
        ("oci-archive", "oci.tar", &[]),
        ("oci-archive", "zstd.tar", &["--dest-compress-format", "zstd"]),
        ("oci", "oci", &[]),
        ("oci", "plain", &["--dest-oci-accept-uncompressed-layers"]),
        ("dir", "dir", &[]),
    ];
    for (transport, name, options) in copies {
        let target = path(name);
        let tag = if transport == "dir" { "" } else { ":copy:1" };
        let to = format!("{transport}:{}{tag}", target.display());
        run("skopeo", &[&["--insecure-policy", "copy"], options, &[&from, &to]].concat());
        assert_eq!(numbers(&target), expected, "{transport} {options:?}");
    }
}

#[test]
fn umoci_s_layers_are_read_as_it_writes_them() {
    if !installed("umoci") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let layout = directory.path().join("layout");
    let tagged = format!("{}:v", layout.display());
    let tree = directory.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    std::fs::write(tree.join("one"), [1; 1000]).unwrap();
    std::fs::write(tree.join("two"), [2; 300]).unwrap();
    let tree = tree.to_str().unwrap();
    run("umoci", &["init", "--layout", layout.to_str().unwrap()]);
    run("umoci", &["new", "--image", &tagged]);
    run("umoci", &["insert", "--rootless", "--image", &tagged, tree, "/opt/tools"]);
    run("umoci", &["insert", "--rootless", "--image", &tagged, "--whiteout", "/opt/tools/one"]);
    run("umoci", &["insert", "--rootless", "--image", &tagged, "--opaque", tree, "/opt/tools"]);
    let account = account(&inspect(&layout, None).unwrap());
    assert_eq!(
        (&account["totals"]["size_bytes"], &account["totals"]["visible_bytes"]),
        (&2600.into(), &1300.into())
    );
    let wasted: Vec<_> = account["wasted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|wasted| (wasted["path"].clone(), wasted["removed_in"].clone()))
        .collect();
    assert_eq!(wasted, [("/opt/tools/one".into(), 1.into()), ("/opt/tools/two".into(), 2.into())]);
    let archive = directory.path().join("layout.tar");
    run("tar", &["-C", layout.to_str().unwrap(), "-cf", archive.to_str().unwrap(), "."]);
    assert_eq!(numbers(&archive), numbers(&layout), "as a tar with ./ names");
}

#[test]
fn buildah_s_images_are_read_as_it_pushes_them() {
    if !installed("buildah") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (root, runroot) = (path("storage"), path("run"));
    std::fs::write(directory.path().join("big"), [3; 50_000]).unwrap();
    std::fs::write(
        directory.path().join("Dockerfile"),
        "FROM scratch\nCOPY big /big\nCOPY Dockerfile /big\n",
    )
    .unwrap();
    let storage = ["--storage-driver", "vfs", "--root", &root, "--runroot", &runroot];
    let context = directory.path().display().to_string();
    run(
        "buildah",
        &[
            &storage[..],
            &["bud", "--isolation", "chroot", "--layers", "-q", "-t", "built:1", &context],
        ]
        .concat(),
    );
    for transport in ["docker-archive", "oci-archive"] {
        let file = path(transport);
        run(
            "buildah",
            &[&storage[..], &["push", "-q", "built:1", &format!("{transport}:{file}:built:1")]]
                .concat(),
        );
        let account = account(&inspect(Path::new(&file), None).unwrap());
        assert_eq!(account["wasted"][0]["bytes"], 50_000, "{transport}");
        assert_eq!(account["wasted"][0]["reason"], "overwritten");
        assert!(account["layers"][1]["instruction"].as_str().unwrap().starts_with("COPY file:"));
    }
}
