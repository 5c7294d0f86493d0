//! Tells which `RUN` instructions cannot become one although one removes what another made: each
//! starts with something that the one before it did not leave so.

use crate::escape::Untrusted;
use std::collections::HashSet;

use crate::analysis::Inspection;
use crate::display::{Escaped, escaped, escaped_str, shown};
use crate::image::HistoryEntry;
use crate::layer_index::LayerIndex;
use crate::tree::Kind;

/// The comment that BuildKit writes in history entries.
const BUILDKIT: &str = "buildkit.dockerfile.v0";
/// Files in `/etc` that a builder mounts for each `RUN`.
const IN_ETC: [&str; 3] = ["hosts", "hostname", "resolv.conf"];
/// Directories that a builder mounts for each `RUN`.
const MOUNTED: [&str; 6] =
    ["/dev/", "/proc/", "/sys/", "/run/secrets", "/run/lock", "/run/.containerenv"];
/// Paths there that keep nothing.
const KEEP_NOTHING: [&str; 16] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
    "/dev/fd/",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/self",
    "/proc/version",
    "/sys/devices",
    "/sys/fs/cgroup",
];

/// Returns why the `RUN` instructions of some layers, the lowest first, cannot become one, as a
/// clause; `None` if nothing in the image speaks against it.
pub(crate) fn kept_apart(inspection: &Inspection, layers: &[LayerIndex]) -> Option<Escaped> {
    kept_apart_by(inspection, layers, |layer| mounted_in(inspection, layer))
}

/// Does the same where `mounted` says what [`mounted_in`] does.
pub(super) fn kept_apart_by(
    inspection: &Inspection,
    layers: &[LayerIndex],
    mounted: impl Fn(LayerIndex) -> Option<String>,
) -> Option<Escaped> {
    let [earlier @ .., last] = layers else { return None };
    by_a_link(inspection, layers)
        .or_else(|| by_a_mount(earlier.iter().find_map(|&layer| mounted(layer))?))
        .or_else(|| by_a_volume(inspection, *last))
}

/// The end of a layer breaks hard links: the next one changes a copy. In one `RUN` all names would
/// change.
fn by_a_link(inspection: &Inspection, layers: &[LayerIndex]) -> Option<Escaped> {
    let tree = &inspection.tree;
    tree.linked_inodes().next()?;
    let (&first, &last) = (layers.first()?, layers.last()?);
    let layers: HashSet<_> = layers.iter().copied().collect();
    let changed = tree.versions_of(first..=last).find(|&version| {
        let (added_in, removed_in) = (tree.added_in(version), tree.removed_in(version));
        tree.is_linked(version)
            && layers.contains(&added_in)
            && removed_in.is_some_and(|removed_in| {
                let next = tree.at(tree.node_of(version), removed_in);
                removed_in > added_in
                    && layers.contains(&removed_in)
                    && next.is_some_and(|next| tree.kind(next) == Kind::File)
            })
    })?;
    let path = escaped(&tree.path(tree.node_of(changed)));
    Some(shown!(
        "{} is a hard link that a later RUN changes, and in one RUN its other names would change as well",
        path
    ))
}

/// A path that a builder mounts starts anew with each `RUN`.
fn by_a_mount(name: String) -> Option<Escaped> {
    Some(shown!("an earlier one names {}, which each RUN gets anew", escaped_str(&name)))
}

/// Returns a path in the instruction of a layer that a builder mounts for each `RUN`.
pub(super) fn mounted_in(inspection: &Inspection, layer: LayerIndex) -> Option<String> {
    mounted(layer.get_from(&inspection.layers)?.instruction.text.raw())
}

/// Returns a path in a command that a builder mounts for each `RUN`.
pub(crate) fn mounted(text: &str) -> Option<String> {
    // Most commands name no such path, and there is a question for each pair of layers.
    let beginnings = [&b"etc"[..], b"dev", b"pro", b"sys", b"run"];
    let slashes = memchr::memchr_iter(b'/', text.as_bytes());
    if !slashes
        .map(|at| &text.as_bytes()[at + 1..])
        .any(|rest| beginnings.iter().any(|it| rest.starts_with(it)))
    {
        return None;
    }
    let is_part = |c: char| c.is_alphanumeric() || "_./-*?[]:@+".contains(c);
    let words: Vec<_> = text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
    let goes_to_etc = words.iter().any(|word| matches!(*word, "/etc" | "/etc/"));
    words.iter().find_map(|word| {
        let name = word.rsplit('/').next().unwrap_or_default();
        let is_glob = name.contains(['*', '?', '[']);
        let is_in_etc = word
            .strip_prefix("/etc/")
            .is_some_and(|rest| IN_ETC.contains(&rest) || rest == name && is_glob)
            || goes_to_etc && IN_ETC.contains(word)
            || word.ends_with("../etc/hosts");
        let whole = format!("{}/", word.trim_end_matches('/'));
        let is_below = |place: &&str| whole.starts_with(place) || word.starts_with(place);
        let is_mounted = MOUNTED.iter().any(is_below)
            && !KEEP_NOTHING.iter().any(|known| word.starts_with(known))
            && !word.starts_with("/dev/tcp/");
        (is_in_etc || is_mounted).then(|| (*word).to_owned())
    })
}

