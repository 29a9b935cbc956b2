//! The signed assertion (RFC 7523 section 3), as Google documents it for service accounts: RS256, an hour at most.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;

use super::error::{PrivateKeyProblem, ServiceAccountKeyError};
use super::key::ServiceAccountKey;
use crate::secret::SecretString;

/// How far back an assertion is dated, in seconds: Google refuses one from the future, and clocks differ a little.
const DATED_BACK: i64 = 10;
/// The longest life that Google takes, in seconds from `iat`.
const LIFE: i64 = 3600;

/// What an assertion asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssertionOrder {
    /// Full scope URLs.
    pub scopes: Vec<String>,
    /// The user to act as (domain-wide delegation).
    pub subject: Option<String>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
}

impl ServiceAccountKey {
    /// Signs an assertion for `audience`, the token endpoint's own address, at `now`. Whoever holds it can be the service
    /// account for an hour: it is a secret.
    pub fn assertion(
        &self,
        order: &AssertionOrder,
        audience: &str,
        now: Timestamp,
    ) -> Result<SecretString, ServiceAccountKeyError> {
        let iat = now.as_second() - DATED_BACK;
        let claims = Claims {
            iss: &self.email,
            scope: order.scopes.join(" "),
            aud: audience,
            iat,
            exp: iat + LIFE,
            sub: order.subject.as_deref(),
        };
        let header = Header {
            kid: self.key_id.clone(),
            ..Header::new(Algorithm::RS256)
        };
        let signed = jsonwebtoken::encode(&header, &claims, &self.private_key.signing_key());
        // The key was proved when it was read.
        signed
            .map(SecretString::new)
            .map_err(|_| PrivateKeyProblem::Damaged.into())
    }
}
