//! What a container has, compared with what a set-up writes into it: nothing is written twice, and nothing that is there is
//! changed.

use std::collections::{BTreeMap, BTreeSet};

use google_apis::tag_manager::{ContainerVersion, WorkspaceStatus};
use serde_json::Value;

use crate::error::{Error, ErrorCode, Result};
use crate::templates::Content;

/// The kinds of an `Entity`, with the field that holds their ids (discovery document `tagmanager.v2`). A built-in variable has
/// no id: its type is its name.
const KINDS: [(&str, &str); 10] = [
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

/// Tags that send to a measurement ID by themselves, with the parameter that holds it: the Google tag, and the GA4 configuration
/// that it replaced.
const GOOGLE_TAGS: [(&str, &str); 2] = [("googtag", "tagId"), ("gaawc", "measurementId")];

/// What is there, by kind and name.
#[derive(Debug, Default)]
pub(super) struct Present {
    named: BTreeMap<(&'static str, String), Known>,
    /// Measurement IDs that a Google tag sends to, as long as it is not paused, each with the tag's id.
    sent_to: BTreeMap<String, String>,
    /// GA4 events that are sent, with the measurement ID that they are sent to, each with the tag's id: a second tag would
    /// count each of them twice.
    events: BTreeMap<(String, String), String>,
}

#[derive(Debug)]
struct Known {
    id: String,
    does: Does,
}

/// What an entity does: one of our name that does something else is not ours.
#[derive(Debug)]
struct Does {
    content: Content,
    /// Where it sends or what it stands for, by the constants beside it.
    aim: Option<String>,
    event: Option<(String, String)>,
}

impl Does {
    fn of(kind: &str, entity: &Value, beside: &Beside<'_>) -> Self {
        Self {
            content: Content::of(entity, &beside.triggers),
            aim: aim(kind, entity, &beside.variables).map(str::to_owned),
            event: event(kind, entity, &beside.variables),
        }
    }

    /// Whether this, which is stored, does what was wanted.
    fn does(&self, wanted: &Self) -> bool {
        self.content.does(&wanted.content) && self.aim == wanted.aim && self.event == wanted.event
    }
}

/// What entities name: tags their triggers by id, everything its variables by name.
struct Beside<'a> {
    triggers: Vec<&'a Value>,
    variables: Vec<&'a Value>,
}

impl<'a> Beside<'a> {
    fn of(entities: &[(&'static str, &'a Value)]) -> Self {
        Self {
            triggers: of_kind(entities, "trigger"),
            variables: of_kind(entities, "variable"),
        }
    }
}

impl Present {
    pub fn of_version(version: &ContainerVersion) -> Self {
        let mut present = Self::default();
        let beside = Beside {
            triggers: version.trigger.iter().collect(),
            variables: version.variable.iter().collect(),
        };
        for (kind, entities) in [
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
        ] {
            for entity in entities {
                present.add(kind, entity, &beside);
            }
        }
        present
    }

    /// What a workspace has added or changed. The rest of it is the version that it was made of.
    pub fn of_changes(status: &WorkspaceStatus) -> Self {
        let mut present = Self::default();
        let changes = status
            .workspace_change
            .iter()
            .filter(|change| change.change_status != "deleted");
        let changed: Vec<_> = changes
            .filter_map(|change| {
                KINDS
                    .iter()
                    .find_map(|(kind, _)| Some((*kind, change.entity.get(*kind)?)))
            })
            .collect();
        let beside = Beside::of(&changed);
        for (kind, entity) in &changed {
            present.add(kind, entity, &beside);
        }
        present
    }

    fn add(&mut self, kind: &'static str, entity: &Value, beside: &Beside<'_>) {
        let id_field = KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, id)| *id);
        let id = text(entity, id_field).to_owned();
        let does = Does::of(kind, entity, beside);
        let paused = entity.get("paused").and_then(Value::as_bool).unwrap_or_default();
        if let Some(measurement) = does.aim.as_ref().filter(|_| kind == "tag" && !paused) {
            self.sent_to.insert(measurement.clone(), id.clone());
        }
        if let Some(event) = does.event.as_ref().filter(|_| !paused) {
            self.events.insert(event.clone(), id.clone());
        }
        self.named
            .insert((kind, name(kind, entity).to_owned()), Known { id, does });
    }

    /// Those of `wanted` (`Entity` objects) that are not there. Where they refer to ones that are (`new_N`), they get their ids.
    /// What would serve a tag that is not written alone is not written either.
    ///
    /// A name that something else has is an error, unless the thing is not needed: Tag Manager takes each name once, and what
    /// is there is not changed.
    pub fn missing(&self, wanted: Vec<Value>) -> Result<Vec<Value>> {
        let contents: Vec<_> = wanted.iter().filter_map(content).collect();
        let contents: Vec<_> = contents.iter().map(|(kind, _, content)| (*kind, *content)).collect();
        let beside = Beside::of(&contents);
        let mut ids = BTreeMap::new();
        let mut there = Vec::new();
        for entity in &wanted {
            let Some((kind, id_field, content)) = content(entity) else {
                there.push(false);
                continue;
            };
            let does = Does::of(kind, content, &beside);
            let sends = does.aim.as_ref().filter(|_| kind == "tag");
            let sends = sends.and_then(|aim| self.sent_to.get(aim));
            let sends = sends.or_else(|| self.events.get(does.event.as_ref()?));
            let known = self.named.get(&(kind, name(kind, content).to_owned()));
            let id = sends.or_else(|| known.filter(|known| known.does.does(&does)).map(|known| &known.id));
            if let Some(id) = id {
                ids.insert(text(content, id_field).to_owned(), id.clone());
            }
            there.push(id.is_some());
        }
        let needless = needless(&wanted, &there);
        for (at, entity) in wanted.iter().enumerate() {
            if let Some((kind, _, content)) = content(entity).filter(|_| !there[at] && !needless[at])
                && self.named.contains_key(&(kind, name(kind, content).to_owned()))
            {
                return Err(taken(kind, name(kind, content)));
            }
        }
        let mut left_out = there.iter().zip(needless).map(|(there, needless)| *there || needless);
        let mut missing = wanted;
        missing.retain(|_| !left_out.next().unwrap_or_default());
        for entity in &mut missing {
            refer(entity, &ids);
        }
        Ok(missing)
    }

    /// Whether there is something else than `names`, which are as [`Present::names`] gives them.
    pub fn has_more_than(&self, names: &BTreeSet<String>) -> bool {
        let mut there = self.named.keys();
        there.any(|(kind, name)| !names.contains(&format!("{kind} {name}")))
    }

    /// Names, for the journal and for tests.
    pub fn names(entities: &[Value]) -> BTreeSet<String> {
        let named = entities.iter().filter_map(content);
        named
            .map(|(kind, _, content)| format!("{kind} {}", name(kind, content)))
            .collect()
    }
}

