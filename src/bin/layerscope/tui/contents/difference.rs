//! Compares the contents of two files: texts line by line, others up to the first different byte.

use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

use layerscope::archive::{Extent, ReadAt, read_extent};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline, group_diff_ops};

use super::glyphs::Encoding;
use super::window::newlines;

/// The largest size, in bytes, and the most lines for a comparison line by line.
pub const SIZE_LIMIT: u64 = 8 << 20;
const LINE_LIMIT: u64 = 200_000;
/// The time after which the search for the shortest list of changes falls back to a fast
/// approximation.
const PATIENCE: Duration = Duration::from_secs(2);
/// The number of context lines around a change.
const AROUND: usize = 3;
/// Number of bytes of each file that are compared at a time.
const STEP: u64 = 1 << 20;

/// The difference between two files.
#[derive(Debug)]
pub enum Difference {
    Same,
    Lines(Box<Lines>),
    /// The files differ, first at this offset, but are not compared as texts.
    Bytes {
        first: u64,
        why: Why,
    },
}

/// The reason why files are not compared line by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Binary,
    TooLarge,
    TooManyLines,
}

/// Two texts, and the changes between them.
#[derive(Debug)]
pub struct Lines {
    pub old: Vec<u8>,
    pub new: Vec<u8>,
    pub old_encoding: Encoding,
    pub new_encoding: Encoding,
    pub rows: Vec<Row>,
    /// The rows at which hunks begin.
    pub hunks: Vec<usize>,
    pub added: usize,
    pub removed: usize,
}

/// A row of the comparison, as in a unified diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// The ranges of lines in both files that follow, counted from 0.
    Hunk { old: Range<usize>, new: Range<usize> },
    /// A line in both files.
    Same { new: Range<usize>, line: usize },
    /// A line only in the old file.
    Removed { old: Range<usize>, line: usize },
    /// A line only in the new file.
    Added { new: Range<usize>, line: usize },
}

/// Compares two files. Small ones are read completely, others up to the first difference.
pub fn compare(old: &dyn ReadAt, new: &dyn ReadAt) -> io::Result<Difference> {
    let Some(first) = first_difference(old, new)? else { return Ok(Difference::Same) };
    if old.len().max(new.len()) > SIZE_LIMIT {
        return Ok(Difference::Bytes { first, why: Why::TooLarge });
    }
    let whole = |source: &dyn ReadAt| read_extent(source, Extent::whole(source));
    let (old, new) = (whole(old)?, whole(new)?);
    let (old_encoding, new_encoding) = (Encoding::detect(&old), Encoding::detect(&new));
    if [old_encoding, new_encoding].contains(&Encoding::Binary) {
        return Ok(Difference::Bytes { first, why: Why::Binary });
    }
    if newlines(&old).max(newlines(&new)) > LINE_LIMIT {
        return Ok(Difference::Bytes { first, why: Why::TooManyLines });
    }
    Ok(Difference::Lines(Box::new(lines(old, new, old_encoding, new_encoding))))
}

/// Returns the offset of the first difference; the end of the shorter file if it is a prefix of the
/// other.
fn first_difference(old: &dyn ReadAt, new: &dyn ReadAt) -> io::Result<Option<u64>> {
    let mut at = 0;
    loop {
        let a = read_extent(old, Extent::whole(old).part(at, STEP))?;
        let b = read_extent(new, Extent::whole(new).part(at, STEP))?;
        let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        match (same == a.len(), same == b.len()) {
            (true, true) if same == 0 => return Ok(None),
            (true, true) => at += same as u64,
            _ => return Ok(Some(at + same as u64)),
        }
    }
}

