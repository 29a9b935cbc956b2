//! Which measurement IDs the tags of the live versions send to, as far as the mirror can tell.
//!
//! An ID may stand in the tag itself, in a constant, or in a lookup table of which each row is possible. What is decided
//! on the page (a data layer variable, a script) stays a variable's name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gantry_store::ContainerEntity;
use serde_json::Value;

use crate::Engine;
use crate::error::Result;

/// How deep a variable may lead to another.
const DEPTH: u8 = 8;

/// What is read of the versions: tags that send to Analytics, Google tags of the container itself, and the variables
/// that can be followed (constants, lookup and regular expression tables).
const TYPES: &[(&str, &str)] = &[
    ("tag", "googtag"),
    ("tag", "gaawc"),
    ("tag", "gaawe"),
    ("tag", "sgtmgaaw"),
    ("gtagConfig", ""),
    ("variable", "c"),
    ("variable", "smm"),
    ("variable", "remm"),
];

/// A tag that sends to Analytics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SendingTag {
    /// Google's number of the container.
    pub container_id: String,
    pub tag_id: String,
    pub name: String,
    pub type_name: String,
    pub paused: bool,
    /// `G-...` in capitals, several where a table decides; `GT-...` or `{{Variable}}` where it cannot be told.
    pub targets: BTreeSet<String>,
}

/// Every such tag of every live version.
pub(super) async fn read(engine: &Engine) -> Result<Vec<SendingTag>> {
    let mut of_container: BTreeMap<String, Vec<ContainerEntity>> = BTreeMap::new();
    for (container, entity) in engine.store.entities_of_types(TYPES).await? {
        of_container.entry(container).or_default().push(entity);
    }
    Ok(of_container
        .iter()
        .flat_map(|(container, entities)| in_version(container, entities))
        .collect())
}

fn in_version(container_id: &str, entities: &[ContainerEntity]) -> Vec<SendingTag> {
    let of = |kind: &'static str| entities.iter().filter(move |one| one.summary.key.kind == kind);
    let version = Version {
        variables: of("variable")
            .map(|one| (one.summary.name.as_str(), &one.document))
            .collect(),
        tags: of("tag")
            .map(|one| (one.summary.name.as_str(), &one.document))
            .collect(),
    };
    of("tag")
        .chain(of("gtagConfig"))
        .filter_map(|entity| {
            let targets = version.targets(&entity.document, DEPTH);
            let summary = &entity.summary;
            (!targets.is_empty()).then(|| SendingTag {
                container_id: container_id.to_owned(),
                tag_id: summary.key.entity_id.clone(),
                name: if summary.name.is_empty() {
                    "Google tag".to_owned()
                } else {
                    summary.name.clone()
                },
                type_name: summary.entity_type.clone().unwrap_or_default(),
                paused: entity.document.get("paused").and_then(Value::as_bool).unwrap_or(false),
                targets,
            })
        })
        .collect()
}

struct Version<'a> {
    variables: HashMap<&'a str, &'a Value>,
    tags: HashMap<&'a str, &'a Value>,
}

impl Version<'_> {
    fn targets(&self, tag: &Value, depth: u8) -> BTreeSet<String> {
        // An event tag names its ID, or else the tag that has it.
        let named = ["tagId", "measurementIdOverride", "measurementId"]
            .iter()
            .filter_map(|key| parameter(tag, key))
            .find_map(|parameter| {
                let value = parameter.get("value").and_then(Value::as_str)?.trim();
                (!value.is_empty() && value != "none").then_some((parameter, value))
            });
        let Some((parameter, value)) = named else {
            return BTreeSet::new();
        };
        let is_reference = parameter.get("type").and_then(Value::as_str) == Some("tagReference");
        if is_reference {
            return match (self.tags.get(value), depth) {
                (Some(tag), 1..) => self.targets(tag, depth - 1),
                _ => BTreeSet::new(),
            };
        }
        let mut targets = BTreeSet::new();
        self.follow(value, depth, &mut targets);
        targets
    }

    fn follow(&self, value: &str, depth: u8, targets: &mut BTreeSet<String>) {
        let value = value.trim();
        let Some(name) = value.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) else {
            let id = value.to_ascii_uppercase();
            if id.starts_with("G-") || id.starts_with("GT-") {
                targets.insert(id);
            } else if value.contains("{{") {
                targets.insert(value.to_owned());
            }
            // Others (Google Ads, Floodlight) are not Analytics.
            return;
        };
        let variable = self.variables.get(name).filter(|_| depth > 0);
        let kind = variable
            .and_then(|variable| variable.get("type"))
            .and_then(Value::as_str);
        match (variable, kind) {
            (Some(constant), Some("c")) => {
                if let Some(value) = text(constant, "value") {
                    self.follow(value, depth - 1, targets);
                }
            }
            (Some(table), Some("smm" | "remm")) => {
                let rows = parameter(table, "map")
                    .and_then(|map| map.get("list"))
                    .and_then(Value::as_array);
                let cells = rows
                    .into_iter()
                    .flatten()
                    .filter_map(|row| row.get("map").and_then(Value::as_array))
                    .flatten()
                    .filter(|cell| cell.get("key").and_then(Value::as_str) == Some("value"))
                    .filter_map(|cell| cell.get("value").and_then(Value::as_str));
                for cell in cells.chain(text(table, "defaultValue")) {
                    self.follow(cell, depth - 1, targets);
                }
            }
            _ => {
                targets.insert(value.to_owned());
            }
        }
    }
}

