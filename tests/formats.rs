//! Reports that other programs and later runs open.

mod ncdu;