fn lines(old: Vec<u8>, new: Vec<u8>, old_encoding: Encoding, new_encoding: Encoding) -> Lines {
    let split = |text: &[u8]| {
        let mut end = 0;
        let line = |line: &[u8]| {
            let start = end;
            end += line.len();
            start..end
        };
        text.split_inclusive(|&b| b == b'\n').map(line).collect::<Vec<_>>()
    };
    let (old_lines, new_lines) = (split(&old), split(&new));
    let slices = |text, lines: &[Range<usize>]| -> Vec<&[u8]> {
        let text: &[u8] = text;
        lines.iter().map(|line| &text[line.clone()]).collect()
    };
    let end = Instant::now().checked_add(PATIENCE);
    let (olds, news) = (slices(&old, &old_lines), slices(&new, &new_lines));
    let changes = capture_diff_slices_deadline(Algorithm::Myers, &olds, &news, end);
    let mut rows = Vec::new();
    let mut hunks = Vec::new();
    let (mut added, mut removed) = (0, 0);
    for group in group_diff_ops(changes, AROUND) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        hunks.push(rows.len());
        rows.push(Row::Hunk {
            old: first.old_range().start..last.old_range().end,
            new: first.new_range().start..last.new_range().end,
        });
        for change in group {
            let (gone, come) = (change.old_range(), change.new_range());
            if let DiffOp::Equal { .. } = change {
                rows.extend(come.map(|line| Row::Same { new: new_lines[line].clone(), line }));
                continue;
            }
            removed += gone.len();
            added += come.len();
            rows.extend(gone.map(|line| Row::Removed { old: old_lines[line].clone(), line }));
            rows.extend(come.map(|line| Row::Added { new: new_lines[line].clone(), line }));
        }
    }
    Lines { old, new, old_encoding, new_encoding, rows, hunks, added, removed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerscope::archive::MemorySource;
    use proptest::prelude::*;

    fn compared(old: &[u8], new: &[u8]) -> Difference {
        compare(&MemorySource(old.into()), &MemorySource(new.into())).unwrap()
    }

    fn unified(old: &str, new: &str) -> String {
        let Difference::Lines(lines) = compared(old.as_bytes(), new.as_bytes()) else {
            panic!("texts that differ")
        };
        let text = |bytes: &[u8], range: &Range<usize>| {
            String::from_utf8(bytes[range.clone()].to_vec()).unwrap()
        };
        let row = |row: &Row| match row {
            Row::Hunk { old, new } => format!("@@ {old:?} {new:?} @@\n"),
            Row::Same { new, .. } => format!(" {}", text(&lines.new, new)),
            Row::Removed { old, .. } => format!("-{}", text(&lines.old, old)),
            Row::Added { new, .. } => format!("+{}", text(&lines.new, new)),
        };
        lines.rows.iter().map(row).collect()
    }

    #[test]
    fn texts_are_compared_line_by_line() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
        let new = old.replace("2\n3\n", "2\nx\n").replace("11\n12", "11\n11b\n12");
        let first = "@@ 0..6 0..6 @@\n 1\n 2\n-3\n+x\n 4\n 5\n 6\n";
        let second = "@@ 8..12 8..13 @@\n 9\n 10\n 11\n+11b\n 12\n";
        assert_eq!(unified(old, &new), [first, second].concat());
    }

    #[test]
    fn other_files_by_their_first_byte_that_differs() {
        assert!(matches!(compared(b"same", b"same"), Difference::Same));
        assert!(matches!(
            compared(b"a\0b", b"a\0bc"),
            Difference::Bytes { first: 3, why: Why::Binary }
        ));
        let mut large = vec![b'x'; SIZE_LIMIT as usize + 1];
        let before = large.clone();
        large[SIZE_LIMIT as usize - 5] = b'y';
        let differs = compared(&before, &large);
        assert!(
            matches!(differs, Difference::Bytes { first, why: Why::TooLarge } if first == SIZE_LIMIT - 5)
        );
        let many = "\n".repeat(LINE_LIMIT as usize + 1);
        assert!(matches!(
            compared(b"x", many.as_bytes()),
            Difference::Bytes { first: 0, why: Why::TooManyLines }
        ));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_added_and_removed_makes_one_file_of_the_other(old in "[ab\n]{0,60}", new in "[ab\n]{0,60}") {
            match compared(old.as_bytes(), new.as_bytes()) {
                Difference::Same => prop_assert_eq!(old, new),
                Difference::Lines(lines) => {
                    let count = |text: &str| text.split_inclusive('\n').count();
                    prop_assert_eq!(count(&old) + lines.added, count(&new) + lines.removed);
                    let hunks = lines.hunks.iter().all(|&hunk| matches!(lines.rows[hunk], Row::Hunk { .. }));
                    prop_assert!(hunks);
                }
                Difference::Bytes { .. } => prop_assert!(false),
            }
        }
    }
}
