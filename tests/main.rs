//! Everything that is tested from outside: the library as its users see it, and the program on real
//! archives.
//!
//! One binary: each one more would link everything again.

mod advice;
mod compare;
mod config;
mod contents;
mod corpus;
mod dockerfile;
mod edge;
mod embedded;
mod executables;
mod figures;
mod findings;
#[cfg(unix)]
mod formats;
mod gate;
#[cfg(unix)]
mod growth;
mod hostile;
mod house;
mod html;
mod in_use;
mod ladder;
mod learn;
#[cfg(unix)]
mod manual;
mod measure;
mod model;
#[cfg(unix)]
mod named;
mod program;
mod report;
mod report_file;
mod scenarios;
#[cfg(unix)]
mod secrets;
mod sources;
mod support;
mod terminal;
mod tools;
mod whole;
mod words;
mod world;
