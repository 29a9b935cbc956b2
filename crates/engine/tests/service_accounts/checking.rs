//! What a person is told of a service account that is kept from its work.

use std::sync::Arc;

use gantry_domain::Permission;
use gantry_engine::ErrorCode;
use gantry_engine::connections;
use gantry_engine::dto::ById;
use gantry_engine::dto::connections::{
    AddServiceAccount, ConnectionState, FindingState, FindingSubject, Offer, TroubleAction,
};
use gantry_sandbox::practice;
use google_oauth::TokenStore;
use jiff::SignedDuration;
use serde_json::json;

use crate::world::{Off, World, by_reference, copied, request};

#[tokio::test]
async fn s4_a_clock_that_is_26_hours_off_is_no_obstacle_and_named_where_it_is() {
    let world = World::with_clock(Arc::new(Off(SignedDuration::from_hours(26)))).await;
    let key = world.key_file();
    connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    assert_eq!(world.requests("/token").await, 2, "signed again once");
    let refusal = json!({
        "error": "invalid_grant",
        "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
    });
    let fault = json!({ "match": { "path_contains": "/token" }, "times": 5, "status": 400, "body": refusal });
    world.control("faults", fault).await;
    let named = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap_err();
    assert!(named.message.contains("26 hours fast"), "{named:?}");
    assert_eq!(world.requests("/token").await, 4, "and not a third time");
}

#[tokio::test]
async fn s5_a_disabled_key_asks_for_another_and_a_new_one_revives_the_connection() {
    let world = World::new().await;
    let key = world.key_file();
    let added = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    world.service_account(json!({ "key_disabled": true })).await;
    let check = connections::check(&world.engine, ById { id: added.id.clone() })
        .await
        .unwrap();
    assert!(!check.ok && check.message.contains("key"), "{check:?}");
    assert_eq!(check.connection.state, ConnectionState::NeedsSignIn);
    assert!(check.connection.state_reason.unwrap().contains("key"));
    let order = json!({ "email": practice::SERVICE_ACCOUNT });
    world.control("tokens/revoke", order).await; // an access token outlives its key by an hour at most
    let report = world.report(&world.engine).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::ServiceAccountKey);
    assert!(report.message.contains("disabled or deleted"), "{report:?}");
    assert!(report.remedy.contains("IAM & Admin"), "{report:?}");
    let refused = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::ServiceAccountKey);

    world.service_account(json!({ "key_disabled": false })).await;
    let again = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    assert_eq!((again.id, again.state), (added.id, ConnectionState::Ready));
    assert!(world.report(&world.engine).await.unwrap() > 0);
}

#[tokio::test]
async fn s6_without_access_the_e_mail_to_add_is_offered() {
    let world = World::new().await;
    let file = practice::service_account_without_access_json().to_string();
    let key = world.file("newcomer.json", file.as_bytes());
    let added = connections::add_service_account(&world.engine, request(&key))
        .await
        .unwrap();
    let check = connections::check(&world.engine, ById { id: added.id }).await.unwrap();
    assert!(check.ok, "the key itself works");
    for subject in [FindingSubject::AnalyticsAdmin, FindingSubject::TagManager] {
        let finding = check
            .findings
            .iter()
            .find(|finding| finding.subject == subject)
            .unwrap();
        assert_eq!(finding.state, FindingState::Warn, "{finding:?}");
        assert_eq!(copied(&finding.offers), [practice::SERVICE_ACCOUNT_WITHOUT_ACCESS]);
        assert!(finding.remedy.contains("paste the e-mail"), "{finding:?}");
    }
    let report = world.report(&world.engine).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::NoPermission);
    assert_eq!(copied(&report.offers), [practice::SERVICE_ACCOUNT_WITHOUT_ACCESS]);
    assert!(report.remedy.contains("Property access management"), "{report:?}");
}

