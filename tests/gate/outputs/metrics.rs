//! OpenMetrics, as a scraper reads it.

use std::collections::BTreeSet;

use super::{checked, hostile};
use crate::gate::Place;

#[test]
fn images_of_one_name_are_told_apart_and_no_series_of_metrics_is_there_twice() {
    let place = Place::new();
    place.write("other.tar", std::fs::read(place.path().join("shop.tar")).unwrap());
    let images = ["check", "shop.tar", "other.tar", "shop.tar", "--max-layers", "9"];
    let text = place.run(&images).out;
    assert!(text.contains("shop:1.4 (shop.tar)\n") && text.contains("shop:1.4 (other.tar)\n"));
    let text = place.run(&[&images[..], &["--format", "openmetrics"]].concat()).out;
    let series: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    let distinct: BTreeSet<_> = series.iter().collect();
    assert_eq!(series.len(), distinct.len(), "{text}");
    let sizes = series.iter().filter(|it| it.starts_with("layerscope_image_size_bytes{"));
    assert_eq!(sizes.count(), 2, "{text}");
    let one = place.check(&["--max-layers", "9", "--format", "openmetrics"]).out;
    assert!(!one.contains("source="), "the labels of a single image stay the same: {one}");
}

#[test]
fn openmetrics_is_read_by_a_scraper() {
    let text = Place::new()
        .check(&["--max-wasted", "1kB", "--max-layers=9", "--format", "openmetrics"])
        .out;
    let lines = text.lines().map(|line| Ok(line.to_owned()));
    let scrape = prometheus_parse::Scrape::parse(lines).unwrap();
    let value = |name: &str| {
        let sample = scrape
            .samples
            .iter()
            .find(|sample| sample.metric == name)
            .unwrap_or_else(|| panic!("{name}: {text}"));
        match sample.value {
            prometheus_parse::Value::Gauge(value) => value,
            ref other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        (value("layerscope_image_wasted_bytes"), value("layerscope_image_layers")),
        (200_000.0, 3.0)
    );
    let exceeded =
        scrape.samples.iter().filter(|sample| sample.metric == "layerscope_limit_exceeded");
    assert_eq!(exceeded.count(), 2);

    // That reader knows no escapes, so the labels of a hostile image are read by the grammar
    // (OpenMetrics 1.0, "ABNF").
    let text = checked(&Place::with(&hostile()), "openmetrics").out;
    assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1);
    let sample =
        regex::Regex::new(r#"^[a-z_]+\{([a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\} [0-9]+$"#).unwrap();
    let label = regex::Regex::new(r#"image="((?:[^"\\]|\\.)*)""#).unwrap();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(sample.is_match(line), "{line}");
        let image = label.captures(line).unwrap()[1].replace("\\\"", "\"").replace("\\\\", "\\");
        assert!(image.starts_with("evil/a]]><script>") && image.ends_with("[31m\\:1"), "{image}");
    }
    // A family is written in one piece, and a unit is the end of its name (OpenMetrics 1.0,
    // "MetricFamily").
    let mut families = Vec::new();
    for line in text.lines() {
        let name = line.trim_start_matches("# TYPE ").split([' ', '{']).next().unwrap().to_owned();
        match line.strip_prefix("# UNIT ") {
            Some(unit) => assert!(
                unit.split_once(' ')
                    .is_some_and(|(name, unit)| name.ends_with(&format!("_{unit}")))
            ),
            None if line.starts_with("# TYPE ") => families.push(name),
            None if line.starts_with('#') => {}
            None => assert_eq!(families.last(), Some(&name)),
        }
    }
    assert_eq!(families.len(), families.iter().collect::<BTreeSet<_>>().len());
}
