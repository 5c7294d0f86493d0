//! Platforms of images, `os/architecture[/variant]`, and how well they fit.
//!
//! Names are normalised as in containerd (`platforms/database.go`): omitted parts and alternative
//! names count as equal.

/// A platform, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: Option<String>,
    /// The architecture as Go spells it, such as `amd64`.
    pub architecture: Option<String>,
    /// The version of the architecture, such as `v8`.
    pub variant: Option<String>,
}

impl Platform {
    /// Joins the parts with slashes; `None` if none is known.
    pub fn text(&self) -> Option<String> {
        let parts = [&self.os, &self.architecture, &self.variant];
        let known: Vec<_> = parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        (!known.is_empty()).then(|| known.join("/"))
    }

    /// Returns the platform of a descriptor, completed with that of the config.
    ///
    /// The config's variant only counts if both have the same architecture.
    pub fn or(self, config: &Self) -> Self {
        let same = |one: &Option<String>, other: &Option<String>| one.is_none() || one == other;
        let alike = same(&self.os, &config.os) && same(&self.architecture, &config.architecture);
        Self {
            variant: self.variant.or_else(|| config.variant.clone().filter(|_| alike)),
            os: self.os.or_else(|| config.os.clone()),
            architecture: self.architecture.or_else(|| config.architecture.clone()),
        }
    }

    /// Returns whether this is the platform of attestations, which are not for any.
    pub fn is_unknown(&self) -> bool {
        self.os.as_deref() == Some("unknown") && self.architecture.as_deref() == Some("unknown")
    }
}

/// Returns the platform of this machine; containers run on Linux.
pub fn this_machine() -> String {
    format!("linux/{}", architecture(std::env::consts::ARCH, "").0)
}

/// Rates an image for `platform` when another one is wanted: 0 is best, `None` does not fit at all.
///
/// A variant that is not requested does not matter, but the usual one is best.
pub fn fit(platform: &str, wanted: &str) -> Option<u32> {
    let (os, machine, variant) = parts(platform);
    let (wanted_os, wanted_machine, wanted_variant) = parts(wanted);
    let asked_for = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
    if !asked_for(&wanted_os, &os) || !asked_for(&wanted_machine, &machine) {
        return None;
    }
    if variant == wanted_variant || wanted_machine.is_empty() {
        return Some(0);
    }
    let any_variant = wanted.split('/').count() < 3 && !matches!(wanted, "armhf" | "armel");
    let version: u32 = variant.trim_start_matches('v').parse().unwrap_or(0).min(100);
    // A newer version of an architecture may not run. Among the older versions of arm, the newest
    // is best.
    any_variant.then_some(1 + if machine == "arm" { 100 - version } else { version })
}

/// Returns the three parts in lower case and with their usual names; missing ones are empty.
fn parts(platform: &str) -> (String, String, String) {
    const SYSTEMS: [&str; 10] = [
        "linux", "windows", "darwin", "macos", "freebsd", "netbsd", "openbsd", "solaris", "wasi",
        "plan9",
    ];
    let lower = platform.to_ascii_lowercase();
    let mut given = lower.split('/');
    let first = given.next().unwrap_or_default();
    // A single word is a system or an architecture.
    let (os, machine) = match given.next() {
        Some(machine) => (first, machine),
        None if SYSTEMS.contains(&first) => (first, ""),
        None => ("", first),
    };
    let os = if os == "macos" { "darwin" } else { os };
    let (machine, variant) = architecture(machine, given.next().unwrap_or_default());
    (os.into(), machine.into(), variant)
}

/// Returns the usual name of an architecture, and its variant unless that is the usual one.
fn architecture<'a>(name: &'a str, variant: &str) -> (&'a str, String) {
    let numbered = if variant.starts_with(|c: char| c.is_ascii_digit()) {
        format!("v{variant}")
    } else {
        variant.into()
    };
    let unless = |usual: &str| if numbered == usual { String::new() } else { numbered.clone() };
    match name {
        "amd64" | "x86_64" | "x86-64" => ("amd64", unless("v1")),
        "arm64" | "aarch64" => ("arm64", unless("v8")),
        "armhf" => ("arm", "v7".into()),
        "armel" => ("arm", "v6".into()),
        "arm" => ("arm", if numbered.is_empty() { "v7".into() } else { numbered }),
        "i386" | "i486" | "i586" | "i686" | "x86" => ("386", numbered),
        "powerpc64" | "powerpc64le" => ("ppc64le", numbered),
        other => (other, numbered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_that_is_not_asked_for_does_not_matter_and_the_usual_one_fits_best() {
        for (platform, wanted) in [
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm64", "linux/arm64/v8"),
            ("linux/amd64", "linux/amd64/v1"),
            ("linux/arm/v7", "linux/arm"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/amd64", "Linux/x86_64"),
            ("linux/arm64/v8", "aarch64"),
            ("linux/386", "linux/i386"),
            ("windows/amd64", "windows"),
            ("linux/arm/v7", "armhf"),
            ("linux/amd64/v3", "linux/amd64/v3"),
        ] {
            assert_eq!(fit(platform, wanted), Some(0), "{platform} for {wanted}");
        }
        let order = |wanted, platforms: [&str; 3]| {
            let fits = platforms.map(|platform| fit(platform, wanted).unwrap());
            assert!(fits.is_sorted() && fits[0] < fits[2], "{wanted}: {fits:?}");
        };
        order("linux/arm", ["linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]);
        order("linux/amd64", ["linux/amd64", "linux/amd64/v2", "linux/amd64/v3"]);
    }

    #[test]
    fn another_system_architecture_or_variant_does_not_fit() {
        for (platform, wanted) in [
            ("windows/amd64", "linux/amd64"),
            ("linux/amd64", "linux/arm64"),
            ("linux/amd64", "linux/amd64/v3"),
            ("linux/arm/v5", "linux/arm/v7"),
            ("linux/arm/v5", "armhf"),
            ("linux/arm64", "linux/arm"),
        ] {
            assert_eq!(fit(platform, wanted), None, "{platform} for {wanted}");
        }
    }

    #[test]
    fn a_descriptor_is_filled_up_with_what_the_configuration_says_of_the_same_architecture() {
        let platform = |os: &str, architecture: &str, variant: &str| {
            let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Platform { os: part(os), architecture: part(architecture), variant: part(variant) }
        };
        let merged = |one: Platform, config: Platform| one.or(&config).text().unwrap_or_default();
        assert_eq!(
            merged(platform("linux", "arm", "v7"), platform("linux", "arm", "")),
            "linux/arm/v7"
        );
        assert_eq!(
            merged(platform("linux", "arm", ""), platform("linux", "arm", "v6")),
            "linux/arm/v6"
        );
        assert_eq!(
            merged(platform("linux", "arm64", ""), platform("linux", "amd64", "v3")),
            "linux/arm64"
        );
        assert_eq!(merged(platform("", "", ""), platform("linux", "amd64", "")), "linux/amd64");
    }
}
