//! A login that a later RUN deletes, and the same build with the login mounted.

use super::{alpine, shop};
use crate::embedded::image::{Image, Run, Step};
use crate::embedded::layer::{Layer, file, program, text};

/// The login of a host that does not exist, with a password that nobody has.
const NETRC: &str = "machine releases.shop.test\nlogin ci\npassword f4lc0n-42-nest-egg\n";
const DOWNLOAD: &str = "apk add --no-cache curl && curl --netrc -fo /usr/local/bin/shop \
                        https://releases.shop.test/1.4/shop && chmod +x /usr/local/bin/shop";

/// curl as Alpine 3.10 has it, and the program that it downloads.
fn downloaded() -> Layer {
    Layer::from_iter([
        file("usr/bin/curl", 214_776).mode(0o755),
        file("usr/lib/libcurl.so.4.5.0", 476_632).mode(0o755),
        file("usr/lib/libnghttp2.so.14.17.3", 149_496).mode(0o755),
        program("usr/local/bin/shop", shop().build()),
    ])
}

fn image(name: &'static str, own: impl IntoIterator<Item = Step>) -> Image {
    let end = [Step::metadata(r#"CMD ["/usr/local/bin/shop"]"#)];
    Image {
        name,
        steps: alpine::steps().into_iter().chain(own).chain(end).collect(),
        run: Run::command(["/usr/local/bin/shop"]),
    }
}

pub fn secret_deleted() -> Image {
    let netrc = Layer::from_iter([text("root/.netrc", NETRC).mode(0o600)]);
    image(
        "secret-deleted",
        [
            Step::copy_file("/root/.netrc", netrc),
            Step::run(DOWNLOAD, downloaded()),
            Step::run("rm /root/.netrc", Layer::listed("w\t0000\t0\t0\t0\troot/.netrc\n")),
        ],
    )
}

/// BuildKit records no mounts, so that the history has the command alone.
pub fn secret_mounted() -> Image {
    image("secret-mounted", [Step::run(DOWNLOAD, downloaded())])
}
