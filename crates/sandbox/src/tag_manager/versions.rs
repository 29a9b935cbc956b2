//! versions.get, live, update, delete, undelete, publish, set_latest and version_headers.list, latest.
use serde_json::{Value, json};

use super::model::{Container, Content, Level};
use super::refusal::Refusal;
use super::schema::Body;
use super::{Answer, Call, paging, render};

const PLACE: usize = 5;

fn show(container: &mut Container, id: u64) -> Answer {
    let holder = render::container(container);
    let place = container.place();
    Ok(render::version(&holder, place, container.contents().version(id)?))
}

pub fn get(call: &mut Call<'_>) -> Answer {
    let published = call.req.param("containerVersionId") == Some("published") || call.path[PLACE] == "published";
    if published {
        return live(call);
    }
    let id = match call.req.param("containerVersionId") {
        Some(id) => id.parse().map_err(|_| Refusal::not_found())?,
        None => call.id(PLACE)?,
    };
    show(call.container(Level::Read)?, id)
}

pub fn live(call: &mut Call<'_>) -> Answer {
    let container = call.container(Level::Read)?;
    let id = container.contents().live.ok_or_else(Refusal::never_published)?;
    show(container, id)
}

pub fn update(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let stored = call.container(Level::Approve)?.contents().version(id)?.fingerprint;
    call.expect_fingerprint(stored)?;
    let body = call.body(Body::Version)?;
    let fingerprint = call.fingerprint();
    let container = call.container(Level::Approve)?;
    let version = container.contents().version(id)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    version.name = text("name");
    version.description = text("description");
    version.fingerprint = fingerprint;
    show(container, id)
}

/// Delete archives, undelete brings back; the live version cannot be archived.
pub fn set_deleted(call: &mut Call<'_>, deleted: bool) -> Answer {
    let id = call.id(PLACE)?;
    let contents = call.container(Level::Approve)?.contents();
    let live = contents.live;
    let version = contents.version(id)?;
    if version.deleted == deleted || (deleted && live == Some(id)) {
        return Err(Refusal::generic());
    }
    let fingerprint = call.fingerprint();
    let container = call.container(Level::Approve)?;
    let version = container.contents().version(id)?;
    version.deleted = deleted;
    version.fingerprint = fingerprint;
    if deleted { Ok(Value::Null) } else { show(container, id) }
}

pub fn publish(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let stored = call.container(Level::Publish)?.contents().version(id)?;
    if stored.deleted {
        return Err(Refusal::generic());
    }
    let stored = stored.fingerprint;
    call.expect_fingerprint(stored)?;
    if call.model.compiler.publish {
        return Ok(json!({ "compilerError": true }));
    }
    let fingerprint = call.fingerprint();
    let container = call.container(Level::Publish)?;
    let contents = container.contents();
    contents.version(id)?.fingerprint = fingerprint;
    contents.live = Some(id);
    Ok(json!({ "containerVersion": show(container, id)? }))
}

pub fn set_latest(call: &mut Call<'_>) -> Answer {
    let id = call.id(PLACE)?;
    let container = call.container(Level::Edit)?;
    if container.contents().version(id)?.deleted {
        return Err(Refusal::generic());
    }
    container.contents().latest = id;
    show(container, id)
}

pub fn list_headers(call: &mut Call<'_>) -> Answer {
    let deleted_too = call.req.param("includeDeleted") == Some("true");
    let container = call.container(Level::Read)?;
    let place = container.place();
    let all: Vec<Value> = container
        .contents()
        .versions
        .values()
        .filter(|version| deleted_too || !version.deleted)
        .map(|version| render::header(place, version.id, &version.name, version.deleted, &version.content))
        .collect();
    paging::page(call.req, "containerVersionHeader", paging::RESOURCES, all)
}

pub fn latest_header(call: &mut Call<'_>) -> Answer {
    let container = call.container(Level::Read)?;
    let place = container.place();
    let contents = container.contents();
    Ok(match contents.versions.get(&contents.latest) {
        Some(version) => render::header(place, version.id, &version.name, version.deleted, &version.content),
        None => render::header(place, 0, "", false, &Content::default()),
    })
}
