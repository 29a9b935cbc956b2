//! `oauth2.googleapis.com/token` and `/revoke`, with Google's own error bodies (RFC 6749 section 5.2, RFC 7009).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    CODE_LIFE, OAuthClient, TESTING_LIFE, assertion, find_client, identity, scopes,
    tokens::{self, ACCESS_LIFE, ANNOUNCED_LIFE_SECONDS, Grant, TokenKind},
};
use crate::{
    google::Google,
    http::{ApiReply, ApiRequest},
    settings::ClientState,
};

/// `{"error","error_description"}`.
pub(super) fn refuse(status: u16, error: &str, description: &str) -> ApiReply {
    ApiReply::json(status, json!({"error": error, "error_description": description}))
        .with_header("cache-control", "no-store")
}

struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

pub(super) fn handle(google: &Google, request: &ApiRequest) -> ApiReply {
    let form = Form(request.form());
    match form.get("grant_type") {
        Some("authorization_code") => exchange(google, request, &form),
        Some("refresh_token") => refresh(google, request, &form),
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => bearer(google, &form),
        Some(other) => refuse(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}")),
        None => refuse(400, "invalid_request", "Required parameter is missing: grant_type"),
    }
}

/// The client that the request authenticates as, by body fields or by HTTP Basic.
fn authenticate(google: &Google, request: &ApiRequest, form: &Form) -> Result<OAuthClient, ApiReply> {
    let basic = request.header("authorization").and_then(basic_credentials);
    let (id, secret) = match &basic {
        Some((id, secret)) => (Some(id.as_str()), Some(secret.as_str())),
        None => (form.get("client_id"), form.get("client_secret")),
    };
    let id = id.ok_or_else(|| refuse(400, "invalid_request", "Could not determine client ID from request."))?;
    let client =
        find_client(google, id).ok_or_else(|| refuse(401, "invalid_client", "The OAuth client was not found."))?;
    match google.settings().rules_of(&client.id).state {
        ClientState::Active => {}
        ClientState::Disabled => return Err(refuse(401, "disabled_client", "The OAuth client was disabled.")),
        ClientState::Deleted => return Err(refuse(401, "deleted_client", "The OAuth client was deleted.")),
    }
    match secret {
        None => Err(refuse(400, "invalid_request", "client_secret is missing.")),
        Some(secret) if secret != client.secret => Err(refuse(401, "invalid_client", "Unauthorized")),
        Some(_) => Ok(client),
    }
}

fn basic_credentials(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    scheme
        .eq_ignore_ascii_case("basic")
        .then(|| (id.to_owned(), secret.to_owned()))
}

fn exchange(google: &Google, request: &ApiRequest, form: &Form) -> ApiReply {
    let client = match authenticate(google, request, form) {
        Ok(client) => client,
        Err(refusal) => return refusal,
    };
    let Some(code) = form.get("code") else {
        return refuse(400, "invalid_request", "Missing required parameter: code");
    };
    let now = google.now();
    let rules = google.settings().rules_of(&client.id);
    let mut grants = google.grants();
    let Some(pending) = grants.codes.get_mut(code) else {
        return refuse(400, "invalid_grant", "Malformed auth code.");
    };
    let expired = pending.issued.checked_add(CODE_LIFE).is_ok_and(|end| now >= end);
    if pending.used || expired || pending.grant.client_id != client.id {
        return refuse(400, "invalid_grant", "Bad Request");
    }
    if form.get("redirect_uri") != Some(pending.redirect_uri.as_str()) {
        return refuse(400, "redirect_uri_mismatch", "Bad Request");
    }
    if let Some(challenge) = &pending.code_challenge {
        let Some(verifier) = form.get("code_verifier") else {
            return refuse(400, "invalid_grant", "Missing code verifier.");
        };
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
            return refuse(400, "invalid_grant", "Invalid code verifier.");
        }
    }
    pending.used = true;
    let pending = pending.clone();
    if grants.is_revoked(&pending.grant) {
        return refuse(400, "invalid_grant", "Bad Request");
    }
    let refresh = pending.offline.then(|| grants.seal_refresh(&pending.grant, rules, now));
    let grant = Grant {
        issued: grants.stamp(now),
        expires: now.checked_add(ACCESS_LIFE).ok(),
        ..pending.grant
    };
    drop(grants);
    let mut answer = token_answer(google, &grant, pending.nonce.as_deref());
    if let Some(refresh) = refresh {
        answer["refresh_token"] = Value::String(refresh);
        if rules.testing {
            // Google announces one second less, as with access tokens.
            answer["refresh_token_expires_in"] = json!(TESTING_LIFE.as_secs() - 1);
        }
    }
    ApiReply::ok(answer).with_header("cache-control", "no-store")
}

