//! What connections may do and who knows of it: several OAuth clients, several processes, one broken among many.

use std::sync::Arc;

use gantry_domain::Permission;
use gantry_engine::dto::connections::{
    AdoptAccount, ConnectRequest, ConnectionState, Offer, SignInCause, UsePermissions,
};
use gantry_engine::dto::containers::SyncRequest;
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, commands, connections, estate};
use gantry_sandbox::practice::{self, NEWCOMER, OWNER};
use google_apis::AnalyticsAdmin;
use google_apis::analytics_admin::{Account, ProvisionAccountTicketRequest};
use google_oauth::TokenStore;
use serde_json::json;

use crate::user_agent::consent;
use crate::world::{World, allow, engine};

#[tokio::test]
async fn another_oauth_client_does_not_take_the_place_of_a_connection_that_works() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    world.add_client(&practice::web_client_json(), false).await;
    let token = world.keychain.get(&owner.id).await.unwrap();
    let request = ConnectRequest {
        reconnect: Some(owner.id.clone()),
        oauth_client_id: Some(practice::WEB_CLIENT_ID.to_owned()),
        ..allow([])
    };
    let refused = world.connect(request, |url| async move {
        consent(&url, OWNER, "allow", |_| true).await;
    });
    assert_eq!(refused.await.unwrap_err().code, ErrorCode::InvalidRequest);
    assert_eq!(world.keychain.get(&owner.id).await.unwrap(), token);
    assert!(
        connections::check(&world.engine, ById { id: owner.id })
            .await
            .unwrap()
            .ok
    );
}

#[tokio::test]
async fn a8_the_account_that_answered_becomes_a_connection_of_its_own_only_on_the_persons_word() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    let token = world.keychain.get(&owner.id).await.unwrap();
    let again = || ConnectRequest {
        reconnect: Some(owner.id.clone()),
        ..allow([])
    };
    let wrong = world
        .connect(again(), |url| async move {
            consent(&url, NEWCOMER, "allow", |_| true).await;
        })
        .await
        .unwrap_err();
    assert_eq!(wrong.code, ErrorCode::WrongAccount);
    assert_eq!(connections::list(&world.engine, Nothing {}).await.unwrap().len(), 1);
    assert_eq!(
        world.keychain.get(&owner.id).await.unwrap(),
        token,
        "nothing was overwritten"
    );
    let pending = wrong
        .offers
        .iter()
        .find_map(|offer| match offer {
            Offer::AdoptAccount { pending, email } if email == NEWCOMER => Some(pending.clone()),
            _ => None,
        })
        .unwrap();

    let adopt = AdoptAccount { pending };
    let added = connections::adopt(&world.engine, adopt.clone()).await.unwrap();
    assert_eq!(added.email, NEWCOMER);
    assert_ne!(added.id, owner.id);
    assert!(world.keychain.get(&added.id).await.unwrap().is_some());
    assert_eq!(world.keychain.get(&owner.id).await.unwrap(), token);
    let twice = connections::adopt(&world.engine, adopt).await.unwrap_err();
    assert_eq!(twice.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_permission_that_was_switched_off_is_honoured_and_stays_off_after_the_next_sign_in() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    let only_view = UsePermissions {
        id: owner.id.clone(),
        allow: [Permission::View].into(),
    };
    let now = connections::use_permissions(&world.engine, only_view).await.unwrap();
    assert_eq!(
        (now.allowed, now.dropped),
        ([Permission::View].into(), [Permission::Configure].into())
    );
    assert!(
        now.granted.contains(&Permission::Configure),
        "nothing changed at Google"
    );
    let tickets = world.requests("POST", "provisionAccountTicket").await;
    let refused = world.provision(|_| async {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::PermissionMissing);
    assert_eq!(
        world.requests("POST", "provisionAccountTicket").await,
        tickets,
        "nothing was sent"
    );

    let again = ConnectRequest {
        reconnect: Some(owner.id.clone()),
        ..allow([])
    };
    let again = world.connect(again, |url| async move {
        consent(&url, OWNER, "allow", |_| true).await;
    });
    assert_eq!(again.await.unwrap().dropped, [Permission::Configure].into());

    let too_much = UsePermissions {
        id: owner.id.clone(),
        allow: [Permission::View, Permission::Publish].into(),
    };
    let refused = connections::use_permissions(&world.engine, too_much).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::PermissionMissing);
    let all = UsePermissions {
        id: owner.id,
        allow: [Permission::View, Permission::Configure].into(),
    };
    assert!(
        connections::use_permissions(&world.engine, all)
            .await
            .unwrap()
            .dropped
            .is_empty()
    );
}

