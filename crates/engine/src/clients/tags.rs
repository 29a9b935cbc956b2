//! Which measurement IDs the tags of the live versions send to, as far as the mirror can tell.
//!
//! Each row of a table is possible. What is decided on the page (a data layer variable, a script) stays a variable's name.

use std::collections::{BTreeMap, BTreeSet};

use gantry_store::ContainerEntity;

use crate::Engine;
use crate::container_reading::{KINDS, Reading, is_paused};
use crate::error::Result;

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
    let known = entities.iter().filter_map(|one| {
        let kind = KINDS.iter().find(|(kind, _)| *kind == one.summary.key.kind)?.0;
        Some((kind, &one.document))
    });
    let reading = Reading::of(known);
    let sending = reading.senders().map(|(sender, sends)| SendingTag {
        container_id: container_id.to_owned(),
        tag_id: sender.id().to_owned(),
        name: sender.name().to_owned(),
        type_name: sender.type_name().to_owned(),
        paused: is_paused(sender.entity),
        targets: sends
            .targets
            .into_iter()
            .filter(|target| to_analytics(target))
            .collect(),
    });
    sending.filter(|tag| !tag.targets.is_empty()).collect()
}

/// Others are Google Ads' and Floodlight's.
fn to_analytics(target: &str) -> bool {
    target.starts_with("G-") || target.starts_with("GT-") || target.contains("{{")
}

#[cfg(test)]
mod tests {
    use gantry_store::{EntityKey, EntitySummary};
    use serde_json::{Value, json};

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

    #[test]
    fn tags_that_send_to_analytics_are_told_with_where() {
        let tag = |kind: &str, id: &str, name: &str, value: &str| {
            let id_field = format!("{kind}Id");
            let parameter = json!([{ "type": "template", "key": "tagId", "value": value }]);
            let mut document = json!({ "name": name, "type": "googtag", "parameter": parameter, "paused": id == "2" });
            document[id_field] = json!(id);
            entity(kind, id, document)
        };
        let entities = [
            tag("tag", "1", "Ours", "g-one"),
            tag("tag", "2", "Paused", "{{DLV - id}}"),
            tag("tag", "3", "Ads", "AW-123"),
            tag("gtagConfig", "4", "", "GT-THREE"),
        ];
        let found = in_version("7", &entities);
        let told: Vec<_> = found
            .iter()
            .map(|tag| {
                (
                    tag.tag_id.as_str(),
                    tag.name.as_str(),
                    tag.targets.first().unwrap().as_str(),
                    tag.paused,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("1", "Ours", "G-ONE", false),
                ("2", "Paused", "{{DLV - id}}", true),
                ("4", "Google tag", "GT-THREE", false),
            ]
        );
        assert!(
            found
                .iter()
                .all(|tag| tag.container_id == "7" && tag.type_name == "googtag")
        );
    }
}
