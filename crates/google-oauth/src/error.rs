//! Everything that can go wrong between "Sign in" and a working access token; each cause is its own variant.

use jiff::SignedDuration;

use crate::loopback_address::ListenError;
use crate::service_account::KeyFileError;
use crate::token_store::TokenStoreError;
use crate::traits::RefreshLockError;
use gantry_domain::NetworkFault;

/// No variant carries a secret: descriptions are the server's own words, without tokens or codes.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// `access_denied` (RFC 6749 section 4.1.2.1): the person pressed Deny.
    #[error("you declined")]
    Denied,
    /// The provider's page sent another error back.
    #[error("the sign-in page answered {error}: {description}")]
    AuthorizationRefused { error: String, description: String },
    #[error("nobody finished the sign-in in the browser in time")]
    TimedOut,
    /// Time ran out, and an answer had come whose `state` belongs to no sign-in that waits here.
    #[error("an answer came back that does not belong to this sign-in")]
    StateMismatch,
    /// RFC 9207: the answer names another authorization server. Nothing was exchanged.
    #[error("the answer came from {0}, not from the sign-in page that was opened")]
    IssuerMismatch(String),
    #[error("the sign-in was cancelled")]
    Cancelled,
    /// `invalid_grant` on the code: used, expired, or meant for somebody else.
    #[error("the code from the sign-in page was refused: {0}")]
    CodeRefused(String),
    /// `invalid_grant` on the refresh token: revoked, expired, or pushed out by newer ones.
    #[error("the saved sign-in is no longer valid: {0}")]
    SignInExpired(String),
    /// `invalid_grant` after a renewal whose end nobody saw: the provider may have replaced the refresh token, and Gantry was
    /// ended before it could store the new one.
    #[error("Gantry was interrupted while this sign-in was being renewed, and its successor was lost: {0}")]
    RenewalLost(String),
    /// `invalid_grant` with subtype `invalid_rapt`: a Workspace administrator demands a new sign-in.
    #[error("your organisation asks you to sign in again")]
    ReauthenticationRequired,
    /// No refresh token is stored for this connection.
    #[error("no sign-in is saved for this connection")]
    NotSignedIn,
    /// `invalid_grant` because the person's account no longer exists.
    #[error("the account was deleted: {0}")]
    AccountDeleted(String),
    /// `invalid_client`, `unauthorized_client`: the secret was changed, as a rule.
    #[error("Google does not accept this OAuth client: {0}")]
    ClientRefused(String),
    /// `deleted_client`, or an `invalid_client` that says so.
    #[error("the OAuth client was deleted: {0}")]
    ClientDeleted(String),
    /// `disabled_client`: switched off in the Google Cloud console, or by Google.
    #[error("the OAuth client was disabled: {0}")]
    ClientDisabled(String),
    /// `admin_policy_enforced`, `org_internal`, `access_not_configured`: a rule of an organisation or a project.
    #[error("a rule of the organisation or the project refuses this ({error}): {description}")]
    PolicyRefused { error: String, description: String },
    #[error("the redirect address is not registered with this OAuth client: {0}")]
    RedirectMismatch(String),
    /// A service account's key was disabled or deleted at Google, or the whole account was.
    #[error("Google no longer accepts the service account's key: {0}")]
    KeyRefused(String),
    /// A service account's key that stays in its file cannot be used.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// `unauthorized_client` for an assertion with a subject: the organisation has not delegated these scopes.
    #[error("the organisation does not let this service account act as {subject}: {description}")]
    DelegationRefused {
        subject: String,
        /// The service account's "Unique ID", where the key says it: what an administrator enters.
        client_id: Option<String>,
        scopes: Vec<String>,
        description: String,
    },
    /// The user to act as does not exist.
    #[error("Google knows no user {0}")]
    SubjectUnknown(String),
    /// Google finds the time in an assertion wrong, also in one that was signed by its own clock.
    #[error("Google finds the time of this request wrong")]
    ClockRefused {
        /// How far this computer's clock is ahead of Google's (negative: behind); `None` where Google did not tell its time.
        fast_by: Option<SignedDuration>,
    },
    /// Any other error of the token endpoint (RFC 6749 section 5.2).
    #[error("Google's token endpoint answered {status} {error}: {description}")]
    Refused {
        status: u16,
        error: String,
        description: String,
    },
    /// 408, 429, 5xx, `temporarily_unavailable`: worth another try later.
    #[error("Google's sign-in servers are not available (HTTP {status})")]
    Unavailable { status: u16 },
    /// HTML, truncated JSON, a redirect: something between us and Google answered, or Google had an accident.
    #[error("the answer was not what a token endpoint sends: {0}")]
    UnexpectedAnswer(String),
    /// The network's fault. Never a reason to sign in again.
    #[error("Google could not be reached: {text}")]
    Unreachable { kind: NetworkFault, text: String },
    /// Gantry is ending: the renewal that was waited for was not finished.
    #[error("Gantry is being closed")]
    Interrupted,
    /// The identity in the answer cannot be trusted or read.
    #[error("the answer does not prove who signed in: {0}")]
    Identity(String),
    /// The answer has no refresh token, and none is stored.
    #[error("Google sent no refresh token")]
    NoRefreshToken,
    /// It was forgotten here; Google was not told.
    #[error("the saved sign-in could not be read, so it could not be given back to Google: {0}")]
    NotRevoked(String),
    #[error(transparent)]
    Store(#[from] TokenStoreError),
    #[error(transparent)]
    Lock(#[from] RefreshLockError),
}

impl OAuthError {
    /// Whether only a new sign-in helps.
    pub fn needs_sign_in(&self) -> bool {
        matches!(
            self,
            Self::SignInExpired(_)
                | Self::RenewalLost(_)
                | Self::AccountDeleted(_)
                | Self::ReauthenticationRequired
                | Self::NotSignedIn
                | Self::NoRefreshToken
                | Self::Store(TokenStoreError::Unreadable(_))
                | Self::KeyRefused(_)
        )
    }

    /// Whether the same call may succeed later, with nothing done by the person.
    pub fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. } | Self::Unreachable { .. } | Self::UnexpectedAnswer(_) | Self::Interrupted
        )
    }

    /// Whether the request may have been carried out, although no answer to it was read.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Unreachable { kind, .. } => kind.outcome_unknown(),
            Self::Unavailable { .. } | Self::UnexpectedAnswer(_) | Self::Interrupted => true,
            _ => false,
        }
    }
}
