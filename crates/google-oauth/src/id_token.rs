//! Who signed in: the claims of an `id_token` (OpenID Connect Core 1.0).
//!
//! The token comes straight from the token endpoint over TLS, so section 3.1.3.7 (6) lets the connection vouch for it
//! instead of its signature; issuer, audience and expiry are checked all the same.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::error::OAuthError;
use crate::provider::Provider;

/// How far this computer's clock may be off, in seconds.
const LEEWAY: SignedDuration = SignedDuration::from_mins(10);

/// A person, as the provider knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Never reused, never changed: the key of the person (OIDC Core section 2).
    pub sub: String,
    pub email: String,
    /// The display name, where the `profile` scope brought one.
    pub name: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Value,
    sub: String,
    exp: i64,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    email: Option<String>,
    name: Option<String>,
}

impl Identity {
    pub(crate) fn from_id_token(
        token: &str,
        provider: &Provider,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Self, OAuthError> {
        let wrong = |what: &str| OAuthError::Identity(what.to_owned());
        let payload = token
            .split('.')
            .nth(1)
            .ok_or_else(|| wrong("the id_token is not a JWT"))?;
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(payload.trim_end_matches('='))
            .map_err(|_| wrong("the id_token is not base64url"))?;
        let claims: Claims = serde_json::from_slice(&bytes).map_err(|_| wrong("the id_token lacks a claim"))?;
        if !provider.is_issuer(&claims.iss) {
            return Err(OAuthError::Identity(format!(
                "the id_token was issued by {}",
                claims.iss
            )));
        }
        let for_us = match &claims.aud {
            Value::String(aud) => aud == client_id,
            Value::Array(all) => all.iter().any(|aud| aud == client_id),
            _ => false,
        };
        if !for_us {
            return Err(wrong("the id_token is meant for another OAuth client"));
        }
        let expires = Timestamp::from_second(claims.exp).map_err(|_| wrong("the id_token has no sane expiry"))?;
        if expires.saturating_add(LEEWAY).is_ok_and(|latest| latest < now) {
            return Err(wrong("the id_token has expired: is this computer's clock right?"));
        }
        Self::new(claims.sub, claims.email, claims.name)
    }

    pub(crate) fn from_userinfo(body: &[u8]) -> Result<Self, OAuthError> {
        let info: UserInfo = serde_json::from_slice(body)
            .map_err(|_| OAuthError::Identity("the userinfo answer lacks sub".to_owned()))?;
        Self::new(info.sub, info.email, info.name)
    }

    fn new(sub: String, email: Option<String>, name: Option<String>) -> Result<Self, OAuthError> {
        let email = email
            .filter(|email| !email.is_empty())
            .ok_or_else(|| OAuthError::Identity("Google did not say which e-mail address signed in".to_owned()))?;
        Ok(Self { sub, email, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &Value) -> String {
        format!("e30.{}.sig", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    #[test]
    fn issuer_audience_and_expiry_are_checked() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let read = |claims: Value| Identity::from_id_token(&token(&claims), &Provider::google(), "me", now);
        let good =
            serde_json::json!({"iss":"accounts.google.com","aud":"me","sub":"7","exp":1_000_100,"email":"a@b.c"});
        assert_eq!(read(good.clone()).unwrap().email, "a@b.c");
        for (claim, value) in [
            ("iss", "https://evil.example".into()),
            ("aud", "you".into()),
            ("exp", Value::from(990_000)),
            ("sub", Value::Null),
        ] {
            let mut bad = good.clone();
            bad[claim] = value;
            assert!(matches!(read(bad), Err(OAuthError::Identity(_))), "{claim}");
        }
        assert!(Identity::from_id_token("x", &Provider::google(), "me", now).is_err());
    }
}
