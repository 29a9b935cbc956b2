//! What a container has, compared with what a set-up writes into it: nothing is written twice, and nothing that is there is
//! changed.

use std::collections::{BTreeMap, BTreeSet};

use google_apis::tag_manager::{ContainerVersion, WorkspaceStatus};
use serde_json::Value;

use crate::container_reading::{KINDS, Reading, Sends, id, text, unwrapped as content};
use crate::error::{Error, ErrorCode, Result};
use crate::templates::Content;

/// What is there.
#[derive(Debug, Default)]
pub(super) struct Present {
    /// By kind and name.
    named: BTreeMap<(&'static str, String), Known>,
    /// What active tags send, each with its id and name: a second tag would count it twice. One that sends by a table's row may, and
    /// is left to do it: who put our ID there meant it for some pages.
    sent: Vec<(Sends, String, String)>,
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
    /// By the variables beside it, which may stand for another property's ID.
    sends: Option<Sends>,
}

impl Does {
    fn of(kind: &str, entity: &Value, beside: &Reading<'_>) -> Self {
        Self {
            content: Content::of(entity, beside.triggers()),
            sends: beside.sends(kind, entity),
        }
    }

    /// Whether this, which is stored, does what was wanted.
    fn does(&self, wanted: &Self) -> bool {
        self.content.does(&wanted.content) && self.sends == wanted.sends
    }
}

impl Present {
    pub fn of_version(version: &ContainerVersion) -> Self {
        Self::of(&Reading::of_version(version))
    }

    /// What a workspace has added or changed. The rest of it is the version that it was made of. These are the set-up's own: two
    /// of its tags may send the same event on different occasions.
    pub fn of_changes(status: &WorkspaceStatus) -> Self {
        let changes = status.workspace_change.iter();
        let changes = changes.filter(|change| change.change_status != "deleted");
        let changed = changes.filter_map(|change| {
            KINDS
                .iter()
                .find_map(|(kind, _)| Some((*kind, change.entity.get(*kind)?)))
        });
        Self {
            sent: Vec::new(),
            ..Self::of(&Reading::of(changed))
        }
    }

    fn of(reading: &Reading<'_>) -> Self {
        let named = reading.entities().iter().map(|(kind, entity)| {
            let does = Does::of(kind, entity, reading);
            let id = id(kind, entity).to_owned();
            ((*kind, name(kind, entity).to_owned()), Known { id, does })
        });
        let sent = reading.active_senders();
        Self {
            named: named.collect(),
            sent: sent
                .map(|(sender, sends)| (sends, sender.id().to_owned(), sender.name().to_owned()))
                .collect(),
        }
    }

    /// Those of `wanted` (`Entity` objects) that are not there. Where they refer to ones that are (`new_N`), they get their ids.
    /// What would serve a tag that is not written alone is not written either.
    ///
    /// A name that something else has is an error, unless the thing is not needed: Tag Manager takes each name once, and what
    /// is there is not changed.
    pub fn missing(&self, wanted: Vec<Value>) -> Result<Vec<Value>> {
        let beside = Reading::of_wrapped(&wanted);
        let mut ids = BTreeMap::new();
        let mut there = Vec::new();
        for entity in &wanted {
            let Some((kind, id_field, content)) = content(entity) else {
                there.push(false);
                continue;
            };
            let does = Does::of(kind, content, &beside);
            let sent = does.sends.as_ref().and_then(|wanted| self.sent_by(wanted));
            let known = self.named.get(&(kind, name(kind, content).to_owned()));
            let id = sent.or_else(|| known.filter(|known| known.does.does(&does)).map(|known| &known.id));
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

    /// Id of a tag that sends this already.
    fn sent_by(&self, wanted: &Sends) -> Option<&String> {
        let found = self.sent.iter().find(|(sends, ..)| sends.covers(wanted));
        found.map(|(_, id, _)| id)
    }

    /// In words, which tag of `wanted` is not written because another may send the same, by a table or by what the page decides:
    /// whether it does for this site is the person's to see.
    pub fn sent_by_table(&self, wanted: &[Value]) -> Option<String> {
        let beside = Reading::of_wrapped(wanted);
        let mut senders = beside.senders();
        senders.find_map(|(ours, sends)| {
            let (_, _, theirs) = self.sent.iter().find(|(there, ..)| there.covers(&sends))?;
            let is_certain = |(there, ..): &&(Sends, String, String)| there.covers(&sends) && !there.varies();
            let is_open = self.sent.iter().find(is_certain).is_none();
            is_open.then(|| {
                format!(
                    "without \"{}\": \"{theirs}\" may send the same, by a table",
                    ours.name()
                )
            })
        })
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

fn name<'a>(kind: &str, content: &'a Value) -> &'a str {
    text(content, if kind == "builtInVariable" { "type" } else { "name" })
}

/// Which of `wanted` only serve tags that are `there`: triggers that fire no tag which is written, and variables that
/// nothing which is written names. Those that served nothing to begin with stay.
fn needless(wanted: &[Value], there: &[bool]) -> Vec<bool> {
    let serves = |served: &Value, other: &Value| {
        content(served).is_some_and(|(kind, id_field, content)| match kind {
            "trigger" => mentions(other, &|id| id == text(content, id_field)),
            "variable" => {
                let reference = format!("{{{{{}}}}}", name(kind, content));
                mentions(other, &|value| value.contains(&reference))
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
mod tests;
