//! Who the user is: the id_token, the keys to check it with, and userinfo (OpenID Connect Core 1.0 sections 2 and 5.3).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::tokens::Grant;
use crate::{
    google::Google,
    http::{ApiReply, ApiRequest},
};

const KEY_ID: &str = "gantry-sandbox-1";
const PRIVATE_KEY: &str = include_str!("../../keys/id-token.pem");
const JSON_WEB_KEYS: &str = include_str!("../../keys/id-token.jwks.json");
const CERTIFICATE: &str = include_str!("../../keys/id-token.crt");

pub(super) fn id_token(google: &Google, grant: &Grant, access_token: &str, nonce: Option<&str>) -> Option<String> {
    let now = google.now().as_second();
    let world = google.world();
    let user = world.users.get(&grant.email)?;
    let digest = Sha256::digest(access_token);
    let mut claims = json!({
        "iss": "https://accounts.google.com",
        "azp": grant.client_id,
        "aud": grant.client_id,
        "sub": user.sub,
        "at_hash": URL_SAFE_NO_PAD.encode(&digest[..16]),
        "iat": now,
        "exp": now + 3600,
    });
    describe(&mut claims, user, grant);
    if let Some(nonce) = nonce {
        claims["nonce"] = Value::String(nonce.to_owned());
    }
    let header = Header {
        kid: Some(KEY_ID.to_owned()),
        ..Header::new(Algorithm::RS256)
    };
    let key = EncodingKey::from_rsa_pem(PRIVATE_KEY.as_bytes()).ok()?;
    jsonwebtoken::encode(&header, &claims, &key).ok()
}

fn describe(claims: &mut Value, user: &crate::world::User, grant: &Grant) {
    let has = |name: &str| grant.scopes.iter().any(|scope| scope.ends_with(name));
    if has("/userinfo.email") {
        claims["email"] = json!(user.email);
        claims["email_verified"] = json!(true);
    }
    if has("/userinfo.profile") {
        claims["name"] = json!(user.name);
        claims["locale"] = json!(user.locale);
    }
}

pub(super) fn userinfo(google: &Google, request: &ApiRequest) -> ApiReply {
    let refusal = |description: &str| {
        ApiReply::json(
            401,
            json!({"error": "invalid_request", "error_description": description}),
        )
        .with_header(
            "www-authenticate",
            r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#,
        )
    };
    let Ok(caller) = google.caller(request) else {
        return refusal("Invalid Credentials");
    };
    let identified = caller.scopes.contains("openid") || caller.scopes.iter().any(|scope| scope.contains("/userinfo."));
    let world = google.world();
    let Some(user) = world.users.get(&caller.email).filter(|_| identified) else {
        return refusal("Invalid Credentials");
    };
    let mut claims = json!({"sub": user.sub});
    let grant = Grant {
        email: caller.email.clone(),
        client_id: caller.client_id,
        project: caller.project,
        scopes: caller.scopes,
        service_account: caller.service_account,
        issued: google.now(),
        expires: None,
    };
    describe(&mut claims, user, &grant);
    ApiReply::ok(claims)
}

pub(super) fn json_web_keys() -> ApiReply {
    ApiReply::text(200, "application/json; charset=UTF-8", JSON_WEB_KEYS)
        .with_header("cache-control", "public, max-age=3600")
}

pub(super) fn certificates() -> ApiReply {
    ApiReply::ok(json!({KEY_ID: CERTIFICATE})).with_header("cache-control", "public, max-age=3600")
}

pub(super) fn discovery() -> ApiReply {
    ApiReply::ok(json!({
        "issuer": "https://accounts.google.com",
        "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_endpoint": "https://oauth2.googleapis.com/token",
        "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
        "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
        "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        "authorization_response_iss_parameter_supported": true,
    }))
}
