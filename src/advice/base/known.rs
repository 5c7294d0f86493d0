//! Recognises known base images (`assets/bases.toml`) in a history.

use std::sync::OnceLock;

use serde::Deserialize;

use super::steps::Step;
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::tree::Tree;

/// The known base images.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    leading: Vec<String>,
    shells: Vec<String>,
    upkeep: Vec<String>,
    system: Vec<System>,
    family: Vec<Family>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct System {
    name: String,
    path: String,
    /// The ID that the system gives itself in its os-release, if its image has another name.
    #[serde(default)]
    id: String,
    /// The name of its image.
    #[serde(default)]
    image: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    name: String,
    variable: String,
    ends: Vec<String>,
}

impl Known {
    /// Returns the list that is built into the program.
    pub fn built_in() -> &'static Self {
        static KNOWN: OnceLock<Known> = OnceLock::new();
        KNOWN.get_or_init(|| {
            toml::from_str(include_str!("../../../assets/bases.toml")).expect("a test reads it")
        })
    }

    /// Returns whether the first layer is an operating system and, if known, the name of the
    /// system.
    pub fn system(&self, inspection: &Inspection) -> Option<Option<String>> {
        let tree = &inspection.tree;
        let system =
            self.system.iter().find(|system| in_first_layer(tree, system.path.as_bytes()))?;
        Some(Some(system.name.clone()).filter(|name| !name.is_empty()))
    }

    /// Returns whether a name is that of a system, and not of an image.
    pub fn is_system(&self, name: &str) -> bool {
        self.system.iter().any(|system| !system.name.is_empty() && system.name == name)
    }

    /// Returns the name of the image of a system, by the ID that it gives itself.
    pub fn image_of<'a>(&'a self, id: &'a str) -> &'a str {
        let mut systems = self.system.iter().filter(|system| !system.id.is_empty());
        systems.find(|system| system.id == id).map_or(id, |system| &system.image)
    }

    /// Returns the number of history entries that belong to known images, and the name of the last
    /// of these images.
    pub fn end(&self, steps: &[Step], first_is_system: bool) -> Option<(usize, Option<String>)> {
        let system = self.end_of_system(steps, first_is_system)?;
        let families = self.family.iter().filter_map(|family| family.end(&steps[system..]));
        let last = families.max_by_key(|(end, _)| *end);
        Some(last.map_or((system, None), |(end, name)| (system + end, Some(name))))
    }

    fn end_of_system(&self, steps: &[Step], first_is_system: bool) -> Option<usize> {
        let leads = |step: &Step| self.leading.iter().any(|text| step.text.starts_with(text));
        let leading = steps.iter().take_while(|step| leads(step)).count();
        if leading > 0 && leading < steps.len() {
            return Some(leading);
        }
        let first = steps.iter().position(|step| step.makes_layer)?;
        let ends = |step: &Step| self.shells.iter().any(|text| step.text == *text);
        let belongs = |step: &Step| {
            step.is_metadata() || self.upkeep.iter().any(|word| step.text.contains(word))
        };
        let after = &steps[first + 1..];
        let shell = after.iter().position(ends).filter(|&shell| after[..shell].iter().all(belongs));
        // The steps of an official image of an operating system end in a shell; a plain filesystem
        // may not.
        match shell {
            Some(shell) if steps[first].unpacks_a_system() || first_is_system => {
                Some(first + 1 + shell + 1)
            }
            _ if steps[first].unpacks_a_system() && first_is_system => Some(first + 1),
            _ => None,
        }
    }
}

impl Family {
    /// Returns the number of history entries up to the one that ends an image of this family, and
    /// the name of that image.
    fn end(&self, steps: &[Step]) -> Option<(usize, String)> {
        let value = |step: &Step| {
            let mut words = step.text.strip_prefix("ENV ")?.split_whitespace();
            words.find_map(|word| {
                word.strip_prefix(self.variable.as_str())?.strip_prefix('=').map(str::to_owned)
            })
        };
        let (set, version) =
            steps.iter().enumerate().find_map(|(i, step)| Some((i, value(step)?)))?;
        let ends = |step: &Step| self.ends.iter().any(|end| step.text.starts_with(end));
        let end = steps[set..].iter().position(ends)?;
        Some((set + end + 1, format!("{} {version}", self.name).trim_end().to_owned()))
    }
}

fn in_first_layer(tree: &Tree, path: &[u8]) -> bool {
    tree.layers() > 0
        && tree.find(path).is_some_and(|node| tree.at(node, LayerIndex::FIRST).is_some())
}
