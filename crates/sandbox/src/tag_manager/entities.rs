//! Everything that lives in a workspace: create, get, list, update, delete, revert; folders and built-in variables.
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::built_ins;
use super::kinds::Kind;
use super::model::{Container, Fields, Level, Workspace};
use super::refusal::Refusal;
use super::render::{self, Place};
use super::rules::{check, unique_trigger};
use super::schema::Body;
use super::{Answer, Call, paging};

const WORKSPACE: usize = 5;
const ENTITY: usize = 7;

impl Call<'_> {
    /// The workspace of the path, where it is, and whether it belongs to a server container.
    pub(super) fn open(&mut self, level: Level) -> Result<(Place, bool, &mut Workspace), Refusal> {
        let id = self.id(WORKSPACE)?;
        let container = self.container(level)?;
        let (place, server) = (container.place(), container.is_server());
        Ok((place, server, container.contents().workspace(id)?))
    }
}

/// The fingerprint inside an entity's fields.
pub(super) fn fingerprint_of(fields: &Map<String, Value>) -> u64 {
    fields
        .get("fingerprint")
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

pub fn list(call: &mut Call<'_>, kind: Kind) -> Answer {
    let (place, _, workspace) = call.open(Level::Read)?;
    let id = workspace.id;
    let all: Vec<Value> = workspace
        .content
        .of(kind)
        .map(|(entity, fields)| render::entity(place, id, kind, entity, fields))
        .collect();
    paging::page(call.req, kind.list_key(), paging::ENTITIES, all)
}

pub fn get(call: &mut Call<'_>, kind: Kind) -> Answer {
    let entity = call.id(ENTITY)?;
    let (place, _, workspace) = call.open(Level::Read)?;
    let fields = workspace
        .content
        .entities
        .get(&(kind, entity))
        .ok_or_else(Refusal::not_found)?;
    Ok(render::entity(place, workspace.id, kind, entity, fields))
}

pub fn create(call: &mut Call<'_>, kind: Kind) -> Answer {
    let mut body = call.body(Body::Entity(kind))?;
    let (_, server, workspace) = call.open(Level::Edit)?;
    check(&workspace.content, server, kind, None, &body)?;
    let fingerprint = call.fingerprint();
    let workspace_id = call.id(WORKSPACE)?;
    let container = call.container(Level::Edit)?;
    let place = container.place();
    let contents = container.contents();
    let id = contents.next_id(kind);
    if kind == Kind::Trigger {
        unique_trigger(&mut body, place, id);
    }
    body.insert("fingerprint".to_owned(), fingerprint.to_string().into());
    let fields: Fields = Arc::new(body);
    let shown = render::entity(place, workspace_id, kind, id, &fields);
    contents
        .workspace(workspace_id)?
        .content
        .entities
        .insert((kind, id), fields);
    Ok(shown)
}

pub fn update(call: &mut Call<'_>, kind: Kind) -> Answer {
    let entity = call.id(ENTITY)?;
    let (_, _, workspace) = call.open(Level::Edit)?;
    let stored = workspace
        .content
        .entities
        .get(&(kind, entity))
        .ok_or_else(Refusal::not_found)?;
    let stored = fingerprint_of(stored);
    call.expect_fingerprint(stored)?;
    let mut body = call.body(Body::Entity(kind))?;
    let (_, server, workspace) = call.open(Level::Edit)?;
    check(&workspace.content, server, kind, Some(entity), &body)?;
    let fingerprint = call.fingerprint();
    let (place, _, workspace) = call.open(Level::Edit)?;
    if kind == Kind::Trigger {
        unique_trigger(&mut body, place, entity);
    }
    body.insert("fingerprint".to_owned(), fingerprint.to_string().into());
    let fields: Fields = Arc::new(body);
    let shown = render::entity(place, workspace.id, kind, entity, &fields);
    workspace.content.entities.insert((kind, entity), fields);
    Ok(shown)
}

pub fn delete(call: &mut Call<'_>, kind: Kind) -> Answer {
    let entity = call.id(ENTITY)?;
    let (_, _, workspace) = call.open(Level::Edit)?;
    workspace
        .content
        .entities
        .remove(&(kind, entity))
        .ok_or_else(Refusal::not_found)?;
    if kind == Kind::Folder {
        let gone = entity.to_string();
        let inside: Vec<_> = workspace
            .content
            .entities
            .iter()
            .filter(|(_, fields)| fields.get("parentFolderId").is_some_and(|folder| *folder == gone))
            .map(|(key, _)| *key)
            .collect();
        put_in_folder(call, &inside, None)?;
    }
    Ok(Value::Null)
}

/// Puts the entity back as its base version has it; an empty answer says that the base has none.
pub fn revert(call: &mut Call<'_>, kind: Kind) -> Answer {
    let entity = call.id(ENTITY)?;
    let (_, _, workspace) = call.open(Level::Edit)?;
    let key = (kind, entity);
    let (now, base) = (
        workspace.content.entities.get(&key),
        workspace.base.entities.get(&key).cloned(),
    );
    if now.is_none() && base.is_none() {
        return Err(Refusal::not_found());
    }
    if let Some(now) = now {
        let stored = fingerprint_of(now);
        call.expect_fingerprint(stored)?;
    }
    let (place, _, workspace) = call.open(Level::Edit)?;
    if workspace.take_theirs(key) {
        return Ok(match workspace.content.entities.get(&key) {
            Some(theirs) => json!({ kind.list_key(): render::entity(place, workspace.id, kind, entity, theirs) }),
            None => json!({}),
        });
    }
    if let Some(base) = base {
        let shown = render::entity(place, workspace.id, kind, entity, &base);
        workspace.content.entities.insert(key, base);
        return Ok(json!({ kind.list_key(): shown }));
    }
    workspace.content.entities.remove(&key);
    Ok(json!({}))
}

pub fn folder_entities(call: &mut Call<'_>) -> Answer {
    let folder = call.id(ENTITY)?;
    let (place, _, workspace) = call.open(Level::Read)?;
    if folder != 0 && !workspace.content.entities.contains_key(&(Kind::Folder, folder)) {
        return Err(Refusal::not_found());
    }
    let inside = |fields: &Fields| {
        let parent = fields.get("parentFolderId").and_then(Value::as_str).unwrap_or("0");
        parent == folder.to_string()
    };
    let id = workspace.id;
    let all: Vec<(Kind, Value)> = [Kind::Tag, Kind::Trigger, Kind::Variable]
        .into_iter()
        .flat_map(|kind| {
            workspace
                .content
                .of(kind)
                .map(move |(entity, fields)| (kind, entity, fields))
        })
        .filter(|(_, _, fields)| inside(fields))
        .map(|(kind, entity, fields)| (kind, render::entity(place, id, kind, entity, fields)))
        .collect();
    let from = paging::offset(call.req)?;
    let mut shown = Map::new();
    for (kind, entity) in all.iter().skip(from).take(paging::ENTITIES) {
        let list = shown.entry(kind.list_key()).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(entity.clone());
        }
    }
    if all.len() > from + paging::ENTITIES {
        shown.insert(
            "nextPageToken".to_owned(),
            paging::token(from + paging::ENTITIES).into(),
        );
    }
    Ok(Value::Object(shown))
}

