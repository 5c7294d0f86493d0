//! Debian's root filesystem, and what `apt-get install` adds to it.
//!
//! The listings are of Debian 12 and its packages, thinned: of each package
//! and directory the largest files stay, and have the bytes of the others.

use crate::embedded::image::Step;
use crate::embedded::layer::{Entry, Layer, file};
use crate::embedded::packages::installed;

/// The base image's only layer, of a version such as `9.5` and its name.
pub fn root(version: &str, name: &str) -> Layer {
    let major = version.split('.').next().unwrap_or(version);
    installed(include_str!("../listings/debian.tsv"))
        .beginning("etc/debian_version", format!("{version}\n"))
        .beginning("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n")
        .beginning(
            "etc/ld.so.conf.d/x86_64-linux-gnu.conf",
            "/usr/local/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu\n",
        )
        .beginning(
            "usr/lib/os-release",
            format!("PRETTY_NAME=\"Debian GNU/Linux {major} ({name})\"\nID=debian\n"),
        )
        .beginning("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")
        .beginning("var/lib/dpkg/status", status("adduser"))
}

/// The steps of the base image.
pub fn steps(root: Layer) -> [Step; 2] {
    [Step::base(root), Step::metadata(r#"CMD ["bash"]"#)]
}

/// What installing packages leaves, of `bytes`, if the first of them is `first`.
pub fn apt(listing: &str, first: &str, bytes: u64) -> Layer {
    installed(listing).and(bookkeeping(first)).sorted().scaled_to(bytes)
}

/// What every installation writes anew.
fn bookkeeping(first: &str) -> [Entry; 5] {
    [
        file("etc/ld.so.cache", 9_413).holding(format!("ld.so-1.7.0 {first}")),
        file("var/lib/dpkg/status", 121_000).holding(status(first)),
        file("var/log/apt/history.log", 2_900)
            .holding(format!("Commandline: apt-get install {first}\n")),
        file("var/log/apt/term.log", 31_000)
            .holding(format!("Selecting previously unselected package {first}.\n")),
        file("var/log/dpkg.log", 96_000).holding(format!("2018-07-17 install {first}\n")),
    ]
}

fn status(package: &str) -> String {
    format!("Package: {package}\nStatus: install ok installed\n")
}
