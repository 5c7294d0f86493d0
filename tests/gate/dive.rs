//! Builds that come from dive: its file, its options, its environment, and where its numbers
//! differ.

use layerscope::gate::DiveCount;

use super::{Answer, Place, image};
use crate::support::build::{
    Entry, dir, file, gone, hardlink, inspect, layer, opaque, symlink, tar,
};

#[test]
fn a_file_of_dive_is_taken_as_it_is_with_its_defaults() {
    let place = Place::new();
    place.write(".dive-ci", "rules:\n  highestWastedBytes: 20kB\n  lowestEfficency: 0.1\n");
    let answer = place.check(&[]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    answer.line("FAIL  efficiency 3.8 % (at least 90 %): ");
    answer.line("FAIL  wasted 195 KiB (limit 20 kB = 19.5 KiB): ");
    answer.line("FAIL  wasted, of the layers above the first, 97.6 % (limit 10 %): ");
    assert!(
        answer.said.contains(
            "warning: .dive-ci line 3: rules.lowestEfficency: no such rule; did you mean lowestEff"
        ),
        "{}",
        answer.said
    );
    place.write(
        ".dive-ci",
        "rules:\n  lowestEfficiency: disabled\n  highestUserWastedPercent: '0.98'\n",
    );
    let answer = place.check(&[]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    place.write(".dive-ci", "rules:\n  lowestEfficiency: 95\n");
    let answer = place.check(&[]);
    assert_eq!(answer.code, Some(2));
    assert!(
        answer.said.contains(".dive-ci lowestEfficiency: \"95\" is not a ratio"),
        "{}",
        answer.said
    );
}

#[test]
fn a_malformed_file_of_dive_is_an_error_and_not_its_defaults() {
    let place = Place::new();
    for (text, said) in [
        (
            "rules:\n  - lowestEfficiency: 0.01\n",
            ".dive-ci line 1: rules: this is a list, not the rules",
        ),
        ("lowestEfficiency = 0.01\n", ".dive-ci line 1: this is a text, not the rules"),
        (
            "rules:\n  lowestEfficiency: [0.01]\n",
            ".dive-ci line 2: rules.lowestEfficiency: this is a list",
        ),
        ("rules: {\n", ".dive-ci line "),
    ] {
        place.write(".dive-ci", text);
        let answer = place.check(&[]);
        assert_eq!(answer.code, Some(2), "{text:?}: {answer:#?}");
        assert!(answer.said.contains(said), "{text:?}: {}", answer.said);
        assert!(answer.said.contains("hint: it is YAML, such as rules: {"), "{}", answer.said);
        assert!(!answer.out.contains("PASS") && !answer.out.contains("FAIL"), "{}", answer.out);
    }
}

#[test]
fn the_options_of_dive_are_those_of_check_and_of_the_program_itself() {
    let place = Place::new();
    for start in [&["check", "shop.tar"][..], &["shop.tar", "--ci"], &["shop.tar"]] {
        let answer = place.run(
            &[start, &["--lowestEfficiency", "0.01", "--highestUserWastedPercent=disabled"]]
                .concat(),
        );
        assert_eq!(answer.code, Some(0), "{start:?}: {answer:#?}");
        answer.line("PASS  efficiency 3.8 % (at least 1 %)");
        let answer = place.run(&[start, &["--highestWastedBytes", "20MB"]].concat());
        assert_eq!(answer.code, Some(1), "{start:?}: {answer:#?}");
        assert_eq!(
            (answer.out.matches("FAIL").count(), answer.out.matches("PASS").count()),
            (2, 1),
            "{}",
            answer.out
        );
    }
    place.write("rules.yaml", "rules: {lowestEfficiency: 0.01, highestUserWastedPercent: off}");
    assert_eq!(place.run(&["shop.tar", "--ci-config", "rules.yaml"]).code, Some(0));
    let answer = place.run(&["shop.tar", "--ci", "--lowestEfficiency", "90%"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.said.contains("--lowestEfficiency: \"90%\" is not a ratio"), "{}", answer.said);
}

#[test]
fn in_a_build_an_image_is_checked_only_where_limits_are_and_otherwise_reported_with_a_hint() {
    let in_ci = |place: &Place, value: &str| {
        Answer::of(&place.command(&["shop.tar"]).env("CI", value).output().unwrap())
    };
    let place = Place::new();
    let answer = in_ci(&place, "true");
    assert_eq!(answer.code, Some(0), "a plain look does not fail a build: {answer:#?}");
    assert!(
        answer.out.contains("#      size")
            && answer.said.contains("hint: CI is set, but there are no limits")
    );
    assert_eq!(in_ci(&place, "false").said, "");
    place.write(".dive-ci", "rules: {}");
    for (value, code) in [("true", 1), ("1", 1), ("yes", 1), ("false", 0), ("", 0)] {
        assert_eq!(in_ci(&place, value).code, Some(code), "CI={value}");
    }
    std::fs::remove_file(place.path().join(".dive-ci")).unwrap();
    place.write(".layerscope.toml", "[limits]\nlayers = 2\n");
    assert!(in_ci(&place, "true").line("FAIL").contains("number of layers 3 (limit 2)"));
}

#[test]
fn limits_of_our_own_come_before_the_file_of_dive() {
    let place = Place::new();
    place.write(".dive-ci", "rules: {}");
    place.write(".layerscope.toml", "[limits]\nlayers = 3\n");
    let answer = place.check(&[]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.said.contains(".dive-ci is not read"), "{}", answer.said);
    assert_eq!(place.check(&["--ci-config", ".dive-ci"]).code, Some(1));
    // Alone, --ci checks as CI=true does: the defaults of dive belong to its file.
    let answer = place.run(&["shop.tar", "--ci"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(!answer.out.contains("efficiency"), "{answer:#?}");
}

#[test]
fn the_count_of_dive_is_that_of_its_own_test_on_its_own_image() {
    let Some(corpus) = crate::support::corpus() else {
        eprintln!("skipped: there is no corpus beside the checkout");
        return;
    };
    let image =
        crate::support::inspect(&corpus.join("small/dive-test-docker-image.tar"), None).unwrap();
    let count = DiveCount::of_image(&image);
    // dive/image/docker/image_archive_analysis_test.go
    assert_eq!((count.wasted, count.efficiency), (32_025, 0.984_421_213_418_430_9));
    let above: u64 = image.layers.iter().skip(1).map(|layer| layer.size).sum();
    assert_eq!(above, 66_237);
}

/// The first layer of all images below, 10,000 bytes, and its entries.
fn after(entries: impl IntoIterator<Item = Entry>) -> crate::support::build::Layer {
    layer([file("base", 10_000)].into_iter().chain(entries))
}

#[test]
fn where_the_numbers_of_dive_are_wrong_they_are_known_and_said_once() {
    // Measured with dive 0.13.1 on images of the same shape; see "Coming from dive" in the manual.
    let big = || file("big", 50_000);
    let in_directory = || [dir("d"), file("d/big", 50_000)];
    for (what, layers, wasted, efficiency, ours) in [
        ("a deleted directory", vec![after(in_directory()), layer([gone("d")])], 0, 100.0, 50_000),
        ("a changed mode", vec![after([big()]), layer([big().mode(0o700)])], 100_000, 54.5, 50_000),
        (
            "an opaque directory",
            vec![after(in_directory()), layer([dir("d"), opaque("d")])],
            0,
            100.0,
            50_000,
        ),
        (
            "a link for a directory",
            vec![after(in_directory()), layer([symlink("d", "base")])],
            0,
            100.0,
            50_000,
        ),
        (
            "a hard link",
            vec![after([big(), hardlink("same", "big")]), layer([gone("big")])],
            50_000,
            16.7,
            0,
        ),
        (
            "a file that returns",
            vec![after([big()]), layer([gone("big")]), layer([big()])],
            100_000,
            9.1,
            50_000,
        ),
        ("a deleted file", vec![after([big()]), layer([gone("big")])], 50_000, 16.7, 50_000),
        ("nothing", vec![after([big()])], 0, 100.0, 0),
    ] {
        let image = image(layers.into_iter().map(|layer| ("RUN a", layer)));
        let archive = tar(image.docker());
        let inspection = inspect(archive.clone()).unwrap();
        let count = DiveCount::of_image(&inspection);
        assert_eq!(
            (count.wasted, (count.efficiency * 1000.0).round() / 10.0),
            (wasted, efficiency),
            "{what}"
        );
        assert_eq!(inspection.totals.wasted(), ours, "{what}");
        let place = Place::new();
        place.write("shop.tar", archive);
        let answer = place.check(&["--ci"]);
        let notes = answer.out.matches("note  dive counts ").count();
        assert_eq!(notes, usize::from(wasted != ours), "{what}: {}", answer.out);
        assert_eq!(
            place.check(&["--max-size", "1GB"]).out.matches("dive").count(),
            0,
            "nobody asked for dive"
        );
    }
}

#[test]
fn a_size_with_a_decimal_comma_is_read_as_dive_reads_it_and_a_rule_given_twice_is_told() {
    let place = Place::new();
    place.write(
        ".dive-ci",
        "rules:\n  lowestEfficiency: 0.01\n  highestUserWastedPercent: off\n  highestWastedBytes: 1,5MB\n  lowest-efficiency-threshold: 0.02\n",
    );
    let answer = place.check(&[]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    answer.line("PASS  wasted 195 KiB (limit 15 MB = 14.3 MiB)");
    for warning in [
        "warning: .dive-ci line 4: rules.highestWastedBytes: dive reads this as 15MB; write 1.5MB",
        "warning: .dive-ci line 5: rules.lowest-efficiency-threshold: this rule is given twice; the last one counts",
    ] {
        assert!(answer.said.contains(warning), "{}", answer.said);
    }
    answer.line("PASS  efficiency 3.8 % (at least 2 %)");
    let answer = place.run(&["check", "shop.tar", "--highestWastedBytes", "0,1MB"]);
    let warning = "warning: --highestWastedBytes: dive reads this as 01MB; write 0.1MB";
    assert!(answer.said.contains(warning), "{}", answer.said);
}

#[test]
fn an_option_that_disables_a_rule_of_dive_disables_the_limit_of_a_file_too() {
    let place = Place::new();
    let options = [
        ("efficiency = 0.999", "--lowestEfficiency", "0.001"),
        ("wasted = \"1\"", "--highestWastedBytes", "1GB"),
        ("", "--highestUserWastedPercent", "1"),
    ];
    // There is no such limit of ours as the last one.
    for (limit, option, _) in options.into_iter().take(2) {
        place.write(".layerscope.toml", format!("[limits]\n{limit}\nlayers = 100\n"));
        assert_eq!(place.run(&["shop.tar", "--ci"]).code, Some(1), "{limit}");
        let others = options.map(|(_, other, loose)| match other == option {
            true => format!("{other}=disabled"),
            false => format!("{other}={loose}"),
        });
        let given: Vec<_> = others.iter().map(String::as_str).collect();
        let answer = place.run(&[&["shop.tar", "--ci"], &given[..]].concat());
        assert_eq!(answer.code, Some(0), "{option}: {}", answer.said);
    }
}
