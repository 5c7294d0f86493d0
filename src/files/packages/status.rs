//! Reads the relations between packages that dpkg has installed from `var/lib/dpkg/status`
//! (deb-control(5), deb822(5)).

use std::collections::BTreeMap;

/// The most packages that are read, more than any system has.
const PACKAGES: usize = 200_000;

/// The relations of an installed package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relations<'a> {
    /// Its dependencies (`Depends`). Of each group one package is enough.
    pub depends: Vec<Vec<&'a str>>,
    /// Its recommendations, which are installed by default (`Recommends`).
    pub recommends: Vec<Vec<&'a str>>,
    /// Other package names that it provides (`Provides`).
    pub provides: Vec<&'a str>,
    /// Its architecture.
    pub architecture: &'a str,
}

/// Reads the relations of the installed packages, by name.
pub fn relations(text: &str) -> BTreeMap<&str, Relations<'_>> {
    let mut packages = BTreeMap::new();
    for paragraph in text.split("\n\n") {
        let mut package = Relations::default();
        let (mut name, mut is_installed) = ("", false);
        // No field with continuation lines is needed here.
        for line in paragraph.lines().filter(|line| !line.starts_with([' ', '\t'])) {
            let Some((field, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match field {
                "Package" => name = value,
                "Status" => is_installed = value.ends_with(" installed"),
                "Architecture" => package.architecture = value,
                "Depends" | "Pre-Depends" => package.depends.extend(groups(value)),
                "Recommends" => package.recommends.extend(groups(value)),
                "Provides" => package.provides.extend(groups(value).into_iter().flatten()),
                _ => {}
            }
        }
        if is_installed && !name.is_empty() && packages.len() < PACKAGES {
            packages.insert(name, package);
        }
    }
    packages
}

/// Parses a list such as `a (>= 1), b:any | c` to `[[a], [b, c]]`.
fn groups(value: &str) -> Vec<Vec<&str>> {
    value.split(',').map(|group| group.split('|').filter_map(name).collect()).collect()
}

fn name(text: &str) -> Option<&str> {
    text.trim().split([' ', '(', ':', '[']).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_are_installed_say_what_they_ask_for() {
        let text = "Package: git\nStatus: install ok installed\nArchitecture: amd64\nDepends: libc6 (>= 2.34), perl:any | perl-x\n\
                    Pre-Depends: dpkg\nRecommends: patch, less\nDescription: fast\n Depends: nothing\n\n\
                    Package: old\nStatus: deinstall ok config-files\n\nPackage: exim\nStatus: install ok installed\n\
                    Provides: mail-agent (= 1)\n";
        let packages = relations(text);
        assert_eq!(packages.keys().copied().collect::<Vec<_>>(), ["exim", "git"]);
        let git = &packages["git"];
        assert_eq!(git.depends, [vec!["libc6"], vec!["perl", "perl-x"], vec!["dpkg"]]);
        assert_eq!(
            (&*git.recommends, git.architecture),
            (&[vec!["patch"], vec!["less"]][..], "amd64")
        );
        assert_eq!(packages["exim"].provides, ["mail-agent"]);
    }
}
