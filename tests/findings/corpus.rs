//! False alarms are bugs: in plain base images nothing is one's own doing.

use std::collections::BTreeMap;

use crate::support::{corpus, inspect, study};

/// Images of the corpus that are plain base images, as they were pulled or imported.
const PLAIN: [&str; 12] = [
    "bb-base.docker20.tar.gz",
    "imported.docker20.tar",
    "rootfs-export.docker20.tar",
    "snyk-ctrd-alpine.tar",
    "snyk-ctrd-busybox.amd64.tar",
    "snyk-ctrd-busybox-single-arch-with-attestation-manifest.tar",
    "snyk-docker-archives_skopeo-copy-nginx.tar",
    "snyk-docker-archives_skopeo-copy-centos-6.tar",
    "snyk-oci-archives-busybox-1.31.1.tar",
    "snyk-oci-archives-nginx.tar",
    "trivy-alpine-310.tar.gz",
    "trivy-alpine-311.tar.gz",
];

#[test]
fn plain_base_images_have_no_findings_of_one_s_own() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: the corpus is not at ../shared/corpus");
        return;
    };
    for name in PLAIN {
        let inspection = inspect(&corpus.join("small").join(name), None).unwrap();
        let study = study(&inspection);
        let own = study.findings.iter().filter(|finding| finding.whose.name() == "own");
        let own: Vec<_> = own.map(|finding| (&finding.rule, finding.bytes)).collect();
        assert!(own.is_empty(), "{name}: {own:?}");
    }
}

/// Everything else in the corpus is small and was made for other ends: what is found in it was
/// looked at, one by one.
#[test]
fn what_is_found_in_the_corpus_is_there() {
    let Some(corpus) = corpus() else { return };
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for directory in ["small", "edge"] {
        for file in std::fs::read_dir(corpus.join(directory)).unwrap() {
            let path = file.unwrap().path();
            let Ok(inspection) = inspect(&path, None) else { continue };
            for finding in
                study(&inspection).findings.iter().filter(|finding| finding.whose.name() == "own")
            {
                let name = path.file_name().unwrap().to_str().unwrap();
                let name = if name.starts_with("kitchen") || name.starts_with("commit") {
                    "kitchen"
                } else {
                    name
                };
                found.entry(finding.rule.clone()).or_default().push(name.to_owned());
            }
        }
    }
    for names in found.values_mut() {
        names.sort();
        names.dedup();
    }
    let list: Vec<_> =
        found.iter().map(|(rule, names)| format!("{rule}: {}", names.join(" "))).collect();
    assert_eq!(list, EXPECTED, "{list:#?}");
}

/// A file that one RUN wrote and the next removed; and what a Mac's Finder left in layers made by
/// hand.
const EXPECTED: [&str; 2] = [
    "deleted-later: kitchen",
    "workbench: snyk-docker-archives_skopeo-copy-nodes-fake.tar snyk-save-3-level-jar.tar snyk-save-java.tar",
];
