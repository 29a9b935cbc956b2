//! `BASE/_control/...`: what a test or a curious person may ask of the sandbox itself. Documented in the crate's README.

mod set_ups;

use std::{collections::BTreeSet, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    analytics_data,
    faults::FaultOrder,
    google::Google,
    http::{ApiReply, ApiRequest},
    oauth::{self, OAuthClient},
    practice, practice_site,
    quota::{AdminQuota, TagManagerQuota},
    settings::{ClientState, Consent},
};

/// The first path segment that is the sandbox's own.
pub(crate) const HOST: &str = "_control";

type Answer = Result<Value, String>;

pub(crate) fn handle(google: &Google, request: &ApiRequest) -> ApiReply {
    let Ok(body) = request.json() else {
        return refuse(400, "The body is no JSON.");
    };
    let answer = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/") => Ok(overview(google)),
        ("GET", "/practice") => Ok(practice_identities(google)),
        ("POST", "/reset") => reset(google, &body),
        ("GET", "/log") => Ok(log(google, request)),
        ("DELETE", "/log") => {
            google.log().clear();
            Ok(json!({}))
        }
        ("GET", "/faults") => serde_json::to_value(google.faults().armed()).map_err(|error| error.to_string()),
        ("POST", "/faults") => arm(google, body),
        ("DELETE", "/faults") => {
            google.faults().clear();
            Ok(json!({}))
        }
        ("POST", "/quota") => set_quota(google, body),
        ("POST", "/consent") => set_consent(google, body),
        ("POST", "/latency") => set_latency(google, body),
        ("POST", "/terms") => set_ups::set_terms(google, body),
        ("GET", "/terms/tickets") => Ok(set_ups::tickets(google)),
        ("POST", "/terms/expire") => set_ups::expire_tickets(google, body),
        ("POST", "/partners") => set_ups::set_partner(google, body),
        ("POST", "/tag-manager/accounts") => set_ups::add_tag_manager_account(google, body),
        ("POST", "/tag-manager/compiler") => set_ups::set_compiler(google, body),
        ("POST", "/users") => set_user(google, body),
        ("POST", "/oauth-clients") => add_client(google, body),
        ("POST", "/service-accounts") => set_service_account(google, body),
        ("POST", "/oauth-clients/rules") => set_client_rules(google, body),
        ("POST", "/services") => set_service(google, body),
        ("POST", "/clock") => set_clock(google, body),
        ("POST", "/tokens/issue") => issue(google, body),
        ("POST", "/tokens/revoke") => revoke(google, body),
        ("POST", "/sites") => practice_site::set_site(google, body),
        ("POST", "/hits") => practice_site::record_hit(google, body),
        ("POST", "/prebuilt") => prebuild(google, body),
        _ => return refuse(404, "The sandbox's control endpoint has no such path."),
    };
    answer.map_or_else(|message| refuse(400, &message), ApiReply::ok)
}

fn refuse(status: u16, message: &str) -> ApiReply {
    ApiReply::json(status, json!({"error": message}))
}

fn read<T: serde::de::DeserializeOwned>(body: Value) -> Result<T, String> {
    serde_json::from_value(body).map_err(|error| error.to_string())
}

fn overview(google: &Google) -> Value {
    let quota = google.quota();
    json!({
        "seed": google.world().seed.name(),
        "now": google.now(),
        "settings": *google.settings(),
        "quota": {"limits": quota.limits(), "admin": quota.admin_limits(), "spent_today": quota.spent_today()},
    })
}

fn practice_identities(google: &Google) -> Value {
    let world = google.world();
    let users: Vec<Value> = world
        .users
        .values()
        .map(|user| json!({"email": user.email, "name": user.name, "sub": user.sub}))
        .collect();
    json!({
        "oauth_clients": {"installed": practice::installed_client_json(), "web": practice::web_client_json()},
        "service_account": practice::service_account_json(),
        "service_account_without_access": practice::service_account_without_access_json(),
        "users": users,
    })
}

fn reset(google: &Google, body: &Value) -> Answer {
    let seed = match body.get("seed").and_then(Value::as_str) {
        Some(word) => Some(
            word.parse()
                .map_err(|error: crate::seeds::UnknownSeed| error.to_string())?,
        ),
        None => None,
    };
    google.reset(seed);
    Ok(json!({}))
}

fn log(google: &Google, request: &ApiRequest) -> Value {
    let after = request
        .param("after")
        .and_then(|serial| serial.parse().ok())
        .unwrap_or(0);
    json!({"requests": google.log().after(after)})
}

/// One order, or a list of them.
fn arm(google: &Google, body: Value) -> Answer {
    let orders: Vec<FaultOrder> = if body.is_array() {
        read(body)?
    } else {
        vec![read(body)?]
    };
    for order in orders {
        if order.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("A status is 200 to 599.".to_owned());
        }
        google.faults().arm(order);
    }
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaOrder {
    enabled: bool,
    per_window: Option<usize>,
    window_seconds: Option<i64>,
    per_day: Option<u64>,
    /// The Admin API's; Google's numbers where it is left out.
    #[serde(default)]
    admin: AdminQuota,
}

