//! What is left behind, and the line that would have kept it out.

use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::{Fate, Level, Purpose, Whose};

use super::built::{found, image, of_rule, on_debian, path, step, the};
use crate::support::build::{file, hardlink};

#[test]
fn apt_lists_are_found_with_their_bytes_and_the_instruction_s_own_words() {
    let run = "RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit";
    let (inspection, study) = found(on_debian([step(
        run,
        [
            file("var/lib/apt/lists/deb.debian.org_Packages", 300_000),
            file("var/lib/apt/lists/InRelease", 100_000),
            file("var/lib/apt/lists/lock", 70_000),
            file("usr/bin/curl", 200_000),
        ],
    )]));
    let lists = the(&study, "apt-lists");
    assert_eq!(
        (lists.bytes, lists.files, lists.added_in, lists.fate),
        (400_000, 2, 1.into(), Fate::Left)
    );
    assert_eq!((lists.whose, lists.level), (Whose::Own, Level::Leftovers));
    assert_eq!(path(&inspection, lists.places[0].node), "/var/lib/apt/lists");
    assert_eq!(
        path(&inspection, lists.examples[0].node),
        "/var/lib/apt/lists/deb.debian.org_Packages"
    );
    assert_eq!(lists.fix.saves, 400_000);
    assert_eq!(
        lists.fix.dockerfile.as_deref(),
        Some("RUN apt-get update && apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/*")
    );
}

#[test]
fn lists_that_a_later_step_needs_are_not_removed_before_it() {
    let update = || step("RUN apt-get update", [file("var/lib/apt/lists/Packages", 300_000)]);
    let install = || step("RUN apt-get install -y curl", [file("usr/bin/curl", 200_000)]);
    let (_, study) = found(on_debian([update(), install()]));
    assert_eq!(
        the(&study, "apt-lists").fix.dockerfile.as_deref(),
        Some(
            "RUN apt-get update \\\n && apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/*"
        )
    );
    let copy = step("COPY sources.list /etc/apt/", [file("etc/apt/sources.list", 10)]);
    let (_, study) = found(on_debian([update(), copy, install()]));
    assert_eq!(the(&study, "apt-lists").fix.dockerfile, None, "what lies between may be needed");
}

#[test]
fn what_a_copy_brought_is_kept_out_with_dockerignore() {
    let (inspection, study) = found(on_debian([step(
        "COPY . /app # buildkit",
        [file("app/.git/objects/pack/a.pack", 900_000), file("app/server.js", 1000)],
    )]));
    let git = the(&study, "vcs");
    assert_eq!(git.bytes, 900_000);
    assert_eq!(path(&inspection, git.places[0].node), "/app/.git");
    assert!(git.fix.dockerignore.contains(&".git".to_owned()), "{:?}", git.fix);
    assert_eq!(git.fix.dockerfile, None);
}

#[test]
fn a_toolchain_is_believed_only_with_its_proof_beside_it() {
    let go = |root: &str| {
        [
            file(format!("{root}/VERSION"), 8),
            file(format!("{root}/bin/go"), 2_000_000),
            file(format!("{root}/pkg/tool/compile"), 3_000_000),
        ]
    };
    for root in ["usr/local/go", "usr/lib/go", "usr/lib/go-1.22"] {
        let (inspection, study) = found(on_debian([step("RUN curl x | tar x", go(root))]));
        let sdk = the(&study, "go-sdk");
        assert_eq!((sdk.bytes, sdk.level), (5_000_008, Level::Toolchain));
        assert_eq!(path(&inspection, sdk.places[0].node), format!("/{root}"));
    }
    let games = [file("usr/lib/gold/data", 5_000_000), file("usr/local/go/board", 5_000_000)];
    let (_, study) = found(on_debian([step("RUN install games", games)]));
    assert!(of_rule(&study, "go-sdk").is_empty());
}

#[test]
fn compilers_are_believed_only_where_gcc_s_own_directory_is() {
    let (_, study) = found(on_debian([step(
        "RUN x",
        [file("usr/bin/cc", 2_000_000), file("usr/bin/make", 2_000_000)],
    )]));
    assert!(of_rule(&study, "gcc").is_empty());
    let cc1 = file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 9_000_000);
    let (_, study) = found(on_debian([step(
        "RUN apt-get install -y gcc",
        [cc1, file("usr/bin/cc", 2_000_000)],
    )]));
    assert_eq!(the(&study, "gcc").bytes, 11_000_000);
}

