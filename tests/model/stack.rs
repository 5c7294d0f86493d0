//! Random stacks of layers: few names, so that entries meet often.

use proptest::prelude::*;

use crate::support::build::{
    Entry, Image, Layer, dir, fifo, file, gone, hardlink, layer, opaque, symlink, tar,
};

/// One entry of a layer; paths are as the tar spells them.
#[derive(Debug, Clone)]
pub enum Item {
    File { path: String, contents: Contents, mode: u16 },
    Directory { path: String, mode: u16 },
    Symlink { path: String, target: String },
    Link { path: String, target: String },
    Fifo { path: String },
    Whiteout { path: String },
    Opaque { path: String },
}

/// What a file holds: one byte again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    pub size: u16,
    pub byte: u8,
}

/// Up to six layers.
pub fn stacks() -> impl Strategy<Value = Vec<Vec<Item>>> {
    prop::collection::vec(prop::collection::vec(item(), 0..14), 1..=6)
}

/// The archive that holds the layers.
pub fn archive(stack: &[Vec<Item>]) -> Vec<u8> {
    let plain = |items: &Vec<Item>| layer(items.iter().map(entry));
    // Decoded layers take another way to the same answer.
    let packed = |(i, layer): (usize, Layer)| if i % 4 == 3 { layer.gzip() } else { layer };
    tar(Image::of(stack.iter().map(plain).enumerate().map(packed)).docker())
}

fn entry(item: &Item) -> Entry {
    match item {
        Item::File { path, contents, mode } => {
            file(path, contents.size.into()).filled_with(contents.byte).mode((*mode).into())
        }
        Item::Directory { path, mode } => dir(path).mode((*mode).into()),
        Item::Symlink { path, target } => symlink(path, target),
        Item::Link { path, target } => hardlink(path, target),
        Item::Fifo { path } => fifo(path),
        Item::Whiteout { path } => gone(path),
        Item::Opaque { path } => opaque(path),
    }
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![
        8 => (spelled(), contents(), mode()).prop_map(|(path, contents, mode)| Item::File { path, contents, mode }),
        4 => (spelled(), mode()).prop_map(|(path, mode)| Item::Directory { path, mode }),
        3 => (spelled(), target()).prop_map(|(path, target)| Item::Symlink { path, target }),
        6 => (spelled(), spelled()).prop_map(|(path, target)| Item::Link { path, target }),
        1 => path().prop_map(|path| Item::Fifo { path }),
        4 => path().prop_map(|path| Item::Whiteout { path }),
        2 => prop_oneof![1 => Just(String::new()), 6 => path()].prop_map(|path| Item::Opaque { path }),
        1 => (aufs(), contents()).prop_map(|(path, contents)| Item::File { path, contents, mode: 0o644 }),
        1 => (path(), aufs()).prop_map(|(path, target)| Item::Link { path, target }),
    ]
}

/// A path of up to three of three names.
fn path() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c"]);
    prop::collection::vec(name, 1..=3).prop_map(|names| names.join("/"))
}

/// The same, as tars spell it.
fn spelled() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec!["./", "/", "../", "a/../", ".//"]);
    prop_oneof![12 => path(), 1 => (odd, path()).prop_map(|(odd, path)| format!("{odd}{path}"))]
}

fn target() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        ".", "..", "/", "../a", "../../b", "/a", "/b/c", "a/../b", "./c/",
    ]);
    prop_oneof![2 => path(), 1 => odd.prop_map(String::from)]
}

fn aufs() -> impl Strategy<Value = String> {
    prop::sample::select(vec![".wh..wh.plnk/1", ".wh..wh.plnk/2"]).prop_map(String::from)
}

fn contents() -> impl Strategy<Value = Contents> {
    let size = prop::sample::select(vec![0, 1, 40, 300, 512, 700]);
    let byte = prop::sample::select(vec![b'x', b'y']);
    (size, byte).prop_map(|(size, byte)| Contents { size, byte: if size == 0 { 0 } else { byte } })
}

fn mode() -> impl Strategy<Value = u16> {
    prop::sample::select(vec![0o644, 0o755, 0o700, 0o4755, 0o1777])
}
