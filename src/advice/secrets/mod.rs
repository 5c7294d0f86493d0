//! Secrets in an image: in the files of every layer, also deleted ones, and in its config.
//!
//! A secret in an image can be read by anyone who can pull the image. A later layer that deletes it
//! changes nothing about that: the layer below still has it.

mod brought;
mod config;
mod copies;
mod files;
mod links;
mod prevention;
mod written;

use std::collections::HashMap;
use std::sync::Arc;

use crate::analysis::Inspection;
use crate::display::{Escaped, escaped, escaped_str, shown};
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::packages::Packages;
use crate::layer_index::LayerIndex;
use crate::progress::Progress;
use crate::secret::{FoundValues, Kind, Masked, Unsearched, ValueHash, headline};
use crate::shell::quoted;
use crate::tree::{NodeId, Reason, VersionId};
use crate::warning::{Known, Warning, WarningKind};

pub use prevention::Prevention;

/// The place of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file, and the line in it, counted from 1; binary files have no lines.
    File {
        /// The path.
        node: NodeId,
        /// The line.
        line: Option<usize>,
    },
    /// A variable of the environment.
    Environment,
    /// A label.
    Label,
    /// A field of the config with a command: `ENTRYPOINT`, `CMD`, `HEALTHCHECK` or `ONBUILD`.
    Command(&'static str),
    /// Another text of the manifest or of the config, such as an annotation: what it is.
    Metadata(&'static str),
    /// A build argument that an entry of the history keeps.
    BuildArgument {
        /// The number of the entry, counted from 0.
        entry: usize,
    },
    /// The instruction of an entry of the history.
    History {
        /// The number of the entry, counted from 0.
        entry: usize,
        /// The keyword of the instruction.
        keyword: &'static str,
    },
}

impl Place {
    /// Returns the word that reports use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Environment => "environment",
            Self::Label => "label",
            Self::Command(_) => "command",
            Self::Metadata(_) => "metadata",
            Self::BuildArgument { .. } => "build-argument",
            Self::History { .. } => "history",
        }
    }
}

/// A secret that an image holds. It keeps no more of the value than a hash; [`Secrets::values`]
/// masks it.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The kind.
    pub kind: &'static Kind,
    /// The place.
    pub place: Place,
    /// The name of the variable or key, if the value has one.
    pub name: Option<Escaped>,
    /// The file whose entry has the bytes; `None` for a part of the config.
    pub inode: Option<VersionId>,
    /// The layer that has it; `None` for a part of the config.
    pub added_in: Option<LayerIndex>,
    /// The layer that deleted or replaced the file.
    pub removed_in: Option<LayerIndex>,
    /// The way in which it did.
    pub reason: Option<Reason>,
    /// The masked value.
    pub shown: Masked,
    /// The hash of the value, which only serves to compare it.
    pub hash: ValueHash,
    /// The place where the value came first; `None` if this is it.
    pub origin: Option<Origin>,
}

/// The secret that brought a value first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The number of the secret in the list.
    pub number: usize,
    /// The layer that has it; `None` for a part of the config.
    pub layer: Option<LayerIndex>,
    /// True if it is the same file, which a later layer stores again.
    pub is_same_file: bool,
}

/// The secrets of an image.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// The secrets: deleted files first, then visible files, then the config.
    pub list: Vec<Secret>,
    /// The number of files that were not looked into, because the limits were reached or because
    /// they could not be read.
    pub unread: usize,
    /// The number of files with more secrets than are counted.
    pub cut: usize,
    /// The limit of the search that was reached, if one was, such as a number of files.
    pub limit: Option<&'static str>,
    /// The number of layers that are not known, or not as a whole.
    pub unread_layers: usize,
    /// True if the config is not known.
    pub lacks_config: bool,
    /// True if the config has more secrets than are counted.
    pub has_cut_config: bool,
    /// The number of archives that no package brought: what is in them is not searched.
    pub archives: usize,
    /// The number of attestations whose provenance is not there to be searched.
    pub attestations: usize,
    /// The values that no text is to show: plain words and the names of files are not among them.
    pub values: FoundValues,
}

