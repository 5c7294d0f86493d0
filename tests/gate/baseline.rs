//! Growth: against an image, and against a report that an earlier build left.

use super::{Place, image};
use crate::support::build::{file, layer, tar};

fn place() -> Place {
    let base = || ("ADD file:0 in / ", layer([file("lib", 100_000)]));
    let place =
        Place::with(&image([base(), ("COPY app / # buildkit", layer([file("app", 30_000)]))]));
    place.write(
        "old.tar",
        tar(image([base(), ("COPY app / # buildkit", layer([file("app", 10_000)]))]).docker()),
    );
    place
}

#[test]
fn growth_is_measured_in_bytes_and_in_per_cent_and_names_what_grew() {
    let place = place();
    for (limit, code) in [("20kB", 0), ("19kB", 1), ("18.2%", 0), ("18%", 1)] {
        let answer = place.check(&["--max-growth", limit, "--baseline", "old.tar"]);
        assert_eq!(answer.code, Some(code), "{limit}: {answer:#?}");
    }
    let answer = place.check(&["--max-growth", "1kB", "--baseline", "old.tar"]);
    let line = answer.line("FAIL");
    assert!(
        line.starts_with(
            "FAIL  growth 19.5 KiB (limit 1 kB = 1000 B): 18.6 KiB over; /app is larger by 19.5 KiB; "
        ),
        "{line}"
    );
    let answer = place.run(&["check", "old.tar", "--max-growth", "0", "--baseline", "shop.tar"]);
    assert_eq!(answer.code, Some(0));
    assert!(
        answer.line("PASS").starts_with("PASS  growth -19.5 KiB (limit 0 B)"),
        "{}",
        answer.out
    );
}

#[test]
fn a_report_is_as_good_a_baseline_as_its_image() {
    let place = place();
    let report = place.run(&["report", "old.tar", "--format", "json"]);
    place.write("old.json", &report.out);
    let answer = place.check(&["--max-growth", "5%", "--baseline", "old.json"]);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    let line = answer.line("FAIL  growth 18.2 % (limit 5 %): 13.2 points over; ");
    assert!(line.contains("layer 1 is not in the baseline and has 29.3 KiB; "), "{line}");
    place.write("tree.json", place.run(&["report", "old.tar", "--format", "json", "--tree"]).out);
    let answer = place.check(&["--max-growth", "5%", "--baseline", "tree.json"]);
    let line = answer.line("FAIL  growth 18.2 % (limit 5 %): 13.2 points over; ");
    assert!(line.contains("/app is larger by 19.5 KiB; "), "with its files it names one: {line}");
    let tool = "\"tool\": {\"name\": \"layerscope\", \"version\": \"9\"}, \"totals\": {}";
    place.write("odd.json", format!("{{\"schema_version\": 9, {tool}}}"));
    place.write("none.json", "  {\"name\": \"x\"}");
    for (name, words) in [
        ("odd.json", "schema_version 9"),
        ("none.json", "it is JSON, but not a report of `layerscope report --format json`"),
        ("gone.json", "gone.json"),
    ] {
        let answer = place.check(&["--max-growth", "5%", "--baseline", name]);
        assert_eq!(answer.code, Some(2), "{name}");
        assert!(answer.said.contains(words), "{name}: {}", answer.said);
    }
}

#[test]
fn a_baseline_that_was_not_wholly_read_measures_no_growth() {
    let place = place();
    let part =
        image([("RUN a", layer([file("lib", 100_000)])), ("RUN b", layer([file("app", 10_000)]))]);
    place
        .write("part.tar", tar(part.docker().into_iter().filter(|entry| entry.name() != b"1.tar")));
    let answer = place.check(&["--max-growth", "90%", "--baseline", "part.tar"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(
        answer.line("????").contains("not all of the baseline shop:1.4 was read"),
        "{answer:#?}"
    );
}
