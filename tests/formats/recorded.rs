//! Reports of earlier runs stand where an image can stand, as far as their detail goes.

use serde_json::{Value, json};

use crate::gate::outputs::{assert_harmless, hostile};
use crate::gate::{Answer, Place, image, shop};
use crate::support::build::{
    Entry, Image, block, dir, fifo, file, gone, hardlink, layer, symlink, tar,
};

/// Two versions of an image, and the reports of both, with and without their files.
fn place() -> Place {
    let base = || {
        let odd = [
            dir("usr"),
            file("usr/tool", 7_000),
            hardlink("usr/twin", "usr/tool"),
            file(b"usr/\xff\x1b", 80),
            symlink("link", b"\xfe"),
            block("disk", 8, 1),
            fifo("pipe"),
        ];
        ("ADD file:0 in / ", layer(odd).gzip())
    };
    let one = [file("app", 10_000), file("old", 300), file("x", 9)];
    let two = [file("app", 30_000), file("new", 40), file("x", 9).mode(0o755)];
    let version = |own: [Entry; 3]| {
        image([base(), ("COPY app /", layer(own).gzip()), ("RUN rm /x", layer([gone("x")]).gzip())])
    };
    let place = Place::with(&version(two));
    place.write("old.tar", tar(version(one).docker()));
    for name in ["old", "shop"] {
        write_report(&place, name, &[]);
        write_report(&place, name, &["--tree"]);
    }
    place
}

/// Writes `NAME.json`, or `NAME-tree.json`, out of `NAME.tar`.
pub fn write_report(place: &Place, name: &str, options: &[&str]) {
    let archive = format!("{name}.tar");
    let arguments = [&["report", &archive, "--format", "json"], options].concat();
    let suffix = if options.is_empty() { "" } else { "-tree" };
    place.write(&format!("{name}{suffix}.json"), place.run(&arguments).out);
}

