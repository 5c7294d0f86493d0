//! A second Dockerfile in stages, and what its image size_after.

use layerscope::advice::dockerfile::{Dockerfile, Target, Verdict};
use layerscope::advice::ladder::{BaseKind, Certainty, smallest};
use layerscope::display::{Units, count};
use layerscope::runtime::libraries::Libc;
use serde_json::json;

use super::situation::{Fixed, MEGABYTE, Situation};
use crate::executables::tiny::{Tiny, executable, glibc, library};
use crate::support::build::{Entry, dir, file, gone, open, symlink};

/// Go, as far as it proves to be that.
fn go() -> [Entry; 2] {
    [file("usr/lib/go/bin/go", 2 * MEGABYTE).mode(0o755), file("usr/lib/go/VERSION", 10)]
}

/// A program that one `RUN` builds with a compiler that another one brought.
pub fn built_by_go(program: Vec<u8>, more: impl IntoIterator<Item = Entry>) -> Situation {
    let app = file("opt/app", 0).holding(program).mode(0o755);
    Situation::new()
        .config(json!({ "Cmd": ["/opt/app"] }))
        .run("apk add go", go())
        .run("go build -o /opt/app", [app].into_iter().chain(more))
        .value("CMD [\"/opt/app\"]")
}

#[test]
fn a_static_program_whose_compiler_ships_gets_a_skeleton_from_scratch() {
    let fixed = built_by_go(executable().build(), []).fixed(
        "FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\nRUN rm -rf /root/.cache\nEXPOSE 80/tcp\nCMD \
            [\"/opt/app\"]\n",
    );
    assert_eq!(
        fixed.file("Dockerfile.multi-stage"),
        "FROM alpine AS build\nRUN apk add go\nRUN go build -o /opt/app\n\n\
         # the program is static: it needs no other file to start\nFROM scratch\n\
         COPY --from=build /opt/app /opt/app\nEXPOSE 80/tcp\nCMD [\"/opt/app\"]\n"
    );
}

#[test]
fn a_dynamic_program_comes_with_the_libraries_that_the_base_does_not_have() {
    let needs = glibc().needs("libown.so.1").build();
    let libraries = [
        file("lib64/ld-linux-x86-64.so.2", 0).holding(library("ld-linux-x86-64.so.2").build()),
        file("usr/lib/libown.so.1.2", 0).holding(library("libown.so.1").build()),
        symlink("usr/lib/libown.so.1", "libown.so.1.2"),
    ];
    let situation = built_by_go(needs, libraries);
    let stages = situation
        .fixed("FROM debian AS build\nRUN apk add go\nFROM build\nARG V=1\nENV W=$V\nRUN go build -o /opt/app\n");
    let skeleton = stages.file("Dockerfile.multi-stage");
    assert!(skeleton.contains("FROM build AS build-own\n"), "{skeleton}");
    // COPY follows links: the name that the loader looks for is enough.
    let copied = ["/opt/app", "/lib64/ld-linux-x86-64.so.2", "/usr/lib/libown.so.1"];
    let copies: String =
        copied.iter().map(|path| format!("COPY --from=build-own {path} {path}\n")).collect();
    assert!(skeleton.ends_with(&format!("FROM debian\n{copies}ARG V=1\nENV W=$V\n")), "{skeleton}");
}

#[test]
fn a_skeleton_has_what_the_stages_below_the_last_one_set() {
    let fixed = built_by_go(executable().build(), []).fixed(
        "FROM alpine AS build\nRUN apk add go\nENV MODE=prod\nUSER 1000\nENTRYPOINT [\"/opt/old\"]\nFROM build\nRUN go build -o /opt/app\nONBUILD RUN x\nONBUILD COPY a /a\nENTRYPOINT [\"/opt/app\"]\n",
    );
    let skeleton = fixed.file("Dockerfile.multi-stage");
    let end = "COPY --from=build-own /opt/app /opt/app\nENV MODE=prod\nUSER 1000\n\
               # ONBUILD RUN is left out: this stage has no shell\nONBUILD COPY a /a\nENTRYPOINT [\"/opt/app\"]\n";
    assert!(skeleton.ends_with(end), "{skeleton}");
}

