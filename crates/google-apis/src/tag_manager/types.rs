//! Tag Manager's resources. Fields that Gantry does not know stay in `extra`; entities of a version stay JSON, whole,
//! because each is mirrored, compared and one day sent back as it is.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What `containers:lookup` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagId {
    /// `G-...` or `AW-...`
    Destination(String),
    /// `GTM-...`
    Container(String),
}

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Account {
    /// `accounts/1`
    pub path: String,
    pub account_id: String,
    pub name: String,
    pub fingerprint: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    /// `accounts/1/containers/2`
    pub path: String,
    pub account_id: String,
    pub container_id: String,
    pub name: String,
    /// `GTM-...`
    pub public_id: String,
    /// `web`, `android`, `ios`, `androidSdk5`, `iosSdk5`, `amp`, `server`
    pub usage_context: Vec<String>,
    pub domain_name: Vec<String>,
    pub tag_ids: Vec<String>,
    pub notes: String,
    pub fingerprint: String,
    /// Where a person opens it in Tag Manager.
    pub tag_manager_url: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A version with its whole content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerVersion {
    /// `accounts/1/containers/2/versions/3`
    pub path: String,
    pub account_id: String,
    pub container_id: String,
    pub container_version_id: String,
    pub name: String,
    pub description: String,
    pub deleted: bool,
    pub fingerprint: String,
    pub tag_manager_url: String,
    pub container: Option<Container>,
    pub tag: Vec<Value>,
    pub trigger: Vec<Value>,
    pub variable: Vec<Value>,
    pub built_in_variable: Vec<Value>,
    pub folder: Vec<Value>,
    pub custom_template: Vec<Value>,
    pub zone: Vec<Value>,
    pub client: Vec<Value>,
    pub transformation: Vec<Value>,
    pub gtag_config: Vec<Value>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A version in short. Counts are strings, as Google sends them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerVersionHeader {
    pub path: String,
    pub container_version_id: String,
    pub name: String,
    pub deleted: bool,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of `containers.create`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewContainer {
    /// Unique in its account.
    pub name: String,
    /// See [`Container::usage_context`]; required.
    pub usage_context: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domain_name: Vec<String>,
}

/// Body of `workspaces.create`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NewWorkspace {
    /// Unique in its container.
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// Body of `workspaces.create_version` (`CreateContainerVersionRequestVersionOptions`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VersionOptions {
    pub name: String,
    /// Shown as the version's description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// Answer of `workspaces.bulk_update`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkUpdateResponse {
    /// `Entity` objects that were added or updated, without what the system changed.
    pub changes: Vec<Value>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What happened when a workspace was brought up to the newest version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SyncStatus {
    pub merge_conflict: bool,
    pub sync_error: bool,
}

/// Answer of `workspaces.create_version`. HTTP 200 is not success yet: look at `compiler_error` and `sync_status`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateVersionResponse {
    pub container_version: Option<ContainerVersion>,
    pub compiler_error: bool,
    pub sync_status: SyncStatus,
    /// The workspace that took the place of the one that the version was made of.
    pub new_workspace_path: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Answer of `versions.publish`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PublishVersionResponse {
    pub container_version: Option<ContainerVersion>,
    pub compiler_error: bool,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A workspace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Workspace {
    /// `accounts/1/containers/2/workspaces/4`
    pub path: String,
    pub workspace_id: String,
    pub name: String,
    pub description: String,
    pub fingerprint: String,
    /// Where a person opens it in Tag Manager.
    pub tag_manager_url: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What a workspace has changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkspaceStatus {
    pub workspace_change: Vec<WorkspaceChange>,
    pub merge_conflict: Vec<Value>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One changed entity: `entity` holds it under its kind (`tag`, `trigger`, ...).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkspaceChange {
    /// `added`, `deleted` or `updated`
    pub change_status: String,
    #[serde(flatten)]
    pub entity: Map<String, Value>,
}

/// The snippet to paste into a website, or a tagging server's configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerSnippet {
    pub snippet: String,
    pub container_config: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
