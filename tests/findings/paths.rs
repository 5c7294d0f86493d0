//! Each rule that was too wide or missed something: a path that it takes, and one that is none of
//! its business.

use super::built::{found, of_rule, step};
use crate::support::build::file;

/// The rule, a path that it takes, one that it leaves, and what else lies there.
const PATHS: &[(&str, &str, &str, &[&str])] = &[
    ("caches", "root/.cache/whatever/blob", "root/.cache/ms-playwright/chromium-1/chrome", &[]),
    ("caches", "home/me/.cache/x/y", "home/me/.cache/huggingface/hub/models--a/blobs/b", &[]),
    ("caches", "var/cache/man/index.db", "root/.cache/puppeteer/chrome/linux/chrome", &[]),
    (
        "caches",
        "root/.cache/pypoetry/other/x",
        "root/.cache/pypoetry/virtualenvs/app-py3.11/lib/x.so",
        &[],
    ),
    ("caches", "root/.cache/torch-extensions/x", "root/.cache/torch/hub/checkpoints/m.pt", &[]),
    ("caches", "root/.cache/node/other", "root/.cache/node/corepack/v1/yarn/4/yarn.js", &[]),
    ("caches", "root/.cache/R/pkgcache/x", "root/.cache/R/renv/cache/v5/x.so", &[]),
    ("caches", "root/.cache/x/base.pt", "root/.cache/whisper/base.pt", &[]),
    ("caches", "root/.cache/deno-old/x", "root/.cache/deno/npm/registry/x.js", &[]),
    ("pip", "var/www/.cache/pip/http/a", "var/www/.cache/pipeline/a", &[]),
    ("uv", "srv/.cache/uv/wheels/a", "srv/uv/wheels/a", &[]),
    ("npm", "app/.npm/_cacache/content/a", "app/.npm/a", &[]),
    ("npm", "root/.npm/_cacache/content/a", "root/.npm/_npx/1/node_modules/serve/x.js", &[]),
    ("node-cache", "app/.next/cache/webpack/a.pack", "app/.next/cache/images/a.webp", &[]),
    ("node-cache", "app/node_modules/.cache/a", "app/.next/server/a.js", &[]),
    (
        "node-dev",
        "app/node_modules/@babel/core/a.js",
        "app/node_modules/@babel/runtime/helpers/a.js",
        &[],
    ),
    (
        "node-dev",
        "app/node_modules/@babel/preset-env/a.js",
        "app/node_modules/@babel/runtime-corejs3/a.js",
        &[],
    ),
    ("node-extras", "usr/lib/node_modules/npm/a.js", "usr/lib/node_modules/serve/a.js", &[]),
    ("node-extras", "usr/share/nodejs/npm/a.js", "usr/share/nodejs/semver/a.js", &[]),
    (
        "cargo-target",
        "src/target/x86_64-unknown-linux-musl/release/deps/app-1",
        "src/target/x86_64-unknown-linux-musl/release/app",
        &[],
    ),
    ("cargo-target", "src/target/release/build/a/out", "src/target/release/app", &[]),
    ("conda", "opt/miniforge3/pkgs/a/x.so", "opt/miniforge3/lib/x.so", &[]),
    ("conda", "opt/anaconda3/pkgs/a", "opt/anaconda3/envs/a", &[]),
    ("conda", "home/me/miniconda3/pkgs/a", "home/me/pkgs/a", &[]),
    ("bun", "root/.bun/install/cache/a/x.js", "root/.bun/install/global/node_modules/a/x.js", &[]),
    ("gem", "var/lib/gems/3.1.0/cache/rack.gem", "var/lib/gems/3.1.0/gems/rack/lib/rack.rb", &[]),
    (
        "gem-docs",
        "var/lib/gems/3.1.0/doc/rack/ri/a.ri",
        "var/lib/gems/3.1.0/specifications/rack.gemspec",
        &[],
    ),
    ("gem-docs", "usr/share/ri/3.1.0/system/a.ri", "usr/share/rice/a", &[]),
    ("scala", "root/.ivy2/cache/a.jar", "root/ivy2/a.jar", &[]),
    ("scala", "root/.sbt/boot/a.jar", "root/.sbtrc", &[]),
    ("scala", "root/.cache/coursier/v1/a.jar", "root/.local/share/coursier/bin/app", &[]),
    ("web-build-cache", "app/.angular/cache/17/a.pack", "app/dist/a.js", &[]),
    ("web-build-cache", "app/.parcel-cache/data.mdb", "app/parcel-cache/a", &[]),
    ("web-build-cache", "app/.turbo/cache/a.tar.zst", "app/.turbo/config.json", &[]),
    ("web-build-cache", "app/node_modules/.vite/deps/a.js", "app/node_modules/vite/a.js", &[]),
    ("swift-build", "app/.build/checkouts/nio/a.swift", "app/.build/release/app", &[]),
    (
        "swift-build",
        "app/.build/x86_64-linux/release/App.build/a.swiftdeps",
        "app/.build/x/release/App",
        &[],
    ),
    ("perl-build", "root/.cpanm/work/1/a", "root/perl5/lib/perl5/A.pm", &[]),
    ("perl-build", "root/.cpan/build/A-1/a", "root/.cpan/CPAN/MyConfig.pm", &[]),
    ("ccache", "root/.ccache/0/a", "root/.ccacherc", &[]),
    (
        "version-manager-downloads",
        "root/.nvm/.cache/bin/node.tar.xz",
        "root/.nvm/versions/node/v20/bin/node",
        &[],
    ),
    (
        "version-manager-downloads",
        "home/me/.pyenv/cache/Python.tgz",
        "home/me/.pyenv/versions/3.12/bin/python",
        &[],
    ),
    (
        "version-manager-downloads",
        "root/.rbenv/cache/ruby.tgz",
        "root/.rbenv/versions/3.3/bin/ruby",
        &[],
    ),
    ("package-downloads", "root/.opam/download-cache/md5/a", "root/.opam/default/bin/app", &[]),
    ("package-downloads", "root/.hex/packages/hexpm/a.tar", "root/.hex/hex.config", &[]),
    ("package-downloads", "root/.nimble/pkgcache/a", "root/.nimble/bin/app", &[]),
    ("dart-pub", "root/.pub-cache/hosted/pub.dev/a.dart", "root/.pub-cache/bin/app", &[]),
    ("texlive-backups", "opt/texlive/2023/tlpkg/backups/a.tar.xz", "opt/texlive/2023/bin/tex", &[]),
    ("haskell", "root/.stack/programs/ghc", "root/.cabal/bin/app", &[]),
    ("haskell", "home/me/.cabal/packages/a", "home/me/cabal/a", &[]),
    ("kotlin-native", "root/.konan/dependencies/llvm", "root/konan/a", &[]),
    (
        "headers",
        "usr/lib/x86_64-linux-gnu/libz.la",
        "usr/lib/x86_64-linux-gnu/ImageMagick-6.9.11/modules-Q16/coders/png.la",
        &[],
    ),
    ("headers", "opt/x/libx.a", "usr/lib/ldap/back_mdb.la", &[]),
    (
        "object-files",
        "src/main.o",
        "opt/datadog-agent/embedded/share/system-probe/ebpf/tracer.o",
        &[],
    ),
    ("object-files", "app/build/main.o", "var/lib/tetragon/bpf_execve_event.o", &[]),
    ("object-files", "app/x.o", "app/probe.bpf.o", &[]),
    (
        "unpacked-source",
        "usr/src/redis/a.c",
        "usr/src/app/a.c",
        &["usr/src/redis/configure", "usr/src/app/CMakeLists.txt"],
    ),
    (
        "jdk",
        "opt/jdk/lib/src.zip",
        "opt/jdk/lib/ct.sym",
        &["opt/jdk/include/jni.h", "opt/jdk/jni.h"],
    ),
    ("dotnet-sdk", "usr/lib64/dotnet/sdk/8/x.dll", "usr/lib64/dotnet/shared/8/x.dll", &[]),
    ("gcc", "usr/lib64/gcc/x86_64/13/cc1", "usr/lib64/gcclike/cc1", &[]),
    ("llvm", "usr/lib64/llvm17/lib/x.so", "usr/lib64/libx.so", &["usr/lib64/llvm17/bin/clang"]),
    ("archive-kept", "opt/app-1.2.tar.gz", "opt/spark/python/lib/pyspark.zip", &["opt/app/x"]),
    ("archive-kept", "root/x.deb", "root/nltk_data/corpora/wordnet.zip", &[]),
    ("archive-kept", "tmp/src.tar", "opt/keycloak/providers/theme.zip", &[]),
    ("archive-kept", "usr/src/php.tar.xz", "home/app/x.apk", &[]),
    ("debug", "app/lib.pdb", "data/1abc.pdb", &["app/lib.dll"]),
    ("pycache", "app/__pycache__/a.cpython-311.pyc", "app/sourceless.pyc", &["app/a.py"]),
    (
        "py3compile",
        "usr/lib/python3/dist-packages/a/__pycache__/m.cpython-311.pyc",
        "usr/lib/python3.11/site-packages/__pycache__/b.cpython-311.pyc",
        &[
            "usr/bin/py3compile",
            "usr/lib/python3/dist-packages/a/m.py",
            "usr/lib/python3.11/site-packages/b.py",
        ],
    ),
    ("pycache", "app/b.pyc", "app/lib/__pycache__/c.cpython-311.pyc", &["app/b.py"]),
];

