//! Reports that other programs and later runs open.

mod markdown;
mod ncdu;
mod recorded;