#[test]
fn a_skeleton_finds_its_program_and_the_check_of_its_health() {
    let program = file("opt/app", 0).holding(executable().build()).mode(0o755);
    let built = |environment: &str| {
        Situation::new()
            .config(json!({ "Cmd": ["app"], "Env": [environment] }))
            .run("apk add go", go())
            .run("go build -o /opt/app", [program.clone()])
            .value("CMD [\"app\"]")
    };
    let file = "FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\nHEALTHCHECK cmd [\"app\", \"-v\"]\nCMD [\"app\"]\n";
    let fixed = built("PATH=/opt:/usr/bin").fixed(file);
    let skeleton = fixed.file("Dockerfile.multi-stage");
    let end = "COPY --from=build /opt/app /opt/app\nENV PATH=/opt:/usr/bin\n\
               HEALTHCHECK cmd [\"app\", \"-v\"]\nCMD [\"app\"]\n";
    assert!(skeleton.ends_with(end), "{skeleton}");
}

#[test]
fn a_file_that_a_variable_names_is_needed_too() {
    let conf = || [dir("etc"), file("etc/app.yml", 9)];
    let fixed = Situation::new()
        .config(json!({ "Cmd": ["/opt/app"], "Env": ["CONFIG=/etc/app.yml"] }))
        .run("apk add go", go())
        .copy("app.yml", "/etc/app.yml", conf())
        .run("go build -o /opt/app", [file("opt/app", 0).holding(executable().build()).mode(0o755)])
        .fixed("FROM alpine\nRUN apk add go\nCOPY app.yml /etc/app.yml\nRUN go build -o /opt/app\nENV CONFIG=/etc/app.yml\nCMD [\"/opt/app\"]\n");
    assert!(fixed.left().contains("it names /etc/app.yml"), "{}", fixed.left());
}

/// What the image of a proposed file size_after, with what an estimate rests on.
fn proposed(fixed: &Fixed) -> (u64, Option<String>) {
    let size_after = fixed.fix.remarks.iter().find_map(|remark| match &remark.verdict {
        Verdict::Proposed { size_after } => size_after.clone(),
        _ => None,
    });
    match size_after.expect("a size is predicted") {
        (bytes, Certainty::Exact) => (bytes, None),
        (bytes, Certainty::Estimate(why)) => (bytes, Some(why.shown(Units::Si).into())),
        (_, Certainty::AtLeast | Certainty::AtMost | Certainty::WithoutAllNeeded) => {
            panic!("a stage is not predicted so")
        }
    }
}

#[test]
fn a_skeleton_says_what_its_image_ships_and_all_changes_together_what_the_image_ships_then() {
    let program = executable().build();
    let bytes = program.len() as u64;
    let fixed = built_by_go(program, [])
        .run("rm -rf /usr/lib/go", [gone("usr/lib/go")])
        .fixed("FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\nRUN rm -rf /usr/lib/go\nCMD [\"/opt/app\"]\n");
    assert_eq!(proposed(&fixed), (bytes, None), "on scratch, the program is all");
    let text = fixed.text();
    let whole = fixed.fix.size;
    assert_eq!(whole - fixed.saves(), bytes, "without Go, which is dead, and with the program");
    let size_after = format!("{bytes} bytes instead of {}", Units::Iec.size(whole));
    assert!(
        text.contains(&format!(
            "# size with the changes in this diff, without the draft: {size_after}, "
        )),
        "{text}"
    );
    assert!(
        text.contains(&format!("; its image has {size_after}, ")) && text.contains("× smaller"),
        "{text}"
    );
}

