//! Every file of the corpus, dead ones too, is what a plain walk over its layer finds.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use layerscope::Opened;
use layerscope::archive::Extent;
use layerscope::files::contents::Contents;

use super::layouts::{Subject, whole};
use crate::support::corpus;

/// The layer decoded whole, by the decoders that the reader does not use.
fn decoded(opened: &Opened, layer: usize) -> Option<Vec<u8>> {
    let member = opened.image.layers[layer].member.as_ref()?;
    let mut stored = vec![0; usize::try_from(member.extent.len).unwrap()];
    let Extent { offset, .. } = member.extent;
    let mut done = 0;
    while done < stored.len() {
        match member.source.read_at(&mut stored[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(n) => done += n,
            // The archive is compressed as a whole: the layers have gone by.
            Err(_) => return None,
        }
    }
    let mut tar = Vec::new();
    match stored[..] {
        [0x1f, 0x8b, ..] => {
            drop(flate2::read::MultiGzDecoder::new(&stored[..]).read_to_end(&mut tar));
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [_, 0x2a, 0x4d, 0x18, ..] => {
            drop(zstd::stream::read::Decoder::new(&stored[..]).unwrap().read_to_end(&mut tar));
        }
        _ => tar = stored,
    }
    Some(tar)
}

/// The contents of the regular files of a tar, by where they lie, up to the first fault.
fn contents_of(tar: &[u8]) -> HashMap<u64, Vec<u8>> {
    let mut files = HashMap::new();
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().unwrap() {
        let Ok(mut entry) = entry else { break };
        let mut bytes = Vec::new();
        let plain = matches!(
            entry.header().entry_type(),
            tar::EntryType::Regular | tar::EntryType::GNUSparse
        );
        if plain && entry.read_to_end(&mut bytes).is_ok() {
            files.insert(entry.raw_file_position(), bytes);
        }
    }
    files
}

#[test]
fn every_file_of_the_corpus_is_what_a_plain_walk_finds() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: the corpus is not at ../shared/corpus");
        return;
    };
    let mut compared = 0;
    for directory in ["small", "edge"] {
        for archive in std::fs::read_dir(corpus.join(directory)).unwrap() {
            let path = archive.unwrap().path();
            let Ok(opened) = layerscope::open(&path, None) else { continue };
            let subject = Subject::of(&opened);
            let tree = &subject.inspection.tree;
            let mut layers = HashMap::new();
            for inode in tree.inodes().filter(|&inode| tree.size(inode) > 0) {
                let layer = tree.added_in(inode);
                let files = layers.entry(layer).or_insert_with(|| {
                    decoded(&opened, layer.get()).map_or_else(HashMap::new, |tar| contents_of(&tar))
                });
                let Some(expected) = files.get(&tree.data_offset(inode)) else { continue };
                if expected.len() as u64 != tree.size(inode) {
                    // The `tar` crate reads some headers differently from the engines.
                    continue;
                }
                let source = subject.contents.open(tree, inode, &Arc::default()).unwrap();
                let file = String::from_utf8_lossy(&tree.path(tree.node_of(inode))).into_owned();
                assert!(whole(&source) == *expected, "{} {file}", path.display());
                compared += 1;
            }
        }
    }
    eprintln!("{compared} files are the same");
    assert!(compared > 2_000, "only {compared} files were compared");
}
