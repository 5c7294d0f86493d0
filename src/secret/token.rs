//! Tokens by their shape and their checksum.

use std::collections::BTreeSet;
use std::iter;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::{Config, Searcher};
use flate2::Crc;

use super::rules::{Checksum, Token, rules};
use super::value::is_sequence;
use super::{HITS, Hit};

/// The most bytes behind a beginning that are compared. A text may be full of beginnings, each of
/// which fits all that follows but its end.
const REST: usize = 2 << 10;
/// The longest token in which `example` and `xxxx` tell that it is none, in bytes.
const LONG: usize = 256;
/// The alphabet of checksums in base 62.
const BASE_62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The alphabet of checksums in base 36.
const BASE_36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// The length of a GitLab token that says nothing about its owner and has no checksum.
const UNROUTED: usize = 20;

/// Finds the tokens in a text.
pub fn find_tokens(text: &[u8]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    for start in beginnings(text) {
        if hits.len() == HITS {
            break;
        }
        if hits.last().is_some_and(|hit| start.start < hit.range.end) || is_inside(text, &start) {
            continue;
        }
        let fitting = rules().tokens.iter().filter(|token| {
            token.starts.iter().any(|prefix| text[start.clone()] == *prefix.as_bytes())
        });
        hits.extend(fitting.filter_map(|token| hit(token, text, start.clone())).next());
    }
    hits
}

/// Finds the beginnings of tokens in a text, in order. There may be very many.
fn beginnings(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let searches = match first_bytes() {
        Some(searches) => searches.iter().map(Some).collect(),
        None => vec![None],
    };
    let found = searches.into_iter().map(|search| {
        let mut found = found_by(search, text);
        (found.next(), found)
    });
    let mut found: Vec<_> = found.collect();
    iter::from_fn(move || {
        let start = |next: &Option<Range<usize>>| next.as_ref().map_or(usize::MAX, |it| it.start);
        let (first, rest) = found.iter_mut().min_by_key(|(next, _)| start(next))?;
        let next = first.take()?;
        *first = rest.next();
        Some(next)
    })
}

/// Finds the beginnings of tokens to which a search leads, or all.
fn found_by(search: Option<&Searcher>, text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    let places = iter::from_fn(move || {
        let at = match search {
            Some(search) => search.find_in(text, (from..text.len()).into())?.start(),
            None => (from < text.len()).then_some(from)?,
        };
        from = at + 1;
        Some(at)
    });
    places.filter_map(|at| {
        let of_byte = rules().starts.get(usize::from(text[at])).map_or(&[][..], Vec::as_slice);
        let fitting = of_byte.iter().filter(|start| text[at..].starts_with(start.as_bytes()));
        fitting.map(|start| at..at + start.len()).max_by_key(|range| range.end)
    })
}

/// The bytes of each beginning by which most texts are seen to have none.
const FIRST: usize = 3;
/// The most beginnings that one search takes: there is no fast one for more.
const OF_ONE_SEARCH: usize = 64;

/// Returns searches for the first bytes of all beginnings, many places at once; `None` where the
/// processor has no instructions for it.
fn first_bytes() -> Option<&'static [Searcher]> {
    static FIRST_BYTES: LazyLock<Option<Vec<Searcher>>> = LazyLock::new(|| {
        let starts = rules().tokens.iter().flat_map(|token| &token.starts);
        let first: BTreeSet<_> = starts.map(|start| start.as_bytes().get(..FIRST)).collect();
        // A shorter beginning would be missed.
        let first: Option<Vec<_>> = first.into_iter().collect();
        let search = |some: &[&[u8]]| Config::new().builder().extend(some).build();
        first?.chunks(OF_ONE_SEARCH).map(search).collect()
    });
    FIRST_BYTES.as_deref()
}

/// Returns whether a beginning is the middle of a longer word. A token with a checksum may stand behind
/// a `_`.
fn is_inside(text: &[u8], start: &Range<usize>) -> bool {
    let beginning = &text[start.clone()];
    let first = beginning.first().is_some_and(u8::is_ascii_alphanumeric);
    let before = start.start.checked_sub(1).map(|at| text[at]);
    let has_checksum = || {
        let mut tokens = rules().tokens.iter().filter(|token| token.checksum.is_some());
        tokens.any(|token| token.starts.iter().any(|it| it.as_bytes() == beginning))
    };
    first
        && before.is_some_and(|before| {
            before.is_ascii_alphanumeric() || before == b'_' && !has_checksum()
        })
        && !ends_with_escape(&text[..start.start])
}

