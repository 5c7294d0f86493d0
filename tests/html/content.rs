//! A page by its text, without a browser.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{HOSTILE, columns, comparison, data, demo, hostile, page, said};
use crate::secrets::{GITHUB, NPM, PASSWORD, shop};
use crate::support::account;
use crate::support::build::{Entry, Image, dir, file, gone, inspect, layer, tar};

#[test]
fn the_policy_allows_the_page_s_own_style_and_script_and_nothing_else() {
    for page in [page(&demo()), comparison(&demo(), &demo())] {
        let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap();
        let policy = policy.split('"').next().unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        for (source, element) in [("style-src", "style"), ("script-src", "script")] {
            let (open, close) = (format!("<{element}>"), format!("</{element}>"));
            assert_eq!(page.matches(&open).count(), 1, "one {element}");
            let text = page.split_once(&open).unwrap().1.split_once(&close).unwrap().0;
            let hash = STANDARD.encode(Sha256::digest(text.as_bytes()));
            assert!(policy.contains(&format!("{source} 'sha256-{hash}';")), "{policy}");
        }
    }
}

#[test]
fn a_page_loads_nothing_and_has_no_handlers_and_no_styles_in_its_elements() {
    let regex = |text: &str| Regex::new(text).unwrap();
    let texts = regex("(?s)<(script|style)[^>]*>.*?</(script|style)>");
    let (tags, values) = (regex("(?s)<[a-zA-Z][^>]*>"), regex("\"[^\"]*\""));
    let loads = regex(r"\s(src|srcset|style|on\w+)\s*=");
    let element = regex(r"^<(img|iframe|link|object|embed|base|form)\b");
    let outside = regex("href=\"[^#\"]");
    for page in [page(&demo()), page(&hostile()), comparison(&hostile(), &demo())] {
        let markup = texts.replace_all(&page, "");
        for tag in tags.find_iter(&markup) {
            // Values of attributes are in quotes, and may say anything.
            let names = values.replace_all(tag.as_str(), "\"\"");
            assert!(!loads.is_match(&names) && !element.is_match(&names), "{}", tag.as_str());
        }
        assert!(outside.find(&markup).is_none(), "links stay inside");
    }
}

#[test]
fn hostile_names_and_commands_stay_text() {
    let (inspection, demo) = (hostile(), demo());
    let (report, comparison) = (page(&inspection), comparison(&demo, &inspection));
    for page in [&report, &comparison] {
        for hostile in ["<img", "<svg onload", "alert(1)>", "<b>"] {
            assert!(!page.contains(hostile), "{hostile}");
        }
        let unseen = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2028}".contains(c));
        assert!(!page.contains(unseen), "control characters are escaped");
        let scripts = page.matches("<script").count();
        assert_eq!(page.matches("</script>").count(), scripts, "no script begins or ends early");
    }
    assert!(report.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"), "the command");
    assert!(comparison.contains("a\\u{202e}gpj.exe"), "the name, as the terminal shows it");
    let raw = report.split_once("id=\"data\"").unwrap().1.split_once('>').unwrap().1;
    let raw = raw.split_once("</script>").unwrap().0;
    assert!(!raw.contains(['<', '>', '&']), "{raw}");
    assert!(data(&report)["layers"][0].as_str().unwrap().contains(HOSTILE[0]), "and reads back");
    let names = columns(&report)["names"].as_str().unwrap().to_owned();
    assert!(names.contains("b\\x1b[31m\\x07red\\u{2028}line"), "{names}");
}

