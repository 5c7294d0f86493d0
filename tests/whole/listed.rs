//! The list of images says what is missing from each, as a report does.

use serde_json::Value;

use super::*;
use crate::support::build::member;

fn is_of_schema(list: &Value) {
    let schema: Value =
        serde_json::from_str(include_str!("../../assets/images.schema.json")).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("images.json", schema).unwrap();
    let index = compiler.compile("images.json", &mut schemas).unwrap();
    schemas.validate(list, index).unwrap_or_else(|error| panic!("{error:#}"));
}

#[test]
fn an_absent_layer_makes_the_size_a_lower_bound_and_the_exit_code_2() {
    let directory = tempfile::tempdir().unwrap();
    let part = written(directory.path(), "part.tar", &without(&layer_name()));
    let (code, text, error) = run(&["images", &part]);
    assert_eq!(code, Some(2), "{text}{error}");
    assert!(text.contains("≥ ") && text.contains("(incomplete: absent)"), "{text}");
    assert!(error.contains("layer 0: ") && error.contains("not in the archive"), "{error}");
    assert!(error.contains("hint: if this is intended: --accept absent"), "{error}");
    let (code, text, _) = run(&["images", "--format", "json", &part]);
    let list = json(&text);
    is_of_schema(&list);
    assert_eq!(code, Some(2));
    let completeness = &list["images"][0]["completeness"];
    assert_eq!(
        (&completeness["whole"], &completeness["sizes_exact"]),
        (&false.into(), &false.into()),
        "{text}"
    );
    assert_eq!(
        (&completeness["gaps"][0]["layer"], &completeness["gaps"][0]["gap"]),
        (&0.into(), &"absent".into())
    );
    assert_eq!(run(&["images", &part, "--accept", "absent"]).0, Some(0));
}

#[test]
fn a_whole_archive_is_listed_as_whole() {
    let directory = tempfile::tempdir().unwrap();
    let whole = written(directory.path(), "whole.tar", &tar(image().docker()));
    let (code, text, error) = run(&["images", &whole]);
    assert!(
        code == Some(0) && !text.contains('≥') && !text.contains("incomplete") && error.is_empty(),
        "{text}{error}"
    );
    let list = json(&run(&["images", "--format", "json", &whole]).1);
    is_of_schema(&list);
    assert_eq!(list["images"][0]["completeness"]["whole"], true);
}

#[test]
fn each_image_of_several_has_its_own_gaps() {
    let directory = tempfile::tempdir().unwrap();
    let table = r#"[{"Config": "config.json", "RepoTags": ["a:1"], "Layers": ["0.tar", "1.tar"]},
        {"Config": "config.json", "RepoTags": ["b:1"], "Layers": ["0.tar", "gone.tar"]}]"#;
    let members = image().docker().into_iter().filter(|entry| entry.name() != b"manifest.json");
    let archive = tar(members.chain([member("manifest.json", table)]));
    let path = written(directory.path(), "two.tar", &archive);
    let (code, text, error) = run(&["images", &path]);
    let lines: Vec<_> = text.lines().collect();
    assert!(!lines[0].contains('≥') && lines[1].contains("≥"), "{text}");
    assert!(
        code == Some(2)
            && error.contains("warning: b:1: layer 1: ")
            && !error.contains("a:1: layer"),
        "{error}"
    );
    let (code, ..) = run(&["report", &path, "--image", "a:1"]);
    assert_eq!(code, Some(0), "only the image that is meant counts");
}
