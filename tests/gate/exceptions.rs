//! Exceptions: what may stay, why, and until when.

use super::Place;

fn with(exception: &str) -> super::Answer {
    let place = Place::new();
    place.write(
        ".layerscope.toml",
        format!("[limits]\nwasted = \"20kB\"\navoidable = \"20kB\"\n[[exception]]\n{exception}\n"),
    );
    place.check(&[])
}

#[test]
fn an_exception_by_path_or_rule_holds_until_its_day_is_over() {
    for what in [
        "path = \"/opt/tool\"",
        "path = \"/opt\"",
        "path = \"/o*/to?l\"",
        "rule = \"deleted-later\"",
    ] {
        let answer = with(&format!("{what}\nreason = \"moves out with 2.0\"\nuntil = 2999-12-31"));
        assert_eq!(answer.code, Some(0), "{what}: {answer:#?}");
        let note = answer.line("note");
        assert!(note.starts_with("note  195 KiB of "), "{note}");
        assert!(note.ends_with(" is not counted until 2999-12-31: moves out with 2.0"), "{note}");
    }
    let answer = with("path = \"/opt/tool\"\nreason = \"moves out with 2.0\"\nuntil = 2020-02-29");
    assert_eq!(answer.code, Some(1));
    assert_eq!(
        answer.line("note"),
        "note  the exception for /opt/tool ended on 2020-02-29: moves out with 2.0"
    );
}

#[test]
fn an_exception_that_excepts_nothing_is_said_and_an_unknown_rule_is_an_error() {
    let answer = with("path = \"/elsewhere\"\nreason = \"r\"\nuntil = \"2999-12-31\"");
    assert_eq!(answer.code, Some(1));
    assert_eq!(
        answer.line("note"),
        "note  the exception for /elsewhere applies to nothing in this image"
    );
    let answer = with("rule = \"deleted-latr\"\nreason = \"r\"\nuntil = 2999-12-31");
    assert_eq!(answer.code, Some(2));
    assert!(answer.said.contains("deleted-latr: no such rule; did you mean "), "{}", answer.said);
}