/// The classic builder throws away what a `RUN` writes in a volume.
fn by_a_volume(inspection: &Inspection, last: LayerIndex) -> Option<Escaped> {
    let mut made = 0;
    let (mut before, mut behind): (Vec<String>, HashSet<String>) = (Vec::new(), HashSet::new());
    for entry in &inspection.history {
        let layer = (entry.empty_layer != Some(true)).then_some(LayerIndex::new(made));
        made += usize::from(layer.is_some());
        if layer == Some(last) && is_of_buildkit(entry) {
            return None;
        }
        // Masking takes time, and there is a question for each pair of layers.
        if layer.is_some() || !entry.instruction_as_written().text.raw().starts_with("VOLUME") {
            continue;
        }
        if let Some(paths) = entry.instruction().text.raw().strip_prefix("VOLUME") {
            let is_between = |c: char| c.is_whitespace() || "[]\",'".contains(c);
            let paths = paths.split(is_between).filter(|path| !path.is_empty()).map(str::to_owned);
            if last >= made { before.extend(paths) } else { behind.extend(paths) }
        }
    }
    // The base image's own may be in no history.
    let inherited =
        inspection.run.volumes.iter().map(Untrusted::raw).find(|volume| !behind.contains(*volume));
    let volume = before.first().map(String::as_str).or(inherited)?;
    Some(shown!(
        "{} is a volume, and what a RUN writes there is gone for the next one",
        escaped_str(volume)
    ))
}

/// Returns the keyword of an instruction between two layers that may not be able to move: it has a
/// meaning for what comes behind it.
pub(crate) fn between(
    inspection: &Inspection,
    added_in: LayerIndex,
    removed_in: LayerIndex,
) -> Option<&'static str> {
    let mut made = 0;
    inspection.history.iter().find_map(|entry| {
        let makes_layer = entry.empty_layer != Some(true);
        made += usize::from(makes_layer);
        let is_inside = !makes_layer && added_in < made && removed_in >= made;
        // Only the keyword is compared, so nothing has to be masked.
        let text = is_inside.then(|| entry.instruction_as_written().text)?;
        let word = text.raw().split_whitespace().next()?;
        ["ENV", "ARG", "WORKDIR", "USER", "SHELL", "VOLUME"]
            .into_iter()
            .find(|keyword| *keyword == word)
    })
}

/// Returns whether BuildKit made a layer.
pub(crate) fn is_by_buildkit(inspection: &Inspection, layer: LayerIndex) -> bool {
    let made =
        inspection.history.iter().filter(|entry| entry.empty_layer != Some(true)).nth(layer.get());
    made.is_some_and(is_of_buildkit)
}

fn is_of_buildkit(entry: &HistoryEntry) -> bool {
    entry.comment.as_ref().is_some_and(|comment| comment.raw().trim() == BUILDKIT)
        || entry
            .created_by
            .as_ref()
            .is_some_and(|text| text.raw().trim_end().ends_with("# buildkit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mounted_for_each_run_is_told_from_what_stays() {
        for text in [
            "echo x >> /etc/hosts",
            "cd /etc && echo x >> hosts",
            "rm /etc/*",
            "dd of=/dev/shm/x",
            "cp a /dev/shm",
            "echo x>/etc/resolv.conf",
            "cat /run/secrets/x",
            "mkdir /dev/x",
            "ls /proc",
        ] {
            assert!(mounted(text).is_some(), "{text}");
        }
        for text in [
            "dd if=/dev/zero of=/x 2>/dev/null",
            "echo 'hosts: files dns' > /etc/nsswitch.conf",
            "make -j$(grep -c ^processor /proc/cpuinfo)",
            "rm -f /etc/hosts.allow /opt/proc/x /etc/nginx/*",
            "tar -C /srv/dev/ -x",
        ] {
            assert_eq!(mounted(text), None, "{text}");
        }
    }
}
