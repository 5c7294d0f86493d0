//! The images of the lessons: each is shown without a warning, ships what its write-up says, and
//! shows what it is for.

mod add_dot;
mod binary;
mod cache_order;
mod chmod;
mod dynamic;
mod golang;
mod one_run;
mod secret;

use crate::embedded::shown::{Shown, inspect};

/// What an image ships in bytes, and what runs in it.
const FIGURES: [(&str, u64, &str); 17] = [
    ("one-run", 11_430_000, "/go/bin/app"),
    ("add-dot", 251_900_000 + 88_000_000, "/app/goapp"),
    ("chmod", 5_235_000 + 2 * 50_000_000, "/srv/shop/shop"),
    ("chmod-copied", 5_235_000 + 50_000_000, "/srv/shop/shop"),
    ("golang", 801_000_000, "/server"),
    ("golang-alpine", 382_000_000, "/server"),
    ("two-stages", 10_800_000, "/server"),
    ("scratch", 6_560_000, "/server"),
    ("dynamic", 74_800_000 + 10_200_000 + 8_257_400, "/opt/hello/bin/hello"),
    ("hello-scratch", 5_635_000, "/hello-world"),
    ("binary", 15_000_000 + 670_000, "/app"),
    ("binary-small", 6_501_171, "/app"),
    ("binary-packed", 1_821_876, "/app"),
    ("cache-order", 347_000_000 + 17_300_000 + 68_000_000, "/app"),
    ("cache-order-kept", 347_000_000 + 17_300_000 + 68_000_000, "/app"),
    ("secret-deleted", 5_235_000 + 841_000 + 6_400_000, "/usr/local/bin/shop"),
    ("secret-mounted", 5_235_000 + 841_000 + 6_400_000, "/usr/local/bin/shop"),
];

#[test]
fn every_image_ships_what_its_write_up_says() {
    for (name, bytes, _) in FIGURES {
        let size = inspect(&layerscope::image::builtin::open(name).unwrap().unwrap()).totals.size;
        // A thousandth is less than the digits that are printed.
        assert!(size.abs_diff(bytes) <= bytes / 1000, "{name} ships {size} bytes, not {bytes}");
    }
}

#[test]
fn nothing_is_wrong_with_any_image_and_its_program_is_found() {
    for (name, _, program) in FIGURES {
        let shown = Shown::of(name);
        let warnings: Vec<_> = shown.inspection.warnings.iter().map(ToString::to_string).collect();
        assert!(warnings.is_empty(), "{name}: {warnings:?}");
        assert_eq!(shown.inspection.name, format!("layerscope/{name}:latest"));
        assert_eq!(shown.inspection.platform, Some("linux/amd64".into()));
        assert_eq!(shown.shown(shown.program().file.node), program, "{name}");
    }
}
