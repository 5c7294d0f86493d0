//! Enumerations in sentences.

/// Joins words as in a sentence: `a`, `a and b`, `a, b and c`.
pub fn listed(words: &[impl AsRef<str>]) -> String {
    let words: Vec<_> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Joins words of which one holds: `a`, `a or b`, `a, b or c`.
pub fn either(words: &[impl AsRef<str>]) -> String {
    let words: Vec<_> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Joins clauses to sentences: each begins with a capital, or with a name that has none, and ends with
/// a full stop.
pub fn sentences(clauses: &[&str]) -> String {
    let mut text = String::new();
    for clause in clauses.iter().map(|clause| clause.trim()).filter(|clause| !clause.is_empty()) {
        let mut letters = clause.chars();
        text.extend((!text.is_empty()).then_some(' '));
        if !is_name(clause.split(' ').next().unwrap_or_default()) {
            text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        }
        text.push_str(letters.as_str());
        text.extend((!clause.ends_with(['.', '?', '!', ':', '…'])).then_some('.'));
    }
    text
}

/// Returns whether a word is the name of a program or a file, which keeps its small letters.
fn is_name(word: &str) -> bool {
    const PROGRAMS: [&str; 16] = [
        "apk", "apt", "bun", "conda", "dnf", "dpkg", "npm", "pacman", "pip", "pnpm", "poetry",
        "rpm", "uv", "yarn", "yum", "zypper",
    ];
    PROGRAMS.contains(&word) || word.trim_end_matches('.').contains('.')
}

/// Says that all things of a kind have a property: `the only layer is the same`, `all 3 layers are
/// the same`, `no layer`.
pub fn all(count: usize, thing: &str, property: &str) -> String {
    match count {
        0 => format!("no {thing}"),
        1 => format!("the only {thing} is {property}"),
        2 => format!("both {thing}s are {property}"),
        _ => format!("all {} are {property}", super::plural(count, thing)),
    }
}

/// Says how many things of a kind have a property: `no layer shared`, `2 of 3 layers shared`, `both
/// layers shared`, `all 3 layers shared`, `the only layer shared`.
pub fn some(count: usize, of: usize, thing: &str, property: &str) -> String {
    match (count, of) {
        (0, _) => format!("no {thing} {property}"),
        (1, 1) => format!("the only {thing} {property}"),
        (2, 2) => format!("both {thing}s {property}"),
        _ if count == of => format!("all {} {property}", super::plural(of, thing)),
        _ => format!("{count} of {} {property}", super::plural(of, thing)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_and_all_are_said_as_such() {
        let told = [(0, 1), (1, 1), (0, 3), (2, 3), (2, 2), (3, 3)]
            .map(|(count, of)| some(count, of, "layer", "shared"));
        let expected = [
            "no layer shared",
            "the only layer shared",
            "no layer shared",
            "2 of 3 layers shared",
            "both layers shared",
            "all 3 layers shared",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn alternatives_have_one_or() {
        assert_eq!(either(&["deleted"]), "deleted");
        assert_eq!(either(&["deleted", "replaced"]), "deleted or replaced");
        assert_eq!(either(&["deleted", "replaced", "rewritten"]), "deleted, replaced or rewritten");
    }

    #[test]
    fn clauses_become_sentences() {
        assert_eq!(
            sentences(&["layer 3 deletes it", "", "nobody needs it."]),
            "Layer 3 deletes it. Nobody \
            needs it."
        );
        assert_eq!(sentences(&["copy it: COPY --from=build …"]), "Copy it: COPY --from=build …");
        assert_eq!(
            sentences(&["npm reads it", "package-lock.json marks them", "apk. nothing else"]),
            "npm reads it. package-lock.json marks them. Apk. nothing else."
        );
        assert_eq!(sentences(&[]), "");
    }

    #[test]
    fn one_of_one_is_not_called_all_1() {
        assert_eq!(all(1, "package", "the same"), "the only package is the same");
        assert_eq!(all(2, "package", "the same"), "both packages are the same");
        assert_eq!(all(0, "package", "the same"), "no package");
    }

    #[test]
    fn the_last_word_stands_behind_and() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(listed(&[""; 0]), "");
    }
}
