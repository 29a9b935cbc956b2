//! The GA4 events and consent defaults of a container's live version, as a template says them.

use std::sync::LazyLock;

use google_apis::tag_manager::ContainerVersion;
use regex::Regex;
use serde_json::Value;

use crate::container_reading::{is_paused, parameter_text, text};
use crate::dto::templates::{ConsentDefaults, TemplateEvent, TemplateParameter, TemplateTagManager};

/// What can be said in a template; what cannot is noted.
pub(super) fn capture(live: &ContainerVersion, left_out: &mut Vec<String>) -> TemplateTagManager {
    let mut content = TemplateTagManager::default();
    let mut folder = None;
    for tag in &live.tag {
        let paused = is_paused(tag);
        let taken = match text(tag, "type") {
            "googtag" => true,
            _ if paused => false,
            "html" => match consent(parameter(tag, "html")) {
                Some(consent) => {
                    content.consent = Some(consent);
                    true
                }
                None => false,
            },
            "gaawe" => match events(tag, live) {
                Some(events) => {
                    content.events.extend(events);
                    true
                }
                None => false,
            },
            _ => false,
        };
        if taken {
            folder = folder.or_else(|| tag.get("parentFolderId").and_then(Value::as_str));
        } else {
            left_out.push(format!("tag {}", text(tag, "name")));
        }
    }
    let folder = live.folder.iter().find(|one| Some(text(one, "folderId")) == folder);
    content.folder = folder
        .map(|folder| text(folder, "name").to_owned())
        .filter(|name| !name.is_empty());
    content
}

/// `gtag('consent', 'default', {...})`, without regions.
fn consent(html: &str) -> Option<ConsentDefaults> {
    static COMMAND: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"gtag\(\s*['"]consent['"]\s*,\s*['"]default['"]\s*,\s*\{([^}]*)\}"#).ok());
    static SETTING: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"['"]?([a-z_]+)['"]?\s*:\s*['"]?([a-z]+|[0-9]+)['"]?"#).ok());
    let settings = COMMAND.as_ref()?.captures(html)?.get(1)?.as_str();
    if settings.contains("region") {
        return None;
    }
    let value = |name: &str| {
        let found = SETTING
            .as_ref()?
            .captures_iter(settings)
            .find(|setting| &setting[1] == name)?;
        Some(found[2].to_owned())
    };
    // What is not named is granted, as Google has it.
    let granted = |name: &str| value(name).is_none_or(|state| state == "granted");
    Some(ConsentDefaults {
        ad_storage: granted("ad_storage"),
        ad_user_data: granted("ad_user_data"),
        ad_personalization: granted("ad_personalization"),
        analytics_storage: granted("analytics_storage"),
        wait_for_update: value("wait_for_update").and_then(|wait| wait.parse().ok()).unwrap_or(0),
    })
}

/// One event for each custom event that the tag fires on; `None` where anything about it is beyond a template.
fn events(tag: &Value, live: &ContainerVersion) -> Option<Vec<TemplateEvent>> {
    let event = parameter(tag, "eventName");
    let blocked = tag
        .get("blockingTriggerId")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    let ecommerce = parameter(tag, "sendEcommerceData") == "true";
    if event.contains("{{") || blocked || (ecommerce && parameter(tag, "getEcommerceDataFrom") == "customObject") {
        return None;
    }
    let parameters = parameters(tag, live)?;
    let triggers = tag.get("firingTriggerId").and_then(Value::as_array)?;
    let occasions: Option<Vec<&str>> = triggers.iter().map(|id| occasion(id.as_str()?, live)).collect();
    let events: Vec<TemplateEvent> = occasions?
        .into_iter()
        .map(|on| TemplateEvent {
            event: event.to_owned(),
            on: Some(on.to_owned()).filter(|on| on != event),
            ecommerce,
            parameters: parameters.clone(),
        })
        .collect();
    Some(events).filter(|events| !events.is_empty())
}

/// The data layer's event that a trigger waits for, where it waits for nothing else.
fn occasion<'a>(id: &str, live: &'a ContainerVersion) -> Option<&'a str> {
    let trigger = live.trigger.iter().find(|trigger| text(trigger, "triggerId") == id)?;
    let list = |field: &str| {
        trigger
            .get(field)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    let [filter] = list("customEventFilter") else {
        return None;
    };
    if text(trigger, "type") != "customEvent" || !list("filter").is_empty() || text(filter, "type") != "equals" {
        return None;
    }
    let about = parameter(filter, "arg0");
    Some(parameter(filter, "arg1")).filter(|on| about == "{{_event}}" && !on.contains("{{"))
}

/// Each from the data layer. `eventParameters` is how tags were written before 2023.
fn parameters(tag: &Value, live: &ContainerVersion) -> Option<Vec<TemplateParameter>> {
    let list = tag.get("parameter").and_then(Value::as_array)?;
    let mut parameters = Vec::new();
    for (table, name, value) in [
        ("eventSettingsTable", "parameter", "parameterValue"),
        ("eventParameters", "name", "value"),
    ] {
        let rows = list.iter().find(|one| text(one, "key") == table);
        for row in rows
            .and_then(|rows| rows.get("list"))
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let cells = row.get("map").and_then(Value::as_array)?;
            let cell = |key: &str| {
                cells
                    .iter()
                    .find(|cell| text(cell, "key") == key)
                    .map(|cell| text(cell, "value"))
            };
            parameters.push(TemplateParameter {
                name: cell(name)?.to_owned(),
                data_layer: data_layer(cell(value)?, live)?.to_owned(),
            });
        }
    }
    let settings = list
        .iter()
        .any(|one| matches!(text(one, "key"), "eventSettingsVariable" | "userProperties"));
    Some(parameters).filter(|_| !settings)
}

fn parameter<'a>(entity: &'a Value, key: &str) -> &'a str {
    parameter_text(entity, key).unwrap_or_default()
}

/// The path that `{{Name}}` reads.
fn data_layer<'a>(reference: &str, live: &'a ContainerVersion) -> Option<&'a str> {
    let name = reference.strip_prefix("{{")?.strip_suffix("}}")?;
    let variable = live.variable.iter().find(|variable| text(variable, "name") == name)?;
    Some(parameter(variable, "name")).filter(|path| text(variable, "type") == "v" && !path.is_empty())
}
