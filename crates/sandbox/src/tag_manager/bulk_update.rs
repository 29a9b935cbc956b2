//! workspaces.bulk_update: any number of changes in one call, all of them or none. Entities that are added carry ids of
//! the caller's own making (`new_1`), by which other entities of the same call may name them before they exist.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::built_ins;
use super::kinds::Kind;
use super::model::{Content, Level};
use super::refusal::Refusal;
use super::rules::{self, TRIGGER_LISTS};
use super::schema::{self, Body};
use super::{Answer, Call, render};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Added,
    Updated,
    Deleted,
}

/// What one change is about.
enum Subject {
    Entity {
        kind: Kind,
        /// As the body has it: `new_N` of one that is added, else an id.
        id: String,
        fields: Map<String, Value>,
    },
    BuiltIn(&'static str),
}

struct Change {
    status: Status,
    subject: Subject,
}

/// Which stored ids the caller's `new_N` became.
type Made = BTreeMap<String, (Kind, u64)>;

pub fn apply(call: &mut Call<'_>) -> Answer {
    let mut changes = read(&call.req.body)?;
    call.open(Level::Edit)?;
    let fingerprints: Vec<u64> = changes.iter().map(|_| call.fingerprint()).collect();
    let workspace_id = call.id(5)?;
    let container = call.container(Level::Edit)?;
    let (place, server) = (container.place(), container.is_server());
    let contents = container.contents();

    let mut last_ids = contents.last_ids.clone();
    let made = number(&changes, |kind| {
        let last = last_ids.entry(kind).or_default();
        *last += 1;
        *last
    })?;
    let workspace = contents.workspace(workspace_id)?;
    let mut content = workspace.content.clone();
    let released = fingerprints.last().copied().unwrap_or_default();
    remove_deleted(&mut content, &changes, released)?;

    let mut stored = Vec::new();
    let mut touched = BTreeSet::new();
    for (change, fingerprint) in changes.iter_mut().zip(fingerprints) {
        let status = change.status;
        match &mut change.subject {
            _ if status == Status::Deleted => {}
            Subject::BuiltIn(name) => {
                if status != Status::Added || !content.built_ins.insert(name) {
                    return Err(Refusal::duplicate_name());
                }
                stored.push((status, Stored::BuiltIn(name)));
            }
            Subject::Entity { kind, id, fields } => {
                let key = match (status, made.get(id)) {
                    (Status::Added, Some(key)) => *key,
                    _ => (*kind, id.parse().map_err(|_| Refusal::not_found())?),
                };
                if !touched.insert(key) {
                    return Err(twice(id));
                }
                if status == Status::Updated && !content.entities.contains_key(&key) {
                    return Err(Refusal::not_found());
                }
                resolve(fields, &made)?;
                if *kind == Kind::Trigger {
                    rules::unique_trigger(fields, place, key.1);
                }
                fields.insert("fingerprint".to_owned(), fingerprint.to_string().into());
                content.entities.insert(key, Arc::new(std::mem::take(fields)));
                stored.push((status, Stored::Entity(key)));
            }
        }
    }
    // Only now is everything there that an entity may name.
    for (_, one) in &stored {
        match one {
            Stored::Entity(key) => {
                let fields = content.entities.get(key).cloned().unwrap_or_default();
                rules::check(&content, server, key.0, Some(key.1), &fields)?;
            }
            Stored::BuiltIn(kind) => refuse_clash(&content, kind)?,
        }
    }
    let shown: Vec<Value> = stored
        .iter()
        .map(|(status, one)| {
            let status = if *status == Status::Added { "added" } else { "updated" };
            match one {
                Stored::Entity((kind, id)) => {
                    let fields = content.entities.get(&(*kind, *id)).cloned().unwrap_or_default();
                    let entity = render::entity(place, workspace_id, *kind, *id, &fields);
                    json!({ kind.version_key(): entity, "changeStatus": status })
                }
                Stored::BuiltIn(kind) => {
                    let entity = render::built_in(place, Some(workspace_id), kind);
                    json!({ "builtInVariable": entity, "changeStatus": status })
                }
            }
        })
        .collect();
    workspace.content = content;
    contents.last_ids = last_ids;
    Ok(if shown.is_empty() {
        json!({})
    } else {
        json!({ "changes": shown })
    })
}

enum Stored {
    Entity((Kind, u64)),
    BuiltIn(&'static str),
}

fn twice(id: &str) -> Refusal {
    Refusal::invalid(format!("changes: The entity ID {id} is not unique."))
}

fn refuse_clash(content: &Content, built_in: &str) -> Result<(), Refusal> {
    let name = built_ins::name(built_in);
    let taken = content
        .of(Kind::Variable)
        .any(|(_, other)| other.get("name").is_some_and(|other| *other == name));
    if taken {
        return Err(Refusal::duplicate_name());
    }
    Ok(())
}

/// The body's changes.
fn read(body: &[u8]) -> Result<Vec<Change>, Refusal> {
    let mut root = schema::root(body)?;
    let changes = root.shift_remove("changes");
    if let Some(name) = root.keys().next() {
        return Err(schema::unknown_name(name, ""));
    }
    match changes {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(changes)) => changes
            .into_iter()
            .enumerate()
            .map(|(index, change)| read_change(change, &format!("changes[{index}]")))
            .collect(),
        Some(other) => Err(Refusal::invalid(format!(
            "Invalid value at 'changes' (TYPE_MESSAGE list), {other}"
        ))),
    }
}

fn read_change(change: Value, at: &str) -> Result<Change, Refusal> {
    let Value::Object(mut change) = change else {
        return Err(Refusal::invalid(format!(
            "Invalid value at '{at}' (TYPE_MESSAGE), {change}"
        )));
    };
    let status = match change.shift_remove("changeStatus").as_ref().and_then(Value::as_str) {
        Some("added") => Status::Added,
        Some("updated") => Status::Updated,
        Some("deleted") => Status::Deleted,
        _ => {
            return Err(Refusal::invalid(format!(
                "{at}.changeStatus: The value must be added, updated or deleted."
            )));
        }
    };
    let mut members = change.into_iter().filter(|(_, value)| !value.is_null());
    let (Some((name, value)), None) = (members.next(), members.next()) else {
        return Err(Refusal::invalid(format!(
            "{at}: A change must hold exactly one entity."
        )));
    };
    let place = format!("{at}.{name}");
    let Value::Object(object) = value else {
        return Err(Refusal::invalid(format!(
            "Invalid value at '{place}' (TYPE_MESSAGE), {value}"
        )));
    };
    if name == "builtInVariable" {
        let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
        let kind = built_ins::find(kind)
            .ok_or_else(|| Refusal::invalid(format!("Invalid value at '{place}.type' (TYPE_ENUM), \"{kind}\"")))?;
        let subject = Subject::BuiltIn(kind);
        return Ok(Change { status, subject });
    }
    let kind = Kind::of_version_key(&name).ok_or_else(|| schema::unknown_name(&name, at))?;
    let id = object.get(kind.id_field()).and_then(Value::as_str).unwrap_or_default();
    let id = id.to_owned();
    let numbered = id.strip_prefix("new_").is_some_and(is_digits);
    if numbered != (status == Status::Added) || (status != Status::Added && !is_digits(&id)) {
        let wanted = if status == Status::Added {
            "new_ and a number"
        } else {
            "the entity's ID"
        };
        return Err(Refusal::invalid(format!(
            "{place}.{}: The value must be {wanted}.",
            kind.id_field()
        )));
    }
    let fields = schema::object_as(Body::Entity(kind), object, &place)?;
    let subject = Subject::Entity { kind, id, fields };
    Ok(Change { status, subject })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Gives every added entity its id. A `new_N` may be used once in a call, whatever the kind.
fn number(changes: &[Change], mut next: impl FnMut(Kind) -> u64) -> Result<Made, Refusal> {
    let mut made = Made::new();
    for change in changes {
        if let (Status::Added, Subject::Entity { kind, id, .. }) = (change.status, &change.subject)
            && made.insert(id.clone(), (*kind, next(*kind))).is_some()
        {
            return Err(twice(id));
        }
    }
    Ok(made)
}

/// Deletions come first, so that a name or a built-in variable is free for what replaces it.
fn remove_deleted(content: &mut Content, changes: &[Change], fingerprint: u64) -> Result<(), Refusal> {
    for change in changes.iter().filter(|change| change.status == Status::Deleted) {
        match &change.subject {
            Subject::BuiltIn(kind) => {
                if !content.built_ins.remove(kind) {
                    return Err(Refusal::not_found());
                }
            }
            Subject::Entity { kind, id, .. } => {
                let key = (*kind, id.parse().map_err(|_| Refusal::not_found())?);
                content.entities.remove(&key).ok_or_else(Refusal::not_found)?;
                if *kind == Kind::Folder {
                    release(content, id, fingerprint);
                }
            }
        }
    }
    Ok(())
}

/// What lay in a deleted folder lies in none.
fn release(content: &mut Content, folder: &str, fingerprint: u64) {
    for stored in content.entities.values_mut() {
        if stored.get("parentFolderId").is_some_and(|parent| parent == folder) {
            let fields = Arc::make_mut(stored);
            fields.shift_remove("parentFolderId");
            fields.insert("fingerprint".to_owned(), fingerprint.to_string().into());
        }
    }
}

/// Puts stored ids in the place of `new_N`, wherever a field or a parameter of type triggerReference names an entity by
/// id. (Set-up and clean-up tags and tagReference parameters name tags by name, which needs no number.)
fn resolve(fields: &mut Map<String, Value>, made: &Made) -> Result<(), Refusal> {
    if let Some(folder) = fields.get_mut("parentFolderId") {
        replace(folder, Kind::Folder, made)?;
    }
    for list in TRIGGER_LISTS {
        for id in fields.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            replace(id, Kind::Trigger, made)?;
        }
    }
    let evaluated = fields
        .get_mut("boundary")
        .and_then(|boundary| boundary.get_mut("customEvaluationTriggerId"))
        .and_then(Value::as_array_mut);
    for id in evaluated.into_iter().flatten() {
        replace(id, Kind::Trigger, made)?;
    }
    resolve_parameters(fields, made)
}

fn resolve_parameters(fields: &mut Map<String, Value>, made: &Made) -> Result<(), Refusal> {
    let is_trigger = fields.get("type").is_some_and(|kind| kind == "triggerReference");
    if let Some(value) = fields.get_mut("value").filter(|_| is_trigger) {
        replace(value, Kind::Trigger, made)?;
    }
    for key in ["parameter", "list", "map"] {
        for nested in fields.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(nested) = nested.as_object_mut() {
                resolve_parameters(nested, made)?;
            }
        }
    }
    Ok(())
}

fn replace(id: &mut Value, wanted: Kind, made: &Made) -> Result<(), Refusal> {
    let Some(new) = id.as_str().filter(|id| id.starts_with("new_")) else {
        return Ok(());
    };
    match made.get(new) {
        Some((kind, stored)) if *kind == wanted => {
            *id = stored.to_string().into();
            Ok(())
        }
        _ => Err(Refusal::invalid(format!(
            "changes: No {} of this request has the entity ID {new}.",
            wanted.list_key()
        ))),
    }
}