/// The kind of an `Entity`, its id field and what it holds.
fn content(entity: &Value) -> Option<(&'static str, &'static str, &Value)> {
    KINDS
        .iter()
        .find_map(|(kind, id)| entity.get(*kind).map(|content| (*kind, *id, content)))
}

fn name<'a>(kind: &str, content: &'a Value) -> &'a str {
    text(content, if kind == "builtInVariable" { "type" } else { "name" })
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn parameter<'a>(entity: &'a Value, key: &str) -> Option<&'a str> {
    let parameters = entity.get("parameter")?.as_array()?;
    let found = parameters.iter().find(|parameter| text(parameter, "key") == key)?;
    found.get("value")?.as_str()
}

/// Where a Google tag sends, or what a constant (variable type `c`) stands for.
fn aim<'a>(kind: &str, entity: &'a Value, variables: &[&'a Value]) -> Option<&'a str> {
    let of_type = text(entity, "type");
    if kind == "variable" && of_type == "c" {
        return parameter(entity, "value");
    }
    let (_, key) = GOOGLE_TAGS
        .iter()
        .find(|(google_tag, _)| kind == "tag" && *google_tag == of_type)?;
    let sends_to = parameter(entity, key)?;
    Some(constant(sends_to, variables).unwrap_or(sends_to))
}

/// The measurement ID and the name of the event, of a tag that sends one.
fn event(kind: &str, entity: &Value, variables: &[&Value]) -> Option<(String, String)> {
    if kind != "tag" || text(entity, "type") != "gaawe" {
        return None;
    }
    let sends_to = parameter(entity, "measurementIdOverride")?;
    let measurement = constant(sends_to, variables).unwrap_or(sends_to);
    Some((measurement.to_owned(), parameter(entity, "eventName")?.to_owned()))
}

/// Which of `wanted` only serve tags that are `there`: triggers that fire no tag which is written, and variables that
/// nothing which is written names. Those that served nothing to begin with stay.
fn needless(wanted: &[Value], there: &[bool]) -> Vec<bool> {
    let serves = |served: &Value, other: &Value| {
        content(served).is_some_and(|(kind, id_field, content)| match kind {
            "trigger" => mentions(other, &|text| text == self::text(content, id_field)),
            "variable" => {
                let reference = format!("{{{{{}}}}}", name(kind, content));
                mentions(other, &|text| text.contains(&reference))
            }
            _ => false,
        })
    };
    let mut needless = vec![false; wanted.len()];
    loop {
        let found = (0..wanted.len()).find(|&at| {
            let others = || (0..wanted.len()).filter(|&other| other != at && serves(&wanted[at], &wanted[other]));
            let written = |other: usize| !there[other] && !needless[other];
            written(at) && others().next().is_some() && !others().any(written)
        });
        match found {
            Some(at) => needless[at] = true,
            None => return needless,
        }
    }
}

/// Whether a text in it, at any depth, is as asked for.
fn mentions(value: &Value, asked: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => asked(text),
        Value::Array(list) => list.iter().any(|value| mentions(value, asked)),
        Value::Object(fields) => fields.values().any(|value| mentions(value, asked)),
        _ => false,
    }
}

