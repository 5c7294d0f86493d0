//! Writes the changes to a Dockerfile as JSON: `assets/fix.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::json::write_escaped;
use crate::advice::dockerfile::{Fix, NamedSecret, Remark, Verdict, unified};
use crate::display::{Escaped, escaped, escaped_str};
use crate::layer_index::LayerIndex;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    image: Escaped,
    size_bytes: u64,
    sizes_exact: bool,
    /// Null if they were not searched for.
    secrets: Option<Vec<SecretPart<'a>>>,
    after: After,
    suggestions: Vec<Suggestion<'a>>,
    changes: Vec<File>,
    apply_in: Option<&'a str>,
}

#[derive(Serialize)]
struct SecretPart<'a> {
    what: &'a str,
    place: &'a str,
    masked: &'a str,
    layer: Option<LayerIndex>,
    removed_in: Option<LayerIndex>,
    now: &'a str,
    fix: &'a str,
    take_out: Option<&'a str>,
    dockerfile: Option<&'a str>,
    dockerignore: Option<&'a str>,
}

#[derive(Serialize)]
struct After {
    size_bytes: u64,
    grade: &'static str,
    changed_files_bytes: i64,
    wasted_bytes: u64,
    wasted_of_base_bytes: u64,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    kind: &'static str,
    state: &'static str,
    grade: Option<&'static str>,
    lines: &'a [usize],
    saves_bytes: Option<u64>,
    adds_bytes: Option<u64>,
    alone_bytes: Option<u64>,
    change: Option<usize>,
    size_bytes: Option<u64>,
    reason: &'a str,
    condition: Option<&'static str>,
}

#[derive(Serialize)]
struct File {
    name: Escaped,
    is_new: bool,
    diff: String,
}

/// Writes the changes as JSON.
///
/// # Errors
///
/// An error of `out`.
pub fn write_fix_json(fix: &Fix, image: &str, out: impl Write) -> io::Result<()> {
    let is_exact = fix.unread.is_none();
    let (size, certainty) = fix.size_after();
    let files = fix.changes.iter().map(|change| File {
        name: escaped_str(&change.name),
        is_new: change.old.is_none(),
        diff: diff(fix, &unified(&change.name, change.old.as_deref(), &change.new)),
    });
    let document = Document {
        schema_version: 2,
        image: escaped_str(image),
        size_bytes: fix.size,
        sizes_exact: is_exact,
        secrets: fix.secrets.as_ref().map(|secrets| secrets.iter().map(secret).collect()),
        after: After {
            size_bytes: size,
            grade: certainty.grade(),
            changed_files_bytes: fix.grows,
            wasted_bytes: fix.wasted_after.bytes,
            wasted_of_base_bytes: fix.wasted_after.of_base,
        },
        suggestions: fix.remarks.iter().map(|remark| suggestion(remark, is_exact)).collect(),
        changes: files.collect(),
        apply_in: fix.directory.as_deref(),
    };
    write_escaped(&document, out)
}

fn secret(secret: &NamedSecret) -> SecretPart<'_> {
    SecretPart {
        what: &secret.what,
        place: &secret.place,
        masked: &secret.masked,
        layer: secret.layer,
        removed_in: secret.removed_in,
        now: &secret.revoke,
        fix: &secret.prevention.what,
        take_out: secret.prevention.take_out.as_deref(),
        dockerfile: secret.prevention.dockerfile.as_deref(),
        dockerignore: secret.prevention.dockerignore.as_deref(),
    }
}

fn suggestion(remark: &Remark, is_exact: bool) -> Suggestion<'_> {
    let (state, saves_bytes, size_bytes) = match &remark.verdict {
        Verdict::Changed { saves, .. } => ("changed", Some(*saves), None),
        Verdict::Proposed { size_after } => {
            ("proposed", None, size_after.as_ref().map(|(size, _)| *size))
        }
        Verdict::Left { would_save } => ("left", Some(*would_save), None),
        Verdict::Unseen => ("unseen", None, None),
    };
    let is_look = matches!(remark.verdict, Verdict::Left { .. } | Verdict::Unseen);
    Suggestion {
        kind: remark.kind.id(),
        state,
        grade: remark.grade().map(|grade| if is_exact || is_look { grade } else { "at least" }),
        lines: &remark.lines,
        saves_bytes,
        adds_bytes: saves_bytes,
        change: remark.change,
        alone_bytes: saves_bytes.map(|saves| saves.max(remark.alone)),
        size_bytes,
        reason: &remark.text,
        condition: remark.condition.map(crate::advice::dockerfile::Condition::id),
    }
}

/// Returns a diff as text; bytes that are not UTF-8 are escaped.
fn diff(fix: &Fix, text: &str) -> String {
    if !fix.raw {
        return text.to_owned();
    }
    let bytes = fix.bytes_of(text);
    bytes.split_inclusive(|&byte| byte == b'\n').fold(String::new(), |mut out, line| {
        match std::str::from_utf8(line) {
            Ok(line) => out.push_str(line),
            Err(_) => {
                out.push_str(&escaped(line.strip_suffix(b"\n").unwrap_or(line)));
                out.push('\n');
            }
        }
        out
    })
}
