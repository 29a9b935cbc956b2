//! The check of a connection, from the keychain to each API.

use gantry_domain::Permission;
use gantry_engine::ErrorCode;
use gantry_engine::connections;
use gantry_engine::dto::connections::{
    ConnectionCheck, ConnectionState, Finding, FindingState, FindingSubject, Offer, SignInCause, TroubleAction,
    UsePermissions,
};
use gantry_engine::dto::events::{EngineEvent, Topic};
use gantry_sandbox::practice::{AGENCY_ADMIN as ANA, NEWCOMER};
use google_oauth::{TokenStore as _, TokenStoreError};
use jiff::SignedDuration;
use serde_json::json;

use crate::stage::{Access, Stage, view_scopes};

fn of(check: &ConnectionCheck, subject: FindingSubject) -> &Finding {
    check
        .findings
        .iter()
        .find(|finding| finding.subject == subject)
        .unwrap()
}

#[tokio::test]
async fn what_works_is_looked_at_in_order_and_found_well() {
    let stage = Stage::open(&[ANA]).await;
    let check = stage.check(ANA).await;
    let found: Vec<_> = check
        .findings
        .iter()
        .map(|finding| (finding.subject, finding.state))
        .collect();
    let subjects = [
        FindingSubject::Keychain,
        FindingSubject::SignIn,
        FindingSubject::Clock,
        FindingSubject::Permissions,
        FindingSubject::AnalyticsAdmin,
        FindingSubject::AnalyticsData,
        FindingSubject::TagManager,
    ];
    assert_eq!(found, subjects.map(|subject| (subject, FindingState::Ok)), "{check:#?}");
    assert!(check.ok && check.code.is_none());
}

#[tokio::test]
async fn an_api_that_is_not_enabled_comes_with_the_page_that_enables_it() {
    let stage = Stage::open(&[ANA]).await;
    let off = json!({"service": "tagmanager.googleapis.com", "enabled": false});
    stage.control("services", off).await;
    let check = stage.check(ANA).await;
    assert!(!check.ok);
    assert_eq!(check.code, Some(ErrorCode::NoPermission));
    let finding = of(&check, FindingSubject::TagManager);
    assert_eq!(finding.state, FindingState::Failed);
    assert!(
        finding.explanation.contains("Tag Manager API is not enabled"),
        "{finding:?}"
    );
    let [Offer::OpenLink { label, link }] = &finding.offers[..] else {
        panic!("{:?}", finding.offers)
    };
    assert_eq!(label, "Enable the Tag Manager API");
    assert!(
        link.url
            .starts_with("https://console.developers.google.com/apis/api/tagmanager.googleapis.com/"),
        "{}",
        link.url
    );
    assert!(finding.activity_id.is_some());
    assert_eq!(of(&check, FindingSubject::AnalyticsData).state, FindingState::Ok);
}

#[tokio::test]
async fn a_link_of_somebody_elses_is_not_offered() {
    let stage = Stage::open(&[ANA]).await;
    let body = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "off", "details": [{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
        "metadata": {"activationUrl": "https://console.cloud.google.com.evil.example/x"}}]}});
    let order = json!({"match": {"host": "tagmanager.googleapis.com"}, "times": 5, "status": 403, "body": body});
    stage.control("faults", order).await;
    let check = stage.check(ANA).await;
    let [Offer::OpenLink { link, .. }] = &of(&check, FindingSubject::TagManager).offers[..] else {
        panic!("{check:?}")
    };
    assert_eq!(
        link.url,
        "https://console.cloud.google.com/apis/library/tagmanager.googleapis.com?project=gantry-practice"
    );
}

#[tokio::test]
async fn a7_what_was_left_unticked_or_switched_off_is_offered() {
    let stage = Stage::open(&[ANA]).await;
    let both = [view_scopes(), Permission::Configure.scopes()].concat();
    stage.connect(ANA, &both).await;
    stage
        .change(ANA, |record| {
            record.permissions = vec![Permission::View, Permission::Configure, Permission::Publish];
        })
        .await;
    let only_view = UsePermissions {
        id: ANA.to_owned(),
        allow: [Permission::View].into(),
    };
    connections::use_permissions(&stage.engine, only_view).await.unwrap();
    let check = stage.check(ANA).await;
    let finding = of(&check, FindingSubject::Permissions);
    assert_eq!(finding.state, FindingState::Warn);
    let connection_id = || ANA.to_owned();
    assert_eq!(
        finding.offers,
        [
            Offer::Grant {
                connection_id: connection_id(),
                permission: Permission::Publish
            },
            Offer::UseAgain {
                connection_id: connection_id(),
                permission: Permission::Configure
            },
        ]
    );
    assert!(check.ok, "what is allowed works");
}

#[tokio::test]
async fn r10_a_clock_that_is_a_day_off_is_named_with_its_hours() {
    for (hours, words) in [(26, "26 hours fast"), (-24, "24 hours slow")] {
        let stage = Stage::open(&[ANA]).await;
        stage.set_clock_off(SignedDuration::from_hours(hours));
        let check = stage.check(ANA).await;
        let finding = of(&check, FindingSubject::Clock);
        assert_eq!(finding.state, FindingState::Warn, "{check:#?}");
        assert_eq!(finding.title, format!("This computer's clock is {words}"));
        assert_eq!(of(&check, FindingSubject::SignIn).state, FindingState::Ok);
    }
}

