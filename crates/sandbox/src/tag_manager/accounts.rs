//! accounts.list, get and update.
use serde_json::Value;

use super::refusal::Refusal;
use super::schema::Body;
use super::{Answer, Call, paging, render, required_name};

pub fn list(call: &mut Call<'_>) -> Answer {
    let email = &call.caller.email;
    let seen = call
        .model
        .accounts
        .values()
        .filter(|account| account.grants.contains_key(email));
    let all: Vec<Value> = seen.map(render::account).collect();
    paging::page(call.req, "account", paging::RESOURCES, all)
}

pub fn get(call: &mut Call<'_>) -> Answer {
    Ok(render::account(call.model.account(&call.caller.email, call.id(1)?)?))
}

pub fn update(call: &mut Call<'_>) -> Answer {
    let id = call.id(1)?;
    let email = &call.caller.email;
    let stored = call.model.account(email, id)?;
    if !stored.grants.get(email).is_some_and(|grant| grant.admin) {
        return Err(Refusal::not_found());
    }
    call.expect_fingerprint(stored.fingerprint)?;
    let body = call.body(Body::Account)?;
    let name = required_name(&body)?.to_owned();
    let fingerprint = call.fingerprint();
    let account = call.model.accounts.get_mut(&id).ok_or_else(Refusal::not_found)?;
    account.name = name;
    account.share_data = body.get("shareData").and_then(Value::as_bool).unwrap_or(false);
    account.fingerprint = fingerprint;
    Ok(render::account(account))
}
