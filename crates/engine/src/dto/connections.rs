//! OAuth clients, connections and signing in.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use gantry_domain::Permission;

use super::LinkView;
use crate::error::ErrorCode;

/// One OAuth client. Its secret stays in the keychain.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OAuthClientView {
    /// Google's client id.
    pub id: String,
    pub name: String,
    pub kind: OAuthClientKind,
    pub project_id: Option<String>,
    pub redirect_uris: Vec<String>,
    pub is_default: bool,
    /// Came with this build; cannot be removed.
    pub shipped: bool,
    /// How many connections were made with it.
    pub connections: u32,
    /// What the person said of its consent screen; `None` where nothing was said.
    pub publishing_status: Option<PublishingStatusName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OAuthClientKind {
    Installed,
    Web,
}

/// The consent screen's status, as the Google Cloud console shows it under Audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PublishingStatusName {
    /// External and in testing: sign-ins end after 7 days.
    Testing,
    /// External and in production.
    Production,
    /// Only for the organisation's own accounts.
    Internal,
}

/// Add an OAuth client from the JSON file that the Google Cloud console gives.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AddOAuthClient {
    /// Path of `client_secret_*.json`. The file is read by the engine, so that no secret passes through a page.
    pub path: String,
    pub name: Option<String>,
    /// Keep the secret in memory only, where there is no keychain.
    #[serde(default)]
    pub session_only: bool,
}

/// Change what the person calls an OAuth client, or what they said of it. What is `None` stays.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UpdateOAuthClient {
    pub id: String,
    pub name: Option<String>,
    pub publishing_status: Option<PublishingStatusName>,
}

/// A file that a person chose, by its path.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ByPath {
    pub path: String,
}

/// What a `client_secret_*.json` says, looked at before it is added. Nothing is stored.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OAuthClientFile {
    pub client_id: String,
    pub kind: OAuthClientKind,
    pub project_id: Option<String>,
    pub redirect_uris: Vec<String>,
    /// The redirect URIs that Gantry can listen on; what is missing is said in `remarks`.
    pub usable_redirects: Vec<String>,
    /// It was added before.
    pub known: bool,
    /// What a person should know before adding it, in plain sentences.
    pub remarks: Vec<String>,
}

/// One step of "Get your own OAuth client", for the window's guided page and the command line alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GuideStep {
    /// Stable: `project`, `apis`, `consent`, `audience`, `test_users`, `publishing`, `client`, `download`.
    pub id: String,
    pub title: String,
    pub text: String,
    /// The page of the Google Cloud console where it is done.
    pub link: Option<LinkView>,
    /// Texts to copy there, each by itself.
    pub copy: Vec<String>,
}

/// What a test sign-in with an OAuth client found. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OAuthClientTest {
    pub ok: bool,
    /// What came back, in plain sentences; what to do about it where it failed.
    pub message: String,
    /// Who signed in.
    pub email: Option<String>,
    /// What kind of failure it was; the command line makes its exit code of it.
    pub code: Option<ErrorCode>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    pub id: String,
    pub kind: ConnectionKind,
    pub email: String,
    pub display_name: Option<String>,
    /// `None` for a service account.
    pub oauth_client_id: Option<String>,
    #[ts(as = "Vec<PermissionName>")]
    pub asked: BTreeSet<Permission>,
    /// The permissions whose scopes Google granted.
    #[ts(as = "Vec<PermissionName>")]
    pub granted: BTreeSet<Permission>,
    /// Granted, and switched off here by the person.
    #[ts(as = "Vec<PermissionName>")]
    pub dropped: BTreeSet<Permission>,
    /// What Gantry does with it: granted and not switched off.
    #[ts(as = "Vec<PermissionName>")]
    pub allowed: BTreeSet<Permission>,
    pub state: ConnectionState,
    /// Why it needs a sign-in, in plain words.
    pub state_reason: Option<String>,
    /// The same, with cause, remedy and what else it may be; `None` while it works. While it is ready: what will end that,
    /// such as a renewed sign-in that the keychain did not take.
    pub trouble: Option<TroubleView>,
    pub stored_in: StoredIn,
    pub connected_at: Timestamp,
    /// The last sign-in in the browser.
    pub signed_in_at: Option<Timestamp>,
    /// When Google will end the sign-in, where that is known.
    pub sign_in_ends_at: Option<Timestamp>,
    /// Refresh tokens that Gantry obtained for this account and OAuth client in the last six months; Google keeps 100
    /// (25 in its older text) and ends the oldest.
    pub tokens_obtained: u32,
    pub last_used_at: Option<Timestamp>,
    /// A service account's key that stays in its file.
    pub key_file: Option<String>,
    /// The user whom a service account acts as.
    pub impersonated: Option<String>,
    /// What the mirror knows it can reach.
    pub properties: u32,
    pub containers: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    User,
    ServiceAccount,
}

