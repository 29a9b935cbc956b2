//! What a template would add to a container. What is there by its name is left alone.

use google_apis::tag_manager::ContainerVersion;
use serde_json::Value;

use super::differences::{text, thing};
use super::tag_manager::tag_manager_entities;
use crate::dto::templates::{Template, TemplateChange, TemplateDifference};

/// Kind in an `Entity`, and what people call it.
const KINDS: [(&str, &str); 4] = [
    ("folder", "Folder"),
    ("variable", "Variable"),
    ("trigger", "Trigger"),
    ("tag", "Tag"),
];

pub(super) fn compare(template: &Template, measurement_id: &str, live: &ContainerVersion) -> Vec<TemplateDifference> {
    let wanted = tag_manager_entities(template, measurement_id);
    let new = |kind: &str| -> Vec<&Value> { wanted.iter().filter_map(|entity| entity.get(kind)).collect() };
    let (wanted_triggers, wanted_variables) = (new("trigger"), new("variable"));
    let live_variables: Vec<&Value> = live.variable.iter().collect();
    let mut rows = Vec::new();
    for (kind, what) in KINDS {
        let there = match kind {
            "folder" => &live.folder,
            "variable" => &live.variable,
            "trigger" => &live.trigger,
            _ => &live.tag,
        };
        for entity in new(kind) {
            let name = text(entity, "name");
            let wanted = Content::of(entity, &wanted_triggers);
            if let Some(other) = other_google_tag(entity, &wanted_variables, there, &live_variables) {
                rows.push(TemplateDifference {
                    what: what.to_owned(),
                    name: name.to_owned(),
                    before: Some(format!("{other} sends to {measurement_id} already")),
                    after: wanted.told(),
                    change: TemplateChange::Kept,
                });
                continue;
            }
            let sent = also_sent(entity, &wanted_variables, live);
            if let Some(other) = sent.filter(|other| *other != name) {
                rows.push(TemplateDifference {
                    what: what.to_owned(),
                    name: name.to_owned(),
                    before: Some(format!("{other} sends it already")),
                    after: wanted.told(),
                    change: TemplateChange::Kept,
                });
                continue;
            }
            let triggers: Vec<&Value> = live.trigger.iter().collect();
            let found = there.iter().find(|there| text(there, "name") == name);
            let found = found.map(|found| Content::of(found, &triggers));
            let differs = found.as_ref().is_some_and(|found| *found != wanted);
            let mut row = thing(what, name, found.map(|found| found.told()), wanted.told());
            if differs {
                row.change = TemplateChange::Kept;
            }
            rows.push(row);
        }
    }
    rows
}

/// A Google tag of another name that sends to the same measurement ID: a second one would count every visit twice.
fn other_google_tag<'a>(
    wanted: &Value,
    wanted_variables: &[&Value],
    there: &'a [Value],
    variables: &[&Value],
) -> Option<&'a str> {
    if text(wanted, "type") != "googtag" {
        return None;
    }
    let id = resolved(parameter(wanted, "tagId"), wanted_variables);
    there
        .iter()
        .filter(|tag| matches!(text(tag, "type"), "googtag" | "gaawc") && text(tag, "name") != text(wanted, "name"))
        .filter(|tag| !tag.get("paused").and_then(Value::as_bool).unwrap_or_default())
        .find(|tag| {
            let key = if text(tag, "type") == "googtag" {
                "tagId"
            } else {
                "measurementId"
            };
            let sends_to = resolved(parameter(tag, key), variables);
            !sends_to.is_empty() && sends_to == id
        })
        .map(|tag| text(tag, "name"))
}

/// A tag that sends the same event to the same measurement ID: a second one would count it twice.
fn also_sent<'a>(wanted: &Value, wanted_variables: &[&Value], live: &'a ContainerVersion) -> Option<&'a str> {
    let variables: Vec<&Value> = live.variable.iter().collect();
    let sent = |tag, variables| {
        let id = resolved(parameter(tag, "measurementIdOverride"), variables);
        (parameter(tag, "eventName").to_owned(), id.to_owned())
    };
    if text(wanted, "type") != "gaawe" {
        return None;
    }
    let same = sent(wanted, wanted_variables);
    let tags = live.tag.iter().filter(|tag| text(tag, "type") == "gaawe");
    let mut active = tags.filter(|tag| !tag.get("paused").and_then(Value::as_bool).unwrap_or_default());
    active
        .find(|tag| sent(tag, &variables) == same)
        .map(|tag| text(tag, "name"))
}

