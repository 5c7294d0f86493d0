//! The frame of a page: its policy, style and script.
//!
//! The policy names the style and the script by their hashes, so that a browser runs nothing else,
//! whatever an image has in its names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::graphics::patterns;
use crate::display::Escaped;

const STYLE: &str = include_str!("../../../assets/html/style.css");

/// The script of the page about an image.
pub const REPORT: &str = include_str!("../../../assets/html/report.js");

/// The script of a comparison.
pub const COMPARISON: &str = include_str!("../../../assets/html/compare.js");

/// A page before it has a frame.
pub struct Page {
    /// The title of the window.
    pub title: Escaped,
    /// The only script that the page may run.
    pub script: &'static str,
    /// The visible contents.
    pub body: Markup,
    /// The data of the script, as JSON.
    pub data: Option<String>,
}

/// Makes the whole document.
pub fn document(page: Page) -> String {
    let (style, script) = (as_parsed(STYLE), as_parsed(page.script));
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(&style),
        source(&script)
    );
    let data = page.data.as_deref().map(inside_a_script);
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "layerscope " (env!("CARGO_PKG_VERSION")) };
                title { (page.title) }
                style { (PreEscaped(&style)) }
            }
            body {
                (page.body)
                @if let Some(data) = data {
                    script #data type="application/json" { (PreEscaped(data)) }
                }
                script { (PreEscaped(&script)) }
            }
        }
    };
    document.into_string() + "\n"
}

/// A part of a page: its id, its title, its contents.
pub type Section = (&'static str, &'static str, Markup);

/// Makes the visible contents of a page: its head, links to the sections, the sections.
pub fn page_body(head: &Markup, sections: &[Section]) -> Markup {
    html! {
        (patterns())
        (head)
        nav aria-label="Sections" {
            @for (id, title, _) in sections { a href={ "#" (id) } { (title) } }
        }
        main {
            @for (id, title, content) in sections {
                section id=(id) aria-labelledby={ (id) "-title" } {
                    h2 id={ (id) "-title" } { (title) }
                    (content)
                }
            }
        }
        (footer())
    }
}

/// The last lines of a page.
fn footer() -> Markup {
    html! {
        footer {
            p {
                "Made by layerscope " (env!("CARGO_PKG_VERSION")) ". Sizes are the contents of regular \
                files, each inode once. Visible: reached in the container. Wasted: deleted or replaced by \
                a later layer, but still in the image. Avoidable: saved by changes in your layers."
            }
        }
    }
}

/// Returns a text as a browser reads it before it computes the hash: with line feeds only.
fn as_parsed(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// Returns the source of a policy that allows one text.
fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// Escapes JSON so that it cannot end the element that contains it. These characters occur only
/// inside strings.
fn inside_a_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_end_its_element_and_reads_back_the_same() {
        let text = "</script><!--<script>&\u{2028}\u{2029}";
        let written = inside_a_script(&serde_json::to_string(text).unwrap());
        assert!(!written.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{written}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }

    #[test]
    fn a_style_or_script_never_ends_its_own_element() {
        for text in [STYLE, REPORT, COMPARISON] {
            assert!(!text.contains("</") && !text.contains("<!--"));
        }
    }
}
