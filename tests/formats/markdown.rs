//! `report --format markdown`: a comment that fits, says the same as the report, and obeys nothing.

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::gate::outputs::{assert_harmless, hostile};
use crate::gate::{Place, image, shop};
use crate::support::build::{dir, file, gone, layer, tar};

fn page(place: &Place, options: &[&str]) -> String {
    let answer = place.run(&[&["report", "shop.tar", "--format", "markdown"], options].concat());
    assert_eq!((answer.code, answer.said.as_str()), (Some(0), ""), "{answer:#?}");
    assert_harmless(&answer.out);
    answer.out
}

#[test]
fn a_comment_says_size_layers_changes_and_possible_sizes() {
    let page = page(&Place::new(), &[]);
    assert!(page.starts_with("<!-- layerscope-report-shop -->\n### `shop:1.4`: "), "{page}");
    for words in [
        "size **203 KiB** · wasted **195 KiB**",
        "| 2 | 0 B | 0 B | - | 195 KiB | <code>RUN rm /opt/tool</code> |",
        "#### What to change",
        "| 195 KiB | 7.81 KiB | exact | combine the RUN instructions of layers 1 and 2, ",
        "<br>deleted by a later instruction, 1 file in <code>/opt/tool</code> | 1, removed in 2 |",
        "<summary>Possible sizes</summary>",
        "| 195 KiB | 1 | 2 | deleted | <code>/opt/tool</code> |",
    ] {
        assert!(page.contains(words), "{words:?} is not in\n{page}");
    }
}

#[test]
fn the_report_of_an_image_gives_the_same_page_as_the_image() {
    for place in [Place::new(), Place::with(&hostile())] {
        let report = place.run(&["report", "shop.tar", "--format", "json"]).out;
        place.write("shop.json", report);
        let again = place.run(&["report", "shop.json", "--format", "markdown"]);
        assert_eq!(again.out, page(&place, &[]));
    }
}

#[test]
fn a_comment_stays_below_64_kib_and_says_what_it_leaves_out() {
    let files = (0..900).map(|i| file(format!("opt/{i:0>200}"), 1_000 + i));
    let steps =
        (0..400).map(|i| (format!("RUN step {i:0>300}"), layer([file(format!("f{i}"), i)])));
    let first = ("RUN a".to_owned(), layer([dir("opt")].into_iter().chain(files)));
    let last = ("RUN rm -r /opt".to_owned(), layer([gone("opt")]));
    let all: Vec<_> = std::iter::once(first).chain(steps).chain([last]).collect();
    let steps = all.into_iter().collect::<Vec<_>>();
    let (names, layers): (Vec<_>, Vec<_>) = steps.into_iter().unzip();
    let place = Place::with(&image(names.iter().map(String::as_str).zip(layers)));
    let page = page(&place, &["--top", "0"]);
    assert!(page.len() < 64 << 10 && page.len() > 50 << 10, "{}", page.len());
    assert!(page.contains(" more lines\n"), "{page}");
}

#[test]
fn text_of_the_image_is_no_markup() {
    let page = page(&Place::with(&hostile()), &[]);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut tables = 0;
    for event in Parser::new_ext(&page, options) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link: {page}"),
            Event::Start(Tag::Table(_)) => tables += 1,
            Event::Html(html) | Event::InlineHtml(html) => {
                let ours =
                    ["<!--", "<details>", "</details>", "<summary>", "<code>", "</code>", "<br>"];
                let ours = [&ours[..], &["</summary>", "\n"]].concat();
                assert!(ours.iter().any(|tag| html.starts_with(tag)), "{html:?}");
            }
            _ => {}
        }
    }
    assert!(tables >= 3, "{page}");
}

#[test]
fn an_image_that_was_not_wholly_read_says_so_first_and_has_lower_bounds() {
    let place = Place::new();
    let part = shop().docker().into_iter().filter(|entry| entry.name() != b"1.tar");
    place.write("part.tar", tar(part));
    let answer = place.run(&["report", "part.tar", "--format", "markdown"]);
    assert_eq!(answer.code, Some(2));
    let page = answer.out;
    assert!(page.contains("size **≥ 2.93 KiB**"), "{page}");
    let (gap, table) =
        (page.find("❔ **This report is incomplete").unwrap(), page.find("| layer |"));
    assert!(gap < table.unwrap(), "{page}");
    assert!(page.contains("| 1 | ? | ? | ? | ? | ❔ not in the archive "), "{page}");
}
