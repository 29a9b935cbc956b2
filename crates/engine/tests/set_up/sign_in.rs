//! Signing in: what is kept where, and each way in which it can go wrong.

use std::sync::Arc;

use gantry_domain::Permission;
use gantry_engine::dto::connections::{ConnectRequest, ConnectionState, StoredIn};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, commands, connections};
use gantry_sandbox::practice::{self, NEWCOMER, OWNER};
use google_oauth::TokenStore;
use serde_json::json;

use crate::user_agent::consent;
use crate::world::{World, allow, engine};

#[tokio::test]
async fn a_sign_in_survives_a_restart_and_its_token_is_in_the_keychain_alone() {
    let mut world = World::new().await;
    let connected = world.sign_in(OWNER).await;
    assert_eq!(
        (connected.email.as_str(), connected.stored_in),
        (OWNER, StoredIn::Keychain)
    );
    assert!(connected.granted.contains(&Permission::Configure));

    let token = world
        .keychain
        .get(&connected.id)
        .await
        .unwrap()
        .expect("the refresh token is in the keychain");
    let token = String::from_utf8(token.expose().to_vec()).unwrap();
    world.engine.store().flush().await.unwrap();
    for file in std::fs::read_dir(world.engine.profile().data_directory()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for secret in [token.as_str(), practice::CLIENT_SECRET] {
                assert!(
                    !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
                    "{}",
                    path.display()
                );
            }
        }
    }

    world.restart().await;
    let list = connections::list(&world.engine, Nothing {}).await.unwrap();
    assert_eq!(
        list.iter().map(|one| one.state).collect::<Vec<_>>(),
        [ConnectionState::Ready]
    );
    let accounts = connections::accounts(&world.engine, None).await.unwrap().accounts;
    assert!(!accounts.is_empty() && accounts.iter().all(|account| account.connection == OWNER));
    assert!(world.opened.try_recv().is_err(), "no sign-in was asked for");
}

#[tokio::test]
async fn denied_unticked_and_wrong_account_each_have_their_own_error_and_change_nothing() {
    let mut world = World::new().await;
    let denied = world.connect(allow([Permission::View]), |url| async move {
        assert!(
            consent(&url, OWNER, "deny", |_| true)
                .await
                .body
                .contains("You declined")
        );
    });
    assert_eq!(denied.await.unwrap_err().code, ErrorCode::SignInDenied);

    let unticked = world.connect(allow([Permission::View]), |url| async move {
        consent(&url, OWNER, "allow", |scope| scope.contains("analytics")).await;
    });
    assert_eq!(unticked.await.unwrap_err().code, ErrorCode::PermissionMissing);
    assert!(connections::list(&world.engine, Nothing {}).await.unwrap().is_empty());

    let owner = world.sign_in(OWNER).await;
    let again = ConnectRequest {
        reconnect: Some(owner.id.clone()),
        ..allow([])
    };
    let wrong = world.connect(again, |url| async move {
        assert!(url.as_str().contains("login_hint="));
        consent(&url, NEWCOMER, "allow", |_| true).await;
    });
    let wrong = wrong.await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::WrongAccount);
    assert!(wrong.message.contains(NEWCOMER) && wrong.message.contains(OWNER));
    let list = connections::list(&world.engine, Nothing {}).await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(
        (list[0].id.as_str(), list[0].email.as_str()),
        (owner.id.as_str(), OWNER)
    );
}

#[tokio::test]
async fn some_boxes_unticked_leave_a_connection_that_is_gated() {
    let mut world = World::new().await;
    let connected = world
        .connect(allow([Permission::View, Permission::Configure]), |url| async move {
            consent(&url, OWNER, "allow", |scope| !scope.ends_with("analytics.edit")).await;
        })
        .await
        .unwrap();
    assert_eq!(connected.granted, [Permission::View].into());
    assert_eq!(connected.asked, [Permission::View, Permission::Configure].into());
    let refused = world.provision(|_| async {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::PermissionMissing);
    assert_eq!(world.requests("POST", "provisionAccountTicket").await, 0);
}

#[tokio::test]
async fn two_people_are_connected_side_by_side_and_must_be_named() {
    let mut world = World::new().await;
    world.sign_in(OWNER).await;
    world.sign_in(NEWCOMER).await;
    let ambiguous = world.engine.session(None).await.map(|_| ()).unwrap_err();
    assert_eq!(ambiguous.code, ErrorCode::ConnectionAmbiguous);
    assert_eq!(
        world.engine.session(Some(NEWCOMER)).await.unwrap().connection.email,
        NEWCOMER
    );
}

#[tokio::test]
async fn a_revoked_sign_in_is_named_and_the_others_are_not_affected() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    let newcomer = world.sign_in(NEWCOMER).await;
    world.control("tokens/revoke", json!({ "email": OWNER })).await;
    let check = connections::check(&world.engine, ById { id: owner.id.clone() })
        .await
        .unwrap();
    assert!(!check.ok);
    assert_eq!(check.connection.state, ConnectionState::NeedsSignIn);
    assert!(
        connections::check(&world.engine, ById { id: newcomer.id })
            .await
            .unwrap()
            .ok
    );

    let again = ConnectRequest {
        reconnect: Some(owner.id.clone()),
        ..allow([])
    };
    let back = world
        .connect(again, |url| async move {
            consent(&url, OWNER, "allow", |_| true).await;
        })
        .await
        .unwrap();
    assert_eq!((back.id, back.state), (owner.id, ConnectionState::Ready));
}

