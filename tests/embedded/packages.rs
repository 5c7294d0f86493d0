//! What `apt-get install` leaves: the files of packages, and dpkg's lists of them.

use crate::embedded::layer::{Layer, text};

/// Reads a listing in which a line `p` with a name comes before the entries of a package; the lists
/// are made of them.
pub fn installed(listing: &str) -> Layer {
    let mut layer = Layer::default();
    let mut package = None;
    for line in listing.lines() {
        match line.strip_prefix("p\t") {
            Some(name) => {
                layer = layer.and(package.replace(List::of(name)).map(List::file));
            }
            None => {
                let entries = Layer::listed(line);
                if let Some(list) = &mut package {
                    entries.paths().for_each(|path| list.add(path));
                }
                layer = layer.and(entries);
            }
        }
    }
    layer.and(package.map(List::file)).sorted()
}

/// dpkg's list of a package.
struct List {
    package: String,
    lines: String,
}

impl List {
    fn of(package: &str) -> Self {
        Self { package: package.into(), lines: "/.\n".into() }
    }

    fn add(&mut self, path: &str) {
        self.lines += &format!("/{path}\n");
    }

    fn file(self) -> crate::embedded::layer::Entry {
        text(format!("var/lib/dpkg/info/{}.list", self.package), self.lines)
    }
}
