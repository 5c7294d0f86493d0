//! The archive of the demo image, written as `docker save` of Docker 20 does.
//!
//! Two passes: the digests and lengths of the layers stand before the layers
//! themselves. Nothing is held in memory but the listings, since contents are
//! zeros. The order differs from Docker's in one thing: what is needed for the
//! first screen comes first.

mod layer;

use std::io::{self, BufReader, BufWriter, Write};

use layer::{Layer, Packages, header};
use layerscope::archive::pack_holes;
use layerscope::text::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType};

const NAME: &str = "layerscope/demo";
const TAG: &str = "latest";
const CREATED: &str = "2025-07-06T12:00:00Z";
/// The most that zstd does without its flag for more.
const LEVEL: i32 = 19;
const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A step of the build: what the person wrote, and the layer it made, if any.
enum Step {
    Run(&'static str, Layer),
    Add(Layer),
    Metadata(&'static str),
}

use Step::{Add, Metadata, Run};

const STEPS: [Step; 7] = [
    Add(Layer { listing: include_str!("0-base.tsv"), packages: Packages::Base }),
    Metadata(r#"CMD ["/bin/sh"]"#),
    Metadata("ENV GOPATH=/go GO111MODULE=off"),
    Run(
        "apk add --update go git mercurial",
        Layer { listing: include_str!("1-apk-add.tsv"), packages: Packages::WithToolchain },
    ),
    Run(
        "go get github.com/golang/example/stringutil && go get -d github.com/gorilla/mux \
         && go build -ldflags=-s -o /go/bin/app github.com/golang/example/outyet",
        Layer { listing: include_str!("2-go-build.tsv"), packages: Packages::WithToolchain },
    ),
    Run(
        "apk del go git mercurial && rm -rf /go/src /go/pkg /var/cache/apk/*",
        Layer { listing: include_str!("3-apk-del.tsv"), packages: Packages::Base },
    ),
    Metadata(r#"CMD ["/go/bin/app"]"#),
];

impl Step {
    fn layer(&self) -> Option<Layer> {
        match self {
            Add(layer) | Run(_, layer) => Some(*layer),
            Metadata(_) => None,
        }
    }

    /// The step in the classic builder's spelling.
    fn created_by(&self) -> String {
        match self {
            Run(command, _) => format!("/bin/sh -c {command}"),
            Add(layer) => format!("/bin/sh -c #(nop) ADD file:{} in / ", digits(layer.listing.as_bytes())),
            Metadata(instruction) => format!("/bin/sh -c #(nop)  {instruction}"),
        }
    }
}

/// A layer with what the first pass tells of it.
struct Measured {
    layer: Layer,
    /// What Docker before 1.10 called the layer.
    id: String,
    diff_id: String,
    tar_bytes: u64,
}

/// Takes bytes in, and keeps their digest and how many they were.
#[derive(Default)]
pub struct Measure {
    hasher: Sha256,
    len: u64,
}

impl Measure {
    /// The hexadecimal digits of the digest, and the number of bytes.
    pub fn finish(self) -> (String, u64) {
        (hex(&self.hasher.finalize()), self.len)
    }
}

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes the demo image in the form it is kept in.
pub fn packed() -> io::Result<Vec<u8>> {
    let (reader, writer) = io::pipe()?;
    std::thread::scope(|scope| {
        let archive = scope.spawn(|| write(BufWriter::new(writer)));
        let packed = pack_holes(BufReader::new(reader), LEVEL)?;
        archive.join().expect("the generator does not panic")?;
        Ok(packed)
    })
}

/// Writes the demo image as the archive that `docker load` takes.
pub fn write(out: impl Write) -> io::Result<()> {
    let layers = measured()?;
    let top = layers.last().expect("there are layers");
    let config = config(&layers).to_string();
    let config_name = format!("{}.json", digits(config.as_bytes()));
    let manifest = json!([{
        "Config": config_name,
        "RepoTags": [format!("{NAME}:{TAG}")],
        "Layers": layers.iter().map(|layer| format!("{}/layer.tar", layer.id)).collect::<Vec<_>>(),
    }]);
    let repositories = json!({ NAME: { TAG: top.id } });

    let mut tar = Builder::new(out);
    file(&mut tar, "manifest.json", format!("{manifest}\n").as_bytes())?;
    file(&mut tar, &config_name, config.as_bytes())?;
    file(&mut tar, "repositories", format!("{repositories}\n").as_bytes())?;
    let mut parent = None;
    for layer in &layers {
        let mut directory = header(0o755, 0);
        directory.set_entry_type(EntryType::Directory);
        tar.append_data(&mut directory, format!("{}/", layer.id), io::empty())?;
        file(&mut tar, &format!("{}/VERSION", layer.id), b"1.0")?;
        file(&mut tar, &format!("{}/json", layer.id), old_config(layer, parent).to_string().as_bytes())?;
        // The header only: a tar is whole blocks, so what follows needs no padding.
        let mut only = header(0o644, layer.tar_bytes);
        tar.append_data(&mut only, format!("{}/layer.tar", layer.id), io::empty())?;
        layer.layer.write(tar.get_mut())?;
        parent = Some(&*layer.id);
    }
    tar.into_inner()?.flush()
}

fn measured() -> io::Result<Vec<Measured>> {
    let mut layers: Vec<Measured> = Vec::new();
    for layer in STEPS.iter().filter_map(Step::layer) {
        let mut measure = Measure::default();
        layer.write(&mut measure)?;
        let (digest, tar_bytes) = measure.finish();
        let below = layers.last().map_or("", |below| &below.id);
        let id = digits(format!("{below} {digest}").as_bytes());
        layers.push(Measured { layer, id, diff_id: format!("sha256:{digest}"), tar_bytes });
    }
    Ok(layers)
}

fn file(tar: &mut Builder<impl Write>, name: &str, contents: &[u8]) -> io::Result<()> {
    tar.append_data(&mut header(0o644, contents.len() as u64), name, contents)
}

fn config(layers: &[Measured]) -> Value {
    let history = STEPS.iter().map(|step| {
        let mut entry = json!({ "created": CREATED, "created_by": step.created_by() });
        if step.layer().is_none() {
            entry["empty_layer"] = true.into();
        }
        entry
    });
    json!({
        "architecture": "amd64",
        "os": "linux",
        "created": CREATED,
        "docker_version": "20.10.24",
        "config": {
            "Hostname": "",
            "Domainname": "",
            "User": "",
            "AttachStdin": false,
            "AttachStdout": false,
            "AttachStderr": false,
            "Tty": false,
            "OpenStdin": false,
            "StdinOnce": false,
            "Env": [PATH, "GOPATH=/go", "GO111MODULE=off"],
            "Cmd": ["/go/bin/app"],
            "Image": "",
            "Volumes": null,
            "WorkingDir": "",
            "Entrypoint": null,
            "OnBuild": null,
            "Labels": null,
        },
        "history": history.collect::<Vec<_>>(),
        "rootfs": {
            "type": "layers",
            "diff_ids": layers.iter().map(|layer| &layer.diff_id).collect::<Vec<_>>(),
        },
    })
}

/// The config of one layer, as Docker before 1.10 read it.
fn old_config(layer: &Measured, parent: Option<&str>) -> Value {
    let mut config = json!({ "id": layer.id, "created": CREATED, "os": "linux", "architecture": "amd64" });
    if let Some(parent) = parent {
        config["parent"] = parent.into();
    }
    config
}

fn digits(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
