//! Findings: what is found, that no byte is found twice, and that nothing is found without a cause.

mod bases;
mod built;
mod corpus;
mod gone;
mod left;
mod own_rules;
mod packages;
mod paths;
mod rpm;
mod sums;