pub fn move_to_folder(call: &mut Call<'_>) -> Answer {
    let folder = call.id(ENTITY)?;
    let (_, _, workspace) = call.open(Level::Edit)?;
    if folder != 0 && !workspace.content.entities.contains_key(&(Kind::Folder, folder)) {
        return Err(Refusal::not_found());
    }
    let mut moved = Vec::new();
    for (query, kind) in [
        ("tagId", Kind::Tag),
        ("triggerId", Kind::Trigger),
        ("variableId", Kind::Variable),
    ] {
        for id in call.req.params(query) {
            moved.push((kind, id.parse().map_err(|_| Refusal::not_found())?));
        }
    }
    put_in_folder(call, &moved, (folder != 0).then_some(folder))?;
    Ok(Value::Null)
}

fn put_in_folder(call: &mut Call<'_>, keys: &[(Kind, u64)], folder: Option<u64>) -> Result<(), Refusal> {
    let (_, _, workspace) = call.open(Level::Edit)?;
    if !keys
        .iter()
        .all(|key| key.0.foldered() && workspace.content.entities.contains_key(key))
    {
        return Err(Refusal::not_found());
    }
    for key in keys {
        let fingerprint = call.fingerprint();
        let (_, _, workspace) = call.open(Level::Edit)?;
        let Some(stored) = workspace.content.entities.get_mut(key) else {
            continue;
        };
        let fields = Arc::make_mut(stored);
        match folder {
            Some(folder) => fields.insert("parentFolderId".to_owned(), folder.to_string().into()),
            None => fields.shift_remove("parentFolderId"),
        };
        fields.insert("fingerprint".to_owned(), fingerprint.to_string().into());
    }
    Ok(())
}