/// The value of `{{Name}}`, where that is a constant.
fn constant<'a>(reference: &str, variables: &[&'a Value]) -> Option<&'a str> {
    let name = reference.strip_prefix("{{")?.strip_suffix("}}")?;
    let found = variables
        .iter()
        .find(|variable| text(variable, "name") == name && text(variable, "type") == "c")?;
    parameter(found, "value")
}

fn of_kind<'a>(entities: &[(&'static str, &'a Value)], wanted: &str) -> Vec<&'a Value> {
    let of_kind = entities.iter().filter(|(kind, _)| *kind == wanted);
    of_kind.map(|(_, entity)| *entity).collect()
}

/// Puts the ids of what is there in the place of `new_N`, in every field that holds ids.
fn refer(value: &mut Value, ids: &BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                match value {
                    Value::String(id) if field.ends_with("Id") => replace(id, ids),
                    Value::Array(list) if field.ends_with("Id") => {
                        for id in list {
                            if let Value::String(id) = id {
                                replace(id, ids);
                            }
                        }
                    }
                    other => refer(other, ids),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| refer(value, ids)),
        _ => {}
    }
}

fn replace(id: &mut String, ids: &BTreeMap<String, String>) {
    if let Some(known) = ids.get(id.as_str()).filter(|_| id.starts_with("new_")) {
        id.clone_from(known);
    }
}

