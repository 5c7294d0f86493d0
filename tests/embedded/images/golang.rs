//! B1 to B4 of the situations: a program on `golang`, on `golang:alpine`, on Alpine, and from
//! scratch.
//!
//! The four are in the proportions of their write-up: 2.097, 74.17 and 122.01
//! times smaller than the first.

use super::go::{self, CACHE, VERSION};
use super::{alpine, layered};
use crate::embedded::image::{Image, Run, Step};
use crate::embedded::layer::{Layer, program, text};
use crate::embedded::program::GoProgram;

/// What the images ship, in bytes.
const ON_DEBIAN: u64 = 800_922_000;
const ON_ALPINE: u64 = 381_937_000;
const TWO_STAGES: u64 = 10_798_400;
const FROM_SCRATCH: u64 = 6_564_400;

const MAIN: &str = r#"package main

import (
	"fmt"
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/", greet)
	log.Fatal(http.ListenAndServe(":8080", nil))
}

func greet(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	if name == "" {
		name = "you"
	}
	fmt.Fprintf(w, "Hello %s, from %s\n", name, r.Host)
}
"#;

/// The same in all four.
fn server() -> Vec<u8> {
    let size = usize::try_from(FROM_SCRATCH).unwrap();
    GoProgram { module: "example.com/server", size, stripped: 4_923_304, ..GoProgram::default() }
        .build()
}

/// Sources and the build, on a base that is as large as the image leaves room for.
fn built_on(name: &'static str, from: &str, size: u64, base: fn(&str, u64) -> Vec<Step>) -> Image {
    let dockerfile = format!(
        "FROM {from}\nWORKDIR /go/src/server\nCOPY . .\nRUN go build -o /server\nCMD [\"/server\"]\n"
    );
    let sources = Layer::from_iter([
        text("go/src/server/Dockerfile", dockerfile),
        text("go/src/server/main.go", MAIN),
    ]);
    let built = go::build_cache(CACHE).and([program("server", server())]);
    let mut steps = base(VERSION, size - sources.bytes() - built.bytes());
    steps.extend([
        Step::Workdir("/go/src/server", Some(layered("go/src/server"))),
        Step::copy(".", sources),
        Step::run("go build -o /server", built),
        Step::metadata(r#"CMD ["/server"]"#),
    ]);
    let run = Run {
        directory: "/go/src/server",
        environment: go::environment(VERSION),
        ..Run::command(["/server"])
    };
    Image { name, steps, run }
}

pub fn golang() -> Image {
    built_on("golang", "golang:1.10.3", ON_DEBIAN, go::debian_steps)
}

pub fn golang_alpine() -> Image {
    built_on("golang-alpine", "golang:1.10.3-alpine", ON_ALPINE, go::alpine_steps)
}

pub fn two_stages() -> Image {
    let copied = Layer::from_iter([program("server", server())]);
    let mut steps = Vec::from(alpine::steps_of(TWO_STAGES - copied.bytes()));
    steps.push(Step::copy_file("/server", copied));
    steps.push(Step::metadata(r#"CMD ["/server"]"#));
    Image { name: "two-stages", steps, run: Run::command(["/server"]) }
}

pub fn scratch() -> Image {
    let copied = Layer::from_iter([program("server", server())]);
    let steps = vec![Step::copy_file("/server", copied), Step::metadata(r#"CMD ["/server"]"#)];
    Image { name: "scratch", steps, run: Run::command(["/server"]) }
}