#[test]
fn a_compiler_that_is_in_the_base_image_is_left_behind_with_it() {
    let program = glibc().needs("libpq.so.5").needs("libc.so.6").build();
    let bytes = program.len() as u64;
    let libpq = library("libpq.so.5").build();
    let lacking = libpq.len() as u64;
    let base = [
        file("usr/lib/go/bin/go", 200 * MEGABYTE).mode(0o755),
        file("usr/lib/go/VERSION", 10),
        file("lib64/ld-linux-x86-64.so.2", 0).holding(library("ld-linux-x86-64.so.2").build()),
        file("usr/lib/libpq.so.5", 0).holding(libpq),
        file("usr/lib/libc.so.6", 0).holding(library("libc.so.6").build()),
    ];
    let fixed = Situation::new()
        .config(json!({ "Cmd": ["/opt/app"] }))
        .run("something of somebody else", base)
        .run("go build -o /opt/app", [file("opt/app", 0).holding(program).mode(0o755)])
        .fixed("FROM company/build\nRUN go build -o /opt/app\n");
    let skeleton = fixed.file("Dockerfile.multi-stage");
    assert!(skeleton.starts_with("FROM company/build AS build\n"), "{skeleton}");
    let end = "# it also needs libpq.so.5 of the build image: install here what has them\nFROM debian:bookworm-slim\n\
               COPY --from=build /opt/app /opt/app\n";
    assert!(skeleton.ends_with(end), "{skeleton}");
    let (size_after, why) = proposed(&fixed);
    let slim = smallest(BaseKind::Small, Libc::Glibc).unwrap();
    assert_eq!(size_after, slim.bytes + bytes + lacking);
    assert!(why.unwrap().starts_with("debian:bookworm-slim had "));
}

#[test]
fn a_program_that_is_called_by_a_link_is_copied_to_where_it_is_called() {
    for (called, links) in [
        ("/usr/bin/app", vec![symlink("usr/bin/app", "../../opt/7/app")]),
        ("/opt/now/app", vec![symlink("opt/now", "7")]),
        (
            "/srv/start",
            vec![symlink("srv", "opt/now"), symlink("opt/now", "7"), symlink("opt/7/start", "app")],
        ),
        ("/usr/bin/app", vec![symlink("usr/bin/app", "/opt/now/app"), symlink("opt/now", "7")]),
    ] {
        let program = file("opt/7/app", 0).holding(executable().build()).mode(0o755);
        let fixed = Situation::new()
            .config(json!({ "Entrypoint": [called] }))
            .run("apk add go", go())
            .run("make install", [program].into_iter().chain(links))
            .fixed("FROM alpine\nRUN apk add go\nRUN make install\n");
        let end = format!("FROM scratch\nCOPY --from=build {called} {called}\n");
        assert!(
            fixed.file("Dockerfile.multi-stage").ends_with(&end),
            "{}",
            fixed.file("Dockerfile.multi-stage")
        );
    }
}

#[test]
fn a_script_comes_along_by_the_name_that_it_is_started_by() {
    let app = [
        file("opt/app-1.0", 0).holding(executable().build()).mode(0o755),
        symlink("opt/app", "app-1.0"),
        file("srv/start.sh", 0).holding("#!/bin/sh\nexec /opt/app \"$@\"\n").mode(0o755),
        symlink("usr/bin/start", "/srv/start.sh"),
    ];
    let fixed = Situation::new()
        .config(json!({ "Entrypoint": ["start"] }))
        .run("system", [file("bin/sh", 0).holding(executable().build()).mode(0o755)])
        .run("apk add go", go())
        .run("go build -o /opt/app", app)
        .fixed("FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\n");
    let skeleton = fixed.file("Dockerfile.multi-stage");
    let copies =
        "COPY --from=build /opt/app /opt/app\nCOPY --from=build /usr/bin/start /usr/bin/start\n";
    assert!(skeleton.contains(copies), "{skeleton}");
    assert!(!skeleton.contains("app-1.0"), "the same bytes twice:\n{skeleton}");
}

