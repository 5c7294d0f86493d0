//! Programs of the machine that runs the tests: their closure is what `ldd` prints, their savings
//! what `strip` does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use layerscope::files::executable::{Executable, Linkage};
use layerscope::runtime::libraries::{NeedKind, ProgramAndLibraries, Why};
use serde_json::json;

use crate::executables::image::{Shown, host_entries};
use crate::executables::tiny::read;

/// What a command prints; `None`, and a word about it, if it cannot be run or fails.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success());
    if output.is_none() {
        eprintln!("skipped: {:?} cannot be run", command.get_program());
    }
    Some(String::from_utf8_lossy(&output?.stdout).into_owned())
}

/// Compiles a C program.
fn compile(directory: &Path, name: &str, source: &str, flags: &[&str]) -> Option<PathBuf> {
    let path = directory.join(name);
    let input = directory.join(format!("{name}.c"));
    std::fs::write(&input, source).unwrap();
    output(Command::new("cc").arg(&input).arg("-o").arg(&path).args(flags).current_dir(directory))?;
    Some(path)
}

fn executable(path: &Path) -> Executable {
    read(std::fs::read(path).unwrap()).unwrap().unwrap()
}

const HELLO: &str = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n";

#[test]
fn what_strip_saves_is_computed_to_the_byte() {
    let directory = tempfile::tempdir().unwrap();
    let variants: [(&str, &[&str]); 6] = [
        ("plain", &[]),
        ("debug", &["-g"]),
        ("compressed", &["-g", "-gz"]),
        ("fixed", &["-no-pie", "-g"]),
        ("static", &["-static", "-g"]),
        ("library", &["-shared", "-fPIC", "-g"]),
    ];
    for (name, flags) in variants {
        let Some(path) = compile(directory.path(), name, HELLO, flags) else { continue };
        let computed = executable(&path).strip;
        assert!(
            computed.symbols > 0 && (computed.debug > 0) == flags.contains(&"-g"),
            "{name}: {computed:?}"
        );
        let stripped = directory.path().join("stripped");
        if output(Command::new("strip").arg("--strip-all").arg(&path).arg("-o").arg(&stripped))
            .is_none()
        {
            return;
        }
        let (before, after) = (path.metadata().unwrap().len(), stripped.metadata().unwrap().len());
        assert_eq!(computed.saves, before - after, "{name}: {computed:?}");
        assert_eq!(executable(&stripped).strip.saves, 0, "{name}");
    }
}

#[test]
fn a_compiler_s_kinds_of_programs_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let variants: [(&str, &[&str], Linkage); 5] = [
        ("dynamic", &[], Linkage::Dynamic),
        ("fixed", &["-no-pie"], Linkage::Dynamic),
        ("static", &["-static"], Linkage::Static),
        ("static-pie", &["-static-pie"], Linkage::StaticPie),
        ("library", &["-shared", "-fPIC"], Linkage::Shared),
    ];
    for (name, flags, linkage) in variants {
        let Some(path) = compile(directory.path(), name, HELLO, flags) else { continue };
        let found = executable(&path);
        assert_eq!(found.linkage, linkage, "{name}");
        let output =
            output(Command::new("readelf").args(["-W", "-n"]).arg(&path)).unwrap_or_default();
        if let Some((_, id)) = output.split_once("Build ID: ") {
            let id = id.split_whitespace().next().unwrap();
            assert_eq!(
                found.build_id.map(|id| layerscope::display::hex(&id)).as_deref(),
                Some(id),
                "{name}"
            );
        }
    }
}

/// The files that `ldd` names, without links.
fn ldd(path: &Path, environment: Option<&str>) -> Option<BTreeSet<PathBuf>> {
    let mut command = Command::new("ldd");
    command.arg(path).env_remove("LD_PRELOAD");
    if let Some(list) = environment {
        command.env("LD_LIBRARY_PATH", list);
    }
    let output = output(&mut command)?;
    let word = |line: &str| line.split(" => ").last()?.split_whitespace().next().map(PathBuf::from);
    let paths = output.lines().filter_map(word).filter(|path| path.is_absolute());
    Some(paths.map(|path| path.canonicalize().unwrap()).collect())
}

/// The files of a closure that are not the program, as the host has them.
fn libraries(shown: &Shown, needed: &ProgramAndLibraries) -> BTreeSet<PathBuf> {
    let loaded = needed
        .files
        .iter()
        .filter(|required| !matches!(required.why, Why::Program | Why::NamesDirectories));
    loaded.map(|required| PathBuf::from(shown.path(required.file.node))).collect()
}

