//! An entity as a row of its table.

use gantry_store::ContainerEntity;
use serde_json::Value;

use super::labels;
use super::references::Names;
use crate::dto::containers::{ConsentSetting, EntityKind, EntityRow};

pub(super) fn row(kind: EntityKind, entity: &ContainerEntity, names: &Names<'_>) -> EntityRow {
    let document = &entity.document;
    let type_name = entity.summary.entity_type.clone().unwrap_or_default();
    EntityRow {
        kind,
        id: entity.summary.key.entity_id.clone(),
        name: entity.summary.name.clone(),
        type_label: type_label(kind, &type_name, document, names),
        type_name,
        folder: entity.summary.folder_id.as_deref().map(|id| names.folder(id)),
        fires_on: names
            .triggers(document, "firingTriggerId")
            .into_iter()
            .map(|trigger| trigger.name)
            .collect(),
        paused: document.get("paused").and_then(Value::as_bool).unwrap_or(false),
        consent: consent(kind, document),
    }
}

fn type_label(kind: EntityKind, type_name: &str, document: &Value, names: &Names<'_>) -> String {
    if let Some(label) = labels::type_label(kind, type_name) {
        return label.to_owned();
    }
    if let Some(template) = names.template(type_name) {
        return template.to_owned();
    }
    match kind {
        EntityKind::BuiltInVariable => labels::key_label(type_name),
        EntityKind::Template => {
            let gallery = document.pointer("/galleryReference/repository").and_then(Value::as_str);
            gallery.map_or_else(
                || "Custom template".to_owned(),
                |repository| format!("Gallery: {repository}"),
            )
        }
        _ if type_name.starts_with("cvt_") => "Custom template".to_owned(),
        _ => type_name.to_owned(),
    }
}

/// Consent has a meaning for tags alone.
fn consent(kind: EntityKind, document: &Value) -> Option<ConsentSetting> {
    if kind != EntityKind::Tag {
        return None;
    }
    let status = document
        .pointer("/consentSettings/consentStatus")
        .and_then(Value::as_str);
    Some(match status {
        Some("needed") => ConsentSetting::Set,
        Some("notNeeded") => ConsentSetting::NotNeeded,
        _ => ConsentSetting::NotSet,
    })
}
