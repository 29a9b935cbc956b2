//! Tokens that carry their grant, sealed with a fixed practice key: worthless at Google, readable here after any restart.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// Google's access tokens live for an hour; it announces one second less.
pub(super) const ACCESS_LIFE: SignedDuration = SignedDuration::from_secs(3600);
pub(super) const ANNOUNCED_LIFE_SECONDS: u64 = 3599;

const KEY: &[u8] = b"gantry sandbox practice key: seals practice tokens and nothing else";

/// Who granted what to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub email: String,
    pub client_id: String,
    pub project: String,
    pub scopes: BTreeSet<String>,
    pub service_account: bool,
    pub issued: Timestamp,
    pub expires: Option<Timestamp>,
}

/// What a token is good for; neither passes as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum TokenKind {
    Access,
    Refresh,
}

impl TokenKind {
    /// As Google's tokens begin, and a mark that these are practice tokens.
    fn prefix(self) -> &'static str {
        match self {
            Self::Access => "ya29.practice-",
            Self::Refresh => "1//practice-",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    kind: TokenKind,
    #[serde(flatten)]
    grant: Grant,
}

pub(super) fn seal(grant: &Grant, kind: TokenKind) -> String {
    let sealed = Sealed {
        kind,
        grant: grant.clone(),
    };
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &sealed, &EncodingKey::from_secret(KEY));
    // HMAC over a struct of strings cannot fail; a token that opens to nothing is the honest answer if it did.
    format!("{}{}", kind.prefix(), token.unwrap_or_default())
}

pub(super) fn open(token: &str, kind: TokenKind) -> Option<Grant> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let sealed = token.strip_prefix(kind.prefix())?;
    let claims = jsonwebtoken::decode::<Sealed>(sealed, &DecodingKey::from_secret(KEY), &validation)
        .ok()?
        .claims;
    (claims.kind == kind).then_some(claims.grant)
}

/// Either kind: what `revoke` takes.
pub(super) fn open_any(token: &str) -> Option<Grant> {
    open(token, TokenKind::Refresh).or_else(|| open(token, TokenKind::Access))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant {
            email: "a@b.example".to_owned(),
            client_id: "client".to_owned(),
            project: "project".to_owned(),
            scopes: BTreeSet::from(["openid".to_owned()]),
            service_account: false,
            issued: Timestamp::UNIX_EPOCH,
            expires: None,
        }
    }

    #[test]
    fn a_token_opens_to_its_grant_and_only_as_its_kind() {
        let token = seal(&grant(), TokenKind::Refresh);
        assert_eq!(open(&token, TokenKind::Refresh), Some(grant()));
        assert_eq!(open(&token, TokenKind::Access), None);
        let disguised = token.replace("1//practice-", "ya29.practice-");
        assert_eq!(open(&disguised, TokenKind::Access), None);
    }

    #[test]
    fn a_changed_token_does_not_open() {
        let token = seal(&grant(), TokenKind::Access);
        let mut bytes = token.into_bytes();
        let middle = bytes.len() / 2;
        bytes[middle] = if bytes[middle] == b'A' { b'B' } else { b'A' };
        assert_eq!(open(&String::from_utf8(bytes).unwrap(), TokenKind::Access), None);
    }
}
