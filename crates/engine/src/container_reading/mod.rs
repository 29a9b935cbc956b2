//! Reads what the entities of a container mean: which tags send to Analytics, where to, and which events. Every part of Gantry
//! that asks this asks here, so that no two of them answer differently.
//!
//! Entities are Google's own JSON: the types and keys of parameters are in no discovery document.

mod sending;
#[cfg(test)]
mod tests;
mod values;

use std::collections::HashMap;

use google_apis::tag_manager::ContainerVersion;
use serde_json::Value;

pub(crate) use sending::{Sends, What};

/// The kinds of an `Entity`, with the field that holds their ids (discovery document `tagmanager.v2`). A built-in variable has
/// no id: its type is its name.
pub(crate) const KINDS: [(&str, &str); 10] = [
    ("tag", "tagId"),
    ("trigger", "triggerId"),
    ("variable", "variableId"),
    ("builtInVariable", "type"),
    ("folder", "folderId"),
    ("customTemplate", "templateId"),
    ("zone", "zoneId"),
    ("client", "clientId"),
    ("transformation", "transformationId"),
    ("gtagConfig", "gtagConfigId"),
];

/// The entities of a version, of a workspace's changes or of one call, as they name each other: tags their triggers by id,
/// everything its variables by name, event tags another tag by name.
#[derive(Default)]
pub(crate) struct Reading<'a> {
    entities: Vec<(&'static str, &'a Value)>,
    triggers: Vec<&'a Value>,
    variables: HashMap<&'a str, &'a Value>,
    tags: HashMap<&'a str, &'a Value>,
}

impl<'a> Reading<'a> {
    /// Of entities with their kinds.
    pub fn of(entities: impl IntoIterator<Item = (&'static str, &'a Value)>) -> Self {
        let mut reading = Self::default();
        for (kind, entity) in entities {
            reading.entities.push((kind, entity));
            match kind {
                "trigger" => reading.triggers.push(entity),
                "variable" => drop(reading.variables.insert(text(entity, "name"), entity)),
                "tag" => drop(reading.tags.insert(text(entity, "name"), entity)),
                _ => {}
            }
        }
        reading
    }

    pub fn of_version(version: &'a ContainerVersion) -> Self {
        let lists = [
            ("tag", &version.tag),
            ("trigger", &version.trigger),
            ("variable", &version.variable),
            ("builtInVariable", &version.built_in_variable),
            ("folder", &version.folder),
            ("customTemplate", &version.custom_template),
            ("zone", &version.zone),
            ("client", &version.client),
            ("transformation", &version.transformation),
            ("gtagConfig", &version.gtag_config),
        ];
        Self::of(
            lists
                .into_iter()
                .flat_map(|(kind, list)| list.iter().map(move |entity| (kind, entity))),
        )
    }

    /// Of `Entity` objects, which hold their content under its kind.
    pub fn of_wrapped(entities: &'a [Value]) -> Self {
        let contents = entities.iter().filter_map(unwrapped);
        Self::of(contents.map(|(kind, _, content)| (kind, content)))
    }

    pub fn entities(&self) -> &[(&'static str, &'a Value)] {
        &self.entities
    }

    pub fn of_kind(&self, wanted: &'static str) -> impl Iterator<Item = &'a Value> {
        let of_kind = self.entities.iter().filter(move |(kind, _)| *kind == wanted);
        of_kind.map(|(_, entity)| *entity)
    }

    /// Those that a tag may name in `firingTriggerId`.
    pub fn triggers(&self) -> &[&'a Value] {
        &self.triggers
    }
}

/// The kind of an `Entity` object, its id field and its content.
pub(crate) fn unwrapped(entity: &Value) -> Option<(&'static str, &'static str, &Value)> {
    KINDS
        .iter()
        .find_map(|(kind, id)| entity.get(*kind).map(|content| (*kind, *id, content)))
}

/// What identifies an entity among those of its kind.
pub(crate) fn id<'a>(kind: &str, content: &'a Value) -> &'a str {
    let field = KINDS.iter().find(|(known, _)| *known == kind);
    field.map_or("", |(_, field)| text(content, field))
}

/// The value of a field, where it is text.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The parameter of this key, as it is.
pub(crate) fn parameter<'a>(entity: &'a Value, key: &str) -> Option<&'a Value> {
    let parameters = entity.get("parameter")?.as_array()?;
    parameters.iter().find(|parameter| text(parameter, "key") == key)
}

/// The text of the parameter of this key.
pub(crate) fn parameter_text<'a>(entity: &'a Value, key: &str) -> Option<&'a str> {
    parameter(entity, key)?.get("value")?.as_str()
}

pub(crate) fn is_paused(tag: &Value) -> bool {
    tag.get("paused").and_then(Value::as_bool).unwrap_or_default()
}
