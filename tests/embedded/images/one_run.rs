//! A3 of the situations: the demo's build in one `RUN`, on plain Alpine.

use super::alpine;
use crate::embedded::image::{Image, PATH, Run, Step};
use crate::embedded::layer::{Layer, program};
use crate::embedded::program::GoProgram;

/// What the image ships, in bytes: 11.43 MB.
const SIZE: u64 = 11_430_000;

/// No wasted bytes. That apk writes its database anew, and with it 20 kB of the base image, is left
/// out.
pub fn one_run() -> Image {
    let room = usize::try_from(SIZE - alpine::root().bytes()).unwrap();
    // The demo's program has this size, and was built with -ldflags=-s.
    let stripped = 4_870_144;
    let app = GoProgram {
        go: "go1.20.10",
        module: "github.com/golang/example/outyet",
        size: room / 8 * 8,
        stripped,
        ..GoProgram::default()
    };
    let built = Layer::from_iter([program("go/bin/app", app.build())]);
    let base = alpine::steps();
    let own = [
        Step::metadata("ENV GOPATH=/go GO111MODULE=off"),
        Step::run(
            "apk add --no-cache go git mercurial && go get github.com/golang/example/stringutil \
             && go get -d github.com/gorilla/mux && go build -o /go/bin/app github.com/golang/example/outyet \
             && apk del go git mercurial && rm -rf /go/src /go/pkg",
            built,
        ),
        Step::metadata(r#"CMD ["/go/bin/app"]"#),
    ];
    Image {
        name: "one-run",
        steps: base.into_iter().chain(own).collect(),
        run: Run {
            environment: [PATH, "GOPATH=/go", "GO111MODULE=off"].map(Into::into).into(),
            ..Run::command(["/go/bin/app"])
        },
    }
}
