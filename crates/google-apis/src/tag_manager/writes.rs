//! What changes something in Tag Manager. The reference is the same page tree as the reading half's, by method name.
//!
//! None of these takes a fingerprint except `publish`; what makes something new is unsafe, so that its answer, when it is lost, is
//! looked for and not asked for again.

use http::Method;
use serde_json::{Value, json};

use super::TagManager;
use super::types::{
    BulkUpdateResponse, Container, CreateVersionResponse, NewContainer, NewWorkspace, PublishVersionResponse,
    VersionOptions, Workspace,
};
use crate::call::{Api, Call, Effect};
use crate::error::{ApiError, ErrorKind};

fn create<B: serde::Serialize>(method: &'static str, path: &str, body: &B) -> Call {
    Call::create(Api::TagManager, method, &format!("tagmanager/v2/{path}"), body)
}

impl TagManager {
    /// Makes a container in `account`; unsafe, though Google refuses a second one of the same name (HTTP 400).
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers/create>
    pub async fn create_container(&self, account: &str, container: &NewContainer) -> Result<Container, ApiError> {
        let path = format!("{account}/containers");
        self.transport
            .send(&create("tagmanager.accounts.containers.create", &path, container))
            .await
    }

    /// Deletes a container, `accounts/1/containers/2`. Gone is gone: a repeat that finds nothing has done its work.
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers/delete>
    pub async fn delete_container(&self, container: &str) -> Result<(), ApiError> {
        self.delete("tagmanager.accounts.containers.delete", container).await
    }

    /// Makes a workspace of the newest version; unsafe, though a second one of the same name is refused (HTTP 400).
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers.workspaces/create>
    pub async fn create_workspace(&self, container: &str, workspace: &NewWorkspace) -> Result<Workspace, ApiError> {
        let path = format!("{container}/workspaces");
        self.transport
            .send(&create(
                "tagmanager.accounts.containers.workspaces.create",
                &path,
                workspace,
            ))
            .await
    }

    /// Deletes a workspace with its unpublished changes.
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers.workspaces/delete>
    pub async fn delete_workspace(&self, workspace: &str) -> Result<(), ApiError> {
        self.delete("tagmanager.accounts.containers.workspaces.delete", workspace)
            .await
    }

    /// Applies `changes` (`Entity` objects) to a workspace in one call. What is new has an id `new_N`, by which others of the
    /// same call may refer to it. Unsafe: twice makes twice as many.
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers.workspaces/bulk_update>
    pub async fn bulk_update(&self, workspace: &str, changes: &[Value]) -> Result<BulkUpdateResponse, ApiError> {
        let path = format!("{workspace}/bulk_update");
        self.transport
            .send(&create(
                "tagmanager.accounts.containers.workspaces.bulk_update",
                &path,
                &json!({ "changes": changes }),
            ))
            .await
    }

    /// Makes a version of a workspace, which Google deletes with it; unsafe. See [`CreateVersionResponse`] for its ways to fail.
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers.workspaces/create_version>
    pub async fn create_version(
        &self,
        workspace: &str,
        options: &VersionOptions,
    ) -> Result<CreateVersionResponse, ApiError> {
        let path = format!("{workspace}:create_version");
        self.transport
            .send(&create(
                "tagmanager.accounts.containers.workspaces.create_version",
                &path,
                options,
            ))
            .await
    }

    /// Puts a version on the site; with `fingerprint`, only while the version has it.
    ///
    /// Unsafe, although twice is as good as once: in between somebody else may have published, and a repeat that nobody
    /// decided on would take theirs off the site.
    /// <https://developers.google.com/tag-platform/tag-manager/api/reference/rest/v2/accounts.containers.versions/publish>
    pub async fn publish(&self, version: &str, fingerprint: Option<&str>) -> Result<PublishVersionResponse, ApiError> {
        let path = format!("tagmanager/v2/{version}:publish");
        let mut call = Call::new(
            Api::TagManager,
            "tagmanager.accounts.containers.versions.publish",
            Method::POST,
            &path,
        );
        if let Some(fingerprint) = fingerprint {
            call = call.query("fingerprint", fingerprint);
        }
        self.transport.send(&call).await
    }

    /// Repeated on passing faults: an id never comes back, so a repeat deletes nothing else.
    async fn delete(&self, method: &'static str, path: &str) -> Result<(), ApiError> {
        let mut call = Call::new(
            Api::TagManager,
            method,
            Method::DELETE,
            &format!("tagmanager/v2/{path}"),
        );
        call.effect = Effect::Idempotent;
        match self.transport.send::<Value>(&call).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind == ErrorKind::NotFound && error.retries > 0 => Ok(()),
            Err(error) => Err(error),
        }
    }
}
