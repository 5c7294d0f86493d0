//! What a program needs to be loaded: found as the loaders of glibc and musl find it.

use std::process::Command;

use layerscope::runtime::libraries::{Loader, Why};
use serde_json::{Value, json};

use crate::executables::image::Shown;
use crate::executables::tiny::{Tiny, executable, glibc, library, musl};
use crate::support::build::{Entry, Image, file, hardlink, layer, symlink, tar};

fn at(path: &str, tiny: &Tiny) -> Entry {
    file(path, 0).holding(tiny.build()).mode(0o755)
}

/// An image for glibc with these files besides the loader and the C library.
fn glibc_image(entries: impl IntoIterator<Item = Entry>, config: Value) -> Shown {
    let base = [
        symlink("lib64", "usr/lib64"),
        at("usr/lib64/ld-linux-x86-64.so.2", &library("ld-linux-x86-64.so.2")),
        at("usr/lib64/libc.so.6", &library("libc.so.6").needs("ld-linux-x86-64.so.2")),
    ];
    Shown::of(base.into_iter().chain(entries), config)
}

fn needed(shown: &Shown) -> Vec<String> {
    shown.needed_paths(&shown.needed("/app"))
}

const LOADER: &str = "/usr/lib64/ld-linux-x86-64.so.2";
const LIBC: &str = "/usr/lib64/libc.so.6";

#[test]
fn a_static_program_needs_itself() {
    let shown = Shown::of([at("app", &executable())], json!({}));
    let needed = shown.needed("/app");
    assert_eq!((needed.loader, needed.files.len(), needed.is_complete()), (Loader::None, 1, true));
    assert_eq!(needed.bytes(), executable().build().len() as u64);
}

#[test]
fn a_program_without_any_of_its_libraries_is_not_called_static() {
    let mut image = Image::of([layer([at("app", &glibc().needs("libc.so.6"))])]);
    image.config["config"] = json!({ "Cmd": ["/app"] });
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image.tar");
    std::fs::write(&path, tar(image.docker())).unwrap();
    let said = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_layerscope"));
        let output = program.args(arguments).arg(&path).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let report = said(&["report"]);
    assert!(report.contains("none of its libraries is in the image"), "{report}");
    assert!(!report.contains("statically"), "{report}");
    let tour = said(&["learn", "--format", "markdown", "--image"]);
    assert!(tour.contains("linked dynamically, but no library that it needs"), "{tour}");
    assert!(!tour.contains("linked statically") && !tour.contains("0 more files"), "{tour}");
}

#[test]
fn libraries_are_needed_by_libraries_and_through_links() {
    let shown = glibc_image(
        [
            at("app", &glibc().needs("liba.so.1").needs("libc.so.6")),
            symlink("usr/lib64/liba.so.1", "liba.so.1.2.3"),
            at(
                "usr/lib64/liba.so.1.2.3",
                &library("liba.so.1").needs("libb.so").needs("libc.so.6"),
            ),
            at("usr/lib/libb.so", &library("libb.so")),
            at("usr/lib/libunused.so", &library("libunused.so")),
        ],
        json!({}),
    );
    let needed = shown.needed("/app");
    let expected = ["/app", LOADER, "/usr/lib64/liba.so.1.2.3", LIBC, "/usr/lib/libb.so"];
    assert_eq!(shown.needed_paths(&needed), expected);
    assert_eq!(shown.paths(&needed.links), ["/lib64", "/usr/lib64/liba.so.1"]);
    let by = needed.files[2].file.node;
    assert_eq!(needed.files[4].why, Why::NeededBy { name: "libb.so".into(), by });
    let filesystem = shown.filesystem();
    assert_eq!(
        needed.bytes(),
        filesystem.bytes(needed.files.iter().map(|required| required.file.node))
    );
}

#[test]
fn another_name_of_a_file_costs_nothing() {
    let shown = glibc_image(
        [
            at("app", &glibc().needs("liba.so").needs("libb.so")),
            at("usr/lib64/liba.so", &library("liba.so")),
            hardlink("usr/lib64/libb.so", "usr/lib64/liba.so"),
        ],
        json!({}),
    );
    let needed = shown.needed("/app");
    let bytes: Vec<_> = needed.files.iter().skip(2).map(|required| required.bytes > 0).collect();
    assert_eq!(bytes, [true, false]);
}

