//! Names what a multi-stage build leaves out and no finding is about, as far as it belongs to
//! packages.

use super::{Change, Extent};
use crate::advice::findings::Finding;
use crate::advice::unneeded::{Surplus, SurplusKind};
use crate::analysis::Inspection;
use crate::display::{Escaped, escaped_str, plural, shown};
use crate::files::packages::Packages;
use crate::tree::VersionId;

/// The most packages that are named, the largest first.
const NAMED: usize = 3;
/// The part of a saving, one in so many, below which a part of it has no name.
const PART: u64 = 100;

/// A part of what a change leaves out and no finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// A description in a few words.
    pub what: Escaped,
    /// Its bytes.
    pub bytes: u64,
}

/// Names the parts of what each stage leaves out beside findings, the largest first.
pub(in crate::advice) fn name_others(
    inspection: &Inspection,
    findings: &[Finding],
    surplus: &[Surplus],
    packages: &Packages,
    changes: &mut [Change],
) {
    let tree = &inspection.tree;
    for change in changes.iter_mut().filter(|change| change.extent == Extent::Stage) {
        let mut is_open = vec![false; tree.version_count()];
        change.left_out.iter().for_each(|inode| is_open[inode.index()] = true);
        let found = change.parts().flat_map(|i| &findings[i].inodes);
        found.for_each(|inode| is_open[inode.index()] = false);
        let mut others = Vec::new();
        for kind in SurplusKind::ALL {
            let mut take = |inode: &VersionId| std::mem::take(&mut is_open[inode.index()]);
            let inodes = Surplus::inodes_of(surplus, kind).filter(|inode| take(inode));
            let bytes = inodes.map(|inode| tree.size(inode)).sum();
            others.push(Other { what: kind.title().into(), bytes });
        }
        let open = change.left_out.iter().filter(|inode| is_open[inode.index()]);
        let owners = packages.owners(tree, open.map(|&inode| (inode, tree.node_of(inode))));
        others.push(of_packages(&owners));
        others.retain(|other| other.bytes > 0 && other.bytes >= change.saves / PART);
        others.sort_by_key(|other| std::cmp::Reverse(other.bytes));
        change.named_others = others;
    }
}

fn of_packages(owners: &[(Escaped, u64)]) -> Other {
    let names = Escaped::join(owners.iter().take(NAMED).map(|(name, _)| name.clone()), ", ");
    let more = if owners.len() > NAMED { ", …" } else { "" };
    Other {
        what: shown!("{}: {}{}", escaped_str(&plural(owners.len(), "other package")), names, more),
        bytes: owners.iter().map(|(_, bytes)| bytes).sum(),
    }
}
