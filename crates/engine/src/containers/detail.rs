//! One entity, readable: its parameters, its settings, what it refers to.

use gantry_store::ContainerEntity;
use serde_json::Value;

use super::references::Names;
use super::{conditions, labels, parameters, rows};
use crate::dto::containers::{EntityDetail, EntityField, EntityKind, EntityReference};

pub(super) fn detail(kind: EntityKind, entity: ContainerEntity, names: &Names<'_>) -> EntityDetail {
    let document = &entity.document;
    let mut fields = parameters::fields(document, names);
    fields.extend(settings(kind, document, names));
    EntityDetail {
        row: rows::row(kind, &entity, names),
        notes: text(document, "notes"),
        fields,
        firing_triggers: triggers(document, names, &["firingTriggerId", "enablingTriggerId"]),
        blocking_triggers: triggers(document, names, &["blockingTriggerId", "disablingTriggerId"]),
        conditions: conditions::conditions(document),
        raw: entity.document,
    }
}

fn triggers(document: &Value, names: &Names<'_>, keys: &[&str]) -> Vec<EntityReference> {
    keys.iter().flat_map(|key| names.triggers(document, key)).collect()
}

fn text(document: &Value, key: &str) -> Option<String> {
    document
        .get(key)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn leaf(key: &str, label: &str, value: String) -> EntityField {
    EntityField {
        key: key.to_owned(),
        label: label.to_owned(),
        value: Some(value),
        children: Vec::new(),
    }
}

/// What Google keeps beside the parameters.
fn settings(kind: EntityKind, document: &Value, names: &Names<'_>) -> Vec<EntityField> {
    let mut fields = Vec::new();
    if let Some(option) = text(document, "tagFiringOption") {
        fields.push(leaf("tagFiringOption", "Fires", labels::firing_option(&option)));
    }
    match document.get("priority") {
        Some(Value::Object(priority)) => {
            let value = priority.get("value").and_then(Value::as_str).unwrap_or_default();
            fields.push(leaf("priority", "Priority", value.to_owned()));
        }
        Some(Value::Number(priority)) => fields.push(leaf("priority", "Priority", priority.to_string())),
        _ => {}
    }
    for (key, label, name) in [
        ("setupTag", "Fires after", "tagName"),
        ("teardownTag", "Fires before", "tagName"),
    ] {
        for tag in document.get(key).and_then(Value::as_array).into_iter().flatten() {
            fields.push(leaf(
                key,
                label,
                names.tag(tag.get(name).and_then(Value::as_str).unwrap_or_default()),
            ));
        }
    }
    for (key, label) in [("scheduleStartMs", "From"), ("scheduleEndMs", "Until")] {
        let moment =
            text(document, key).and_then(|millis| jiff::Timestamp::from_millisecond(millis.parse().ok()?).ok());
        if let Some(moment) = moment {
            fields.push(leaf(key, label, moment.to_string()));
        }
    }
    let consent = document
        .pointer("/consentSettings/consentType/list")
        .and_then(Value::as_array);
    if let Some(types) = consent {
        let types: Vec<&str> = types
            .iter()
            .filter_map(|one| one.get("value").and_then(Value::as_str))
            .collect();
        if !types.is_empty() {
            fields.push(leaf("consentType", "Needs consent for", types.join(", ")));
        }
    }
    if document.get("liveOnly").and_then(Value::as_bool) == Some(true) {
        fields.push(leaf("liveOnly", "Only on the live version", "Yes".to_owned()));
    }
    if kind == EntityKind::Template {
        for (key, label) in [
            ("owner", "Gallery owner"),
            ("repository", "Gallery repository"),
            ("version", "Gallery version"),
        ] {
            let value = document.get("galleryReference").and_then(|gallery| text(gallery, key));
            fields.extend(value.map(|value| leaf(key, label, value)));
        }
        fields.extend(text(document, "templateData").map(|code| leaf("templateData", "Template code", code)));
    }
    if kind == EntityKind::BuiltInVariable {
        fields.extend(text(document, "type").map(|name| leaf("type", "Type", name)));
    }
    if kind == EntityKind::Zone {
        for child in document
            .get("childContainer")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            fields.extend(text(child, "publicId").map(|id| leaf("childContainer", "Loads container", id)));
        }
    }
    if let Some(Value::Object(format)) = document.get("formatValue") {
        for (key, value) in format {
            let value = value
                .get("value")
                .and_then(Value::as_str)
                .or_else(|| value.as_str())
                .unwrap_or_default();
            fields.push(leaf(key, &labels::key_label(key), value.to_owned()));
        }
    }
    for key in [
        "waitForTags",
        "checkValidation",
        "waitForTagsTimeout",
        "interval",
        "limit",
        "eventName",
        "visibilitySelector",
    ] {
        // Triggers keep some of their settings as single parameters under their own keys.
        if kind == EntityKind::Trigger
            && let Some(value) = document
                .get(key)
                .and_then(|parameter| parameter.get("value"))
                .and_then(Value::as_str)
        {
            fields.push(leaf(key, &labels::key_label(key), value.to_owned()));
        }
    }
    fields
}