#[tokio::test]
async fn a_check_that_meets_no_refusal_of_access_ends_with_the_code_of_what_it_met() {
    let world = World::new().await;
    let added = connections::add_service_account(&world.engine, by_reference(&world.key_file()))
        .await
        .unwrap();
    let quota = json!({ "error": {
        "code": 403, "message": "Daily Limit Exceeded", "errors": [{ "reason": "dailyLimitExceeded", "domain": "usageLimits" }],
    } });
    for (fault, code) in [
        (json!({ "status": 200, "html": "<html>Welcome to our hotel</html>" }), 6),
        (json!({ "status": 403, "body": quota }), 5),
    ] {
        for path in ["/accountSummaries", "/tagmanager/v2/accounts"] {
            let mut fault = fault.clone();
            fault["match"] = json!({ "path_contains": path });
            world.control("faults", fault).await;
            let check = connections::check(&world.engine, ById { id: added.id.clone() })
                .await
                .unwrap();
            assert!(!check.ok, "{check:?}");
            assert_eq!(check.code.map(ErrorCode::exit_code), Some(code), "{path}: {check:?}");
            let failed = check
                .findings
                .iter()
                .find(|one| one.state == FindingState::Failed)
                .unwrap();
            assert!(
                !failed.explanation.is_empty() && failed.activity_id.is_some(),
                "{failed:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_service_account_is_never_offered_to_sign_in_again() {
    let world = World::new().await;
    let added = connections::add_service_account(&world.engine, request(&world.key_file()))
        .await
        .unwrap();
    let failed_check = async || {
        let check = connections::check(&world.engine, ById { id: added.id.clone() })
            .await
            .unwrap();
        let mut failed = check
            .findings
            .into_iter()
            .filter(|one| one.state == FindingState::Failed);
        let first = failed.next().unwrap();
        assert_eq!(check.code, Some(ErrorCode::ServiceAccountKey));
        (first, check.connection.trouble)
    };
    let replaces = |remedy: &str| remedy.contains("gantry service-account add FILE");
    let signs_in = |offers: &[Offer]| {
        let signs_in = |offer: &Offer| matches!(offer, Offer::SignInAgain { .. } | Offer::Grant { .. });
        offers.iter().any(signs_in)
    };

    // Google refuses the key.
    world.service_account(json!({ "key_disabled": true })).await;
    let (refused, _) = failed_check().await;
    assert!(!signs_in(&refused.offers) && replaces(&refused.remedy), "{refused:?}");
    world.service_account(json!({ "key_disabled": false })).await;
    let well = connections::check(&world.engine, ById { id: added.id.clone() })
        .await
        .unwrap();
    assert!(well.ok, "{well:?}");

    // Google refuses each token, again and again.
    let refusal = json!({ "match": { "path_contains": "/accountSummaries" }, "times": 9, "status": 401 });
    world.control("faults", refusal).await;
    let report = connections::accounts(&world.engine, None).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::ServiceAccountKey);
    assert!(!signs_in(&report.offers) && replaces(&report.remedy), "{report:?}");

    // The key is gone from the keychain.
    world.keychain.store.delete(&added.id).await.unwrap();
    let (gone, trouble) = failed_check().await;
    assert_eq!(gone.subject, FindingSubject::Keychain);
    assert!(!signs_in(&gone.offers) && replaces(&gone.remedy), "{gone:?}");
    let report = world.another().await;
    let report = connections::accounts(&report, Some(&added.id)).await.unwrap_err();
    assert_eq!(report.code, ErrorCode::ServiceAccountKey);
    assert!(!signs_in(&report.offers) && replaces(&report.remedy), "{report:?}");
    let trouble = trouble.unwrap();
    assert_eq!(trouble.action, TroubleAction::ReplaceKey);
    assert!(replaces(&trouble.remedy), "{trouble:?}");
}

#[tokio::test]
async fn what_keeps_a_service_account_from_a_token_is_told_with_its_own_remedy_apart_from_the_message() {
    let world = World::new().await;
    let scopes = Permission::View.scopes();
    world.service_account(json!({ "delegated_scopes": scopes })).await;
    let as_owner = AddServiceAccount {
        subject: Some(practice::OWNER.to_owned()),
        ..by_reference(&world.key_file())
    };
    let added = connections::add_service_account(&world.engine, as_owner).await.unwrap();
    let next = world.another().await;
    for email in [practice::SERVICE_ACCOUNT, practice::OWNER] {
        world.control("tokens/revoke", json!({ "email": email })).await;
    }
    world.service_account(json!({ "delegated_scopes": [] })).await;
    let error = connections::accounts(&next, Some(&added.id)).await.unwrap_err();
    assert_eq!((error.code, error.code.exit_code()), (ErrorCode::ServiceAccountKey, 3));
    assert!(error.message.contains("not allowed to act as"), "{error:?}");
    assert!(!error.message.contains("admin.google.com"), "{error:?}");
    assert!(error.remedy.contains("domain-wide delegation"), "{error:?}");
}
