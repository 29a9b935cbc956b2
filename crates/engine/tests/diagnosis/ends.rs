//! Ends of sign-ins: each with its cause, since when, and what else it may be; no other connection is touched, and nothing is
//! deleted.

use gantry_engine::ErrorCode;
use gantry_engine::dto::app::AttentionKind;
use gantry_engine::dto::connections::{
    ConnectionState, Offer, PublishingStatusName, SignInCause, TroubleAction, UpdateOAuthClient,
};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{connections, overview};
use gantry_sandbox::practice::{AGENCY_ADMIN as ANA, AGENCY_EDITOR as BEN, INSTALLED_CLIENT_ID};
use google_oauth::{TokenStore as _, TokenStoreError};
use jiff::SignedDuration;
use serde_json::json;

use crate::stage::{Access, Stage, view_scopes};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn say(stage: &Stage, status: PublishingStatusName) {
    let request = UpdateOAuthClient {
        id: INSTALLED_CLIENT_ID.to_owned(),
        name: None,
        publishing_status: Some(status),
    };
    connections::update_oauth_client(&stage.engine, request).await.unwrap();
}

#[tokio::test]
async fn r1_a_revoked_sign_in_is_told_with_its_cause_and_others_go_on() {
    let stage = Stage::open(&[ANA, BEN]).await;
    stage.control("tokens/revoke", json!({"email": ANA})).await;
    let before = stage.now();
    let error = stage.use_it(ANA).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::SignInNeeded);
    assert!(
        error.offers.contains(&Offer::SignInAgain {
            connection_id: ANA.to_owned()
        }),
        "{:?}",
        error.offers
    );
    let view = stage.view(ANA).await;
    let trouble = view.trouble.unwrap();
    assert_eq!(
        (view.state, trouble.cause),
        (ConnectionState::NeedsSignIn, SignInCause::Revoked)
    );
    assert!(trouble.since.unwrap().as_millisecond() >= before.as_millisecond());
    assert_eq!(trouble.title, "Google ended this session");
    assert!(
        trouble.also_possible.iter().any(|text| text.contains("password")),
        "{trouble:?}"
    );
    // The other account works, and the refused secret is still there.
    assert_eq!(stage.view(BEN).await.state, ConnectionState::Ready);
    stage.use_it(BEN).await.unwrap();
    assert!(stage.keychain.entries.get(ANA).await.unwrap().is_some());
    // The moment stays that of the first refusal.
    stage.later(SignedDuration::from_hours(2));
    stage.check(ANA).await;
    assert_eq!(stage.trouble(ANA).await.since, trouble.since);
}

#[tokio::test]
async fn r2_seven_days_of_testing_are_told_before_and_after_they_are_over() {
    let stage = Stage::open(&[]).await;
    stage.control("oauth-clients/rules", json!({"testing": true})).await;
    stage.connect(ANA, &view_scopes()).await;
    assert_eq!(stage.view(ANA).await.sign_in_ends_at, None, "nobody said so yet");
    say(&stage, PublishingStatusName::Testing).await;
    let end = stage.view(ANA).await.sign_in_ends_at.unwrap();
    assert!((end.duration_since(stage.now()) - DAY * 7).abs() < SignedDuration::from_mins(1));

    let told = async || {
        let overview = overview::overview(&stage.engine, Nothing {}).await.unwrap();
        let mut attention = overview.attention.into_iter();
        attention.find(|item| item.kind == AttentionKind::SignInEnds)
    };
    assert!(told().await.is_none(), "a week ahead is too early");
    stage.later(DAY * 5 + SignedDuration::from_hours(1));
    stage.use_it(ANA).await.unwrap();
    let item = told().await.expect("two days ahead");
    assert!(
        item.title.starts_with(&format!("Sign-in of {ANA} ends on ")),
        "{}",
        item.title
    );
    assert_eq!(item.id.as_deref(), Some(ANA));

    stage.later(DAY * 2);
    assert_eq!(stage.use_it(ANA).await.unwrap_err().code, ErrorCode::SignInNeeded);
    let trouble = stage.trouble(ANA).await;
    assert_eq!(trouble.cause, SignInCause::TestingExpiry);
    assert!(trouble.explanation.contains("in testing"), "{}", trouble.explanation);
    assert!(told().await.is_none(), "now it has ended");
}

