//! The old dialect: `analytics/v3/provisioning/createAccountTicket` (discovery document `analytics.v3`, scope
//! `analytics.provision`). `createAccountTree` is for approved partners and refuses everybody, as at Google.

use serde_json::{Value, json};

use crate::{
    google::Google,
    http::{ApiReply, ApiRequest, Caller},
    oauth, rpc_error,
    terms::{self, Dialect, Ticket},
};

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
    if tree {
        return rpc_error::legacy(403, "forbidden", "This method is available to approved partners only.");
    }
    let Ok(body) = request.json() else {
        return rpc_error::legacy(400, "parseError", "Parse Error");
    };
    match create_account_ticket(google, caller, &body) {
        Ok(answer) => ApiReply::ok(answer),
        Err(missing) => rpc_error::legacy(400, "required", &missing),
    }
}

fn create_account_ticket(google: &Google, caller: &Caller, body: &Value) -> Result<Value, String> {
    let text = |pointer: &str| {
        body.pointer(pointer)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| {
                format!(
                    "Required field is missing: {}",
                    pointer.trim_start_matches('/').replace('/', ".")
                )
            })
    };
    let name = text("/account/name")?;
    text("/webproperty/name")?;
    text("/webproperty/websiteUrl")?;
    text("/profile/name")?;
    let redirect_uri = text("/redirectUri")?;
    let client = oauth::find_client(google, &caller.client_id);
    let silent = terms::check_redirect(google, client.as_ref(), redirect_uri).map_err(str::to_owned)?;
    let id = google.tickets().add(Ticket {
        dialect: Dialect::V3,
        display_name: name.to_owned(),
        region_code: None,
        redirect_uri: redirect_uri.to_owned(),
        email: caller.email.clone(),
        settled: false,
        silent,
    });
    let mut answer = body.clone();
    answer["id"] = json!(id);
    answer["kind"] = json!("analytics#accountTicket");
    Ok(answer)
}
