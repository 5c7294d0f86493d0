//! Markdown for comments on a change, of a check and of a comparison, read by a real parser.

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;

use super::outputs::{HOSTILE, assert_harmless, checked, hostile};
use super::{Place, image, shop};
use crate::support::build::{Image, dir, file, layer, tar};

#[test]
fn markdown_shows_names_as_text_and_begins_with_a_hidden_mark() {
    let place = Place::with(&hostile());
    let text = checked(&place, "markdown").out;
    let (first, rest) = text.split_once('\n').unwrap();
    assert!(
        first.starts_with("<!-- layerscope-check-evil/a") && first.ends_with(" -->"),
        "{first}"
    );
    assert_eq!(first.matches("--").count(), 2, "nothing ends the comment before its end: {first}");
    let (mut shown, mut html, mut plain) = (String::new(), String::new(), String::new());
    for event in Parser::new_ext(rest, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => html.push_str(&text),
            Event::Text(text) => {
                shown.push_str(&text);
                plain.push_str(&text);
            }
            Event::Code(text) => shown.push_str(&text),
            Event::Start(
                tag @ (Tag::Link { .. } | Tag::Image { .. } | Tag::Emphasis | Tag::CodeBlock(_)),
            ) => {
                panic!("{tag:?} in {rest}")
            }
            _ => {}
        }
    }
    let tags = ["<details>", "<summary>", "</summary>", "</details>", "<code>", "</code>"];
    let own = tags.iter().fold(html.clone(), |html, tag| html.replace(tag, ""));
    assert!(!own.contains('<') && own.trim().ends_with("to avoid"), "only our own tags: {html}");
    for part in [
        "<script>alert(1)<∕script>&\"'`",
        "**b** @",
        "[x](https:∕∕evil.example)",
        "::error::x\\n::stop-",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    // Services make mentions and references of text, also of escaped text, but not across this
    // character.
    for (sign, next) in [("@", "torvalds"), ("#", "1 "), ("!", "2 ")] {
        assert!(
            !plain.contains(&format!("{sign}{next}"))
                && plain.contains(&format!("{sign}\u{200b}{next}")),
            "{plain}"
        );
    }
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(rows(rest), 7, "no name makes a row: {rest}");
}

#[test]
fn a_comment_that_would_say_nothing_is_not_written() {
    let app = |size| image([("COPY app / # buildkit", layer([file("app", size)]))]);
    let place = Place::with(&app(100_900));
    place.write("old.tar", tar(app(100_000).docker()));
    let comment = |limit: &str, quiet: &str| {
        let arguments = [
            "--max-size",
            limit,
            "--baseline",
            "old.tar",
            "--format",
            "markdown",
            "--quiet-below",
            quiet,
        ];
        place.check(&arguments).out
    };
    assert_eq!((comment("1MB", "1kB").as_str(), comment("1MB", "1%").as_str()), ("", ""));
    assert!(
        comment("1MB", "900").contains("since the baseline **+900 B**"),
        "it is as large as the limit"
    );
    assert!(comment("100kB", "1kB").contains("❌"), "a limit that is exceeded is always said");
    let compared = |quiet: &str| {
        place
            .run(&[
                "compare",
                "old.tar",
                "shop.tar",
                "--format",
                "markdown",
                "--quiet-below",
                quiet,
            ])
            .out
    };
    assert_eq!(compared("1kB"), "");
    assert!(compared("0.5%").contains("+900 B"), "{}", compared("0.5%"));
}

#[test]
fn a_comparison_as_markdown_tells_the_base_image_from_your_own_files() {
    let old = image([
        ("/bin/sh -c #(nop) ADD file:1 in / ", layer([dir("lib"), file("lib/libc", 3_000_000)])),
        ("/bin/sh -c #(nop)  CMD [\"bash\"]", layer([])),
        ("COPY app /srv/app # buildkit", layer([dir("srv"), file("srv/app", 500_000)])),
    ]);
    let mut new = shop();
    new = Image {
        layers: vec![
            layer([dir("lib"), file("lib/libc", 3_200_000)]),
            layer([]),
            layer([
                dir("srv"),
                file("srv/app", 900_000),
                file(format!("srv/{}", HOSTILE.replace('/', "∕")), 70_000),
            ]),
        ],
        ..image([("a", layer([])), ("a", layer([])), ("a", layer([]))])
            .with_history_of(&old, new.tags.clone())
    };
    let place = Place::with(&new);
    place.write("old.tar", tar(old.docker()));
    let answer = place.run(&["compare", "old.tar", "shop.tar", "--format", "markdown"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let text = &answer.out;
    assert!(text.starts_with("<!-- layerscope-compare-shop -->\n### "), "{text}");
    assert_harmless(text);
    let row = |start: &str| {
        text.lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start}: {text}"))
    };
    assert!(row("| base image |").ends_with("| +195 KiB |"), "{text}");
    assert!(row("| **your layers** |").ends_with("| **+459 KiB** |"), "{text}");
    assert!(!text.contains("| — packages |"), "no package differs: {text}");
    assert!(row("| **change** |").starts_with("| **change** | **+654 KiB** |"), "{text}");
    assert!(
        text.contains("| <code>/srv/app</code> |")
            && text.contains("&#60;script")
            && !text.contains("<script>"),
        "{text}"
    );
    let several = place.run(&["compare", "old.tar", "shop.tar", "old.tar", "--format", "markdown"]);
    assert_eq!(
        (several.code, several.out.matches("| <code>shop&#58;1.4").count()),
        (Some(0), 3),
        "{several:#?}"
    );
}

impl Image {
    /// The same image with the history of another one, and true diff IDs for its layers.
    fn with_history_of(mut self, other: &Self, tags: Value) -> Self {
        self.config["history"] = other.config["history"].clone();
        self.tags = tags;
        self
    }
}
