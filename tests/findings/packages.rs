//! Packages are named by the databases of the layer at which a file still was there.

use layerscope::Progress;
use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::{Purpose, Rules};
use layerscope::files::contents::LayerContents;

use super::built::{Step, archive, config, of_rule, on_debian, step, the};
use crate::support::build::{Entry, file, gone, open};

fn study(steps: Vec<Step>) -> Study {
    let opened = open(archive(steps)).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let rules = Rules::built_in();
    let contents = LayerContents::new(&opened);
    Study::assess(&inspection, &Question { contents: Some(&contents), ..Question::with(&rules) })
        .unwrap()
}

fn text(path: &str, text: &str) -> Entry {
    file(path, 0).holding(text)
}

#[test]
fn dpkg_names_the_packages_of_what_is_there() {
    let study = study(on_debian([step(
        "RUN apt-get install -y git",
        [
            file("usr/lib/git-core/git", 2_000_000),
            file("usr/bin/hg", 1_500_000),
            file("opt/unknown", 70_000),
            text("var/lib/dpkg/info/git.list", "/.\n/usr\n/usr/lib/git-core/git\n"),
            text("var/lib/dpkg/info/mercurial:amd64.list", "/bin/hg\n"),
        ],
    )]));
    let tools = the(&study, "tools");
    assert_eq!(
        tools.packages,
        [("git".into(), 2_000_000), ("mercurial".into(), 1_500_000)],
        "/bin is a link to /usr/bin"
    );
    let other = study.shares.iter().find(|share| share.purpose == Purpose::Other).unwrap();
    assert!(other.bytes >= 70_000, "what no package owns is not the package manager's");
}

#[test]
fn apk_names_the_packages_of_what_was_there_before_it_was_deleted() {
    let database = |text_| text("lib/apk/db/installed", text_);
    let study = study(vec![
        step(
            "ADD alpine.tar.gz /",
            [file("etc/alpine-release", 6), database("P:musl\nF:lib\nR:ld.so\n\n")],
        ),
        config("CMD [\"/bin/sh\"]"),
        step(
            "RUN apk add go",
            [
                file("usr/lib/go/VERSION", 9),
                file("usr/lib/go/bin/go", 9_000_000),
                database(
                    "P:musl\nF:lib\nR:ld.so\n\nP:go\nF:usr/lib/go\nR:VERSION\nF:usr/lib/go/bin\nR:go\n\n",
                ),
            ],
        ),
        step("RUN apk del go", [gone("usr/lib/go"), database("P:musl\nF:lib\nR:ld.so\n\n")]),
    ]);
    assert_eq!(the(&study, "go-sdk").packages, [("go".into(), 9_000_009)]);
}

#[test]
fn distroless_images_name_packages_by_their_digests() {
    let study = study(vec![step(
        "COPY a /",
        [
            file("usr/lib/x/libx.a", 3_000_000),
            text(
                "var/lib/dpkg/status.d/libx.md5sums",
                "d41d8cd98f00b204e9800998ecf8427e  usr/lib/x/libx.a\n",
            ),
        ],
    )]);
    assert_eq!(the(&study, "headers").packages, [("libx".into(), 3_000_000)]);
}

#[test]
fn a_broken_database_names_nothing() {
    let study = study(on_debian([step(
        "RUN x",
        [
            file("tmp/a", 100_000),
            file("var/lib/dpkg/info/odd.list", 5000).holding(vec![0xff; 5000]),
            text("lib/apk/db/installed", "R:a\nF:\nP:\n\n\n:::"),
        ],
    )]));
    assert!(of_rule(&study, "temporary")[0].packages.is_empty());
}

#[test]
fn a_file_that_dpkg_diverted_belongs_to_the_package_that_brought_it() {
    let tools = |size| file("usr/bin/git", size);
    let study = study(on_debian([
        step(
            "RUN dpkg -i foo.deb",
            [tools(1_200_000), text("var/lib/dpkg/info/foo.list", "/usr/bin/git\n")],
        ),
        step(
            "RUN dpkg -i baz.deb",
            [
                tools(1_500_000),
                file("usr/bin/git.distrib", 1_300_000),
                text("var/lib/dpkg/info/baz.list", "/usr/bin/git\n"),
                text("var/lib/dpkg/diversions", "/usr/bin/git\n/usr/bin/git.distrib\nbaz\n"),
            ],
        ),
    ]));
    let of = |layer| {
        let found = study
            .findings
            .iter()
            .filter(|finding| finding.rule == "tools" && finding.added_in == layer);
        found.flat_map(|finding| finding.packages.clone()).collect::<Vec<_>>()
    };
    let layers = study
        .findings
        .iter()
        .filter(|finding| finding.rule == "tools")
        .map(|finding| finding.added_in);
    let last = layers.max().unwrap();
    assert_eq!(of(last), [("baz".into(), 1_500_000)]);
    assert!(
        study.shares.iter().any(|share| share.purpose == Purpose::Packages),
        "{:?}",
        study.shares
    );
}
