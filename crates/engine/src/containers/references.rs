//! From ids to names: triggers, tags, folders and templates of a version, and the triggers that every container has.

use std::collections::HashMap;

use gantry_store::ContainerEntity;
use serde_json::Value;

use super::labels;
use crate::dto::containers::{EntityKind, EntityReference};

/// Triggers that Google builds in: they are in no list. The first and the last are seen in Google's own exports.
const BUILT_IN_TRIGGERS: [(&str, &str, &str); 3] = [
    ("2147479553", "All Pages", "Page view"),
    (
        "2147479572",
        "Consent Initialization - All Pages",
        "Consent initialization",
    ),
    ("2147479573", "Initialization - All Pages", "Initialization"),
];

/// The names of one version's entities.
pub(super) struct Names<'a> {
    by_key: HashMap<(&'a str, &'a str), &'a ContainerEntity>,
}

impl<'a> Names<'a> {
    pub fn new(entities: &'a [ContainerEntity]) -> Self {
        let by_key = entities
            .iter()
            .map(|entity| {
                (
                    (entity.summary.key.kind.as_str(), entity.summary.key.entity_id.as_str()),
                    entity,
                )
            })
            .collect();
        Self { by_key }
    }

    fn name(&self, kind: &str, id: &str) -> Option<&'a str> {
        self.by_key.get(&(kind, id)).map(|entity| entity.summary.name.as_str())
    }

    pub fn folder(&self, id: &str) -> String {
        self.name("folder", id).unwrap_or(id).to_owned()
    }

    /// The template that a tag or variable is made of: its type is `cvt_CONTAINER_TEMPLATE`, `cvt_TEMPLATE` or, from the
    /// gallery, `cvt_GALLERYID`.
    pub fn template(&self, type_name: &str) -> Option<&'a str> {
        let id = type_name.strip_prefix("cvt_")?;
        self.name("customTemplate", id)
            .or_else(|| self.name("customTemplate", id.rsplit('_').next()?))
            .or_else(|| {
                let gallery_id = |entity: &ContainerEntity| {
                    entity
                        .document
                        .pointer("/galleryReference/galleryTemplateId")
                        .and_then(Value::as_str)
                        == Some(id)
                };
                let mut templates = self.by_key.iter().filter(|((kind, _), _)| *kind == "customTemplate");
                templates
                    .find(|(_, entity)| gallery_id(entity))
                    .map(|(_, entity)| entity.summary.name.as_str())
            })
    }

    pub fn trigger(&self, id: &str) -> EntityReference {
        let built_in = BUILT_IN_TRIGGERS.iter().find(|(known, ..)| *known == id);
        let entity = self.by_key.get(&("trigger", id));
        let (name, detail) = match (entity, built_in) {
            (Some(entity), _) => {
                let type_name = entity.summary.entity_type.as_deref().unwrap_or_default();
                let label = labels::type_label(EntityKind::Trigger, type_name).unwrap_or(type_name);
                (entity.summary.name.clone(), Some(label.to_owned()))
            }
            (None, Some((_, name, label))) => ((*name).to_owned(), Some((*label).to_owned())),
            (None, None) => (id.to_owned(), Some("Not in this version".to_owned())),
        };
        EntityReference {
            kind: EntityKind::Trigger,
            id: id.to_owned(),
            name,
            detail,
        }
    }

    /// The name of a tag that is referred to by name or by id.
    pub fn tag(&self, reference: &str) -> String {
        self.name("tag", reference).unwrap_or(reference).to_owned()
    }

    /// The triggers under `key` of an entity.
    pub fn triggers(&self, entity: &Value, key: &str) -> Vec<EntityReference> {
        let ids = entity
            .get(key)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        ids.iter()
            .filter_map(Value::as_str)
            .map(|id| self.trigger(id))
            .collect()
    }
}
