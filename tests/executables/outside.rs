//! What a program looks for besides its libraries, and what shows it.

use layerscope::runtime::libraries::{NeedKind, ProgramAndLibraries, RuntimeNeed};
use serde_json::json;

use crate::executables::image::Shown;
use crate::executables::tiny::{Tiny, executable, glibc, library};
use crate::support::build::{Entry, file, symlink};

fn at(path: &str, tiny: &Tiny) -> Entry {
    file(path, 0).holding(tiny.build()).mode(0o755)
}

fn outside(needed: &ProgramAndLibraries, thing: NeedKind) -> Option<&RuntimeNeed> {
    needed.needs.iter().find(|outside| outside.kind == thing)
}

#[test]
fn a_text_among_the_constants_shows_certificates_and_the_image_has_one_bundle() {
    let entries = [
        at("app", &executable().constants("x/etc/ssl/certs/ca-certificates.crt/etc/ssl/cert.pem")),
        file("usr/share/ca/bundle.crt", 1000),
        symlink("etc/ssl/certs/ca-certificates.crt", "/usr/share/ca/bundle.crt"),
        file("etc/ssl/cert.pem", 500),
    ];
    let shown = Shown::of(entries, json!({}));
    let needed = shown.needed("/app");
    let found = outside(&needed, NeedKind::Certificates).unwrap();
    assert_eq!(
        shown.paths(&found.files),
        ["/etc/ssl/certs/ca-certificates.crt", "/usr/share/ca/bundle.crt"]
    );
    assert_eq!(found.bytes, 1000);
    let sentences: Vec<_> =
        found.evidence.iter().map(|evidence| evidence.sentence(&shown.inspection.tree)).collect();
    assert_eq!(
        sentences,
        ["/app mentions /etc/ssl/certs/ca-certificates.crt", "/app mentions /etc/ssl/cert.pem"]
    );
    assert_eq!(needed.bytes(), needed.files[0].bytes, "it is not needed to be loaded");
}

#[test]
fn a_go_program_shows_its_needs_by_the_functions_in_it() {
    let go = |functions: &str| {
        let tiny = executable().section(
            ".go.buildinfo",
            1,
            3,
            crate::executables::tiny::go_build("go1.22.1", ""),
        );
        // Every Go program mentions the directory, whether or not it looks there.
        let needed = tiny.section(".gopclntab", 1, 2, functions).constants("/usr/share/zoneinfo/");
        Shown::of([at("app", &needed), file("usr/share/zoneinfo/UTC", 100)], json!({}))
            .needed("/app")
    };
    let things = |needed: &ProgramAndLibraries| {
        needed.needs.iter().map(|outside| outside.kind).collect::<Vec<_>>()
    };
    assert_eq!(things(&go("main.main\0")), []);
    assert_eq!(things(&go("time.LoadLocationFromTZData\0")), []);
    let both = go("crypto/x509.loadSystemRoots\0time.LoadLocation\0");
    assert_eq!(things(&both), [NeedKind::Certificates, NeedKind::TimeZones]);
    assert_eq!(both.needs.iter().map(|outside| outside.bytes).collect::<Vec<_>>(), [0, 100]);
    assert_eq!(things(&go("time.LoadLocation\0time/tzdata.init\0")), []);
}

#[test]
fn a_library_and_a_user_are_evidence() {
    let entries = [
        at("app", &glibc().needs("libssl.so.3")),
        at("lib64/ld-linux-x86-64.so.2", &library("ld-linux-x86-64.so.2")),
        at("usr/lib/libssl.so.3", &library("libssl.so.3")),
        file("etc/passwd", 20),
        file("etc/group", 5),
    ];
    let shown = Shown::of(entries.clone(), json!({ "User": "app:1000" }));
    let needed = shown.needed("/app");
    assert_eq!(outside(&needed, NeedKind::Certificates).unwrap().files, []);
    assert_eq!(outside(&needed, NeedKind::Users).unwrap().bytes, 25);
    assert!(
        outside(
            &Shown::of(entries, json!({ "User": "1000:1000" })).needed("/app"),
            NeedKind::Users
        )
        .is_none()
    );
}
