//! What a template puts into a Tag Manager workspace, as one `bulk_update` takes it.
//!
//! Types and keys of parameters are not in the discovery document. They are as Tag Manager itself writes them into
//! exported containers: `googtag` (tagId), `gaawe` (eventName, measurementIdOverride, sendEcommerceData,
//! getEcommerceDataFrom, eventSettingsTable), `html`, `c`, `v`.

use serde_json::{Value, json};

use crate::dto::templates::{ConsentDefaults, Template, TemplateEvent};

/// Tag Manager's built-in triggers, which no list holds.
const CONSENT_INITIALIZATION: &str = "2147479572";
const INITIALIZATION: &str = "2147479573";
const MEASUREMENT_ID: &str = "GA4 measurement ID";
const GOOGLE_TAG: &str = "Google tag";
const CONSENT_TAG: &str = "Consent defaults";

/// `Entity` objects to be added, with `new_N` ids that refer to each other: folder, variables, triggers, tags. The same
/// template gives the same list, to the letter.
pub(crate) fn tag_manager_entities(template: &Template, measurement_id: &str) -> Vec<Value> {
    let content = &template.tag_manager;
    let mut made = Made::default();
    if let Some(folder) = &content.folder {
        made.folder = Some(made.add("folder", "folderId", json!({ "name": folder })));
    }
    made.variable(MEASUREMENT_ID, "c", json!([text("value", measurement_id)]));
    for path in data_layer_paths(&content.events) {
        let parameters = json!([
            { "type": "integer", "key": "dataLayerVersion", "value": "2" },
            flag("setDefaultValue", false),
            text("name", path),
        ]);
        made.variable(&data_layer_variable(path), "v", parameters);
    }
    let triggers: Vec<(&str, String)> = announced(&content.events)
        .into_iter()
        .map(|on| (on, made.trigger(on)))
        .collect();
    if let Some(consent) = &content.consent {
        let html = consent_html(consent);
        let parameters = json!([text("html", &html), flag("supportDocumentWrite", false)]);
        // It decides on consent, so it cannot wait for it.
        let settings = json!({ "consentStatus": "notNeeded" });
        made.tag(CONSENT_TAG, "html", parameters, CONSENT_INITIALIZATION, Some(settings));
    }
    let measurement_id = reference(MEASUREMENT_ID);
    made.tag(
        GOOGLE_TAG,
        "googtag",
        json!([text("tagId", &measurement_id)]),
        INITIALIZATION,
        None,
    );
    for event in &content.events {
        let on = on(event);
        let trigger = triggers.iter().find(|(name, _)| *name == on).map_or("", |(_, id)| id);
        let name = event_tag(event, &content.events);
        made.tag(&name, "gaawe", event_parameters(event, &measurement_id), trigger, None);
    }
    made.entities
}

/// The commands of consent mode, for a page or a tag; `gtag` must not be defined twice in a page, but may.
pub(crate) fn consent_script(consent: &ConsentDefaults) -> String {
    let state = |granted: bool| if granted { "granted" } else { "denied" };
    let wait = match consent.wait_for_update {
        0 => String::new(),
        milliseconds => format!(",\n    wait_for_update: {milliseconds}"),
    };
    format!(
        "  window.dataLayer = window.dataLayer || [];\n  function gtag(){{dataLayer.push(arguments);}}\n  \
         gtag('consent', 'default', {{\n    ad_storage: '{}',\n    ad_user_data: '{}',\n    ad_personalization: '{}',\n    \
         analytics_storage: '{}'{wait}\n  }});\n",
        state(consent.ad_storage),
        state(consent.ad_user_data),
        state(consent.ad_personalization),
        state(consent.analytics_storage),
    )
}

fn consent_html(consent: &ConsentDefaults) -> String {
    format!("<script>\n{}</script>\n", consent_script(consent))
}

/// The data layer's event that this one is sent on.
fn on(event: &TemplateEvent) -> &str {
    event.on.as_deref().unwrap_or(&event.event)
}

/// Each once, in the template's order.
fn announced(events: &[TemplateEvent]) -> Vec<&str> {
    once(events.iter().map(on))
}

fn data_layer_paths(events: &[TemplateEvent]) -> Vec<&str> {
    let parameters = events.iter().flat_map(|event| &event.parameters);
    once(parameters.map(|parameter| parameter.data_layer.as_str()))
}

fn once<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

fn data_layer_variable(path: &str) -> String {
    format!("DLV - {path}")
}

/// Names are unique in a workspace: an event that is sent on several occasions names them.
fn event_tag(event: &TemplateEvent, all: &[TemplateEvent]) -> String {
    let alone = all.iter().filter(|other| other.event == event.event).count() == 1;
    if alone {
        format!("GA4 event - {}", event.event)
    } else {
        format!("GA4 event - {} on {}", event.event, on(event))
    }
}

fn event_parameters(event: &TemplateEvent, measurement_id: &str) -> Value {
    let mut parameters = vec![
        text("eventName", &event.event),
        text("measurementIdOverride", measurement_id),
        flag("sendEcommerceData", event.ecommerce),
    ];
    if event.ecommerce {
        parameters.push(text("getEcommerceDataFrom", "dataLayer"));
    }
    if !event.parameters.is_empty() {
        let rows: Vec<Value> = event
            .parameters
            .iter()
            .map(|parameter| {
                let value = reference(&data_layer_variable(&parameter.data_layer));
                json!({ "type": "map", "map": [text("parameter", &parameter.name), text("parameterValue", &value)] })
            })
            .collect();
        parameters.push(json!({ "type": "list", "key": "eventSettingsTable", "list": rows }));
    }
    Value::Array(parameters)
}

fn text(key: &str, value: &str) -> Value {
    json!({ "type": "template", "key": key, "value": value })
}

fn flag(key: &str, value: bool) -> Value {
    json!({ "type": "boolean", "key": key, "value": value.to_string() })
}

fn reference(variable: &str) -> String {
    format!("{{{{{variable}}}}}")
}

#[derive(Default)]
struct Made {
    entities: Vec<Value>,
    folder: Option<String>,
}

impl Made {
    /// The new entity's id: `new_` and a number that no other entity of the call has.
    fn add(&mut self, kind: &str, id_key: &str, mut entity: Value) -> String {
        let id = format!("new_{}", self.entities.len() + 1);
        entity[id_key] = json!(id);
        if let Some(folder) = &self.folder {
            entity["parentFolderId"] = json!(folder);
        }
        self.entities.push(json!({ "changeStatus": "added", kind: entity }));
        id
    }

    fn variable(&mut self, name: &str, kind: &str, parameters: Value) {
        let variable = json!({ "name": name, "type": kind, "parameter": parameters });
        self.add("variable", "variableId", variable);
    }

    fn trigger(&mut self, on: &str) -> String {
        let filter = json!({ "type": "equals", "parameter": [text("arg0", "{{_event}}"), text("arg1", on)] });
        let trigger = json!({ "name": format!("Event - {on}"), "type": "customEvent", "customEventFilter": [filter] });
        self.add("trigger", "triggerId", trigger)
    }

    fn tag(&mut self, name: &str, kind: &str, parameters: Value, trigger: &str, consent: Option<Value>) {
        let mut tag = json!({
            "name": name,
            "type": kind,
            "parameter": parameters,
            "firingTriggerId": [trigger],
            "tagFiringOption": "oncePerEvent",
        });
        if let Some(consent) = consent {
            tag["consentSettings"] = consent;
        }
        self.add("tag", "tagId", tag);
    }
}
