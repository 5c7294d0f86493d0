//! C1, C2, D2 and E4 of the situations: programs that stripping and packing make smaller, and one
//! that is lean.

use crate::embedded::image::{Copied, Image, Run, Step};
use crate::embedded::layer::{Layer, file, program};
use crate::embedded::program::{GoProgram, packable};
use crate::executables::tiny::packed;

/// What the program of E4 takes, stripped of symbols, and then packed as well, in bytes.
const WHOLE: usize = 15_000_000;
const STRIPPED: usize = 12_000_000;
const PACKED: u64 = 4_100_000;
/// What the image of E4 ships when the program is stripped and packed, in bytes.
const FINAL: u64 = 4_770_000;

/// The same of C1 and C2. Their 6.2 and 4.6 MB are MiB, as the bytes that the packer printed tell.
const SMALL_WHOLE: usize = 6_501_168;
const SMALL_STRIPPED: usize = 4_822_080;
const SMALL_PACKED: u64 = 1_821_876;

/// What deflate leaves of a program that is packed to `packed` bytes, in millionths: the estimate
/// is `share * (0.68 + 0.53 * share)` of the program.
fn share(packed: u64, stripped: usize) -> usize {
    let part = packed as f64 / stripped as f64;
    let share = ((0.68_f64.powi(2) + 4.0 * 0.53 * part).sqrt() - 0.68) / (2.0 * 0.53);
    (share * 1e6) as usize
}

/// A program with certificates and time zones, as it is copied from another stage.
pub fn binary() -> Image {
    let app = GoProgram {
        go: "go1.16.5",
        module: "example.com/gin",
        dependencies: &[
            ("github.com/gin-gonic/gin", "v1.7.2"),
            ("github.com/go-playground/validator/v10", "v10.6.1"),
        ],
        constants: "crypto/x509.loadSystemRoots\0time.LoadLocation\0",
        code: |len| packable(len, share(PACKED, STRIPPED)),
        size: WHOLE,
        stripped: STRIPPED,
        ..GoProgram::default()
    };
    let certificates =
        file("etc/ssl/certs/ca-certificates.crt", 202_300).holding("-----BEGIN CERTIFICATE-----\n");
    let zones = [
        "America/New_York",
        "Asia/Tokyo",
        "Australia/Sydney",
        "Europe/Berlin",
        "Europe/London",
        "UTC",
    ];
    let zones =
        zones.map(|zone| file(format!("usr/share/zoneinfo/{zone}"), 2_000).holding("TZif2"));
    let zones = Layer::from_iter(zones).filled_to(FINAL - PACKED - 202_300);
    let steps = vec![
        Step::copy_file("/etc/ssl/certs/", Layer::from_iter([certificates])),
        Step::copy("/usr/share/zoneinfo", zones),
        Step::copy_file("/app", Layer::from_iter([program("app", app.build())])),
        Step::metadata(r#"ENTRYPOINT ["/app"]"#),
    ];
    Image { name: "binary", steps, run: Run { entrypoint: vec!["/app"], ..Run::default() } }
}

fn alone(name: &'static str, contents: Vec<u8>) -> Image {
    let layer = Layer::from_iter([program("app", contents)]);
    let steps = vec![Step::copy_file("/app", layer), Step::metadata(r#"CMD ["/app"]"#)];
    Image { name, steps, run: Run::command(["/app"]) }
}

pub fn binary_small() -> Image {
    let app = GoProgram {
        go: "go1.15.2",
        code: |len| packable(len, share(SMALL_PACKED, SMALL_STRIPPED)),
        size: SMALL_WHOLE,
        stripped: SMALL_STRIPPED,
        ..GoProgram::default()
    };
    alone("binary-small", app.build())
}

/// The small program after `upx -9`.
pub fn binary_packed() -> Image {
    let original = u32::try_from(SMALL_STRIPPED).unwrap();
    alone("binary-packed", packed(original, usize::try_from(SMALL_PACKED).unwrap()))
}

/// One layer with one file, built with `-ldflags "-s -w"`.
pub fn hello_scratch() -> Image {
    // 5.635 MB.
    let size = 5_635_400;
    let hello = GoProgram {
        go: "go1.9.2",
        module: "example.com/hello-world",
        size,
        stripped: size,
        ..GoProgram::default()
    };
    let layer = Layer::from_iter([program("hello-world", hello.build())]);
    let steps = vec![
        Step::Copy("ADD", Copied::File, "/", layer),
        Step::metadata(r#"CMD ["/hello-world"]"#),
    ];
    Image { name: "hello-scratch", steps, run: Run::command(["/hello-world"]) }
}
