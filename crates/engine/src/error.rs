//! Errors are values: a code, a plain sentence, a remedy, and the id of the request in Activity.
//!
//! A new code is added only when somebody branches on it: a window that offers another action, or a script that
//! reads the exit code.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::connections::Offer;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure this is; the window maps it to an action, the command line to an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request itself is wrong; nothing was sent.
    InvalidRequest,
    /// No OAuth client to sign in with.
    NoOauthClient,
    /// No connection, or the one named does not exist.
    NoConnection,
    /// Several connections fit; one must be named.
    ConnectionAmbiguous,
    /// Google ended the session.
    SignInNeeded,
    /// A service account's key cannot be used, or Google does not take it; nobody can sign in instead.
    ServiceAccountKey,
    SignInDenied,
    SignInTimedOut,
    /// The connection's scopes do not include the permission that this needs.
    PermissionMissing,
    /// Another account answered than the one asked for.
    WrongAccount,
    /// Tag Manager does not tell "not found" from "not permitted".
    NotFound,
    NoPermission,
    /// Google asks for a pause.
    QuotaWait,
    /// The day's quota is used up.
    QuotaExhausted,
    Offline,
    /// Google answered with an outage, or not at all.
    GoogleOutage,
    /// Google answered with something that is not its API's language.
    GoogleUnreadable,
    /// Google refused the request as wrong; its reason is in the message.
    GoogleRefused,
    /// Somebody else changed it first.
    Conflict,
    PartlyDone,
    KeychainUnavailable,
    Cancelled,
    TermsDeclined,
    TermsMaxAccounts,
    TermsBackendError,
    TermsTimedOut,
    /// The person has to make a Tag Manager account, and did not yet.
    NoTagManagerAccount,
    /// An OAuth client of kind `web` has no loopback redirect URI registered for this.
    RedirectNotRegistered,
    /// No port for the listener.
    ListenerUnavailable,
    /// Gantry's own database or a file failed.
    Storage,
    /// The export's file or database failed.
    Destination,
    /// A defect of Gantry's.
    Internal,
}

impl ErrorCode {
    /// The exit code of the command line: 1 failed, 2 usage, 3 sign-in, 4 not found or no permission, 5 quota,
    /// 6 network or outage, 7 conflict, 8 partly done, 9 keychain unavailable.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::InvalidRequest | Self::ConnectionAmbiguous => 2,
            Self::NoOauthClient
            | Self::NoConnection
            | Self::SignInNeeded
            | Self::ServiceAccountKey
            | Self::SignInDenied
            | Self::SignInTimedOut
            | Self::PermissionMissing
            | Self::WrongAccount => 3,
            Self::NotFound | Self::NoPermission => 4,
            Self::QuotaWait | Self::QuotaExhausted => 5,
            Self::Offline | Self::GoogleOutage | Self::GoogleUnreadable => 6,
            Self::Conflict => 7,
            Self::PartlyDone => 8,
            Self::KeychainUnavailable => 9,
            Self::GoogleRefused
            | Self::Cancelled
            | Self::TermsDeclined
            | Self::TermsMaxAccounts
            | Self::TermsBackendError
            | Self::TermsTimedOut
            | Self::NoTagManagerAccount
            | Self::RedirectNotRegistered
            | Self::ListenerUnavailable
            | Self::Storage
            | Self::Destination
            | Self::Internal => 1,
        }
    }
}

/// A failure that a person can read and act on.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    pub code: ErrorCode,
    /// What happened and what it means, in one or two plain sentences.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The request's id in Activity, when a request failed.
    pub activity_id: Option<String>,
    /// Google's own words or a system error, for the details.
    pub details: Option<String>,
    /// What Gantry itself can do about it. A slice, so that a `Result` stays small.
    pub offers: Box<[Offer]>,
}

impl Error {
    pub fn new(code: ErrorCode, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            remedy: remedy.into(),
            activity_id: None,
            details: None,
            offers: Box::default(),
        }
    }

    /// A wrong request; `remedy` says what a right one looks like.
    pub fn invalid(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message, remedy)
    }

    pub fn cancelled() -> Self {
        Self::new(
            ErrorCode::Cancelled,
            "Stopped, as you asked.",
            "Start it again when you like.",
        )
    }

    #[must_use]
    pub fn with_details(mut self, details: impl ToString) -> Self {
        self.details = Some(details.to_string());
        self
    }

    #[must_use]
    pub fn with_activity(mut self, id: Option<String>) -> Self {
        self.activity_id = id;
        self
    }

    #[must_use]
    pub fn offering(mut self, offer: Offer) -> Self {
        self.offers = self.offers.into_iter().chain([offer]).collect();
        self
    }

    /// The same failure, told once more.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            code: self.code,
            message: self.message.clone(),
            remedy: self.remedy.clone(),
            activity_id: self.activity_id.clone(),
            details: self.details.clone(),
            offers: self.offers.clone(),
        }
    }

    pub fn view(&self) -> ErrorView {
        ErrorView {
            code: self.code,
            message: self.message.clone(),
            remedy: self.remedy.clone(),
            activity_id: self.activity_id.clone(),
            details: self.details.clone(),
            offers: self.offers.to_vec(),
        }
    }
}

impl From<gantry_store::StoreError> for Error {
    fn from(error: gantry_store::StoreError) -> Self {
        use gantry_store::StoreError::NewerSchema;
        let (message, remedy) = match &error {
            NewerSchema { .. } => (
                "Gantry's data was written by a newer Gantry.",
                "Update Gantry, or use another home directory.",
            ),
            error if error.is_disk_trouble() => (
                "Gantry cannot write its data: the disk is full or refuses.",
                "Free some space, or set GANTRY_HOME to another place.",
            ),
            _ => (
                "Gantry's own database failed.",
                "Close Gantry and open it again; if it stays so, report it.",
            ),
        };
        Self::new(ErrorCode::Storage, message, remedy).with_details(error)
    }
}

/// An error as it crosses to a host.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ErrorView {
    pub code: ErrorCode,
    pub message: String,
    pub remedy: String,
    pub activity_id: Option<String>,
    pub details: Option<String>,
    /// What Gantry itself can do about it, for a host to show as buttons.
    #[serde(default)]
    pub offers: Vec<Offer>,
}
