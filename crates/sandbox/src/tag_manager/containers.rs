//! containers.create, get, list, update, delete, lookup and snippet.
use serde_json::{Map, Value};

use super::model::{Container, Level};
use super::refusal::Refusal;
use super::schema::Body;
use super::{Answer, Call, paging, render, required_name, seed};

pub fn list(call: &mut Call<'_>) -> Answer {
    let account = call.model.account(&call.caller.email, call.id(1)?)?;
    let all: Vec<Value> = account.visible(&call.caller.email).map(render::container).collect();
    paging::page(call.req, "container", paging::RESOURCES, all)
}

pub fn get(call: &mut Call<'_>) -> Answer {
    Ok(render::container(call.container(Level::Read)?))
}

pub fn create(call: &mut Call<'_>) -> Answer {
    let account_id = call.id(1)?;
    let email = call.caller.email.clone();
    let account = call.model.account(&email, account_id)?;
    if !account.grants.get(&email).is_some_and(|grant| grant.admin) {
        return Err(Refusal::not_found());
    }
    let body = call.body(Body::Container)?;
    let name = required_name(&body)?;
    if !has_usage(&body) {
        return Err(Refusal::invalid("usageContext: The value must not be empty."));
    }
    if account.containers.values().any(|container| container.name() == name) {
        return Err(Refusal::duplicate_name());
    }
    let fingerprint = call.fingerprint();
    let id = call
        .model
        .accounts
        .values()
        .filter_map(|account| account.containers.keys().next_back())
        .max();
    let id = id.copied().unwrap_or(100_000_000) + 1;
    let mut container = Container::new((account_id, id), seed::public_id(id), fingerprint, None);
    container.fields = body;
    let shown = render::container(&container);
    let account = call
        .model
        .accounts
        .get_mut(&account_id)
        .ok_or_else(Refusal::not_found)?;
    account.containers.insert(id, container);
    Ok(shown)
}

fn has_usage(body: &Map<String, Value>) -> bool {
    body.get("usageContext")
        .and_then(Value::as_array)
        .is_some_and(|uses| !uses.is_empty())
}

pub fn update(call: &mut Call<'_>) -> Answer {
    let stored = call.container(Level::Edit)?.fingerprint;
    call.expect_fingerprint(stored)?;
    let ids = call.container_ids()?;
    let mut body = call.body(Body::Container)?;
    let name = required_name(&body)?.to_owned();
    let account = call.model.account(&call.caller.email, ids.0)?;
    if account
        .containers
        .values()
        .any(|other| other.id != ids.1 && other.name() == name)
    {
        return Err(Refusal::duplicate_name());
    }
    let fingerprint = call.fingerprint();
    let container = call.container(Level::Edit)?;
    // What a container is used for is fixed when it is made.
    if let Some(usage) = container.fields.get("usageContext") {
        body.insert("usageContext".to_owned(), usage.clone());
    }
    container.fields = body;
    container.fingerprint = fingerprint;
    Ok(render::container(container))
}

pub fn delete(call: &mut Call<'_>) -> Answer {
    let ids = call.container_ids()?;
    call.container(Level::Read)?;
    let email = &call.caller.email;
    let account = call.model.accounts.get_mut(&ids.0).ok_or_else(Refusal::not_found)?;
    if !account.grants.get(email).is_some_and(|grant| grant.admin) {
        return Err(Refusal::not_found());
    }
    account.containers.remove(&ids.1);
    Ok(Value::Null)
}

pub fn lookup(call: &mut Call<'_>) -> Answer {
    let wanted = |name| call.req.param(name).filter(|value| !value.is_empty());
    let (tag, destination) = (wanted("tagId"), wanted("destinationId"));
    if tag.is_some() == destination.is_some() {
        return Err(Refusal::invalid(
            "Exactly one of destination_id or tag_id must be specified.",
        ));
    }
    let email = &call.caller.email;
    let found = call
        .model
        .accounts
        .values()
        .flat_map(|account| account.visible(email))
        .find(|container| {
            tag.is_some_and(|tag| container.public_id == tag)
                || destination.is_some_and(|id| container.destination_ids.iter().any(|linked| linked == id))
        });
    found.map(render::container).ok_or_else(Refusal::not_found)
}

pub fn snippet(call: &mut Call<'_>) -> Answer {
    Ok(render::snippet(call.container(Level::Read)?))
}
