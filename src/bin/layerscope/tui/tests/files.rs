//! A small image whose files have contents, for tests that look into them.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use layerscope::archive::MemorySource;
use layerscope::files::contents::LayerContents;
use layerscope::report::Units;
use layerscope::{Inspection, Opened, Progress};

use crate::tui::work::Workshop;

pub const SCRIPT: &str = "#!/bin/sh\n# Starts the server, and says so.\nset -e\nport=${PORT:-8080}\nif [ -z \"$1\" ]; then\n\techo \"usage: start NAME\" >&2\n\texit 2\nfi\nexport PATH=/usr/local/bin:$PATH\nexec server --name \"$1\" --port \"$port\"\n";
const OLD: &str = "{\n  \"name\": \"server\",\n  \"port\": 8080,\n  \"workers\": 4,\n  \"debug\": true,\n  \"log\": \"/var/log/server.log\"\n}\n";
const NEW: &str = "{\n  \"name\": \"server\",\n  \"port\": 80,\n  \"workers\": 4,\n  \"log\": \"/var/log/server.log\",\n  \"limit\": 512\n}\n";

/// The image as it is opened, as it is inspected, and with its contents.
pub static FILES: LazyLock<(Opened, Workshop)> = LazyLock::new(|| {
    let opened = image(&[lower(), upper()]);
    let workshop = workshop(&opened);
    (opened, workshop)
});

pub fn workshop(opened: &Opened) -> Workshop {
    let inspection: Inspection =
        layerscope::inspect(opened, &Progress::default()).expect("the image is readable");
    Workshop {
        inspection: Arc::new(inspection),
        contents: Arc::new(LayerContents::new(opened)),
        units: Units::Iec,
    }
}

/// Opens an archive of layers.
pub fn image(layers: &[Vec<u8>]) -> Opened {
    let bytes = archive(layers);
    layerscope::image::open_source("files.tar".into(), Arc::new(MemorySource(bytes)), None)
        .expect("the image opens")
}

fn archive(layers: &[Vec<u8>]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    let mut names = Vec::new();
    let mut history = Vec::new();
    for (i, layer) in layers.iter().enumerate() {
        names.push(format!("\"{i}.tar\""));
        let step =
            ["COPY rootfs /", "RUN configure --production \\u0026\\u0026 rm /etc/motd", "RUN more"]
                [i.min(2)];
        history.push(format!("{{\"created_by\":\"{step}\"}}"));
        file(&mut out, &format!("{i}.tar"), 0o644, 0, layer);
    }
    // Nothing here verifies the layers.
    let diff_ids = vec![format!("\"sha256:{}\"", "0".repeat(64)); layers.len()].join(",");
    let config = format!(
        "{{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{{\"diff_ids\":[{diff_ids}]}},\"history\":[{}]}}",
        history.join(",")
    );
    let manifest = format!(
        "[{{\"Config\":\"c.json\",\"RepoTags\":[\"files:1\"],\"Layers\":[{}]}}]",
        names.join(",")
    );
    file(&mut out, "c.json", 0o644, 0, config.as_bytes());
    file(&mut out, "manifest.json", 0o644, 0, manifest.as_bytes());
    out.into_inner().expect("memory takes everything")
}

/// Makes a layer with these files.
pub fn layer(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for (name, contents) in files {
        file(&mut out, name, 0o644, 0, contents);
    }
    out.into_inner().expect("memory takes everything")
}

fn lower() -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    file(&mut out, "etc/motd", 0o644, 0, b"Welcome.\n");
    file(&mut out, "etc/server.json", 0o644, 1_700_000_000, OLD.as_bytes());
    file(&mut out, "usr/bin/start", 0o755, 1_700_000_000, SCRIPT.as_bytes());
    file(
        &mut out,
        "usr/lib/tables.bin",
        0o644,
        0,
        &(0..=255).cycle().take(5000).collect::<Vec<u8>>(),
    );
    file(&mut out, "usr/bin/server", 0o755, 0, &elf());
    file(&mut out, "usr/share/latin.txt", 0o644, 0, b"caf\xe9\n");
    file(&mut out, "usr/share/hostile.txt", 0o644, 0, b"\x1b]0;owned\x07 and \xe2\x80\xae so on\n");
    file(&mut out, "usr/share/numbers.txt", 0o644, 0, numbers().as_bytes());
    file(&mut out, "usr/share/empty", 0o644, 0, b"");
    link(&mut out, "bin", "usr/bin");
    link(&mut out, "usr/bin/go", "../../bin/start");
    link(&mut out, "usr/bin/nowhere", "/etc/nothing");
    out.into_inner().expect("memory takes everything")
}

fn upper() -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    file(&mut out, "etc/server.json", 0o600, 1_714_564_801, NEW.as_bytes());
    file(&mut out, "etc/.wh.motd", 0o644, 0, b"");
    file(
        &mut out,
        "usr/lib/tables.bin",
        0o644,
        0,
        &(0..=255).cycle().take(4000).collect::<Vec<u8>>(),
    );
    out.into_inner().expect("memory takes everything")
}

/// Makes an ELF file that is only the header of a static program.
fn elf() -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    for half in [2u16, 62] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.extend(1u32.to_le_bytes());
    bytes.extend([0; 24]);
    bytes.extend(0u32.to_le_bytes());
    for half in [64u16, 56, 0, 64, 0, 0] {
        bytes.extend(half.to_le_bytes());
    }
    bytes.resize(512, 0);
    bytes
}

/// Makes about 1.9 MiB of text: 100,000 lines, each with its number.
fn numbers() -> String {
    (1..=100_000).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "this is line {number:>6}");
        text
    })
}

fn header(kind: tar::EntryType, mode: u32, time: u64, size: u64) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_mtime(time);
    header.set_size(size);
    header
}

fn file(out: &mut tar::Builder<Vec<u8>>, name: &str, mode: u32, time: u64, contents: &[u8]) {
    let mut header = header(tar::EntryType::Regular, mode, time, contents.len() as u64);
    out.append_data(&mut header, name, contents).expect("memory takes everything");
}

fn link(out: &mut tar::Builder<Vec<u8>>, name: &str, target: &str) {
    let mut header = header(tar::EntryType::Symlink, 0o777, 0, 0);
    out.append_link(&mut header, name, target).expect("memory takes everything");
}