/// Why a connection does not work, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TroubleView {
    pub cause: SignInCause,
    /// When Gantry noticed.
    pub since: Option<Timestamp>,
    /// "Google ended this session".
    pub title: String,
    /// What Gantry knows, and why it thinks so.
    pub explanation: String,
    pub remedy: String,
    /// Other causes that fit what is known, the likeliest first, each a plain sentence.
    pub also_possible: Vec<String>,
    pub action: TroubleAction,
}

/// Why a sign-in does not work any more. Google often does not say: then the likeliest that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInCause {
    /// Google gave no reason and nothing known here points to one.
    Unknown,
    /// Access was removed in the Google account, or the password was changed.
    Revoked,
    /// The OAuth client's consent screen is in testing: seven days.
    TestingExpiry,
    /// Unused for six months.
    Unused,
    /// More sign-ins than Google keeps for this account and OAuth client.
    TooManyTokens,
    /// `invalid_rapt`: the organisation demands a new sign-in.
    AdminPolicy,
    AccountDeleted,
    /// The OAuth client was deleted, disabled, or its secret changed.
    ClientRefused,
    /// This computer's clock is off.
    Clock,
    /// Gantry ended while the sign-in was being renewed.
    Interrupted,
    /// Kept for one session only, and that session is over.
    SessionOver,
    KeychainUnavailable,
    /// The keychain works and holds nothing for this connection.
    NotStored,
    /// The keychain's entry cannot be read, or there are several.
    Unreadable,
    /// A service account's key was disabled or deleted, or its file is gone or changed.
    KeyRefused,
}

/// What settles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TroubleAction {
    SignInAgain,
    UnlockKeychain,
    ReplaceOauthClient,
    ReplaceKey,
    SetClock,
}

/// The TypeScript face of `gantry_domain::Permission`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum PermissionName {
    View,
    Configure,
    Edit,
    Publish,
    Manage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    Ready,
    NeedsSignIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StoredIn {
    /// The operating system's keychain, or the encrypted file that the person chose instead of it.
    Keychain,
    /// Forgotten when Gantry quits.
    Session,
    /// A service account's key stays in its own file.
    KeyFile,
}

/// Sign in, or sign in again.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConnectRequest {
    #[ts(as = "Vec<PermissionName>")]
    pub allow: BTreeSet<Permission>,
    /// The default OAuth client where absent.
    pub oauth_client_id: Option<String>,
    /// The connection to sign in again; the same account must answer.
    pub reconnect: Option<String>,
    /// Keep the refresh token in memory only.
    #[serde(default)]
    pub session_only: bool,
}

/// Keep the account that answered a re-connect although another was asked for: as a connection of its own.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AdoptAccount {
    /// From the offer that the refused sign-in made. Good for some minutes, in the process that made it.
    pub pending: String,
}

/// Which of the granted permissions Gantry may use. Nothing changes at Google.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UsePermissions {
    pub id: String,
    /// A subset of what is granted; the rest is switched off here, and stays so when signing in again.
    #[ts(as = "Vec<PermissionName>")]
    pub allow: BTreeSet<Permission>,
}

