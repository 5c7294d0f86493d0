//! For random stacks of layers, the tree and the numbers are those of a plain map.

pub mod map;
pub mod merge;
pub mod paths;
pub mod stack;

use std::collections::BTreeMap;

use crate::model::merge::between;
use crate::model::stack::{archive, stacks};
use crate::support::build;
use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::tree::{History, Kind, NodeId, Reason, Sizes, Snapshot, Tree, VersionId};
use map::{Model, What};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// Cases that are tried, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 500;

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(CASES),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_stack_of_layers_costs_and_shows_what_a_plain_map_says(stack in stacks()) {
        let inspection = build::inspect(archive(&stack)).unwrap();
        let mut model = Model::default();
        for (n, items) in stack.iter().enumerate() {
            model.apply(items);
            the_tree_as_of_a_layer_is_that_of_the_layers_up_to_it(&inspection, n, &model)?;
        }
        the_final_tree_is_that_of_the_map(&inspection, &model)?;
        every_inode_lives_or_dies_as_in_the_map(&inspection, &model)?;
        shipped_is_live_and_dead(&inspection, &model)?;
    }

    #[test]
    fn the_past_of_an_image_is_an_image_of_fewer_layers(stack in stacks()) {
        let whole = build::inspect(archive(&stack)).unwrap();
        for n in 0..stack.len() {
            let part = build::inspect(archive(&stack[..=n])).unwrap();
            same_paths(&everything_at(&whole.tree, n), &everything_at(&part.tree, n), &format!("as of layer {n}"))?;
            let (root, totals) = (0, whole.tree.totals(LayerIndex::new(n)));
            prop_assert_eq!(totals[root].visible, part.totals.visible);
            prop_assert_eq!(totals[root].wasted, part.totals.wasted());
        }
    }

    #[test]
    fn moving_from_layer_to_layer_comes_to_the_same_sums_as_starting_there(
        stack in stacks(),
        jumps in proptest::collection::vec(any::<proptest::sample::Index>(), 1..12),
        is_large in any::<bool>(),
    ) {
        let tree = build::inspect(archive(&stack)).unwrap().tree;
        // A large tree is moved in other ways.
        let mut moment = match is_large {
            true => Snapshot::with_small(&tree, LayerIndex::FINAL, 0),
            false => Snapshot::new(&tree, LayerIndex::FINAL),
        };
        for jump in jumps {
            let layer = LayerIndex::new(jump.index(stack.len()));
            moment.move_to(&tree, layer);
            prop_assert_eq!(moment.up_to(), tree.totals(layer), "up to layer {}", layer);
            prop_assert_eq!(moment.own(), tree.layer_totals(layer), "of layer {}", layer);
            prop_assert_eq!(moment.changes(), tree.changes(layer), "changes of layer {}", layer);
            prop_assert_eq!(moment.up_to()[0].items, u32::try_from(everything_at(&tree, layer.get()).len()).unwrap() - 1);
        }
    }

    #[test]
    fn what_paths_hold_in_the_course_of_the_layers_is_what_the_tree_as_of_each_says(
        stack in stacks(),
        which in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let tree = build::inspect(archive(&stack)).unwrap().tree;
        let all = std::iter::once(NodeId::ROOT).chain(tree.all_nodes());
        let paths: Vec<_> = all.zip(which.into_iter().cycle()).filter(|(_, chosen)| *chosen).map(|(node, _)| node).collect();
        let course = History::collect(&tree, &paths);
        for layer in LayerIndex::all(stack.len()) {
            let totals = tree.totals(layer);
            for (i, path) in paths.iter().enumerate() {
                let expected = Sizes { visible: totals[path.index()].visible, wasted: totals[path.index()].wasted };
                let name = text(tree.path(*path));
                prop_assert_eq!(course.held(i, layer), expected, "{} as of layer {}", name, layer);
            }
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn merged_layers_ship_what_one_layer_with_their_outcome_ships(
        stack in stacks(), first in 0usize..6, more in 0usize..6
    ) {
        let first = first.min(stack.len() - 1);
        let last = (first + more).min(stack.len() - 1);
        let (mut before, mut after) = (Model::default(), Model::default());
        stack[..first].iter().for_each(|items| before.apply(items));
        stack[..=last].iter().for_each(|items| after.apply(items));
        let Some(merged) = between(&before, &after) else { return Ok(()) };
        let rest: Vec<_> = [&stack[..first], &[merged], &stack[last + 1..]].concat();

        let whole = build::inspect(archive(&stack)).unwrap();
        let built = build::inspect(archive(&rest)).unwrap();
        prop_assume!(built.totals.visible == whole.totals.visible);
        let merge = Change::Merge { first: LayerIndex::new(first), last: LayerIndex::new(last) };
        let outcome = what_if(&whole, &[merge]);
        prop_assert_eq!(outcome.size, built.totals.size, "{:?} as one is {:?}", &stack[first..=last], rest[first]);
        prop_assert_eq!(outcome.wasted, built.totals.wasted());
        prop_assert_eq!(outcome.layers.iter().sum::<u64>(), outcome.size);
        prop_assert_eq!(outcome.layers[last], built.layers[first].size);
    }

    #[test]
    fn what_was_never_made_ships_nothing(stack in stacks(), which in 0usize..40) {
        let whole = build::inspect(archive(&stack)).unwrap();
        let nodes: Vec<_> = whole.tree.nodes().collect();
        let Some(&node) = nodes.get(which % nodes.len().max(1)) else { return Ok(()) };
        let dropped = text(whole.tree.path(node));
        let below = |path: &str| path == dropped || path.starts_with(&format!("{dropped}/"));
        // The plain way: an inode is gone if all names that it ever had are.
        let tree = &whole.tree;
        let gone = |&inode: &VersionId| {
            let mut names = tree.file_names().filter(|&name| tree.inode(name) == inode);
            names.all(|name| below(&text(tree.path(tree.node_of(name)))))
        };
        let left: u64 = tree.inodes().filter(|inode| !gone(inode)).map(|inode| tree.size(inode)).sum();
        let outcome = what_if(&whole, &[Change::Drop(node)]);
        prop_assert_eq!(outcome.size, left);
        prop_assert_eq!(what_if(&whole, &[Change::Drop(NodeId::ROOT)]).size, 0);
        prop_assert_eq!(what_if(&whole, &[]).size, whole.totals.size);
    }
}

/// Kind, size, mode and layer of what is at a path, and where a link leads.
type Description = (Kind, u64, u16, usize, String);

type Paths = BTreeMap<String, Description>;

/// Names the first path that differs, since whole trees are too long to read.
fn same_paths(found: &Paths, expected: &Paths, when: &str) -> TestCaseResult {
    for path in found.keys().chain(expected.keys()) {
        prop_assert_eq!(found.get(path), expected.get(path), "{} {}", path, when);
    }
    Ok(())
}

fn describe(tree: &Tree, version: VersionId) -> Description {
    let target = String::from_utf8_lossy(tree.target(version).unwrap_or_default()).into_owned();
    let layer = tree.added_in(version).get();
    (tree.kind(version), tree.size(version), tree.mode(version), layer, target)
}

fn everything_at(tree: &Tree, layer: usize) -> Paths {
    let mut out = BTreeMap::new();
    let mut work = vec![NodeId::ROOT];
    while let Some(node) = work.pop() {
        if let Some(version) = tree.at(node, LayerIndex::new(layer)) {
            out.insert(text(tree.path(node)), describe(tree, version));
        }
        work.extend(tree.children(node));
    }
    out
}

fn text(path: Vec<u8>) -> String {
    String::from_utf8(path).unwrap()
}

fn everything_in(model: &Model) -> Paths {
    let describe = |thing: &map::Thing| {
        let (kind, size, target) = match &thing.what {
            What::File(inode) => {
                (Kind::File, model.inodes[*inode].contents.size.into(), String::new())
            }
            What::Directory => (Kind::Directory, 0, String::new()),
            What::Symlink(target) => (Kind::Symlink, 0, target.clone()),
            What::Fifo => (Kind::Fifo, 0, String::new()),
        };
        (kind, size, thing.mode, thing.layer, target)
    };
    model.tree.iter().map(|(path, thing)| (slashed(path), describe(thing))).collect()
}

fn bytes_of(model: &Model, counts: impl Fn(&map::Inode) -> bool) -> u64 {
    model
        .inodes
        .iter()
        .filter(|inode| counts(inode))
        .map(|inode| u64::from(inode.contents.size))
        .sum()
}

fn the_tree_as_of_a_layer_is_that_of_the_layers_up_to_it(
    found: &Inspection,
    n: usize,
    model: &Model,
) -> TestCaseResult {
    same_paths(&everything_at(&found.tree, n), &everything_in(model), &format!("as of layer {n}"))?;
    let root = found.tree.totals(LayerIndex::new(n))[0];
    prop_assert_eq!(
        root.visible,
        bytes_of(model, |inode| !inode.is_wasted()),
        "visible as of layer {}",
        n
    );
    prop_assert_eq!(root.wasted, bytes_of(model, map::Inode::is_wasted), "dead as of layer {}", n);
    Ok(())
}

fn the_final_tree_is_that_of_the_map(found: &Inspection, model: &Model) -> TestCaseResult {
    let listed = found.tree.final_paths();
    let paths = listed
        .iter()
        .map(|&(node, version)| (text(found.tree.path(node)), describe(&found.tree, version)));
    let mut expected = everything_in(model);
    expected.remove("/");
    same_paths(&paths.collect(), &expected, "in the list of paths")?;
    let count = |kind| expected.values().filter(|thing| thing.0 == kind).count() as u64;
    prop_assert_eq!(found.totals.files, count(Kind::File));
    prop_assert_eq!(found.totals.directories, count(Kind::Directory));
    prop_assert_eq!(found.totals.symlinks, count(Kind::Symlink));
    Ok(())
}

/// Both number inodes in the order of layers and entries.
fn every_inode_lives_or_dies_as_in_the_map(found: &Inspection, model: &Model) -> TestCaseResult {
    let tree = &found.tree;
    let inodes: Vec<_> = tree.inodes().collect();
    prop_assert_eq!(inodes.len(), model.inodes.len(), "number of inodes");
    for (&version, inode) in inodes.iter().zip(&model.inodes) {
        let what = (
            text(tree.path(tree.node_of(version))),
            tree.size(version),
            tree.added_in(version).get(),
        );
        prop_assert_eq!(&what, &(slashed(&inode.path), inode.contents.size.into(), inode.layer));
        let removal =
            tree.removal(version).map(|d| (text(tree.path(d.last_name)), d.reason, d.layer.get()));
        match (removal, inode.end.as_ref().filter(|_| inode.is_wasted())) {
            (None, None) => {}
            (Some((last_name, reason, layer)), Some(end)) => {
                // Of names that a layer takes at once, any may be the last.
                let possible = |(path, of): &(Vec<String>, Reason)| {
                    (slashed(path), *of) == (last_name.clone(), reason)
                };
                prop_assert_eq!(layer, end.layer, "{:?} died in", what);
                prop_assert!(
                    end.reasons.iter().any(possible),
                    "{what:?} died at {last_name}, {reason:?}: {end:?}"
                );
            }
            (removal, end) => prop_assert!(false, "{what:?}: {removal:?}, expected {end:?}"),
        }
    }
    prop_assert_eq!(
        found.wasted.len(),
        model.inodes.iter().filter(|inode| inode.is_wasted()).count(),
        "dead inodes"
    );
    Ok(())
}

fn slashed(path: &[String]) -> String {
    format!("/{}", path.join("/"))
}

fn shipped_is_live_and_dead(found: &Inspection, model: &Model) -> TestCaseResult {
    for (i, layer) in found.layers.iter().enumerate() {
        let here = |inode: &map::Inode| inode.layer == i;
        prop_assert_eq!(layer.size, bytes_of(model, here), "shipped by layer {}", i);
        prop_assert_eq!(
            layer.visible,
            bytes_of(model, |inode| here(inode) && !inode.is_wasted()),
            "live of layer {}",
            i
        );
        let wasted: u64 = found
            .wasted
            .iter()
            .filter(|wasted| wasted.added_in == i)
            .map(|wasted| wasted.bytes)
            .sum();
        prop_assert_eq!(layer.size, layer.visible + wasted, "shipped = live + dead in layer {}", i);
        let hidden = |inode: &map::Inode| {
            inode.is_wasted()
                && inode.layer < i
                && inode.end.as_ref().is_some_and(|end| end.layer == i)
        };
        prop_assert_eq!(layer.hidden, bytes_of(model, hidden), "killed by layer {}", i);
    }
    let wasted: u64 = found.wasted.iter().map(|wasted| wasted.bytes).sum();
    prop_assert_eq!(found.totals.size, found.totals.visible + wasted);
    Ok(())
}

#[test]
fn paths_are_compared_as_their_bytes_are() {
    use crate::support::build::{Image, dir, entries, file, layer};
    let directories = ["a", "a/b", "a-b", "a0", "b"].map(dir);
    let names = ["a.txt", "ab", "a/b/c", "a/b.c", "a/b0", "a-b/c", "a0/c", "b/a", "b/ab", "c"];
    let files = names.map(|name| file(name, 1));
    let image = Image::of([layer(directories.into_iter().chain(files))]);
    let tree = build::inspect(entries(image.docker())).unwrap().tree;
    let nodes: Vec<_> = std::iter::once(NodeId::ROOT).chain(tree.all_nodes()).collect();
    assert_eq!(nodes.len(), 1 + 5 + names.len());
    for &one in &nodes {
        for &other in &nodes {
            let (first, second) = (tree.path(one), tree.path(other));
            let what = format!("{} and {}", text(first.clone()), text(second.clone()));
            assert_eq!(tree.compare_paths(one, other), first.cmp(&second), "{what}");
        }
    }
}
