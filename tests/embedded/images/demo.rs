//! A1 and A2 of the situations: a toolchain that a separate `RUN` deletes, and that ships all the
//! same.

use super::alpine;
use crate::embedded::image::{Image, PATH, Run, Step};
use crate::embedded::layer::Layer;

/// Written again by each layer that installs or removes something, so that what the files begin
/// with has to change.
const INSTALLED: [(&str, &[u8]); 4] = [
    ("etc/apk/world", b"alpine-baselayout\nalpine-keys\napk-tools\nbusybox\ngit\ngo\nlibc-utils\nmercurial\n"),
    ("lib/apk/db/installed", b"C:Q1iIwHxryFTvwgfwgReLqka2bLkT8=\nP:ca-certificates\nV:20250419-r0\n"),
    ("lib/apk/db/scripts.tar", b"ca-certificates-20250419-r0.Q1iIwHxryFTvwgfwgReLqka2bLkT8=.post-deinstall"),
    (
        "lib/apk/db/triggers",
        b"Q1iIwHxryFTvwgfwgReLqka2bLkT8= /usr/share/ca-certificates /usr/local/share/ca-certificates \
          /etc/ssl/certs /etc/ca-certificates/update.d\n",
    ),
];

/// The header of a 64-bit x86-64 executable (ELF-64 object file format, figure 2).
const ELF: [u8; 64] = [
    0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    0, // 64-bit, little endian, version 1
    2, 0, 0x3e, 0, 1, 0, 0, 0, // executable, x86-64, version 1
    0xa0, 0x9a, 0x46, 0, 0, 0, 0, 0, // entry
    64, 0, 0, 0, 0, 0, 0, 0, // where the program headers are
    0, 0, 0, 0, 0, 0, 0, 0, // no section headers
    0, 0, 0, 0, 64, 0, 56, 0, 7, 0, 64, 0, 0, 0, 0, 0, // sizes and numbers of the headers
];

/// What `apk add go git mercurial` brings.
pub fn toolchain() -> Layer {
    let layer = Layer::listed(include_str!("../listings/demo-apk-add.tsv"));
    INSTALLED.iter().fold(layer, |layer, (path, beginning)| layer.beginning(path, *beginning))
}

pub fn demo() -> Image {
    let deleted =
        alpine::with_database(Layer::listed(include_str!("../listings/demo-apk-del.tsv")));
    let deletion =
        Step::run("apk del go git mercurial && rm -rf /go/src /go/pkg /var/cache/apk/*", deleted);
    let mut image = Image { name: "demo", ..toolchain_left() };
    image.steps.insert(image.steps.len() - 1, deletion);
    image
}

/// The same before anybody thought of deleting.
pub fn toolchain_left() -> Image {
    let built =
        Layer::listed(include_str!("../listings/demo-go-build.tsv")).beginning("go/bin/app", ELF);
    Image {
        name: "toolchain-left",
        steps: vec![
            Step::base(alpine::root()),
            Step::metadata(r#"CMD ["/bin/sh"]"#),
            Step::metadata("ENV GOPATH=/go GO111MODULE=off"),
            Step::run("apk add --update go git mercurial", toolchain()),
            Step::run(
                "go get github.com/golang/example/stringutil && go get -d github.com/gorilla/mux \
                 && go build -ldflags=-s -o /go/bin/app github.com/golang/example/outyet",
                built,
            ),
            Step::metadata(r#"CMD ["/go/bin/app"]"#),
        ],
        run: Run {
            environment: [PATH, "GOPATH=/go", "GO111MODULE=off"].map(Into::into).into(),
            ..Run::command(["/go/bin/app"])
        },
    }
}
