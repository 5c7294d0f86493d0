//! The fingerprint of the search for secrets: its rules and its code.
//!
//! A note that a file has no secret holds as long as the search that found none is the same.

/// Everything that a result depends on: the data, and the source of the code that reads it.
const PARTS: [&[u8]; 29] = [
    env!("CARGO_PKG_VERSION").as_bytes(),
    include_bytes!("../../assets/secrets.toml"),
    include_bytes!("argument.rs"),
    include_bytes!("blocks.rs"),
    include_bytes!("code.rs"),
    include_bytes!("command.rs"),
    include_bytes!("documents.rs"),
    include_bytes!("elsewhere.rs"),
    include_bytes!("encoding.rs"),
    include_bytes!("hints.rs"),
    include_bytes!("manifest.rs"),
    include_bytes!("masked.rs"),
    include_bytes!("mod.rs"),
    include_bytes!("names.rs"),
    include_bytes!("paths.rs"),
    include_bytes!("pattern.rs"),
    include_bytes!("rule.rs"),
    include_bytes!("rules.rs"),
    include_bytes!("search.rs"),
    include_bytes!("settings.rs"),
    include_bytes!("telling.rs"),
    include_bytes!("token.rs"),
    include_bytes!("value.rs"),
    include_bytes!("scripts.rs"),
    include_bytes!("written.rs"),
    include_bytes!("../glob/automaton.rs"),
    include_bytes!("../glob/matcher.rs"),
    include_bytes!("../glob/pairs.rs"),
    include_bytes!("../glob/parse.rs"),
];

/// The fingerprint, which is made when the program is compiled.
const FINGERPRINT: u64 = hash(&PARTS);

/// Returns the fingerprint of the rules and the code of the search.
pub fn fingerprint() -> u64 {
    FINGERPRINT
}

/// Computes the FNV-1a hash of some texts.
const fn hash(parts: &[&[u8]]) -> u64 {
    let (mut hash, mut part) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while part < parts.len() {
        let (bytes, mut at) = (parts[part], 0);
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        hash = (hash ^ 0x100).wrapping_mul(0x0100_0000_01b3);
        part += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_fingerprint_is_made_of_all_code_of_the_search() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        // What looks at no file, what shows a secret, and what makes the fingerprint decide about none.
        let other = [
            "secret/found.rs",
            "secret/tests.rs",
            "secret/fingerprint.rs",
            "secret/instruction.rs",
            "secret/words.rs",
            "secret/copies.rs",
            "glob/mod.rs",
        ];
        for room in ["secret", "glob"] {
            for entry in fs::read_dir(root.join(room)).unwrap() {
                let path = entry.unwrap().path();
                let bytes = fs::read(&path).unwrap();
                let is_other = other.iter().any(|other| path.ends_with(other));
                assert!(
                    is_other || PARTS.iter().any(|part| *part == bytes),
                    "{} is missing",
                    path.display()
                );
            }
        }
    }

    #[test]
    fn another_text_has_another_fingerprint() {
        assert_ne!(hash(&[b"a", b"b"]), hash(&[b"ab"]));
        assert_ne!(hash(&[b"a"]), hash(&[b"b"]));
    }
}
