//! Archives that state what is not so: sizes, links, nesting.

use layerscope::Warning;
use serde_json::json;
use tar::Header;

use super::{outcome, within};
use crate::support::build::{
    Entry, Image, Layer, Layout, NAME, entries, file, layer, member, other, symlink, tar,
};

/// A docker archive of one layer, with its manifest replaced.
fn with_manifest(manifest: impl Into<Vec<u8>>) -> Vec<u8> {
    let mut members = Image::of([layer([file("f", 10)])]).docker();
    members.pop();
    members.push(member("manifest.json", manifest));
    tar(members)
}

/// The error of an archive that cannot be shown.
fn error(archive: Vec<u8>) -> String {
    within(20, || outcome(archive).unwrap_err().to_string())
}

/// The warnings of an archive that can be shown in part.
fn warnings(archive: Vec<u8>) -> String {
    let warned = within(20, || outcome(archive).unwrap().warnings);
    joined(&warned)
}

fn joined(warnings: &[Warning]) -> String {
    warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// What is said of an archive, be it an error or warnings.
fn answer(archive: Vec<u8>) -> String {
    within(20, || match outcome(archive) {
        Ok(found) => joined(&found.warnings),
        Err(error) => error.to_string(),
    })
}

fn image_of(tars: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    tar(Image::of(tars.into_iter().map(Layer::of_tar)).docker())
}

#[test]
fn a_manifest_of_a_hundred_megabytes_is_not_read() {
    let text = error(with_manifest(vec![b'['; 100_000_000]));
    assert!(
        text.contains("manifest.json has 100,000,000 bytes") && text.contains("limit"),
        "{text}"
    );
}

#[test]
fn json_that_is_nested_a_million_deep_is_an_error_and_not_a_crash() {
    let deep = "[".repeat(1_000_000);
    assert!(error(with_manifest(deep.clone())).contains("manifest.json cannot be understood"));
    assert!(
        error(with_manifest("[{\"a\":".repeat(200_000)))
            .contains("manifest.json cannot be understood")
    );
    let index = [member("index.json", format!("{{\"manifests\": {deep}"))];
    assert!(error(tar(index)).contains("index.json cannot be understood"));
}

#[test]
fn a_config_may_be_nested_a_million_deep_where_nobody_looks() {
    let mut members = Image::of([layer([file("f", 10)])]).docker();
    let (open, close) = ("[".repeat(1_000_000), "]".repeat(1_000_000));
    members[0] = member(
        "config.json",
        format!(
            r#"{{"other": {open}{close}, "history": [{{"created_by": "x"}}], "rootfs": {{"diff_ids": ["sha256:0"]}}}}"#
        ),
    );
    assert_eq!(warnings(tar(members.clone())), "");
    members[0] = member("config.json", format!(r#"{{"history": {open}{close}}}"#));
    assert!(warnings(tar(members)).contains("config.json"));
}

/// An entry whose header states a size in base 256.
fn stating(flag: u8, write: fn(&mut Header)) -> Entry {
    other(flag, "huge").holding("1").tweak(write)
}

fn two_to_the_63(header: &mut Header) {
    header.as_old_mut().size = [0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0];
}

fn two_to_the_62(header: &mut Header) {
    header.as_old_mut().size = [0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0];
}

#[test]
fn an_extended_header_of_two_to_the_63_bytes_ends_the_layer() {
    for (write, why) in [
        (two_to_the_63 as fn(&mut Header), "size is not a number"),
        (two_to_the_62, "over the limit"),
    ] {
        for flag in [b'x', b'g', b'L', b'K'] {
            let layer =
                [entries([file("before", 10)]), tar([stating(flag, write), file("f", 1)])].concat();
            let text = warnings(image_of([layer]));
            assert!(text.contains(why), "{}: {text}", char::from(flag));
            assert!(!answer(tar([stating(flag, write)])).is_empty());
        }
    }
}

#[test]
fn a_file_that_is_stated_larger_than_the_archive_is_cut_off() {
    let max = i64::MAX.to_string();
    for entry in [
        stating(b'0', two_to_the_62),
        file("huge", 1).pax("size", &max),
        stating(b'Z', two_to_the_62),
    ] {
        let text = warnings(image_of([tar([file("before", 10), entry.clone()])]));
        assert!(text.contains("bytes of huge missing"), "{text}");
        assert!(!answer(tar([entry])).is_empty());
    }
    assert!(
        warnings(image_of([tar([file("huge", 1).pax("size", "9223372036854775808")])]))
            .contains("not a number")
    );
    assert!(
        warnings(image_of([tar([file("huge", 1).pax("size", "-1")])])).contains("not a number")
    );
}

#[test]
fn sizes_that_add_up_to_more_than_a_number_holds_are_no_panic() {
    let max = i64::MAX.to_string();
    let sparse = |name| {
        let header = file(name, 0).pax("GNU.sparse.major", "1").pax("GNU.sparse.minor", "0");
        header.pax("GNU.sparse.realsize", &max)
    };
    within(10, {
        let archive = image_of([tar([sparse("a"), sparse("b"), sparse("c"), sparse("d")])]);
        || drop(outcome(archive))
    });
    within(10, {
        let cut = || tar([file("huge", 1).pax("size", &max)]);
        let archive = image_of([cut(), cut(), cut()]);
        || drop(outcome(archive))
    });
}

#[test]
fn a_member_that_is_a_link_to_itself_is_not_there() {
    let mut members = Image::of([layer([file("f", 10)]), layer([file("g", 20)])]).docker();
    members[1] = symlink("0.tar", "0.tar");
    let text = warnings(tar(members.clone()));
    assert!(text.contains("layer 0: its file 0.tar is not in the archive"), "{text}");
    members[1] = symlink("0.tar", "x");
    members.push(symlink("x", "./0.tar"));
    assert!(warnings(tar(members.clone())).contains("its file 0.tar is not in the archive"));
    members[3] = symlink("manifest.json", "manifest.json");
    assert!(!answer(tar(members)).is_empty());
}

#[test]
fn links_that_lead_in_circles_end_somewhere() {
    let circle = vec![symlink("a", "b"), symlink("b", "a/a/a"), file("a/f", 10), file("b/g/h", 20)];
    let below = vec![symlink("c", "c/c"), other(b'1', "d").to("c/c/c")];
    let found = within(20, || outcome(image_of([tar(circle), tar(below)])).unwrap().totals);
    assert_eq!((found.size, found.visible), (30, 30));
}

#[test]
fn an_index_that_lists_itself_is_an_error() {
    let digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let again = json!({ "mediaType": "application/vnd.oci.image.index.v1+json", "digest": digest, "size": 1 });
    for times in [1, 2, 100, 20_000] {
        let index =
            json!({ "schemaVersion": 2, "manifests": vec![again.clone(); times] }).to_string();
        let mut members = Layout::default().members([again.clone()]);
        members.push(member(&format!("blobs/{}", digest.replace(':', "/")), index));
        assert!(error(tar(members)).contains(NAME));
    }
}

#[test]
fn an_image_may_list_one_layer_a_thousand_times_but_not_a_hundred_thousand_times() {
    let list = |times| {
        let names = vec!["0.tar"; times];
        with_manifest(
            json!([{ "Config": "config.json", "RepoTags": null, "Layers": names }]).to_string(),
        )
    };
    let found = within(20, move || outcome(list(1000)).unwrap().totals);
    assert_eq!((found.size, found.visible), (10_000, 10));
    assert!(error(list(100_000)).contains("too many layers"));
}
