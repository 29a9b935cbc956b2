//! Google Tag Manager API v2.
//! <https://developers.google.com/tag-platform/tag-manager/api/reference/rest>
//!
//! Resources are addressed by the `path` that Google gives them: `accounts/1`, `accounts/1/containers/2`. Lists take
//! no page size: the server decides.

mod types;
mod writes;

use futures_util::stream::Stream;

use crate::call::{Api, Call};
use crate::error::ApiError;
use crate::paging::{list_answer, pages};
use crate::transport::Transport;

pub use types::*;

/// The Tag Manager API as one connection.
#[derive(Clone)]
pub struct TagManager {
    transport: Transport,
}

list_answer!(Accounts, "account", Account);
list_answer!(Containers, "container", Container);
list_answer!(Workspaces, "workspace", Workspace);
list_answer!(VersionHeaders, "containerVersionHeader", ContainerVersionHeader);

fn get(method: &'static str, path: &str) -> Call {
    Call::get(Api::TagManager, method, &format!("tagmanager/v2/{path}"))
}

impl TagManager {
    pub fn new(transport: &Transport) -> Self {
        Self {
            transport: transport.clone(),
        }
    }

    /// Every account that the connection may see. A page a stream item.
    pub fn accounts(&self) -> impl Stream<Item = Result<Vec<Account>, ApiError>> + Send + use<> {
        pages::<Accounts>(&self.transport, get("tagmanager.accounts.list", "accounts"))
    }

    /// The containers of an account.
    pub fn containers(&self, account: &str) -> impl Stream<Item = Result<Vec<Container>, ApiError>> + Send + use<> {
        let call = get("tagmanager.accounts.containers.list", &format!("{account}/containers"));
        pages::<Containers>(&self.transport, call)
    }

    /// One container, `accounts/1/containers/2`.
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers/get>
    pub async fn container(&self, path: &str) -> Result<Container, ApiError> {
        self.transport
            .send(&get("tagmanager.accounts.containers.get", path))
            .await
    }

    /// A version with all its entities, `accounts/1/containers/2/versions/3`.
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers.versions/get>
    pub async fn version(&self, path: &str) -> Result<ContainerVersion, ApiError> {
        self.transport
            .send(&get("tagmanager.accounts.containers.versions.get", path))
            .await
    }

    /// The versions of a container in short, without archived ones: names and counts, no notes.
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers.version_headers/list>
    pub fn version_headers(
        &self,
        container: &str,
    ) -> impl Stream<Item = Result<Vec<ContainerVersionHeader>, ApiError>> + Send + use<> {
        let call = get(
            "tagmanager.accounts.containers.version_headers.list",
            &format!("{container}/version_headers"),
        );
        pages::<VersionHeaders>(&self.transport, call)
    }

    /// The published version with all its entities, in one call; `NotFound` when nothing was ever published.
    pub async fn live_version(&self, container: &str) -> Result<ContainerVersion, ApiError> {
        let path = format!("{container}/versions:live");
        self.transport
            .send(&get("tagmanager.accounts.containers.versions.live", &path))
            .await
    }

    /// Id and counts of the newest version, published or not.
    pub async fn latest_version_header(&self, container: &str) -> Result<ContainerVersionHeader, ApiError> {
        let path = format!("{container}/version_headers:latest");
        self.transport
            .send(&get("tagmanager.accounts.containers.version_headers.latest", &path))
            .await
    }

    /// The workspaces of a container.
    pub fn workspaces(&self, container: &str) -> impl Stream<Item = Result<Vec<Workspace>, ApiError>> + Send + use<> {
        let call = get(
            "tagmanager.accounts.containers.workspaces.list",
            &format!("{container}/workspaces"),
        );
        pages::<Workspaces>(&self.transport, call)
    }

    /// The unpublished changes of a workspace, with the changed entities in full.
    pub async fn workspace_status(&self, workspace: &str) -> Result<WorkspaceStatus, ApiError> {
        let path = format!("{workspace}/status");
        self.transport
            .send(&get("tagmanager.accounts.containers.workspaces.getStatus", &path))
            .await
    }

    /// The container that a destination (`G-...`, `AW-...`) or a container id (`GTM-...`) belongs to.
    pub async fn lookup(&self, id: &TagId) -> Result<Container, ApiError> {
        let call = get("tagmanager.accounts.containers.lookup", "accounts/containers:lookup");
        let call = match id {
            TagId::Destination(id) => call.query("destinationId", id),
            TagId::Container(id) => call.query("tagId", id),
        };
        self.transport.send(&call).await
    }

    /// The container's snippet for a website.
    pub async fn snippet(&self, container: &str) -> Result<ContainerSnippet, ApiError> {
        let path = format!("{container}:snippet");
        self.transport
            .send(&get("tagmanager.accounts.containers.snippet", &path))
            .await
    }
}
