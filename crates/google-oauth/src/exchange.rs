//! What was sent to the provider and what it answered, for whoever keeps a record: without secrets.

use std::time::Duration;

use gantry_domain::http_trace::HttpTrace;
use http::Method;
use jiff::Timestamp;

/// Why a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExchangeKind {
    /// A code of the sign-in page for tokens.
    SignInCode,
    /// A refresh token for an access token.
    Refresh,
    /// A service account's signed assertion for an access token (RFC 7523).
    Assertion,
    /// A token given back (RFC 7009).
    Revocation,
    /// Who signed in.
    UserInfo,
}

impl ExchangeKind {
    /// From the request itself: its form says what it is.
    pub(crate) fn of(method: &Method, form: &[u8]) -> Self {
        if method == Method::GET {
            return Self::UserInfo;
        }
        let grant = url::form_urlencoded::parse(form).find(|(name, _)| name == "grant_type");
        match grant.as_ref().map(|(_, value)| value.as_ref()) {
            Some("authorization_code") => Self::SignInCode,
            Some("refresh_token") => Self::Refresh,
            Some(_) => Self::Assertion,
            None => Self::Revocation,
        }
    }

    /// A name for people and records, as the API methods have one.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignInCode => "oauth2.exchangeCode",
            Self::Refresh => "oauth2.refresh",
            Self::Assertion => "oauth2.assertion",
            Self::Revocation => "oauth2.revoke",
            Self::UserInfo => "oauth2.userinfo",
        }
    }
}

/// One request and its answer, or why there was none.
#[derive(Clone, Debug)]
pub struct TokenExchange {
    pub started_at: Timestamp,
    pub kind: ExchangeKind,
    pub http_method: &'static str,
    /// The provider's own address, wherever it was dialled.
    pub url: String,
    pub status: Option<u16>,
    pub latency: Duration,
    /// 1 for the first; a refresh that met a passing fault is sent again.
    pub attempt: u32,
    pub trace: HttpTrace,
    /// In words without secrets; absent where the request succeeded.
    pub error: Option<String>,
}

/// Is told of each exchange, as it ends.
pub trait ExchangeObserver: Send + Sync {
    fn record(&self, exchange: TokenExchange);
}

/// The number of an attempt, carried along with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt(pub u32);