#[tokio::test]
async fn r2_seven_days_are_recognised_although_nobody_said_testing() {
    let stage = Stage::open(&[]).await;
    stage.control("oauth-clients/rules", json!({"testing": true})).await;
    stage.connect(ANA, &view_scopes()).await;
    stage.later(DAY * 7 + SignedDuration::from_hours(3));
    stage.use_it(ANA).await.unwrap_err();
    let trouble = stage.trouble(ANA).await;
    assert_eq!(trouble.cause, SignInCause::TestingExpiry);
    assert!(trouble.explanation.contains("seven days"), "{}", trouble.explanation);
}

#[tokio::test]
async fn r2_six_months_without_use() {
    let stage = Stage::open(&[ANA]).await;
    let long_ago = stage.now() - DAY * 200;
    stage
        .change(ANA, |record| {
            record.signed_in_at = Some(long_ago);
            record.last_used_at = Some(long_ago);
        })
        .await;
    stage.control("tokens/revoke", json!({"email": ANA})).await;
    stage.use_it(ANA).await.unwrap_err();
    let trouble = stage.trouble(ANA).await;
    assert_eq!(trouble.cause, SignInCause::Unused);
    let used = stage.view(ANA).await.last_used_at.unwrap();
    assert_eq!(used.as_millisecond(), long_ago.as_millisecond(), "a failure is no use");
}

#[tokio::test]
async fn r2_a_hundred_newer_sign_ins_push_the_oldest_out() {
    let stage = Stage::open(&[]).await;
    stage
        .control("oauth-clients/rules", json!({"max_refresh_tokens": 100}))
        .await;
    stage.connect(ANA, &view_scopes()).await;
    let record = stage.engine.store().connection(ANA).await.unwrap().unwrap();
    for number in 1..=100 {
        stage
            .control("tokens/issue", json!({"email": ANA, "scopes": view_scopes()}))
            .await;
        let at = stage.now() + SignedDuration::from_secs(number);
        stage
            .engine
            .store()
            .record_sign_in(&record.issuer, &record.subject, &record.oauth_client_id, at)
            .await
            .unwrap();
    }
    assert_eq!(stage.view(ANA).await.tokens_obtained, 101);
    stage.use_it(ANA).await.unwrap_err();
    let trouble = stage.trouble(ANA).await;
    assert_eq!(trouble.cause, SignInCause::TooManyTokens);
    assert!(
        trouble.explanation.contains("100 newer ones"),
        "{}",
        trouble.explanation
    );
}

#[tokio::test]
async fn r3_an_administrator_who_asks_for_a_new_sign_in_is_named() {
    let stage = Stage::open(&[ANA]).await;
    stage
        .control("users", json!({"email": ANA, "sign_in_again": true}))
        .await;
    stage.use_it(ANA).await.unwrap_err();
    let trouble = stage.trouble(ANA).await;
    assert_eq!(trouble.cause, SignInCause::AdminPolicy);
    assert!(trouble.title.contains("administrator") && trouble.also_possible.is_empty());
    // A new sign-in settles it.
    stage.connect(ANA, &view_scopes()).await;
    assert!(stage.check(ANA).await.ok);
    assert_eq!(stage.view(ANA).await.state, ConnectionState::Ready);
}

#[tokio::test]
async fn a_deleted_account_and_a_deleted_client_are_told_apart() {
    let stage = Stage::open(&[ANA, BEN]).await;
    stage.control("users", json!({"email": BEN, "delete": true})).await;
    stage.use_it(BEN).await.unwrap_err();
    assert_eq!(stage.trouble(BEN).await.cause, SignInCause::AccountDeleted);

    stage.control("oauth-clients/rules", json!({"state": "deleted"})).await;
    stage.use_it(ANA).await.unwrap_err();
    let trouble = stage.trouble(ANA).await;
    assert_eq!(
        (trouble.cause, trouble.action),
        (SignInCause::ClientRefused, TroubleAction::ReplaceOauthClient)
    );
    // The file is added again, and Google takes it: nobody has to sign in.
    stage.control("oauth-clients/rules", json!({"state": "active"})).await;
    stage.add_client().await;
    stage.use_it(ANA).await.unwrap();
    assert_eq!(
        stage.trouble(BEN).await.cause,
        SignInCause::AccountDeleted,
        "that is another matter"
    );
}