#[test]
fn what_is_not_there_is_missing() {
    let shown = Shown::of([at("app", &glibc().needs("libc.so.6"))], json!({}));
    let needed = shown.needed("/app");
    let names: Vec<_> = needed.missing.iter().map(|missing| missing.name.as_str()).collect();
    assert_eq!(names, ["/lib64/ld-linux-x86-64.so.2", "libc.so.6"]);
    assert_eq!(needed.loader, Loader::Glibc);
}

#[test]
fn a_library_for_another_machine_is_passed_over() {
    let shown = glibc_image(
        [
            at("app", &glibc().needs("libx.so").runpath("/arm:/same")),
            at("arm/libx.so", &library("libx.so").machine(183)),
            file("same/libx.so", 10),
            at("usr/lib/libx.so", &library("libx.so")),
        ],
        json!({}),
    );
    assert_eq!(needed(&shown), ["/app", LOADER, "/usr/lib/libx.so"]);
}

/// Where `libx.so` is found, which `app` needs, or `liby.so` that `app` needs, if it is in all of
/// these directories.
fn chosen(app: Tiny, liby: Option<Tiny>, directories: &[&str], config: Value) -> String {
    let mut entries = vec![at("opt/bin/real", &app), symlink("app", "opt/bin/real")];
    entries.extend(liby.map(|liby| at("opt/y/liby.so", &liby)));
    entries.extend(
        directories
            .iter()
            .map(|directory| at(&format!("{directory}/libx.so"), &library("libx.so"))),
    );
    let shown = glibc_image(entries, config);
    let found = needed(&shown);
    found.into_iter().find(|path| path.ends_with("libx.so")).unwrap_or_default()
}

#[test]
fn the_order_of_the_gnu_loader_is_rpath_environment_runpath_defaults() {
    let env = || json!({ "Env": ["LD_LIBRARY_PATH=/env"] });
    let all = ["rpath", "env", "runpath", "usr/lib"];
    let app = || glibc().needs("libx.so");
    assert_eq!(chosen(app().rpath("/rpath"), None, &all, env()), "/rpath/libx.so");
    assert_eq!(chosen(app().runpath("/runpath"), None, &all, env()), "/env/libx.so");
    assert_eq!(
        chosen(app().rpath("/rpath").runpath("/runpath"), None, &all, json!({})),
        "/runpath/libx.so"
    );
    assert_eq!(chosen(app(), None, &all, json!({})), "/usr/lib/libx.so");
}

#[test]
fn rpath_is_inherited_and_runpath_is_not() {
    let y = || Some(library("liby.so").needs("libx.so"));
    let app = || glibc().needs("liby.so");
    assert_eq!(
        chosen(app().rpath("/opt/y:/rpath"), y(), &["rpath", "usr/lib"], json!({})),
        "/rpath/libx.so"
    );
    assert_eq!(
        chosen(app().runpath("/opt/y:/rpath"), y(), &["rpath", "usr/lib"], json!({})),
        "/usr/lib/libx.so"
    );
    let own = Some(library("liby.so").needs("libx.so").runpath("/own"));
    assert_eq!(
        chosen(app().rpath("/opt/y:/rpath"), own, &["rpath", "own"], json!({})),
        "/own/libx.so"
    );
}

#[test]
fn origin_is_where_the_file_is_and_lib_is_what_the_system_has() {
    let app = |list| glibc().needs("libx.so").runpath(list);
    assert_eq!(
        chosen(app("$ORIGIN/../lib"), None, &["opt/lib", "lib"], json!({})),
        "/opt/lib/libx.so"
    );
    assert_eq!(
        chosen(app("${ORIGIN}/plug"), None, &["opt/bin/plug"], json!({})),
        "/opt/bin/plug/libx.so"
    );
    let lib = chosen(app("/my/$LIB"), None, &["my/lib/x86_64-linux-gnu"], json!({}));
    assert_eq!(lib, "/my/lib/x86_64-linux-gnu/libx.so");
    assert_eq!(chosen(app("/my/$PLATFORM"), None, &["my/x86_64"], json!({})), "/my/x86_64/libx.so");
}