fn taken(kind: &str, name: &str) -> Error {
    let what = match kind {
        "builtInVariable" => "built-in variable",
        "customTemplate" => "template",
        "gtagConfig" => "Google tag setting",
        other => other,
    };
    Error::new(
        ErrorCode::Conflict,
        format!("The container already has a {what} called \"{name}\" that is paused or does something else."),
        "Rename it in Tag Manager and publish, then resume the set-up. Gantry changes nothing that is there.",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn google_tag(name: &str, kind: &str, key: &str, id: &str) -> Value {
        json!({ "tagId": "7", "name": name, "type": kind, "parameter": [{ "key": key, "type": "template", "value": id }] })
    }

    fn wanted() -> Vec<Value> {
        let mut tag = google_tag("Google tag", "googtag", "tagId", "G-1");
        tag["tagId"] = json!("new_3");
        tag["parentFolderId"] = json!("new_1");
        vec![
            json!({ "folder": { "folderId": "new_1", "name": "Gantry" } }),
            json!({ "trigger": { "triggerId": "new_2", "name": "Purchase", "type": "customEvent" } }),
            json!({ "tag": tag }),
            json!({ "tag": { "tagId": "new_4", "name": "Purchase", "type": "gaawe", "firingTriggerId": ["new_2"] } }),
            json!({ "builtInVariable": { "type": "pageUrl" } }),
        ]
    }

    fn version() -> ContainerVersion {
        ContainerVersion {
            trigger: vec![json!({ "triggerId": "21", "name": "Purchase", "type": "customEvent" })],
            built_in_variable: vec![json!({ "type": "pageUrl", "name": "Page URL" })],
            ..ContainerVersion::default()
        }
    }

    #[test]
    fn what_google_adds_to_an_entity_is_no_difference() {
        let mut stored = google_tag("Google tag", "googtag", "tagId", "G-1");
        stored["parameter"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "key": "sendPageView", "type": "boolean", "value": "true" }));
        let version = ContainerVersion {
            tag: vec![stored],
            ..version()
        };
        let missing = Present::of_version(&version).missing(wanted()).unwrap();
        assert!(!Present::names(&missing).contains("tag Google tag"), "{missing:?}");
    }

    #[test]
    fn an_empty_container_lacks_everything() {
        assert_eq!(Present::default().missing(wanted()).unwrap(), wanted());
    }

    #[test]
    fn what_is_there_is_referred_to_and_not_written() {
        let missing = Present::of_version(&version()).missing(wanted()).unwrap();
        let names: Vec<_> = Present::names(&missing).into_iter().collect();
        assert_eq!(names, ["folder Gantry", "tag Google tag", "tag Purchase"]);
        assert_eq!(missing[2]["tag"]["firingTriggerId"], json!(["21"]));
        assert_eq!(missing[1]["tag"]["parentFolderId"], "new_1", "of this same call");
    }

    #[test]
    fn an_event_that_is_sent_already_is_not_sent_twice_and_leaves_nothing_of_its_own() {
        let event = |name: &str, id: &str, trigger: &str| {
            json!({ "tagId": id, "name": name, "type": "gaawe", "firingTriggerId": [trigger], "parameter": [
                { "key": "eventName", "type": "template", "value": "purchase" },
                { "key": "measurementIdOverride", "type": "template", "value": "{{ID}}" },
                { "key": "value", "type": "template", "value": "{{Value}}" },
            ] })
        };
        let constant = |value: &str| {
            json!({ "variableId": "new_9", "name": "ID", "type": "c",
                    "parameter": [{ "key": "value", "type": "template", "value": value }] })
        };
        let wanted = vec![
            json!({ "variable": constant("G-1") }),
            json!({ "variable": { "variableId": "new_8", "name": "Value", "type": "v" } }),
            json!({ "trigger": { "triggerId": "new_2", "name": "Event - purchase", "type": "customEvent" } }),
            json!({ "tag": event("GA4 event - purchase", "new_4", "new_2") }),
        ];
        let with = |measurement: &str, paused: bool| {
            let mut tag = event("Sale", "7", "21");
            tag["paused"] = json!(paused);
            let variable = constant(measurement);
            Present::of_version(&ContainerVersion {
                tag: vec![tag],
                variable: vec![variable],
                ..ContainerVersion::default()
            })
        };
        assert_eq!(with("G-1", false).missing(wanted.clone()).unwrap(), [Value::Null; 0]);
        let paused = Present::names(&with("G-1", true).missing(wanted.clone()).unwrap());
        assert!(
            paused.contains("tag GA4 event - purchase"),
            "a paused tag sends nothing: {paused:?}"
        );
        assert_eq!(Present::default().missing(wanted.clone()).unwrap(), wanted);
    }

    #[test]
    fn a_google_tag_that_sends_there_is_adopted_whatever_it_is_called() {
        for tag in [
            google_tag("GA4 - old", "googtag", "tagId", "G-1"),
            google_tag("Configuration", "gaawc", "measurementId", "G-1"),
            google_tag("By variable", "googtag", "tagId", "{{Measurement}}"),
        ] {
            let version = ContainerVersion {
                tag: vec![tag],
                variable: vec![
                    json!({ "name": "Measurement", "type": "c", "parameter": [{ "key": "value", "value": "G-1" }] }),
                ],
                ..ContainerVersion::default()
            };
            let missing = Present::of_version(&version).missing(wanted()).unwrap();
            assert!(!Present::names(&missing).contains("tag Google tag"));
        }
        for tag in [
            google_tag("Other site", "googtag", "tagId", "G-2"),
            json!({ "tagId": "7", "name": "Paused", "type": "googtag", "paused": true,
                    "parameter": [{ "key": "tagId", "value": "G-1" }] }),
        ] {
            let version = ContainerVersion {
                tag: vec![tag],
                ..ContainerVersion::default()
            };
            let missing = Present::of_version(&version).missing(wanted()).unwrap();
            assert!(Present::names(&missing).contains("tag Google tag"));
        }
    }

    #[test]
    fn a_name_that_something_else_has_stops() {
        let trigger = ContainerVersion {
            trigger: vec![json!({ "triggerId": "21", "name": "Purchase", "type": "click" })],
            ..ContainerVersion::default()
        };
        let tag = ContainerVersion {
            tag: vec![google_tag("Google tag", "googtag", "tagId", "G-2")],
            ..ContainerVersion::default()
        };
        for (version, named) in [
            (trigger, "trigger called \"Purchase\""),
            (tag, "tag called \"Google tag\""),
        ] {
            let error = Present::of_version(&version).missing(wanted()).unwrap_err();
            assert_eq!(error.code, ErrorCode::Conflict);
            assert!(error.message.contains(named), "{}", error.message);
        }
    }

    #[test]
    fn a_thing_of_our_name_that_does_something_else_stops_unless_it_is_not_needed() {
        let trigger = |id: &str, on: &str| {
            json!({ "triggerId": id, "name": "Event - sale", "type": "customEvent", "customEventFilter": [
                { "type": "equals", "parameter": [{ "key": "arg0", "value": "{{_event}}" }, { "key": "arg1", "value": on }] }] })
        };
        let path = |id: &str, path: &str| json!({ "variableId": id, "name": "DLV - value", "type": "v", "parameter": [{ "key": "name", "value": path }] });
        let tag = |id: &str, trigger: &str, measurement: &str, paused: bool| {
            json!({ "tagId": id, "name": "GA4 event - sale", "type": "gaawe", "firingTriggerId": [trigger], "paused": paused,
                    "parameter": [{ "key": "eventName", "value": "sale" }, { "key": "value", "value": "{{DLV - value}}" },
                                  { "key": "measurementIdOverride", "value": measurement }] })
        };
        let wanted = vec![
            json!({ "variable": path("new_1", "value") }),
            json!({ "trigger": trigger("new_2", "sale") }),
            json!({ "tag": tag("new_3", "new_2", "G-1", false) }),
        ];
        let version = |variable, trigger, tag: Vec<Value>| ContainerVersion {
            variable: vec![variable],
            trigger: vec![trigger],
            tag,
            ..ContainerVersion::default()
        };
        let (same_path, same_trigger) = (path("1", "value"), trigger("2", "sale"));
        for (version, named) in [
            (
                version(path("1", "other"), same_trigger.clone(), Vec::new()),
                "DLV - value",
            ),
            (
                version(same_path.clone(), trigger("2", "other"), Vec::new()),
                "Event - sale",
            ),
            (
                version(
                    same_path.clone(),
                    same_trigger.clone(),
                    vec![tag("3", "2", "G-2", false)],
                ),
                "GA4 event - sale",
            ),
            (
                version(
                    same_path.clone(),
                    same_trigger.clone(),
                    vec![tag("3", "2", "G-1", true)],
                ),
                "GA4 event - sale",
            ),
        ] {
            let error = Present::of_version(&version).missing(wanted.clone()).unwrap_err();
            assert!(error.message.contains(named), "{}", error.message);
        }
        let sent = version(
            path("1", "other"),
            trigger("2", "other"),
            vec![tag("3", "2", "G-1", false)],
        );
        assert_eq!(Present::of_version(&sent).missing(wanted).unwrap(), [Value::Null; 0]);
    }

    #[test]
    fn a_constant_of_another_property_is_not_taken_for_ours() {
        let constant = |value: &str| {
            json!({ "variableId": "new_9", "name": "Measurement", "type": "c",
                    "parameter": [{ "key": "value", "type": "template", "value": value }] })
        };
        let mut tag = google_tag("Google tag", "googtag", "tagId", "{{Measurement}}");
        tag["tagId"] = json!("new_3");
        let wanted = vec![json!({ "variable": constant("G-1") }), json!({ "tag": tag.clone() })];
        let there = |value: &str| ContainerVersion {
            variable: vec![constant(value)],
            tag: vec![tag.clone()],
            ..ContainerVersion::default()
        };
        let same = Present::of_version(&there("G-1")).missing(wanted.clone()).unwrap();
        assert!(same.is_empty(), "{same:?}");
        let error = Present::of_version(&there("G-2")).missing(wanted).unwrap_err();
        assert!(
            error.message.contains("variable called \"Measurement\""),
            "{}",
            error.message
        );
    }
}