/// What a check of one connection found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConnectionCheck {
    pub connection: ConnectionView,
    pub ok: bool,
    /// The outcome in a sentence.
    pub message: String,
    /// What was looked at, in order.
    pub findings: Vec<Finding>,
    /// The kind of the first failure, for a script to act on.
    pub code: Option<ErrorCode>,
}

/// One thing that a check looked at.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Finding {
    pub subject: FindingSubject,
    pub state: FindingState,
    /// "The Tag Manager API answers".
    pub title: String,
    /// Why, and what it means; empty where the title says it all.
    pub explanation: String,
    /// What to do; empty where nothing is to be done.
    pub remedy: String,
    pub offers: Vec<Offer>,
    /// The request in Activity, where one was sent.
    pub activity_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingSubject {
    /// Where the secret is kept, and whether it is there.
    Keychain,
    SignIn,
    Clock,
    Permissions,
    AnalyticsAdmin,
    AnalyticsData,
    TagManager,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    Ok,
    Warn,
    Failed,
    /// Not looked at: something before it failed, or the permission for it was not given.
    Skipped,
}

/// Something that the engine can do about an error or a finding, for a host to show as a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Offer {
    /// Sign this connection in again.
    SignInAgain { connection_id: String },
    /// Ask Google for one more permission.
    Grant {
        connection_id: String,
        #[ts(as = "PermissionName")]
        permission: Permission,
    },
    /// Switch on again what was switched off here.
    UseAgain {
        connection_id: String,
        #[ts(as = "PermissionName")]
        permission: Permission,
    },
    /// Another connection reaches it.
    UseConnection { connection_id: String, email: String },
    /// Keep the account that answered, as a connection of its own.
    AdoptAccount { pending: String, email: String },
    /// A page of Google's that settles it.
    OpenLink { label: String, link: LinkView },
    /// A text to hand on, such as an e-mail address to be given access.
    CopyText { label: String, text: String },
    /// Ask the keychain again.
    RetryKeychain,
}

/// A service account's key: JSON, or P12 with the e-mail that it does not hold.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AddServiceAccount {
    /// The key file's path. It is read by the engine, so that no key passes through a page.
    pub path: String,
    /// For P12: the service account's e-mail.
    pub email: Option<String>,
    pub name: Option<String>,
    #[ts(as = "Vec<PermissionName>")]
    pub allow: BTreeSet<Permission>,
    /// The user to act as, where the organisation has delegated that (domain-wide delegation).
    pub subject: Option<String>,
    /// Leave the key in its file and remember the path, instead of storing it.
    #[serde(default)]
    pub by_reference: bool,
    /// Keep the key in memory only.
    #[serde(default)]
    pub session_only: bool,
}

/// What a key file says, looked at before it is added. Nothing is stored.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ServiceAccountFile {
    pub format: KeyFormat,
    /// `None` for P12, which holds none.
    pub email: Option<String>,
    pub project_id: Option<String>,
    pub key_id: Option<String>,
    pub known: bool,
    pub remarks: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyFormat {
    Json,
    P12,
}

/// Which connections could act on an asset.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RouteRequest {
    /// `properties/123`, `accounts/1` (Analytics) or `accounts/1/containers/2` (Tag Manager).
    pub asset: String,
    #[ts(as = "PermissionName")]
    pub permission: Permission,
}

/// The connection that acts on an asset, and why.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RouteView {
    pub asset: String,
    /// `None` where no connection reaches it with this permission.
    pub chosen: Option<String>,
    /// The person chose it; otherwise it is the least privileged that can do the job.
    pub overridden: bool,
    /// Those that reach the asset, the chosen one first.
    pub candidates: Vec<RouteCandidate>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RouteCandidate {
    pub connection_id: String,
    pub email: String,
    #[ts(as = "Vec<PermissionName>")]
    pub allowed: BTreeSet<Permission>,
    pub usable: bool,
    /// Why it is chosen, or why not: a plain sentence.
    pub because: String,
}

/// Choose the connection for an asset; `None` leaves the choice to Gantry.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SetRoute {
    pub asset: String,
    #[ts(as = "PermissionName")]
    pub permission: Permission,
    pub connection_id: Option<String>,
}
