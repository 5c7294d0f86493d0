//! The secret that was deleted.

use layerscope::LayerIndex;
use layerscope::files::contents::{Contents, LayerContents};

use crate::embedded::shown::Shown;

/// The secrets of an image: kind, place, the layer that has it and the one that deleted it.
fn secrets(image: &Shown) -> Vec<(String, String, Option<LayerIndex>, Option<LayerIndex>)> {
    let secrets = image.study.secrets.as_ref().expect("they were searched");
    let facts = secrets.list.iter().map(|secret| {
        let place = secret.whereabouts(&image.inspection).to_string();
        (secret.kind.id.clone(), place, secret.added_in, secret.removed_in)
    });
    facts.collect()
}

#[test]
fn the_layer_below_still_has_what_a_later_run_deleted() {
    let image = Shown::of("secret-deleted");
    let place = "/root/.netrc, line 3".to_owned();
    assert_eq!(secrets(&image), [("netrc".into(), place, Some(1.into()), Some(3.into()))]);
    let tree = &image.inspection.tree;
    let node = tree.find(b"/root/.netrc").unwrap();
    assert!(tree.last(node).is_none(), "no container sees it");
    let contents = LayerContents::new(&image.opened);
    let version = tree.at(node, 1.into()).expect("layer 1 has it");
    let file = contents.open(tree, version, &std::sync::Arc::default()).unwrap();
    let mut bytes = vec![0; usize::try_from(file.len()).unwrap()];
    assert_eq!(file.read_at(&mut bytes, 0).unwrap(), bytes.len());
    assert!(String::from_utf8(bytes).unwrap().contains("password f4lc0n-42-nest-egg"));
}

#[test]
fn a_mounted_login_is_in_no_layer() {
    let image = Shown::of("secret-mounted");
    assert_eq!(secrets(&image), []);
    assert!(image.inspection.tree.find(b"/root/.netrc").is_none());
}

#[test]
fn no_other_built_in_image_has_a_secret() {
    for name in layerscope::image::builtin::names().filter(|name| *name != "secret-deleted") {
        assert_eq!(secrets(&Shown::of(name)), [], "{name}");
    }
}
