//! The input of the findings: the user's rules, and the base image.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use layerscope::advice::assessment::{Question, Study, StudyError};
use layerscope::advice::base::BaseHint;
use layerscope::advice::findings::Rules;
use layerscope::advice::secrets::Secrets;
use layerscope::display::{Escaped, escaped};
use layerscope::files::contents::{Contents, LayerContents};
use layerscope::progress::Searching;
use layerscope::secret::FoundValues;
use layerscope::toml_file::{UnknownName, unknown};
use layerscope::{Inspection, Opened, Progress, Selection};

use super::Failure;
use super::input::Input;
use super::settings::Preferences;

#[derive(Args, Default)]
pub struct StudyArguments {
    /// Your own rules, added to the built-in ones (TOML file; see `layerscope help rules`)
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    base: BaseArguments,
    /// Do not read file contents: faster with compressed layers, but without packages and without
    /// the program that the image runs
    #[arg(long)]
    quick: bool,
}

/// The option of commands that search for secrets.
#[derive(Args, Default)]
pub struct SecretsOption {
    /// Do not search for secrets (see `layerscope help secrets`; --quick does not search, either)
    #[arg(long)]
    no_secrets: bool,
}

impl SecretsOption {
    /// Returns whether to search, by this option and the configuration.
    pub fn wanted(&self, preferences: &Preferences) -> Result<bool, Failure> {
        Ok(!self.no_secrets && preferences.secrets()?)
    }

    /// Returns counters for reading an image that is not studied.
    pub fn progress(&self, preferences: &Preferences) -> Result<Progress, Failure> {
        let searching = Searching::all_if(self.wanted(preferences)?);
        Ok(Progress { searching, ..Progress::default() })
    }

    /// Searches an image that is not studied, if that is wanted.
    pub fn search(
        &self,
        preferences: &Preferences,
        opened: &Opened,
        inspection: &Inspection,
    ) -> Result<Option<Secrets>, Failure> {
        if !self.wanted(preferences)? {
            return Ok(None);
        }
        let contents = LayerContents::new(opened);
        Ok(Some(Secrets::search(inspection, &contents, &Arc::default())?))
    }
}

/// Options for the base image.
#[derive(Args, Default)]
pub struct BaseArguments {
    /// Number of base image layers [default: detected from the history]
    #[arg(long, value_name = "N", conflicts_with = "base")]
    base_layers: Option<usize>,
    /// Archive of the base image; the image must begin with its layers
    #[arg(long, value_name = "ARCHIVE")]
    base: Option<PathBuf>,
}

/// The input after reading its files.
pub struct Prepared {
    rules: Rules,
    base: PreparedBase,
    quick: bool,
    secrets: bool,
}

/// The base image as given, after reading its archive.
pub enum PreparedBase {
    Nothing,
    Layers(usize),
    Image { name: Escaped, diff_ids: Vec<Option<String>> },
}

impl StudyArguments {
    /// Returns whether an option is given that needs the image itself.
    pub fn is_given(&self) -> bool {
        self.rules.is_some() || self.base.base_layers.is_some() || self.base.base.is_some()
    }

    /// Reads the rules and the base image, before the image itself is read.
    pub fn prepare(&self) -> Result<Prepared, Failure> {
        let rules = match &self.rules {
            None => Rules::built_in(),
            Some(file) => {
                let path = escaped(file.as_os_str().as_encoded_bytes());
                let text = crate::host_text::contents(file).map_err(|error| Failure::Place {
                    message: format!("cannot read {path}: {error}"),
                    hint: "to write your own rules: layerscope help rules".into(),
                })?;
                Rules::with(&path, &text).map_err(|error| Failure::Usage(error.to_string()))?
            }
        };
        Ok(Prepared { rules, base: self.base.prepare()?, quick: self.quick, secrets: false })
    }
}

impl Prepared {
    /// Returns that there is no rule of a name, with the most similar one, if there is none.
    pub fn unknown_rule(&self, id: &str) -> Option<UnknownName> {
        let ids = || self.rules.iter().map(|rule| rule.id.as_str());
        (!ids().any(|known| known == id)).then(|| unknown("rule", id, ids()))
    }
}

impl BaseArguments {
    /// Reads the base image, before the image itself is read.
    pub fn prepare(&self) -> Result<PreparedBase, Failure> {
        Ok(match (&self.base, self.base_layers) {
            (Some(path), _) => {
                let input = Input::path(path);
                let opened = input
                    .open(&Progress::default())?
                    .choose(&input.select(Selection::default()))?;
                let diff_ids = opened.image.layers.into_iter().map(|layer| layer.diff_id).collect();
                PreparedBase::Image { name: opened.path, diff_ids }
            }
            (None, Some(layers)) => PreparedBase::Layers(layers),
            (None, None) => PreparedBase::Nothing,
        })
    }
}

impl PreparedBase {
    /// Returns the base image as given.
    pub fn given(&self) -> BaseHint<'_> {
        match self {
            Self::Nothing => BaseHint::Nothing,
            Self::Layers(layers) => BaseHint::Layers(*layers),
            Self::Image { name, diff_ids } => BaseHint::Image { name, diff_ids },
        }
    }
}

impl Prepared {
    /// Returns the built-in rules and the user's.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Returns whether contents are not read.
    pub fn is_quick(&self) -> bool {
        self.quick
    }

    /// Returns whether images are searched for secrets.
    pub fn searches_secrets(&self) -> bool {
        self.secrets
    }

    /// Returns the same input, but without reading contents.
    pub fn quick(self) -> Self {
        Self { quick: true, secrets: false, ..self }
    }

    /// Returns the same input, which also searches for secrets if they are wanted.
    pub fn with_secrets(self, wanted: bool) -> Self {
        Self { secrets: wanted && !self.quick, ..self }
    }

    /// Returns the layers whose files are searched for secrets while they pass.
    pub fn searching(&self) -> Searching {
        Searching::all_if(self.secrets)
    }

    /// Studies an image.
    pub fn study(
        &self,
        opened: &Opened,
        inspection: &Inspection,
        progress: &Arc<Progress>,
    ) -> Result<Study, Failure> {
        self.study_beside(opened, inspection, None, progress)
    }

    /// Studies an image, and masks the secrets of another one as well.
    pub fn study_beside(
        &self,
        opened: &Opened,
        inspection: &Inspection,
        masked: Option<&FoundValues>,
        progress: &Arc<Progress>,
    ) -> Result<Study, Failure> {
        let base = self.base.given();
        let contents = (!self.quick).then(|| LayerContents::new(opened));
        let contents = contents.as_ref().map(|contents| contents as &dyn Contents);
        let question = Question {
            base,
            contents,
            progress: Some(progress),
            secrets: self.secrets,
            masked,
            ..Question::with(&self.rules)
        };
        Study::assess(inspection, &question).map_err(|error| match error {
            StudyError::Base(error) => Failure::Usage(error.to_string()),
            StudyError::Stopped(error) => Failure::Image(error),
        })
    }
}