#[test]
fn what_a_program_looks_for_besides_comes_along_where_the_next_stage_lacks_it() {
    let client = |tiny: Tiny| {
        tiny.constants("\0/etc/ssl/certs/ca-certificates.crt\0/etc/services\0").build()
    };
    let authorities = || file("etc/ssl/certs/ca-certificates.crt", 200_000);
    let copy =
        "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n";
    let dockerfile = "FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\n";

    let program = client(executable());
    let bytes = program.len() as u64;
    let of_scratch = built_by_go(program, [authorities()]).fixed(dockerfile);
    assert!(of_scratch.file("Dockerfile.multi-stage").ends_with(copy), "{}", of_scratch.text());
    assert_eq!(proposed(&of_scratch), (bytes + 200_000, None));
    let text = of_scratch.text();
    assert!(
        text.contains(&format!(
            "copies only /opt/app ({} bytes) and CA certificates to scratch",
            count(bytes)
        )),
        "{text}"
    );
    assert!(of_scratch.left().contains("missing in the image: network services"), "{text}");

    // What the base has, another stage on it has as well.
    let libraries =
        || [file("lib64/ld-linux-x86-64.so.2", 0).holding(library("ld-linux-x86-64.so.2").build())];
    let program = || file("opt/app", 0).holding(client(glibc())).mode(0o755);
    let with_base = |base: Vec<Entry>, own: Vec<Entry>| {
        Situation::new()
            .config(json!({ "Cmd": ["/opt/app"] }))
            .run("somebody else", base.into_iter().chain(libraries()))
            .run("apk add go", go())
            .run("go build -o /opt/app", [program()].into_iter().chain(own))
            .fixed("FROM company/base\nRUN apk add go\nRUN go build -o /opt/app\n")
    };
    let of_base = with_base(vec![authorities()], Vec::new());
    assert!(
        of_base
            .file("Dockerfile.multi-stage")
            .contains("FROM company/base\nCOPY --from=build /opt/app")
    );
    assert!(!of_base.file("Dockerfile.multi-stage").contains(copy), "{}", of_base.text());
    let own = with_base(Vec::new(), vec![authorities()]);
    assert!(own.file("Dockerfile.multi-stage").ends_with(copy), "{}", own.text());
}

#[test]
fn what_lies_in_a_directory_that_is_copied_is_copied_and_counted_once() {
    let program = executable().constants("\0/usr/share/zoneinfo\0").build();
    let bytes = program.len() as u64;
    let zones = [
        file("usr/share/zoneinfo/Etc/UTC", 1000),
        symlink("etc/localtime", "../usr/share/zoneinfo/Etc/UTC"),
    ];
    let fixed = built_by_go(program, zones)
        .fixed("FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\n");
    let copies = "COPY --from=build /opt/app /opt/app\nCOPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo\n";
    assert!(fixed.file("Dockerfile.multi-stage").ends_with(copies), "{}", fixed.text());
    assert_eq!(proposed(&fixed), (bytes + 1000, None));
}

#[test]
fn the_last_stage_runs_where_the_image_runs_and_as_a_user_that_it_has() {
    let skeleton = |needs: Tiny, lines: &str| {
        let libraries =
            [file("lib64/ld-linux-x86-64.so.2", 0)
                .holding(library("ld-linux-x86-64.so.2").build())];
        let app = file("go/src/app", 0).holding(needs.build()).mode(0o755);
        Situation::new()
            .config(json!({ "Cmd": ["./app"], "WorkingDir": "/go/src", "User": "nobody" }))
            .run("somebody else", libraries)
            .run("apk add go", go())
            .run("go build", [app])
            .fixed(&format!("FROM company/base\nRUN apk add go\n{lines}RUN go build\n"))
            .file("Dockerfile.multi-stage")
            .to_owned()
    };
    let lines = "WORKDIR /tmp\nWORKDIR src\nUSER nobody\n";
    let same = skeleton(glibc(), lines);
    assert!(
        same.ends_with("/go/src/app\nWORKDIR /go/src\nUSER nobody\n"),
        "the base has them: {same}"
    );
    let scratch = skeleton(executable(), lines);
    let user = "# create the user in this stage as well\nUSER nobody\n";
    assert!(
        scratch.ends_with(&format!("WORKDIR /go/src\n{user}")),
        "there is nobody on scratch: {scratch}"
    );
    let own = skeleton(glibc(), "WORKDIR /go/src\nUSER app:app\n");
    assert!(
        own.ends_with("WORKDIR /go/src\n# create the user in this stage as well\nUSER app:app\n"),
        "{own}"
    );
}

