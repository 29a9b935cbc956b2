//! A service account's signed assertion (RFC 7523): the signature, the audience and the clock are all really checked.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::{scopes, token_endpoint::refuse};
use crate::{google::Google, http::ApiReply, practice};

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
    /// The service account, or the user that it acts as.
    pub email: String,
    /// The service account that signed.
    pub signer: &'static str,
    pub scopes: BTreeSet<String>,
}

pub(super) fn check(google: &Google, assertion: &str, now: Timestamp) -> Result<Asserted, ApiReply> {
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
    // The issuer is looked up before the signature, as at Google: an unknown account has no key to check with.
    let unchecked = jsonwebtoken::dangerous::insecure_decode::<Claims>(assertion)
        .map_err(|_| invalid("Invalid JWT: Failed to parse the claims."))?
        .claims;
    let account = practice::SERVICE_ACCOUNTS
        .iter()
        .find(|known| unchecked.iss.as_deref() == Some(known.email))
        .ok_or_else(|| invalid("Invalid grant: account not found"))?;
    let settings = google.settings().service_accounts.get(account.email).cloned();
    let settings = settings.unwrap_or_default();
    if settings.deleted {
        return Err(invalid("Invalid grant: account not found"));
    }
    if settings.key_disabled || header.kid.is_some_and(|kid| kid != account.key_id) {
        return Err(invalid("Invalid JWT Signature."));
    }
    let key = DecodingKey::from_rsa_pem(account.public_key.as_bytes())
        .map_err(|_| refuse(500, "server_error", "The practice key cannot be read."))?;
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
    let email = match claims.sub {
        Some(sub) if sub != account.email => {
            if !scopes.is_subset(&settings.delegated_scopes) {
                return Err(refuse(
                    401,
                    "unauthorized_client",
                    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
                ));
            }
            if !google.world().users.contains_key(&sub) {
                return Err(invalid("Invalid email or User ID"));
            }
            sub
        }
        _ => account.email.to_owned(),
    };
    Ok(Asserted {
        email,
        signer: account.email,
        scopes,
    })
}
