//! The facts about an image, under the names that lessons use.

use std::sync::Arc;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::assessment::Study;
use layerscope::display::{Escaped, count, escaped_str, plural};
use layerscope::report::Units;
use layerscope::tree::{NodeId, Totals};

use super::figure::{Name, Of, Quantity};

/// An image that has been read.
#[derive(Clone)]
pub struct Facts {
    /// The name of the image in the lesson.
    pub name: String,
    pub inspection: Arc<Inspection>,
    pub study: Arc<Study>,
    /// The sums of all paths, as of the last layer.
    sums: Arc<Vec<Totals>>,
}

/// The reason why a figure has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    #[error("{image} has no {path}")]
    NoPath { image: String, path: String },
    #[error("{image} has {}, which count from 0: there is no layer {layer}", plural(*layers, "layer"))]
    NoLayer { image: String, layers: usize, layer: usize },
    #[error("the program that {0} runs is unknown")]
    NoRuntime(String),
    #[error("the files that the program of {0} needs are unknown")]
    NoNeeds(String),
    #[error("the application of {0} was not found")]
    NoApplication(String),
    #[error("the program of {0} was not found")]
    NoProgram(String),
    #[error("{image} has no finding of the rule {rule:?}")]
    NoFinding { image: String, rule: String },
    #[error("{image} has no possible size {step:?}")]
    NoPossibleSize { image: String, step: String },
    /// A combination that the parser of figures rules out.
    #[error("{0:?} does not apply here")]
    Subject(Name),
    #[error("{0} is not an image of this lesson")]
    NoImage(String),
    #[error("nothing can be divided by 0")]
    DividedByZero,
    #[error("the result is below 0 or too large")]
    OutOfRange,
    #[error("bytes and counts do not add up")]
    Nouns,
    #[error("{0:?} is not a number")]
    NotANumber(String),
}

/// The value of a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Bytes {
        bytes: u64,
        is_exact: bool,
    },
    /// A count with its noun; a sum of different things has no noun.
    Count {
        count: u64,
        noun: &'static str,
    },
    Words(Escaped),
}

impl Value {
    fn bytes(bytes: u64) -> Self {
        Self::Bytes { bytes, is_exact: true }
    }

    pub fn shown(&self, units: Units) -> Escaped {
        let number = match self {
            Self::Bytes { bytes, is_exact: true } => units.size(*bytes),
            Self::Bytes { bytes, is_exact: false } => format!("~{}", units.size(*bytes)),
            Self::Count { count: n, noun: "" } => count(*n),
            Self::Count { count, noun } => {
                plural(usize::try_from(*count).unwrap_or(usize::MAX), noun)
            }
            Self::Words(words) => return words.clone(),
        };
        escaped_str(&number)
    }
}

impl Facts {
    pub fn new(name: String, inspection: Arc<Inspection>, study: Arc<Study>) -> Self {
        let sums = Arc::new(inspection.tree.totals(LayerIndex::FINAL));
        Self { name, inspection, study, sums }
    }

    /// Finds a path.
    ///
    /// # Errors
    ///
    /// The path does not exist.
    pub fn find(&self, path: &str) -> Result<NodeId, FactError> {
        let node = self.inspection.tree.find(path.as_bytes());
        node.ok_or_else(|| FactError::NoPath { image: self.name.clone(), path: path.into() })
    }

    /// Checks that a layer exists.
    ///
    /// # Errors
    ///
    /// The image has fewer layers.
    pub fn layer(&self, layer: usize) -> Result<LayerIndex, FactError> {
        let layers = self.inspection.layers.len();
        if layer < layers {
            return Ok(LayerIndex::new(layer));
        }
        Err(FactError::NoLayer { image: self.name.clone(), layers, layer })
    }

    /// Computes a quantity of this image.
    ///
    /// # Errors
    ///
    /// The image lacks the layer, path or rule.
    pub fn value(&self, quantity: &Quantity) -> Result<Value, FactError> {
        match &quantity.of {
            Of::Image => self.of_image(quantity.name),
            Of::Layer(layer) => self.of_layer(quantity.name, self.layer(*layer)?),
            Of::Path(path) => self.of_path(quantity.name, self.find(path)?),
            Of::Word(word) => self.of_word(quantity.name, word),
        }
    }

