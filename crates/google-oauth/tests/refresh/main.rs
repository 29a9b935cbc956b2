//! Renewing over real sockets against the sandbox: once for all who ask, and each failure under its own name.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod rotation;
mod world;

use std::sync::Arc;

use google_oauth::{Credential, NetworkFault, OAuthError, SecretString, TokenStore};
use jiff::SignedDuration;
use serde_json::json;

use world::{HandClock, World};

/// Everybody asks at once; what they were given.
async fn ask_all(credentials: &[Credential], times: usize) -> Vec<SecretString> {
    let tasks: Vec<_> = credentials
        .iter()
        .flat_map(|credential| std::iter::repeat_n(credential, times))
        .map(|credential| {
            let credential = credential.clone();
            tokio::spawn(async move { credential.access_token().await.unwrap() })
        })
        .collect();
    let mut given = Vec::new();
    for task in tasks {
        given.push(task.await.unwrap());
    }
    given
}

#[tokio::test]
async fn r4_tasks_of_several_processes_at_expiry_send_one_request() {
    let world = World::new().await;
    let processes: Vec<Credential> = (0..5).map(|_| world.credential()).collect();
    let given = ask_all(&processes, 40).await;
    assert_eq!(given.len(), 200);
    assert!(given.iter().all(|token| *token == given[0]));
    assert_eq!(world.refreshes().await, 1);
}

#[tokio::test]
async fn r11_a_token_that_google_rejected_is_renewed_once_and_not_taken_from_a_note() {
    let world = World::new().await;
    let (one, two) = (world.credential(), world.credential());
    let first = one.access_token().await.unwrap();
    // A 401 that two callers report about the same token costs one refresh.
    one.invalidate(&first).await;
    let second = one.access_token().await.unwrap();
    one.invalidate(&first).await;
    assert_eq!(one.access_token().await.unwrap(), second);
    assert_ne!(first, second);
    assert_eq!(world.refreshes().await, 2);
    // Another process takes the newer one.
    two.invalidate(&first).await;
    assert_eq!(two.access_token().await.unwrap(), second);
    assert_eq!(world.refreshes().await, 2);
}

#[tokio::test]
async fn r9_after_two_days_of_sleep_all_who_ask_share_one_refresh() {
    let clock = HandClock::off_by(SignedDuration::ZERO);
    let world = World::at(Arc::new(clock.clone())).await;
    let processes = [world.credential(), world.credential()];
    ask_all(&processes, 3).await;
    // A suspended computer: the wall clock leaps, the monotonic one stands still.
    clock.advance(SignedDuration::from_hours(48));
    ask_all(&processes, 20).await;
    assert_eq!(world.refreshes().await, 2);
}

#[tokio::test]
async fn a_check_asks_google_whatever_others_left() {
    let world = World::new().await;
    world.credential().access_token().await.unwrap();
    world.credential().check().await.unwrap();
    assert_eq!(world.refreshes().await, 2);
    world.revoke().await;
    assert!(world.credential().check().await.unwrap_err().needs_sign_in());
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_end_the_renewal_of_the_others() {
    let world = World::new().await;
    world.fault(json!({ "delay_ms": 300 })).await;
    let credential = world.credential();
    let impatient = tokio::time::timeout(std::time::Duration::from_millis(50), credential.access_token());
    assert!(impatient.await.is_err());
    credential.access_token().await.unwrap();
    assert_eq!(world.refreshes().await, 1);
}

#[tokio::test]
async fn a_fault_that_passes_is_retried_and_one_that_stays_is_named() {
    let world = World::new().await;
    world.fault(json!({ "status": 503 })).await;
    world.credential().access_token().await.unwrap();
    world.fault(json!({ "status": 503, "times": 3 })).await;
    let down = world.credential().check().await.unwrap_err();
    assert!(matches!(down, OAuthError::Unavailable { status: 503 }) && !down.needs_sign_in());
    world.fault(json!({ "truncate_bytes": 20 })).await;
    let cut = world.credential().check().await.unwrap_err();
    assert!(cut.is_temporary() && !cut.needs_sign_in(), "{cut:?}");
}

#[tokio::test]
async fn r1_a_revoked_token_asks_for_a_sign_in_and_other_connections_are_unaffected() {
    let world = World::new().await;
    world.revoke().await;
    let dead = world.credential().access_token().await.unwrap_err();
    assert!(
        matches!(dead, OAuthError::SignInExpired(_)) && dead.needs_sign_in(),
        "{dead:?}"
    );
    assert!(world.stored().await.is_some(), "nothing is deleted automatically");
    let newer = world.issued().await;
    world.store.set("key", &newer.to_bytes()).await.unwrap();
    world.credential().access_token().await.unwrap();
    world.store.delete("key").await.unwrap();
    assert!(matches!(world.credential().check().await, Err(OAuthError::NotSignedIn)));
}

#[tokio::test]
async fn r8_offline_or_behind_a_hotels_page_is_not_a_reason_to_sign_in_again() {
    let world = World::new().await;
    world
        .fault(json!({ "status": 200, "html": "<html>Log in to the hotel</html>" }))
        .await;
    let hotel = world.credential().access_token().await.unwrap_err();
    assert!(
        matches!(
            hotel,
            OAuthError::Unreachable {
                kind: NetworkFault::CaptivePortal,
                ..
            }
        ) && !hotel.needs_sign_in(),
        "{hotel:?}"
    );
    let credential = world.credential();
    world.sandbox.stop().await;
    let offline = credential.access_token().await.unwrap_err();
    assert!(
        matches!(
            offline,
            OAuthError::Unreachable {
                kind: NetworkFault::Refused,
                ..
            }
        ) && !offline.needs_sign_in(),
        "{offline:?}"
    );
}
