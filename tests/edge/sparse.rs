//! Layers that the archive itself stores with holes: an unpacked `docker save`, archived again by
//! `tar -S`, bsdtar or tar-rs.

use layerscope::{Progress, Selection};

use crate::support::build::{self, Image, Layer, entries, file, gone, gzip, layer, other, tar};

/// A layer with long runs of zeros, 62,976 bytes as a tar, and one that takes the zeros away.
fn image() -> Image {
    let zeros = file("zeros", 60_000).filled_with(0);
    Image::of([layer([file("head", 700), zeros, file("tail", 9)]), layer([gone("zeros")])])
}

/// The stored pieces of some bytes, in blocks of 512, as the tools find them.
fn pieces(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    for (i, block) in
        bytes.chunks(512).enumerate().filter(|(_, block)| block.iter().any(|&b| b != 0))
    {
        match pieces.last_mut() {
            Some((start, len)) if *start + *len == i * 512 => *len += block.len(),
            _ => pieces.push((i * 512, block.len())),
        }
    }
    // The end of the file, as GNU tar marks it.
    pieces.push((bytes.len(), 0));
    pieces
}

fn stored(bytes: &[u8], pieces: &[(usize, usize)]) -> Vec<u8> {
    pieces.iter().flat_map(|&(start, len)| bytes[start..start + len].to_vec()).collect()
}

/// The old GNU format: four pieces in the header, 21 in each block behind it.
fn old_gnu(name: &str, bytes: &[u8], pieces: &[(usize, usize)], len: usize) -> Vec<u8> {
    let data = stored(bytes, pieces);
    let mut header = tar::Header::new_gnu();
    header.set_path(name).unwrap();
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_size(data.len() as u64);
    header.set_mode(0o644);
    let octal = |number: usize| format!("{number:011o}\0").into_bytes();
    let gnu = header.as_gnu_mut().unwrap();
    gnu.realsize.copy_from_slice(&octal(len));
    for (slot, &(offset, len)) in gnu.sparse.iter_mut().zip(pieces) {
        slot.offset.copy_from_slice(&octal(offset));
        slot.numbytes.copy_from_slice(&octal(len));
    }
    let rest = pieces.get(4..).unwrap_or_default();
    gnu.isextended = [u8::from(!rest.is_empty())];
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    let blocks = rest.chunks(21).count();
    for (i, chunk) in rest.chunks(21).enumerate() {
        let mut block = [0; 512];
        for (slot, &(offset, len)) in block.chunks_mut(24).zip(chunk) {
            slot[..12].copy_from_slice(&octal(offset));
            slot[12..].copy_from_slice(&octal(len));
        }
        block[504] = u8::from(i + 1 < blocks);
        out.extend(block);
    }
    out.extend(data);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// Version 0.0: a record for each number.
fn pax_0_0(name: &str, bytes: &[u8], pieces: &[(usize, usize)], len: usize) -> Vec<u8> {
    let entry =
        file(name, 0).holding(stored(bytes, pieces)).pax("GNU.sparse.size", len.to_string());
    let mut entry = entry.pax("GNU.sparse.numblocks", pieces.len().to_string());
    for (offset, len) in pieces {
        entry = entry
            .pax("GNU.sparse.offset", offset.to_string())
            .pax("GNU.sparse.numbytes", len.to_string());
    }
    entries([entry])
}

/// Version 0.1: one record for all.
fn pax_0_1(name: &str, bytes: &[u8], pieces: &[(usize, usize)], len: usize) -> Vec<u8> {
    let map: Vec<_> =
        pieces.iter().flat_map(|(offset, len)| [offset.to_string(), len.to_string()]).collect();
    entries([other(b'0', "GNUSparseFile.0/member")
        .holding(stored(bytes, pieces))
        .pax("GNU.sparse.size", len.to_string())
        .pax("GNU.sparse.numblocks", pieces.len().to_string())
        .pax("GNU.sparse.name", name)
        .pax("GNU.sparse.map", map.join(","))])
}

/// Version 1.0: the map stands before the contents.
fn pax_1_0(name: &str, bytes: &[u8], pieces: &[(usize, usize)], len: usize) -> Vec<u8> {
    let lines = pieces.iter().flat_map(|(offset, len)| [*offset, *len]);
    let map: String =
        [pieces.len()].into_iter().chain(lines).map(|number| format!("{number}\n")).collect();
    let mut contents = map.into_bytes();
    contents.resize(contents.len().next_multiple_of(512), 0);
    contents.extend(stored(bytes, pieces));
    entries([other(b'0', "GNUSparseFile.0/member")
        .holding(contents)
        .pax("GNU.sparse.major", "1")
        .pax("GNU.sparse.minor", "0")
        .pax("GNU.sparse.name", name)
        .pax("GNU.sparse.realsize", len.to_string())])
}

/// Writes a member of these bytes, stored in these pieces, that states a length.
type Format = fn(&str, &[u8], &[(usize, usize)], usize) -> Vec<u8>;
const FORMATS: [(&str, Format); 4] =
    [("old GNU", old_gnu), ("PAX 0.0", pax_0_0), ("PAX 0.1", pax_0_1), ("PAX 1.0", pax_1_0)];

/// The archive of an image, with its layers stored with holes.
fn archive(image: &Image, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    for (i, layer) in image.layers.iter().enumerate() {
        let bytes = layer.stored();
        out.extend(format(&format!("{i}.tar"), bytes, &pieces(bytes), bytes.len()));
    }
    let others = image.docker().into_iter().filter(|member| !member.name().ends_with(b".tar"));
    out.extend(tar(others));
    out
}

/// What is read, with every digest compared: so the bytes are those of the layers.
fn verified(archive: &[u8], what: &str) -> layerscope::Inspection {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), archive).unwrap();
    let progress = Progress { verify: true, ..Progress::default() };
    let opened = layerscope::open_archive(file.path(), &progress)
        .unwrap()
        .choose(&Selection::default())
        .unwrap();
    let inspection = layerscope::inspect(&opened, &progress).unwrap();
    let mismatches = inspection.mismatches.clone().unwrap();
    assert!(
        mismatches.is_empty() && inspection.warnings.is_empty(),
        "{what}: {mismatches:?} {:?}",
        inspection.warnings
    );
    inspection
}

