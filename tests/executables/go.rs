//! The build information of Go, in both formats.

use std::process::Command;

use crate::executables::tiny::{Tiny, executable, framed, go_build, read};

const MODULES: &str = "path\texample.com/shop/cmd/web\nmod\texample.com/shop\tv1.2.3\th1:x=\ndep\texample.com/a\tv1.0.0\nbuild\t-ldflags=\"-s -w\"\nbuild\tCGO_ENABLED=0\n";

/// The header with pointers, as Go wrote it until 1.17; it lies at `address`.
fn pointers(address: u64, version: &str, modules: &str) -> Vec<u8> {
    let (headers, texts) = (address + 32, address + 64);
    let mut out = b"\xff Go buildinf:\x08\x00".to_vec();
    for number in [
        headers,
        headers + 16,
        texts,
        version.len() as u64,
        texts + version.len() as u64,
        modules.len() as u64,
    ] {
        out.extend(number.to_le_bytes());
    }
    out.extend(version.bytes().chain(modules.bytes()));
    out
}

fn check(tiny: &Tiny) {
    let go = read(tiny.build()).unwrap().unwrap().go.expect("it is a Go program");
    assert_eq!(go.version, "go1.17.5");
    assert_eq!(go.path.as_deref(), Some("example.com/shop/cmd/web"));
    assert_eq!(
        (go.module.as_deref(), go.module_version.as_deref()),
        (Some("example.com/shop"), Some("v1.2.3"))
    );
    assert_eq!(
        (go.dependencies, go.setting("-ldflags"), go.setting("CGO_ENABLED")),
        (1, Some("-s -w"), Some("0"))
    );
}

#[test]
fn build_information_is_read_where_it_is_inline() {
    check(&executable().section(".go.buildinfo", 1, 3, go_build("go1.17.5", &framed(MODULES))));
}

#[test]
fn build_information_is_read_through_pointers() {
    let place = |address| {
        executable().section(".go.buildinfo", 1, 3, pointers(address, "go1.17.5", &framed(MODULES)))
    };
    let bytes = place(0).build();
    let address = bytes.windows(14).position(|window| window == b"\xff Go buildinf:").unwrap();
    check(&place(address as u64));
}

#[test]
fn a_program_that_only_looks_like_go_has_no_build_information() {
    let unended = [&go_build("go1.17.5", "")[..34], b"\xff\xff\xff\xff\x7f"].concat();
    for contents in [b"\xff Go buildinf:".to_vec(), go_build("", ""), unended[..33].to_vec()] {
        let tiny = executable().section(".go.buildinfo", 1, 3, contents);
        assert_eq!(read(tiny.build()).unwrap().unwrap().go, None);
    }
}

#[test]
fn what_go_leaves_out_with_s_and_w_is_what_stripping_would_save() {
    if !Command::new("go").arg("version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no go");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let source = "package main\n\nfunc main() { println(\"hello\") }\n";
    std::fs::write(directory.path().join("main.go"), source).unwrap();
    std::fs::write(directory.path().join("go.mod"), "module example.com/hello\n\ngo 1.16\n")
        .unwrap();
    let build = |name: &str, flags: &str| {
        let path = directory.path().join(name);
        let mut go = Command::new("go");
        go.args(["build", "-ldflags", flags, "-o"]).arg(&path).current_dir(&directory);
        // The cache is kept between runs, since building the standard library takes long.
        let cache = std::env::temp_dir().join("layerscope-go-cache");
        go.env("CGO_ENABLED", "0")
            .env("GOFLAGS", "-mod=mod")
            .env("GOCACHE", cache)
            .env("GOTOOLCHAIN", "local");
        assert!(go.status().unwrap().success());
        read(std::fs::read(path).unwrap()).unwrap().unwrap()
    };
    let (whole, small) = (build("whole", ""), build("small", "-s -w"));
    let go = whole.go.as_ref().unwrap();
    assert_eq!(
        (go.path.as_deref(), go.setting("CGO_ENABLED")),
        (Some("example.com/hello"), Some("0"))
    );
    let saved = whole.size - small.size;
    // Go fills what is loaded up to a whole page.
    assert!(
        whole.strip.saves.abs_diff(saved) <= 4096,
        "{} computed, {saved} saved",
        whole.strip.saves
    );
    assert_eq!((small.strip.symbols, small.strip.debug), (0, 0));
}
