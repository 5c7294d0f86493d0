//! Where the base image ends, by everything that can tell.

use layerscope::advice::base::{BaseError, BaseHint, Evidence, base};
use layerscope::analysis::LayerAccount;
use serde_json::json;

use super::built::{Step, archive_with, config, debian, found, image, on_debian, step};
use crate::support::build::{Image, Layout, file, inspect, layer, member, tar};

/// An official image on Debian, with what it leaves in its own layers.
fn official(steps: Vec<Step>) -> Vec<Step> {
    on_debian(steps)
}

fn node() -> Vec<Step> {
    let created = "2024-02-01T00:00:00Z";
    official(vec![
        step(
            "/bin/sh -c apt-get update && apt-get install -y --no-install-recommends git",
            [file("usr/bin/git", 3_000_000)],
        ),
        step("/bin/sh -c groupadd --gid 1000 node", [file("etc/group", 10)]),
        config("/bin/sh -c #(nop)  ENV NODE_VERSION=20.11.0").at(created),
        step(
            "/bin/sh -c curl node | tar x",
            [file("usr/local/bin/node", 500_000), file("usr/local/include/node/v8.h", 2_000_000)],
        )
        .at(created),
        config("/bin/sh -c #(nop)  ENTRYPOINT [\"docker-entrypoint.sh\"]").at(created),
        config("/bin/sh -c #(nop)  CMD [\"node\"]").at(created),
    ])
}

fn python() -> Vec<Step> {
    official(vec![
        config("ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D"),
        config("ENV PYTHON_VERSION=3.12.1"),
        step(
            "RUN /bin/sh -c set -eux; make install # buildkit",
            [file("usr/local/lib/python3.12/__pycache__/os.pyc", 9_000_000)],
        ),
        step("RUN /bin/sh -c set -eux; ln -s x y # buildkit", [file("usr/local/bin/y", 1)]),
        config("CMD [\"python3\"]"),
    ])
}

fn golang() -> Vec<Step> {
    official(vec![
        step(
            "RUN /bin/sh -c apt-get install -y g++ # buildkit",
            [file("usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", 9_000_000)],
        ),
        config("ENV GOLANG_VERSION=1.22.0"),
        step(
            "COPY /usr/local/go/ /usr/local/go/ # buildkit",
            [file("usr/local/go/VERSION", 9), file("usr/local/go/bin/go", 9_000_000)],
        ),
        step("RUN /bin/sh -c mkdir -p \"$GOPATH/src\" # buildkit", [file("go/src/x", 1)]),
        step("WORKDIR /go", []),
    ])
}

fn rust() -> Vec<Step> {
    official(vec![
        config(
            "ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo \
                PATH=/usr/local/cargo/bin:/usr/bin RUST_VERSION=1.80.0",
        ),
        step(
            "RUN /bin/sh -c set -eux;     dpkgArch=\"$(dpkg --print-architecture)\" # buildkit",
            [file("usr/local/rustup/a", 9_000_000)],
        ),
    ])
}

#[test]
fn plain_official_images_are_base_images_and_nothing_in_them_is_one_s_own_doing() {
    let plain = [
        ("node 20.11.0", node()),
        ("python 3.12.1", python()),
        ("golang 1.22.0", golang()),
        ("rust 1.80.0", rust()),
    ];
    for (name, steps) in plain.into_iter().chain([("Debian", debian().into())]) {
        let (inspection, study) = found(steps);
        assert_eq!(study.base.layers, inspection.layers.len(), "{name}");
        assert_eq!((&study.base.name, study.base.how), (&Some(name.into()), Evidence::Steps));
        assert!(study.findings.iter().all(|finding| finding.whose.name() == "base"), "{name}");
        assert!(study.shares.is_empty(), "{name}");
    }
}

#[test]
fn one_s_own_steps_begin_after_those_of_the_official_image() {
    for (layers, mut steps) in [(4, node()), (3, python()), (5, golang()), (2, rust())] {
        steps.push(step("COPY . /app # buildkit", [file("app/a", 10)]));
        steps.push(step(
            "RUN /bin/sh -c npm ci # buildkit",
            [file("root/.npm/_cacache/x", 900_000)],
        ));
        steps.push(config("CMD [\"node\"]"));
        let (inspection, study) = found(steps);
        assert_eq!((study.base.layers, inspection.layers.len()), (layers, layers + 2));
        assert_eq!(study.shares.iter().map(|share| share.bytes).sum::<u64>(), 900_010);
    }
}

#[test]
fn what_was_built_on_an_official_image_and_left_alone_for_days_is_a_base_image_too() {
    let mut steps = node();
    steps.push(step("RUN company set-up", [file("opt/company", 10)]).at("2024-02-01T00:10:00Z"));
    steps.push(config("ENTRYPOINT [\"/opt/company\"]").at("2024-02-01T00:10:00Z"));
    steps.push(step("COPY . /app", [file("app/a", 10)]).at("2024-06-01T00:00:00Z"));
    let (_, study) = found(steps);
    assert_eq!((study.base.layers, study.base.how), (5, Evidence::Age { days: 120 }));
}

