//! Where the transport gets its access token from. The engine implements this over google-oauth; this crate knows no
//! OAuth.

use std::fmt;

use async_trait::async_trait;

use gantry_domain::NetworkFault;

/// An OAuth 2.0 access token (RFC 6750). Never shown by `Debug`, never serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself, for the `Authorization` header and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(redacted)")
    }
}

/// Why no access token could be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUnavailableKind {
    /// The refresh token is gone or dead: the person must sign in again.
    SignInNeeded,
    /// The keychain could not be read.
    Keychain,
    /// Google does not accept the OAuth client: deleted, or its secret changed.
    OAuthClientRefused,
    /// Another process holds the lock on this connection's refresh token and does not let go.
    RefreshLock,
    /// A service account's key cannot be used, or Google does not take it.
    ServiceAccount,
    /// The token endpoint could not be reached, and why.
    Fault(NetworkFault),
    /// The token endpoint has a problem of its own.
    Network,
    /// The token endpoint answered something else.
    Other,
}

/// No access token could be had. `message` is a plain sentence without secrets.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct TokenUnavailable {
    pub kind: TokenUnavailableKind,
    pub message: String,
    /// What to do about it, where the kind alone does not say.
    pub remedy: Option<String>,
}

/// Gives out access tokens of one connection.
#[async_trait]
pub trait AccessTokenSource: Send + Sync {
    /// A token that should still be good, refreshed if need be.
    async fn access_token(&self) -> Result<AccessToken, TokenUnavailable>;

    /// Google refused `token` (HTTP 401): it must not be given out again. A newer token stays.
    async fn invalidate(&self, token: &AccessToken);
}

/// One token that is never refreshed.
#[derive(Debug, Clone)]
pub struct StaticToken(pub AccessToken);

#[async_trait]
impl AccessTokenSource for StaticToken {
    async fn access_token(&self) -> Result<AccessToken, TokenUnavailable> {
        Ok(self.0.clone())
    }

    async fn invalidate(&self, _token: &AccessToken) {}
}
