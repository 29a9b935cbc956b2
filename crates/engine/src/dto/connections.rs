//! OAuth clients, connections and signing in.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use gantry_domain::Permission;

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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OAuthClientKind {
    Installed,
    Web,
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

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    pub id: String,
    pub email: String,
    pub display_name: Option<String>,
    pub oauth_client_id: String,
    #[ts(as = "Vec<PermissionName>")]
    pub asked: BTreeSet<Permission>,
    /// The permissions whose scopes Google granted.
    #[ts(as = "Vec<PermissionName>")]
    pub granted: BTreeSet<Permission>,
    pub state: ConnectionState,
    /// Why it needs a sign-in, in plain words.
    pub state_reason: Option<String>,
    pub stored_in: StoredIn,
    pub connected_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// What the mirror knows it can reach.
    pub properties: u32,
    pub containers: u32,
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
    Keychain,
    /// Forgotten when Gantry quits.
    Session,
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

/// What a check of one connection found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConnectionCheck {
    pub connection: ConnectionView,
    pub ok: bool,
    pub message: String,
}
