//! Writes unified diffs for `patch`.

use similar::udiff::UnifiedHunkHeader;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// The number of context lines around a change.
const CONTEXT: usize = 3;

/// Returns the changes from `old` to `new`; `old` is `None` for a new file. The result is empty if
/// nothing changes.
///
/// Lines end at line feeds only: a carriage return is part of its line, as for `patch`.
pub fn unified(name: &str, old: Option<&str>, new: &str) -> String {
    let before: Vec<_> = old.unwrap_or_default().split_inclusive('\n').collect();
    let after: Vec<_> = new.split_inclusive('\n').collect();
    let operations = capture_diff_slices(Algorithm::Patience, &before, &after);
    let mut out = String::new();
    for hunk in group_diff_ops(operations, CONTEXT) {
        if hunk.iter().all(|operation| operation.tag() == DiffTag::Equal) {
            continue;
        }
        if out.is_empty() {
            // A tab ends a name with blanks, as GNU diff and git write it.
            let is_quoted = name.starts_with('"');
            let name = &if name.contains(' ') && !is_quoted {
                format!("{name}\t")
            } else {
                name.to_owned()
            };
            let from = if old.is_some() { name.as_str() } else { "/dev/null" };
            out.push_str(&format!("--- {from}\n+++ {name}\n"));
        }
        out.push_str(&format!("{}\n", UnifiedHunkHeader::new(&hunk)));
        for operation in &hunk {
            push(&mut out, operation, &before, &after);
        }
    }
    out
}

fn push(out: &mut String, operation: &DiffOp, before: &[&str], after: &[&str]) {
    let mut lines = |sign: char, lines: &[&str]| {
        for line in lines {
            out.push(sign);
            out.push_str(line);
            if !line.ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    };
    let (old, new) = (&before[operation.old_range()], &after[operation.new_range()]);
    if operation.tag() == DiffTag::Equal {
        return lines(' ', old);
    }
    lines('-', old);
    lines('+', new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_the_lines_that_change() {
        let diff = unified("Dockerfile", Some("a\nb\nc\n"), "a\nx\nc\n");
        assert_eq!(diff, "--- Dockerfile\n+++ Dockerfile\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
        assert_eq!(unified("Dockerfile", Some("a\n"), "a\n"), "");
    }

    #[test]
    fn a_new_file_comes_from_nowhere_and_a_missing_line_end_is_said() {
        assert_eq!(unified("x", None, "a\n"), "--- /dev/null\n+++ x\n@@ -0,0 +1 @@\n+a\n");
        let diff = unified("x", Some("a\rb"), "a\rb\n");
        assert_eq!(diff, "--- x\n+++ x\n@@ -1 +1 @@\n-a\rb\n\\ No newline at end of file\n+a\rb\n");
    }
}