#[tokio::test]
async fn r8_neither_network_nor_outage_nor_keychain_ends_a_sign_in() {
    let stage = Stage::open(&[ANA]).await;
    let token = json!({"host": "oauth2.googleapis.com", "path_contains": "/token"});
    for (fault, code) in [
        (json!({"drop": "before"}), ErrorCode::Offline),
        (json!({"html": "<title>Hotel WLAN</title>"}), ErrorCode::Offline),
        (json!({"status": 503}), ErrorCode::GoogleOutage),
    ] {
        let mut order = fault.clone();
        order["match"] = token.clone();
        order["times"] = json!(20);
        stage.control("faults", order).await;
        stage.use_it(ANA).await.unwrap_err();
        assert_eq!(stage.view(ANA).await.state, ConnectionState::Ready, "{fault}");
        let check = stage.check(ANA).await;
        assert!(!check.ok && check.connection.trouble.is_none(), "{fault}: {check:?}");
        assert_eq!(check.code, Some(code), "{fault}: {}", check.message);
        clear_faults(&stage).await;
    }
    *stage.keychain.broken.lock().unwrap() = Some(|| TokenStoreError::Locked("dismissed".to_owned()));
    assert_eq!(
        stage.use_it(ANA).await.unwrap_err().code,
        ErrorCode::KeychainUnavailable
    );
    assert_eq!(stage.view(ANA).await.state, ConnectionState::Ready);
    *stage.keychain.broken.lock().unwrap() = None;
    stage.use_it(ANA).await.unwrap();
    assert!(stage.check(ANA).await.ok);
}

async fn clear_faults(stage: &Stage) {
    stage.sandbox.google().clear_faults();
    assert_eq!(stage.view(ANA).await.state, ConnectionState::Ready);
}

#[tokio::test]
async fn k6_an_entry_that_cannot_be_read_asks_for_a_new_sign_in() {
    let stage = Stage::open(&[ANA]).await;
    *stage.keychain.broken.lock().unwrap() = Some(|| TokenStoreError::Unreadable("two entries".to_owned()));
    let check = stage.check(ANA).await;
    assert!(!check.ok);
    assert_eq!(stage.trouble(ANA).await.cause, SignInCause::Unreadable);
    *stage.keychain.broken.lock().unwrap() = None;
    assert!(stage.check(ANA).await.ok, "it can be read after all");
    assert!(stage.view(ANA).await.trouble.is_none());
}

#[tokio::test]
async fn k6_an_entry_that_cannot_be_read_can_be_disconnected_and_google_was_not_told() {
    let stage = Stage::open(&[ANA]).await;
    *stage.keychain.broken.lock().unwrap() = Some(|| TokenStoreError::Unreadable("two entries".to_owned()));
    *stage.keychain.breaks_only.lock().unwrap() = Some(Access::Get);
    let request = ById { id: ANA.to_owned() };
    let error = connections::disconnect(&stage.engine, request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::PartlyDone);
    assert!(error.message.contains("Google could not be told"), "{}", error.message);
    assert!(error.remedy.contains("myaccount.google.com"), "{}", error.remedy);
    assert!(stage.engine.store().connection(ANA).await.unwrap().is_none());
    assert!(stage.keychain.entries.get(ANA).await.unwrap().is_none());
}

#[tokio::test]
async fn r11_a_second_401_for_a_fresh_token_asks_for_a_new_sign_in() {
    let stage = Stage::open(&[ANA, BEN]).await;
    for host in ["analyticsadmin.googleapis.com", "tagmanager.googleapis.com"] {
        let order = json!({"match": {"host": host}, "status": 401, "times": 100});
        stage.control("faults", order).await;
    }
    let error = stage.use_it(ANA).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::SignInNeeded);
    let view = stage.view(ANA).await;
    let trouble = view.trouble.unwrap();
    assert_eq!(
        (view.state, trouble.action),
        (ConnectionState::NeedsSignIn, TroubleAction::SignInAgain)
    );
    assert_eq!(trouble.cause, SignInCause::Unknown);
    assert_eq!(stage.view(BEN).await.state, ConnectionState::Ready);
    // A later success is no new sign-in; a check that the person asks for is worth as much.
    stage.sandbox.google().clear_faults();
    stage.use_it(ANA).await.unwrap();
    assert_eq!(stage.view(ANA).await.state, ConnectionState::NeedsSignIn);
    assert!(stage.check(ANA).await.ok);
    assert_eq!(stage.view(ANA).await.state, ConnectionState::Ready);
}

#[tokio::test]
async fn r11_one_401_is_answered_with_a_renewal_and_ends_nothing() {
    let stage = Stage::open(&[ANA]).await;
    for host in ["analyticsadmin.googleapis.com", "tagmanager.googleapis.com"] {
        stage
            .control("faults", json!({"match": {"host": host}, "status": 401}))
            .await;
    }
    stage.use_it(ANA).await.unwrap();
    assert_eq!(stage.view(ANA).await.state, ConnectionState::Ready);
}
