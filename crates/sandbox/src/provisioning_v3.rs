//! The old dialect, `analytics/v3/provisioning` (discovery document `analytics.v3`, scope `analytics.provision`):
//! createAccountTicket, with the Terms of Service and a redirect, and createAccountTree, without either, for projects that
//! control has declared approved partners (`POST _control/partners`); everybody else is refused, as at Google.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::{
    google::Google,
    http::{ApiReply, ApiRequest, Caller},
    oauth, rpc_error,
    terms::{self, Dialect, Ticket},
    world::{Parent, Role},
};

/// What a view without a time zone gets.
const DEFAULT_TIMEZONE: &str = "America/Los_Angeles";

pub(crate) fn handle(google: &Google, caller: &Caller, request: &ApiRequest) -> ApiReply {
    if request.method != http::Method::POST {
        return rpc_error::html_not_found(&request.path);
    }
    let tree = match request.path.as_str() {
        "/analytics/v3/provisioning/createAccountTicket" => false,
        "/analytics/v3/provisioning/createAccountTree" => true,
        _ => return rpc_error::html_not_found(&request.path),
    };
    if !caller.has_any_scope(&["analytics.provision"]) {
        return rpc_error::legacy(403, "insufficientPermissions", "Insufficient Permission");
    }
    if tree && !google.settings().approved_partners.contains(&caller.project) {
        return rpc_error::legacy(403, "forbidden", "This method is available to approved partners only.");
    }
    let Ok(body) = request.json() else {
        return rpc_error::legacy(400, "parseError", "Parse Error");
    };
    let answer = if tree {
        create_account_tree(google, caller, &body)
    } else {
        create_account_ticket(google, caller, &body)
    };
    answer.map_or_else(|refusal| refusal, ApiReply::ok)
}

/// The text at a pointer, which must be there.
fn required<'a>(body: &'a Value, pointer: &str) -> Result<&'a str, ApiReply> {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        let field = pointer.trim_start_matches('/').replace('/', ".");
        rpc_error::legacy(400, "required", &format!("Required field is missing: {field}"))
    })
}

fn invalid(field: &str, value: &str) -> ApiReply {
    let message = format!("Invalid value '{value}' for field {field}.");
    rpc_error::legacy(400, "invalidParameter", &message)
}

fn check_site(field: &str, site: &str) -> Result<(), ApiReply> {
    let good = url::Url::parse(site).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if good { Ok(()) } else { Err(invalid(field, site)) }
}

fn check_timezone(field: &str, zone: &str) -> Result<(), ApiReply> {
    if zone.contains('/') && TimeZone::get(zone).is_ok() {
        Ok(())
    } else {
        Err(invalid(field, zone))
    }
}

fn create_account_ticket(google: &Google, caller: &Caller, body: &Value) -> Result<Value, ApiReply> {
    let name = required(body, "/account/name")?;
    required(body, "/webproperty/name")?;
    check_site("webproperty.websiteUrl", required(body, "/webproperty/websiteUrl")?)?;
    required(body, "/profile/name")?;
    let zone = body.pointer("/profile/timezone").and_then(Value::as_str);
    let zone = zone.filter(|zone| !zone.is_empty()).unwrap_or(DEFAULT_TIMEZONE);
    check_timezone("profile.timezone", zone)?;
    let redirect_uri = body.get("redirectUri").and_then(Value::as_str).unwrap_or_default();
    let client = oauth::find_client(google, &caller.client_id);
    let silent = if redirect_uri.is_empty() && terms::may_do_without_redirect(google, client.as_ref()) {
        true
    } else {
        required(body, "/redirectUri")?;
        terms::check_redirect(google, client.as_ref(), redirect_uri)
            .map_err(|why| rpc_error::legacy(400, "invalidParameter", why))?
    };
    let id = google.tickets().add(Ticket {
        dialect: Dialect::V3,
        display_name: name.to_owned(),
        region_code: None,
        redirect_uri: redirect_uri.to_owned(),
        email: caller.email.clone(),
        asked_at: google.now(),
        expired: false,
        settled: false,
        silent,
    });
    let mut answer = body.clone();
    answer["id"] = json!(id);
    answer["kind"] = json!("analytics#accountTicket");
    answer["profile"]["timezone"] = json!(zone);
    Ok(answer)
}

fn create_account_tree(google: &Google, caller: &Caller, body: &Value) -> Result<Value, ApiReply> {
    let account_name = required(body, "/accountName")?;
    let property_name = required(body, "/webpropertyName")?;
    let site = required(body, "/websiteUrl")?;
    check_site("websiteUrl", site)?;
    let profile_name = required(body, "/profileName")?;
    let zone = required(body, "/timezone")?;
    check_timezone("timezone", zone)?;
    let now = google.now();
    let mut world = google.world_mut();
    let analytics = &mut world.analytics;
    let account = analytics.add_account(account_name, None, now);
    analytics.bind(Parent::Account(account), &caller.email, Role::Admin);
    let profile = analytics.next_id().to_string();
    let (account, property) = (account.to_string(), format!("UA-{account}-1"));
    Ok(json!({
        "kind": "analytics#accountTreeResponse",
        "account": {
            "kind": "analytics#account", "id": account, "name": account_name, "created": now, "updated": now,
        },
        "webproperty": {
            "kind": "analytics#webproperty", "id": property, "accountId": account, "name": property_name,
            "websiteUrl": site, "level": "STANDARD", "profileCount": 1, "defaultProfileId": profile,
            "created": now, "updated": now,
        },
        "profile": {
            "kind": "analytics#profile", "id": profile, "accountId": account, "webPropertyId": property,
            "name": profile_name, "timezone": zone, "websiteUrl": site, "currency": "USD", "type": "WEB",
            "created": now, "updated": now,
        },
    }))
}