#[test]
fn a_layer_that_is_stored_with_holes_is_the_layer() {
    for (name, format) in FORMATS {
        for (packing, pack) in [("plain", None), ("gzip", Some(gzip as fn(&[u8]) -> Vec<u8>))] {
            let archive = archive(&image(), format);
            let archive = pack.map_or(archive.clone(), |pack| pack(&archive));
            let inspection = verified(&archive, &format!("{name}, {packing}"));
            let totals: Vec<_> =
                inspection.layers.iter().map(|layer| (layer.size, layer.visible)).collect();
            assert_eq!(totals, [(60_709, 709), (0, 0)], "{name}, {packing}");
        }
    }
}

#[test]
fn a_map_may_have_more_pieces_than_a_header_holds() {
    for count in [4, 5, 25, 26, 100] {
        let files = (0..count)
            .flat_map(|i| [file(format!("x{i}"), 10), file(format!("z{i}"), 2000).filled_with(0)]);
        let image = Image::of([layer(files)]);
        for (name, format) in FORMATS {
            let inspection = verified(&archive(&image, format), &format!("{name}, {count} pieces"));
            assert_eq!(inspection.totals.size, count * 2010);
        }
    }
}

#[test]
fn a_compressed_layer_and_the_tables_of_contents_may_have_holes_too() {
    let Image { layers, tags, config, annotations } = image();
    let layers: Vec<_> = layers.into_iter().map(Layer::gzip).collect();
    let image = Image { layers, tags, config, annotations };
    for (name, format) in FORMATS {
        let mut out = Vec::new();
        for member in image.docker() {
            let name = String::from_utf8(member.name().to_vec()).unwrap();
            let bytes = member.contents();
            out.extend(format(&name, bytes, &pieces(bytes), bytes.len()));
        }
        out.extend([0; 1024]);
        assert_eq!(verified(&out, name).totals.size, 60_709, "{name}");
    }
}

#[test]
fn the_contents_of_files_are_those_of_the_layer() {
    use layerscope::files::contents::{Contents, LayerContents};
    for (name, format) in FORMATS {
        for (packing, pack) in [("plain", None), ("gzip", Some(gzip as fn(&[u8]) -> Vec<u8>))] {
            let archive = archive(&image(), format);
            let opened = build::open(pack.map_or(archive.clone(), |pack| pack(&archive))).unwrap();
            let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
            let contents = LayerContents::new(&opened);
            let tree = &inspection.tree;
            let node = tree.find(b"head").unwrap();
            let source =
                contents.open(tree, tree.last(node).unwrap(), &Progress::default().into()).unwrap();
            let mut bytes = vec![0; 1000];
            let mut read = 0;
            while let n @ 1.. = source.read_at(&mut bytes[read..], read as u64).unwrap() {
                read += n;
            }
            assert_eq!(bytes[..read], [b'x'; 700], "{name}, {packing}");
        }
    }
}

#[test]
fn a_map_that_cannot_be_is_damage_and_no_layer_of_other_bytes() {
    let image = Image::of([layer([file("f", 5)])]);
    let bytes = image.layers[0].stored();
    let wrong: [(&[(usize, usize)], usize); 4] = [
        (&[(0, 512), (256, 512)], bytes.len()),
        (&[(512, 512), (0, 512)], bytes.len()),
        (&[(0, 512), (1024, 512)], 1024),
        (&[(0, 1024)], 512),
    ];
    for (name, format) in FORMATS {
        for (pieces, len) in wrong {
            let others =
                image.docker().into_iter().filter(|member| !member.name().ends_with(b".tar"));
            let archive =
                [entries(others), format("0.tar", bytes, pieces, len), vec![0; 1024]].concat();
            let inspection = build::inspect(archive).unwrap();
            let said =
                inspection.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            let words = "the map of holes of a sparse entry cannot be understood";
            assert!(said.contains(words), "{name} {pieces:?}: {said}");
            assert_eq!(inspection.totals.size, 0);
        }
    }
}
