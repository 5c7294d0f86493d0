//! Names of images that engines have, for one that nobody has.

use strsim::osa_distance;

use crate::display::escaped_str;
use crate::origin::{Answer, FindOptions, Provider, Reference, engine};
use crate::progress::Progress;

/// The most names that are suggested.
const MOST: usize = 3;
/// The longest names that are compared, in bytes: comparing takes as long as the lengths multiplied.
const LONGEST: usize = 256;

/// Returns a hint with the names in engines that are most similar to `name`, if there are any. Only
/// engines that have no such image are asked for their lists.
pub fn hint(
    name: &str,
    answers: &[(Provider, Answer)],
    options: &FindOptions,
    progress: &Progress,
) -> Option<String> {
    let asked = answers.iter().filter(|(_, answer)| *answer == Answer::NoSuchImage);
    let lists = asked.filter_map(|(provider, _)| engine::list(*provider, options, progress).ok());
    let names = lists.flatten().filter_map(|image| Some(image.name?.to_string()));
    let near = similar(name, names);
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")))
}

/// Returns the names that are similar to a name, escaped, the most similar first.
fn similar(wanted: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let lower = Reference::parse_lower_case(wanted);
    let Some(wanted) = Reference::parse(lower.as_deref().unwrap_or(wanted)) else {
        return Vec::new();
    };
    let near = names.filter_map(|name| {
        let held = Reference::parse(&name)?;
        Some((distance(&wanted, &held)?, escaped_str(&held.familiar()).into()))
    });
    let mut near: Vec<((usize, usize), String)> = near.collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// Returns how far a name is from the wanted one: the letters of the repository that differ, then
/// those of the tag; `None` if it is another name.
fn distance(wanted: &Reference, held: &Reference) -> Option<(usize, usize)> {
    let repository = |name: &Reference| {
        let familiar = name.familiar();
        let version = familiar.rfind(['@', ':']).filter(|at| !familiar[*at..].contains('/'));
        familiar[..version.unwrap_or(familiar.len())].to_owned()
    };
    let (one, other) = (repository(wanted), repository(held));
    if one.len().max(other.len()) > LONGEST {
        return None;
    }
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let is_below = last(&one) == last(&other);
    // One letter of three may differ, or everything before the last slash.
    let letters = if is_below && one != other { 1 } else { osa_distance(&one, &other) };
    let is_near = letters <= one.chars().count().max(3) / 3;
    is_near.then(|| (letters, osa_distance(wanted.version(), held.version())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_the_name_is_suggested_and_nothing_else() {
        let held =
            ["docker.io/library/node:latest", "node:22-slim", "team/app:1", "ghcr.io/acme/shop:2"];
        let similar = |name| similar(name, held.iter().map(|&name| name.to_owned()));
        assert_eq!(similar("nod"), ["node:latest", "node:22-slim"]);
        assert_eq!(similar("node:22-slin"), ["node:22-slim", "node:latest"]);
        assert_eq!(similar("Node"), ["node:latest", "node:22-slim"]);
        assert_eq!(similar("team/ap:1"), ["team/app:1"]);
        assert_eq!(similar("shop"), ["ghcr.io/acme/shop:2"]);
        for other in ["nginx", "foo", "alpine:3", "8c2f1d6b0a7e", ""] {
            assert!(similar(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn no_more_than_three_names_are_suggested_each_once() {
        let held = ["app:1", "app:2", "app:3", "app:4", "docker.io/library/app:2"];
        let names = held.iter().map(|&name| name.to_owned());
        assert_eq!(similar("app", names), ["app:1", "app:2", "app:3"]);
    }
}
