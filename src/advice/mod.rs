//! Advice on an image: findings by rule, its base image, possible sizes, and changes to its
//! Dockerfile.

mod apart;
pub mod assessment;
pub mod avoidable;
pub mod base;
mod change;
pub mod changes;
pub mod dockerfile;
pub mod findings;
pub mod ladder;
pub mod measure;
pub mod merges;
pub mod secrets;
mod started;
pub mod tool;
pub mod unneeded;

pub use change::SuggestedChange;
