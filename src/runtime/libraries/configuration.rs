//! Reads the directories that `/etc/ld.so.conf` and the files it includes name (`ldconfig(8)`).

use globset::GlobBuilder;

use crate::error::Error;
use crate::files::filesystem::{Filesystem, readable};
use crate::tree::NodeId;

/// The largest file that is read, in bytes.
const FILE_LIMIT: u64 = 64 << 10;
/// The most files that are read, and the most directories that are kept.
const COUNT_LIMIT: usize = 256;

/// The most include patterns that are expanded.
const PATTERNS_LIMIT: usize = 32;

/// Reads the directories, in order.
pub(super) fn directories(filesystem: &Filesystem<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let mut directories = Vec::new();
    let mut todo = vec![b"/etc/ld.so.conf".to_vec()];
    let (mut read, mut patterns) = (0, 0);
    while let Some(path) = todo.pop() {
        read += 1;
        if read > COUNT_LIMIT {
            break;
        }
        let Some(file) = filesystem.file(NodeId::ROOT, &path) else { continue };
        let Some(text) = readable(filesystem.read_start(file.version, FILE_LIMIT))? else {
            continue;
        };
        let mut included = Vec::new();
        for line in text.split(|&b| b == b'\n') {
            let line = line.split(|&b| b == b'#').next().unwrap_or_default().trim_ascii();
            match line
                .strip_prefix(b"include")
                .filter(|rest| rest.starts_with(b" ") || rest.starts_with(b"\t"))
            {
                Some(pattern) if patterns < PATTERNS_LIMIT => {
                    patterns += 1;
                    included.extend(matching(filesystem, pattern.trim_ascii()));
                }
                None if line.starts_with(b"/") && directories.len() < COUNT_LIMIT => {
                    // `=TYPE` after a directory is obsolete, and ignored.
                    directories.push(
                        line.split(|&b| b == b'=').next().unwrap_or_default().trim_ascii().to_vec(),
                    );
                }
                _ => {}
            }
        }
        todo.extend(included.into_iter().rev());
    }
    Ok(directories)
}

/// Returns the files that match a pattern such as `ld.so.conf.d/*.conf`, sorted by name.
fn matching(filesystem: &Filesystem<'_>, pattern: &[u8]) -> Vec<Vec<u8>> {
    let path =
        if pattern.starts_with(b"/") { pattern.to_vec() } else { [b"/etc/", pattern].concat() };
    let slash = path.iter().rposition(|&b| b == b'/').unwrap_or(0);
    let (directory, name) = (&path[..slash], String::from_utf8_lossy(&path[slash + 1..]));
    let Some(node) = filesystem.directory(NodeId::ROOT, directory) else { return Vec::new() };
    let Ok(glob) = GlobBuilder::new(&name).literal_separator(true).build() else {
        return Vec::new();
    };
    let glob = glob.compile_matcher();
    let tree = filesystem.tree();
    let names = filesystem.list(node).into_iter().map(|child| tree.name(child));
    let fits = names.filter(|name| std::str::from_utf8(name).is_ok_and(|name| glob.is_match(name)));
    fits.take(COUNT_LIMIT).map(|name| [directory, b"/", name].concat()).collect()
}
