//! 403 and 404, explained from the reason and from what other connections reach.

use gantry_domain::Permission;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::connections::{Offer, UsePermissions};
use gantry_engine::dto::containers::{SyncRequest, SyncResult};
use gantry_engine::dto::reports::MetadataRequest;
use gantry_engine::{ErrorCode, commands, connections, estate, reports, settings};
use gantry_sandbox::practice::{AGENCY_ADMIN as ANA, AGENCY_ANALYST as CHIYO, AGENCY_EDITOR as BEN};
use serde_json::json;

use crate::stage::Stage;

async fn sync(stage: &Stage) -> SyncResult {
    let mut generous = settings::get(&stage.engine, Nothing {}).await.unwrap();
    generous.tag_manager_calls_per_window = 5000;
    settings::set(&stage.engine, generous).await.unwrap();
    commands::run_job(&stage.engine, "estate.sync", |engine, job| async move {
        estate::sync(&engine, SyncRequest::default(), &job).await
    })
    .await
    .unwrap()
}

/// A property that ana reaches and `other` does not.
async fn anas_property(stage: &Stage, other: &str) -> String {
    let properties = stage.engine.store().analytics_properties().await.unwrap();
    let reaches = |connections: &[String], who: &str| connections.iter().any(|one| one == who);
    let found = properties
        .into_iter()
        .find(|one| reaches(&one.connections, ANA) && !reaches(&one.connections, other));
    found.unwrap().property_id
}

async fn metadata(stage: &Stage, property: &str, who: &str) -> gantry_engine::Error {
    let request = MetadataRequest {
        property: property.to_owned(),
        connection: Some(who.to_owned()),
    };
    reports::metadata(&stage.engine, request).await.unwrap_err()
}

#[tokio::test]
async fn g10_no_access_names_the_connections_that_have_it() {
    let stage = Stage::open(&[ANA, CHIYO]).await;
    sync(&stage).await;
    let property = anas_property(&stage, CHIYO).await;
    let error = metadata(&stage, &property, CHIYO).await;
    assert_eq!(error.code, ErrorCode::NoPermission);
    assert!(
        error
            .message
            .starts_with(&format!("{CHIYO} has no access to the property ")),
        "{}",
        error.message
    );
    assert!(error.remedy.contains(ANA), "{}", error.remedy);
    assert_eq!(
        error.offers[..],
        [Offer::UseConnection {
            connection_id: ANA.to_owned(),
            email: ANA.to_owned()
        }]
    );
}

#[tokio::test]
async fn s6_no_access_that_no_connection_has_names_an_administrator() {
    let stage = Stage::open(&[CHIYO]).await;
    let error = metadata(&stage, "1", CHIYO).await;
    assert_eq!(error.code, ErrorCode::NoPermission);
    assert!(error.remedy.starts_with("Ask an administrator"), "{}", error.remedy);
    assert!(error.offers.is_empty());
}

#[tokio::test]
async fn a_missing_scope_offers_the_permission_that_has_it() {
    let stage = Stage::open(&[ANA]).await;
    let refusal = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "scopes", "details": [{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}});
    let order = json!({"match": {"host": "analyticsdata.googleapis.com"}, "status": 403, "body": refusal});
    stage.control("faults", order).await;
    let error = metadata(&stage, "1", ANA).await;
    assert_eq!(error.code, ErrorCode::PermissionMissing);
    assert_eq!(
        error.offers[..],
        [Offer::Grant {
            connection_id: ANA.to_owned(),
            permission: Permission::View
        }]
    );
}

#[tokio::test]
async fn what_was_switched_off_here_is_offered_again_and_not_asked_of_google() {
    let stage = Stage::open(&[ANA]).await;
    let nothing = UsePermissions {
        id: ANA.to_owned(),
        allow: [].into(),
    };
    connections::use_permissions(&stage.engine, nothing).await.unwrap();
    let error = stage.use_it(ANA).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::PermissionMissing);
    assert_eq!(
        error.offers[..],
        [Offer::UseAgain {
            connection_id: ANA.to_owned(),
            permission: Permission::View
        }]
    );
}

#[tokio::test]
async fn tag_managers_404_says_both_readings_and_who_reaches_it() {
    let stage = Stage::open(&[ANA, BEN]).await;
    sync(&stage).await;
    let order = json!({"match": {"host": "tagmanager.googleapis.com", "path_contains": "versions:live"},
        "times": 1, "status": 404});
    stage.control("faults", order).await;
    let result = sync(&stage).await;
    let [failure] = &result.failures[..] else {
        panic!("{:?}", result.failures)
    };
    let told = serde_json::to_string(failure).unwrap();
    assert!(told.contains("Not found or permission denied"), "{told}");
}

#[tokio::test]
async fn a_spent_quota_says_when_it_comes_back() {
    let stage = Stage::open(&[ANA]).await;
    let refusal = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
        "message": "Exhausted property tokens per day."}});
    let order = json!({"match": {"host": "analyticsdata.googleapis.com"}, "status": 429, "body": refusal});
    stage.control("faults", order).await;
    let error = metadata(&stage, "1", ANA).await;
    assert_eq!(error.code, ErrorCode::QuotaExhausted);
    assert!(
        error.remedy.starts_with("Google takes requests again "),
        "{}",
        error.remedy
    );
}
