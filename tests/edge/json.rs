//! Manifests and configurations, as Go's `encoding/json` and with it every engine reads them; and
//! where engines give up, as much of them as can be read.

use super::claim::{Shown, bytes};
use crate::support::build::{Entry, Image, file, gone, layer, member, tar};

fn image() -> Image {
    Image::of([layer([file("sh", 1000), file("old", 300)]), layer([file("app", 700), gone("old")])])
}

/// An archive with the texts of its configuration and its manifest changed.
fn changed(config: impl Fn(String) -> Vec<u8>, manifest: impl Fn(String) -> Vec<u8>) -> Shown {
    let members = image().docker().into_iter().map(|entry: Entry| {
        let text = || String::from_utf8(entry.contents().to_vec()).unwrap();
        match entry.name() {
            b"config.json" => member("config.json", config(text())),
            b"manifest.json" => member("manifest.json", manifest(text())),
            _ => entry,
        }
    });
    bytes("json", tar(members))
}

fn with_config(config: impl Fn(String) -> String) -> Shown {
    changed(|text| config(text).into(), String::into_bytes)
}

/// The layers and the tree are those of the image, whatever stands in its configuration.
fn has_its_layers(shown: &Shown) -> &Shown {
    shown
        .ship([1300, 700])
        .visible([1000, 700])
        .wasted(["old 300: 0 to 1, deleted"])
        .tree(["app 700", "sh 1000"])
}

fn is_the_image(shown: &Shown) {
    has_its_layers(shown).steps(["step 0", "step 1"]);
    assert_eq!(shown.inspection.platform, Some("linux/amd64".into()));
    assert_eq!(shown.inspection.tags, ["built:latest"]);
}

#[test]
fn keys_of_the_manifest_may_be_written_in_any_case() {
    for (config, tags, layers) in [
        ("config", "repoTags", "layers"),
        ("CONFIG", "REPOTAGS", "LAYERS"),
        ("config", "repotags", "Layers"),
        ("cOnFiG", "RepoTags", "lAyErS"),
        ("Config", "RepoTagſ", "Layerſ"),
    ] {
        let rename = |text: String| {
            let text = text
                .replace("\"Config\"", &format!("\"{config}\""))
                .replace("\"Layers\"", &format!("\"{layers}\""));
            text.replace("\"RepoTags\"", &format!("\"{tags}\"")).into_bytes()
        };
        let shown = changed(String::into_bytes, rename);
        is_the_image(shown.quiet());
    }
}

#[test]
fn keys_of_the_config_may_be_written_in_any_case() {
    for (from, to) in [
        ("\"rootfs\"", "\"RootFS\""),
        ("\"diff_ids\"", "\"DIFF_IDS\""),
        ("\"created_by\"", "\"Created_By\""),
        ("\"history\"", "\"History\""),
        ("\"architecture\"", "\"ARCHITECTURE\""),
        ("\"os\"", "\"OS\""),
    ] {
        let shown = with_config(|text| text.replace(from, to));
        is_the_image(shown.quiet());
        assert!(shown.inspection.layers.iter().all(|layer| layer.diff_id.is_some()), "{to}");
    }
}

