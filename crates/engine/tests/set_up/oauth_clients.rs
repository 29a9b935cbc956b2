//! OAuth clients: the guide, a test sign-in that keeps nothing, and names.

use std::sync::Arc;

use gantry_engine::dto::connections::{OAuthClientTest, PublishingStatusName, UpdateOAuthClient};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{Result, commands, connections};
use gantry_sandbox::practice::{self, OWNER};

use crate::user_agent::consent;
use crate::world::World;

async fn test_sign_in(world: &mut World, decision: &'static str) -> Result<OAuthClientTest> {
    let engine = Arc::clone(&world.engine);
    let request = ById {
        id: practice::INSTALLED_CLIENT_ID.to_owned(),
    };
    let job = commands::run_job(&engine, "oauth_clients.test", |engine, job| async move {
        Box::pin(connections::test_oauth_client(&engine, request, &job)).await
    });
    let agent = async {
        let url = world.opened.recv().await.unwrap();
        consent(&url, OWNER, decision, |_| true).await;
    };
    tokio::join!(job, agent).0
}

#[tokio::test]
async fn a_test_sign_in_says_who_came_and_gives_back_what_it_got() {
    let mut world = World::new().await;
    let tested = test_sign_in(&mut world, "allow").await.unwrap();
    assert!(tested.ok && tested.message.contains(OWNER), "{tested:?}");
    assert_eq!(tested.email.as_deref(), Some(OWNER));
    assert_eq!(world.requests("POST", "/revoke").await, 1);
    assert!(connections::list(&world.engine, Nothing {}).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_test_sign_in_does_not_end_a_connection_of_the_same_account() {
    let mut world = World::new().await;
    let connected = world.sign_in(OWNER).await;
    let tested = test_sign_in(&mut world, "allow").await.unwrap();
    assert!(tested.ok, "{tested:?}");
    assert_eq!(
        world.requests("POST", "/revoke").await,
        0,
        "that would take the connection's access as well"
    );
    let check = connections::check(&world.engine, ById { id: connected.id })
        .await
        .unwrap();
    assert!(check.ok, "{check:?}");
    assert_eq!(check.connection.tokens_obtained, 2, "Google counts the test's as well");
}

#[tokio::test]
async fn a6_a_declined_test_is_an_outcome() {
    let mut world = World::new().await;
    let tested = test_sign_in(&mut world, "deny").await.unwrap();
    assert!(!tested.ok && tested.email.is_none(), "{tested:?}");
    assert!(tested.message.contains("Cancel or Deny"), "{}", tested.message);
}

#[tokio::test]
async fn an_oauth_client_is_renamed_by_its_name_and_keeps_its_status() {
    let world = World::new().await;
    let change = |id: &str, name: Option<&str>, status| UpdateOAuthClient {
        id: id.to_owned(),
        name: name.map(str::to_owned),
        publishing_status: status,
    };
    let id = practice::INSTALLED_CLIENT_ID;
    let testing = Some(PublishingStatusName::Testing);
    connections::update_oauth_client(&world.engine, change(id, Some("Ours"), testing))
        .await
        .unwrap();
    let renamed = connections::update_oauth_client(&world.engine, change("Ours", Some("Theirs"), None))
        .await
        .unwrap();
    assert_eq!((renamed.name.as_str(), renamed.publishing_status), ("Theirs", testing));
}

#[tokio::test]
async fn the_guides_links_can_be_opened_by_their_ids() {
    let world = World::new().await;
    let steps = connections::oauth_client_guide(&world.engine, Nothing {})
        .await
        .unwrap();
    let again = connections::oauth_client_guide(&world.engine, Nothing {})
        .await
        .unwrap();
    assert_eq!(steps, again, "a link issued again keeps its id");
    assert!(steps.iter().all(|step| step.link.is_some()));
}
