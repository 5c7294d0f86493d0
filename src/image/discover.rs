//! Finds the images of an archive in its tables of contents, and assembles each of them.

use crate::escape::Untrusted;
use std::collections::HashMap;
use std::sync::Arc;

use super::config::Config;
use super::digest::{digest_mismatch, sha256};
use super::draft::{ConfigDraft, Draft, LayerDraft, Search, explain, read_json_member};
use super::select::plain_name;
use super::{Image, Layer, Run, docker, forms, oci, v1};
use crate::archive::{Absence, Members};
use crate::display::{Escaped, escaped, escaped_display, escaped_str, shown};
use crate::error::Error;
use crate::warning::{ArchiveDifference, Warning, WarningKind};

/// The most images with the same config that are distinguished; each has a copy of the config.
const SAME_CONFIG: usize = 100;

/// Finds the images of an archive: those in `manifest.json`, then those only in `index.json`;
/// without both, those in `repositories`.
///
/// A table of contents that cannot be understood is skipped if another names an image. Returns
/// `None` if the archive has none of them.
///
/// # Errors
///
/// An error if no table of contents can be understood.
pub fn discover(path: &Escaped, members: &Members) -> Result<Option<Vec<Image>>, Error> {
    let mut search = Search::of(path, members);
    let mut tables = Tables::default();
    tables.read(docker::NAME, docker::drafts(&mut search));
    tables.read(oci::NAME, oci::drafts(&mut search));
    if tables.drafts.is_empty() && (!tables.broken.is_empty() || tables.found.is_empty()) {
        tables.read(v1::NAME, v1::drafts(&mut search));
    }
    let mut found = Found::new(&search);
    for draft in tables.drafts {
        found.add(draft);
    }
    let Found { mut images, too_many, .. } = found;
    if too_many {
        search.note(WarningKind::TooManyImages { limit: SAME_CONFIG });
    }
    if images.is_empty() {
        if let Some((_, error)) = tables.broken.into_iter().next() {
            return Err(error);
        }
        return if tables.found.is_empty() {
            Ok(None)
        } else {
            Err(no_image(&search, &tables.found))
        };
    }
    for (name, error) in tables.broken {
        let problem = match error {
            Error::BadJson { problem, .. } => {
                shown!("cannot be understood: {}", escaped_str(&problem))
            }
            error => escaped_display(&error),
        };
        search.note(WarningKind::TableUnreadable { name: name.into(), problem });
    }
    for image in &mut images {
        image.warnings.extend(search.notes.iter().cloned());
    }
    Ok(Some(images))
}

fn no_image(search: &Search<'_>, tables: &[&str]) -> Error {
    let why = search.notes.iter().map(|note| note.kind.to_string()).collect::<Vec<_>>().join("; ");
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    let found = format!("its {} names no image that is in the archive{why}", tables.join(" and "));
    if search.dropped > 0 {
        return Error::Dropped { path: search.path.clone(), found };
    }
    Error::NoImage { path: search.path.clone(), found }
}

/// The tables of contents of an archive.
#[derive(Default)]
struct Tables {
    /// The tables that could be read.
    found: Vec<&'static str>,
    /// The tables that could not be read.
    broken: Vec<(&'static str, Error)>,
    drafts: Vec<Draft>,
}

impl Tables {
    fn read(&mut self, name: &'static str, drafts: Result<Option<Vec<Draft>>, Error>) {
        match drafts {
            Ok(None) => {}
            Ok(Some(drafts)) => {
                self.found.push(name);
                self.drafts.extend(drafts);
            }
            Err(error) => self.broken.push((name, error)),
        }
    }
}

/// The identity of an image in its archive: its config and its layers, in order.
///
/// The config alone is not sufficient, because one image may be present in two compressions.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    config: Part,
    layers: Vec<Part>,
}

/// A member by its number, or a missing member by its name.
#[derive(PartialEq, Eq, Hash, Clone)]
enum Part {
    Member(usize),
    Missing(Vec<u8>),
}

/// A config that has been read, for all images that have it.
struct ReadConfig {
    id: String,
    config: Config,
    warnings: Vec<Warning>,
    mismatch: Option<Warning>,
}

/// The images that have been found so far.
struct Found<'a> {
    search: &'a Search<'a>,
    images: Vec<Image>,
    known: HashMap<Identity, usize>,
    /// The configs by member number, so that none is read twice: a hostile archive could make that
    /// last for hours.
    configs: HashMap<usize, Arc<ReadConfig>>,
    /// The number of images with each config.
    uses: HashMap<Part, usize>,
    too_many: bool,
}

impl<'a> Found<'a> {
    fn new(search: &'a Search<'a>) -> Self {
        Self {
            search,
            images: Vec::new(),
            known: HashMap::new(),
            configs: HashMap::new(),
            uses: HashMap::new(),
            too_many: false,
        }
    }

