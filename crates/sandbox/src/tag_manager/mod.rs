//! Tag Manager API v2 as a sandbox: accounts, containers, workspaces, entities and versions, with Google's paging,
//! fingerprints, full-replace updates and error bodies (discovery document `tagmanager.v2`).

mod accounts;
mod built_ins;
mod bulk_update;
mod containers;
mod entities;
mod fields_mask;
mod kinds;
mod model;
mod paging;
mod published;
mod refusal;
mod render;
mod route;
mod rules;
mod schema;
mod seed;
mod seed_android_ios;
mod seed_contents;
mod seed_server;
mod seed_web;
mod sync;
mod versions;
mod workspaces;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::Value;

pub use model::Model;
pub use seed::SeedAccount;

use crate::http::{ApiReply, ApiRequest, Caller, ReplyBody};
use refusal::Refusal;
use route::Method;

/// One request on its way through.
struct Call<'a> {
    model: &'a mut Model,
    caller: &'a Caller,
    req: &'a ApiRequest,
    /// Path segments after `/tagmanager/v2/`, without the verb.
    path: &'a [&'a str],
    now: Timestamp,
}

/// A resource, or null for methods that answer with an empty body.
type Answer = Result<Value, Refusal>;

/// Answers one request for `/tagmanager/v2/...` by a signed-in caller.
pub fn handle(model: &mut Model, caller: &Caller, req: &ApiRequest, now: Timestamp) -> ApiReply {
    let Some(rest) = req.path.strip_prefix("/tagmanager/v2/") else {
        return crate::rpc_error::html_not_found(&req.path);
    };
    let (resource, verb) = split_verb(rest);
    let path: Vec<&str> = resource.split('/').collect();
    let Some(method) = route::method(req.method.as_str(), &path, verb) else {
        return crate::rpc_error::html_not_found(&req.path);
    };
    if !caller.has_any_scope(method.scopes()) {
        return Refusal::insufficient_scopes(&method.rpc()).into_reply();
    }
    let mut call = Call {
        model,
        caller,
        req,
        path: &path,
        now,
    };
    match answer(&mut call, method) {
        Ok(Value::Null) => ApiReply {
            status: 204,
            headers: Vec::new(),
            body: ReplyBody::Bytes {
                content_type: "text/html",
                bytes: bytes::Bytes::new(),
            },
        },
        Ok(mut value) => {
            if let Some(mask) = req.param("fields") {
                match fields_mask::parse(mask) {
                    Ok(mask) => fields_mask::apply(&mask, &mut value),
                    Err(at) => {
                        return Refusal::invalid(format!("Invalid field selection {at}")).into_reply();
                    }
                }
            }
            ApiReply {
                status: 200,
                headers: Vec::new(),
                body: ReplyBody::Json(value),
            }
        }
        Err(refusal) => refusal.into_reply(),
    }
}

/// Splits `a/b:verb` at the colon of its last segment.
fn split_verb(path: &str) -> (&str, Option<&str>) {
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[last..].find(':') {
        Some(colon) => (&path[..last + colon], Some(&path[last + colon + 1..])),
        None => (path, None),
    }
}

fn answer(call: &mut Call<'_>, method: Method) -> Answer {
    use Method as M;
    match method {
        M::ListAccounts => accounts::list(call),
        M::GetAccount => accounts::get(call),
        M::UpdateAccount => accounts::update(call),
        M::CreateContainer => containers::create(call),
        M::GetContainer => containers::get(call),
        M::ListContainers => containers::list(call),
        M::UpdateContainer => containers::update(call),
        M::DeleteContainer => containers::delete(call),
        M::LookupContainer => containers::lookup(call),
        M::SnippetContainer => containers::snippet(call),
        M::CreateWorkspace => workspaces::create(call),
        M::GetWorkspace => workspaces::get(call),
        M::ListWorkspaces => workspaces::list(call),
        M::UpdateWorkspace => workspaces::update(call),
        M::DeleteWorkspace => workspaces::delete(call),
        M::GetWorkspaceStatus => workspaces::status(call),
        M::BulkUpdate => bulk_update::apply(call),
        M::SyncWorkspace => sync::sync(call),
        M::ResolveConflict => sync::resolve_conflict(call),
        M::QuickPreview => workspaces::quick_preview(call),
        M::CreateVersion => workspaces::create_version(call),
        M::CreateEntity(kind) => entities::create(call, kind),
        M::GetEntity(kind) => entities::get(call, kind),
        M::ListEntities(kind) => entities::list(call, kind),
        M::UpdateEntity(kind) => entities::update(call, kind),
        M::DeleteEntity(kind) => entities::delete(call, kind),
        M::RevertEntity(kind) => entities::revert(call, kind),
        M::FolderEntities => entities::folder_entities(call),
        M::MoveToFolder => entities::move_to_folder(call),
        M::CreateBuiltIns => entities::create_built_ins(call),
        M::ListBuiltIns => entities::list_built_ins(call),
        M::DeleteBuiltIns => entities::delete_built_ins(call),
        M::RevertBuiltIn => entities::revert_built_in(call),
        M::GetVersion => versions::get(call),
        M::LiveVersion => versions::live(call),
        M::UpdateVersion => versions::update(call),
        M::DeleteVersion => versions::set_deleted(call, true),
        M::UndeleteVersion => versions::set_deleted(call, false),
        M::PublishVersion => versions::publish(call),
        M::SetLatestVersion => versions::set_latest(call),
        M::ListHeaders => versions::list_headers(call),
        M::LatestHeader => versions::latest_header(call),
    }
}

impl Call<'_> {
    /// The id at a place of the path; one that is no number names nothing.
    fn id(&self, place: usize) -> Result<u64, Refusal> {
        self.path
            .get(place)
            .and_then(|text| text.parse().ok())
            .ok_or_else(Refusal::not_found)
    }

    /// Account and container ids.
    fn container_ids(&self) -> Result<(u64, u64), Refusal> {
        Ok((self.id(1)?, self.id(3)?))
    }

    /// The container of the path, if the caller has `level` in it.
    fn container(&mut self, level: model::Level) -> Result<&mut model::Container, Refusal> {
        let ids = self.container_ids()?;
        self.model.container(&self.caller.email, ids, level)
    }

    /// The next fingerprint.
    fn fingerprint(&mut self) -> u64 {
        self.model.next_fingerprint(self.now)
    }

    /// Checks the optional `fingerprint` query against storage.
    fn expect_fingerprint(&self, stored: u64) -> Result<(), Refusal> {
        match self.req.param("fingerprint") {
            Some(sent) if !sent.is_empty() && sent != stored.to_string() => Err(Refusal::fingerprint_mismatch()),
            _ => Ok(()),
        }
    }

    /// The body as one of the API's resources.
    fn body(&self, body: schema::Body) -> Result<serde_json::Map<String, Value>, Refusal> {
        schema::read(body, &self.req.body)
    }
}

/// The name in a body; a resource without one cannot be stored.
fn required_name(fields: &serde_json::Map<String, Value>) -> Result<&str, Refusal> {
    fields
        .get("name")
        .and_then(Value::as_str)
        .filter(|name| !name.trim().is_empty())
        .ok_or_else(|| Refusal::invalid("name: The value must not be empty."))
}
