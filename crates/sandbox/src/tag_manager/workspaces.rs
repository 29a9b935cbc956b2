//! workspaces.create, get, list, update, delete, getStatus, quick_preview and create_version.
use serde_json::{Map, Value, json};

use super::model::{Level, Version};
use super::refusal::Refusal;
use super::rules::compiles;
use super::schema::Body;
use super::{Answer, Call, paging, render, required_name, sync};

const PLACE: usize = 5;

fn text(body: &Map<String, Value>, key: &str) -> String {
    body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub fn list(call: &mut Call<'_>) -> Answer {
    let container = call.container(Level::Read)?;
    let place = container.place();
    let all: Vec<Value> = container
        .contents()
        .workspaces
        .values()
        .map(|one| render::workspace(place, one))
        .collect();
    paging::page(call.req, "workspace", paging::RESOURCES, all)
}

pub fn get(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let container = call.container(Level::Read)?;
    let place = container.place();
    Ok(render::workspace(place, container.contents().workspace(id)?))
}

pub fn create(call: &mut Call<'_>) -> Answer {
    let body = call.body(Body::Workspace)?;
    let name = required_name(&body)?.to_owned();
    call.container(Level::Edit)?;
    let fingerprint = call.fingerprint();
    let container = call.container(Level::Edit)?;
    let place = container.place();
    let contents = container.contents();
    if contents.workspaces.values().any(|other| other.name == name) {
        return Err(Refusal::duplicate_name());
    }
    let id = contents.add_workspace(name, text(&body, "description"), fingerprint);
    Ok(render::workspace(place, contents.workspace(id)?))
}

pub fn update(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let stored = call.container(Level::Edit)?.contents().workspace(id)?.fingerprint;
    call.expect_fingerprint(stored)?;
    let body = call.body(Body::Workspace)?;
    let name = required_name(&body)?.to_owned();
    let fingerprint = call.fingerprint();
    let container = call.container(Level::Edit)?;
    let place = container.place();
    let contents = container.contents();
    if contents
        .workspaces
        .values()
        .any(|other| other.id != id && other.name == name)
    {
        return Err(Refusal::duplicate_name());
    }
    let workspace = contents.workspace(id)?;
    workspace.name = name;
    workspace.description = text(&body, "description");
    workspace.fingerprint = fingerprint;
    Ok(render::workspace(place, workspace))
}

pub fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let contents = call.container(Level::Edit)?.contents();
    contents.workspace(id)?;
    contents.workspaces.remove(&id);
    Ok(Value::Null)
}

pub fn status(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let container = call.container(Level::Read)?;
    let place = container.place();
    let workspace = container.contents().workspace(id)?;
    let mut changes = Vec::new();
    for (key, fields) in &workspace.content.entities {
        let status = match workspace.base.entities.get(key) {
            None => "added",
            Some(base) if base == fields => continue,
            Some(_) => "updated",
        };
        let entity = render::entity(place, id, key.0, key.1, fields);
        changes.push(json!({ key.0.version_key(): entity, "changeStatus": status }));
    }
    for (key, fields) in &workspace.base.entities {
        if !workspace.content.entities.contains_key(key) {
            let entity = render::entity(place, id, key.0, key.1, fields);
            changes.push(json!({ key.0.version_key(): entity, "changeStatus": "deleted" }));
        }
    }
    for (now, before, status) in [
        (&workspace.content.built_ins, &workspace.base.built_ins, "added"),
        (&workspace.base.built_ins, &workspace.content.built_ins, "deleted"),
    ] {
        for kind in now.difference(before) {
            let shown = render::built_in(place, Some(id), kind);
            changes.push(json!({ "builtInVariable": shown, "changeStatus": status }));
        }
    }
    let mut status = json!({});
    if !changes.is_empty() {
        status["workspaceChange"] = changes.into();
    }
    let conflicts = sync::conflicts(place, workspace);
    if !conflicts.is_empty() {
        status["mergeConflict"] = conflicts.into();
    }
    Ok(status)
}

/// Brings in the latest version, stores what there is as the next one, and puts a new workspace in the place of the old.
pub fn create_version(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let body = call.body(Body::VersionOptions)?;
    call.container(Level::Approve)?.contents().workspace(id)?;
    let (version_fingerprint, workspace_fingerprint) = (call.fingerprint(), call.fingerprint());
    let faulty = call.model.compiler.create_version;
    let container = call.container(Level::Approve)?;
    let place = container.place();
    let holder = render::container(container);
    let contents = container.contents();
    let latest = contents.latest_content();
    let workspace = contents.workspace(id)?;
    workspace.merge(&latest);
    if !workspace.theirs.is_empty() {
        return Ok(json!({ "syncStatus": { "mergeConflict": true } }));
    }
    if faulty || !compiles(&workspace.content) {
        return Ok(json!({ "compilerError": true }));
    }
    let workspace = contents.workspaces.remove(&id).ok_or_else(Refusal::not_found)?;
    contents.last_version += 1;
    let version = Version {
        id: contents.last_version,
        name: text(&body, "name"),
        description: text(&body, "notes"),
        fingerprint: version_fingerprint,
        deleted: false,
        content: workspace.content,
    };
    let shown = render::version(&holder, place, &version);
    contents.latest = version.id;
    contents.versions.insert(version.id, version);
    let name = if contents
        .workspaces
        .values()
        .any(|other| other.name == "Default Workspace")
    {
        format!("Workspace {}", contents.last_workspace + 1)
    } else {
        "Default Workspace".to_owned()
    };
    let next = contents.add_workspace(name, String::new(), workspace_fingerprint);
    Ok(json!({
        "containerVersion": shown,
        "newWorkspacePath":
            format!("accounts/{}/containers/{}/workspaces/{next}", place.account, place.container),
    }))
}

/// A version that is stored nowhere, of what is in the workspace.
pub fn quick_preview(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let container = call.container(Level::Approve)?;
    let place = container.place();
    let holder = render::container(container);
    let contents = container.contents();
    let latest = contents.latest_content();
    let workspace = contents.workspace(id)?;
    workspace.merge(&latest);
    if !workspace.theirs.is_empty() {
        return Ok(json!({ "syncStatus": { "mergeConflict": true } }));
    }
    if !compiles(&workspace.content) {
        return Ok(json!({ "compilerError": true }));
    }
    let version = Version {
        id: 0,
        name: "QUICK_PREVIEW".to_owned(),
        description: String::new(),
        fingerprint: workspace.fingerprint,
        deleted: false,
        content: workspace.content.clone(),
    };
    Ok(json!({ "containerVersion": render::version(&holder, place, &version) }))
}
