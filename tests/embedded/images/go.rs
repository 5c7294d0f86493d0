//! The official Go images, as they were built in 2018, and what building leaves behind.
//!
//! The tree of the toolchain is Go's own, of a later version without what
//! that has more, and thinned: of each directory the largest files stay, and
//! have the bytes of the others.

use super::{alpine, debian, layered};
use crate::embedded::image::Step;
use crate::embedded::layer::{Layer, file, text};

const PATH: &str =
    "PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// The version that most images here are built with.
pub const VERSION: &str = "1.10.3";
/// What a small program of one package leaves in the build cache, in bytes.
pub const CACHE: u64 = 330_000;

/// The variables that an official Go image of a version sets.
pub fn environment(version: &str) -> Vec<String> {
    vec![PATH.into(), format!("GOLANG_VERSION={version}"), "GOPATH=/go".into()]
}

/// The toolchain in /usr/local/go, of `bytes`.
fn toolchain(version: &str, bytes: u64) -> Layer {
    Layer::listed(include_str!("../listings/go.tsv"))
        .beginning("VERSION", format!("go{version}"))
        .sorted()
        .below("usr/local/go")
        .scaled_to(bytes)
}

/// The build cache, of `bytes`.
pub fn build_cache(bytes: u64) -> Layer {
    let object = |i: u64| {
        let digits = crate::embedded::archive::digits(&i.to_le_bytes());
        let kind = if i.is_multiple_of(2) { 'a' } else { 'd' };
        file(format!("root/.cache/go-build/{}/{digits}-{kind}", &digits[..2]), 100 + i * i * 40)
    };
    let readme = text(
        "root/.cache/go-build/README",
        "This directory holds cached build artifacts from the Go build system.\n",
    );
    (0..24).map(object).chain([readme]).collect::<Layer>().sorted().scaled_to(bytes)
}

/// `golang:VERSION`, on Debian.
pub fn debian_steps(version: &str, bytes: u64) -> Vec<Step> {
    const INSTALL: &str = "apt-get update && apt-get install -y --no-install-recommends";
    const CLEAN: &str = "&& rm -rf /var/lib/apt/lists/*";
    let base = 101_000_000;
    let others = [24_100_000, 7_810_000, 142_000_000, 345_000_000];
    let compilers = bytes - base - others.iter().sum::<u64>();
    let [downloads, keys, repositories, toolchain_bytes] = others;
    let mut steps = Vec::from(debian::steps(debian::root("9.5", "stretch").scaled_to(base)));
    steps.extend([
        Step::run(
            &format!("{INSTALL} ca-certificates curl netbase wget {CLEAN}"),
            debian::apt(include_str!("../listings/debian-curl.tsv"), "ca-certificates", downloads),
        ),
        Step::run(
            "set -ex; if ! command -v gpg > /dev/null; then apt-get update; apt-get install -y \
             --no-install-recommends gnupg dirmngr; rm -rf /var/lib/apt/lists/*; fi",
            debian::apt(include_str!("../listings/debian-gnupg.tsv"), "gnupg", keys),
        ),
        Step::run(
            &format!("{INSTALL} bzr git mercurial openssh-client subversion procps {CLEAN}"),
            debian::apt(include_str!("../listings/debian-vcs.tsv"), "bzr", repositories),
        ),
        Step::run(
            &format!("{INSTALL} g++ gcc libc6-dev make pkg-config {CLEAN}"),
            debian::apt(include_str!("../listings/debian-gcc.tsv"), "g++", compilers),
        ),
        Step::metadata(&format!("ENV GOLANG_VERSION={version}")),
        Step::run(
            "set -eux; url=\"https://golang.org/dl/go${GOLANG_VERSION}.linux-amd64.tar.gz\"; wget -O go.tgz \"$url\"; \
             echo \"fa1b0e45d3b647c252f51f5e1204aba049cde4af177ef9f2181f43004f901035 *go.tgz\" | sha256sum -c -; \
             tar -C /usr/local -xzf go.tgz; rm go.tgz; export PATH=\"/usr/local/go/bin:$PATH\"; go version",
            toolchain(version, toolchain_bytes),
        ),
    ]);
    steps.extend(workspace());
    steps
}

/// `golang:VERSION-alpine`.
pub fn alpine_steps(version: &str, bytes: u64) -> Vec<Step> {
    // A part of what the demo installs.
    let certificates = super::demo::toolchain().only(|path| {
        [
            "etc/ssl/certs/",
            "usr/share/ca-certificates",
            "etc/ca-certificates",
            "usr/sbin/update-ca-certificates",
        ]
        .iter()
        .any(|part| path.starts_with(part))
    });
    let base = alpine::ROOT;
    let toolchain_bytes = bytes - base - certificates.bytes() - NAMES.len() as u64;
    let mut steps = Vec::from(alpine::steps_of(base));
    steps.extend([
        Step::run("apk add --no-cache ca-certificates", certificates),
        Step::run(
            "[ ! -e /etc/nsswitch.conf ] && echo 'hosts: files dns' > /etc/nsswitch.conf",
            Layer::from_iter([text("etc/nsswitch.conf", NAMES)]),
        ),
        Step::metadata(&format!("ENV GOLANG_VERSION={version}")),
        Step::run(
            "set -eux; apk add --no-cache --virtual .build-deps bash gcc musl-dev openssl go; \
             export GOROOT_BOOTSTRAP=\"$(go env GOROOT)\" GOOS=\"$(go env GOOS)\" GOARCH=\"$(go env GOARCH)\"; \
             wget -O go.tgz \"https://golang.org/dl/go$GOLANG_VERSION.src.tar.gz\"; tar -C /usr/local -xzf go.tgz; \
             rm go.tgz; cd /usr/local/go/src; ./make.bash; rm -rf /usr/local/go/pkg/bootstrap /usr/local/go/pkg/obj; \
             apk del .build-deps; export PATH=\"/usr/local/go/bin:$PATH\"; go version",
            toolchain(version, toolchain_bytes),
        ),
    ]);
    steps.extend(workspace());
    steps
}

const NAMES: &str = "hosts: files dns\n";

/// How all official Go images end.
fn workspace() -> [Step; 4] {
    [
        Step::metadata("ENV GOPATH=/go"),
        Step::metadata(&format!("ENV {PATH}")),
        Step::run(
            "mkdir -p \"$GOPATH/src\" \"$GOPATH/bin\" && chmod -R 777 \"$GOPATH\"",
            layered("go/bin").and(layered("go/src")),
        ),
        Step::Workdir("/go", None),
    ]
}
