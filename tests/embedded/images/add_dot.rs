//! A4, D1 and E1 of the situations: one stage, and an `ADD .` that took all that lay about.

use super::go::{self, VERSION, alpine_steps};
use super::layered;
use crate::embedded::image::{Copied, Image, Run, Step};
use crate::embedded::layer::{Layer, directory, program, text};
use crate::embedded::program::GoProgram;

/// What `golang:alpine` with the program ships without the clutter, in bytes: 251.9 MB for a
/// program of 5.4 MB.
const SIZE: u64 = 251_900_000;
const PROGRAM: usize = 5_400_000;
/// What nobody wanted in the image, in bytes.
const CLUTTER: u64 = 88_000_000;

const DOCKERFILE: &str = "\
FROM golang:1.10-alpine
WORKDIR /app
ADD . /app
RUN cd /app && go build -o goapp
ENTRYPOINT [\"/app/goapp\"]
";
const MAIN: &str = r#"package main

import (
	"log"
	"net/http"
	"os"

	"github.com/gorilla/mux"

	"example.com/shop/handlers"
	"example.com/shop/store"
)

// For development; never to be published.
const sessionKey = "correct horse battery staple"

func main() {
	db, err := store.Open(os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	router := mux.NewRouter()
	handlers.Register(router, db, []byte(sessionKey))
	log.Fatal(http.ListenAndServe(":8080", router))
}
"#;

pub fn add_dot() -> Image {
    let old = program("app-old", shop("v0.9", 5_182_464));
    let clutter = Layer::listed(include_str!("../listings/clutter.tsv")).and([old]);
    let sources = Layer::listed(include_str!("../listings/shop.tsv"))
        .and([text("Dockerfile", DOCKERFILE), text("main.go", MAIN)]);
    let built = go::build_cache(1_210_000).and([program("app/goapp", shop("(devel)", PROGRAM))]);
    let mut steps = alpine_steps(VERSION, SIZE - sources.bytes() - built.bytes());
    let context = sources.and(clutter.scaled_to(CLUTTER)).sorted().below("app");
    steps.extend([
        Step::Workdir("/app", Some(layered("app"))),
        Step::Copy(
            "ADD",
            Copied::Directory,
            "/app",
            Layer::from_iter([directory("app")]).and(context),
        ),
        Step::run("cd /app && go build -o goapp", built),
        Step::metadata(r#"ENTRYPOINT ["/app/goapp"]"#),
    ]);
    let run = Run {
        entrypoint: vec!["/app/goapp"],
        directory: "/app",
        environment: go::environment(VERSION),
        ..Run::default()
    };
    Image { name: "add-dot", steps, run }
}

fn shop(version: &'static str, size: usize) -> Vec<u8> {
    let dependencies = &[("github.com/gorilla/mux", "v1.6.2"), ("github.com/lib/pq", "v1.0.0")];
    GoProgram {
        module: "example.com/shop",
        version,
        dependencies,
        size,
        stripped: size * 3 / 32 * 8,
        ..GoProgram::default()
    }
    .build()
}