#[tokio::test]
async fn disconnecting_forgets_the_token_here_and_at_google() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    connections::disconnect(&world.engine, ById { id: owner.id.clone() })
        .await
        .unwrap();
    assert!(connections::list(&world.engine, Nothing {}).await.unwrap().is_empty());
    assert_eq!(world.keychain.get(&owner.id).await.unwrap(), None);
    assert_eq!(world.requests("POST", "/revoke").await, 1);
}

#[tokio::test]
async fn without_a_keychain_no_browser_opens_and_a_session_can_be_kept_in_memory() {
    let mut world = World::new().await;
    (world.engine, world.opened) = engine(&world.sandbox, &world.home, None).await;
    world.add_client(&practice::installed_client_json(), true).await;
    let refused = world
        .connect(allow([Permission::View]), |_| async {})
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::KeychainUnavailable);
    assert!(refused.remedy.contains("this session only"));

    let request = ConnectRequest {
        session_only: true,
        ..allow([Permission::View])
    };
    let connected = world
        .connect(request, |url| async move {
            consent(&url, OWNER, "allow", |_| true).await;
        })
        .await
        .unwrap();
    assert_eq!(
        (connected.stored_in, connected.state),
        (StoredIn::Session, ConnectionState::Ready)
    );
    let reach = connections::accounts(&world.engine, None).await.unwrap();
    assert!(!reach.accounts.is_empty());

    // Over in the next session, and said so.
    world.restart().await;
    let list = connections::list(&world.engine, Nothing {}).await.unwrap();
    assert_eq!(list[0].state, ConnectionState::NeedsSignIn);
}

#[tokio::test]
async fn a_credential_of_one_profile_is_not_known_in_another() {
    let mut world = World::new().await;
    world.sign_in(OWNER).await;
    let other = World::new().await;
    let (elsewhere, _opened) = engine(&other.sandbox, &world.home, Some(world.keychain.clone())).await;
    assert!(connections::list(&elsewhere, Nothing {}).await.unwrap().is_empty());
    assert_ne!(
        elsewhere.profile().keychain_service(),
        world.engine.profile().keychain_service()
    );
    let refused = connections::accounts(&elsewhere, Some(OWNER)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoConnection);
    assert_eq!(other.requests("GET", "/").await, 0, "nothing was sent there");
}

#[tokio::test]
async fn cancelling_closes_the_wait() {
    let mut world = World::new().await;
    let engine = Arc::clone(&world.engine);
    let waiting = tokio::spawn(async move {
        commands::run_job(&engine, "connections.connect", |engine, job| async move {
            Box::pin(connections::connect(&engine, allow([Permission::View]), &job)).await
        })
        .await
    });
    world.opened.recv().await.unwrap();
    world.engine.jobs().cancel_all();
    assert_eq!(waiting.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);
}

#[tokio::test]
async fn an_oauth_client_in_use_stays_and_an_unused_one_goes_with_its_secret() {
    let mut world = World::new().await;
    let owner = world.sign_in(OWNER).await;
    let id = practice::INSTALLED_CLIENT_ID.to_owned();
    let refused = connections::remove_oauth_client(&world.engine, ById { id: id.clone() })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
    connections::disconnect(&world.engine, ById { id: owner.id })
        .await
        .unwrap();
    connections::remove_oauth_client(&world.engine, ById { id: id.clone() })
        .await
        .unwrap();
    assert!(
        connections::list_oauth_clients(&world.engine, Nothing {})
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(world.keychain.get(&format!("oauth-client:{id}")).await.unwrap(), None);
    let refused = world
        .connect(allow([Permission::View]), |_| async {})
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoOauthClient);
}