pub(super) fn parameter<'a>(entity: &'a Value, key: &str) -> &'a str {
    let parameters = entity.get("parameter").and_then(Value::as_array);
    let found = parameters.and_then(|parameters| parameters.iter().find(|parameter| text(parameter, "key") == key));
    found.map_or("", |found| text(found, "value"))
}

/// The value of `{{Name}}` where that is a constant.
fn resolved<'a>(value: &'a str, variables: &[&'a Value]) -> &'a str {
    let Some(name) = value.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) else {
        return value;
    };
    variables
        .iter()
        .find(|variable| text(variable, "name") == name && text(variable, "type") == "c")
        .map_or(value, |variable| parameter(variable, "value"))
}

/// What an entity does, without ids and fingerprints.
#[derive(Debug, PartialEq)]
pub(crate) struct Content {
    kind: String,
    /// By key, so that their order does not matter.
    parameters: Vec<Value>,
    /// Those that a custom event is known by, then those that narrow it.
    filters: Vec<Value>,
    /// Names of the triggers that it fires on; ids of built-in ones.
    fires_on: Vec<String>,
    paused: bool,
}

impl Content {
    /// `triggers` are those that a tag may name in `firingTriggerId`.
    pub(crate) fn of(entity: &Value, triggers: &[&Value]) -> Self {
        let list = |field: &str| entity.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut parameters = list("parameter");
        parameters.sort_by(|one, other| text(one, "key").cmp(text(other, "key")));
        let mut fires_on: Vec<String> = list("firingTriggerId")
            .iter()
            .filter_map(Value::as_str)
            .map(|id| {
                let trigger = triggers.iter().find(|trigger| text(trigger, "triggerId") == id);
                trigger.map_or(id, |trigger| text(trigger, "name")).to_owned()
            })
            .collect();
        fires_on.sort();
        Self {
            kind: text(entity, "type").to_owned(),
            parameters,
            filters: [list("customEventFilter"), list("filter")].concat(),
            fires_on,
            paused: entity.get("paused").and_then(Value::as_bool).unwrap_or_default(),
        }
    }

    /// Whether what is stored does what was `wanted`. Google may add to what it stores; a trigger that cannot be named here
    /// may be any.
    pub(crate) fn does(&self, wanted: &Self) -> bool {
        let named =
            |trigger: &String| !trigger.bytes().all(|digit| digit.is_ascii_digit()) || built_in(trigger) != trigger;
        self.kind == wanted.kind
            && self.paused == wanted.paused
            && wanted.parameters.iter().all(|one| self.parameters.contains(one))
            && wanted.filters.iter().all(|one| self.filters.contains(one))
            && (self.filters.len() == wanted.filters.len())
            && (self.fires_on == wanted.fires_on || !self.fires_on.iter().all(named))
    }

    /// In a few words, for a person.
    fn told(&self) -> String {
        let kind = match self.kind.as_str() {
            "" => "Folder",
            "c" => "Constant",
            "v" => "Data layer variable",
            "customEvent" => "Custom event",
            "googtag" => "Google tag",
            "gaawe" => "GA4 event",
            "html" => "Custom HTML",
            other => other,
        };
        let paused = if self.paused { ", paused" } else { "" };
        if self.fires_on.is_empty() {
            return format!("{kind}{paused}");
        }
        let triggers: Vec<&str> = self.fires_on.iter().map(|name| built_in(name)).collect();
        format!("{kind} on {}{paused}", triggers.join(", "))
    }
}

/// The names of the triggers that no list holds.
fn built_in(id: &str) -> &str {
    match id {
        "2147479553" => "All Pages",
        "2147479572" => "Consent Initialization",
        "2147479573" => "Initialization",
        other => other,
    }
}