#[test]
fn directories_of_the_configuration_count_once_ldconfig_has_run() {
    let configured = [
        file("etc/ld.so.conf", 0).holding("# libraries\ninclude ld.so.conf.d/*.conf\n"),
        file("etc/ld.so.conf.d/mine.conf", 0).holding("/mine\n"),
        file("etc/ld.so.conf.d/not.txt", 0).holding("/not\n"),
        at("mine/libx.so", &library("libx.so")),
        at("not/libx.so", &library("libx.so")),
        at("app", &glibc().needs("libx.so")),
    ];
    let shown = glibc_image(configured, json!({}));
    let needed = shown.needed("/app");
    assert_eq!(shown.needed_paths(&needed), ["/app", LOADER, "/mine/libx.so"]);
    assert!(needed.remarks[0].contains("only once ldconfig has run"), "{:?}", needed.remarks);
}

#[test]
fn a_library_that_is_asked_for_by_path_is_found_there() {
    let shown = glibc_image(
        [at("app", &glibc().needs("/x/libx.so")), at("x/libx.so", &library("libx.so"))],
        json!({}),
    );
    assert_eq!(needed(&shown), ["/app", LOADER, "/x/libx.so"]);
}

#[test]
fn what_is_preloaded_is_needed_too() {
    let entries = [
        at("app", &glibc().needs("libc.so.6")),
        at("usr/lib/libjemalloc.so.2", &library("libjemalloc.so.2")),
    ];
    let shown = glibc_image(entries, json!({ "Env": ["LD_PRELOAD=libjemalloc.so.2 gone.so"] }));
    let needed = shown.needed("/app");
    assert_eq!(shown.needed_paths(&needed), ["/app", LOADER, "/usr/lib/libjemalloc.so.2", LIBC]);
    assert!(needed.is_complete());
    assert_eq!(needed.files[2].why, Why::Preloaded);
}

/// An image for musl with these files besides the loader.
fn musl_image(entries: impl IntoIterator<Item = Entry>) -> Shown {
    let base = [at("lib/ld-musl-x86_64.so.1", &library("libc.musl-x86_64.so.1"))];
    Shown::of(base.into_iter().chain(entries), json!({}))
}

#[test]
fn the_c_library_of_musl_is_its_loader() {
    let shown = musl_image([
        at(
            "app",
            &musl().needs("libz.so.1").needs("libc.musl-x86_64.so.1").needs("libpthread.so.0"),
        ),
        at("usr/lib/libz.so.1", &library("libz.so.1").needs("libc.so")),
    ]);
    let needed = shown.needed("/app");
    assert_eq!((needed.loader, needed.is_complete()), (Loader::Musl, true));
    assert_eq!(
        shown.needed_paths(&needed),
        ["/app", "/lib/ld-musl-x86_64.so.1", "/usr/lib/libz.so.1"]
    );
}

#[test]
fn musl_inherits_runpath_and_reads_its_own_list() {
    let y = library("liby.so").needs("libx.so");
    let entries = || {
        [
            at("app", &musl().needs("liby.so").runpath("/own")),
            at("own/liby.so", &y),
            at("own/libx.so", &library("libx.so")),
        ]
    };
    assert_eq!(needed(&musl_image(entries()))[3], "/own/libx.so");
    let listed = [
        file("etc/ld-musl-x86_64.path", 0).holding("/a\n/listed\n"),
        at("listed/libx.so", &library("libx.so")),
        at("usr/lib/libx.so", &library("libx.so")),
        at("app", &musl().needs("libx.so")),
    ];
    let expected =
        ["/app", "/lib/ld-musl-x86_64.so.1", "/listed/libx.so", "/etc/ld-musl-x86_64.path"];
    assert_eq!(needed(&musl_image(listed)), expected);
}

#[test]
fn libraries_that_need_each_other_are_loaded_once() {
    let shown = musl_image([
        at("app", &musl().needs("liba.so")),
        at("lib/liba.so", &library("liba.so").needs("libb.so")),
        at("lib/libb.so", &library("libb.so").needs("liba.so")),
    ]);
    assert_eq!(
        needed(&shown),
        ["/app", "/lib/ld-musl-x86_64.so.1", "/lib/liba.so", "/lib/libb.so"]
    );
}
