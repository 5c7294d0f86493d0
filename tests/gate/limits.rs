//! Each limit: what passes, what fails, and what the line says.

use super::{Answer, Place, image};
use crate::support::build::{dir, file, layer, symlink, tar};

#[test]
fn a_limit_that_is_exceeded_says_by_how_much_who_and_what_to_change_in_one_line() {
    let answer = Place::new().check(&["--max-wasted", "20kB"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert_eq!(
        answer.out,
        "shop:1.4\n\
         FAIL  wasted 195 KiB (limit 20 kB = 19.5 KiB): 176 KiB over; layer 2 deletes what layer 1 added; combine the RUN \
         instructions of layers 1 and 2, or delete the files in the RUN that makes them, \
         or use a multi-stage build\n\
         1 of 1 limit exceeded.\n"
    );
    assert_eq!(answer.said, "", "a limit that is exceeded is no error");
}

#[test]
fn a_download_that_was_measured_names_its_layer_and_not_the_uncompressed_size() {
    let answer = Place::new().check(&["--max-download", "10"]);
    let line = answer.line("FAIL  download size ");
    assert!(line.contains("; layer 1 adds the most; ") && !line.contains("200 KiB"), "{line}");
}

#[test]
fn every_limit_can_pass_and_fail() {
    let place = Place::new();
    place.write("other.tar", tar(image([("RUN a", layer([file("app", 100_000)]))]).docker()));
    for (option, kept, exceeded, words) in [
        (
            "--max-size",
            "208kB",
            "207999",
            "size 203 KiB (limit 207999 B): 1 B over; layer 1 adds the most, 200 KiB",
        ),
        ("--max-download", "1MB", "10", "download size "),
        (
            "--max-wasted",
            "200kB",
            "199kB",
            "wasted 195 KiB (limit 199 kB = 194 KiB): 1000 B over; layer 2 deletes",
        ),
        ("--max-wasted", "97%", "96%", "wasted 96.2 % (limit 96 %): 0.2 points over"),
        (
            "--min-efficiency",
            "0.03",
            "90%",
            "efficiency 3.8 % (at least 90 %): 86.2 points below; layer 2 deletes",
        ),
        ("--max-avoidable", "200kB", "0", "avoidable 195 KiB (limit 0 B)"),
        ("--max-own", "205kB", "3kB", "your layers 200 KiB (limit 3 kB = 2.93 KiB)"),
        (
            "--max-layers",
            "3",
            "2",
            "number of layers 3 (limit 2): 1 over; layers 1 and 2 are RUN instructions in a row",
        ),
        (
            "--max-layer",
            "205kB",
            "204.9kB",
            "largest layer 200 KiB (limit 204.9 kB = 200 KiB): 100 B over",
        ),
        (
            "--budget",
            "/opt=200kB",
            "/opt=1kB",
            "/opt 195 KiB (limit 1 kB = 1000 B): 194 KiB over; layer 1 adds 195 KiB, the",
        ),
        ("--budget", "/app=1MB", "/*=4kB", "/* 203 KiB (limit 4 kB = 3.91 KiB)"),
        ("--max-finding", "toolchain=0", "leftovers=0", "finding leftovers 195 KiB (limit 0 B)"),
        ("--max-base-age", "5000w", "30d", "age of the base image "),
    ] {
        let answer = place.check(&["--base-layers", "1", option, kept]);
        assert_eq!(answer.code, Some(0), "{option} {kept}: {answer:#?}");
        assert!(
            answer.out.contains("\nPASS  ") && answer.out.ends_with("The limit is kept.\n"),
            "{answer:#?}"
        );
        let answer = place.check(&["--base-layers", "1", option, exceeded]);
        assert_eq!(answer.code, Some(1), "{option} {exceeded}: {answer:#?}");
        assert!(answer.line("FAIL").contains(words), "{option} {exceeded}: {answer:#?}");
        assert!(answer.line("FAIL").contains("; "), "a change is named: {answer:#?}");
    }
}

#[test]
fn a_budget_for_a_path_that_is_nowhere_says_so_in_every_output() {
    let place = Place::new();
    let budget = ["--budget", "/opt/tol=1MB", "--max-size", "1GB"];
    let answer = place.check(&budget);
    assert_eq!(answer.code, Some(0));
    assert_eq!(
        answer.line("PASS  /opt"),
        "PASS  /opt/tol 0 B (limit 1 MB = 977 KiB): no layer has this path, so the limit checks nothing; \
         in /opt, did you mean tool?"
    );
    for format in ["json", "markdown", "sarif", "junit", "github", "gitlab"] {
        let out = place.check(&[&budget[..], &["--format", format]].concat()).out;
        assert!(out.contains("no layer has this path"), "{format}: {out}");
    }
    for (budget, says) in [
        ("/opt/tool=1MB", false),
        ("/opt/*=1MB", false),
        ("/=1MB", false),
        ("/*/nothing=1MB", true),
        ("/xyzzy-xyzzy/a=0", true),
    ] {
        let answer = place.check(&["--budget", budget]);
        assert_eq!(answer.out.contains("checks nothing"), says, "{budget}: {}", answer.out);
    }
}

#[test]
fn a_check_in_which_no_limit_checks_anything_does_not_pass() {
    let place = Place::new();
    let budget = ["--budget", "/nosuch=1"];
    let answer = place.check(&budget);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(
        answer.said.contains("no limit checks anything in this image\nhint: correct the path"),
        "{answer:#?}"
    );
    for format in ["text", "markdown", "sarif", "junit", "github", "gitlab"] {
        let out = place.check(&[&budget[..], &["--format", format]].concat()).out;
        assert!(out.contains("No limit checks anything in this image"), "{format}: {out}");
        assert!(!out.contains("The limit is kept"), "{format}: {out}");
    }
    let out = place.check(&[&budget[..], &["--format", "json"]].concat()).out;
    assert!(
        out.contains("\"status\": \"unknown\"") || out.contains("\"status\":\"unknown\""),
        "{out}"
    );
    let both = place.check(&[&budget[..], &["--max-layers", "1"]].concat());
    assert_eq!(both.code, Some(1), "{both:#?}");
    let disabled = "rules:\n  lowestEfficiency: disabled\n  highestWastedBytes: disabled\n  \
                    highestUserWastedPercent: disabled\n";
    place.write(".dive-ci", disabled);
    let answer = place.check(&[]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.said.contains("all rules of dive are disabled, so nothing is checked\nhint: "));
}

#[test]
fn the_change_that_is_named_is_the_first_of_those_that_can_be_made() {
    let place = Place::with(&image([
        ("ADD file:0 in / ", layer([file("lib", 3_000)])),
        (
            "RUN /bin/sh -c apt-get update # buildkit",
            layer([
                dir("usr"),
                dir("usr/share"),
                dir("usr/share/man"),
                dir("usr/share/man/man1"),
                file("usr/share/man/man1/a.1.gz", 2_400_000),
                dir("var"),
                dir("var/lib"),
                dir("var/lib/apt"),
                dir("var/lib/apt/lists"),
                file("var/lib/apt/lists/a_Packages", 90_000),
            ]),
        ),
    ]));
    let report = place.run(&["report", "shop.tar", "--format", "json"]).out;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let first = &report["changes"][0];
    assert_eq!(first["part"], "own", "{report:#}");
    let advice = first["advice"].as_str().unwrap().trim_end_matches('.');
    let optional = &report["changes"][1];
    assert_eq!(optional["part"], "optional", "the larger one is not the first");
    assert!(optional["saves_bytes"].as_u64() > first["saves_bytes"].as_u64());
    for option in [
        "--max-size=1kB",
        "--max-own=1kB",
        "--max-layer=1kB",
        "--max-download=10",
        "--max-avoidable=0",
        "--budget=/*=1kB",
    ] {
        let answer = place.check(&["--base-layers", "1", option]);
        assert!(answer.line("FAIL").ends_with(advice), "{option}: {}", answer.out);
    }
}

#[test]
fn the_name_of_the_base_image_has_to_be_among_those_allowed() {
    let mut shop = super::shop();
    shop.annotations = serde_json::json!({ "org.opencontainers.image.base.name": "docker.io/library/Debian:12\u{1b}[31m" });
    let place = Place::new();
    place.write("shop.tar", tar(shop.oci()));
    assert_eq!(
        place.check(&["--allow-base", "alpine:*", "--allow-base", "*/debian:*"]).code,
        Some(0)
    );
    let answer = place.check(&["--allow-base", "alpine:*"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let line = answer.line("FAIL");
    assert!(
        line.starts_with(
            "FAIL  base image docker.io/library/Debian:12\\x1b[31m (limit alpine:*): "
        ),
        "{line}"
    );
    let answer = Place::new().check(&["--allow-base", "alpine:*"]);
    assert_eq!(answer.code, Some(2), "a name that is not recorded does not pass: {answer:#?}");
    assert!(
        answer.line("????").contains("not recorded")
            && answer.said.contains("cannot check base image")
    );
}

#[test]
fn a_base_image_without_a_recorded_name_is_known_by_what_its_system_says() {
    let release = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n\
                   VERSION_CODENAME=bookworm\n";
    let system = |release: &str| {
        image([
            (
                "/bin/sh -c #(nop) ADD file:0123 in / ",
                layer([
                    dir("etc"),
                    file("etc/debian_version", 5),
                    symlink("etc/os-release", "../usr/lib/os-release"),
                    dir("usr"),
                    dir("usr/lib"),
                    file("usr/lib/os-release", 0).holding(release),
                    file("bin/sh", 3_000),
                ]),
            ),
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", layer([])),
            ("RUN /bin/sh -c fetch tool # buildkit", layer([file("app", 5_000)])),
        ])
    };
    let place = Place::with(&system(release));
    for allowed in ["debian:*", "debian:12", "debian:bookworm", "Debian", "alpine:*,debian:1?"] {
        let globs = allowed.split(',').flat_map(|glob| ["--allow-base", glob]);
        let answer = place.check(&globs.collect::<Vec<_>>());
        assert_eq!(answer.code, Some(0), "{allowed}: {answer:#?}");
    }
    for refused in ["debian:11", "ubuntu:*", "debian:12-slim"] {
        let answer = place.check(&["--allow-base", refused]);
        assert_eq!(answer.code, Some(1), "{refused}: {answer:#?}");
        let line = answer.line("FAIL  base image Debian ");
        let known =
            "the image does not record its name, and it is known as debian:12 and debian:bookworm";
        assert!(line.contains(known) && line.contains(&format!("FROM {refused}")), "{line}");
    }
    let place = Place::with(&system("ID=debian\u{1b}[31m\nVERSION_ID=12\n"));
    let answer = place.check(&["--allow-base", "debian:12"]);
    assert_eq!(answer.code, Some(1), "another ID is another system: {answer:#?}");
    assert!(answer.line("FAIL").contains("known as debian\\x1b[31m:12"), "{answer:#?}");
    let answer = Place::with(&system("")).check(&["--allow-base", "debian:12"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(answer.line("FAIL").contains("does not record its version"), "{answer:#?}");
}

#[test]
fn findings_are_limited_by_rule_and_an_unknown_rule_is_no_silent_pass() {
    let lists = layer([
        dir("var"),
        dir("var/lib"),
        dir("var/lib/apt"),
        dir("var/lib/apt/lists"),
        file("var/lib/apt/lists/a_Packages", 90_000),
    ]);
    let place = Place::with(&image([("RUN /bin/sh -c apt-get update # buildkit", lists)]));
    let answer = place.check(&["--max-finding", "apt-lists=1kB"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let line = answer.line("FAIL  finding apt-lists 87.9 KiB (limit 1 kB = 1000 B): ");
    assert!(
        line.contains("layer 0 adds 87.9 KiB (apt package lists); ")
            && line.contains("rm -rf /var/lib/apt/lists")
    );
    assert_eq!(place.check(&["--max-finding", "apt-lists=90kB"]).code, Some(0));
    let answer = place.check(&["--max-finding", "apt-list=0"]);
    assert_eq!(answer.code, Some(2));
    assert!(
        answer.said.contains("apt-list: no such rule; did you mean apt-lists?"),
        "{}",
        answer.said
    );
}

#[test]
fn an_account_that_is_not_whole_never_passes() {
    let whole = super::shop().docker();
    let place = Place::new();
    place.write("shop.tar", tar(whole.into_iter().filter(|entry| entry.name() != b"1.tar")));
    for arguments in
        [&["--max-size", "1GB"][..], &["--max-layers", "9"], &["--min-efficiency", "0"]]
    {
        let answer = place.check(arguments);
        assert_eq!(answer.code, Some(2), "{arguments:?}: {answer:#?}");
        assert!(
            answer.out.contains("Not all of the image was read: layer 1 is not known"),
            "{answer:#?}"
        );
        assert!(answer.said.contains("not in the archive"), "{answer:#?}");
    }
    let answer = place.check(&["--max-size", "1GB"]);
    assert!(
        answer
            .line("????")
            .starts_with("????  size ≥ 2.93 KiB (limit 1 GB = 954 MiB): layer 1 is not known"),
        "{answer:#?}"
    );
    let answer = place.check(&["--max-size", "1kB"]);
    assert_eq!(answer.code, Some(2), "what is read already exceeds the limit, and more is missing");
    assert!(
        answer
            .line("FAIL")
            .starts_with("FAIL  size ≥ 2.93 KiB (limit 1 kB = 1000 B): 1.95 KiB over"),
        "{answer:#?}"
    );
    assert_eq!(
        place.check(&["--max-size", "1GB", "--accept", "absent"]).code,
        Some(0),
        "the user knows of it"
    );
}

#[test]
fn several_images_are_checked_and_the_worst_decides() {
    let place = Place::new();
    place.write("small.tar", tar(image([("COPY app /", layer([file("app", 9)]))]).docker()));
    place.write("broken.tar", "no image");
    let checked =
        |images: &[&str]| place.run(&[&["check", "--max-wasted", "20kB"], images].concat());
    assert_eq!(checked(&["small.tar"]).code, Some(0));
    let answer = checked(&["small.tar", "shop.tar#shop:1.4"]);
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.out.contains("The limit is kept.\n\nshop:1.4 (shop.tar)\nFAIL"),
        "two images have this name: {}",
        answer.out
    );
    assert_eq!(checked(&["shop.tar", "broken.tar"]).code, Some(2));
}

#[test]
fn an_image_can_be_piped_in_and_without_any_there_is_a_hint() {
    let place = Place::new();
    let mut command = place.command(&["check", "--max-wasted", "20kB"]);
    command.stdin(std::fs::File::open(place.path().join("shop.tar")).unwrap());
    assert_eq!(Answer::of(&command.output().unwrap()).code, Some(1));
    let answer = place.run(&["check", "--max-wasted", "20kB"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.said.contains("docker save my-app | layerscope check"), "{}", answer.said);
}

#[test]
fn nonsense_on_the_command_line_is_said_before_the_image_is_read() {
    let place = Place::new();
    for (arguments, words) in [
        (
            &["--max-size", "lots"][..],
            "\"lots\" is not a size: write a number and a unit, such as 20MB",
        ),
        (&["--min-efficiency", "90"], "\"90\" is not a ratio"),
        (&["--budget", "app=1MB"], "a path in the image begins with a slash"),
        (&["--budget", "/app"], "write PATH=SIZE"),
        (&["--max-base-age", "soon"], "\"soon\" is not an age"),
        (&["--max-size", "-5MB"], "--max-size -5MB: a negative value is not allowed"),
        (&["--max-layers", "-1"], "did you mean: --max-layers 1?"),
        (&["--max-growth", "5%"], "--baseline"),
        (&[], "no limits are given"),
    ] {
        let answer = place.check(arguments);
        assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(answer.said.contains(words), "{arguments:?}: {}", answer.said);
    }
}

#[test]
fn an_image_that_is_not_what_its_config_says_never_passes_a_check_that_verifies() {
    let place = Place::new();
    let mut wrong = super::shop();
    let diff_ids = wrong.layers.len();
    wrong.config["rootfs"]["diff_ids"] =
        (0..diff_ids).map(|_| format!("sha256:{}", "0".repeat(64))).collect();
    place.write("wrong.tar", tar(wrong.docker()));
    place.write("right.tar", tar(super::shop().oci()));
    let check = |archive: &str, options: &[&str]| {
        place.run(&[&["check", archive, "--max-size", "1GB"][..], options].concat())
    };
    assert_eq!(check("right.tar", &["--verify"]).code, Some(0));
    assert_eq!(check("wrong.tar", &[]).code, Some(0), "nothing is compared without --verify");
    for format in ["text", "json", "sarif", "junit", "markdown", "github", "gitlab", "openmetrics"]
    {
        let answer = check("wrong.tar", &["--verify", "--format", format]);
        assert_eq!(answer.code, Some(1), "{format}: {answer:#?}");
        let said = format!("{}{}", answer.out, answer.said);
        let expected = "is not what its manifest and config say";
        assert!(said.contains(expected), "{format}: {said}");
        assert!(!answer.out.contains("PASS"), "{format}: {}", answer.out);
    }
    // One whose layers have no digest cannot be compared, so it does not pass.
    place.write("root.tar", tar([file("etc/os-release", 9), dir("bin")]));
    let answer = check("root.tar", &["--verify"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
}

#[test]
fn the_device_of_standard_output_is_standard_output() {
    let answer = Place::new().check(&["--max-layers", "9", "--output", "json=/dev/stdout"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let document: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(document["images"][0]["status"], "passed", "{}", answer.out);
}