#[test]
fn steps_that_a_cache_kept_are_not_taken_for_a_base_image() {
    let mut steps = node();
    steps.push(step("RUN npm install -g x", [file("opt/x", 10)]).at("2024-02-01T00:10:00Z"));
    steps.push(step("COPY . /app", [file("app/a", 10)]).at("2024-06-01T00:00:00Z"));
    let (_, study) = found(steps);
    assert_eq!(
        (study.base.layers, study.base.how),
        (4, Evidence::Steps),
        "no command ends what is older"
    );
}

#[test]
fn buildah_notes_what_it_built_from() {
    let steps = vec![
        step("/bin/sh", [file("a", 1)]),
        step("/bin/sh -c make", [file("b", 1)]),
        step("/bin/sh -c rm", []),
    ];
    let archive = archive_with(steps, |config| {
        config["history"][1]["comment"] = json!("FROM docker.io/library/debian:12");
        config["history"][2]["comment"] = json!("FROM fa11d0e57f01");
    });
    let base = base(&inspect(archive).unwrap(), BaseHint::Nothing).unwrap();
    assert_eq!((base.layers, base.how, base.certain), (1, Evidence::Builder, true));
    assert_eq!(base.name, Some("docker.io/library/debian:12".into()));
}

#[test]
fn a_label_names_the_base_image() {
    let archive = archive_with(node(), |config| {
        config["config"] = json!({ "Labels": { "org.opencontainers.image.base.name": "docker.io/library/node:20" } });
    });
    let base = base(&inspect(archive).unwrap(), BaseHint::Nothing).unwrap();
    assert_eq!((base.layers, base.name), (4, Some("docker.io/library/node:20".into())));
}

#[test]
fn annotations_of_the_manifest_or_of_an_index_name_the_base_image_before_a_label_that_may_be_inherited()
 {
    let annotated = |name: &str| {
        let digest = format!("sha256:{}", "ab".repeat(32));
        json!({ "org.opencontainers.image.base.name": name, "org.opencontainers.image.base.digest": digest })
    };
    let written = |manifest: Option<&str>, descriptor: Option<&str>, index: Option<&str>| {
        let mut image = Image::of([layer([file("a", 1)])]);
        image.config["config"] =
            json!({ "Labels": { "org.opencontainers.image.base.name": "inherited" } });
        image.annotations = manifest.map_or(json!({}), annotated);
        let mut layout = Layout::default();
        let mut one = layout.image(&image);
        one["annotations"] = descriptor.map_or(json!({}), annotated);
        let mut members = layout.members([one]);
        let at = members.iter().position(|member| member.name() == b"index.json").unwrap();
        let mut listed: serde_json::Value = serde_json::from_slice(members[at].contents()).unwrap();
        listed["annotations"] = index.map_or(json!({}), annotated);
        members[at] = member("index.json", listed.to_string());
        let inspection = inspect(tar(members)).unwrap();
        let digest = inspection.built_on.as_ref().and_then(|built_on| built_on.digest.clone());
        (base(&inspection, BaseHint::Nothing).unwrap().name.unwrap(), digest.is_some())
    };
    assert_eq!(written(Some("debian:12"), Some("x"), Some("y")), ("debian:12".into(), true));
    assert_eq!(written(None, Some("alpine:3"), Some("y")), ("alpine:3".into(), true));
    assert_eq!(written(None, None, Some("busybox")), ("busybox".into(), true));
    assert_eq!(
        written(Some(""), None, None),
        ("inherited".into(), false),
        "buildah writes an empty name \
        for scratch"
    );
}

#[test]
fn what_is_given_settles_it() {
    let mut steps = node();
    steps.push(step("COPY . /app", [file("app/a", 10)]));
    let inspection = image(steps);
    let given = base(&inspection, BaseHint::Layers(2)).unwrap();
    assert_eq!((given.layers, given.how, given.certain), (2, Evidence::Given, true));
    assert_eq!(
        base(&inspection, BaseHint::Layers(6)),
        Err(BaseError::TooMany { given: 6, has: 5 })
    );
    let id = |layer: &LayerAccount| Some(layer.diff_id.as_ref()?.raw().to_owned());
    let ids: Vec<_> = inspection.layers.iter().map(id).collect();
    let archive =
        base(&inspection, BaseHint::Image { name: "node.tar", diff_ids: &ids[..4] }).unwrap();
    assert_eq!((archive.layers, archive.how, archive.certain), (4, Evidence::Archive, true));
    let other = base(&inspection, BaseHint::Image { name: "node.tar", diff_ids: &ids[1..] });
    assert_eq!(other, Err(BaseError::Differs { name: "node.tar".into(), at: 0 }));
}

#[test]
fn a_binary_alone_has_no_base_image() {
    let (_, study) = found(vec![
        step("COPY hello / # buildkit", [file("hello", 10)]),
        config("CMD [\"/hello\"]"),
    ]);
    assert_eq!((study.base.layers, study.base.how), (0, Evidence::Nothing));
}
