//! An image on a small base, built by the steps of a Dockerfile.

use std::sync::Arc;

use layerscope::advice::base::{BaseHint, base};
use layerscope::advice::dockerfile::{Change, Dockerfile, Evidence, Fix, Target, Verdict, fix};
use layerscope::display::Units;
use layerscope::files::contents::LayerContents;
use layerscope::files::filesystem::Filesystem;
use layerscope::runtime::Program;
use layerscope::{Inspection, Opened, Progress};
use serde_json::{Value, json};

use super::applied::assert_applies;
use crate::support::build::{Entry, Image, Layer, dir, entries, inspect, layer, open, zeros};

/// A megabyte of which more than one matters.
pub const MEGABYTE: usize = 1 << 20;

/// An image while it is built.
pub struct Situation {
    layers: Vec<Layer>,
    history: Vec<Value>,
    config: Value,
    ignore: Option<String>,
    buildkit: bool,
}

impl Situation {
    /// A base image of one layer.
    pub fn new() -> Self {
        Self::on(["etc", "usr", "bin", "var", "var/lib", "root"].map(dir))
    }

    /// A base image of one layer with certain files.
    pub fn on(of: impl IntoIterator<Item = Entry>) -> Self {
        let base = layer(of);
        let history = vec![json!({ "created_by": "/bin/sh -c #(nop) ADD file:00aa in / " })];
        Self { layers: vec![base], history, config: json!({}), ignore: None, buildkit: false }
    }

    /// Builds with BuildKit from here on.
    pub fn buildkit(self) -> Self {
        Self { buildkit: true, ..self }
    }

    /// Builds with the classic builder from here on.
    pub fn classic(self) -> Self {
        Self { buildkit: false, ..self }
    }

    /// A `RUN` in another shell, as the classic builder records it.
    pub fn ran_by(self, shell: &str, command: &str, of: impl IntoIterator<Item = Entry>) -> Self {
        self.step(&format!("{shell} {command}"), of)
    }

    /// An `ADD` by BuildKit.
    pub fn added(self, source: &str, to: &str, of: impl IntoIterator<Item = Entry>) -> Self {
        self.step(&format!("ADD {source} {to} # buildkit"), of)
    }

    /// A `.dockerignore` beside the Dockerfile.
    pub fn ignoring(self, text: &str) -> Self {
        Self { ignore: Some(text.into()), ..self }
    }

    /// What a container runs.
    pub fn config(self, config: Value) -> Self {
        Self { config, ..self }
    }

    /// A step that makes no layer.
    pub fn value(mut self, text: &str) -> Self {
        let created_by =
            if self.buildkit { text.to_owned() } else { format!("/bin/sh -c #(nop)  {text}") };
        self.history.push(json!({ "created_by": created_by, "empty_layer": true }));
        self
    }

    /// A `RUN`.
    pub fn run(self, command: &str, of: impl IntoIterator<Item = Entry>) -> Self {
        let created_by = if self.buildkit {
            format!("RUN /bin/sh -c {command} # buildkit")
        } else {
            format!("/bin/sh -c {command}")
        };
        self.step(&created_by, of)
    }

    /// A `COPY`: its source as BuildKit keeps it, or as the classic builder hashes it.
    pub fn copy(self, source: &str, to: &str, of: impl IntoIterator<Item = Entry>) -> Self {
        let created_by = if self.buildkit {
            format!("COPY {source} {to} # buildkit")
        } else {
            format!("/bin/sh -c #(nop) COPY dir:00bb in {to} ")
        };
        self.step(&created_by, of)
    }

    pub fn step(mut self, created_by: &str, of: impl IntoIterator<Item = Entry>) -> Self {
        self.layers.push(Layer::of_tar([entries(of), zeros(1024)].concat()));
        self.history.push(json!({ "created_by": created_by }));
        self
    }

    /// A step that could have made a layer, and changed nothing.
    pub fn nothing(mut self, created_by: &str) -> Self {
        self.history.push(json!({ "created_by": created_by, "empty_layer": true }));
        self
    }

