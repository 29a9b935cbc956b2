//! Lost answers, refusals and errors of Tag Manager's, by the fault catalogue.

use gantry_engine::ErrorCode;
use gantry_engine::dto::connections::Offer;
use gantry_engine::dto::provisioning::{ProvisionState, ProvisionStep, StepState};
use serde_json::json;

use super::stage::{HOST, Stage, names, shop, state_of};

#[tokio::test]
async fn p7_a_container_whose_answer_was_lost_is_adopted() {
    let mut stage = Stage::owner().await;
    stage.fault("POST", "/containers", json!({ "drop": "after" })).await;
    let run = stage.set_up(shop()).await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(
        stage.requests("POST", "/containers").await - stage.requests("POST", "/containers/").await,
        1
    );
    let live = stage.live(&stage.container(HOST).await).await;
    assert!(names(&live).contains("tag Google tag"));
}

#[tokio::test]
async fn p6_what_fails_on_the_way_is_gone_on_with() {
    let mut stage = Stage::owner().await;
    for (path, step) in [
        ("/containers", ProvisionStep::Container),
        ("/bulk_update", ProvisionStep::Tags),
        (":create_version", ProvisionStep::Version),
        (":publish", ProvisionStep::Publish),
    ] {
        stage.fault("POST", path, json!({ "status": 503 })).await;
        let stopped = if step == ProvisionStep::Container {
            stage.set_up(shop()).await
        } else {
            stage.resume().await
        };
        assert_eq!(stopped.unwrap_err().code, ErrorCode::GoogleOutage, "{path}");
        let run = stage.newest().await;
        assert_eq!((run.state, run.resumable), (ProvisionState::Failed, true));
        assert_eq!(state_of(&run, step), StepState::Failed);
    }
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    let container = stage.container(HOST).await;
    names(&stage.live(&container).await);
    assert_eq!(stage.versions(&container).await, 1);
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 1);
}

#[tokio::test]
async fn g2_tags_that_landed_and_whose_answer_was_lost_are_read_back() {
    let mut stage = Stage::owner().await;
    stage.fault("POST", "/bulk_update", json!({ "drop": "after" })).await;
    let run = stage.set_up(shop()).await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(
        stage.requests("POST", "/bulk_update").await,
        1,
        "nothing is written twice"
    );
    assert_eq!(stage.requests("GET", "/status").await, 1);
    names(&stage.live(&stage.container(HOST).await).await);
}

#[tokio::test]
async fn g2_a_part_of_the_tags_is_made_whole() {
    let mut stage = Stage::owner().await;
    stage.fault("POST", "/bulk_update", json!({ "drop": "before" })).await;
    assert_eq!(stage.set_up(shop()).await.unwrap_err().code, ErrorCode::Offline);
    // Somebody, or a Google that took a part of it, has made the folder's neighbour already.
    let container = stage.container(HOST).await;
    let workspace = format!("{}/workspaces/1", container["path"].as_str().unwrap());
    let trigger = json!({ "name": "Event - purchase", "type": "customEvent", "customEventFilter": [{ "type": "equals",
        "parameter": [{ "type": "template", "key": "arg0", "value": "{{_event}}" },
                      { "type": "template", "key": "arg1", "value": "purchase" }] }] });
    let made = stage.google("POST", &format!("{workspace}/triggers"), trigger).await;
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    let live = stage.live(&container).await;
    names(&live);
    let purchase = live["tag"].as_array().unwrap().iter();
    let purchase = purchase
        .clone()
        .find(|tag| tag["name"] == "GA4 event - purchase")
        .unwrap();
    assert_eq!(
        purchase["firingTriggerId"],
        json!([made["triggerId"]]),
        "it refers to what was there"
    );
}

#[tokio::test]
async fn g4_a_version_whose_answer_was_lost_is_found_in_the_version_list() {
    let mut stage = Stage::owner().await;
    stage.fault("POST", ":create_version", json!({ "drop": "after" })).await;
    let run = stage.set_up(shop()).await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(stage.requests("POST", ":create_version").await, 1);
    assert_eq!(stage.requests("GET", "/version_headers").await, 1);
    let container = stage.container(HOST).await;
    assert_eq!(stage.versions(&container).await, 1);
    assert!(
        stage.live(&container).await["name"]
            .as_str()
            .unwrap()
            .starts_with("Gantry set-up ")
    );
}

#[tokio::test]
async fn g4_a_workspace_that_is_gone_at_the_next_try_leads_to_the_version_list() {
    let mut stage = Stage::owner().await;
    // Both the version's answer and the list that would find it are lost: the run stops, and the workspace is gone.
    stage.fault("POST", ":create_version", json!({ "drop": "after" })).await;
    stage.fault("GET", "/version_headers", json!({ "status": 404 })).await;
    assert_eq!(stage.set_up(shop()).await.unwrap_err().code, ErrorCode::Offline);
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    assert_eq!(stage.requests("POST", ":create_version").await, 1);
    assert_eq!(stage.versions(&stage.container(HOST).await).await, 1);
}

