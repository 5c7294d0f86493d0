//! The archive around the layers: names, order, members that have nothing to do with the image.

use serde_json::json;

use super::claim::{Shown, archive, bytes, error};
use crate::support::build::{Entry, Image, NAME, dir, entries, file, layer, member, symlink, tar};

fn image() -> Image {
    Image::of([layer([file("f", 1000), file("g", 30)]), layer([file("f", 5000)])])
}

/// Whatever the archive is like, the image in it is the same, and all engines take it.
fn is_the_image(shown: &Shown) {
    is_the_image_where_engines_differ(shown).quiet();
}

fn is_the_image_where_engines_differ(shown: &Shown) -> &Shown {
    shown
        .ship([1030, 5000])
        .visible([30, 5000])
        .wasted(["f 1000: 0 to 1, overwritten"])
        .tree(["f 5000", "g 30"])
        .steps(["step 0", "step 1"])
}

fn renamed(members: Vec<Entry>, name: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Entry> {
    members.into_iter().map(|member| member.clone().named(name(member.name()))).collect()
}

#[test]
fn an_archive_may_lack_its_end() {
    is_the_image(&bytes("outer-no-eof", entries(image().docker())));
}

#[test]
fn a_manifest_that_is_not_json_is_an_error_that_names_it() {
    let mut members = image().docker();
    members.pop();
    members.push(member("manifest.json", "[{\"Config\": \"config.json\", \"Layers\": ["));
    let error = error("outer-manifest-broken", tar(members));
    assert!(
        error.starts_with(&format!("{NAME}: manifest.json cannot be understood: the text ends")),
        "{error}"
    );
}

#[test]
fn a_file_without_bytes_is_an_error_that_says_so() {
    assert_eq!(error("outer-empty-file", Vec::new()), format!("{NAME} is empty"));
}

#[test]
fn members_may_have_a_slash_in_front() {
    let members = renamed(image().docker(), |name| [b"/", name].concat());
    is_the_image_where_engines_differ(&archive("outer-absolute", members))
        .warns("runtimes disagree: the names in the archive start with a slash");
}

#[test]
fn names_of_layers_may_be_longer_than_a_header_holds() {
    let long = |name: &str| [&"layers/".repeat(20), name].concat();
    let manifest =
        json!([{ "Config": "config.json", "Layers": [long("0.tar"), long("1.tar")] }]).to_string();
    let [config, below, above, _] = <[Entry; 4]>::try_from(image().docker()).ok().unwrap();
    let (below, above) = (below.named(long("0.tar")), above.named(long("1.tar")));
    let members = [config, below.clone(), above.clone(), member("manifest.json", manifest)];
    is_the_image(&archive("outer-long-names", members.to_vec()));
    let [config, _, _, manifest] = members;
    is_the_image(&archive(
        "outer-long-names-gnu",
        vec![config, below.gnu(), above.gnu(), manifest],
    ));
}

#[test]
fn files_that_have_nothing_to_do_with_the_image_are_ignored() {
    let strangers = vec![
        dir("__MACOSX"),
        file("__MACOSX/._manifest.json", 120),
        file(".DS_Store", 6148),
        member("README", "An image."),
        member("other.json", "{\"not\": \"a config\"}"),
        member("other.tar", tar([file("stranger", 9)])),
        symlink("dangling", "nowhere"),
    ];
    is_the_image(&archive(
        "outer-extra-files",
        [strangers.clone(), image().docker(), strangers].concat(),
    ));
}