fn asked_types(call: &Call<'_>) -> Result<Vec<&'static str>, Refusal> {
    let asked: Vec<&str> = call.req.params("type").collect();
    if asked.is_empty() {
        return Err(Refusal::invalid("type: The value must not be empty."));
    }
    asked
        .into_iter()
        .map(|kind| {
            built_ins::find(kind)
                .ok_or_else(|| Refusal::invalid(format!("Invalid value at 'type' (TYPE_ENUM), \"{kind}\"")))
        })
        .collect()
}

pub fn create_built_ins(call: &mut Call<'_>) -> Answer {
    let types = asked_types(call)?;
    let (place, _, workspace) = call.open(Level::Edit)?;
    let clash = types.iter().any(|kind| {
        let name = built_ins::name(kind);
        workspace
            .content
            .of(Kind::Variable)
            .any(|(_, other)| other.get("name").is_some_and(|other| *other == name))
    });
    if clash || types.iter().any(|kind| workspace.content.built_ins.contains(kind)) {
        return Err(Refusal::duplicate_name());
    }
    workspace.content.built_ins.extend(&types);
    let made: Vec<Value> = types
        .iter()
        .map(|kind| render::built_in(place, Some(workspace.id), kind))
        .collect();
    Ok(json!({ "builtInVariable": made }))
}

pub fn list_built_ins(call: &mut Call<'_>) -> Answer {
    let (place, _, workspace) = call.open(Level::Read)?;
    let id = workspace.id;
    let all: Vec<Value> = workspace
        .content
        .built_ins
        .iter()
        .map(|kind| render::built_in(place, Some(id), kind))
        .collect();
    paging::page(call.req, "builtInVariable", paging::ENTITIES, all)
}

pub fn delete_built_ins(call: &mut Call<'_>) -> Answer {
    let types = asked_types(call)?;
    let (_, _, workspace) = call.open(Level::Edit)?;
    if !types.iter().all(|kind| workspace.content.built_ins.contains(kind)) {
        return Err(Refusal::not_found());
    }
    workspace.content.built_ins.retain(|kind| !types.contains(kind));
    Ok(Value::Null)
}

pub fn revert_built_in(call: &mut Call<'_>) -> Answer {
    let types = asked_types(call)?;
    let (_, _, workspace) = call.open(Level::Edit)?;
    let mut enabled = false;
    for kind in types {
        enabled = workspace.base.built_ins.contains(kind);
        if enabled {
            workspace.content.built_ins.insert(kind);
        } else {
            workspace.content.built_ins.remove(kind);
        }
    }
    Ok(json!({ "enabled": enabled }))
}

impl Container {
    /// How many entities its latest version holds, for tests and seeds.
    #[cfg(test)]
    pub fn latest_size(&mut self) -> usize {
        let contents = self.contents();
        contents
            .versions
            .get(&contents.latest)
            .map_or(0, |version| version.content.entities.len())
    }
}
