//! Files that a `COPY` brings and a `RUN` removes: all parts give the same advice, and it can be
//! followed.

use super::situation::{MEGABYTE, Situation};
use crate::program::{layerscope, text};
use crate::support::build::{Entry, dir, file, gone};

/// What each part says of an image with its Dockerfile, with single spaces.
fn said(situation: &Situation, dockerfile: &str) -> [(&'static str, String); 4] {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("image.tar"), situation.archive()).unwrap();
    std::fs::write(path("Dockerfile"), dockerfile).unwrap();
    let (image, file) = (path("image.tar"), path("Dockerfile"));
    let words = |arguments: &[&str]| {
        let output = layerscope(arguments);
        let all = text(&output.stdout) + &text(&output.stderr);
        all.replace("\n# ", " ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    [
        ("report", words(&["report", &image])),
        ("ladder", words(&["ladder", &image])),
        ("check", words(&["check", &image, "--max-wasted", "1kB"])),
        ("fix", words(&["fix", &image, "--dockerfile", &file])),
    ]
}

/// A `COPY` of a script to `/tmp`, and what runs and removes it.
fn with_setup(runs: &[(&str, &[Entry])]) -> Situation {
    let base = Situation::new().buildkit();
    let copied = base.copy("setup.run", "/tmp/setup.run", [file("tmp/setup.run", 4 * MEGABYTE)]);
    runs.iter().fold(copied, |image, (run, of)| image.run(run, of.to_vec()))
}

#[test]
fn a_script_that_a_run_needs_is_mounted_and_not_left_out_of_the_context() {
    let image = with_setup(&[
        ("sh /tmp/setup.run --prefix /opt", &[file("opt/tool", MEGABYTE)]),
        ("rm /tmp/setup.run", &[gone("tmp/setup.run")]),
    ]);
    let dockerfile = "FROM base\nCOPY setup.run /tmp/setup.run\nRUN sh /tmp/setup.run --prefix /opt\nRUN rm /tmp/setup.run\n";
    let flag = "RUN --mount=type=bind,source=setup.run,target=/tmp/setup.run";
    for (part, told) in said(&image, dockerfile) {
        assert!(told.contains("use RUN --mount=type=bind"), "{part}: {told}");
        assert!(told.contains("instead of COPY, or a multi-stage build"), "{part}: {told}");
        for wrong in [".dockerignore", "tmpfs", "the RUN that makes them", "as one layer"] {
            assert!(!told.contains(wrong), "{part} says {wrong}: {told}");
        }
        match part {
            "report" => {
                assert!(told.contains("layer 2 uses them before layer 3 removes them"), "{told}");
                assert!(
                    told.contains(&format!("{flag} sh /tmp/setup.run --prefix /opt")),
                    "{told}"
                );
            }
            "fix" => {
                assert!(told.contains("line 3 uses them before line 4 removes them"), "{told}");
                assert!(told.contains(flag), "{told}");
            }
            _ => {}
        }
    }
}

#[test]
fn a_source_tree_that_a_compiler_reads_is_mounted_or_built_in_a_stage() {
    let image = Situation::new()
        .buildkit()
        .copy(".", "/src", [dir("src"), file("src/a.c", MEGABYTE), file("src/data", MEGABYTE)])
        .run("cc -o /usr/bin/app /src/a.c", [file("usr/bin/app", MEGABYTE)])
        .run("rm -rf /src", [gone("src")]);
    let dockerfile = "FROM base\nCOPY . /src\nRUN cc -o /usr/bin/app /src/a.c\nRUN rm -rf /src\n";
    for (part, told) in said(&image, dockerfile) {
        assert!(told.contains("use RUN --mount=type=bind"), "{part}: {told}");
        assert!(told.contains("instead of COPY, or a multi-stage build"), "{part}: {told}");
        assert!(!told.contains(".dockerignore"), "{part}: {told}");
    }
}

#[test]
fn a_run_uses_a_file_by_a_relative_name_where_it_is_and_in_the_run_that_removes_it() {
    let removed: &[Entry] = &[gone("tmp/setup.run"), file("opt/tool", MEGABYTE)];
    for run in [
        "cd /tmp && sh setup.run && rm setup.run",
        "sh /tmp/setup.run && rm /tmp/setup.run",
        "bash -c \"sh /tmp/setup.run\"; rm /tmp/setup.run",
        "sh /tmp/*.run; rm /tmp/setup.run",
    ] {
        let image = with_setup(&[(run, removed)]);
        let dockerfile = format!("FROM base\nCOPY setup.run /tmp/setup.run\nRUN {run}\n");
        for (part, told) in said(&image, &dockerfile) {
            assert!(told.contains("use RUN --mount=type=bind"), "{part} of {run}: {told}");
            assert!(told.contains("uses them before it removes them"), "{part} of {run}: {told}");
        }
    }
    let image = Situation::new()
        .buildkit()
        .step("WORKDIR /src # buildkit", [dir("src")])
        .copy(".", ".", [file("src/a.c", MEGABYTE)])
        .run("make install", [file("usr/bin/app", MEGABYTE)])
        .run("rm -rf /src/a.c", [gone("src/a.c")]);
    let dockerfile = "FROM base\nWORKDIR /src\nCOPY . .\nRUN make install\nRUN rm -rf /src/a.c\n";
    let fix = image.fixed(dockerfile).text();
    assert!(fix.contains("line 4 runs where they are before line 5 removes them"), "{fix}");
}

#[test]
fn what_no_instruction_names_is_not_copied() {
    let image = with_setup(&[
        ("apt-get update", &[file("opt/tool", MEGABYTE)]),
        ("rm /tmp/setup.run", &[gone("tmp/setup.run")]),
    ]);
    let dockerfile =
        "FROM base\nCOPY setup.run /tmp/setup.run\nRUN apt-get update\nRUN rm /tmp/setup.run\n";
    for (part, told) in said(&image, dockerfile) {
        let ought = "copy only the files that stay: keep the rest out of the build context with .dockerignore";
        assert!(told.contains(ought), "{part}: {told}");
        assert!(!told.contains("tmpfs") && !told.contains("instead of COPY"), "{part}: {told}");
    }
}

#[test]
fn what_another_stage_or_a_download_brings_is_in_no_build_context() {
    let removed = |image: Situation| image.run("rm /opt/x", [gone("opt/x")]);
    let image = Situation::new().buildkit();
    let of_stage = removed(image.copy("/x", "/opt/x", [file("opt/x", MEGABYTE)]));
    let image = Situation::new().buildkit();
    let loaded = removed(image.added("https://a.b/x", "/opt/x", [file("opt/x", MEGABYTE)]));
    for (image, line, ought) in [
        (of_stage, "COPY --from=a /x /opt/x", "copy only the files that stay from the other stage"),
        (loaded, "ADD https://a.b/x /opt/x", "download, use and remove them in one RUN"),
    ] {
        for (part, told) in said(&image, &format!("FROM base\n{line}\nRUN rm /opt/x\n")) {
            assert!(told.contains(ought), "{part} of {line}: {told}");
            assert!(!told.contains(".dockerignore"), "{part} of {line}: {told}");
        }
    }
}

#[test]
fn temporary_files_that_a_copy_leaves_are_made_by_no_run() {
    let report = &said(&with_setup(&[]), "FROM base\nCOPY setup.run /tmp/setup.run\n")[0].1;
    assert!(report.contains("copy only what the image needs"), "{report}");
    assert!(!report.contains("tmpfs") && !report.contains("the RUN that makes them"), "{report}");
}
