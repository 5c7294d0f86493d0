//! The report and the comparison as HTML pages: their numbers, their text, their size, and how a
//! browser shows them.

mod browser;
mod content;
mod pictures;

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use layerscope::display::Units;
use layerscope::report::{Comparison, write_comparison_html, write_html};
use layerscope::{Inspection, Progress};
use serde_json::{Value, json};

use crate::program::said;
use crate::support::build::{Image, dir, file, gone, inspect, layer, symlink, tar};
use crate::support::study;

/// The page about an image.
fn page(inspection: &Inspection) -> String {
    let mut page = Vec::new();
    write_html(inspection, &study(inspection), Units::Iec, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// The page that compares two images.
fn comparison(first: &Inspection, second: &Inspection) -> String {
    let mut page = Vec::new();
    let comparison = Comparison::compare(&[first, second]);
    write_comparison_html(&comparison, Units::Iec, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

fn demo() -> Inspection {
    layerscope::inspect(&layerscope::open_demo().unwrap(), &Progress::default()).unwrap()
}

/// Names and commands that would be markup, script, or another name, if they were not text.
const HOSTILE: [&str; 5] = [
    "</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(2)>",
    "]]>&lt;b&gt;{{7*7}}${alert(3)}`",
    "a\u{202e}gpj.exe",
    "b\x1b[31m\x07red\u{2028}line",
];

/// An image whose names, commands and links are hostile; the first name is deleted by a later layer.
fn hostile() -> Inspection {
    let entries = HOSTILE.iter().enumerate().flat_map(|(i, name)| {
        // A slash would make a directory of the name.
        let name = name.replace('/', "\u{2215}");
        [dir(format!("d{i}{name}")), file(format!("d{i}{name}/{name}"), 5_000 + i)]
    });
    let link = symlink("link", HOSTILE[0]);
    let mut image = Image::of([
        layer(entries.chain([link, file("old", 9_000)])),
        layer([gone("old"), file("new", 300)]),
    ]);
    image.config["history"] = json!([
        { "created_by": format!("RUN echo '{}'", HOSTILE[0]) },
        { "created_by": HOSTILE.join(" && "), "comment": HOSTILE[1] },
    ]);
    image.config["config"] = json!({ "Cmd": [HOSTILE[0]], "Labels": { "a": HOSTILE[1] } });
    image.tags = json!([format!("x{}:latest", HOSTILE[1])]);
    inspect(tar(image.docker())).unwrap()
}

/// The JSON that the script of a page reads.
fn data(page: &str) -> Value {
    let after = page.split_once("<script id=\"data\" type=\"application/json\">").unwrap().1;
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

/// The columns of the tree in a page.
fn columns(page: &str) -> Value {
    let compressed = STANDARD.decode(data(page)["tree"].as_str().unwrap()).unwrap();
    let mut json = String::new();
    flate2::read::ZlibDecoder::new(&compressed[..]).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}