    fn add(&mut self, mut draft: Draft) {
        self.check_config_size(&mut draft);
        let part = |name: &[u8]| match self.search.find(name) {
            Some(member) => Part::Member(member.id),
            None => Part::Missing(name.to_vec()),
        };
        let config = match &draft.config {
            ConfigDraft::Named(name) => part(name.as_bytes()),
            ConfigDraft::None | ConfigDraft::Inline(_) => Part::Missing(Vec::new()),
        };
        let layers = draft.layers.iter().map(|layer| part(&layer.name)).collect();
        let identity = Identity { config: config.clone(), layers };
        // Docker 25 and later describe the same image in manifest.json and in index.json.
        if let Some(&known) = self.known.get(&identity) {
            self.images[known].learn(draft);
            return;
        }
        let uses = self.uses.entry(config).or_default();
        *uses += 1;
        if *uses > SAME_CONFIG {
            self.too_many = true;
            return;
        }
        let image = self.assemble(draft);
        self.known.insert(identity, self.images.len());
        self.images.push(image);
    }

    /// Compares the size of the config with the one that the manifest states.
    fn check_config_size(&self, draft: &mut Draft) {
        let ConfigDraft::Named(name) = &draft.config else { return };
        if let Some(member) = self.search.find(name.as_bytes()) {
            draft.mismatches.extend(draft.config_size.mismatch(name, member.extent.len));
            draft.unverifiable.extend(draft.config_size.unverifiable("the config", "the manifest"));
        }
    }

    fn assemble(&mut self, draft: Draft) -> Image {
        let mut warnings = forms::differences(self.search.members, &draft);
        let is_only_in_layout = forms::is_only_in_layout(self.search.members, &draft);
        warnings.extend(draft.warnings);
        let mut mismatches = draft.mismatches;
        let mut id = None;
        let is_named = matches!(draft.config, ConfigDraft::Named(_));
        let config = match draft.config {
            ConfigDraft::Named(name) => match self.config(&name) {
                Ok(read) => {
                    id = Some(read.id.clone());
                    warnings.extend(read.warnings.iter().cloned());
                    mismatches.extend(read.mismatch.clone());
                    read.config.clone()
                }
                Err(kind) => {
                    warnings.push(Warning::image(kind));
                    Config::default()
                }
            },
            ConfigDraft::Inline(config) => *config,
            ConfigDraft::None => {
                if draft.history.is_none() {
                    warnings.push(Warning::image(WarningKind::ConfigUnnamed));
                }
                Config { history: draft.history.unwrap_or_default(), ..Config::default() }
            }
        };
        let instructions = config.instructions(draft.layers.len(), &mut warnings);
        let diff_ids = &config.diff_ids;
        let is_read = is_named && !warnings.iter().any(|warning| is_about_config(&warning.kind));
        if is_read && diff_ids.is_empty() && !draft.layers.is_empty() {
            warnings.push(Warning::image(WarningKind::NoDiffIds));
        }
        if !diff_ids.is_empty() && diff_ids.len() != draft.layers.len() {
            let (ids, layers) = (diff_ids.len(), draft.layers.len());
            warnings.push(Warning::image(WarningKind::DiffIdCount { ids, layers }));
        }
        let is_lost =
            |warning: &Warning| matches!(warning.kind, WarningKind::LayersUnreadable { .. });
        if draft.layers.is_empty() && diff_ids.is_empty() && !warnings.iter().any(is_lost) {
            warnings.push(Warning::image(ArchiveDifference::NoLayers));
        }
        let diff_id = |i: usize| diff_ids.get(i).cloned().flatten().filter(|id| !id.is_empty());
        let layers = draft.layers.into_iter().zip(instructions).enumerate();
        let layers = layers.map(|(i, (layer, instruction))| Layer {
            instruction,
            diff_id: diff_id(i),
            ..self.layer(LayerDraft {
                foreign: layer.foreign || diff_id(i).is_some_and(|id| draft.foreign.contains(&id)),
                ..layer
            })
        });
        let mut layers: Vec<_> = layers.collect();
        if is_read {
            layers.iter_mut().for_each(Layer::remark_missing_diff_id);
        }
        if !is_only_in_layout {
            layers.iter_mut().for_each(|layer| layer.named = None);
        }
        let in_layout = draft.manifest.is_some();
        if in_layout
            && layers
                .iter()
                .any(|layer| layer.member.is_none() && !layer.foreign && !layer.unreadable)
        {
            warnings.push(Warning::image(WarningKind::LayersDropped));
        }
        let mut tags = Vec::new();
        oci::add_new(&mut tags, draft.tags.into_iter().map(Untrusted::from));
        Image {
            provider: None,
            tags,
            id: id.map(Untrusted::from),
            manifest: draft.manifest.map(Untrusted::from),
            other_digests: draft.indexes.into_iter().map(Untrusted::from).collect(),
            positions: draft.positions,
            platform: draft.platform.or(&config.platform).text().map(Untrusted::from),
            other_platforms: Vec::new(),
            created: config.created.map(Untrusted::from),
            built_on: draft.built_on,
            layers,
            run: Run {
                annotations: draft.annotations,
                attestations: draft.attestations.into_iter().map(Untrusted::from).collect(),
                ..config.run
            },
            history: config.history,
            warnings,
            mismatches,
            unverifiable: draft.unverifiable,
        }
    }

