//! Who signs people in: the addresses of one authorization server (RFC 8414's words). Google's are a constant.

/// An authorization server. Addresses are its own; where they are dialled is `GoogleBase`'s business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// What `iss` must say, on the redirect (RFC 9207) and in an `id_token`.
    pub issuer: &'static str,
    /// A second spelling of the issuer that an `id_token` may carry.
    pub issuer_alias: Option<&'static str>,
    pub authorization_endpoint: &'static str,
    pub token_endpoint: &'static str,
    pub revocation_endpoint: &'static str,
    pub userinfo_endpoint: &'static str,
}

impl Provider {
    /// Google, from <https://accounts.google.com/.well-known/openid-configuration>.
    pub const fn google() -> Self {
        Self {
            issuer: "https://accounts.google.com",
            issuer_alias: Some("accounts.google.com"),
            authorization_endpoint: "https://accounts.google.com/o/oauth2/v2/auth",
            token_endpoint: "https://oauth2.googleapis.com/token",
            revocation_endpoint: "https://oauth2.googleapis.com/revoke",
            userinfo_endpoint: "https://openidconnect.googleapis.com/v1/userinfo",
        }
    }

    /// Whether `iss` of an `id_token` names this provider.
    pub fn is_issuer(&self, iss: &str) -> bool {
        iss == self.issuer || self.issuer_alias == Some(iss)
    }
}
