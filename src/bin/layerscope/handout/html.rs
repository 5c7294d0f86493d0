//! Writes a handout as a self-contained HTML page for printing.

use std::fmt::Write;

use layerscope::display::escaped_str;

use super::{Handout, NumberedStep, Picture, paragraphs};
use crate::lesson::{FileLine, letter};
use crate::tui::screenshots::Screenshot;
use crate::tui::widgets::picture::{WHITE, escape, inline};

const STYLE: &str = include_str!("style.css");

pub fn write(handout: &Handout) -> String {
    let told = &handout.told;
    let title = text(&told.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"layerscope {}\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        env!("CARGO_PKG_VERSION")
    );
    let _ = write!(
        out,
        "<header>\n<h1>{title}</h1>\n<p class=\"about\">{}</p>\n<p class=\"try\">On a screen: <code>{}</code></p>\n\
         <p class=\"name\">Name: ______________________________</p>\n</header>\n<main>\n",
        text(&handout.about),
        text(&handout.command)
    );
    let parts = handout.parts();
    for part in &parts {
        step(part, &mut out);
    }
    out.push_str("<div class=\"answers\">\n");
    answers(&parts, &mut out);
    out.push_str("<section class=\"seen\">\n<h2>What you learned</h2>\n<ol>\n");
    for seen in &told.seen {
        let _ = writeln!(out, "<li>{}</li>", text(&paragraphs(seen).collect::<Vec<_>>().join(" ")));
    }
    out.push_str("</ol>\n</section>\n");
    let [before, after] = told.dockerfiles();
    dockerfile("Dockerfile before", "del", &before, &mut out);
    dockerfile("Dockerfile after", "ins", &after, &mut out);
    let images = handout.images.iter().map(|image| text(image)).collect::<Vec<_>>().join(", ");
    let _ = write!(
        out,
        "</div>\n</main>\n<footer>Every figure and every picture is what layerscope {} shows of {images}.</footer>\n\
         </body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    out
}

fn step(part: &NumberedStep, out: &mut String) {
    let number = part.number;
    out.push_str("<section class=\"step\">\n");
    match part.question {
        Some((question_number, question)) => {
            let _ = writeln!(
                out,
                "<h2>Step {number} · Question {question_number}</h2>\n<div class=\"ask\">"
            );
            prose(&part.step.text, out);
            out.push_str("<ul>\n");
            for (i, option) in question.options.iter().enumerate() {
                let (letter, option) = (letter(i), text(option));
                let _ =
                    writeln!(out, "<li><span class=\"box\"></span><b>{letter}</b>{option}</li>");
            }
            out.push_str("</ul>\n</div>\n");
        }
        None => {
            let _ = writeln!(out, "<h2>Step {number}</h2>");
            prose(&part.step.text, out);
        }
    }
    match &part.picture {
        Picture::New(Screenshot { screen, caption }) => {
            let picture = inline(WHITE, screen, &escaped_str(caption));
            let _ = writeln!(
                out,
                "<figure>\n{picture}<figcaption>{}</figcaption>\n</figure>",
                text(caption)
            );
        }
        Picture::Earlier(number) => {
            let _ = writeln!(out, "<p class=\"same\">The picture is that of step {number}.</p>");
        }
    }
    out.push_str("</section>\n");
}

/// Writes the answers, if there are questions.
fn answers(parts: &[NumberedStep], out: &mut String) {
    let questions: Vec<_> =
        parts.iter().filter_map(|part| Some((part.number, part.question?))).collect();
    if questions.is_empty() {
        return;
    }
    out.push_str("<section>\n<h2>Answers</h2>\n");
    for (step, (number, question)) in questions {
        let option =
            question.options.get(question.right).map(|option| text(option)).unwrap_or_default();
        let letter = letter(question.right);
        let _ = writeln!(
            out,
            "<div class=\"answer\">\n<p>Question {number} (step {step}): <b>{letter}</b> <b>{option}</b></p>"
        );
        prose(&question.because, out);
        out.push_str("</div>\n");
    }
    out.push_str("</section>\n");
}

/// Writes a Dockerfile; `changed` is the element for lines that the other one does not have.
fn dockerfile(title: &str, changed: &str, lines: &[FileLine], out: &mut String) {
    if lines.is_empty() {
        return;
    }
    let _ = write!(out, "<section>\n<h2>{title}</h2>\n<pre><code>");
    for FileLine { text: line, is_changed } in lines {
        let element = if *is_changed { changed } else { "span" };
        let _ = write!(out, "<{element}>{}\n</{element}>", text(line));
    }
    out.push_str("</code></pre>\n</section>\n");
}

fn prose(words: &str, out: &mut String) {
    for paragraph in paragraphs(words) {
        let _ = writeln!(out, "<p>{}</p>", text(&paragraph));
    }
}

/// Escapes a line of text for HTML.
fn text(line: &str) -> String {
    escape(&escaped_str(line))
}
