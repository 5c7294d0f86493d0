//! Reports that other programs and later runs open.

mod again;
mod markdown;
mod ncdu;
mod recorded;