#[tokio::test]
async fn r10_an_end_that_only_the_clock_explains_names_it() {
    let stage = Stage::open(&[ANA]).await;
    stage.set_clock_off(SignedDuration::from_hours(26));
    stage.use_it(ANA).await.unwrap();
    stage.control("tokens/revoke", json!({"email": ANA})).await;
    let check = stage.check(ANA).await;
    let trouble = check.connection.trouble.as_ref().unwrap();
    assert_eq!(trouble.cause, SignInCause::Clock);
    assert!(trouble.explanation.contains("26 hours fast"), "{}", trouble.explanation);
}

#[tokio::test]
async fn somebody_who_reaches_nothing_is_told_so_and_the_rest_is_skipped() {
    let stage = Stage::open(&[NEWCOMER]).await;
    let check = stage.check(NEWCOMER).await;
    assert_eq!(of(&check, FindingSubject::AnalyticsAdmin).state, FindingState::Warn);
    assert_eq!(of(&check, FindingSubject::AnalyticsData).state, FindingState::Skipped);
    assert_eq!(of(&check, FindingSubject::TagManager).state, FindingState::Warn);
    assert!(check.ok && check.message.contains("To look at"), "{}", check.message);
}

#[tokio::test]
async fn a_connection_that_works_again_is_revived() {
    let stage = Stage::open(&[ANA]).await;
    let store = stage.engine.store();
    let signed_in = store.connection(ANA).await.unwrap().unwrap().signed_in_at;
    assert!(store.end_sign_in(ANA, signed_in, "unknown", stage.now()).await.unwrap());
    assert!(stage.view(ANA).await.trouble.is_some());
    let check = stage.check(ANA).await;
    assert!(check.ok && check.connection.trouble.is_none());
}

#[tokio::test]
async fn an_empty_keychain_is_a_finding_and_the_rest_is_skipped() {
    let stage = Stage::open(&[ANA]).await;
    stage.keychain.entries.delete(ANA).await.unwrap();
    let check = stage.check(ANA).await;
    assert_eq!(check.code, Some(ErrorCode::SignInNeeded));
    assert_eq!(of(&check, FindingSubject::Keychain).state, FindingState::Failed);
    assert_eq!(of(&check, FindingSubject::SignIn).state, FindingState::Skipped);
    assert_eq!(of(&check, FindingSubject::TagManager).state, FindingState::Skipped);
    assert_eq!(check.connection.trouble.unwrap().cause, SignInCause::NotStored);
}

#[tokio::test]
async fn r6_a_renewed_sign_in_that_the_keychain_did_not_take_is_told_while_it_works() {
    let stage = Stage::open(&[ANA]).await;
    let issued = async || {
        let order = json!({"email": ANA, "scopes": view_scopes()});
        let issued = stage.control("tokens/issue", order).await;
        issued["refresh_token"].as_str().unwrap().to_owned()
    };
    // The next renewal brings a new refresh token, as providers that rotate do.
    let rotates_to = async |token: &str| {
        let body = json!({"access_token": "ya29.rotated", "expires_in": 3599, "token_type": "Bearer",
                          "refresh_token": token});
        let token_endpoint = json!({"host": "oauth2.googleapis.com", "path_contains": "/token"});
        let order = json!({"match": token_endpoint, "status": 200, "body": body});
        stage.control("faults", order).await;
    };
    let (first, second) = (issued().await, issued().await);
    *stage.keychain.broken.lock().unwrap() = Some(|| TokenStoreError::Locked("dismissed".to_owned()));
    *stage.keychain.breaks_only.lock().unwrap() = Some(Access::Set);
    rotates_to(&first).await;
    let mut events = stage.engine.subscribe();
    let _ = stage.use_it(ANA).await;
    let told = async {
        loop {
            if matches!(
                events.recv().await.unwrap(),
                EngineEvent::Changed {
                    topic: Topic::Connections
                }
            ) {
                break;
            }
        }
    };
    told.await;
    let view = stage.view(ANA).await;
    let trouble = view.trouble.unwrap();
    assert_eq!((view.state, view.state_reason), (ConnectionState::Ready, None));
    assert_eq!(
        (trouble.cause, trouble.action),
        (SignInCause::KeychainUnavailable, TroubleAction::UnlockKeychain)
    );
    assert!(
        trouble.explanation.contains("until Gantry quits"),
        "{}",
        trouble.explanation
    );

    rotates_to(&second).await;
    let check = stage.check(ANA).await;
    let keychain = of(&check, FindingSubject::Keychain);
    assert_eq!(
        (keychain.state, &keychain.offers),
        (FindingState::Warn, &vec![Offer::RetryKeychain])
    );
    assert_eq!(
        check
            .findings
            .iter()
            .filter(|one| one.subject == FindingSubject::Keychain)
            .count(),
        1,
        "one finding for each subject"
    );

    // The keychain takes it: there is nothing more to tell.
    *stage.keychain.broken.lock().unwrap() = None;
    let check = stage.check(ANA).await;
    assert!(check.ok && check.connection.trouble.is_none(), "{}", check.message);
    assert_eq!(of(&check, FindingSubject::Keychain).state, FindingState::Ok);
    let kept = stage.keychain.entries.get(ANA).await.unwrap().unwrap();
    assert_eq!(kept.expose(), second.as_bytes());
}
