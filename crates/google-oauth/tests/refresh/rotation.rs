//! Rotated refresh tokens: stored, kept where the keychain refuses, and never lost without the person being told.

use google_oauth::{OAuthError, TokenStore};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_rotated_token_is_stored_and_used_and_others_take_what_it_brought() {
    let world = World::new().await;
    let rotated = world.issued().await;
    world.rotates_to(&rotated).await;
    assert_eq!(
        world.credential().access_token().await.unwrap().expose(),
        "ya29.rotated"
    );
    assert_eq!(world.stored().await.unwrap(), rotated);
    // The note is sealed under the secret that is stored now.
    assert_eq!(
        world.credential().access_token().await.unwrap().expose(),
        "ya29.rotated"
    );
    assert_eq!(world.refreshes().await, 1);
    world.credential().check().await.unwrap();
}

#[tokio::test]
async fn r6_a_keychain_that_refuses_a_rotated_token_loses_nothing_while_gantry_runs() {
    let world = World::new().await;
    let before = world.stored().await.unwrap();
    let (rotated, again) = (world.issued().await, world.issued().await);
    let credential = world.credential();
    world.store.refuse_writes(true);
    world.rotates_to(&rotated).await;
    credential.access_token().await.unwrap();
    assert!(credential.unsaved(), "the person can be told");
    assert_eq!(world.stored().await.unwrap(), before);
    // A second rotation meanwhile; still refused.
    world.rotates_to(&again).await;
    credential.check().await.unwrap();
    assert!(credential.unsaved());
    // The next renewal stores it, and renews from it.
    world.store.refuse_writes(false);
    credential.check().await.unwrap();
    assert!(!credential.unsaved());
    assert_eq!(world.stored().await.unwrap(), again);
}

#[tokio::test]
async fn an_unsaved_token_gives_way_to_a_sign_in_of_another_process() {
    let world = World::new().await;
    let (rotated, newer) = (world.issued().await, world.issued().await);
    let credential = world.credential();
    world.store.refuse_writes(true);
    world.rotates_to(&rotated).await;
    credential.access_token().await.unwrap();
    world.store.refuse_writes(false);
    world.store.set("key", &newer.to_bytes()).await.unwrap();
    credential.check().await.unwrap();
    assert!(!credential.unsaved());
    assert_eq!(world.stored().await.unwrap(), newer);
}

/// What a process leaves that was ended between Google's answer and the keychain: see also `processes.rs` of the engine.
#[tokio::test]
async fn r6_a_renewal_whose_answer_was_lost_is_not_blamed_on_a_revocation() {
    let world = World::new().await;
    world.fault(json!({ "drop": "after" })).await;
    let lost = world.credential().access_token().await.unwrap_err();
    assert!(lost.is_temporary() && lost.outcome_unknown(), "{lost:?}");
    world.refuses().await;
    let told = world.credential().access_token().await.unwrap_err();
    assert!(
        matches!(told, OAuthError::RenewalLost(_)) && told.needs_sign_in(),
        "{told:?}"
    );
    // It stays so until a sign-in, which brings a new refresh token.
    world.refuses().await;
    assert!(matches!(
        world.credential().access_token().await,
        Err(OAuthError::RenewalLost(_))
    ));
    let newer = world.issued().await;
    world.store.set("key", &newer.to_bytes()).await.unwrap();
    world.credential().access_token().await.unwrap();
}

#[tokio::test]
async fn r6_a_renewal_that_never_reached_google_leaves_no_such_suspicion() {
    let world = World::new().await;
    world
        .fault(json!({ "status": 400, "body": { "error": "invalid_request" } }))
        .await;
    world.credential().access_token().await.unwrap_err();
    world.refuses().await;
    assert!(matches!(
        world.credential().access_token().await,
        Err(OAuthError::SignInExpired(_))
    ));
}

#[tokio::test]
async fn r7_invalid_grant_is_believed_only_after_the_keychain_was_read_again() {
    let world = World::new().await;
    let stale = world.stored().await.unwrap();
    world.revoke().await;
    let newer = world.issued().await;
    world.store.set("key", &newer.to_bytes()).await.unwrap();
    world.store.show_first(&stale);
    world.fault(json!({ "delay_ms": 300 })).await;
    let credential = world.credential();
    let asking = tokio::spawn(async move { credential.access_token().await });
    // The request with the stale token is on its way; then the other's write is seen.
    while world.control("faults", &serde_json::Value::Null).await != json!([]) {
        tokio::task::yield_now().await;
    }
    world.store.catch_up();
    asking.await.unwrap().unwrap();
    assert_eq!(world.refreshes().await, 2);
}

#[tokio::test]
async fn after_a_sign_in_its_token_serves_all_processes() {
    let world = World::new().await;
    let other = world.credential();
    let old = other.access_token().await.unwrap();
    let newer = world.issued().await;
    let grant = world.credential();
    grant.check().await.unwrap();
    let signed_in = world.user_credential();
    let access = google_oauth::AccessToken::new(
        google_oauth::SecretString::new("ya29.signed-in"),
        Some(std::time::Duration::from_hours(1)),
        jiff::Timestamp::now(),
    );
    signed_in.accept(access, Some(&newer)).await.unwrap();
    other.invalidate(&old).await;
    assert_eq!(other.access_token().await.unwrap().expose(), "ya29.signed-in");
    signed_in.disconnect().await.unwrap();
    assert!(world.stored().await.is_none());
    assert!(matches!(
        signed_in.credential().access_token().await,
        Err(OAuthError::NotSignedIn)
    ));
}