#[test]
fn of_equal_keys_the_last_counts() {
    for (first, key) in [
        (r#""history":[{"created_by":"another"}],"#, "history"),
        (r#""os":"plan9","#, "os"),
        (r#""Architecture":"mips","#, "another case"),
        (r#""rootfs":{"type":"layers","diff_ids":["sha256:00"]},"#, "rootfs"),
        (r#""os":7,"os":null,"#, "null and a number"),
    ] {
        let shown = with_config(|text| text.replacen('{', &format!("{{{first}"), 1));
        is_the_image(&shown);
        let said: Vec<_> = shown.inspection.warnings.iter().map(ToString::to_string).collect();
        let is_said = |text: &String| text.contains(" is there 2 times; the last one counts");
        assert!(!said.is_empty() && said.iter().all(is_said), "{key}: {said:?}");
    }
    let twice = |text: String| {
        text.replacen("\"Config\"", "\"RepoTags\":[\"x:1\"],\"Layers\":[],\"Config\"", 1)
    };
    let shown = changed(String::into_bytes, |text| twice(text).into());
    is_the_image(&shown);
    assert_eq!(
        shown.inspection.warnings.len(),
        2,
        "RepoTags and Layers: {:?}",
        shown.inspection.warnings
    );
}

#[test]
fn what_is_no_text_costs_a_character_and_nothing_else() {
    for (bytes, expected) in [
        (&b"caf\xe9 0"[..], "caf\u{fffd} 0"),
        (b"\xff\xfe", "\u{fffd}\u{fffd}"),
        (br"\ud800 x", "\u{fffd} x"),
        (br"x \udc00", "x \u{fffd}"),
        (br"\ud83d\ude00", "\u{1f600}"),
        (b"a\xe2\x82", "a\u{fffd}\u{fffd}"),
    ] {
        let put = |text: String| {
            let at = text.find("step 0").unwrap();
            [&text.as_bytes()[..at], bytes, &text.as_bytes()[at + 6..]].concat()
        };
        let shown = changed(put, String::into_bytes);
        let shown = has_its_layers(&shown).steps([expected, "step 1"]);
        if std::str::from_utf8(bytes).is_ok() {
            shown.quiet();
        } else {
            shown.warns("it has bytes that are not UTF-8");
        }
        assert_eq!(shown.inspection.platform, Some("linux/amd64".into()));
    }
}

#[test]
fn a_doubtful_field_is_lost_alone_and_named() {
    for (from, to, words) in [
        (r#""os":"linux""#, r#""os":7"#, "os is a number"),
        (r#""history":["#, r#""docker_version":1,"created":[],"history":["#, "created is a list"),
        (r#""os":"linux""#, r#""os":"linux","author":1"#, "author is a number"),
        (r#"{"created_by":"step 0"}"#, r#""step 0""#, "history[0] is text"),
        (
            r#""created_by":"step 0""#,
            r#""created_by":{"a":1}"#,
            "history[0].created_by is an object",
        ),
        (r#""os":"linux""#, r#""os":"linux","config":"none""#, "config is text"),
        (
            r#""os":"linux""#,
            r#""os":"linux","config":{"Labels":{"a":1,"b":"x"}}"#,
            r#"config.Labels["a"] is a number"#,
        ),
        (
            r#""os":"linux""#,
            r#""os":"linux","config":{"Env":["A=1",2]}"#,
            "config.Env[1] is a number",
        ),
        (r#""os":"linux""#, r#""os":"linux","config":{"User":0}"#, "config.User is a number"),
        (r#""type":"layers""#, r#""type":1,"diff_ids":7"#, ""),
    ] {
        let shown = with_config(|text| {
            assert!(text.contains(from), "{text}");
            text.replacen(from, to, 1)
        });
        has_its_layers(&shown);
        assert_eq!(shown.inspection.layers[1].instruction.text, "step 1", "{to}");
        assert!(
            words.is_empty() || shown.warns(words).inspection.warnings.len() == 1,
            "{:?}",
            shown.inspection.warnings
        );
    }
    let shown = with_config(|text| {
        text.replacen(r#""os":"linux""#, r#""os":"linux","config":{"Labels":{"a":1,"b":"x"}}"#, 1)
    });
    assert_eq!(shown.inspection.run.labels.texts().collect::<Vec<_>>(), ["b=x"]);
}

#[test]
fn a_command_may_be_text_as_docker_takes_it() {
    let shown = with_config(|text| {
        text.replacen(r#""os""#, r#""config":{"Cmd":"/app","Entrypoint":["/init"]},"os""#, 1)
    });
    is_the_image(shown.quiet());
    assert_eq!(
        (&shown.inspection.run.command[..], &shown.inspection.run.entrypoint[..]),
        (&["/app".into()][..], &["/init".into()][..])
    );
}

#[test]
fn text_where_the_manifest_should_have_a_list_is_meant_as_one() {
    let shown = changed(String::into_bytes, |text| {
        text.replace(r#"["built:latest"]"#, r#""built:latest""#).into()
    });
    is_the_image(shown.warns("RepoTags is text instead of a list; it is read as a list of one"));
}

#[test]
fn what_follows_the_json_text_is_ignored_with_a_warning() {
    let shown = changed(|text| format!("{text}\n{{}}").into(), String::into_bytes);
    is_the_image(shown.warns("there is more text after the JSON"));
}
