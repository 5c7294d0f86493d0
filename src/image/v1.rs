//! Reads `repositories` without a manifest, the format of Docker before 1.10.
//!
//! `{"repository": {"tag": "<layer id>"}}` names the topmost layer; each `<id>/json` names its
//! `parent`.

use crate::escape::Untrusted;
use std::collections::{BTreeMap, HashSet};

use super::LayerFormat;
use super::config::{HistoryEntry, read_platform};
use super::document::DocumentError;
use super::draft::{Draft, LayerDraft, Search, read_json_member};
use super::json::{Document, Fields, Value};
use super::platform::Platform;
use super::stated::StatedSize;
use crate::display::{escaped_display, escaped_str};
use crate::error::Error;
use crate::warning::{ArchiveDifference, Warning, WarningKind};

/// The member that names the images.
pub(super) const NAME: &str = "repositories";

#[derive(Default)]
struct LayerJson {
    parent: Option<String>,
    platform: Platform,
    created: Option<String>,
    command: Vec<String>,
}

impl LayerJson {
    fn read(value: Value, doubts: &mut Vec<String>) -> Option<Self> {
        let mut fields = Fields::new(value, "", doubts)?;
        Some(Self {
            parent: fields.text("parent").filter(|parent| !parent.is_empty()),
            platform: read_platform(&mut fields),
            created: fields.text("created"),
            command: fields
                .object("container_config")
                .and_then(|mut c| c.command("Cmd"))
                .unwrap_or_default(),
        })
    }
}

/// Lists the images that `repositories` names; `None` if there is none.
pub(super) fn drafts(search: &mut Search<'_>) -> Result<Option<Vec<Draft>>, Error> {
    let Some(value) = search.table(NAME)? else { return Ok(None) };
    let mut doubts = Vec::new();
    let kind = value.kind();
    let Some(fields) = Fields::new(value, "", &mut doubts) else {
        return Err(search.bad_json(NAME, format!("it is {kind} instead of an object")));
    };
    let mut tops: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (repository, tags) in fields.maps() {
        for (tag, id) in tags {
            tops.entry(id).or_default().push(format!("{repository}:{tag}"));
        }
    }
    for doubt in doubts {
        search
            .note(WarningKind::FieldUnreadable { name: NAME.into(), problem: escaped_str(&doubt) });
    }
    Ok(Some(tops.into_iter().map(|(top, tags)| draft(search, top, tags)).collect()))
}

fn draft(search: &mut Search<'_>, top: String, tags: Vec<String>) -> Draft {
    let mut chain = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(top);
    while let Some(id) = next {
        if !seen.insert(id.clone()) {
            search.note(WarningKind::OwnAncestor { id: escaped_str(&id) });
            break;
        }
        let name = format!("{id}/json");
        let Some(member) = search.members.find(name.as_bytes()) else {
            search.note(WarningKind::MemberAbsent { name: escaped_str(&name) });
            break;
        };
        let mut doubts = Vec::new();
        let read = read_json_member(search.path, &name, &member).map_err(DocumentError::from);
        let read = read.and_then(|bytes| Ok(Document::parse(&bytes)?));
        let json = read
            .map(|document| LayerJson::read(document.value, &mut doubts))
            .unwrap_or_else(|problem| {
                search.note(WarningKind::MemberUnreadable {
                    name: escaped_str(&name),
                    problem: escaped_display(&problem),
                });
                None
            });
        for doubt in doubts {
            search.note(WarningKind::FieldUnreadable {
                name: escaped_str(&name),
                problem: escaped_str(&doubt),
            });
        }
        let json = json.unwrap_or_default();
        next = json.parent.clone();
        chain.push((id, json));
    }
    let platform = chain.first().map(|(_, json)| json.platform.clone()).unwrap_or_default();
    chain.reverse();
    let history = chain.iter().map(|(_, json)| HistoryEntry {
        created_by: Some(json.command.join(" ").into()),
        created: json.created.clone().map(Untrusted::from),
        ..HistoryEntry::default()
    });
    let layers = chain.iter().map(|(id, _)| LayerDraft {
        table: None,
        name: format!("{id}/layer.tar").into_bytes(),
        digest: None,
        size: StatedSize::NotMeant,
        foreign: false,
        format: LayerFormat::Tar,
        named: None,
    });
    let warnings = vec![Warning::image(ArchiveDifference::OldTable)];
    Draft {
        tags,
        history: Some(history.collect()),
        layers: layers.collect(),
        platform,
        warnings,
        ..Draft::default()
    }
}