#[test]
fn every_rule_takes_what_it_means_and_leaves_what_runs() {
    let rules = layerscope::advice::findings::Rules::built_in();
    for &(rule, taken, left, beside) in PATHS {
        let size = rules
            .iter()
            .find(|known| known.id == rule)
            .map(|rule| usize::try_from(rule.minimum).unwrap() + 1);
        let size = size.unwrap_or_else(|| panic!("there is a rule {rule}"));
        let entries = [taken, left].into_iter().map(|path| file(path, size));
        let beside = beside.iter().map(|path| file(path, 1));
        let (inspection, study) = found(vec![
            step("ADD rootfs.tar /", [file("bin/x", 1)]),
            step("RUN x", entries.chain(beside)),
        ]);
        let inodes: Vec<_> =
            of_rule(&study, rule).into_iter().flat_map(|finding| finding.inodes.clone()).collect();
        let inode = |path: &str| {
            inspection.tree.last(inspection.tree.find(path.as_bytes()).unwrap()).unwrap()
        };
        assert!(inodes.contains(&inode(taken)), "{rule} takes {taken}");
        assert!(!inodes.contains(&inode(left)), "{rule} leaves {left}");
        let sure = study
            .findings
            .iter()
            .filter(|finding| finding.level == layerscope::advice::findings::Level::Leftovers);
        let junk: Vec<_> = sure.flat_map(|finding| finding.inodes.clone()).collect();
        assert!(!junk.contains(&inode(left)), "no rule takes {left} for junk");
        assert!(
            !study
                .ladder
                .iter()
                .any(|possible_size| possible_size.step.id() == "without-leftovers"
                    && possible_size.size < size as u64),
            "{left}"
        );
    }
}

#[test]
fn the_rules_that_were_changed_say_where_that_is_documented() {
    let rules = layerscope::advice::findings::Rules::built_in();
    for id in PATHS.iter().map(|(rule, ..)| *rule) {
        let rule = rules
            .iter()
            .find(|rule| rule.id == id)
            .unwrap_or_else(|| panic!("there is a rule {id}"));
        let written_anew = [
            "bun",
            "gem-docs",
            "scala",
            "haskell",
            "kotlin-native",
            "caches",
            "object-files",
            "debug",
            "pycache",
        ];
        assert!(!rule.sources.is_empty() || !written_anew.contains(&id), "{id}");
    }
}
