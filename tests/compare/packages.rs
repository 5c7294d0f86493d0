//! Packages of two images that came, went or have another version.

use std::sync::Arc;

use layerscope::Progress;
use layerscope::compare::{PackageDifference, changed_packages};
use layerscope::files::contents::LayerContents;
use layerscope::files::packages::{Installed, installed};

use super::*;

/// The two versions with what is installed in them.
fn installed_versions() -> [(Inspection, Installed); 2] {
    support::versions::versions().map(|archive| {
        let opened = build::open(archive).unwrap();
        let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
        let installed = installed(&inspection.tree, &LayerContents::new(&opened), &Arc::default());
        (inspection, installed)
    })
}

#[test]
fn packages_came_went_and_have_another_version() {
    let [(one, before), (two, after)] = installed_versions();
    for (image, installed) in [(&one, &before), (&two, &after)] {
        let packaged: u64 = installed.packages.iter().map(|package| package.bytes).sum();
        assert_eq!(
            packaged + installed.unpackaged,
            image.totals.visible,
            "every live byte is of a package \
            or of none"
        );
    }
    let packages = changed_packages(&before, &after);
    let changes: Vec<_> =
        packages.changes.iter().map(|c| (c.name.as_str(), c.difference, c.versions())).collect();
    assert_eq!(
        changes,
        [
            ("wget", PackageDifference::Removed, "1.24.5-r0".into()),
            ("tzdata", PackageDifference::Added, "2024b-r0".into()),
            ("libcrypto3", PackageDifference::Version, "3.3.1-r3 → 3.3.2-r1".into()),
            ("libssl3", PackageDifference::Version, "3.3.1-r3 → 3.3.2-r1".into()),
        ]
    );
    assert_eq!((packages.same, packages.counts), (5, (8, 8)));
    assert_eq!(packages.changes[2].bytes(), (4_601_240 + 104_256, 4_650_392 + 104_256));
    let text = text(&Comparison::compare(&[&one, &two]).with_packages(&before, &after));
    for part in [
        "-490 KiB  removed   wget",
        "+48.0 KiB  version   \
            libcrypto3",
        "3.3.1-r3 → 3.3.2-r1",
        "files outside packages",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn a_rebuilt_version_says_which_files_broke_the_sharing() {
    let [(one, _), (two, _)] = installed_versions();
    let text = text(&Comparison::compare(&[&one, &two])).replace('\n', " ");
    let verdict = "shop:1.5 is 1.05× smaller: 13.2 MiB instead of 13.9 MiB; 2 of 4 layers shared; updating downloads";
    assert!(text.starts_with(verdict), "{text}");
    assert!(!text.contains("uncompressed"), "compressed layers are what a registry sends: {text}");
    assert!(text.contains("(/usr/bin/wget, /usr/share/zoneinfo/Europe"), "{text}");
}

#[test]
fn dpkg_tells_versions_of_what_is_installed() {
    let status = "Package: git\nStatus: install ok installed\nVersion: 1:2.39\n\n\
        Package: old\nStatus: deinstall ok config-files\nVersion: 1\n";
    let own = layer([
        file("usr/bin/git", 900),
        file("var/lib/dpkg/status", 0).holding(status),
        file("var/lib/dpkg/info/git:amd64.list", 0).holding("/.\n/usr/bin/git\n"),
        file("var/lib/dpkg/status.d/tzdata", 0).holding("Package: tzdata\nVersion: 2024a\n"),
    ]);
    let opened = build::open(tar(Image::of([own]).docker())).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let installed = installed(&inspection.tree, &LayerContents::new(&opened), &Arc::default());
    let packages: Vec<_> = installed
        .packages
        .iter()
        .map(|p| (p.name.as_str(), p.version.as_deref().unwrap(), p.bytes))
        .collect();
    assert_eq!(packages, [("git", "1:2.39", 900), ("tzdata", "2024a", 0)]);
}