#[tokio::test]
async fn signing_in_anew_for_less_takes_nothing_away_from_a_connection_that_works() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    let token = world.keychain.get(&owner.id).await.unwrap();
    let less = world.connect(allow([Permission::View]), |url| async move {
        consent(&url, OWNER, "allow", |_| true).await;
    });
    let kept = less.await.unwrap();
    assert_eq!((kept.id, kept.granted), (owner.id.clone(), owner.granted));
    assert_eq!(world.keychain.get(&owner.id).await.unwrap(), token);
}

#[tokio::test]
async fn a_sign_in_for_one_session_is_left_alone_by_other_processes() {
    let mut world = World::new().await;
    let request = ConnectRequest {
        session_only: true,
        ..allow([Permission::View])
    };
    let owner = world
        .connect(request, |url| async move {
            consent(&url, OWNER, "allow", |_| true).await;
        })
        .await
        .unwrap();
    let (other, _opened) = engine(&world.sandbox, &world.home, Some(world.keychain.clone())).await;
    let refused = connections::accounts(&other, Some(OWNER)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::SignInNeeded);
    let check = connections::check(&other, ById { id: owner.id }).await.unwrap();
    assert!(!check.ok);
    assert!(other.ready_sessions().await.unwrap().sessions.is_empty());

    let list = connections::list(&world.engine, Nothing {}).await.unwrap();
    assert_eq!(list[0].state, ConnectionState::Ready);
    assert_eq!(world.engine.ready_sessions().await.unwrap().sessions.len(), 1);
}

#[tokio::test]
async fn what_was_granted_to_another_process_is_used_at_once() {
    let mut world = World::new().await;
    let owner = world
        .connect(allow([Permission::View]), |url| async move {
            consent(&url, OWNER, "allow", |_| true).await;
        })
        .await
        .unwrap();
    connections::accounts(&world.engine, None).await.unwrap();
    let before = Arc::clone(&world.engine);
    world.restart().await;
    let more = ConnectRequest {
        reconnect: Some(owner.id),
        ..allow([Permission::Configure])
    };
    world
        .connect(more, |url| async move {
            consent(&url, OWNER, "allow", |_| true).await;
        })
        .await
        .unwrap();

    let session = before.session(None).await.unwrap();
    session.require(Permission::Configure).unwrap();
    let request = ProvisionAccountTicketRequest {
        account: Account {
            display_name: "Harbour".to_owned(),
            ..Account::default()
        },
        redirect_uri: "http://127.0.0.1:27490/terms".to_owned(),
    };
    let ticket = AnalyticsAdmin::new(&session.transport)
        .provision_account_ticket(&request)
        .await;
    assert!(ticket.is_ok(), "{ticket:?}");
}

#[tokio::test]
async fn one_broken_connection_does_not_hold_up_the_others() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    world.sign_in(NEWCOMER).await;
    let mut broken = world.engine.store().connection(&owner.id).await.unwrap().unwrap();
    broken.id = "broken".to_owned();
    broken.email = "broken@example.com".to_owned();
    broken.oauth_client_id = "gone.apps.googleusercontent.com".to_owned();
    world.engine.store().put_connection(broken).await.unwrap();
    world.restart().await;
    world.control("tokens/revoke", json!({ "email": NEWCOMER })).await;

    let reach = connections::accounts(&world.engine, None).await.unwrap();
    assert!(!reach.accounts.is_empty() && reach.accounts.iter().all(|account| account.connection == OWNER));
    let mut failed: Vec<&str> = reach
        .failures
        .iter()
        .map(|failure| failure.connection.as_str())
        .collect();
    failed.sort_unstable();
    assert_eq!(failed, ["broken@example.com", NEWCOMER]);

    let synced = commands::run_job(&world.engine, "estate.sync", |engine, job| async move {
        estate::sync(&engine, SyncRequest::default(), &job).await
    });
    let synced = synced.await.unwrap();
    assert!(synced.properties > 0);
    assert_eq!(synced.failures[0].what, "broken@example.com");
}

#[tokio::test]
async fn a_deleted_oauth_client_is_told_apart_from_an_ended_sign_in() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    let fault =
        json!({ "match": { "host": "oauth2.googleapis.com" }, "status": 401, "body": { "error": "deleted_client" } });
    world.control("faults", fault).await;
    let check = connections::check(&world.engine, ById { id: owner.id.clone() })
        .await
        .unwrap();
    let code = check.code.unwrap();
    assert_eq!((code, code.exit_code()), (ErrorCode::NoOauthClient, 3), "{check:?}");
    assert_eq!(check.connection.trouble.unwrap().cause, SignInCause::ClientRefused);
    // The sign-in is as good as before, once Google takes the OAuth client.
    world.add_client(&practice::installed_client_json(), false).await;
    let list = connections::list(&world.engine, Nothing {}).await.unwrap();
    assert_eq!(list[0].state, ConnectionState::Ready);
    assert!(
        connections::check(&world.engine, ById { id: owner.id })
            .await
            .unwrap()
            .ok
    );
}