fn set_quota(google: &Google, body: Value) -> Answer {
    let order: QuotaOrder = read(body)?;
    let usual = TagManagerQuota::default();
    let limits = TagManagerQuota {
        per_window: order.per_window.unwrap_or(usual.per_window),
        window_seconds: order.window_seconds.unwrap_or(usual.window_seconds),
        per_day: order.per_day.unwrap_or(usual.per_day),
    };
    google
        .quota()
        .set_limits(order.enabled.then_some(limits), order.enabled.then_some(order.admin));
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LatencyOrder {
    ms: u64,
}

fn set_latency(google: &Google, body: Value) -> Answer {
    let order: LatencyOrder = read(body)?;
    google.set_latency(Duration::from_millis(order.ms));
    Ok(json!({}))
}

fn set_consent(google: &Google, body: Value) -> Answer {
    let consent: Consent = read(body)?;
    google.settings().consent = consent;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserOrder {
    email: String,
    at_account_limit: Option<bool>,
    #[serde(default)]
    sign_in_again: bool,
    #[serde(default)]
    delete: bool,
}

fn set_user(google: &Google, body: Value) -> Answer {
    let order: UserOrder = read(body)?;
    // Later than every token that was issued so far.
    let moment = google.grants().last_moment(google.now());
    let mut world = google.world_mut();
    if order.delete {
        world.users.remove(&order.email);
        return Ok(json!({}));
    }
    let user = world
        .users
        .get_mut(&order.email)
        .ok_or("The sandbox has no such user.")?;
    user.at_account_limit = order.at_account_limit.unwrap_or(user.at_account_limit);
    if order.sign_in_again {
        user.sign_in_again_after = Some(moment);
    }
    Ok(json!({}))
}

fn add_client(google: &Google, body: Value) -> Answer {
    let client =
        OAuthClient::from_json(&body).ok_or("The body is no client_secret_*.json of kind installed or web.")?;
    google.settings().oauth_clients.insert(client.id, body);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceAccountOrder {
    email: String,
    key_disabled: Option<bool>,
    deleted: Option<bool>,
    delegated_scopes: Option<BTreeSet<String>>,
}

fn set_service_account(google: &Google, body: Value) -> Answer {
    let order: ServiceAccountOrder = read(body)?;
    if practice::SERVICE_ACCOUNTS
        .iter()
        .all(|known| known.email != order.email)
    {
        return Err("The sandbox has no such service account.".to_owned());
    }
    let mut settings = google.settings();
    let account = settings.service_accounts.entry(order.email).or_default();
    account.key_disabled = order.key_disabled.unwrap_or(account.key_disabled);
    account.deleted = order.deleted.unwrap_or(account.deleted);
    if let Some(scopes) = order.delegated_scopes {
        account.delegated_scopes = scopes;
    }
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientRulesOrder {
    client_id: Option<String>,
    testing: Option<bool>,
    state: Option<ClientState>,
    max_refresh_tokens: Option<usize>,
}

fn set_client_rules(google: &Google, body: Value) -> Answer {
    let order: ClientRulesOrder = read(body)?;
    let id = order.client_id.as_deref().unwrap_or(practice::INSTALLED_CLIENT_ID);
    oauth::find_client(google, id).ok_or("The sandbox has no such OAuth client.")?;
    let mut settings = google.settings();
    let rules = settings.client_rules.entry(id.to_owned()).or_default();
    rules.testing = order.testing.unwrap_or(rules.testing);
    rules.state = order.state.unwrap_or(rules.state);
    rules.max_refresh_tokens = order.max_refresh_tokens.unwrap_or(rules.max_refresh_tokens);
    serde_json::to_value(*rules).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceOrder {
    service: String,
    project: Option<String>,
    enabled: bool,
}

fn set_service(google: &Google, body: Value) -> Answer {
    let order: ServiceOrder = read(body)?;
    let project = order.project.unwrap_or_else(|| practice::PROJECT.to_owned());
    let key = (project, order.service);
    let mut settings = google.settings();
    if order.enabled {
        settings.disabled_services.remove(&key);
    } else {
        settings.disabled_services.insert(key);
    }
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    offset_seconds: i64,
}

fn set_clock(google: &Google, body: Value) -> Answer {
    let order: ClockOrder = read(body)?;
    google.set_clock_offset(order.offset_seconds);
    Ok(json!({"now": google.now()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssueOrder {
    email: String,
    scopes: BTreeSet<String>,
    client_id: Option<String>,
}

fn issue(google: &Google, body: Value) -> Answer {
    let order: IssueOrder = read(body)?;
    let id = order.client_id.as_deref().unwrap_or(practice::INSTALLED_CLIENT_ID);
    let client = oauth::find_client(google, id).ok_or("The sandbox has no such OAuth client.")?;
    let (rules, now) = (google.settings().rules_of(&client.id), google.now());
    let (access, refresh) = google
        .grants()
        .issue_directly(&order.email, &client, order.scopes, rules, now);
    Ok(json!({"access_token": access, "refresh_token": refresh}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeOrder {
    email: String,
    project: Option<String>,
}

fn revoke(google: &Google, body: Value) -> Answer {
    let order: RevokeOrder = read(body)?;
    let project = order.project.as_deref().unwrap_or(practice::PROJECT);
    let now = google.now();
    google.grants().revoke_project(&order.email, project, now);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrebuiltOrder {
    /// The numeric id.
    property: u64,
    rows: usize,
}

fn prebuild(google: &Google, body: Value) -> Answer {
    let order: PrebuiltOrder = read(body)?;
    let facts = google
        .property_facts(order.property, None)
        .ok_or("The sandbox has no such property.")?;
    let (rows, json_bytes, gzip_bytes) =
        analytics_data::prebuilt::build(&google.data(), &facts, order.rows, google.now());
    Ok(json!({"rows": rows, "json_bytes": json_bytes, "gzip_bytes": gzip_bytes}))
}
