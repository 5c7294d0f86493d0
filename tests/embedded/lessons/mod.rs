//! The images of the lessons: each is shown without a warning, ships what its write-up says, and shows what it is for.

mod one_run;

use crate::shown::{Shown, inspect};

/// What an image ships in bytes, and what runs in it.
const FIGURES: [(&str, u64, &str); 1] = [("one-run", 11_430_000, "/go/bin/app")];

#[test]
fn every_image_ships_what_its_write_up_says() {
    for (name, bytes, _) in FIGURES {
        let shipped = inspect(&layerscope::embedded::open(name).unwrap().unwrap()).totals.shipped;
        // A thousandth is less than the digits that are printed.
        assert!(shipped.abs_diff(bytes) <= bytes / 1000, "{name} ships {shipped} bytes, not {bytes}");
    }
}

#[test]
fn nothing_is_wrong_with_any_image_and_its_program_is_found() {
    for (name, _, program) in FIGURES {
        let shown = Shown::of(name);
        let warnings: Vec<_> = shown.inspection.warnings.iter().map(|warning| &warning.text).collect();
        assert!(warnings.is_empty(), "{name}: {warnings:?}");
        assert_eq!(shown.inspection.name, format!("layerscope/{name}:latest"));
        assert_eq!(shown.inspection.platform.as_deref(), Some("linux/amd64"));
        let application = shown.study.runtime.as_ref().unwrap().application.program.as_ref();
        let found =
            application.map(|program| String::from_utf8(shown.inspection.tree.path(program.file.node)).unwrap());
        assert_eq!(found.as_deref(), Some(program), "{name}");
    }
}
