//! How a call failed, in kinds that callers act on.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use crate::activity::ActivityId;
use gantry_domain::NetworkFault;

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No access token: the person must sign in again.
    SignInNeeded,
    /// No access token: the keychain could not be read.
    Keychain,
    /// No access token: Google does not accept the OAuth client.
    OAuthClientRefused,
    /// No access token: another process refreshes it and does not let go.
    RefreshLock,
    /// No access token: a service account's key cannot be used, or Google does not take it. The message has the remedy, too.
    ServiceAccount,
    /// HTTP 401 in spite of a fresh token.
    Unauthenticated,
    /// The token lacks a scope that the method needs.
    ScopeMissing,
    /// The person has no right to this.
    PermissionDenied,
    /// The API is not switched on in the OAuth client's Google Cloud project.
    ApiDisabled,
    /// HTTP 404. Tag Manager says the same for a missing id and for one that may not be seen.
    NotFound,
    /// HTTP 400: Google's message names the field.
    InvalidArgument,
    /// HTTP 409 or 412: it changed meanwhile, or exists already.
    Conflict,
    /// Too many requests in a short time; passes by itself.
    RateLimited,
    /// A quota of the hour or the day is spent.
    QuotaExhausted,
    /// HTTP 5xx.
    Unavailable,
    /// No answer, or half of one.
    Network,
    /// An answer that is not what the API documents.
    UnexpectedAnswer,
    /// The quota ledger on this computer could not be used.
    QuotaLedger,
}

impl ErrorKind {
    const ALL: [Self; 18] = [
        Self::SignInNeeded,
        Self::Keychain,
        Self::OAuthClientRefused,
        Self::RefreshLock,
        Self::ServiceAccount,
        Self::Unauthenticated,
        Self::ScopeMissing,
        Self::PermissionDenied,
        Self::ApiDisabled,
        Self::NotFound,
        Self::InvalidArgument,
        Self::Conflict,
        Self::RateLimited,
        Self::QuotaExhausted,
        Self::Unavailable,
        Self::Network,
        Self::UnexpectedAnswer,
        Self::QuotaLedger,
    ];

    /// The kind that [`ErrorKind::code`] names.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// A stable word for logs, Activity and scripts.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignInNeeded => "sign_in_needed",
            Self::Keychain => "keychain",
            Self::OAuthClientRefused => "oauth_client_refused",
            Self::RefreshLock => "refresh_lock",
            Self::ServiceAccount => "service_account",
            Self::Unauthenticated => "unauthenticated",
            Self::ScopeMissing => "scope_missing",
            Self::PermissionDenied => "permission_denied",
            Self::ApiDisabled => "api_disabled",
            Self::NotFound => "not_found",
            Self::InvalidArgument => "invalid_argument",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Unavailable => "unavailable",
            Self::Network => "network",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::QuotaLedger => "quota_ledger",
        }
    }
}

/// A field that Google complained about (`google.rpc.BadRequest`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    /// The field's path; often empty.
    pub field: String,
    pub description: String,
}

/// A failed call. Dereferences to [`Failure`].
#[derive(Clone, PartialEq)]
pub struct ApiError(Box<Failure>);

/// What is known of a failed call.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub kind: ErrorKind,
    /// What stood between this computer and Google, where something did.
    pub network: Option<NetworkFault>,
    /// The method's id in Google's discovery document.
    pub api_method: &'static str,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// `error.status`, such as `PERMISSION_DENIED`.
    pub google_status: Option<String>,
    /// The most specific reason that Google gave: `details[].reason`, else `errors[0].reason`.
    pub reason: Option<String>,
    /// Google's message as it came, or ours where none came. A plain sentence, without secrets.
    pub message: String,
    /// What to do about it, where no access token could be had and whoever was asked for it knows.
    pub remedy: Option<String>,
    pub violations: Vec<FieldViolation>,
    /// For an API that is switched off: Google's page that switches it on.
    pub activation_url: Option<String>,
    /// When it is worth another try, from now.
    pub retry_after: Option<Duration>,
    /// The call was unsafe and its answer was lost: it may have taken effect.
    pub outcome_unknown: bool,
    /// Names the call in Activity.
    pub activity_id: ActivityId,
    pub retries: u32,
    /// From the first attempt to giving up.
    pub elapsed: Duration,
}

impl ApiError {
    pub(crate) fn new(failure: Failure) -> Self {
        Self(Box::new(failure))
    }
}

impl Deref for ApiError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.0
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

/// A failed attempt, before it is known whether another follows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AttemptFailure {
    pub kind: ErrorKind,
    pub network: Option<NetworkFault>,
    pub status: Option<u16>,
    pub google_status: Option<String>,
    pub reason: Option<String>,
    pub message: String,
    pub remedy: Option<String>,
    pub violations: Vec<FieldViolation>,
    pub activation_url: Option<String>,
    pub retry_after: Option<Duration>,
    /// The request may have reached Google and no complete answer came.
    pub answer_lost: bool,
    /// Refused for its rate, and the ledger admits the next attempt when its turn has come.
    pub paced: bool,
}

impl AttemptFailure {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            network: None,
            status: None,
            google_status: None,
            reason: None,
            message: message.into(),
            remedy: None,
            violations: Vec::new(),
            activation_url: None,
            retry_after: None,
            answer_lost: false,
            paced: false,
        }
    }

    /// A fault of the network, with `message` in plain words.
    pub fn of_network(fault: NetworkFault, message: impl Into<String>) -> Self {
        Self {
            network: Some(fault),
            ..Self::new(ErrorKind::Network, message)
        }
    }
}
