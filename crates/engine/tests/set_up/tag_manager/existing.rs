//! A container that is there, in which other people work.

use gantry_engine::ErrorCode;
use gantry_engine::dto::connections::Offer;
use gantry_engine::dto::provisioning::{ContainerChoice, ProvisionRequest, ProvisionState};
use serde_json::{Value, json};

use super::stage::{Stage, names, shop};

/// The bakery's container, and a form that chooses it by its public id.
pub async fn bakery(stage: &Stage) -> (Value, ProvisionRequest) {
    let container = stage.containers().await.remove(0);
    let chosen = container["publicId"].as_str().unwrap().to_owned();
    let request = ProvisionRequest {
        container: ContainerChoice::Existing { container: chosen },
        ..shop()
    };
    (container, request)
}

/// What somebody else does in Tag Manager: a version of a workspace of theirs, with a tag of theirs.
pub async fn rival_version(stage: &Stage, container: &Value) -> String {
    let tag = json!({ "name": "Rival's tag", "type": "html", "parameter": [{ "type": "template", "key": "html", "value": "<b>1</b>" }] });
    rival_version_of(stage, container, "tags", tag).await
}

pub async fn rival_version_of(stage: &Stage, container: &Value, kind: &str, entity: Value) -> String {
    let path = container["path"].as_str().unwrap();
    let workspace = stage
        .google("POST", &format!("{path}/workspaces"), json!({ "name": "Rival" }))
        .await;
    let workspace = workspace["path"].as_str().unwrap();
    stage.google("POST", &format!("{workspace}/{kind}"), entity).await;
    let made = stage
        .google(
            "POST",
            &format!("{workspace}:create_version"),
            json!({ "name": "Rival" }),
        )
        .await;
    made["containerVersion"]["path"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_thing_of_our_name_that_does_something_else_is_not_taken_for_ours() {
    let mut stage = Stage::owner().await;
    let (container, request) = bakery(&stage).await;
    let other = json!({ "name": "Event - purchase", "type": "customEvent", "customEventFilter": [{ "type": "equals",
        "parameter": [{ "type": "template", "key": "arg0", "value": "{{_event}}" },
                      { "type": "template", "key": "arg1", "value": "sold" }] }] });
    let rival = rival_version_of(&stage, &container, "triggers", other).await;
    stage.google("POST", &format!("{rival}:publish"), Value::Null).await;
    let error = stage.set_up(request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    assert!(
        error.message.contains("trigger called \"Event - purchase\""),
        "{}",
        error.message
    );
    assert_eq!(
        stage.live(&container).await["path"],
        json!(rival),
        "nothing was published"
    );
}

#[tokio::test]
async fn only_what_is_missing_is_added_and_nothing_is_changed() {
    let mut stage = Stage::owner().await;
    let (container, request) = bakery(&stage).await;
    let before = stage.live(&container).await;
    let run = stage.set_up(request).await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    let made = run.result.unwrap().container.unwrap();
    assert!(made.existing && made.published);
    assert_eq!(stage.containers().await.len(), 1);
    let after = stage.live(&container).await;
    let names = names(&after);
    assert!(names.contains("tag GA4 event - purchase"), "{names:?}");
    for kind in ["tag", "trigger", "variable", "folder"] {
        for entity in before[kind].as_array().into_iter().flatten() {
            assert!(
                after[kind].as_array().unwrap().contains(entity),
                "{entity} is as it was"
            );
        }
    }
    // Nobody's drafts went live with it: the default workspace is as it was.
    assert_eq!(
        stage.requests("POST", "/workspaces").await - stage.requests("POST", "/workspaces/").await,
        1
    );
}

#[tokio::test]
async fn a_workspace_whose_answer_was_lost_is_found_by_its_name() {
    let mut stage = Stage::owner().await;
    let (container, request) = bakery(&stage).await;
    let workspaces = format!("{}/workspaces", container["path"].as_str().unwrap());
    stage.fault("POST", "/workspaces", json!({ "drop": "after" })).await;
    let before = stage.google("GET", &workspaces, Value::Null).await["workspace"].clone();
    assert_eq!(stage.set_up(request).await.unwrap().state, ProvisionState::Done);
    let after = stage.google("GET", &workspaces, Value::Null).await["workspace"].clone();
    let ours = |all: &Value| {
        let all = all.as_array().unwrap().iter();
        all.filter(|one| one["name"].as_str().unwrap().starts_with("Gantry"))
            .count()
    };
    assert_eq!((ours(&before), ours(&after)), (0, 0), "it went with the version");
}

#[tokio::test]
async fn a_version_that_waits_to_be_published_is_not_published_with_ours() {
    let mut stage = Stage::owner().await;
    let (container, request) = bakery(&stage).await;
    let rival = rival_version(&stage, &container).await;
    let before = stage.live(&container).await;
    let error = stage.set_up(request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    let id = rival.rsplit('/').next().unwrap();
    assert!(
        error.message.contains(&format!("version {id} that is not published")),
        "{}",
        error.message
    );
    assert_eq!(stage.live(&container).await, before);
    stage.google("POST", &format!("{rival}:publish"), Value::Null).await;
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    let live = names(&stage.live(&container).await);
    assert!(live.contains("tag Rival's tag") && live.contains("tag GA4 event - purchase"));
}

#[tokio::test]
async fn g7_a_rivals_publication_is_not_taken_off_the_site() {
    let mut stage = Stage::owner().await;
    let (container, request) = bakery(&stage).await;
    stage.fault("POST", ":publish", json!({ "status": 503 })).await;
    assert_eq!(stage.set_up(request).await.unwrap_err().code, ErrorCode::GoogleOutage);
    let rival = rival_version(&stage, &container).await;
    stage.google("POST", &format!("{rival}:publish"), Value::Null).await;

    let error = stage.resume().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    let id = rival.rsplit('/').next().unwrap();
    assert!(
        error.message.contains(&format!("version {id} is live now")),
        "{}",
        error.message
    );
    assert!(matches!(error.offers[0], Offer::OpenLink { .. }), "{:?}", error.offers);
    assert_eq!(stage.live(&container).await["path"], json!(rival));

    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    let live = names(&stage.live(&container).await);
    assert!(live.contains("tag Rival's tag") && live.contains("tag GA4 event - purchase"));
}

#[tokio::test]
async fn a_container_that_is_not_there_or_not_for_websites_is_named() {
    let mut stage = Stage::owner().await;
    let request = ProvisionRequest {
        container: ContainerChoice::Existing {
            container: "GTM-NOBODY1".to_owned(),
        },
        ..shop()
    };
    let error = stage.set_up(request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(error.message.contains("GTM-NOBODY1"), "{}", error.message);
    assert_eq!(
        stage.world.requests("POST", "provisionAccountTicket").await,
        0,
        "before anything is made"
    );
}
