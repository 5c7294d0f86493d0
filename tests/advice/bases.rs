//! The base images of the cases, made where the engine does not have them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::scenarios::base;
use crate::scenarios::command::run;
use crate::scenarios::engine::Engine;

/// Certificates of this machine, which may sit behind a proxy with its own.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Where the base has them, and the variables that name them.
const NAMED: &str = "ENV PIP_CERT=/etc/ssl/host.crt PIP_DISABLE_PIP_VERSION_CHECK=1 \
    NODE_EXTRA_CA_CERTS=/etc/ssl/host.crt npm_config_cafile=/etc/ssl/host.crt npm_config_update_notifier=false \
    CARGO_HTTP_CAINFO=/etc/ssl/host.crt";

/// Makes what is missing of the base images that `dockerfile` names; `false` if one cannot be made
/// here.
pub fn provide(engine: &Engine, dockerfile: &str, directory: &Path) -> bool {
    let has = |tag: &str| dockerfile.contains(tag);
    let needs_debian = ["debian:bookworm", "node:20-bookworm-slim", "company/python:onbuild"]
        .iter()
        .any(|tag| has(tag));
    if needs_debian && !engine.has("debian:bookworm") {
        debian(engine, directory);
    }
    let recipes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/advice/bases");
    if has("company/python:onbuild") && !engine.has("company/python:onbuild") {
        let recipe = recipes.join("onbuild");
        engine.build("company/python:onbuild", &recipe.join("Dockerfile"), &recipe);
    }
    if has("node:20-bookworm-slim") && !engine.has("node:20-bookworm-slim") {
        return node(engine, &recipes.join("node"), &directory.join("node"));
    }
    true
}

/// Debian's smallest system with this machine's certificates.
fn debian(engine: &Engine, directory: &Path) {
    engine.import("layerscope/debian", &base::tar(directory));
    let context = directory.join("debian");
    fs::create_dir_all(&context).unwrap();
    fs::copy(CERTIFICATES, context.join("host.crt")).unwrap();
    let text = format!("FROM layerscope/debian\n{NAMED}\nCOPY host.crt /etc/ssl/host.crt\n");
    fs::write(context.join("Dockerfile"), text).unwrap();
    engine.build("debian:bookworm", &context.join("Dockerfile"), &context);
}

/// Node and npm of this machine on Debian, with yarn and the user `node`; `false` if it has none.
fn node(engine: &Engine, recipe: &Path, context: &Path) -> bool {
    let (program, modules) = (Path::new("/usr/bin/node"), Path::new("/usr/lib/node_modules/npm"));
    if !program.is_file() || !modules.is_dir() {
        return false;
    }
    let _ = fs::remove_dir_all(context);
    fs::create_dir_all(context.join("usr/local/bin")).unwrap();
    fs::create_dir_all(context.join("usr/local/lib/node_modules")).unwrap();
    run(Command::new("cp").arg("-a").arg(modules).arg(context.join("usr/local/lib/node_modules/")));
    fs::copy(program, context.join("usr/local/bin/node")).unwrap();
    for name in ["npm", "npx"] {
        let target = format!("../lib/node_modules/npm/bin/{name}-cli.js");
        run(Command::new("ln").args(["-s", &target]).arg(context.join("usr/local/bin").join(name)));
    }
    engine.build("node:20-bookworm-slim", &recipe.join("Dockerfile"), context);
    true
}