impl Secrets {
    /// Finds the secrets of an image. Without contents, only the config is searched.
    ///
    /// # Errors
    ///
    /// Only a cancellation.
    pub fn find(
        inspection: &Inspection,
        contents: Option<&dyn Contents>,
        packages: &Packages,
        progress: &Arc<Progress>,
    ) -> Result<Self, Error> {
        let (mut secrets, search) = match contents {
            Some(contents) => {
                let (secrets, search) = files::find(inspection, contents, packages, progress)?;
                (secrets, Some((search, contents)))
            }
            None => (Self::default(), None),
        };
        let in_files = secrets.list.len();
        let Self { list, values, .. } = &mut secrets;
        let (in_config, is_whole) = config::find(inspection, values);
        list.extend(in_config);
        let tree = &inspection.tree;
        values.drop_names(tree.all_nodes().map(|node| tree.name(node)));
        let (copies, surplus) = match search {
            Some((mut search, contents)) => search.copies(list, values, contents)?,
            None => (Vec::new(), 0),
        };
        list.splice(in_files..in_files, copies);
        list.sort_by_key(|secret| (secret.inode.is_none(), secret.is_visible(), secret.added_in));
        let is_missing = |known: &&Known| !matches!(known, Known::Whole | Known::Doubtful);
        secrets.unread_layers = inspection.completeness.layers().iter().filter(is_missing).count();
        secrets.lacks_config = inspection.completeness.lacks_config();
        secrets.has_cut_config = !is_whole;
        secrets.attestations = unopened(&inspection.warnings);
        secrets.unread += surplus;
        secrets.find_origins();
        Ok(secrets)
    }

    /// Finds the secrets of an image with nothing but its contents.
    ///
    /// # Errors
    ///
    /// Only a cancellation.
    pub fn search(
        inspection: &Inspection,
        contents: &dyn Contents,
        progress: &Arc<Progress>,
    ) -> Result<Self, Error> {
        let packages = Packages::read(&inspection.tree, contents, progress);
        Self::find(inspection, Some(contents), &packages, progress)
    }
}

/// Counts the attestations that were not searched.
fn unopened(warnings: &[Warning]) -> usize {
    let is_one = |warning: &&Warning| {
        matches!(warning.kind, WarningKind::Attestation { is_searched: false, .. })
    };
    warnings.iter().filter(is_one).count()
}

impl Secrets {
    /// Counts the secrets, their values, and those that a later layer deleted, in a sentence: at least
    /// so many, if not everything was searched.
    pub fn headline(&self) -> String {
        let deleted = self.list.iter().filter(|secret| !secret.is_visible()).count();
        let values = self.list.iter().filter(|secret| secret.origin.is_none()).count();
        self.gaps().qualify(headline(self.list.len(), values, deleted))
    }

    /// Counts the secrets in a sentence, without their values.
    pub fn short_headline(&self) -> String {
        let count = self.list.len();
        self.gaps().qualify(headline(count, count, 0))
    }

    /// Returns what was to be searched and was not, so that there may be more secrets.
    pub fn gaps(&self) -> Unsearched {
        Unsearched {
            files: self.unread,
            cut_files: self.cut,
            layers: self.unread_layers,
            lacks_config: self.lacks_config,
            has_cut_config: self.has_cut_config,
            archives: self.archives,
            attestations: self.attestations,
        }
    }

    /// Says what was not searched; `None` if everything was.
    pub fn not_searched(&self) -> Option<Escaped> {
        self.gaps().words()
    }

    /// Finds, for each value that several places have, the place that had it first: the lowest layer,
    /// or else the config.
    fn find_origins(&mut self) {
        let mut order: Vec<_> = (0..self.list.len()).collect();
        order.sort_by_key(|&at| (self.list[at].added_in.is_none(), self.list[at].added_in));
        let mut first: HashMap<ValueHash, usize> = HashMap::new();
        for at in order {
            let number = *first.entry(self.list[at].hash).or_insert(at);
            let (secret, origin) = (&self.list[at], &self.list[number]);
            let is_same_file = secret.node().is_some() && secret.node() == origin.node();
            let origin = Origin { number, layer: origin.added_in, is_same_file };
            self.list[at].origin = (number != at).then_some(origin);
        }
    }
}

impl Secret {
    /// Returns the path, if it is in a file.
    fn node(&self) -> Option<NodeId> {
        match self.place {
            Place::File { node, .. } => Some(node),
            _ => None,
        }
    }

