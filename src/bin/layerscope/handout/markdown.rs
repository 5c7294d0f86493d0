//! Writes a handout as GitHub-flavoured Markdown.

use std::fmt::Write;

use layerscope::display::escaped_str;

use super::{Handout, NumberedStep, Picture, Pictures, file, paragraphs, picture_name};
use crate::lesson::letter;
use crate::tui::screenshots::Screenshot;
use crate::tui::widgets::picture::lines;

pub fn write(handout: &Handout, pictures: Pictures) -> String {
    let told = &handout.told;
    let mut out = format!("# {}\n\n{}\n\n", text(&told.title), text(&handout.about));
    let _ = writeln!(out, "On a screen: {}\n", code(&handout.command));
    let parts = handout.parts();
    for part in &parts {
        step(part, pictures, &mut out);
    }
    let questions = parts.iter().filter_map(|part| Some((part, part.question?)));
    let mut head = "---\n\n## Answers\n\n";
    for (part, (number, question)) in questions {
        out.push_str(std::mem::take(&mut head));
        let option =
            question.options.get(question.right).map(|option| text(option)).unwrap_or_default();
        let _ = writeln!(
            out,
            "**Question {number}** (step {}): **{}** {option}\n",
            part.number,
            letter(question.right)
        );
        prose(&question.because, &mut out);
    }
    out.push_str("## What you learned\n\n");
    for (i, seen) in told.seen.iter().enumerate() {
        let _ = writeln!(
            out,
            "{}. {}",
            i + 1,
            paragraphs(seen).map(|line| text(&line)).collect::<Vec<_>>().join(" ")
        );
    }
    for (when, dockerfile) in [("before", &told.before), ("after", &told.after)] {
        if !dockerfile.is_empty() {
            let _ = write!(out, "\n## Dockerfile {when}\n\n");
            fenced("dockerfile", &file(dockerfile), &mut out);
        }
    }
    out
}

fn step(part: &NumberedStep, pictures: Pictures, out: &mut String) {
    match part.question {
        Some((number, question)) => {
            let _ = writeln!(out, "## Step {}: question {number}\n", part.number);
            prose(&part.step.text, out);
            for (i, option) in question.options.iter().enumerate() {
                let _ = writeln!(out, "- **{}** {}", letter(i), text(option));
            }
            out.push('\n');
        }
        None => {
            let _ = writeln!(out, "## Step {}\n", part.number);
            prose(&part.step.text, out);
        }
    }
    match (&part.picture, pictures) {
        (Picture::Earlier(number), _) => {
            let _ = writeln!(out, "The picture is that of step {number}.\n");
        }
        (Picture::New(Screenshot { screen, caption }), Pictures::Text) => {
            let screen: String = lines(screen).into_iter().map(|line| line + "\n").collect();
            fenced("text", &screen, out);
            let _ = writeln!(out, "\n{}\n", text(caption));
        }
        (Picture::New(Screenshot { caption, .. }), Pictures::Files(directory)) => {
            let name = picture_name(part.number);
            let caption = text(caption);
            let _ = writeln!(out, "![{caption}]({directory}/{name})\n\n{caption}\n");
        }
    }
}

fn prose(words: &str, out: &mut String) {
    for paragraph in paragraphs(words) {
        let _ = writeln!(out, "{}\n", text(&paragraph));
    }
}

/// Escapes a line of text for Markdown.
fn text(line: &str) -> String {
    let line = escaped_str(line);
    let mut out = String::with_capacity(line.len());
    // Headings, lists and rules are recognised by the start of a line.
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let begins_list = digits > 0 && matches!(line[digits..].split(' ').next(), Some("." | ")"));
    for (at, c) in line.char_indices() {
        let is_markup = match c {
            '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '~' | '$' | '|' => true,
            '&' => {
                line[at + 1..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '#')
            }
            '#' | '+' | '-' | '=' => at == 0,
            '.' | ')' => begins_list && at == digits,
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Formats a code span for any text.
fn code(word: &str) -> String {
    let word = escaped_str(word);
    let ticks = "`".repeat(1 + longest_run(&word));
    if word.contains('`') {
        format!("{ticks} {word} {ticks}")
    } else {
        format!("{ticks}{word}{ticks}")
    }
}

/// Formats a code block whose fence is longer than any in the text.
fn fenced(language: &str, lines: &str, out: &mut String) {
    let fence = "`".repeat(3.max(1 + longest_run(lines)));
    let _ = write!(out, "{fence}{language}\n{lines}{fence}\n");
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_no_markup() {
        assert_eq!(
            text("RUN a && rm *_[x](y) <b> &amp; ~c~"),
            r"RUN a && rm \*\_\[x\](y) \<b\> \&amp; \~c\~"
        );
        assert_eq!(
            [text("# a"), text("- a"), text("12. a"), text("1.5 MB - a")],
            [r"\# a", r"\- a", r"12\. a", "1.5 MB - a"]
        );
        assert_eq!(text("a\u{1b}[31m\u{202e}"), r"a\\x1b\[31m\\u{202e}");
    }

    #[test]
    fn code_ends_where_it_ends() {
        assert_eq!([code("ls"), code("a`b")], ["`ls`", "`` a`b ``"]);
        let mut out = String::new();
        fenced("text", "```\n", &mut out);
        assert_eq!(out, "````text\n```\n````\n");
    }
}
