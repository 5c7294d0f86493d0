//! Each archive of the table of edge cases says where engines differ, where all of them refuse it,
//! and nothing else.
//!
//! Where the corpus is not there, the test says so and passes, unless `LAYERSCOPE_CORPUS=required`.

use layerscope::{Progress, open_archive};

use crate::support::corpus;

/// Cases that some engines load and others refuse, or unpack as another tree, with words of the
/// remark.
const DIFFER: [(&str, &str); 25] = [
    ("char-0-0", "the device 0:0"),
    ("dup-dir-dir", "more than once"),
    ("dup-file-dir", "more than once"),
    ("history-long", "docker refuses such an image"),
    ("hl-to-lower", "a hard link to a file of a lower layer"),
    ("hl-to-lower-wh-same-layer", "a hard link to a file of a lower layer"),
    ("layer-gzip-trailing-garbage", "more bytes after the compressed stream"),
    ("layer-mixed", "compressed with xz"),
    ("layer-zstd-multiframe", "a frame to be skipped"),
    ("oci-docker-mediatypes", "the media types of docker"),
    ("oci-no-layout-file", "no file oci-layout"),
    ("opq-root", "makes the root directory opaque"),
    ("opq-via-lower-symlink", "/l is a link in an earlier layer"),
    ("outer-duplicate-names", "more than once"),
    ("outer-hardlink-layer", "is a hard link"),
    ("outer-symlink-forward", "a link to a later one"),
    ("pax-global", "a global PAX header"),
    ("symlink-parent-same-missing", "which the layer does not have"),
    ("v1-no-manifest", "no manifest.json"),
    ("wh-in-first-layer", "and then deletes it"),
    ("wh-parent-and-child", "and then deletes it"),
    ("wh-readd-dir-before", "and creates it again"),
    ("wh-readd-dir-samefile", "and creates it again"),
    ("wh-readd-file-after", "and then deletes it"),
    ("wh-via-lower-symlink", "/l is a link in an earlier layer"),
];
/// One more, with a name of its own.
const ATTRIBUTE: (&str, &str) = ("xattr-overlay-opaque", "trusted.overlay.opaque");

/// Cases that all engines refuse: the remark says so, or what is missing.
const REFUSED: [&str; 30] = [
    "bad-checksum",
    "config-empty",
    "config-no-rootfs",
    "deep-5000",
    "file-as-parent",
    "foreign-layer-missing",
    "hl-forward",
    "hl-missing-target",
    "hl-to-dir",
    "hl-to-self",
    "names-path-5000",
    "names-too-long",
    "not-a-tar",
    "outer-config-missing",
    "outer-layer-missing",
    "outer-layers-null",
    "outer-rootfs",
    "outer-empty-tar",
    "outer-truncated",
    "sparse-gnu-old",
    "symlink-parent-loop",
    "truncated-data",
    "truncated-header",
    "type-contiguous",
    "type-gnu-dumpdir",
    "type-unknown",
    "wh-dot",
    "wh-dotdot",
    "wh-empty-name",
    // Only the comparison with the diff IDs shows it, which --verify makes.
    "config-wrong-diffids",
];

#[test]
fn each_case_says_where_engines_differ_and_only_there() {
    let Some(corpus) = corpus() else {
        let required = std::env::var("LAYERSCOPE_CORPUS").as_deref() == Ok("required");
        assert!(!required, "the corpus is not at ../shared/corpus");
        eprintln!("skipped: the corpus is not at ../shared/corpus");
        return;
    };
    let mut failures = Vec::new();
    let mut seen = Vec::new();
    for file in std::fs::read_dir(corpus.join("edge")).unwrap() {
        let path = file.unwrap().path();
        let case =
            path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap().to_owned();
        let Ok(archive) = open_archive(&path, &Progress::default()) else { continue };
        let opened = archive.pick(0);
        let mut inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
        if case == "config-wrong-diffids" {
            let progress = Progress { verify: true, ..Progress::default() };
            let archive = open_archive(&path, &progress).unwrap();
            inspection = layerscope::inspect(&archive.pick(0), &progress).unwrap();
        }
        let mismatches = inspection.mismatches.iter().flatten();
        let texts: Vec<_> =
            inspection.warnings.iter().chain(mismatches).map(ToString::to_string).collect();
        let said: Vec<_> = texts.iter().filter(|text| text.contains("runtimes disagree")).collect();
        let known = DIFFER.iter().chain([&ATTRIBUTE]).find(|(known, _)| *known == case);
        let right = match known {
            Some((_, words)) => !said.is_empty() && said.iter().all(|text| text.contains(words)),
            None => said.is_empty(),
        };
        let is_gap = inspection
            .warnings
            .iter()
            .any(|warning| warning.gap().is_some() || warning.kind.is_by_design());
        let refused =
            is_gap || texts.iter().any(|text| text.contains("refuse") || text.contains("diff ID"));
        if !right || (REFUSED.contains(&case.as_str()) && !refused) {
            failures.push(format!("{case}: {texts:?}"));
        }
        seen.push(case);
    }
    assert!(failures.is_empty(), "{} cases:\n{}", failures.len(), failures.join("\n"));
    let named = DIFFER.iter().chain([&ATTRIBUTE]).map(|(case, _)| *case).chain(REFUSED);
    let absent: Vec<_> = named.filter(|case| !seen.iter().any(|seen| seen == case)).collect();
    assert!(absent.is_empty(), "no such cases: {absent:?}");
}
