//! Reads the rows of one table of an SQLite database (sqlite.org, "Database File Format").
//!
//! Missing or damaged parts are skipped. Each page is read at most once, so that circular
//! references end, and a budget limits the bytes that are read.

use std::collections::HashSet;

use crate::archive::{Extent, ReadAt, read_extent};

/// The first bytes of every database.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The header of the database, which the first page begins with, in bytes.
const HEADER: usize = 100;
/// The page that lists all tables.
const SCHEMA: u32 = 1;
/// The longest row in bytes; longer rows are skipped.
const ROW_LIMIT: u64 = 32 << 20;
/// The kinds of table pages: interior pages point to others, leaf pages have rows.
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

/// A database that is read page by page.
pub struct Database<'a> {
    source: &'a dyn ReadAt,
    page_size: usize,
    /// The usable part of a page, in bytes.
    usable: usize,
    /// The number of bytes of pages and rows that may still be read.
    budget: u64,
}

/// A value of a row.
#[derive(Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// An integer.
    Integer(i64),
    /// Text or a blob.
    Bytes(&'a [u8]),
    /// A value of a type that is not needed here.
    Other,
}

impl<'a> Database<'a> {
    /// Opens a database of which at most `budget` bytes are read; `None` if `source` is not one.
    pub fn open(source: &'a dyn ReadAt, budget: u64) -> Option<Self> {
        let header = read_extent(source, Extent { offset: 0, len: HEADER as u64 }).ok()?;
        if header.len() < HEADER || !header.starts_with(MAGIC) {
            return None;
        }
        let page_size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65_536,
            size => usize::from(size),
        };
        let usable = page_size.checked_sub(usize::from(header[20]))?;
        // 480 is the smallest value that the format allows.
        (page_size.is_power_of_two() && usable >= 480).then_some(Self {
            source,
            page_size,
            usable,
            budget,
        })
    }

    /// Returns the number of bytes that may still be read.
    pub fn budget(&self) -> u64 {
        self.budget
    }

    /// Calls `found` with the values of every row of a table.
    pub fn each_row(&mut self, table: &str, mut found: impl FnMut(&[Value<'_>])) {
        let mut root = None;
        self.walk(SCHEMA, |row| {
            if let [Value::Bytes(b"table"), Value::Bytes(name), _, Value::Integer(page), ..] = row
                && *name == table.as_bytes()
            {
                root = u32::try_from(*page).ok();
            }
        });
        if let Some(root) = root {
            self.walk(root, &mut found);
        }
    }

    fn walk(&mut self, root: u32, mut found: impl FnMut(&[Value<'_>])) {
        let (mut work, mut seen) = (vec![root], HashSet::new());
        while let Some(number) = work.pop() {
            if !seen.insert(number) {
                continue;
            }
            let Some(page) = self.page(number) else { continue };
            let start = if number == SCHEMA { HEADER } else { 0 };
            let kind = page[start];
            let count = usize::from(u16::from_be_bytes([page[start + 3], page[start + 4]]));
            let pointers = start + if kind == INTERIOR { 12 } else { 8 };
            let cells = page[pointers..].chunks_exact(2).take(count);
            let cells = cells.map(|at| usize::from(u16::from_be_bytes([at[0], at[1]])));
            match kind {
                LEAF => {
                    for payload in
                        cells.filter_map(|at| page.get(at..)).filter_map(|cell| self.payload(cell))
                    {
                        found(&values(&payload));
                    }
                }
                INTERIOR => {
                    let children: Vec<_> = cells
                        .filter_map(|at| number_at(&page, at))
                        .chain(number_at(&page, start + 8))
                        .collect();
                    work.extend(children.into_iter().rev());
                }
                _ => {}
            }
        }
    }

    /// Reads the contents of a row: the part in its cell, and the rest from overflow pages.
    fn payload(&mut self, cell: &[u8]) -> Option<Vec<u8>> {
        let (len, rest) = varint(cell)?;
        let (_, rest) = varint(rest)?;
        if len > ROW_LIMIT {
            return None;
        }
        let len = usize::try_from(len).ok()?;
        let (most, least) = (self.usable - 35, (self.usable - 12) * 32 / 255 - 23);
        let here = match len {
            len if len <= most => len,
            len => Some(least + (len - least) % (self.usable - 4))
                .filter(|&here| here <= most)
                .unwrap_or(least),
        };
        // Cells may overlap, so their contents count towards the budget, too.
        self.budget = self.budget.checked_sub(here as u64)?;
        let mut payload = rest.get(..here)?.to_vec();
        let mut next = if here < len { number_at(rest, here)? } else { 0 };
        while payload.len() < len {
            let page = self.page(next)?;
            let more = (len - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(&page[4..4 + more]);
            next = number_at(&page, 0)?;
        }
        Some(payload)
    }

    /// Reads a page by its number, the first being 1; `None` if it cannot be read in full.
    fn page(&mut self, number: u32) -> Option<Vec<u8>> {
        let len = self.page_size as u64;
        self.budget = self.budget.checked_sub(len)?;
        let offset = u64::from(number.checked_sub(1)?) * len;
        read_extent(self.source, Extent { offset, len })
            .ok()
            .filter(|page| page.len() == self.page_size)
    }
}

fn number_at(page: &[u8], at: usize) -> Option<u32> {
    page.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// Splits off a varint of one to nine bytes.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (i, &byte) in bytes.iter().take(9).enumerate() {
        if i == 8 {
            return Some((value << 8 | u64::from(byte), &bytes[9..]));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}

/// Decodes the values of a row, up to the first damaged one.
fn values(payload: &[u8]) -> Vec<Value<'_>> {
    let mut values = Vec::new();
    let Some((len, types)) = varint(payload) else { return values };
    let Some(mut data) = usize::try_from(len).ok().and_then(|len| payload.get(len..)) else {
        return values;
    };
    let Some(mut types) = types.len().checked_sub(data.len()).map(|len| &types[..len]) else {
        return values;
    };
    while let Some((kind, rest)) = varint(types) {
        types = rest;
        let len = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return values,
            _ => (kind - 12) / 2,
        };
        let Some((value, rest)) =
            usize::try_from(len).ok().and_then(|len| data.split_at_checked(len))
        else {
            break;
        };
        data = rest;
        values.push(match kind {
            1..=6 => Value::Integer(value.iter().fold(0, |sum, &byte| sum << 8 | i64::from(byte))),
            8 | 9 => Value::Integer(i64::from(kind == 9)),
            12.. => Value::Bytes(value),
            _ => Value::Other,
        });
    }
    values
}
