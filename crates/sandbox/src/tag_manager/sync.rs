//! workspaces.sync and resolve_conflict: what others have versioned since a workspace was made comes into it, entity by
//! entity. Where both sides changed one, the workspace keeps its own until the conflict is resolved.
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::kinds::Kind;
use super::model::{Content, Fields, Level, Workspace};
use super::refusal::Refusal;
use super::render::{self, Place};
use super::schema::{self, Body};
use super::{Answer, Call, entities, rules};

impl Workspace {
    /// Brings the latest version in. Built-in variables merge without conflicts: they are on or off.
    pub(super) fn merge(&mut self, latest: &Content) {
        self.theirs.clear();
        let keys: BTreeSet<_> = self
            .base
            .entities
            .keys()
            .chain(latest.entities.keys())
            .copied()
            .collect();
        for key in keys {
            let base = self.base.entities.get(&key);
            let theirs = latest.entities.get(&key);
            if base == theirs {
                continue;
            }
            let ours = self.content.entities.get(&key);
            if ours != base && ours != theirs {
                self.theirs.insert(key, theirs.cloned());
                continue;
            }
            self.set(key, theirs.cloned());
        }
        let (before, now) = (&self.base.built_ins, &latest.built_ins);
        self.content.built_ins.extend(now.difference(before).copied());
        let off: Vec<_> = before.difference(now).copied().collect();
        self.content.built_ins.retain(|kind| !off.contains(kind));
        self.base.built_ins.clone_from(now);
    }

    /// The entity as the base version has it, here and in the base.
    fn set(&mut self, key: (Kind, u64), fields: Option<Fields>) {
        for content in [&mut self.content, &mut self.base] {
            match &fields {
                Some(fields) => content.entities.insert(key, Arc::clone(fields)),
                None => content.entities.remove(&key),
            };
        }
    }

    /// Settles a conflict in the base version's favour; whether there was one.
    pub(super) fn take_theirs(&mut self, key: (Kind, u64)) -> bool {
        let Some(theirs) = self.theirs.remove(&key) else {
            return false;
        };
        self.set(key, theirs);
        true
    }
}

/// The unresolved conflicts, as `mergeConflict` shows them.
pub(super) fn conflicts(place: Place, workspace: &Workspace) -> Vec<Value> {
    let entity = |key: &(Kind, u64), fields: &Fields, status: &str| {
        let shown = render::entity(place, workspace.id, key.0, key.1, fields);
        json!({ key.0.version_key(): shown, "changeStatus": status })
    };
    workspace
        .theirs
        .iter()
        .map(|(key, theirs)| {
            let (ours, base) = (workspace.content.entities.get(key), workspace.base.entities.get(key));
            let ours = match (ours, base) {
                (Some(ours), Some(_)) => entity(key, ours, "updated"),
                (Some(ours), None) => entity(key, ours, "added"),
                (None, Some(base)) => entity(key, base, "deleted"),
                (None, None) => json!({}),
            };
            let mut conflict = json!({ "entityInWorkspace": ours });
            if let Some(theirs) = theirs {
                conflict["entityInBaseVersion"] = entity(key, theirs, "none");
            }
            conflict
        })
        .collect()
}

pub fn sync(call: &mut Call<'_>) -> Answer {
    let id = call.id(5)?;
    let container = call.container(Level::Edit)?;
    let place = container.place();
    let contents = container.contents();
    let latest = contents.latest_content();
    let workspace = contents.workspace(id)?;
    workspace.merge(&latest);
    let conflicts = conflicts(place, workspace);
    Ok(if conflicts.is_empty() {
        json!({})
    } else {
        json!({ "mergeConflict": conflicts, "syncStatus": { "mergeConflict": true } })
    })
}

/// The body is the resolved entity; with changeStatus `deleted` the resolution is that it goes.
pub fn resolve_conflict(call: &mut Call<'_>) -> Answer {
    let mut body = schema::root(&call.req.body)?;
    let deleted = body
        .shift_remove("changeStatus")
        .is_some_and(|status| status == "deleted");
    let mut members = body.into_iter();
    let (Some((name, Value::Object(object))), None) = (members.next(), members.next()) else {
        return Err(Refusal::invalid("The body must hold exactly one entity."));
    };
    let kind = Kind::of_version_key(&name).ok_or_else(|| schema::unknown_name(&name, ""))?;
    let entity = object
        .get(kind.id_field())
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok())
        .ok_or_else(Refusal::not_found)?;
    let mut fields: Map<String, Value> = schema::object_as(Body::Entity(kind), object, &name)?;
    let key = (kind, entity);
    let (_, server, workspace) = call.open(Level::Edit)?;
    if !workspace.theirs.contains_key(&key) {
        return Err(Refusal::not_found());
    }
    if !deleted {
        rules::check(&workspace.content, server, kind, Some(entity), &fields)?;
    }
    let stored = workspace.content.entities.get(&key);
    if let Some(stored) = stored.map(|fields| entities::fingerprint_of(fields)) {
        call.expect_fingerprint(stored)?;
    }
    let fingerprint = call.fingerprint();
    let (_, _, workspace) = call.open(Level::Edit)?;
    workspace.take_theirs(key);
    if deleted {
        workspace.content.entities.remove(&key);
    } else {
        fields.insert("fingerprint".to_owned(), fingerprint.to_string().into());
        workspace.content.entities.insert(key, Arc::new(fields));
    }
    Ok(Value::Null)
}