/// An image with a program of the host, all that `ldd` names, and what it must not take.
fn image_of(program: &Path, more: &[PathBuf], config: serde_json::Value) -> Shown {
    let mut paths = vec![program.to_path_buf()];
    paths.extend(more.iter().cloned());
    for path in [
        "/etc/ld.so.cache",
        "/lib64",
        "/lib",
        "/lib/x86_64-linux-gnu/libpthread.so.0",
        "/etc/passwd",
    ] {
        paths.extend(Some(PathBuf::from(path)).filter(|path| path.exists()));
    }
    // The names that libraries are asked for by are links, as a rule.
    let needed = Command::new("ldd").arg(program).env_remove("LD_PRELOAD").output().unwrap();
    let text = String::from_utf8_lossy(&needed.stdout).into_owned();
    let words = text.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from);
    paths.extend(words.filter(|path| path.exists()));
    Shown::of(host_entries(paths), config)
}

#[test]
fn the_closure_of_programs_of_the_host_is_what_ldd_prints() {
    for program in
        ["/bin/bash", "/bin/ls", "/usr/bin/git", "/usr/bin/ssh", "/usr/bin/curl", "/usr/bin/gcc"]
    {
        let Ok(program) = Path::new(program).canonicalize() else { continue };
        let Some(expected) = ldd(&program, None) else { return };
        let shown = image_of(&program, &[], json!({}));
        let needed = shown.needed(program.to_str().unwrap());
        assert_eq!(needed.missing, [], "{}", program.display());
        assert_eq!(libraries(&shown, &needed), expected, "{}", program.display());
        let sizes = expected.iter().chain([&program]).map(|path| path.metadata().unwrap().len());
        let loaded = needed.files.iter().filter(|required| required.why != Why::NamesDirectories);
        assert_eq!(
            loaded.map(|required| required.bytes).sum::<u64>(),
            sizes.sum::<u64>(),
            "{}",
            program.display()
        );
    }
}

#[test]
fn rpath_runpath_origin_and_environment_are_followed_as_ldd_does() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    for name in ["one", "two"] {
        std::fs::create_dir(root.join(name)).unwrap();
        let built = compile(
            root,
            &format!("{name}/libx.so"),
            "int x(void) { return 1; }\n",
            &["-shared", "-fPIC"],
        );
        if built.is_none() {
            return;
        }
    }
    let source = "int x(void);\nint main(void) { return x(); }\n";
    let absolute = format!("-Wl,-rpath,{}", root.join("two").display());
    let link = ["-Lone", "-lx"];
    for (name, flags, environment) in [
        ("rpath", vec!["-Wl,-rpath,$ORIGIN/one", "-Wl,--disable-new-dtags"], Some("two")),
        ("runpath", vec!["-Wl,-rpath,$ORIGIN/one", "-Wl,--enable-new-dtags"], Some("two")),
        ("absolute", vec![absolute.as_str()], None),
        ("environment", vec![], Some("one")),
        ("missing", vec![], None),
    ] {
        let Some(path) = compile(root, name, source, &[&flags[..], &link].concat()) else { return };
        let list = environment.map(|name| root.join(name).to_str().unwrap().to_owned());
        let Some(expected) = ldd(&path, list.as_deref()) else { return };
        let libraries_of_ours = ["one", "two"].map(|name| root.join(name).join("libx.so"));
        let env: Vec<_> = list.iter().map(|list| format!("LD_LIBRARY_PATH={list}")).collect();
        let shown = image_of(&path, &libraries_of_ours, json!({ "Env": env }));
        let needed = shown.needed(path.to_str().unwrap());
        assert_eq!(libraries(&shown, &needed), expected, "{name}");
        let missing: Vec<_> = needed.missing.iter().map(|missing| missing.name.as_str()).collect();
        assert_eq!(missing, if name == "missing" { vec!["libx.so"] } else { vec![] }, "{name}");
    }
}

#[test]
fn functions_of_the_c_library_show_what_is_needed_besides() {
    let directory = tempfile::tempdir().unwrap();
    let source = "#include <dlfcn.h>\n#include <netdb.h>\n#include <pwd.h>\nint main(int n, char **a) {\n  struct addrinfo *found;\n  if (dlopen(a[0], RTLD_NOW)) return 1;\n  return getpwnam(a[0]) ? getaddrinfo(a[0], \"80\", 0, &found) : n;\n}\n";
    let Some(path) = compile(directory.path(), "asks", source, &["-ldl"]) else { return };
    let imports = executable(&path).imports;
    assert_eq!(imports, ["dlopen", "getaddrinfo", "getpwnam"]);
    let shown = image_of(&path, &[], json!({}));
    let needed = shown.needed(path.to_str().unwrap());
    let things: Vec<_> = needed.needs.iter().map(|outside| outside.kind).collect();
    assert_eq!(things, [NeedKind::NameService, NeedKind::Users]);
    assert_eq!(shown.paths(&needed.needs[1].files), ["/etc/passwd"]);
    assert_eq!(needed.opens_others, [needed.files[0].file.node]);
}
