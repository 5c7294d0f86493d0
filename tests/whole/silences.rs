//! Small things that are odd are said, and sentences say what they mean.

use serde_json::{Value, json};

use super::*;
use crate::support::build::{Layout, entries, member};

/// The words of a report, and its exit code.
fn said(archive: &[u8], more: &[&str]) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = written(directory.path(), "image.tar", archive);
    let (code, text, error) = run(&[&["report", &path], more].concat());
    (code, format!("{text} {error}").split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The archive of [`image`] with a change of one member.
fn with(name: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let changed = |entry: Entry| match entry.name() == name.as_bytes() {
        true => member(name, change(entry.contents())),
        false => entry,
    };
    tar(image().docker().into_iter().map(changed))
}

#[test]
fn bytes_that_are_not_utf_8_and_fields_that_are_there_twice_are_said() {
    let latin = with("config.json", |config| {
        String::from_utf8_lossy(config)
            .replace("step", "st\u{1}p")
            .into_bytes()
            .iter()
            .map(|&b| if b == 1 { 0xe9 } else { b })
            .collect()
    });
    let (code, text) = said(&latin, &[]);
    assert!(code == Some(0) && text.contains("it has bytes that are not UTF-8"), "{text}");
    let twice = with("config.json", |config| {
        let config = String::from_utf8(config.to_vec()).unwrap();
        format!(
            r#"{},"rootfs":{{"type":"layers"}},"architecture":"arm64"}}"#,
            config.strip_suffix('}').unwrap()
        )
        .into_bytes()
    });
    let (code, text) = said(&twice, &[]);
    assert!(
        code == Some(0) && text.contains("rootfs is there 2 times; the last one counts"),
        "{text}"
    );
    let table = with("manifest.json", |table| {
        let table = String::from_utf8(table.to_vec()).unwrap();
        table.replacen("\"Layers\"", "\"layers\":[\"0.tar\"],\"Layers\"", 1).into_bytes()
    });
    assert!(
        said(&table, &[]).1.contains("entry 0: Layers is there 2 times"),
        "{:?}",
        said(&table, &[])
    );
    assert!(!said(&tar(image().docker()), &[]).1.contains("2 times"));
}

#[test]
fn a_file_oci_layout_that_states_no_version_is_said() {
    for contents in
        [vec![0; 30], b"{}".to_vec(), br#"{"imageLayoutVersion":"2"}"#.to_vec(), Vec::new()]
    {
        let members = image().oci().into_iter().filter(|entry| entry.name() != b"oci-layout");
        let (code, text) = said(&tar(members.chain([member("oci-layout", contents)])), &[]);
        assert!(
            code == Some(0) && text.contains("the file oci-layout cannot be understood"),
            "{text}"
        );
    }
    assert!(!said(&tar(image().oci()), &[]).1.contains("oci-layout"));
}

#[test]
fn what_follows_the_end_of_an_archive_is_said() {
    let archive = tar(image().docker());
    for archive in [
        [&archive[..], b"and more"].concat(),
        [&archive[..], &[0; 9000], &tar(image().docker())].concat(),
    ] {
        for (code, text, _) in [&archive, &gzip(&archive)]
            .map(|bytes| run_with(&["report", "-"], bytes))
            .into_iter()
            .chain([{
                let (code, text) = said(&archive, &[]);
                (code, text, String::new())
            }])
        {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                code == Some(0)
                    && text.contains("there are more bytes after the end marker of the archive"),
                "{text}"
            );
        }
    }
    let padded = [&archive[..], &[0; 300_000]].concat();
    assert!(!said(&padded, &[]).1.contains("follows"), "zeros fill the last record");
}

#[test]
fn zeros_without_end_are_refused() {
    let zeros = std::io::Read::take(std::io::repeat(0), 8 << 30);
    let mut child = Command::new(env!("CARGO_BIN_EXE_layerscope"))
        .args(["report", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // The program does not read them all.
    assert!(std::io::copy(&mut std::io::BufReader::new(zeros), &mut pipe).is_err());
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && error.contains("nothing but zeros"), "{error}");
    #[cfg(target_os = "linux")]
    assert!(run(&["report", "/dev/zero"]).2.contains("nothing but zeros"));
}

#[test]
fn a_config_that_is_missing_is_named_where_the_reason_is_given() {
    let (code, text) = said(&without("config.json"), &[]);
    assert_eq!(code, Some(2));
    assert!(
        text.contains("This report is incomplete: the config is not in the archive;"),
        "{text}"
    );
    assert!(
        text.contains("could only be read in part: the config is not in the archive (absent)"),
        "{text}"
    );
}

#[test]
fn a_layer_without_a_name_and_a_manifest_of_nothing_are_named_as_such() {
    let nameless = with("manifest.json", |table| {
        String::from_utf8(table.to_vec()).unwrap().replace("0.tar", "").into_bytes()
    });
    let (code, text) = said(&nameless, &[]);
    assert!(
        code == Some(2) && text.contains("layer 0: the manifest does not name its file"),
        "{text}"
    );
    let mut layout = Layout::default();
    let image = layout.image(&image());
    let nothing = layout.blob(
        "application/vnd.oci.image.manifest.v1+json",
        json!({ "layers": Value::Null }).to_string().as_bytes(),
    );
    let (_, text) = said(&tar(layout.members([image, nothing])), &[]);
    assert!(
        text.contains("names neither a config nor layers") && !text.contains("artifact"),
        "{text}"
    );
}

#[test]
fn a_platform_is_no_name_and_neither_may_be_empty() {
    let archive = tar(image().docker());
    let (code, text) = said(&archive, &["--platform", "linux/s390x"]);
    assert!(
        code == Some(2) && text.contains("holds no image for the platform linux/s390x"),
        "{text}"
    );
    let (_, text) = said(&archive, &["--platform", "linux/s390x", "--image", "x:1"]);
    assert!(text.contains("holds no image called x:1 for the platform linux/s390x"), "{text}");
    for (option, value) in [
        ("--image", ""),
        ("--image", " "),
        ("--platform", ""),
        ("--platform", "/"),
        ("--platform", "linux/"),
        ("--platform", "a/b/c/d"),
        ("--platform", "linux / amd64"),
    ] {
        let (code, text) = said(&archive, &[option, value]);
        assert!(code == Some(2) && text.contains("invalid value"), "{option} {value:?}: {text}");
    }
}

#[test]
fn a_number_that_is_too_big_is_called_so() {
    let huge = file("f", 5).pax("size", "99999999999999999999");
    let archive = tar(Image::of([Layer::of_tar(entries([file("a", 5), huge]))]).docker());
    let (code, text) = said(&archive, &[]);
    assert!(
        code == Some(2) && text.contains("the header's size is not a number, or is too big"),
        "{text}"
    );
}