#[tokio::test]
async fn a_workspace_that_somebody_deleted_is_opened_again() {
    let mut stage = Stage::owner().await;
    stage.fault("POST", ":create_version", json!({ "status": 503 })).await;
    assert_eq!(stage.set_up(shop()).await.unwrap_err().code, ErrorCode::GoogleOutage);
    stage.fault("POST", ":create_version", json!({ "status": 404 })).await;
    let gone = stage.resume().await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Conflict);
    assert!(gone.message.contains("is gone"), "{}", gone.message);
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    names(&stage.live(&stage.container(HOST).await).await);
}

#[tokio::test]
async fn g5_what_does_not_compile_is_not_published() {
    let mut stage = Stage::owner().await;
    stage
        .fault(
            "POST",
            ":create_version",
            json!({ "status": 200, "body": { "compilerError": true } }),
        )
        .await;
    let error = stage.set_up(shop()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::GoogleRefused);
    assert!(
        error.message.contains("compiler error") && error.message.contains(HOST),
        "{}",
        error.message
    );
    assert!(matches!(error.offers[0], Offer::OpenLink { .. }), "{:?}", error.offers);
    assert_eq!(stage.requests("POST", ":publish").await, 0);
    let run = stage.newest().await;
    assert_eq!(state_of(&run, ProvisionStep::Version), StepState::Failed);
    // Corrected meanwhile.
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
}

#[tokio::test]
async fn g5_a_version_that_does_not_compile_is_not_gone_on_with() {
    let mut stage = Stage::owner().await;
    // Google made it all the same: another one is made, and that is published.
    let refused = json!({ "compilerError": true, "containerVersion": { "containerVersionId": "1" } });
    stage
        .fault("POST", ":create_version", json!({ "status": 200, "body": refused }))
        .await;
    assert_eq!(stage.set_up(shop()).await.unwrap_err().code, ErrorCode::GoogleRefused);
    let container = stage.container(HOST).await;
    let label = format!("Gantry set-up {}", &stage.newest().await.id[28..]);
    let workspace = format!("{}/workspaces", container["path"].as_str().unwrap());
    let other = stage.google("POST", &workspace, json!({ "name": "Other" })).await;
    let path = format!("{}:create_version", other["path"].as_str().unwrap());
    let made = stage.google("POST", &path, json!({ "name": label })).await;
    assert_eq!(made["containerVersion"]["containerVersionId"], "1");
    let run = stage.resume().await.unwrap();
    assert_eq!(run.result.unwrap().container.unwrap().version_id.as_deref(), Some("2"));
    assert_eq!(stage.live(&container).await["containerVersionId"], "2");
}

#[tokio::test]
async fn g5_a_publication_that_does_not_compile_is_an_error() {
    let mut stage = Stage::owner().await;
    stage
        .fault(
            "POST",
            ":publish",
            json!({ "status": 200, "body": { "compilerError": true } }),
        )
        .await;
    let error = stage.set_up(shop()).await.unwrap_err();
    assert!(error.message.contains("compiler error"), "{}", error.message);
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
}

#[tokio::test]
async fn g6_a_workspace_in_conflict_makes_no_version() {
    let mut stage = Stage::owner().await;
    let conflict = json!({ "syncStatus": { "mergeConflict": true } });
    stage
        .fault("POST", ":create_version", json!({ "status": 200, "body": conflict }))
        .await;
    let error = stage.set_up(shop()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    assert!(error.remedy.contains("resolve the conflicts"), "{}", error.remedy);
    assert_eq!(stage.requests("POST", ":publish").await, 0);
}

#[tokio::test]
async fn a_publication_whose_answer_was_lost_is_not_repeated() {
    let mut stage = Stage::owner().await;
    stage.fault("POST", ":publish", json!({ "drop": "after" })).await;
    let run = stage.set_up(shop()).await.unwrap();
    assert!(run.result.unwrap().container.unwrap().published);
    assert_eq!(stage.requests("POST", ":publish").await, 1);
    assert_eq!(stage.requests("GET", "versions:live").await, 1);
}

#[tokio::test]
async fn g10_a_refusal_is_not_tried_again() {
    let mut stage = Stage::owner().await;
    let body = json!({ "error": { "code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED",
        "errors": [{ "message": "Forbidden", "domain": "global", "reason": "forbidden" }] } });
    stage
        .fault(
            "POST",
            "/bulk_update",
            json!({ "status": 403, "body": body, "times": 5 }),
        )
        .await;
    let error = stage.set_up(shop()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NoPermission);
    assert_eq!(stage.requests("POST", "/bulk_update").await, 1);
    assert_eq!(stage.requests("GET", "/status").await, 0, "a refusal has made nothing");
}