#[test]
fn secrets_come_first_and_are_masked_everywhere_in_the_page() {
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("shop.tar");
    std::fs::write(&archive, tar(shop().docker())).unwrap();
    let page = said(&["report", archive.to_str().unwrap(), "--format", "html"]);
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place("href=\"#secrets\"") < place("class=\"verdict\""));
    assert!(place("<section id=\"secrets\"") < place("<section id=\"layers\""));
    assert!(page.contains("/root/.npmrc") && page.contains("<code>npm_…</code> (masked)"));
    for value in [NPM, GITHUB, PASSWORD, "hunter2-hunter2", "t0psecret-token-of-cmd"] {
        assert!(!page.contains(value), "{value}");
    }
    let without = said(&["report", archive.to_str().unwrap(), "--format", "html", "--no-secrets"]);
    assert!(!without.contains("id=\"secrets\""));
}

#[test]
fn every_number_is_that_of_the_json_report() {
    let images = [demo(), hostile(), inspect(tar(Image::of([]).docker())).unwrap()];
    let number = Regex::new(r#"<data value="(\d+)" data-key="([a-z_.0-9]+)""#).unwrap();
    for inspection in &images {
        let (page, account) = (page(inspection), account(inspection));
        let mut keys = Vec::new();
        for found in number.captures_iter(&page) {
            let pointer = format!("/{}", found[2].replace('.', "/"));
            let expected = account.pointer(&pointer).and_then(Value::as_u64);
            assert_eq!(found[1].parse().ok(), expected, "{}", &found[2]);
            keys.push(found[2].to_owned());
        }
        for key in ["size_bytes", "visible_bytes", "wasted_bytes", "avoidable_bytes"] {
            assert!(keys.contains(&format!("totals.{key}")), "{key}");
        }
        let all = |list: &str| account[list].as_array().unwrap().len();
        let count = |start: &str, end: &str| {
            keys.iter().filter(|key| key.starts_with(start) && key.ends_with(end)).count()
        };
        assert_eq!(count("layers.", ".size_bytes"), all("layers"));
        let sizes = account["possible_sizes"].as_array().unwrap();
        let rungs = sizes.iter().filter(|size| size["noticeable"] == true).count();
        assert_eq!(count("changes.", ".saves_bytes"), all("changes"));
        assert_eq!(count("possible_sizes.", ".size_bytes"), if rungs > 1 { rungs } else { 0 });
    }
}

/// The entries of a page's tree: path, kind, visible and wasted bytes, layer counted from 1.
fn entries(columns: &Value) -> Vec<(String, char, u64, u64, u64)> {
    let names = columns["names"].as_str().unwrap().split('/');
    let kinds = columns["kinds"].as_str().unwrap().chars();
    let mut above: Vec<String> = Vec::new();
    let number = |column: &str, i: usize| columns[column][i].as_u64().unwrap();
    let entry = |(i, (name, kind)): (usize, (&str, char))| {
        above.truncate(usize::try_from(number("depths", i)).unwrap());
        above.push(name.to_owned());
        let path = if i == 0 { "/".into() } else { above.join("/") };
        (path, kind, number("visible", i), number("wasted", i), number("added", i))
    };
    names.zip(kinds).enumerate().map(entry).collect()
}

#[test]
fn the_tree_has_every_path_of_the_container_and_every_wasted_byte() {
    let inspection = demo();
    let (page, account) = (page(&inspection), account(&inspection));
    let entries = entries(&columns(&page));
    let totals = &account["totals"];
    let sum = |of: fn(&(String, char, u64, u64, u64)) -> u64| entries.iter().map(of).sum::<u64>();
    assert_eq!(Some(sum(|entry| entry.2)), totals["visible_bytes"].as_u64());
    assert_eq!(Some(sum(|entry| entry.3)), totals["wasted_bytes"].as_u64());
    let listed: std::collections::HashMap<_, _> =
        entries.iter().map(|entry| (entry.0.as_str(), entry)).collect();
    for path in account["tree"].as_array().unwrap() {
        let name = path["path"].as_str().unwrap();
        let entry = listed.get(name).unwrap_or_else(|| panic!("{name} is not in the page"));
        assert_eq!(Some(entry.4), path["layer"].as_u64().map(|layer| layer + 1), "{name}");
        let letter = match path["type"].as_str().unwrap() {
            "directory" => "d",
            "file" => "fh",
            "symlink" => "l",
            _ => "s",
        };
        assert!(letter.contains(entry.1), "{name}");
        if entry.1 == 'f' {
            assert_eq!(Some(entry.2), path["size"].as_u64(), "{name}");
        }
    }
}

#[test]
fn an_image_of_100_000_entries_makes_a_page_below_2_megabytes_with_all_of_them() {
    let mut seed = 7_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let mut entries: Vec<Entry> = Vec::new();
    for package in 0..2_000 {
        let directory = format!("srv/node_modules/package-{:x}", random() % 0xff_ffff);
        entries.push(dir(format!("{directory}-{package}")));
        for number in 0..49 {
            let name = format!("{directory}-{package}/file-{:x}-{number}.js", random() % 0xffff);
            entries.push(file(name, usize::try_from(random() % 400).unwrap()));
        }
    }
    let inspection = inspect(tar(Image::of([layer(entries)]).docker())).unwrap();
    let page = page(&inspection);
    let data = data(&page);
    assert_eq!(data["entries"], 100_002, "with the two directories above");
    assert_eq!(data["listed"], data["entries"]);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
fn an_account_that_is_not_whole_says_so_before_any_number() {
    let layers = [layer([file("bin", 1_000), file("old", 300)]), layer([gone("old")])];
    let members = Image::of(layers).docker();
    let archive = tar(members.into_iter().filter(|member| member.name() != b"0.tar"));
    let inspection = inspect(archive).unwrap();
    let (report, account) = (page(&inspection), account(&inspection));
    let place = |text: &str| report.find(text).unwrap_or_else(|| panic!("{text}: {report}"));
    let sentence =
        place("This report is incomplete: layer 0 is not known; sizes are lower bounds.");
    let gap = account["completeness"]["gaps"][0]["message"].as_str().unwrap();
    let escaped = gap.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    assert!(sentence < place(&escaped) && place(&escaped) < place("<data "), "remarks come first");
    assert!(report.contains(">≥ 0 B</data>"), "the size is a lower bound");
    assert_eq!(data(&report)["exact"], false);
    assert!(!report.contains("smallest possible"), "where not all is known, nothing is smallest");
    let comparison = comparison(&demo(), &inspection);
    let gaps = comparison.find("What could not be read").unwrap();
    assert!(gaps < comparison.find("<data ").unwrap() && comparison.contains("≥ <data"));
}

#[test]
fn without_a_script_everything_but_the_tree_is_there() {
    let page = page(&demo());
    let body = page.split_once("<body>").unwrap().1.split_once("<script").unwrap().0;
    for text in [
        "Layer 3 deletes these files, but layers 1 and 2 still contain them",
        "combine the RUN instructions of layers 1 to 3, or use a multi-stage build",
        "210 MiB, 200 MiB wasted, 200 MiB avoidable",
        "without wasted bytes",
        "base image Alpine (layer 0)",
        "RUN apk del go git mercurial",
        "need JavaScript",
    ] {
        assert!(body.contains(text), "{text}");
    }
    assert!(body.contains("<div id=\"explorer\" hidden"), "an empty frame is not shown");
}

#[test]
fn the_program_writes_both_pages() {
    let directory = tempfile::tempdir().unwrap();
    let demo = directory.path().join("demo.tar");
    let demo = demo.to_str().unwrap();
    said(&["demo", "--write", demo]);
    let page = said(&["report", demo, "--format", "html"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    for text in [
        "Smallest possible: 4.64 MiB (45.3× smaller), with the same program.",
        "What it runs",
        "from scratch",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let page = said(&["report", demo, "--format", "html", "--si"]);
    assert!(page.contains("220 MB") && data(&page)["units"] == "si");
    let page = said(&["compare", demo, demo, "--format", "html"]);
    assert!(page.contains("No differences found.") && page.contains("both images have 210 MiB"));
}
