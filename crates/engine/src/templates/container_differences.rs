//! What a template would add to a container. What is there by its name is left alone.

use google_apis::tag_manager::ContainerVersion;
use serde_json::Value;

use super::differences::thing;
use super::tag_manager::tag_manager_entities;
use crate::container_reading::{Reading, What, is_paused, text};
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
    let (wanted, live) = (Reading::of_wrapped(&wanted), Reading::of_version(live));
    let mut rows = Vec::new();
    for (kind, what) in KINDS {
        for entity in wanted.of_kind(kind) {
            let name = text(entity, "name");
            let content = Content::of(entity, wanted.triggers());
            if let Some(before) = sent_by_another(&wanted, kind, entity, &live, measurement_id) {
                rows.push(TemplateDifference {
                    what: what.to_owned(),
                    name: name.to_owned(),
                    before: Some(before),
                    after: content.told(),
                    change: TemplateChange::Kept,
                });
                continue;
            }
            let found = live.of_kind(kind).find(|there| text(there, "name") == name);
            let found = found.map(|found| Content::of(found, live.triggers()));
            let differs = found.as_ref().is_some_and(|found| *found != content);
            let mut row = thing(what, name, found.map(|found| found.told()), content.told());
            if differs {
                row.change = TemplateChange::Kept;
            }
            rows.push(row);
        }
    }
    rows
}

/// That a tag of another name sends the same already, in a few words: a second one would count it twice.
fn sent_by_another(
    beside: &Reading<'_>,
    kind: &str,
    wanted: &Value,
    live: &Reading<'_>,
    measurement_id: &str,
) -> Option<String> {
    let name = text(wanted, "name");
    let wanted = beside.sends(kind, wanted)?;
    let senders: Vec<_> = live
        .active_senders()
        .filter(|(_, sends)| sends.covers(&wanted))
        .collect();
    if senders.iter().any(|(sender, _)| sender.name() == name) {
        return None;
    }
    let (sender, sends) = senders.first()?;
    let sure = if sends.varies() { "may send" } else { "sends" };
    let what = match &wanted.what {
        What::Visits => format!("to {measurement_id}"),
        _ => "it".to_owned(),
    };
    Some(format!("{} {sure} {what} already", sender.name()))
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
            paused: is_paused(entity),
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
