//! The estate and its containers, from the mirror.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::clients::ClientMark;

/// Mirror what connections reach.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct SyncRequest {
    /// All connections where absent.
    pub connection: Option<String>,
}

/// What a sync would cost, shown before it starts.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SyncPlan {
    /// Calls to Tag Manager known so far; lists not read yet may add to them.
    pub calls: u32,
    /// Likewise to Analytics, which has no daily quota that matters here: one a property for its data streams.
    pub analytics_calls: u32,
    pub seconds: u32,
    pub quota_left_today: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SyncResult {
    pub analytics_accounts: u32,
    pub properties: u32,
    /// Data streams read.
    pub data_streams: u32,
    pub tag_manager_accounts: u32,
    pub containers: u32,
    pub never_published: u32,
    pub entities: u32,
    /// Calls spent on Tag Manager and on Analytics.
    pub tag_manager_calls: u32,
    pub analytics_calls: u32,
    pub failures: Vec<SyncFailure>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SyncFailure {
    /// Name of the account or container that could not be read.
    pub what: String,
    pub code: String,
    pub message: String,
}

/// Tag Manager accounts with their containers.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ContainerTree {
    pub accounts: Vec<ContainerTreeAccount>,
    /// When the tree was read from Google; `None` before the first sync.
    pub as_of: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ContainerTreeAccount {
    pub account_id: String,
    pub name: String,
    pub containers: Vec<ContainerRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ContainerRow {
    pub account_id: String,
    pub container_id: String,
    /// `GTM-...`
    pub public_id: String,
    pub name: String,
    /// `web`, `server`, `android`, `ios`, `amp` ...
    pub usage_context: Vec<String>,
    /// Number of the live version; `None` when nothing was ever published.
    pub live_version: Option<String>,
    /// When the live version was last read from Google; `None` while no sync has come to this container.
    pub live_read_at: Option<Timestamp>,
    pub entities: u32,
    /// The agency's client that it belongs to.
    pub client: Option<ClientMark>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ContainerRequest {
    /// Public id (`GTM-...`) or container id.
    pub container: String,
}

/// One container's live version: its numbers, not its entities.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ContainerView {
    pub container: ContainerRow,
    pub account_name: String,
    /// Connections that reach it, by e-mail.
    pub reached_by: Vec<String>,
    pub version_name: Option<String>,
    pub version_description: Option<String>,
    /// When Google stored the version (from its fingerprint).
    pub version_stored_at: Option<Timestamp>,
    pub kinds: Vec<EntityCount>,
    /// When the live version was read from Google.
    pub as_of: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EntityCount {
    pub kind: EntityKind,
    pub count: u32,
}

/// Kinds of entities in a container version (Tag Manager API v2, `ContainerVersion`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    Tag,
    Trigger,
    Variable,
    BuiltInVariable,
    Folder,
    Template,
    Zone,
    Client,
    Transformation,
    GtagConfig,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EntitiesRequest {
    pub container: String,
    pub kind: EntityKind,
}

/// A row of an entity table. All rows of one kind are returned (some hundred at most); the page filters and sorts.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EntityRow {
    pub kind: EntityKind,
    pub id: String,
    pub name: String,
    /// Google's type, for instance `gaawe`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The type in plain words, for instance "GA4 event"; Google's own where unknown.
    pub type_label: String,
    pub folder: Option<String>,
    /// Names of firing triggers, for tags.
    pub fires_on: Vec<String>,
    pub paused: bool,
    /// `set`, `not_set`, `not_needed`; `None` where consent has no meaning.
    pub consent: Option<ConsentSetting>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSetting {
    Set,
    NotSet,
    NotNeeded,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EntityRequest {
    pub container: String,
    pub kind: EntityKind,
    pub id: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EntityDetail {
    pub row: EntityRow,
    pub notes: Option<String>,
    /// Readable parameters and settings, in a stable order.
    pub fields: Vec<EntityField>,
    /// Firing triggers, blocking triggers: resolved to names.
    pub firing_triggers: Vec<EntityReference>,
    pub blocking_triggers: Vec<EntityReference>,
    /// Conditions of a trigger, readable: "Page Path contains /checkout".
    pub conditions: Vec<String>,
    pub raw: serde_json::Value,
}

/// One readable setting. Lists and maps are nested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntityField {
    /// Google's key, for instance `eventName`.
    pub key: String,
    /// The key in plain words, for instance "Event name".
    pub label: String,
    pub value: Option<String>,
    pub children: Vec<EntityField>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntityReference {
    pub kind: EntityKind,
    pub id: String,
    /// The name, or Google's id when the entity is not in the version.
    pub name: String,
    pub detail: Option<String>,
}
