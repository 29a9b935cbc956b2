//! What Tag Manager refuses to store, what it adds by itself, and what its compiler stumbles over.
use serde_json::{Map, Value, json};

use super::built_ins;
use super::kinds::Kind;
use super::model::Content;
use super::refusal::Refusal;
use super::render::Place;
use super::required_name;

/// Transformation types Tag Manager knows; it answers 500 to any other.
const TRANSFORMATIONS: [&str; 3] = ["tf_exclude_params", "tf_allow_params", "tf_augment_event"];

/// Timers, forms, clicks and scrolls carry a Tag Manager-made id that no body sets.
pub(super) fn unique_trigger(body: &mut Map<String, Value>, place: Place, id: u64) {
    let kind = body.get("type").and_then(Value::as_str).unwrap_or_default();
    let with_listener = [
        "timer",
        "formSubmission",
        "linkClick",
        "scrollDepth",
        "youTubeVideo",
        "elementVisibility",
        "triggerGroup",
    ];
    if with_listener.contains(&kind) {
        let value = format!("{}_{id}", place.container);
        body.insert(
            "uniqueTriggerId".to_owned(),
            json!({ "type": "template", "value": value }),
        );
    }
}

/// What Tag Manager refuses to store.
pub(super) fn check(
    content: &Content,
    server: bool,
    kind: Kind,
    own: Option<u64>,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    let kind_name = kind.list_key();
    if kind.server_only() && !server {
        return Err(Refusal::invalid(format!(
            "{kind_name}: not supported in this container."
        )));
    }
    if kind != Kind::GtagConfig {
        let name = required_name(body)?;
        let taken = content
            .of(kind)
            .any(|(id, other)| Some(id) != own && other.get("name").is_some_and(|other| other == name));
        let built_in = kind == Kind::Variable && content.built_ins.iter().any(|one| built_ins::name(one) == name);
        if taken || built_in {
            return Err(Refusal::duplicate_name());
        }
    }
    if kind.has_type() {
        let of_type = body.get("type").and_then(Value::as_str).unwrap_or_default();
        if of_type.is_empty() {
            return Err(Refusal::invalid(format!(
                "{kind_name}.type: The value must not be empty."
            )));
        }
        if kind == Kind::Transformation && !TRANSFORMATIONS.contains(&of_type) {
            return Err(Refusal::internal());
        }
        let custom = body
            .get("customEventFilter")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        if kind == Kind::Trigger && of_type == "customEvent" && custom != 1 {
            return Err(Refusal::invalid(
                "customEventFilter: Custom-event trigger must have exactly one custom-event filter.",
            ));
        }
    }
    for list in ["filter", "autoEventFilter", "customEventFilter"] {
        for condition in body.get(list).and_then(Value::as_array).into_iter().flatten() {
            let has = |arg: &str| {
                condition["parameter"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|parameter| parameter["key"] == arg)
            };
            if !has("arg0") || !has("arg1") {
                return Err(Refusal::invalid(format!(
                    "{list}: A condition must have arg0 and arg1."
                )));
            }
        }
    }
    for list in TRIGGER_LISTS {
        if !ids_in(body, list).all(|id| content.has_trigger(id)) {
            return Err(Refusal::invalid(format!(
                "{kind_name}.{list}: The value must be the id of an existing trigger."
            )));
        }
    }
    for list in ["setupTag", "teardownTag"] {
        if body
            .get(list)
            .and_then(Value::as_array)
            .is_some_and(|tags| tags.len() > 1)
        {
            return Err(Refusal::invalid(format!(
                "{kind_name}.{list}: Only one tag is supported."
            )));
        }
    }
    if let Some(folder) = body.get("parentFolderId").and_then(Value::as_str) {
        let known = folder
            .parse()
            .is_ok_and(|id| content.entities.contains_key(&(Kind::Folder, id)));
        if !known {
            return Err(Refusal::invalid(format!("{kind_name}.parentFolderId: No such folder.")));
        }
    }
    Ok(())
}

/// The fields of tags and variables that list ids of triggers.
pub(super) const TRIGGER_LISTS: [&str; 4] = [
    "firingTriggerId",
    "blockingTriggerId",
    "enablingTriggerId",
    "disablingTriggerId",
];

/// Ids in a list; a text that is no id counts as one nobody has.
fn ids_in<'a>(fields: &'a Map<String, Value>, list: &str) -> impl Iterator<Item = u64> + use<'a> {
    let ids = fields.get(list).and_then(Value::as_array).into_iter().flatten();
    ids.map(|id| id.as_str().and_then(|id| id.parse().ok()).unwrap_or(0))
}

/// Triggers a tag or variable names.
pub fn trigger_ids(fields: &Map<String, Value>) -> impl Iterator<Item = u64> {
    TRIGGER_LISTS.into_iter().flat_map(|list| ids_in(fields, list))
}

/// Whether every trigger that something names by id, and every tag that something names by name, is still there: Tag
/// Manager's compiler stumbles over one that is not.
pub(super) fn compiles(content: &Content) -> bool {
    let has_tag = |name: &Value| {
        content
            .of(Kind::Tag)
            .any(|(_, tag)| tag.get("name").is_some_and(|other| other == name))
    };
    let sequenced = content.of(Kind::Tag).flat_map(|(_, tag)| {
        ["setupTag", "teardownTag"]
            .into_iter()
            .filter_map(|list| tag.get(list).and_then(Value::as_array))
            .flatten()
    });
    content
        .entities
        .values()
        .all(|fields| trigger_ids(fields).all(|id| content.has_trigger(id)) && parameters(fields, content, &has_tag))
        && sequenced.filter_map(|step| step.get("tagName")).all(has_tag)
}

fn parameters(fields: &Map<String, Value>, content: &Content, has_tag: &dyn Fn(&Value) -> bool) -> bool {
    let value = || fields.get("value").unwrap_or(&Value::Null);
    let holds = match fields.get("type").and_then(Value::as_str) {
        Some("triggerReference") => value()
            .as_str()
            .and_then(|id| id.parse().ok())
            .is_some_and(|id| content.has_trigger(id)),
        Some("tagReference") => has_tag(value()),
        _ => true,
    };
    let inner = ["parameter", "list", "map"]
        .into_iter()
        .filter_map(|key| fields.get(key).and_then(Value::as_array))
        .flatten()
        .filter_map(Value::as_object);
    holds && inner.into_iter().all(|nested| parameters(nested, content, has_tag))
}
