//! A service account's signed assertion (RFC 7523): the signature, the audience and the clock are all really checked.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::{scopes, token_endpoint::refuse};
use crate::{http::ApiReply, practice};

const TOKEN_ENDPOINT: &str = "https://oauth2.googleapis.com/token";
/// Older audiences that Google still takes.
const OLD_TOKEN_ENDPOINTS: [&str; 2] = [
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
];
const MAX_LIFE_SECONDS: i64 = 3600;
/// Google forgives clocks a little.
const LEEWAY_SECONDS: i64 = 60;

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<String>,
    scope: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
}

/// What a good assertion grants.
#[derive(Debug)]
pub(super) struct Asserted {
    pub email: String,
    pub scopes: BTreeSet<String>,
}

pub(super) fn check(assertion: &str, now: Timestamp) -> Result<Asserted, ApiReply> {
    let invalid = |message: &str| refuse(400, "invalid_grant", message);
    let header =
        jsonwebtoken::decode_header(assertion).map_err(|_| invalid("Invalid JWT: Failed to parse the token."))?;
    if header.alg != Algorithm::RS256 {
        return Err(invalid("Invalid JWT: only RS256 is supported."));
    }
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let key = DecodingKey::from_rsa_pem(practice::SERVICE_ACCOUNT_PUBLIC_KEY.as_bytes())
        .map_err(|_| refuse(500, "server_error", "The practice key cannot be read."))?;
    // The issuer is looked up before the signature, as at Google: an unknown account has no key to check with.
    let unchecked = jsonwebtoken::dangerous::insecure_decode::<Claims>(assertion)
        .map_err(|_| invalid("Invalid JWT: Failed to parse the claims."))?
        .claims;
    if unchecked.iss.as_deref() != Some(practice::SERVICE_ACCOUNT) {
        return Err(invalid("Invalid grant: account not found"));
    }
    if header.kid.is_some_and(|kid| kid != practice::SERVICE_ACCOUNT_KEY_ID) {
        return Err(invalid("Invalid JWT Signature."));
    }
    let claims = jsonwebtoken::decode::<Claims>(assertion, &key, &validation)
        .map_err(|_| invalid("Invalid JWT Signature."))?
        .claims;
    if !claims
        .aud
        .as_deref()
        .is_some_and(|aud| aud == TOKEN_ENDPOINT || OLD_TOKEN_ENDPOINTS.contains(&aud))
    {
        return Err(invalid(
            "Invalid JWT: Failed audience check. The right audience is https://oauth2.googleapis.com/token",
        ));
    }
    let (Some(iat), Some(exp)) = (claims.iat, claims.exp) else {
        return Err(invalid("Invalid JWT: iat and exp are required."));
    };
    let second = now.as_second();
    if iat > second + LEEWAY_SECONDS || exp <= second - LEEWAY_SECONDS || exp - iat > MAX_LIFE_SECONDS || exp <= iat {
        return Err(invalid(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
        ));
    }
    if claims.sub.is_some_and(|sub| sub != practice::SERVICE_ACCOUNT) {
        return Err(refuse(
            401,
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
        ));
    }
    let scopes = scopes::parse(claims.scope.as_deref().unwrap_or_default()).map_err(|_| {
        refuse(
            400,
            "invalid_scope",
            "Invalid OAuth scope or ID token audience provided.",
        )
    })?;
    if scopes.is_empty() {
        return Err(refuse(
            400,
            "invalid_scope",
            "Invalid OAuth scope or ID token audience provided.",
        ));
    }
    Ok(Asserted {
        email: practice::SERVICE_ACCOUNT.to_owned(),
        scopes,
    })
}
