//! One image, opened in every way that it can come: file, directory, pipe, compressed; one of
//! several; verified.

mod compression;
mod descriptors;
mod links;
mod several;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::program::text;
use crate::support;
use crate::support::build::{Entry, Image, Layout, dir, file, gone, layer, tar};

/// 4,000 bytes of a toolchain, deleted by the next layer; 500 bytes copied again with another mode.
fn image() -> Image {
    let app = || file("app", 500).filled_with(7);
    Image::of([
        layer([dir("go"), file("go/compiler", 3000), file("go/linker", 1000), app()]),
        layer([gone("go"), app().mode(0o755)]),
    ])
}

fn layerscope(arguments: &[&str], input: Option<&[u8]>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().unwrap();
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input.map(<[u8]>::to_vec)) {
        // The program may be done with a broken input before it has read all of it.
        std::thread::spawn(move || drop(pipe.write_all(&input)));
    }
    child.wait_with_output().unwrap()
}

fn report(arguments: &[&str], input: Option<&[u8]>) -> Value {
    let output =
        layerscope(&[&["report", "--format", "json", "--top", "0"], arguments].concat(), input);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What has to be the same however the image comes.
fn account(report: &Value) -> Value {
    let totals = &report["totals"];
    serde_json::json!({
        "size": totals["size_bytes"], "visible": totals["visible_bytes"], "files": totals["files"], "wasted": report["wasted"],
    })
}

fn expected() -> Value {
    serde_json::json!({
        "size": 5000, "visible": 500, "files": 1, "wasted": [
            { "path": "/go/compiler", "bytes": 3000, "added_in": 0, "removed_in": 1, "reason": "deleted" },
            { "path": "/go/linker", "bytes": 1000, "added_in": 0, "removed_in": 1, "reason": "deleted" },
            { "path": "/app", "bytes": 500, "added_in": 0, "removed_in": 1, "reason": "rewritten-unchanged" },
        ],
    })
}

fn write(directory: &Path, name: &str, bytes: &[u8]) -> String {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn compressed(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(bytes).unwrap();
    let zstd = zstd::encode_all(bytes, 3).unwrap();
    vec![("gzip", gzip.finish().unwrap()), ("bzip2", bzip2.finish().unwrap()), ("zstd", zstd)]
}

#[test]
fn a_file_and_a_pipe_give_the_same_account_plain_and_compressed() {
    let directory = tempfile::tempdir().unwrap();
    for (layout, members) in [("docker", image().docker()), ("oci", image().oci())] {
        let plain = tar(members);
        for (compression, bytes) in compressed(&plain).into_iter().chain([("none", plain.clone())])
        {
            let file = write(directory.path(), "image", &bytes);
            assert_eq!(account(&report(&[&file], None)), expected(), "{layout} {compression} file");
            assert_eq!(
                account(&report(&["-"], Some(&bytes))),
                expected(),
                "{layout} {compression} pipe"
            );
        }
    }
}

#[test]
fn layers_of_any_compression_may_go_by_in_a_pipe() {
    let Image { layers, tags, config, annotations } = image();
    let mut layers = layers.into_iter();
    let layers = vec![layers.next().unwrap().gzip(), layers.next().unwrap().zstd()];
    let archive = tar(Image { layers, tags, config, annotations }.docker());
    let report = report(&["-"], Some(&archive));
    assert_eq!(account(&report), expected());
    assert_eq!(
        (&report["layers"][0]["compression"], &report["layers"][1]["compression"]),
        (&"gzip".into(), &"zstd".into())
    );
}

#[test]
fn what_is_piped_in_is_meant_where_nothing_is_named() {
    let output = layerscope(&[], Some(&tar(image().docker())));
    assert!(
        text(&output.stdout).starts_with("built:latest · linux/amd64 · 2 layers"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn a_pipe_that_ends_before_anything_can_be_shown_says_how_far_it_got() {
    let archive = tar(image().docker());
    for (cut, words) in [(100, "100 bytes"), (1000, "1,000 bytes")] {
        let output = layerscope(&["report", "-"], Some(&archive[..cut]));
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(message.contains(&format!("ended early, after {words}")), "{message}");
        assert!(message.contains("hint: did the command before the pipe fail?"), "{message}");
    }
}

#[test]
fn a_directory_is_opened_like_the_archive_of_it() {
    let directory = tempfile::tempdir().unwrap();
    for (layout, members) in [("docker", image().docker()), ("oci", image().oci())] {
        let root = directory.path().join(layout);
        std::fs::create_dir(&root).unwrap();
        tar::Archive::new(&tar(members)[..]).unpack(&root).unwrap();
        assert_eq!(account(&report(&[root.to_str().unwrap()], None)), expected(), "{layout}");
    }
}

#[test]
fn a_copied_directory_names_its_blobs_by_bare_digits() {
    let directory = tempfile::tempdir().unwrap();
    let mut layout = Layout::default();
    let manifest = layout.image(&image());
    let digits = |value: &Value| value["digest"].as_str().unwrap()["sha256:".len()..].to_owned();
    for blob in &layout.blobs {
        let name = String::from_utf8(blob.name().to_vec()).unwrap();
        let mut bytes = Vec::new();
        blob.write(&mut bytes);
        let length = u64::from_str_radix(text(&bytes[124..135]).trim(), 8).unwrap();
        let contents = &bytes[512..512 + usize::try_from(length).unwrap()];
        let file = name.rsplit('/').next().unwrap();
        let file = if file == digits(&manifest) { "manifest.json" } else { file };
        std::fs::write(directory.path().join(file), contents).unwrap();
    }
    assert_eq!(account(&report(&[directory.path().to_str().unwrap()], None)), expected());
}

#[test]
fn a_root_filesystem_is_shown_as_one_layer() {
    let entries = || [dir("etc"), file("etc/passwd", 20), dir("usr"), file("usr/tool", 300)];
    let directory = tempfile::tempdir().unwrap();
    let archive = tar(entries());
    let root = directory.path().join("root");
    std::fs::create_dir(&root).unwrap();
    tar::Archive::new(&archive[..]).unpack(&root).unwrap();
    let mut inputs =
        vec![write(directory.path(), "rootfs.tar", &archive), root.to_str().unwrap().to_owned()];
    inputs.extend(
        compressed(&archive).iter().map(|(name, bytes)| write(directory.path(), name, bytes)),
    );
    for input in inputs {
        let report = report(&[&input, "--tree"], None);
        assert_eq!(report["totals"]["size_bytes"], 320, "{input}");
        assert_eq!(
            (report["layers"].as_array().unwrap().len(), report["tree"].as_array().unwrap().len()),
            (1, 4)
        );
        assert!(report["warnings"][0]["message"].as_str().unwrap().contains("shown as one layer"));
    }
}

#[test]
fn a_directory_that_names_its_system_is_a_root_filesystem_however_small_it_is() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("etc")).unwrap();
    std::fs::write(directory.path().join("etc/os-release"), "ID=x\n").unwrap();
    let report = report(&[directory.path().to_str().unwrap()], None);
    assert_eq!(report["totals"]["size_bytes"], 5);
}

#[test]
fn what_is_no_image_is_said_with_what_it_is_instead() {
    let directory = tempfile::tempdir().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"%PDF-1.7").unwrap();
    let without_index: Vec<Entry> =
        image().oci().into_iter().filter(|entry| entry.name() != b"index.json").collect();
    let cases = [
        (
            write(directory.path(), "paper", &gzip.finish().unwrap()),
            "it is a gzip file that holds a PDF document",
        ),
        (
            write(directory.path(), "blobs", &tar(without_index)),
            "neither manifest.json, index.json nor repositories",
        ),
        (
            directory.path().to_str().unwrap().to_owned(),
            "is a directory that holds neither an image",
        ),
    ];
    for (path, words) in cases {
        let output = layerscope(&["report", &path], None);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
}

#[test]
fn verification_names_the_layer_that_is_not_what_it_should_be_and_ends_with_exit_code_1() {
    let right = image();
    let output = layerscope(&["report", "--verify", "-"], Some(&tar(right.oci())));
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("Verified: sizes, digests and diff IDs"));

    let mut wrong = image();
    wrong.config["rootfs"]["diff_ids"][1] = format!("sha256:{}", "0".repeat(64)).into();
    let directory = tempfile::tempdir().unwrap();
    let file = write(directory.path(), "wrong.tar", &tar(wrong.docker()));
    let output = layerscope(&["report", "--verify", "--format", "json", &file], None);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (report["mismatches"].as_array().unwrap().len(), &report["mismatches"][0]["layer"]),
        (1, &1.into())
    );
    assert!(
        layerscope(&["report", &file], None).status.success(),
        "without --verify nothing is hashed"
    );

    let output = layerscope(
        &["report", "--verify", "-"],
        Some(&tar([support::build::file("etc/passwd", 20)])),
    );
    assert_eq!(
        output.status.code(),
        Some(2),
        "a digest that is missing is no mismatch, and verifies nothing"
    );
    assert!(
        text(&output.stdout)
            .replace("\n    ", " ")
            .contains("neither manifest nor config has a digest of it"),
        "{}",
        text(&output.stdout)
    );

    let mut flipped = tar(right.oci());
    let at = flipped.windows(3).position(|bytes| bytes == [7, 7, 7]).unwrap();
    flipped[at] = 8;
    let output = layerscope(&["report", "--verify", "-"], Some(&flipped));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("layer 0: its bytes have the digest"),
        "{}",
        text(&output.stdout)
    );
}

