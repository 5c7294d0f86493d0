//! Writes reports: text and pages for people, JSON for programs.
//!
//! JSON is written from an [`Account`], which has separate types, so that the JSON contract
//! (`assets/report.schema.json`) stays the same when the analysis changes.

mod account;
mod advice;
mod changes;
mod check;
mod comment;
mod compare;
mod completeness;
mod fix;
mod html;
mod images;
mod json;
mod ladder;
mod markdown;
mod ncdu;
mod paint;
mod runtime;
mod secrets;
mod study;
mod text;
mod words;

pub use crate::display::{self, Units};
pub use account::{Account, Detail, write_json};
pub use advice::why_wasted;
pub use changes::{changes, instruction_lines, others};
pub use check::{CheckFormat, CheckResults, Checked, Places, Unchecked, write_check};
pub use comment::write_markdown;
pub use compare::{
    BytesBySource, Comparison, differs_by_less, end_of_sharing, no_differences, not_told, verdict,
    write_comparison, write_comparison_html, write_comparison_json, write_comparison_markdown,
};
pub use fix::write_fix_json;
pub use html::{write_html, write_recorded_html};
pub use images::{ImageList, write_image_list};
pub use ladder::{write_ladder, write_ladder_json};
pub use ncdu::write_ncdu;
pub use paint::TextStyle;
pub use text::{write_recorded, write_text};
pub use words::{TO_APPLY, TO_NOTE, nothing_to_change, to_apply, to_note, without_a_look};
