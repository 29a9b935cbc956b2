//! Tag Manager, read.

use futures_util::TryStreamExt;
use google_apis::tag_manager::TagId;
use google_apis::{ErrorKind, TagManager};

use crate::stage::Stage;

#[tokio::test]
async fn every_account_container_and_live_version_can_be_read() {
    let stage = Stage::open().await;
    let tag_manager = TagManager::new(&stage.transport());
    let accounts = tag_manager.accounts().try_concat().await.unwrap();
    assert!(accounts.len() >= 20, "{}", accounts.len());
    assert!(
        accounts
            .iter()
            .all(|account| account.path == format!("accounts/{}", account.account_id))
    );
    let containers = tag_manager.containers(&accounts[0].path).try_concat().await.unwrap();
    assert_eq!(containers.len(), 5);
    let (mut published, mut never) = (0, 0);
    for account in &accounts {
        for container in tag_manager.containers(&account.path).try_concat().await.unwrap() {
            match tag_manager.live_version(&container.path).await {
                Ok(version) => {
                    published += 1;
                    assert_eq!(version.container_id, container.container_id);
                    assert!(!version.container_version_id.is_empty());
                }
                Err(error) => {
                    assert_eq!(error.kind, ErrorKind::NotFound);
                    never += 1;
                }
            }
        }
    }
    assert!(published > never && never > 0, "{published} published, {never} not");
}

#[tokio::test]
async fn a_container_is_found_by_its_public_id() {
    let stage = Stage::open().await;
    let tag_manager = TagManager::new(&stage.transport());
    let account = tag_manager.accounts().try_concat().await.unwrap().remove(0);
    let container = tag_manager
        .containers(&account.path)
        .try_concat()
        .await
        .unwrap()
        .remove(0);
    let found = tag_manager
        .lookup(&TagId::Container(container.public_id.clone()))
        .await
        .unwrap();
    assert_eq!(found.path, container.path);
    let snippet = tag_manager.snippet(&container.path).await.unwrap();
    assert!(snippet.snippet.contains(&container.public_id) || !snippet.container_config.is_empty());
    let unknown = tag_manager
        .lookup(&TagId::Container("GTM-NOBODY1".into()))
        .await
        .unwrap_err();
    assert_eq!(unknown.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn workspaces_and_their_changes_can_be_read() {
    let stage = Stage::open().await;
    let tag_manager = TagManager::new(&stage.transport());
    let account = tag_manager.accounts().try_concat().await.unwrap().remove(0);
    let container = tag_manager
        .containers(&account.path)
        .try_concat()
        .await
        .unwrap()
        .remove(0);
    let workspaces = tag_manager.workspaces(&container.path).try_concat().await.unwrap();
    assert!(!workspaces.is_empty());
    let status = tag_manager.workspace_status(&workspaces[0].path).await.unwrap();
    assert!(
        status
            .workspace_change
            .iter()
            .all(|change| !change.change_status.is_empty())
    );
    let header = tag_manager.latest_version_header(&container.path).await.unwrap();
    assert!(!header.container_version_id.is_empty());
}
