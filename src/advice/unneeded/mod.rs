//! Packages that nothing needs: those that apt installs because others recommend them, and those
//! that npm installs for development, with what is known of their use.

mod application;
mod development;
mod installed;
mod names;
mod recommended;
mod surplus;
mod texts;
mod uses;

pub(in crate::advice) use development::development;
pub(in crate::advice) use names::Links;
pub(in crate::advice) use recommended::recommended;
pub(in crate::advice) use surplus::surplus;
pub(in crate::advice) use uses::{
    Later, SAME_RUN, When, used_by_instruction, used_by_text, used_in_development,
};

pub use development::{Development, Project};
pub use installed::Installed;
pub use recommended::Unneeded;
pub use surplus::{Surplus, SurplusKind};
pub use texts::{Texts, mentions};

/// Flag that keeps recommended packages out.
pub(in crate::advice) const NO_RECOMMENDED: &str = "--no-install-recommends";
/// Flag that keeps packages for development out.
pub(in crate::advice) const NO_DEVELOPMENT: &str = "--omit=dev";
/// The smallest saving that is worth a flag.
pub(in crate::advice) const NOTEWORTHY: u64 = 64 << 10;
/// The reason why packages stay that the installation itself may need, as a clause.
pub(in crate::advice) const RUNS_SCRIPTS: &str =
    "installing runs scripts of the project, which may need them";
