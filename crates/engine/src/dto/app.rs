//! The application as a whole: the profile, the keychain, settings, quotas, the first page.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::clients::ClientMark;
use super::exports::ExportRunView;
use crate::host::FilePurpose;

/// What a host shows around every page.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AppStatus {
    pub version: String,
    pub profile: ProfileView,
    pub keychain: KeychainView,
    /// Signed-in connections that work / all of them.
    pub connections_ready: u32,
    pub connections_total: u32,
    /// OAuth clients that can be signed in with, the one that this build ships included.
    pub oauth_clients_total: u32,
    /// When the oldest part of the mirrored estate was read; `None` before the first sync.
    pub data_as_of: Option<Timestamp>,
    /// The system's IANA time zone, region and their currency, to prefill forms.
    pub system_time_zone: String,
    pub quota: Vec<QuotaView>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ProfileView {
    /// Stable name, derived from the home directory and the base URL.
    pub id: String,
    /// Where the database and the logs are.
    pub data_directory: String,
    /// The loopback base that stands in for Google; `None` when Google itself is dialled.
    pub base_url: Option<String>,
    /// The host itself runs what stands in for Google, so it can reset and leave it; `false` for an address from outside.
    pub bundled_sandbox: bool,
}

/// Where refresh tokens are kept.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum KeychainView {
    /// The operating system's keychain works.
    Available { name: String },
    /// It is being asked; pages do not wait for it.
    Opening,
    /// It does not; sign-ins can be kept for this session only.
    Unavailable {
        problem: KeychainProblem,
        reason: String,
        remedy: String,
    },
}

/// What is wrong with the keychain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeychainProblem {
    /// This system has none that is running.
    Absent,
    /// Locked, or its prompt was dismissed: unlock it and ask again.
    Locked,
    /// It does not answer.
    Hung,
    /// A test double that forgets: never used.
    Mock,
    /// It answers, and does not keep what it is given.
    Broken,
}

/// What was spent of one quota of one Google project.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct QuotaView {
    /// The Google Cloud project number or the OAuth client id that stands for it.
    pub project: String,
    /// For instance "Tag Manager".
    pub api: String,
    pub window_seconds: u32,
    pub window_used: u32,
    pub window_limit: u32,
    pub day_used: u32,
    pub day_limit: u32,
    /// Midnight Pacific, when the day's count starts again.
    pub day_resets_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingsView {
    pub theme: Theme,
    pub density: Density,
    /// Tag Manager calls per 100 seconds (Google's default: 25).
    pub tag_manager_calls_per_window: u32,
    /// Tag Manager calls per Pacific day (Google's default: 10,000).
    pub tag_manager_calls_per_day: u32,
    /// Analytics Admin API requests a minute (Google's default: 600); no host sees or sets it.
    #[serde(skip)]
    pub admin_calls_per_minute: u32,
    /// Of these, requests that write (Google's default: 180).
    #[serde(skip)]
    pub admin_writes_per_minute: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    Compact,
    Regular,
    Comfortable,
}

/// The first page: what is connected, what needs attention, the last runs.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OverviewView {
    pub connections: u32,
    pub analytics_accounts: u32,
    pub properties: u32,
    pub containers: u32,
    pub containers_never_published: u32,
    pub attention: Vec<AttentionView>,
    pub properties_list: Vec<PropertyRow>,
    pub last_exports: Vec<ExportRunView>,
    pub last_sync: Option<SyncRunView>,
}

/// Something that a person should look at, with the page that settles it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AttentionView {
    pub kind: AttentionKind,
    pub title: String,
    pub detail: String,
    /// Where to go: `connections`, `provisioning`, `exports`, `containers`, `settings`.
    pub page: String,
    /// The thing on that page.
    pub id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttentionKind {
    SignInAgain,
    /// A sign-in will end within two days.
    SignInEnds,
    PermissionMissing,
    SetupUnfinished,
    ExportFailed,
    NeverSynced,
    SyncIncomplete,
    NeverPublished,
    KeychainUnavailable,
}

/// One property of the estate, from the mirror.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PropertyRow {
    /// Digits only.
    pub property_id: String,
    pub display_name: String,
    pub account_id: String,
    pub account_name: String,
    pub connection_id: String,
    pub can_edit: bool,
    /// The agency's client that it belongs to.
    pub client: Option<ClientMark>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SyncRunView {
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub calls: u32,
    pub containers: u32,
    pub failed: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChooseFile {
    pub purpose: FilePurpose,
}

/// The file that the person chose; `None` when they chose none.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChosenFile {
    pub path: Option<String>,
}