    /// The image.
    pub fn inspection(&self) -> Inspection {
        inspect(self.archive()).unwrap()
    }

    /// The image as an archive.
    pub fn archive(&self) -> Vec<u8> {
        let mut image = Image::of(self.layers.clone());
        image.config["history"] = self.history.clone().into();
        image.config["config"] = self.config.clone();
        entries(image.docker())
    }

    /// What there is to change in `file`; the diff has been held to apply.
    pub fn fixed(&self, file: &str) -> Fixed {
        let fixed = self.asked(file, false);
        assert_applies(&fixed.fix);
        fixed
    }

    /// The same, where many are tried: the diff is not applied.
    pub fn planned(&self, file: &str) -> Fixed {
        self.asked(file, false)
    }

    /// The same, with what there is to say of the build's cache.
    pub fn asking_for_order(&self, file: &str) -> Fixed {
        self.asked(file, true)
    }

    fn asked(&self, file: &str, cache: bool) -> Fixed {
        let opened = open(self.archive()).unwrap();
        let inspection = self.inspection();
        let file = Dockerfile::parse(file).unwrap();
        let target = Target::given(
            &inspection,
            "Dockerfile".into(),
            file,
            (".dockerignore".into(), self.ignore.clone()),
        );
        Fixed::planned(&opened, &inspection, &Target { cache, ..target })
    }

    /// What there is to change in the Dockerfile that the history tells of.
    pub fn rebuilt(&self) -> Fixed {
        let opened = open(self.archive()).unwrap();
        let inspection = self.inspection();
        let base = base(&inspection, BaseHint::Layers(1)).unwrap();
        Fixed::of(&opened, &inspection, &Target::rebuilt(&inspection, "Dockerfile".into(), &base))
    }
}

/// What there is to change, in terms that tests speak.
pub struct Fixed {
    pub fix: Fix,
    pub target: Target,
}

impl Fixed {
    pub fn of(opened: &Opened, inspection: &Inspection, target: &Target) -> Self {
        let fixed = Self::planned(opened, inspection, target);
        assert_applies(&fixed.fix);
        fixed
    }

    fn planned(opened: &Opened, inspection: &Inspection, target: &Target) -> Self {
        let (contents, progress) = (LayerContents::new(opened), Arc::new(Progress::default()));
        let filesystem = Filesystem::new(&inspection.tree, &contents, &progress);
        let program = Program::detect(&filesystem, &inspection.run).unwrap();
        let evidence =
            Evidence::gather(inspection, target.base_layers, &filesystem, &program).unwrap();
        let fix = fix(inspection, target, &evidence);
        Self { fix, target: target.clone() }
    }

    fn change(&self, name: &str) -> Option<&Change> {
        self.fix.changes.iter().find(|change| change.name == name)
    }

    /// The new Dockerfile; the old one, where nothing changes.
    pub fn dockerfile(&self) -> &str {
        self.change("Dockerfile").map_or(self.target.file.source(), |change| &change.new)
    }

    /// Another new file; empty, if it does not change.
    pub fn file(&self, name: &str) -> &str {
        self.change(name).map_or("", |change| &change.new)
    }

    /// Bytes that the changes save.
    pub fn saves(&self) -> u64 {
        let saved = |verdict: &Verdict| {
            if let Verdict::Changed { saves, .. } = verdict { *saves } else { 0 }
        };
        self.fix.remarks.iter().map(|remark| saved(&remark.verdict)).sum()
    }

    /// What a person reads, with the reasons in one line each.
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        self.fix.write("app", Units::Iec, &mut text).unwrap();
        String::from_utf8(text).unwrap().replace("\n#  ", "")
    }

    /// The reasons why something was not changed.
    pub fn left(&self) -> String {
        let left = self
            .fix
            .remarks
            .iter()
            .filter(|remark| matches!(remark.verdict, Verdict::Left { .. } | Verdict::Unseen));
        left.map(|remark| remark.text.clone()).collect::<Vec<_>>().join("\n")
    }
}