#[test]
fn a_program_that_nobody_can_read_gets_no_skeleton() {
    let fixed = built_by_go(vec![0; 5000], [])
        .fixed("FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\n");
    assert!(fixed.fix.changes.is_empty());
}

/// A program on a base with a shell, with more files of the same step, and its start.
fn started(command: &[&str], program: Tiny, more: Vec<Entry>) -> Fixed {
    let app = file("opt/app", 0).holding(program.build()).mode(0o755);
    Situation::new()
        .config(json!({ "Cmd": command, "WorkingDir": "/srv" }))
        .run("system", [file("bin/sh", 0).holding(executable().build()).mode(0o755)])
        .run("apk add go", go())
        .run("go build -o /opt/app", [app].into_iter().chain(more))
        .fixed("FROM alpine\nRUN system\nRUN apk add go\nRUN go build -o /opt/app\n")
}

#[test]
fn what_needs_more_than_its_libraries_gets_no_skeleton_and_a_reason() {
    let script = |holds: &str| file("srv/start.sh", 0).holding(holds).mode(0o755);
    let loading = || {
        let own = [
            file("lib64/ld-linux-x86-64.so.2", 0).holding(library("ld-linux-x86-64.so.2").build()),
            file("usr/lib/libplug.so.1", 0)
                .holding(library("libplug.so.1").imports(&["dlopen"]).build()),
        ];
        started(&["/opt/app"], glibc().needs("libplug.so.1"), own.into())
    };
    let alone = executable;
    for (fixed, reason) in [
        (
            started(&["/opt/app", "-c", "app.conf"], alone(), vec![file("srv/app.conf", 10)]),
            "it names /srv/app.conf",
        ),
        (
            started(
                &["/srv/start.sh"],
                alone(),
                vec![script("#!/bin/sh\ngit version\n/opt/app\n")],
            ),
            "/srv/start.sh runs other",
        ),
        (loading(), "/usr/lib/libplug.so.1 loads libraries by names that cannot be known (dlopen)"),
    ] {
        assert!(fixed.file("Dockerfile.multi-stage").is_empty(), "{reason}: {}", fixed.text());
        assert!(fixed.left().contains(reason), "{reason}: {}", fixed.text());
    }
    for fixed in [
        started(&["/opt/app", "-c", "other.conf"], alone(), vec![file("srv/app.conf", 10)]),
        started(&["/srv/start.sh"], alone(), vec![script("#!/bin/sh\nexec /opt/app\n")]),
    ] {
        assert!(!fixed.file("Dockerfile.multi-stage").is_empty(), "{}", fixed.text());
    }
}

#[test]
fn the_draft_is_kept_out_of_a_context_in_another_directory_once() {
    let app = file("opt/app", 0).holding(executable().build()).mode(0o755);
    let situation = Situation::new()
        .buildkit()
        .config(json!({ "Cmd": ["/opt/app"] }))
        .run("apk add go", go())
        .copy(".", "/src", [file("src/main.go", 10)])
        .run("go build -o /opt/app", [app])
        .value("CMD [\"/opt/app\"]");
    let text =
        "FROM alpine\nRUN apk add go\nCOPY . /src\nRUN go build -o /opt/app\nCMD [\"/opt/app\"]\n";
    let ignored = |listed: Option<&str>| {
        let (opened, inspection) = (open(situation.archive()).unwrap(), situation.inspection());
        let ignore = ("dir/.dockerignore".into(), listed.map(str::to_owned));
        let file = Dockerfile::parse(text).unwrap();
        let target = Target::given(&inspection, "dir/Dockerfile".into(), file, ignore);
        let changes = Fixed::of(&opened, &inspection, &target).fix.changes;
        assert!(changes.iter().any(|change| change.name == "dir/Dockerfile.multi-stage"));
        let ignore = changes.into_iter().find(|change| change.name == "dir/.dockerignore");
        ignore.map(|change| change.new)
    };
    let line = "Dockerfile.multi-stage\n";
    assert_eq!(ignored(None).as_deref(), Some(line));
    assert_eq!(ignored(Some(line)), None);
}
