//! Small base images and their sizes, from `assets/small-bases.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::runtime::libraries::Libc;

/// A base image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmallBase {
    /// The reference for `FROM`.
    pub name: String,
    /// The size in bytes.
    pub bytes: u64,
    /// The C library.
    pub libc: Libc,
    /// The kind of image.
    pub kind: BaseKind,
    /// The month in which the size was read, as year and month.
    pub date: String,
    /// The place where the size can be read.
    pub source: String,
}

/// The kind of a base image: with or without a shell and a package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaseKind {
    /// With a shell and a package manager.
    Small,
    /// Only the files that programs need to run.
    Distroless,
}

#[derive(Deserialize)]
struct SmallBases {
    base: Vec<SmallBase>,
}

static TABLE: LazyLock<Vec<SmallBase>> = LazyLock::new(|| {
    let table: SmallBases = toml::from_str(include_str!("../../../assets/small-bases.toml"))
        .expect("a table that a test reads");
    table.base
});

/// Returns the smallest base image of a kind that runs programs with this C library.
pub fn smallest(kind: BaseKind, libc: Libc) -> Option<&'static SmallBase> {
    let runs = |base: &&SmallBase| base.kind == kind && (libc == Libc::None || base.libc == libc);
    TABLE.iter().filter(runs).min_by_key(|base| base.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_base_has_a_date_and_a_source() {
        for base in TABLE.iter() {
            assert!(base.bytes > 0 && base.source.starts_with("https://"), "{base:?}");
            let (year, month) = base.date.split_once('-').unwrap();
            assert!((2020..2100).contains(&year.parse::<u32>().unwrap()), "{base:?}");
            assert!((1..=12).contains(&month.parse::<u32>().unwrap()), "{base:?}");
        }
    }

    #[test]
    fn a_static_program_runs_on_the_smallest_and_a_dynamic_one_where_its_library_is() {
        let name = |kind, libc| smallest(kind, libc).map(|base| base.name.as_str());
        assert_eq!(name(BaseKind::Small, Libc::None), Some("alpine:3.20"));
        assert_eq!(name(BaseKind::Small, Libc::Glibc), Some("debian:bookworm-slim"));
        assert_eq!(
            name(BaseKind::Distroless, Libc::None),
            Some("gcr.io/distroless/static-debian12")
        );
        assert_eq!(name(BaseKind::Distroless, Libc::Musl), None);
    }
}
