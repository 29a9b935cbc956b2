//! accountSummaries and accounts, and the ticket with which a new account begins.

use serde_json::{Value, json};

use super::{
    call::{Call, check_text, failed_precondition, no_permission, not_found, show},
    fields::{self, Field, Kind, output, settable},
    paging::page,
};
use crate::{
    http::ApiReply,
    oauth, rpc_error,
    terms::{self, Dialect, Ticket},
    world::{Account, Role},
};

pub(super) const ACCOUNT: &[Field] = &[
    output("name"),
    output("createTime"),
    output("updateTime"),
    settable("displayName", Kind::Text),
    settable("regionCode", Kind::Text),
    output("deleted"),
    output("gmpOrganization"),
];

const PROVISION_ACCOUNT_TICKET: &[Field] = &[
    settable("account", Kind::Message(ACCOUNT)),
    settable("redirectUri", Kind::Text),
];

fn check(account: &Value) -> Result<(), ApiReply> {
    check_text(
        "account.display_name",
        account.get("displayName").and_then(Value::as_str),
        100,
    )?;
    match account.get("regionCode").and_then(Value::as_str) {
        Some(code) if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Err(rpc_error::bad_field(
                "account.region_code",
                "The region_code must be a Unicode CLDR region code.",
            ))
        }
        _ => Ok(()),
    }
}

pub(super) fn summaries(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    let email = &call.caller.email;
    let accounts = world.analytics.accounts.values().filter(|account| !account.deleted);
    let summaries = accounts
        .filter(|account| world.can_see_account(email, account.id))
        .map(|account| {
            let properties = world
                .analytics
                .properties_of(account.id)
                .filter(|property| property.delete_time.is_none());
            let properties: Vec<Value> = properties
                .filter_map(|property| {
                    let role = world.property_role(email, property.id)?;
                    let mut summary = json!({
                        "property": property.name,
                        "displayName": property.display_name,
                        "propertyType": property.property_type,
                        "parent": property.parent,
                    });
                    if role >= Role::Editor {
                        summary["canEdit"] = json!(true);
                    }
                    Some(summary)
                })
                .collect();
            let mut summary = json!({
                "name": format!("accountSummaries/{}", account.id),
                "account": account.name,
                "displayName": account.display_name,
            });
            if !properties.is_empty() {
                summary["propertySummaries"] = Value::Array(properties);
            }
            summary
        });
    page(call.request, "accountSummaries", summaries.collect(), 50, 200)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    let deleted = call.request.param("showDeleted") == Some("true");
    let visible = world.analytics.accounts.values().filter(|account| {
        (deleted || !account.deleted) && world.account_role(&call.caller.email, account.id).is_some()
    });
    let accounts = visible.map(show).collect::<Result<Vec<_>, _>>()?;
    page(call.request, "accounts", accounts, 50, 200)
}

pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    let account = world.analytics.accounts.get(&call.id(0)).ok_or_else(no_permission)?;
    if !world.can_see_account(&call.caller.email, account.id) {
        return Err(no_permission());
    }
    show(account)
}

pub(super) fn patch(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_account(&world, call.id(0), Role::Editor)?;
    let changes = fields::read(&call.body, ACCOUNT, "account")?;
    let now = call.google.now();
    let account = world.analytics.accounts.get_mut(&call.id(0)).ok_or_else(not_found)?;
    if account.deleted {
        return Err(failed_precondition("The account is in the trash."));
    }
    let mut changed = show(account)?;
    fields::apply_mask(&mut changed, &changes, call.request.param("updateMask"), ACCOUNT)?;
    check(&changed)?;
    let changed: Account =
        serde_json::from_value(changed).map_err(|_| rpc_error::invalid_argument("Invalid account."))?;
    *account = Account {
        id: account.id,
        update_time: now,
        ..changed
    };
    show(account)
}

/// To the trash, with all its properties; the API has no way back.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_account(&world, call.id(0), Role::Admin)?;
    let now = call.google.now();
    let account = world.analytics.accounts.get_mut(&call.id(0)).ok_or_else(not_found)?;
    if account.deleted {
        return Err(failed_precondition("The account is in the trash already."));
    }
    account.deleted = true;
    account.update_time = now;
    for property in world
        .analytics
        .properties
        .values_mut()
        .filter(|property| property.account_id == call.id(0))
    {
        super::properties::trash(property, now);
    }
    Ok(json!({}))
}

pub(super) fn data_sharing_settings(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_account(&world, call.id(0), Role::Viewer)?;
    Ok(json!({
        "name": format!("accounts/{}/dataSharingSettings", call.id(0)),
        "sharingWithGoogleSupportEnabled": true,
        "sharingWithGoogleProductsEnabled": true,
    }))
}

pub(super) fn provision_account_ticket(call: &Call<'_>) -> Result<Value, ApiReply> {
    let body = Value::Object(fields::read(&call.body, PROVISION_ACCOUNT_TICKET, "")?);
    let account = body.get("account").cloned().unwrap_or_else(|| json!({}));
    check(&account)?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let redirect_uri = text(&body, "redirectUri").unwrap_or_default();
    let client = oauth::find_client(call.google, &call.caller.client_id);
    let silent = if redirect_uri.is_empty() && terms::may_do_without_redirect(call.google, client.as_ref()) {
        true
    } else if redirect_uri.is_empty() {
        return Err(rpc_error::bad_field(
            "redirect_uri",
            "The field redirect_uri is required.",
        ));
    } else {
        terms::check_redirect(call.google, client.as_ref(), &redirect_uri)
            .map_err(|why| rpc_error::bad_field("redirect_uri", why))?
    };
    let id = call.google.tickets().add(Ticket {
        dialect: Dialect::Ga4,
        display_name: text(&account, "displayName").unwrap_or_default(),
        region_code: text(&account, "regionCode"),
        redirect_uri,
        email: call.caller.email.clone(),
        asked_at: call.google.now(),
        expired: false,
        settled: false,
        silent,
    });
    Ok(json!({"accountTicketId": id}))
}
