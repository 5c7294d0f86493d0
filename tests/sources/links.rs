//! Layouts whose blobs are links to elsewhere on the host.

use std::path::Path;

use serde_json::Value;

use super::{account, expected, image, layerscope, report};
use crate::support::build::tar;

/// A layout below `root/image`, with the blobs that `out` chooses as links to files in `root/base`.
#[cfg(unix)]
fn linked_layout(root: &Path, out: impl Fn(usize) -> bool) -> std::path::PathBuf {
    let layout = root.join("image");
    tar::Archive::new(&tar(image().oci())[..]).unpack(&layout).unwrap();
    let blobs = layout.join("blobs/sha256");
    let base = root.join("base");
    std::fs::create_dir(&base).unwrap();
    let mut names: Vec<_> =
        std::fs::read_dir(&blobs).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for (i, name) in names.into_iter().enumerate().filter(|(i, _)| out(*i)) {
        std::fs::rename(blobs.join(&name), base.join(i.to_string())).unwrap();
        std::os::unix::fs::symlink(
            Path::new("../../../base").join(i.to_string()),
            blobs.join(&name),
        )
        .unwrap();
    }
    layout
}

#[cfg(unix)]
#[test]
fn blobs_that_are_links_out_of_a_layout_are_followed_if_they_have_their_digest() {
    let chosen: [fn(usize) -> bool; 4] = [|i| i == 0, |i| i == 1, |i| i > 1, |_| true];
    for out in chosen {
        let directory = tempfile::tempdir().unwrap();
        let layout = linked_layout(directory.path(), out);
        assert_eq!(account(&report(&[layout.to_str().unwrap()], None)), expected());
    }
    // The directory of blobs, the index, and all of it, elsewhere.
    let directory = tempfile::tempdir().unwrap();
    let layout = linked_layout(directory.path(), |_| false);
    for name in ["blobs", "index.json"] {
        std::fs::rename(layout.join(name), directory.path().join("base").join(name)).unwrap();
        std::os::unix::fs::symlink(directory.path().join("base").join(name), layout.join(name))
            .unwrap();
        assert_eq!(account(&report(&[layout.to_str().unwrap()], None)), expected(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_a_layout_to_other_bytes_is_not_followed_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let layout = linked_layout(directory.path(), |_| true);
    for base in std::fs::read_dir(directory.path().join("base")).unwrap() {
        let path = base.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if bytes.len() > 1500 {
            std::fs::write(&path, [&bytes[..], b"other"].concat()).unwrap();
        }
    }
    let output = layerscope(&["report", "--format", "json", layout.to_str().unwrap()], None);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["totals"]["size_bytes"], 0);
    let messages = report["warnings"].to_string();
    assert!(messages.contains("is a link that leads out of the directory"), "{messages}");
    assert!(messages.contains("which has another digest"), "{messages}");
}
