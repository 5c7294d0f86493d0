//! What holds of the images, by the engine's own numbers and by layerscope's.

use serde_json::Value;

use super::measure::{MEASURED, Measured};

/// The images by name, where an engine is wanted.
fn images() -> Option<impl Fn(&str) -> &'static Measured> {
    let all = MEASURED.as_ref()?;
    Some(move |name: &str| {
        all.iter()
            .find(|image| image.scenario.name == name)
            .unwrap_or_else(|| panic!("there is no scenario {name}"))
    })
}

#[test]
fn what_ships_is_what_the_engine_calls_the_size() {
    for image in MEASURED.iter().flatten() {
        if let Some(size) = image.size {
            assert_eq!(image.total("size_bytes"), size, "{}", image.scenario.name);
        }
    }
}

#[test]
fn what_is_live_is_what_a_container_holds_but_for_the_engine_s_own_files() {
    for image in MEASURED.iter().flatten() {
        let image_s = image.total("visible_bytes") - image.behind_engine_s_own();
        assert_eq!(
            image_s,
            image.content.bytes - image.content.engine_s_own,
            "{}",
            image.scenario.name
        );
    }
}

#[test]
fn every_program_runs_without_a_network_on_what_it_ships_with() {
    for image in MEASURED.iter().flatten() {
        if let (Some((_, expected)), Some(printed)) = (image.scenario.works, &image.printed) {
            assert!(printed.starts_with(expected), "{}: {printed}", image.scenario.name);
        }
    }
}

#[test]
fn no_image_is_read_with_a_warning() {
    for image in MEASURED.iter().flatten() {
        assert_eq!(image.account["warnings"], Value::Array(vec![]), "{}", image.scenario.name);
    }
}

#[test]
fn a_cleanup_of_its_own_makes_nothing_smaller_and_one_run_does() {
    let Some(image) = images() else { return };
    let size = |name| image(name).total("size_bytes");
    let visible = |name| image(name).total("visible_bytes");
    assert!(size("a2") > size("a1"));
    assert!(visible("a2") < visible("a1") / 5);
    assert!(size("a3") < size("a1") / 5);
    assert!(visible("a3").abs_diff(visible("a2")) < 100_000, "they hold the same but for logs");
}

#[test]
fn what_one_run_ships_is_told_by_the_separate_ones() {
    let Some(image) = images() else { return };
    let runs = [1, 2, 4, 5];
    let among = |layer: &Value| runs.iter().any(|run| layer == run);
    let wasted = image("a2").account["wasted"].as_array().unwrap();
    let within =
        wasted.iter().filter(|wasted| among(&wasted["added_in"]) && among(&wasted["removed_in"]));
    let spared: u64 = within.map(|wasted| wasted["bytes"].as_u64().unwrap()).sum();
    let predicted = image("a2").total("size_bytes") - spared;
    assert!(
        predicted.abs_diff(image("a3").total("size_bytes")) < 20_000,
        "they differ in logs at most"
    );
}

#[test]
fn merged_runs_ship_what_the_separate_ones_leave() {
    let Some(image) = images() else { return };
    let (apart, merged) = (image("merge"), image("merge-one"));
    assert_eq!(apart.total("wasted_bytes") - merged.total("wasted_bytes"), 30_000_000);
    assert_eq!(apart.total("visible_bytes"), merged.total("visible_bytes"));
}

#[test]
fn a_change_of_mode_ships_the_contents_again() {
    let Some(image) = images() else { return };
    let wasted = image("chmod").account["wasted"].as_array().unwrap();
    assert_eq!(
        wasted.iter().filter(|wasted| wasted["reason"] == "rewritten-unchanged").count(),
        50
    );
    assert_eq!(
        wasted.iter().map(|wasted| wasted["bytes"].as_u64().unwrap()).sum::<u64>(),
        50_000_000
    );
}

#[test]
fn the_ladder_takes_the_same_binary_down_to_scratch() {
    let Some(image) = images() else { return };
    let app = image("a1").file("usr/local/bin/app").unwrap();
    for name in ["a2", "a3"] {
        assert_eq!(image(name).file("usr/local/bin/app"), Some(app), "{name}");
    }
    for name in ["b1-static", "b3-static", "b4", "b4-certs"] {
        assert_eq!(image(name).file("app"), Some(app), "{name}");
    }
    let possible_sizes = ["a2", "a1", "a1-tidy", "a3", "b3-static", "b4", "c1s", "c2"]
        .map(|name| image(name).total("size_bytes"));
    assert!(possible_sizes.is_sorted_by(|higher, lower| higher > lower), "{possible_sizes:?}");
    assert_eq!(image("b4").total("size_bytes"), app);
}

#[test]
fn what_a_dynamic_program_needs_on_scratch_lies_in_the_image_that_built_it() {
    let Some(image) = images() else { return };
    for (whole, least) in [("d-dyn", "d-dyn-scratch"), ("d-cgo", "d-cgo-scratch")] {
        let needed = image(least).account["tree"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["type"] == "file");
        let paths = needed.map(|entry| entry["path"].as_str().unwrap().trim_start_matches('/'));
        let bytes: u64 = paths
            .map(|path| image(whole).file(path).unwrap_or_else(|| panic!("{whole}: {path}")))
            .sum();
        assert_eq!(image(least).total("size_bytes"), bytes, "{least}");
    }
}

#[test]
fn a_dockerignore_keeps_out_exactly_what_it_names() {
    let Some(image) = images() else { return };
    for path in ["src/.git", "src/app-old", "src/node_modules", "src/debug.log"] {
        assert!(
            image("a4").file(path).is_some() && image("a4-ignore").file(path).is_none(),
            "{path}"
        );
    }
    assert_eq!(image("a4").file("usr/local/bin/app"), image("a4-ignore").file("usr/local/bin/app"));
}