    fn of_image(&self, name: Name) -> Result<Value, FactError> {
        let (totals, study) = (&self.inspection.totals, &self.study);
        let runtime =
            || study.runtime.as_ref().ok_or_else(|| FactError::NoRuntime(self.name.clone()));
        let needed = || {
            let needed = runtime()?.needed.as_ref();
            needed.ok_or_else(|| FactError::NoNeeds(self.name.clone()))
        };
        Ok(match name {
            Name::Size => Value::bytes(totals.size),
            Name::Visible => Value::bytes(totals.visible),
            Name::Wasted => Value::bytes(totals.wasted()),
            Name::Base => Value::bytes(self.layer_sizes(study.base.layers)),
            Name::Application => match runtime()?.bytes {
                0 => return Err(FactError::NoApplication(self.name.clone())),
                bytes => Value::bytes(bytes),
            },
            Name::ProgramAndLibraries => Value::bytes(needed()?.bytes()),
            Name::Loaded => {
                // The program itself is among them.
                let files =
                    needed()?.files.iter().filter(|file| file.bytes > 0).count().saturating_sub(1);
                Value::Count { count: files as u64, noun: "file" }
            }
            Name::Files => Value::Count { count: totals.files, noun: "file" },
            Name::Layers => {
                Value::Count { count: self.inspection.layers.len() as u64, noun: "layer" }
            }
            Name::Called => Value::Words(self.inspection.name.clone()),
            Name::Program => match &runtime()?.application.program {
                Some(program) => Value::Words(self.path(program.file.node)),
                None => return Err(FactError::NoProgram(self.name.clone())),
            },
            name => return Err(FactError::Subject(name)),
        })
    }

    fn of_layer(&self, name: Name, layer: LayerIndex) -> Result<Value, FactError> {
        let layers = &self.inspection.layers;
        let account = &layers[layer];
        Ok(match name {
            Name::Size => Value::bytes(account.size),
            Name::Visible => Value::bytes(account.visible),
            Name::Wasted => Value::bytes(account.wasted()),
            Name::Hides => Value::bytes(account.hidden),
            Name::UpTo => Value::bytes(self.layer_sizes(layer.count())),
            Name::VisibleUpTo => {
                let sums = self.inspection.tree.totals(layer);
                Value::bytes(sums[NodeId::ROOT.index()].visible)
            }
            Name::Instruction => Value::Words(account.instruction.one_line()),
            name => return Err(FactError::Subject(name)),
        })
    }

    fn of_path(&self, name: Name, node: NodeId) -> Result<Value, FactError> {
        let totals = self.sums[node.index()];
        Ok(match name {
            Name::Size => Value::bytes(totals.size()),
            Name::Visible => Value::bytes(totals.visible),
            Name::Wasted => Value::bytes(totals.wasted),
            Name::Items => Value::Count { count: totals.items.into(), noun: "item" },
            name => return Err(FactError::Subject(name)),
        })
    }

    fn of_word(&self, name: Name, word: &str) -> Result<Value, FactError> {
        match name {
            Name::Finding => {
                let findings = self.study.findings.iter().filter(|finding| finding.rule == word);
                match findings.map(|finding| finding.bytes).sum() {
                    0 => Err(FactError::NoFinding { image: self.name.clone(), rule: word.into() }),
                    bytes => Ok(Value::bytes(bytes)),
                }
            }
            Name::PossibleSize => {
                let possible_size =
                    self.study.ladder.iter().find(|possible_size| possible_size.step.id() == word);
                let absent =
                    || FactError::NoPossibleSize { image: self.name.clone(), step: word.into() };
                let possible_size = possible_size.ok_or_else(absent)?;
                let is_exact =
                    possible_size.certainty == layerscope::advice::ladder::Certainty::Exact;
                Ok(Value::Bytes { bytes: possible_size.size, is_exact })
            }
            name => Err(FactError::Subject(name)),
        }
    }

    /// Returns the size of the lowest layers.
    fn layer_sizes(&self, layers: usize) -> u64 {
        self.inspection.layers.iter().take(layers).map(|layer| layer.size).sum()
    }

    fn path(&self, node: NodeId) -> Escaped {
        layerscope::display::escaped(&self.inspection.tree.path(node))
    }
}