#[test]
fn rust_is_believed_only_where_its_compiler_is() {
    let libraries = || {
        [
            file("usr/lib/rustlib/x86_64-unknown-linux-gnu/lib/libcore-2b14.rlib", 40_000_000),
            file("usr/lib/x86_64-linux-gnu/librustc_driver-4c3b.so", 60_000_000),
            file("usr/lib/x86_64-linux-gnu/libLLVM-14.so.1", 50_000_000),
        ]
    };
    let install = "RUN apt-get update && apt-get install -y cargo";
    let (_, study) = found(on_debian([step(install, libraries())]));
    assert!(of_rule(&study, "rust-packages").is_empty(), "Mesa has LLVM's library, too");
    let compiler = [file("usr/bin/rustc", 2_000_000)];
    let (_, study) = found(on_debian([step(install, libraries().into_iter().chain(compiler))]));
    assert_eq!(the(&study, "rust-packages").bytes, 152_000_000);
}

#[test]
fn the_most_specific_rule_takes_a_path() {
    let (_, study) = found(on_debian([step(
        "RUN pip install x",
        [
            file("root/.cache/pip/http/a", 100_000),
            file("root/.cache/other/b", 200_000),
            file("root/.cache/pip/c.a", 70_000),
        ],
    )]));
    assert_eq!(the(&study, "pip").bytes, 170_000, "more names at the beginning beat a suffix");
    assert_eq!(the(&study, "caches").bytes, 200_000);
    assert_eq!(
        the(&study, "pip").fix.dockerfile.as_deref(),
        Some("RUN pip install --no-cache-dir x")
    );
}

#[test]
fn a_licence_is_no_documentation_to_drop() {
    let (_, study) = found(on_debian([step(
        "RUN apt-get install -y x",
        [file("usr/share/doc/x/copyright", 3_000_000), file("usr/share/doc/x/README", 3_000_000)],
    )]));
    let all: u64 = study.findings.iter().map(|finding| finding.bytes).sum();
    assert_eq!((the(&study, "dpkg-docs").bytes, all), (3_000_000, 3_000_000));
}

#[test]
fn a_hard_link_costs_nothing_and_its_inode_counts_once() {
    let (_, study) =
        found(on_debian([step("RUN x", [file("tmp/a", 100_000), hardlink("tmp/b", "tmp/a")])]));
    let temporary = the(&study, "temporary");
    assert_eq!((temporary.bytes, temporary.files), (100_000, 1));
}

#[test]
fn modules_for_macos_are_wrong_in_linux_and_right_elsewhere() {
    let entries = || [file("app/node_modules/@esbuild/darwin-arm64/bin/esbuild", 900_000)];
    let (_, study) = found(on_debian([step("COPY . /app", entries())]));
    assert_eq!(the(&study, "wrong-os-native").bytes, 900_000);
    let archive = super::built::archive_with(vec![step("COPY . /app", entries())], |config| {
        config["os"] = "darwin".into();
    });
    let study = crate::support::study(&crate::support::build::inspect(archive).unwrap());
    assert!(of_rule(&study, "wrong-os-native").is_empty());
}

#[test]
fn the_application_is_a_share_of_what_ships() {
    let inspection = image(on_debian([step(
        "COPY . /app",
        [
            file("app/server", 21_000),
            file("app/node_modules/a/index.js", 300_000),
            file("app/.git/pack", 600_000),
            file("opt/data", 79_000),
        ],
    )]));
    let rules = layerscope::advice::findings::Rules::built_in();
    let application = [inspection.tree.find(b"app").unwrap()];
    let study = Study::assess(
        &inspection,
        &Question { application: &application, ..Question::with(&rules) },
    )
    .unwrap();
    let shares: Vec<_> = study.shares.iter().map(|share| (share.purpose, share.bytes)).collect();
    assert_eq!(
        shares,
        [
            (Purpose::Application, 21_000),
            (Purpose::Dependencies, 300_000),
            (Purpose::Source, 600_000),
            (Purpose::Other, 79_000)
        ]
    );
}

#[test]
fn nothing_is_found_in_an_image_that_is_one_binary() {
    let (_, study) = found(vec![step("COPY /app /app # buildkit", [file("app", 6_000_000)])]);
    assert!(study.findings.is_empty());
    assert_eq!(study.base.layers, 0);
}