    fn layer(&self, layer: LayerDraft) -> Layer {
        let located = self.search.locate(&layer.name);
        let absence =
            located.as_ref().err().filter(|absence| **absence != Absence::NotThere).map(explain);
        Layer {
            name: escaped(&layer.name),
            unreadable: matches!(located, Err(Absence::Unreadable(_))),
            member: located.ok(),
            absence,
            digest: layer.digest.or_else(|| digest_of_blob_name(&layer.name)),
            diff_id: None,
            instruction: super::Instruction::unknown(),
            size: layer.size.bytes(),
            unverifiable: layer.size.unverifiable("it", "the manifest").into_iter().collect(),
            foreign: layer.foreign,
            format: layer.format,
            named: layer.named,
            table: layer.table,
        }
    }

    /// Reads the config called `name`; the error describes the problem.
    fn config(&mut self, name: &str) -> Result<Arc<ReadConfig>, WarningKind> {
        let unreadable =
            |problem: Escaped| WarningKind::ConfigUnreadable { name: escaped_str(name), problem };
        let member = self.search.locate(name.as_bytes()).map_err(|absence| match absence {
            Absence::NotThere => WarningKind::ConfigAbsent { name: escaped_str(name) },
            absence => unreadable(shown!("it {}", explain(&absence))),
        })?;
        if let Some(read) = self.configs.get(&member.id) {
            return Ok(read.clone());
        }
        let bytes = read_json_member(self.search.path, name, &member)
            .map_err(|error| unreadable(escaped_display(&error)))?;
        let mut doubts = Vec::new();
        let mut warnings = Vec::new();
        let config = Config::parse(&bytes, &mut doubts).unwrap_or_else(|error| {
            warnings.push(Warning::image(unreadable(escaped_display(&error))));
            Config::default()
        });
        warnings.extend(doubts.iter().map(|doubt| {
            let problem = escaped_str(doubt);
            Warning::image(WarningKind::FieldUnreadable { name: escaped_str(name), problem })
        }));
        let mismatch = digest_mismatch(name, &bytes);
        let read =
            ReadConfig { id: format!("sha256:{}", sha256(&bytes)), config, warnings, mismatch };
        Ok(self.configs.entry(member.id).or_insert(Arc::new(read)).clone())
    }
}

impl Layer {
    /// Remarks that the config has no diff ID, unless nothing names the layer by a digest at all.
    fn remark_missing_diff_id(&mut self) {
        if self.digest.is_some() && self.diff_id.is_none() {
            self.unverifiable.push("the config has no diff ID of it".into());
        }
    }
}

impl Image {
    /// Adopts facts from another description of the same image.
    fn learn(&mut self, draft: Draft) {
        for tag in draft.tags {
            if !self.tags.iter().any(|known| plain_name(known.raw()) == plain_name(&tag)) {
                self.tags.push(tag.into());
            }
        }
        oci::add_new(&mut self.other_digests, draft.indexes.into_iter().map(Untrusted::from));
        // The positions are those in one table of contents.
        if self.manifest.is_some() == draft.manifest.is_some() {
            oci::add_new(&mut self.positions, draft.positions);
        }
        let told = draft.platform.text().map(Untrusted::from);
        match (&self.manifest, draft.manifest.map(Untrusted::from)) {
            (None, manifest) => {
                self.manifest = manifest;
                // The platform in the config may be more precise.
                let is_more = |told: &Untrusted| {
                    !self.platform.as_ref().is_some_and(|own| own.raw().starts_with(told.raw()))
                };
                self.platform = told.clone().filter(is_more).or(self.platform.take());
            }
            (Some(known), Some(other)) if *known != other => {
                oci::add_new(&mut self.other_digests, [other]);
            }
            _ => {}
        }
        self.built_on = self.built_on.take().or(draft.built_on);
        self.run.annotations.add_new(draft.annotations);
        oci::add_new(&mut self.mismatches, draft.mismatches);
        oci::add_new(&mut self.unverifiable, draft.unverifiable);
        self.warnings.extend(draft.warnings);
        for (layer, described) in self.layers.iter_mut().zip(draft.layers) {
            layer.size = layer.size.or(described.size.bytes());
            oci::add_new(
                &mut layer.unverifiable,
                described.size.unverifiable("it", "the manifest"),
            );
        }
        if let Some(told) = told.filter(|told| self.platform.as_ref() != Some(told)) {
            oci::add_new(&mut self.other_platforms, [told]);
        }
    }
}

/// Returns whether a remark says that the configuration could not be read.
fn is_about_config(kind: &WarningKind) -> bool {
    matches!(kind, WarningKind::ConfigAbsent { .. } | WarningKind::ConfigUnreadable { .. })
}

fn digest_of_blob_name(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?.strip_prefix("blobs/")?;
    let (algorithm, digits) = name.split_once('/')?;
    let hexadecimal = digits.len() >= 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| format!("{algorithm}:{digits}"))
}