    /// Returns the layer whose instruction brought the value: of a file that is stored again, the
    /// first one.
    pub fn brought_in(&self) -> Option<LayerIndex> {
        match self.origin {
            Some(Origin { layer, is_same_file: true, .. }) => layer,
            _ => self.added_in,
        }
    }

    /// Returns whether a container sees it.
    pub fn is_visible(&self) -> bool {
        self.removed_in.is_none()
    }

    /// Describes the secret: `npm token`, `value of DB_PASSWORD`.
    pub fn what(&self) -> Escaped {
        let title = escaped_str(&self.kind.title);
        match &self.name {
            Some(name) if self.kind.id == "password-in-address" => {
                shown!("password in the address {}", name)
            }
            Some(name) if self.kind.is_general => shown!("value of {}", name),
            Some(name) => shown!("{} in {}", title, name),
            None => title,
        }
    }

    /// Returns the path, if it is in a file.
    pub fn path(&self, inspection: &Inspection) -> Option<Escaped> {
        self.node().map(|node| escaped(&inspection.tree.path(node)))
    }

    /// Describes the place: a path with its line, or a part of the config.
    pub fn whereabouts(&self, inspection: &Inspection) -> Escaped {
        match &self.place {
            Place::File { node, line } => {
                let path = escaped(&inspection.tree.path(*node));
                match line {
                    Some(line) => shown!("{}, line {}", path, *line),
                    None => path,
                }
            }
            Place::Environment => "the environment (ENV)".into(),
            Place::Label => "a label".into(),
            Place::Metadata(what) => (*what).into(),
            Place::Command(keyword) => shown!("the {} of the config", *keyword),
            Place::BuildArgument { entry } => {
                shown!("a build argument that the history keeps (entry {})", *entry)
            }
            Place::History { entry, keyword } => {
                shown!("the {} instruction in the history (entry {})", *keyword, *entry)
            }
        }
    }

    /// Returns the command that shows the secret to anyone who has the image.
    pub fn see(&self, inspection: &Inspection) -> Option<Escaped> {
        let Place::File { node, .. } = &self.place else {
            return Some(match self.place {
                Place::History { .. } | Place::BuildArgument { .. } => {
                    inspection.runtime_command("history --no-trunc")
                }
                _ => inspection.runtime_command("inspect"),
            });
        };
        let layer = self.added_in?;
        // A file that its own layer deletes is in no filesystem that `cat` could show.
        if self.removed_in.is_some_and(|removed_in| removed_in <= layer) {
            return None;
        }
        let path = inspection.tree.path(*node);
        let path = escaped_str(&quoted(&escaped(&path)));
        let image = inspection.argument();
        Some(shown!("layerscope cat {} {} --layer {}", image, path, layer))
    }

    /// Explains in sentences who can read the secret, why a deletion does not help, and where the
    /// same value is.
    pub fn why(&self) -> Escaped {
        let repeated = match self.origin {
            Some(Origin { layer: Some(layer), .. }) if Some(layer) == self.added_in => {
                " Another place in this layer has the same value.".into()
            }
            Some(Origin { layer: Some(layer), .. }) => {
                shown!(" It is the same value as in layer {}.", layer)
            }
            Some(Origin { layer: None, .. }) | None => Escaped::default(),
        };
        shown!("{}{}", self.who_can_read_it(), repeated)
    }

    fn who_can_read_it(&self) -> Escaped {
        const ANYONE: &str = "Anyone who can pull the image can read it";
        match (self.added_in, self.removed_in) {
            (Some(added_in), Some(removed_in)) if removed_in > added_in => shown!(
                "Layer {} {} it, but layer {} still contains it. {}.",
                removed_in,
                self.reason.map_or("deletes or replaces", Reason::verb),
                added_in,
                ANYONE
            ),
            (Some(added_in), Some(_)) => {
                shown!("Layer {} contains it more than once. {}.", added_in, ANYONE)
            }
            (Some(added_in), None) => shown!("Layer {} contains it. {}.", added_in, ANYONE),
            (None, _) => shown!("The config of the image contains it. {}.", ANYONE),
        }
    }

    /// Says that the secret has to be revoked.
    pub fn revoke(&self) -> Escaped {
        match self.kind.revoke.as_str() {
            "" => {
                "revoke it and create a new one: a new image does not take back the old one".into()
            }
            page => shown!("revoke it and create a new one: {}", escaped_str(page)),
        }
    }
}