fn refresh(google: &Google, request: &ApiRequest, form: &Form) -> ApiReply {
    let client = match authenticate(google, request, form) {
        Ok(client) => client,
        Err(refusal) => return refusal,
    };
    let Some(token) = form.get("refresh_token") else {
        return refuse(400, "invalid_request", "Missing required parameter: refresh_token");
    };
    let now = google.now();
    let mut grants = google.grants();
    let Some(mut grant) = grants.refresh_grant(token, now) else {
        let known = tokens::open(token, TokenKind::Refresh).is_some();
        return refuse(
            400,
            "invalid_grant",
            if known {
                "Token has been expired or revoked."
            } else {
                "Bad Request"
            },
        );
    };
    if grant.client_id != client.id {
        return refuse(401, "unauthorized_client", "Unauthorized");
    }
    match google.world().users.get(&grant.email) {
        None => return refuse(400, "invalid_grant", "The account has been deleted"),
        Some(user) if user.sign_in_again_after.is_some_and(|moment| grant.issued <= moment) => {
            let mut body =
                json!({"error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)"});
            body["error_subtype"] = json!("invalid_rapt");
            return ApiReply::json(400, body).with_header("cache-control", "no-store");
        }
        Some(_) => {}
    }
    let ends = grant.expires;
    if let Some(narrower) = form.get("scope") {
        match scopes::parse(narrower) {
            Ok(wanted) if wanted.is_subset(&grant.scopes) => grant.scopes = wanted,
            _ => return refuse(400, "invalid_scope", "Bad Request"),
        }
    }
    grant.issued = grants.stamp(now);
    grant.expires = now.checked_add(ACCESS_LIFE).ok();
    drop(grants);
    let mut answer = token_answer(google, &grant, None);
    if let Some(end) = ends {
        answer["refresh_token_expires_in"] = json!(end.duration_since(now).as_secs());
    }
    ApiReply::ok(answer).with_header("cache-control", "no-store")
}

fn token_answer(google: &Google, grant: &Grant, nonce: Option<&str>) -> Value {
    let access = tokens::seal(grant, TokenKind::Access);
    let scope = grant.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let mut answer =
        json!({"access_token": access, "expires_in": ANNOUNCED_LIFE_SECONDS, "scope": scope, "token_type": "Bearer"});
    if grant.scopes.contains("openid")
        && let Some(id_token) = identity::id_token(google, grant, &access, nonce)
    {
        answer["id_token"] = Value::String(id_token);
    }
    answer
}

fn bearer(google: &Google, form: &Form) -> ApiReply {
    let Some(assertion) = form.get("assertion") else {
        return refuse(400, "invalid_request", "Missing required parameter: assertion");
    };
    let now = google.now();
    let claims = match assertion::check(google, assertion, now) {
        Ok(claims) => claims,
        Err(refusal) => return refusal,
    };
    let issued = google.grants().stamp(now);
    let grant = Grant {
        // One that acts as a user may do what that user may do.
        service_account: claims.email == claims.signer,
        email: claims.email,
        client_id: claims.signer.to_owned(),
        project: crate::practice::PROJECT.to_owned(),
        scopes: claims.scopes,
        issued,
        expires: now.checked_add(ACCESS_LIFE).ok(),
    };
    let access = tokens::seal(&grant, TokenKind::Access);
    ApiReply::ok(json!({"access_token": access, "expires_in": ANNOUNCED_LIFE_SECONDS, "token_type": "Bearer"}))
        .with_header("cache-control", "no-store")
}

/// Kills all of the project's grants of that user, as Google does.
pub(super) fn revoke(google: &Google, request: &ApiRequest) -> ApiReply {
    let form = Form(request.form());
    let Some(token) = form.get("token").or_else(|| request.param("token")) else {
        return refuse(400, "invalid_request", "Missing required parameter: token");
    };
    let now = google.now();
    let mut grants = google.grants();
    match tokens::open_any(token) {
        Some(grant) if !grants.is_revoked(&grant) => {
            grants.revoke_project(&grant.email, &grant.project, now);
            ApiReply::ok(json!({}))
        }
        Some(_) => refuse(400, "invalid_token", "Token expired or revoked"),
        None => refuse(400, "invalid_token", "Bad Request"),
    }
}