/// The report of an input that only a shell can name.
fn through_shell(script: &str, directory: &Path) -> Value {
    let script = script.replace("layerscope", env!("CARGO_BIN_EXE_layerscope"));
    let output =
        Command::new("bash").args(["-c", &script]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{script}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn a_pipe_that_has_a_name_is_read_as_standard_input_is() {
    let directory = tempfile::tempdir().unwrap();
    let archive = tar(image().docker());
    for (name, bytes) in compressed(&archive).into_iter().chain([("plain", archive.clone())]) {
        write(directory.path(), "image", &bytes);
        for script in [
            "layerscope report --format json --top 0 <(cat image)",
            "cat image | layerscope report --format json --top 0 /dev/stdin",
            "cat image | layerscope report --format json --top 0 /dev/fd/0",
            "rm -f pipe; mkfifo pipe; cat image > pipe & layerscope report --format json --top 0 pipe",
            "layerscope report --format json --top 0 /dev/stdin < image",
        ] {
            assert_eq!(
                account(&through_shell(script, directory.path())),
                expected(),
                "{name}: {script}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_directory_that_may_not_be_read_is_a_hole_in_the_account_and_not_its_end() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    let directory = tempfile::tempdir().unwrap();
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let root = directory.path().join("root");
    for name in ["etc/secret", "usr/bin", "var/lib"] {
        std::fs::create_dir_all(root.join(name)).unwrap();
    }
    for (name, size) in
        [("etc/passwd", 20), ("etc/secret/key", 7), ("usr/bin/tool", 300), ("var/lib/db", 5)]
    {
        std::fs::write(root.join(name), vec![b'x'; size]).unwrap();
    }
    open(directory.path(), 0o755);
    open(&root.join("etc/secret"), 0);
    open(&root.join("var/lib"), 0o311);
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    command.args(["report", "--format", "json", "--top", "0"]).arg(&root).env("HOME", "/");
    // Nothing is closed to root, so that someone else has to look.
    if std::fs::read_dir(root.join("etc/secret")).is_ok() {
        command.uid(65_534).gid(65_534);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            return eprintln!("skipped: the program cannot be run as another user: {error}");
        }
    };
    open(&root.join("etc/secret"), 0o755);
    open(&root.join("var/lib"), 0o755);
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    assert_eq!(report["totals"]["size_bytes"], 320);
    let messages: Vec<_> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["message"].as_str().unwrap())
        .collect();
    for closed in ["root/etc/secret", "root/var/lib"] {
        let named = messages
            .iter()
            .any(|message| message.contains(closed) && message.contains("permission denied"));
        assert!(named, "{closed}: {messages:?}");
    }
}
