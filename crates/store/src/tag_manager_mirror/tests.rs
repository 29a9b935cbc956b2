//! What readers of the Tag Manager mirror depend on.

use super::*;
use crate::connections::tests::connection;

fn account(id: &str) -> TagManagerAccount {
    TagManagerAccount {
        account_id: id.to_owned(),
        name: format!("Account {id}"),
        document: Value::Null,
        fetched_at: Timestamp::UNIX_EPOCH,
        connections: Vec::new(),
    }
}

fn container(id: &str, account_id: &str) -> TagManagerContainer {
    TagManagerContainer {
        container_id: id.to_owned(),
        account_id: account_id.to_owned(),
        public_id: format!("GTM-{id}"),
        name: format!("Container {id}"),
        usage_context: vec!["web".to_owned()],
        document: Value::Null,
        fetched_at: Timestamp::UNIX_EPOCH,
        connections: Vec::new(),
        live_fetched_at: None,
    }
}

fn tag(id: &str) -> ContainerEntity {
    ContainerEntity {
        summary: EntitySummary {
            key: EntityKey {
                kind: "tag".to_owned(),
                entity_id: id.to_owned(),
            },
            name: format!("Tag {id}"),
            entity_type: Some("html".to_owned()),
            folder_id: None,
            fingerprint: Some("1".to_owned()),
        },
        document: serde_json::json!({ "tagId": id, "zz": 1, "aa": 2 }),
    }
}

fn live(container_id: &str) -> LiveVersion {
    LiveVersion {
        container_id: container_id.to_owned(),
        version_id: Some("7".to_owned()),
        name: None,
        fingerprint: None,
        document: None,
        fetched_at: Timestamp::from_second(9).unwrap(),
    }
}

#[tokio::test]
async fn a_live_version_replaces_the_one_before() {
    let store = Store::in_memory().await.unwrap();
    store.put_connection(connection("one")).await.unwrap();
    let now = Timestamp::UNIX_EPOCH;
    store
        .swap_tag_manager_accounts("one", vec![account("1")], now)
        .await
        .unwrap();
    store
        .swap_containers("one", "1", vec![container("11", "1")], now)
        .await
        .unwrap();
    store
        .swap_live_version(live("11"), vec![tag("2"), tag("1")])
        .await
        .unwrap();
    let names: Vec<_> = store
        .entity_summaries("11", None)
        .await
        .unwrap()
        .into_iter()
        .map(|e| e.name)
        .collect();
    assert_eq!(names, ["Tag 2", "Tag 1"], "Google's order");
    assert_eq!(store.entity("11", &tag("1").summary.key).await.unwrap(), Some(tag("1")));

    store.swap_live_version(live("11"), vec![tag("3")]).await.unwrap();
    assert_eq!(store.entities("11", Some("tag")).await.unwrap(), [tag("3")]);
    assert_eq!(
        store.entity_counts().await.unwrap(),
        [("11".to_owned(), "tag".to_owned(), 1)]
    );
    let found = store.container("gtm-11").await.unwrap().unwrap();
    assert_eq!(found.live_fetched_at, Some(live("11").fetched_at));
    assert_eq!(store.live_version("11").await.unwrap(), Some(live("11")));

    // A new list of containers leaves the live version of those that stayed.
    store
        .swap_containers("one", "1", vec![container("11", "1"), container("12", "1")], now)
        .await
        .unwrap();
    assert_eq!(store.entities("11", None).await.unwrap().len(), 1);
    assert_eq!(store.containers().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_account_out_of_reach_takes_its_containers_along() {
    let store = Store::in_memory().await.unwrap();
    for id in ["one", "two"] {
        store.put_connection(connection(id)).await.unwrap();
        store
            .swap_tag_manager_accounts(id, vec![account("1"), account("2")], Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
    }
    let now = Timestamp::UNIX_EPOCH;
    store
        .swap_containers("one", "1", vec![container("11", "1")], now)
        .await
        .unwrap();
    store
        .swap_containers("one", "2", vec![container("21", "2")], now)
        .await
        .unwrap();
    store
        .swap_containers("two", "2", vec![container("21", "2")], now)
        .await
        .unwrap();
    store.swap_tag_manager_accounts("one", vec![], now).await.unwrap();
    let left: Vec<_> = store
        .containers()
        .await
        .unwrap()
        .into_iter()
        .map(|c| (c.container_id, c.connections))
        .collect();
    assert_eq!(left, [("21".to_owned(), vec!["two".to_owned()])]);
    assert!(store.remove_connection("two").await.unwrap());
    assert!(store.containers().await.unwrap().is_empty());
    assert!(store.tag_manager_accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_repeated_or_moved_container_is_one_row_and_a_vanished_one_takes_no_version() {
    let store = Store::in_memory().await.unwrap();
    store.put_connection(connection("one")).await.unwrap();
    let now = Timestamp::UNIX_EPOCH;
    let accounts = vec![account("1"), account("2"), account("2")];
    store.swap_tag_manager_accounts("one", accounts, now).await.unwrap();
    let twice = vec![container("11", "1"), container("11", "1")];
    store.swap_containers("one", "1", twice, now).await.unwrap();
    store
        .swap_containers("one", "2", vec![container("11", "2")], now)
        .await
        .unwrap();
    let found = store.containers().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].account_id.as_str(), found[0].connections.as_slice()),
        ("2", ["one".to_owned()].as_slice())
    );

    assert!(store.swap_live_version(live("11"), vec![tag("1")]).await.unwrap());
    assert!(!store.swap_live_version(live("12"), vec![tag("1")]).await.unwrap());
    assert_eq!(store.live_versions().await.unwrap().len(), 1);
}
