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
