//! The contents of files are read from every layout and compression, whole and from anywhere, or it
//! is said why not.

mod corpus;
mod extraction;
mod layouts;
mod limits;
mod program;