fn parameter<'a>(entity: &'a Value, key: &str) -> Option<&'a Value> {
    let all = entity.get("parameter")?.as_array()?;
    all.iter()
        .find(|parameter| parameter.get("key").and_then(Value::as_str) == Some(key))
}

fn text<'a>(entity: &'a Value, key: &str) -> Option<&'a str> {
    parameter(entity, key)?.get("value")?.as_str()
}

#[cfg(test)]
mod tests {
    use gantry_store::{EntityKey, EntitySummary};
    use serde_json::json;

    use super::*;

    fn entity(kind: &str, id: &str, document: Value) -> ContainerEntity {
        ContainerEntity {
            summary: EntitySummary {
                key: EntityKey {
                    kind: kind.to_owned(),
                    entity_id: id.to_owned(),
                },
                name: document["name"].as_str().unwrap_or_default().to_owned(),
                entity_type: document["type"].as_str().map(str::to_owned),
                folder_id: None,
                fingerprint: None,
            },
            document,
        }
    }

    fn tag(id: &str, type_name: &str, key: &str, kind: &str, value: &str) -> ContainerEntity {
        let parameter = json!([{ "type": kind, "key": key, "value": value }]);
        entity(
            "tag",
            id,
            json!({ "name": format!("tag {id}"), "type": type_name, "parameter": parameter }),
        )
    }

    fn constant(name: &str, value: &str) -> ContainerEntity {
        let parameter = json!([{ "type": "template", "key": "value", "value": value }]);
        entity(
            "variable",
            name,
            json!({ "name": name, "type": "c", "parameter": parameter }),
        )
    }

    #[test]
    fn ids_are_followed_through_constants_tables_and_references() {
        let row = |value: &str| {
            json!({ "type": "map", "map": [
                { "type": "template", "key": "key", "value": "host" },
                { "type": "template", "key": "value", "value": value },
            ]})
        };
        let table = json!({ "name": "By host", "type": "smm", "parameter": [
            { "type": "template", "key": "defaultValue", "value": "{{ID}}" },
            { "type": "list", "key": "map", "list": [row("G-TWO"), row("{{ID}}")] },
        ]});
        let entities = [
            tag("1", "googtag", "tagId", "template", "g-one"),
            tag("2", "googtag", "tagId", "template", "{{ID}}"),
            tag("3", "gaawe", "measurementIdOverride", "template", "{{By host}}"),
            tag("4", "gaawe", "measurementId", "tagReference", "tag 2"),
            tag("5", "googtag", "tagId", "template", "AW-123"),
            tag("6", "googtag", "tagId", "template", "{{DLV - id}}"),
            tag("7", "gaawe", "measurementId", "tagReference", "none"),
            tag("8", "googtag", "tagId", "template", "{{Loop}}"),
            constant("ID", "{{Inner}}"),
            constant("Inner", " G-ONE "),
            constant("Loop", "{{Loop}}"),
            entity("variable", "9", table),
            entity(
                "gtagConfig",
                "1",
                json!({ "type": "googtag", "parameter": [
                { "type": "template", "key": "tagId", "value": "G-THREE" }] }),
            ),
        ];
        let found: Vec<(String, Vec<String>)> = in_version("7", &entities)
            .into_iter()
            .map(|tag| (tag.tag_id, tag.targets.into_iter().collect()))
            .collect();
        let expected: Vec<(String, Vec<String>)> = [
            ("1", &["G-ONE"][..]),
            ("2", &["G-ONE"]),
            ("3", &["G-ONE", "G-TWO"]),
            ("4", &["G-ONE"]),
            ("6", &["{{DLV - id}}"]),
            ("8", &["{{Loop}}"]),
            ("1", &["G-THREE"]),
        ]
        .iter()
        .map(|(id, targets)| ((*id).to_owned(), targets.iter().map(|&one| one.to_owned()).collect()))
        .collect();
        assert_eq!(found, expected);
    }
}
