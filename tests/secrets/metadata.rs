//! Texts beside the layers: annotations, the author, comments. They are as public as labels.

use serde_json::json;

use super::{GITHUB, image, text};
use crate::support::build::{Image, Layout, open, tar};

fn plain() -> Image {
    image([("COPY . / # buildkit", vec![text("app/a.txt", "hello\n")])])
}

/// The places of secrets in an archive.
fn places(archive: Vec<u8>) -> Vec<String> {
    let opened = open(archive).unwrap();
    let progress = std::sync::Arc::default();
    let inspection = layerscope::inspect(&opened, &layerscope::Progress::default()).unwrap();
    let contents = layerscope::files::contents::LayerContents::new(&opened);
    let found =
        layerscope::advice::secrets::Secrets::search(&inspection, &contents, &progress).unwrap();
    found.list.iter().map(|secret| secret.whereabouts(&inspection).to_string()).collect()
}

/// A change to an image.
type ImageChange<'a> = &'a dyn Fn(&mut Image);

#[test]
fn what_is_written_beside_the_layers_is_searched_like_labels() {
    let author = |image: &mut Image| image.config["author"] = json!(format!("ci {GITHUB}"));
    let comment = |image: &mut Image| {
        image.config["history"][0]["comment"] = json!(format!("cloned with {GITHUB}"));
    };
    let environment = |image: &mut Image| {
        image.config["container_config"] = json!({ "Env": [format!("GH_TOKEN={GITHUB}")] });
    };
    let user = |image: &mut Image| image.config["config"] = json!({ "User": GITHUB });
    let directory =
        |image: &mut Image| image.config["config"] = json!({ "WorkingDir": format!("/{GITHUB}") });
    let shell =
        |image: &mut Image| image.config["config"] = json!({ "Shell": ["sh", "-c", GITHUB] });
    let cases: [(&str, ImageChange<'_>); 6] = [
        ("author", &author),
        ("comment", &comment),
        ("container_config", &environment),
        ("USER", &user),
        ("WORKDIR", &directory),
        ("SHELL", &shell),
    ];
    for (word, change) in cases {
        let mut image = plain();
        change(&mut image);
        let places = places(tar(image.docker()));
        assert_eq!(places.len(), 1, "{word}: {places:?}");
        assert!(places[0].contains(word), "{word}: {places:?}");
    }
}

#[test]
fn annotations_of_a_manifest_and_of_its_descriptor_are_searched() {
    let mut annotated = plain();
    annotated.annotations = json!({ "org.acme.note": format!("cloned with {GITHUB}") });
    let mut layout = Layout::default();
    let descriptor = layout.image(&annotated);
    assert_eq!(places(tar(layout.members([descriptor]))), ["an annotation"]);
    let mut layout = Layout::default();
    let mut descriptor = layout.image(&plain());
    descriptor["annotations"]["org.acme.note"] = json!(GITHUB);
    assert_eq!(places(tar(layout.members([descriptor]))), ["an annotation"]);
    let mut layout = Layout::default();
    let descriptor = layout.image(&plain());
    assert_eq!(places(tar(layout.members([descriptor]))), [""; 0]);
}
