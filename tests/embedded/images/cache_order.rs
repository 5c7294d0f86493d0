//! E3 of the situations: sources that are copied before the modules are downloaded, and the order
//! that keeps the cache.

use super::go::{self, alpine_steps};
use super::layered;
use crate::embedded::image::{Copied, Image, Run, Step};
use crate::embedded::layer::{Entry, Layer, file, program, text};
use crate::embedded::program::GoProgram;

const VERSION: &str = "1.12.5";
/// What `golang:1.12-alpine` ships, in bytes.
const BASE: u64 = 347_000_000;
/// The program of E2: what its image from scratch ships, in bytes.
const PROGRAM: usize = 17_300_000;

const GO_MOD: &str = "\
module example.com/gin-app

go 1.12

require (
	github.com/gin-gonic/gin v1.4.0
	github.com/lib/pq v1.1.1
)
";
const MAIN: &str = r#"package main

import (
	"database/sql"
	"log"
	"os"

	"github.com/gin-gonic/gin"
	_ "github.com/lib/pq"
)

func main() {
	db, err := sql.Open("postgres", os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	router := gin.Default()
	routes(router, db)
	log.Fatal(router.Run(":8080"))
}
"#;

/// The modules with their versions, and what they take in kB: packed, and unpacked.
const MODULES: [(&str, &str, u64, u64); 14] = [
    ("github.com/gin-contrib/sse", "v0.0.0-20190301062529-5545eab6dad3", 12, 38),
    ("github.com/gin-gonic/gin", "v1.4.0", 118, 412),
    ("github.com/golang/protobuf", "v1.3.1", 2_110, 9_480),
    ("github.com/json-iterator/go", "v1.1.6", 90, 371),
    ("github.com/lib/pq", "v1.1.1", 108, 402),
    ("github.com/mattn/go-isatty", "v0.0.7", 6, 15),
    ("github.com/modern-go/concurrent", "v0.0.0-20180306012644-bacd9c7ef1dd", 9, 26),
    ("github.com/modern-go/reflect2", "v1.0.1", 15, 60),
    ("github.com/ugorji/go", "v1.1.4", 262, 1_933),
    ("golang.org/x/net", "v0.0.0-20190503192946-f4e77d36d62c", 1_240, 5_770),
    ("golang.org/x/sys", "v0.0.0-20190222072716-a9d3bda3a223", 1_310, 9_260),
    ("golang.org/x/text", "v0.3.0", 6_420, 27_310),
    ("gopkg.in/go-playground/validator.v8", "v8.18.2", 48, 330),
    ("gopkg.in/yaml.v2", "v2.2.2", 72, 292),
];

/// What names the modules: go.mod, and go.sum with two lines for each of them.
fn names() -> [Entry; 2] {
    let sums = MODULES.iter().flat_map(|(module, version, ..)| {
        ["", "/go.mod"].map(|part| {
            let sum =
                crate::embedded::archive::digits(format!("{module}{version}{part}").as_bytes());
            format!("{module} {version}{part} h1:{}=\n", &sum[..43])
        })
    });
    [text("src/go.mod", GO_MOD), text("src/go.sum", sums.collect::<String>())]
}

fn sources() -> Layer {
    let go = ["handlers/orders", "handlers/users", "routes", "store/orders", "store/users"];
    let files = go
        .iter()
        .zip(1..)
        .map(|(name, i)| file(format!("src/{name}.go"), 2_400 + i * 1_130).holding("package "));
    let others = [
        text("src/main.go", MAIN),
        file("src/templates/index.tmpl", 5_120),
        file("src/static/logo.svg", 7_812),
    ];
    files.chain(others).collect::<Layer>().sorted()
}

/// What `go mod download` leaves.
fn downloaded() -> Layer {
    let entries = MODULES.iter().flat_map(|&(module, version, packed, unpacked)| {
        let cache = format!("go/pkg/mod/cache/download/{module}/@v");
        let tree = format!("go/pkg/mod/{module}@{version}");
        let name = module.rsplit('/').next().unwrap_or(module);
        [
            file(format!("{cache}/list"), 0),
            file(format!("{cache}/{version}.info"), 50),
            file(format!("{cache}/{version}.lock"), 0),
            file(format!("{cache}/{version}.mod"), 310),
            file(format!("{cache}/{version}.zip"), packed * 1000),
            file(format!("{cache}/{version}.ziphash"), 47),
            file(format!("{tree}/LICENSE"), 1_453).mode(0o444),
            file(format!("{tree}/README.md"), unpacked * 40).mode(0o444),
            file(format!("{tree}/{name}.go"), unpacked * 700).mode(0o444),
            file(format!("{tree}/{name}_test.go"), unpacked * 260).mode(0o444),
        ]
    });
    entries.collect::<Layer>().sorted()
}

fn built() -> Layer {
    let dependencies = &[("github.com/gin-gonic/gin", "v1.4.0"), ("github.com/lib/pq", "v1.1.1")];
    let app = GoProgram {
        go: "go1.12.5",
        module: "example.com/gin-app",
        dependencies,
        size: PROGRAM,
        stripped: 12_640_000,
        ..GoProgram::default()
    };
    Layer::from_iter([program("app", app.build())])
}

fn image(name: &'static str, own: impl IntoIterator<Item = Step>) -> Image {
    let mut steps = alpine_steps(VERSION, BASE);
    steps.push(Step::Workdir("/src", Some(layered("src"))));
    steps.extend(own);
    // Nothing but the order is to be remarked, so that the build cache is not left.
    steps.push(Step::run("CGO_ENABLED=0 go build -o /app . && go clean -cache", built()));
    steps.push(Step::metadata(r#"CMD ["/app"]"#));
    let run =
        Run { directory: "/src", environment: go::environment(VERSION), ..Run::command(["/app"]) };
    Image { name, steps, run }
}

pub fn cache_order() -> Image {
    image(
        "cache-order",
        [
            Step::copy(".", sources().and(names()).sorted()),
            Step::run("go mod download", downloaded()),
        ],
    )
}

/// Storage drivers differ in whether `COPY . .` writes go.mod and go.sum again; here it does not.
pub fn cache_order_kept() -> Image {
    image(
        "cache-order-kept",
        [
            Step::Copy("COPY", Copied::Several, "./", Layer::from_iter(names())),
            Step::run("go mod download", downloaded()),
            Step::copy(".", sources()),
        ],
    )
}