fn compared(place: &Place, one: &str, other: &str) -> Value {
    let answer = place.run(&["compare", one, other, "--format", "json"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let value: Value = serde_json::from_str(&answer.out).unwrap();
    validate(&value);
    value
}

fn validate(comparison: &Value) {
    let schema = serde_json::from_str(include_str!("../../assets/compare.schema.json")).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("compare.json", schema).unwrap();
    let index = compiler.compile("compare.json", &mut schemas).unwrap();
    schemas.validate(comparison, index).unwrap_or_else(|error| panic!("{error:#}"));
}

#[test]
fn a_report_with_its_files_compares_as_its_image_does() {
    let place = place();
    let mut images = compared(&place, "old.tar", "shop.tar");
    assert_eq!(images["changes"].as_array().unwrap().len(), 3, "{images:#}");
    for (one, other) in [
        ("old-tree.json", "shop.tar"),
        ("old.tar", "shop-tree.json"),
        ("old-tree.json", "shop-tree.json"),
    ] {
        let mut reports = compared(&place, one, other);
        assert!(reports.get("packages").is_none(), "a report has no contents");
        assert_eq!(reports["not_told"].as_array().unwrap().len(), 2, "contents and packages");
        assert_eq!(images["not_told"].as_array().map_or(0, Vec::len), 0);
        for (i, name) in [one, other].into_iter().enumerate() {
            let from = if name.ends_with(".json") { "report" } else { "image" };
            assert_eq!(reports["images"][i]["read_from"], from);
        }
        for comparison in [&mut images, &mut reports] {
            let verdict = comparison["verdict"].as_str().unwrap().replace("-tree.json", ".tar");
            comparison["verdict"] = verdict.into();
            comparison["download"]["broken_by"] = json!(null);
            comparison["packages"] = json!(null);
            comparison["not_told"] = json!(null);
            for image in comparison["images"].as_array_mut().unwrap() {
                image["read_from"] = json!(null);
                image["name"] = json!(null);
                if image.get("download").is_some() {
                    image["download"]["broken_by"] = json!(null);
                }
            }
        }
        assert_eq!(reports, images, "{one} and {other}");
    }
}

#[test]
fn an_image_does_not_differ_from_its_own_report() {
    let place = place();
    for (one, other) in [("shop-tree.json", "shop.tar"), ("shop.tar", "shop-tree.json")] {
        assert_eq!(compared(&place, one, other)["changes"], json!([]), "{one} {other}");
    }
}

#[test]
fn without_its_files_a_report_compares_sizes_and_layers_and_says_that_files_are_not_compared() {
    let place = place();
    let comparison = compared(&place, "old.json", "shop.tar");
    assert!(comparison.get("changes").is_none() && comparison.get("unknown").is_none());
    let sizes = |i: usize| comparison["images"][i]["size_bytes"].as_u64().unwrap();
    assert_eq!((sizes(0), sizes(1)), (17_389, 37_129));
    let whole = compared(&place, "old.tar", "shop.tar");
    assert_eq!(comparison["layers"], whole["layers"]);
    assert_eq!(comparison["download"]["bytes"], whole["download"]["bytes"]);
    assert_eq!(comparison["verdict"], whole["verdict"]);
    for (format, one, words) in [
        ("text", "old.json", "Files are not compared. The first image is a report that does"),
        ("markdown", "old.json", "Files are not compared. The first image is a report that does"),
        ("html", "old.json", "Files are not compared. The first image is a report that does"),
        ("text", "old.json", "Packages are not compared: a report does not have the contents"),
        ("text", "old-tree.json", "Contents are not compared: a report does not have them."),
        ("markdown", "old-tree.json", "Contents are not compared"),
        ("html", "old-tree.json", "Contents are not compared: a report does not have them."),
        ("text", "old-tree.json", "Biggest differences"),
        ("markdown", "old-tree.json", "Biggest differences"),
    ] {
        let answer = place.run(&["compare", one, "shop.tar", "--format", format]);
        assert_eq!((answer.code, answer.said.as_str()), (Some(0), ""), "{answer:#?}");
        let text = answer.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{format} {one}: {text}");
        assert!(!text.contains("No differences found"), "{text}");
    }
    let both = place.run(&["compare", "old.json", "shop.json"]).out;
    assert!(both.contains("Both images are reports that do not list them"), "{both}");
    let three = place.run(&["compare", "old.json", "shop.tar", "shop.json"]);
    assert_eq!((three.code, three.out.matches("shop:1.4").count() >= 3), (Some(0), true));
}

#[test]
fn the_sources_of_bytes_in_a_comment_are_those_of_the_images() {
    let place = place();
    let rows = |one: &str, other: &str| {
        let page = place.run(&["compare", one, other, "--format", "markdown"]).out;
        let rows = page.split("| where the bytes come from").nth(1).unwrap().split("\n\n").next();
        rows.unwrap().to_owned()
    };
    assert_eq!(rows("old.json", "shop.json"), rows("old.tar", "shop.tar"));
}

#[test]
fn what_was_not_wholly_read_stays_so_in_every_comparison() {
    let place = Place::new();
    let part = shop().docker().into_iter().filter(|entry| entry.name() != b"1.tar");
    place.write("part.tar", tar(part));
    write_report(&place, "part", &[]);
    let text = place.run(&["compare", "part.json", "shop.tar"]);
    assert_eq!(text.code, Some(2), "{text:#?}");
    assert!(text.out.contains("sizes cannot be compared") && text.out.contains("≥2.93 KiB"));
    assert!(text.said.contains("warning: part.json: layer 1: "), "{}", text.said);
    let accepted = place.run(&["compare", "part.json", "shop.tar", "--accept", "absent"]);
    assert_eq!(accepted.code, Some(0), "{accepted:#?}");
    let limits = ["check", "shop.tar", "--max-growth", "1%", "--baseline", "part.json"];
    assert_eq!(place.run(&limits).code, Some(2));
    let report = place.run(&["report", "part.json"]);
    assert_eq!(report.code, Some(2));
    let archive = place.run(&["report", "part.tar"]);
    let layers = |answer: &Answer| {
        let lines = answer.out.lines().skip_while(|line| !line.contains("  hides  instruction"));
        lines.take(4).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!((layers(&report), layers(&report).len()), (layers(&archive), 4));
    assert!(report.out.contains("This report is incomplete: layer 1 is not known"));
}

#[test]
fn a_report_credits_hard_links_to_the_name_that_has_the_bytes_in_the_image() {
    // The link comes first by name, the file first in the layer.
    let linked = [dir("usr"), file("usr/tool", 7_000), hardlink("usr/alias", "usr/tool")];
    let place = Place::with(&image([("COPY tool /usr", layer(linked).gzip())]));
    write_report(&place, "shop", &["--tree"]);
    let answer = place.run(&["compare", "shop-tree.json", "shop.tar"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.out.contains("No differences found."), "{}", answer.out);
}

#[test]
fn a_report_is_shown_again_as_far_as_its_detail_goes() {
    let place = Place::new();
    write_report(&place, "shop", &[]);
    let text = place.run(&["report", "shop.json"]);
    assert_eq!((text.code, text.said.as_str()), (Some(0), ""), "{text:#?}");
    let image = place.run(&["report", "shop.tar"]);
    for line in image.out.lines().take_while(|line| !line.starts_with("Base image")) {
        assert!(text.out.contains(line), "{line:?} is not in {}", text.out);
    }
    let words = text.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("/opt/tool") && words.ends_with("A report has no file contents."));
    assert!(text.out.lines().all(|line| line.chars().count() <= 80), "{}", text.out);
    for (arguments, words) in [
        (&["--format", "json"][..], "it is the JSON report already"),
        (&["--format", "ncdu"], "--format ncdu needs the image"),
        (&["--verify"], "--verify has nothing to compare"),
        (&["--base-layers", "1"], "--rules, --base and --base-layers need the image"),
    ] {
        let refused = place.run(&[&["report", "shop.json"], arguments].concat());
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{refused:#?}");
        assert!(refused.said.contains(words), "{}", refused.said);
    }
}

/// The text of a page for people: without its script, its data and its markup.
fn words_of_page(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let body = body.split("<script").next().unwrap();
    let mut words = String::new();
    let mut is_markup = false;
    for c in body.chars() {
        match c {
            '<' => is_markup = true,
            '>' => {
                is_markup = false;
                words.push(' ');
            }
            c if !is_markup => words.push(c),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_page_of_an_old_report_tells_what_the_page_of_the_image_tells() {
    let place = Place::new();
    place.write("shop.tar", tar(crate::secrets::shop().docker()));
    write_report(&place, "shop", &[]);
    write_report(&place, "shop", &["--tree"]);
    let page = |from: &str| {
        let answer = place.run(&["report", from, "--format", "html"]);
        assert_eq!((answer.code, answer.said.as_str()), (Some(0), ""), "{answer:#?}");
        crate::secrets::assert_masked(&answer.out, from);
        answer.out
    };
    let image = page("shop.tar");
    let is_of_both =
        |section: &&str| !section.starts_with("files") && !section.starts_with("history");
    let sections = |page: &str| -> Vec<String> {
        let all = page.split("<section id=\"").skip(1);
        all.filter(is_of_both)
            .map(|section| section.split("</section>").next().unwrap().to_owned())
            .collect()
    };
    for (name, has_tree) in [("shop.json", false), ("shop-tree.json", true)] {
        let again = page(name);
        assert_eq!(sections(&again), sections(&image), "{name}");
        let words = words_of_page(&again);
        let verdict = words_of_page(&image);
        let verdict = verdict.split("wasted").next().unwrap();
        assert!(words.contains(verdict.split(" MiB").next().unwrap()), "{words}");
        assert!(words.contains("A report has no file contents and no history."), "{words}");
        assert_eq!(again.contains("id=\"treemap\""), has_tree, "{name}");
        assert_eq!(words.contains("a report that lists no files"), !has_tree, "{words}");
    }
}

#[test]
fn commands_that_need_contents_say_in_a_sentence_which_take_a_report() {
    let place = Place::new();
    write_report(&place, "shop", &["--tree"]);
    for arguments in [
        &["shop-tree.json"][..],
        &["cat", "shop-tree.json", "/app"],
        &["extract", "shop-tree.json", "/app", "--to", "x"],
        &["ladder", "shop-tree.json"],
        &["fix", "shop-tree.json"],
        &["dockerfile", "shop-tree.json"],
        &["images", "shop-tree.json"],
        &["check", "shop-tree.json", "--max-layers", "9"],
        &["learn", "--image", "shop-tree.json", "--format", "markdown"],
    ] {
        let answer = place.run(arguments);
        assert_eq!(answer.code, Some(2), "{arguments:?}: {answer:#?}");
        // A check has an entry for each image.
        assert_eq!(answer.out.is_empty(), arguments[0] != "check", "{arguments:?}: {answer:#?}");
        assert_eq!(
            answer.said,
            "error: shop-tree.json is not an image archive (it is a JSON report of layerscope)\n\
             hint: print it: layerscope report shop-tree.json; or compare an image with it: layerscope compare shop-tree.json IMAGE\n",
            "{arguments:?}"
        );
    }
}

#[test]
fn what_is_no_report_of_this_version_is_one_sentence_everywhere() {
    let place = Place::new();
    write_report(&place, "shop", &["--tree"]);
    let whole = place.read("shop-tree.json");
    let value: Value = serde_json::from_str(&whole).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = value.clone();
        change(&mut value);
        value.to_string()
    };
    let checked = place.check(&["--max-layers", "9", "--format", "json"]).out;
    let cases: Vec<(String, &str)> = vec![
        (whole[..whole.len() / 2].to_owned(), "the report is cut: it ends in line "),
        ("{\"a\": 1}".into(), "it is JSON, but not a report of `layerscope report --format json`"),
        (checked, "it is JSON, but not a report of `layerscope report --format json`"),
        ("{nonsense".into(), "it is not JSON: "),
        (changed(&|it| it["schema_version"] = json!(3)), "the report has schema_version 3, "),
        (changed(&|it| it["schema_version"] = json!(1)), "the report has schema_version 1, "),
        (changed(&|it| it["image"] = json!({})), "the report does not match its schema: missing"),
        (
            changed(&|it| it["layers"][1]["size_bytes"] = json!(u64::MAX)),
            "the report does not match its schema: size_bytes contradicts the rest",
        ),
        (
            changed(&|it| {
                it["totals"]["visible_bytes"] = json!(208_000);
                it["layers"][0]["visible_bytes"] = json!(203_000);
            }),
            "the report does not match its schema: visible_bytes contradicts the rest",
        ),
        (
            changed(&|it| it["tree"][0]["layer"] = json!(3)),
            "the report does not match its schema: layer contradicts the rest",
        ),
        (
            changed(&|it| it["tree"][0]["mode"] = json!("99999")),
            "the report does not match its schema: mode contradicts the rest",
        ),
    ];
    for (text, words) in cases {
        place.write("odd.json", &text);
        for arguments in [
            &["report", "odd.json"][..],
            &["compare", "odd.json", "shop.tar"],
            &["compare", "shop.tar", "odd.json", "--format", "json"],
            &["check", "shop.tar", "--max-growth", "1%", "--baseline", "odd.json"],
        ] {
            let answer = place.run(arguments);
            assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{answer:#?}");
            let said = &answer.said;
            assert!(said.starts_with(&format!("error: cannot use odd.json: {words}")), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
    place.write("latin.json", b"{\"schema_version\": 2, \"x\": \"\xe9\"}");
    assert!(place.run(&["report", "latin.json"]).said.contains("it is not UTF-8"));
    let absent = place.run(&["compare", "gone.json", "shop.tar"]);
    assert_eq!(absent.code, Some(2));
    assert!(absent.said.contains("cannot read gone.json: no such file\nhint: write one: "));
}

#[test]
fn a_report_of_a_later_program_of_the_same_version_is_read() {
    let place = Place::new();
    write_report(&place, "shop", &["--tree"]);
    let mut value: Value = serde_json::from_str(&place.read("shop-tree.json")).unwrap();
    value["tool"]["version"] = json!("99.0.0");
    value["mood"] = json!({ "anything": [1, 2, 3] });
    value["layers"][0]["colour"] = json!("blue");
    value["layers"][0]["known"] = json!("half");
    value["warnings"] = json!([{ "layer": 0, "code": "brand-new", "message": "\u{1b}[31mred" }]);
    value["tree"][0]["birthday"] = json!(1);
    place.write("later.json", value.to_string());
    let answer = place.run(&["compare", "later.json", "shop.tar", "--format", "json"]);
    let compared: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(compared["images"][0]["warnings"][0]["code"], "brand-new", "{compared:#}");
    assert_eq!(compared["images"][0]["exact"], false, "a word that is not known is not whole");
    assert!(answer.said.contains("\\x1b[31mred"), "{}", answer.said);
}

#[test]
fn nothing_in_a_report_is_obeyed() {
    let place = Place::with(&hostile());
    write_report(&place, "shop", &["--tree", "--top", "0"]);
    for arguments in [
        &["report", "shop-tree.json"][..],
        &["report", "shop-tree.json", "--format", "markdown"],
        &["compare", "shop-tree.json", "shop.tar"],
        &["compare", "shop-tree.json", "shop.tar", "--format", "json"],
        &["compare", "shop-tree.json", "shop.tar", "--format", "markdown"],
    ] {
        let answer = place.run(arguments);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        assert_harmless(&answer.out);
        assert_harmless(&answer.said);
    }
}

#[test]
fn secrets_come_first_in_every_form_of_a_report_and_stay_masked() {
    let token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    let run = format!("RUN /bin/sh -c NPM_TOKEN={token} npm ci");
    let npmrc = format!("//registry.npmjs.org/:_authToken={token}\n");
    let place = Place::with(&image([
        (run.as_str(), layer([file(".npmrc", 0).holding(npmrc)])),
        ("RUN rm /.npmrc", layer([gone(".npmrc")])),
    ]));
    write_report(&place, "shop", &[]);
    // As a program that masks nothing would have written it.
    let mut value: Value = serde_json::from_str(&place.read("shop.json")).unwrap();
    value["layers"][0]["instruction"] = json!(run);
    value["layers"][0]["created_by"] = json!(run);
    place.write("shop.json", value.to_string());
    for arguments in [
        &["report", "shop.json"][..],
        &["report", "shop.json", "--format", "markdown"],
        &["report", "shop.tar", "--format", "markdown"],
        &["compare", "shop.json", "shop.tar"],
        &["compare", "shop.json", "shop.tar", "--format", "json"],
    ] {
        let answer = place.run(arguments);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        assert!(!answer.out.contains("16C7e42F"), "{arguments:?}: {}", answer.out);
        if arguments[0] == "report" {
            let secrets = answer.out.find("deleted too late: anyone who can pull");
            let secrets = secrets.or_else(|| answer.out.find("deleted too late&#58; anyone who"));
            let layers = answer.out.find("RUN rm").unwrap();
            assert!(secrets.is_some_and(|at| at < layers), "{arguments:?}: {}", answer.out);
            assert!(answer.out.contains(".npmrc"), "{}", answer.out);
        }
    }
}

#[test]
fn a_named_pipe_is_an_image_and_loses_no_bytes() {
    let place = Place::new();
    let fifo = place.path().join("fifo.json");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let bytes = std::fs::read(place.path().join("shop.tar")).unwrap();
    let writer = std::thread::spawn(move || std::fs::write(fifo, bytes));
    let answer = place.run(&["compare", "fifo.json", "shop.tar", "--format", "json"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let compared: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(compared["changes"], json!([]));
    writer.join().unwrap().unwrap();
}

#[test]
fn an_image_without_layers_has_a_report_that_is_read() {
    let place = Place::with(&Image::of([]));
    write_report(&place, "shop", &["--tree"]);
    let answer = place.run(&["compare", "shop-tree.json", "shop.tar"]);
    assert!(answer.out.contains("both images have 0 B"), "{answer:#?}");
}
