//! Searches a file for a text or a regular expression.

use std::io;
use std::ops::Range;

use layerscope::archive::{Extent, ReadAt, read_extent};
use regex::bytes::{Regex, RegexBuilder};

use super::window::{BLOCK, LONG, Window};

/// The memory limit of a pattern in bytes.
const PATTERN_LIMIT: usize = 1 << 20;
/// Number of bytes that are read at a time: whole blocks.
const STEP: u64 = 4 * BLOCK;
/// Number of additional bytes that are read, so that lines at the ends of a step are complete.
const BESIDE: u64 = 4 * LONG;

/// A search pattern: a regular expression or, if invalid, the literal text.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub text: String,
    /// True if the text is taken literally, because it is not a valid regular expression.
    pub plain: bool,
    regex: Regex,
}

impl Pattern {
    /// Makes a pattern. Lower case matches both cases; a capital letter matches only itself. `None`
    /// for an empty text, or an expression that needs too much memory.
    pub fn new(text: &str) -> Option<Self> {
        let build = |text: &str| {
            let fold = !text.chars().any(char::is_uppercase);
            let mut builder = RegexBuilder::new(text);
            builder
                .case_insensitive(fold)
                .size_limit(PATTERN_LIMIT)
                .dfa_size_limit(PATTERN_LIMIT)
                .build()
        };
        let (regex, plain) = match build(text) {
            Ok(regex) => (regex, false),
            Err(_) => (build(&regex::escape(text)).ok()?, true),
        };
        (!text.is_empty()).then(|| Self { text: text.into(), plain, regex })
    }

    /// Returns the matches in a line that are not empty.
    pub fn matches(&self, line: &[u8]) -> impl Iterator<Item = Range<usize>> {
        self.regex.find_iter(line).map(|found| found.range()).filter(|range| !range.is_empty())
    }
}

/// The direction of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Onwards,
    Back,
}

/// Finds the next match from `from` on, or the last one before it; `None` if there is none before
/// the end.
///
/// Lines are those that are shown: a match never extends over two of them.
pub fn find(
    source: &dyn ReadAt,
    pattern: &Pattern,
    from: u64,
    way: Way,
) -> io::Result<Option<Range<u64>>> {
    let size = source.len();
    let mut step = match way {
        Way::Onwards => from.min(size) / STEP,
        Way::Back => from.min(size).saturating_sub(1) / STEP,
    };
    loop {
        let inside = step * STEP..(step + 1).saturating_mul(STEP).min(size);
        let start = inside.start.saturating_sub(BESIDE);
        let len = inside.end.saturating_add(BESIDE).min(size) - start;
        let bytes = read_extent(source, Extent { offset: start, len })?.into();
        let window = Window { start, bytes, size };
        let wanted = |range: &Range<u64>| match way {
            Way::Onwards => range.start >= from,
            Way::Back => range.start < from,
        };
        let mut found = None;
        // The line at the start of the step belongs to the previous step, unless it begins there.
        let mut at = if inside.start == 0 { 0 } else { window.after(window.before(inside.start)) };
        while at < inside.end && at < window.end() {
            let mut here =
                pattern.matches(window.line(at)).map(|r| at + r.start as u64..at + r.end as u64);
            let hit = match way {
                Way::Onwards => here.find(wanted),
                Way::Back => here.filter(wanted).last(),
            };
            match (hit, way) {
                (Some(hit), Way::Onwards) => return Ok(Some(hit)),
                (Some(hit), Way::Back) => found = Some(hit),
                (None, _) => {}
            }
            at = window.after(at);
        }
        step = match way {
            _ if found.is_some() => return Ok(found),
            Way::Onwards if inside.end < size && window.end() >= inside.end => step + 1,
            Way::Back if step > 0 => step - 1,
            _ => return Ok(None),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerscope::archive::MemorySource;

    fn all(source: &dyn ReadAt, pattern: &Pattern, way: Way) -> Vec<u64> {
        let mut hits = Vec::new();
        let mut from = if way == Way::Onwards { 0 } else { source.len() };
        while let Some(hit) = find(source, pattern, from, way).unwrap() {
            hits.push(hit.start);
            from = if way == Way::Onwards { hit.start + 1 } else { hit.start };
        }
        hits
    }

    #[test]
    fn every_place_is_found_both_ways_also_across_the_steps_of_reading() {
        let mut text = Vec::new();
        let mut wanted = Vec::new();
        while (text.len() as u64) < 2 * STEP + 1000 {
            text.extend_from_slice(b"some line of text that holds nothing of it\n");
            if text.len() % 7919 < 40 || (text.len() as u64 + 20) % STEP < 60 {
                wanted.push(text.len() as u64);
                text.extend_from_slice(b"needle\n");
            }
        }
        assert!(wanted.len() > 10);
        let source = MemorySource(text);
        let pattern = Pattern::new("need.e").unwrap();
        assert_eq!(all(&source, &pattern, Way::Onwards), wanted);
        wanted.reverse();
        assert_eq!(all(&source, &pattern, Way::Back), wanted);
    }

    #[test]
    fn a_line_without_end_is_gone_through_in_pieces() {
        let mut text = vec![b'x'; 3 * STEP as usize];
        let at = text.len() - 10;
        text[at] = b'y';
        let source = MemorySource(text);
        let found = find(&source, &Pattern::new("y").unwrap(), 0, Way::Onwards).unwrap();
        assert_eq!(found, Some(at as u64..at as u64 + 1));
    }

    #[test]
    fn what_is_no_expression_is_taken_as_it_is_written() {
        let places = |pattern: &str, line: &[u8]| -> Vec<_> {
            Pattern::new(pattern)
                .unwrap()
                .matches(line)
                .map(|found| (found.start, found.end))
                .collect()
        };
        assert!(Pattern::new("a[0").unwrap().plain);
        assert_eq!(places("a[0", b"xa[0y"), [(1, 4)]);
        assert_eq!(places("Go", b"go Go"), [(3, 5)], "a capital letter finds only itself");
        assert_eq!(places("go", b"go Go"), [(0, 2), (3, 5)]);
        assert!(Pattern::new("").is_none());
        assert_eq!(Pattern::new("x*").unwrap().matches(b"aaa").count(), 0, "nowhere is no place");
    }
}
