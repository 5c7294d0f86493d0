//! Reads `repositories` without a manifest, the format of Docker before 1.10.
//!
//! `{"repository": {"tag": "<layer id>"}}` names the topmost layer; each `<id>/json` names its
//! `parent`.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::config::platform;
use super::{Draft, HistoryEntry, LayerDraft, parse, read_json_member};
use crate::archive::Members;
use crate::display::escaped_str;
use crate::error::Error;
use crate::warning::Warning;

#[derive(Default, Deserialize)]
struct LayerJson {
    parent: Option<String>,
    os: Option<String>,
    architecture: Option<String>,
    created: Option<String>,
    container_config: Option<ContainerConfig>,
}

#[derive(Default, Deserialize)]
struct ContainerConfig {
    #[serde(rename = "Cmd")]
    cmd: Option<Vec<String>>,
}

/// Reads the images that `repositories` names; `None` if the file does not exist.
pub fn drafts(path: &str, members: &Members, notes: &mut Vec<Warning>) -> Result<Option<Vec<Draft>>, Error> {
    const NAME: &str = "repositories";
    let Some(member) = members.find(NAME.as_bytes()) else { return Ok(None) };
    let repositories: BTreeMap<String, BTreeMap<String, String>> = parse(&read_json_member(path, NAME, &member)?)
        .map_err(|error| Error::BadJson { path: path.into(), member: NAME.into(), problem: error.to_string() })?;
    let mut tops: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (repository, tags) in repositories {
        for (tag, id) in tags {
            tops.entry(id).or_default().push(format!("{repository}:{tag}"));
        }
    }
    tops.into_iter().map(|(top, tags)| draft(path, members, top, tags, notes)).collect::<Result<_, _>>().map(Some)
}

fn draft(
    path: &str,
    members: &Members,
    top: String,
    tags: Vec<String>,
    notes: &mut Vec<Warning>,
) -> Result<Draft, Error> {
    let mut chain = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(top.clone());
    while let Some(id) = next {
        if !seen.insert(id.clone()) {
            notes.push(Warning::image(format!("the layer {} is its own ancestor", escaped_str(&id))));
            break;
        }
        let name = format!("{id}/json");
        let Some(member) = members.find(name.as_bytes()) else {
            notes.push(Warning::image(format!("{} is not in the archive", escaped_str(&name))));
            break;
        };
        let json: LayerJson = parse(&read_json_member(path, &name, &member)?).unwrap_or_else(|error| {
            notes.push(Warning::image(format!("{} cannot be understood: {error}", escaped_str(&name))));
            LayerJson::default()
        });
        next = json.parent.clone();
        chain.push((id, json));
    }
    let platform = chain.first().and_then(|(_, json)| platform(json.os.as_deref(), json.architecture.as_deref(), None));
    chain.reverse();
    let history = chain.iter().map(|(_, json)| HistoryEntry {
        created_by: Some(
            json.container_config.as_ref().and_then(|c| c.cmd.as_ref()).map_or(String::new(), |c| c.join(" ")),
        ),
        created: json.created.clone(),
        ..HistoryEntry::default()
    });
    Ok(Draft {
        tags,
        manifest: None,
        config_name: None,
        config: None,
        history: Some(history.collect()),
        layers: chain
            .iter()
            .map(|(id, _)| LayerDraft {
                name: format!("{id}/layer.tar").into_bytes(),
                digest: None,
                size: None,
                foreign: false,
            })
            .collect(),
        platform,
        built_on: None,
        mismatches: Vec::new(),
    })
}