/// Returns whether a text ends with an escape that ends with a letter: a line feed or a tab, as in
/// JSON, a character of an address such as `%3D`, or the colour of a terminal.
fn ends_with_escape(text: &[u8]) -> bool {
    if [b"\\n", b"\\t", b"\\r"].iter().any(|escape| text.ends_with(*escape)) {
        return true;
    }
    if let [.., b'%', high, low] = text
        && high.is_ascii_hexdigit()
        && low.is_ascii_hexdigit()
    {
        return true;
    }
    let Some(colour) = text.strip_suffix(b"m").or_else(|| text.strip_suffix(b"K")) else {
        return false;
    };
    let numbers = colour.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b';').count();
    let before = colour[..colour.len() - numbers].strip_suffix(b"[").unwrap_or_default();
    let starts: [&[u8]; 5] = [b"\x1b", b"\\e", b"\\033", b"\\x1b", b"\\u001b"];
    starts.iter().any(|start| before.ends_with(start))
}

/// Returns the token whose beginning stands in a range of a text, if the rest fits.
fn hit(token: &'static Token, text: &[u8], start: Range<usize>) -> Option<Hit> {
    let offset = start.end;
    let after = &text[offset..text.len().min(offset + REST)];
    let found = token.rest.captures(after)?;
    let whole = found.get(0)?;
    let mut end = whole.end();
    let mut range = match found.name("value") {
        // A value that begins with the token is as long as that.
        Some(value) if value.start() == 0 => start.start..offset + value.end(),
        Some(value) => offset + value.start()..offset + value.end(),
        None => start.start..offset + whole.end(),
    };
    // A longer word has another meaning.
    let next = text.get(offset + whole.end());
    if found.name("value").is_none() && next.is_some_and(|&b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let body = &after[..end];
    match (token.checksum, found.name("routed")) {
        (Some(Checksum::Crc32Base62), _) if !has_checksum(body, 6, BASE_62) => return None,
        // A prefix of one's own instance belongs to what is summed up.
        (Some(Checksum::Crc32Base36), Some(routed))
            if !text[..start.start].ends_with(b"-")
                && !has_checksum(&text[range.clone()], 7, BASE_36) =>
        {
            // What follows a plain token is another word.
            if routed.start() != UNROUTED {
                return None;
            }
            end = routed.start();
            range.end = offset + end;
        }
        _ => {}
    }
    if let Some((least, most)) = token.digits {
        let before = text[..start.start].iter().rev().take(most + 1);
        let digits = before.take_while(|b| b.is_ascii_digit()).count();
        if !(least..=most).contains(&digits) {
            return None;
        }
        range.start -= digits;
    }
    // What is longer than what was compared goes on as it began.
    if found.name("value").is_some() && range.end == offset + after.len() {
        let has_lines = text[range.clone()].contains(&b'\n');
        let is_key = |b: &&u8| {
            b.is_ascii_alphanumeric() || b"+/=".contains(b) || has_lines && b"\r\n".contains(b)
        };
        range.end += text[range.end..].iter().take_while(is_key).count();
    }
    let body = &after[..end];
    let value = &text[range.clone()];
    // In a long key, such letters come by chance.
    let is_placeholder = is_monotonous(body)
        || value.len() <= LONG && std::str::from_utf8(value).is_ok_and(is_sequence)
        || value.len() <= LONG
            && [&b"EXAMPLE"[..], b"example", b"XXXX", b"xxxx"]
                .iter()
                .any(|part| value.windows(part.len()).any(|window| window == *part));
    if is_placeholder || rules().is_known(value) {
        return None;
    }
    Some(Hit { kind: &token.kind, range, name: None })
}

/// Returns whether a text has too few different letters for a random one.
fn is_monotonous(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    text.iter().for_each(|&b| seen[usize::from(b)] = true);
    seen.iter().filter(|&&seen| seen).count() < 6
}

/// Returns whether the last letters are the CRC-32 of those before, in a base.
fn has_checksum(text: &[u8], letters: usize, base: &[u8]) -> bool {
    let Some(at) = text.len().checked_sub(letters) else { return false };
    let (body, checksum) = text.split_at(at);
    let mut crc = Crc::new();
    crc.update(body);
    let mut left = crc.sum() as usize;
    checksum.iter().rev().all(|&letter| {
        let expected = base[left % base.len()];
        left /= base.len();
        letter == expected
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_searches_find_what_a_look_at_each_byte_finds() {
        let starts = rules().tokens.iter().flat_map(|token| &token.starts);
        let all: Vec<_> = starts.map(|start| format!(".{start}0")).collect();
        for text in [all.concat(), all.iter().rev().cloned().collect(), "none".repeat(99)] {
            let fast: Vec<_> = beginnings(text.as_bytes()).collect();
            let slow: Vec<_> = found_by(None, text.as_bytes()).collect();
            assert_eq!(fast, slow);
            assert!(
                fast.is_empty() == text.starts_with("none") && fast.is_sorted_by_key(|it| it.start)
            );
        }
    }
}
