//! What came through a pipe before it ended is shown, and called a part.

use super::*;

/// The archive of [`image`] with the manifest first, as some tools write it.
fn manifest_first() -> Vec<u8> {
    let mut members = image().docker();
    members.rotate_right(1);
    tar(members)
}

fn compressed(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("plain", bytes.to_vec()),
        ("gzip", gzip(bytes)),
        ("zstd", zstd::encode_all(bytes, 3).unwrap()),
    ]
}

#[test]
fn a_pipe_that_ends_early_is_shown_as_far_as_it_came_like_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = manifest_first();
    for at in [1600, 2500, 3100, 5000] {
        let file = written(directory.path(), "cut.tar", &bytes[..at]);
        let from_file = run(&["report", &file]);
        let (code, text, error) = run_with(&["report", "-"], &bytes[..at]);
        assert_eq!(code, Some(2), "{at}: {error}");
        assert!(text.contains("This report is incomplete"), "{at}: {text}{error}");
        let numbers = |text: &str| text[text.find("\n  #").unwrap()..].to_owned();
        assert_eq!(numbers(&text), numbers(&from_file.1), "{at}");
    }
}

#[test]
fn no_prefix_of_an_archive_is_whole_whatever_compresses_it_and_wherever_it_comes_from() {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in compressed(&manifest_first()) {
        let last = if name == "plain" { bytes.len() - 1600 } else { bytes.len() - 1 };
        for at in (600..last).step_by(last / 7).chain([last]) {
            let file = written(directory.path(), "cut", &bytes[..at]);
            for (code, text, error) in
                [run(&["report", &file]), run_with(&["report", "-"], &bytes[..at])]
            {
                let is_said = text.contains("incomplete")
                    || error.contains("byte")
                    || error.contains("empty");
                assert!(
                    code == Some(2) && is_said,
                    "{name} {at} of {}: {code:?} {text}{error}",
                    bytes.len()
                );
            }
        }
    }
}

#[test]
fn a_root_filesystem_that_ends_between_two_files_is_not_called_whole() {
    let bytes = tar([dir("etc"), file("etc/passwd", 600), dir("usr"), file("usr/x", 100)]);
    // Before the header of usr, there is no sign of an end but the missing end marker.
    let at = 512 + 512 + 1024;
    let (code, text, _) = run_with(&["report", "-"], &bytes[..at]);
    assert!(
        code == Some(2) && text.contains("no end marker") && text.contains("≥ 600 B"),
        "{text}"
    );
    assert_eq!(
        inspect(bytes[..at].to_vec()).unwrap().completeness.layer(0.into()),
        Known::UpTo(at as u64)
    );
}

#[test]
fn a_program_that_went_by_is_named_once_in_the_reason_why_it_was_not_seen() {
    let elf =
        [&b"\x7fELF\x02\x01\x01"[..], &[0; 9][..], &[2, 0, 0x3e, 0][..], &[0; 108][..]].concat();
    let mut image = Image::of([layer([file("app", 0).mode(0o755).holding(elf)])]);
    image.config["config"] = serde_json::json!({ "Cmd": ["/app"] });
    let (_, text, error) = run_with(&["report", "-"], &tar(image.docker()));
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("read from a pipe, so file contents are not available"), "{text}{error}");
    assert!(!text.contains("/app: cannot read /app"), "{text}");
}

#[test]
fn a_compressed_root_filesystem_has_the_same_figures_through_a_pipe_as_from_a_file() {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in compressed(&tar([dir("etc"), file("etc/passwd", 6000)])) {
        for bytes in [bytes.clone(), [&bytes[..], &[0; 700]].concat()] {
            let path = written(directory.path(), "root", &bytes);
            let (from_file, piped) = (
                run(&["report", &path, "--format", "json"]).1,
                run_with(&["report", "-", "--format", "json"], &bytes).1,
            );
            let totals = |text: &str| json(text)["totals"].clone();
            if name == "zstd" && bytes.ends_with(&[0; 700]) {
                continue; // Zeros are damage there.
            }
            assert_eq!(totals(&piped), totals(&from_file), "{name}");
            assert_eq!(totals(&piped)["stored_bytes"], bytes.len(), "{name}");
        }
    }
}

#[test]
fn a_layer_that_was_cut_stores_no_more_than_came() {
    let bytes = manifest_first();
    for at in [2500, 3100, 5000] {
        let text = run_with(&["report", "-", "--format", "json"], &bytes[..at]).1;
        let stored = json(&text)["totals"]["stored_bytes"].as_u64().unwrap();
        assert!(stored <= at as u64, "{stored} of {at}: {text}");
    }
}
