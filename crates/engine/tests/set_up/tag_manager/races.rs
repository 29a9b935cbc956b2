//! Other people who make and publish versions while a set-up is at work, and a compiler that refuses.

use gantry_engine::ErrorCode;
use gantry_engine::dto::provisioning::ProvisionState;
use serde_json::{Value, json};

use super::existing::{bakery, rival_version, rival_version_of};
use super::stage::{HOST, Stage, names, shop};

fn id(version: &str) -> &str {
    version.rsplit('/').next().unwrap()
}

/// A set-up that stopped before its version, and a rival's version that nobody published.
async fn overtaken(stage: &mut Stage) -> (Value, String, String) {
    let (container, request) = bakery(stage).await;
    let before = stage.live(&container).await["containerVersionId"]
        .as_str()
        .unwrap()
        .to_owned();
    stage.fault("POST", ":create_version", json!({ "status": 503 })).await;
    assert_eq!(stage.set_up(request).await.unwrap_err().code, ErrorCode::GoogleOutage);
    let rival = rival_version(stage, &container).await;
    (container, rival, before)
}

/// The rival's version comes right after Gantry has looked: the look has seen the one before.
async fn unseen(stage: &Stage, before: &str) {
    let seen = json!({ "status": 200, "body": { "containerVersionId": before } });
    stage.fault("GET", "/version_headers:latest", seen).await;
}

#[tokio::test]
async fn a_version_that_somebody_makes_meanwhile_is_seen_before_ours_is_made() {
    let mut stage = Stage::owner().await;
    let (container, rival, before) = overtaken(&mut stage).await;
    let error = stage.resume().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    assert!(
        error.message.contains(&format!("made version {}", id(&rival))),
        "{}",
        error.message
    );
    let error = stage.resume().await.unwrap_err();
    assert!(error.message.contains("that is not published"), "{}", error.message);
    assert_eq!(stage.live(&container).await["containerVersionId"], json!(before));
    stage.google("POST", &format!("{rival}:publish"), Value::Null).await;
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    let live = names(&stage.live(&container).await);
    assert!(live.contains("tag Rival's tag") && live.contains("tag GA4 event - purchase"));
}

#[tokio::test]
async fn a_version_that_came_between_is_not_published_with_ours() {
    let mut stage = Stage::owner().await;
    let (container, rival, before) = overtaken(&mut stage).await;
    unseen(&stage, &before).await;
    let error = stage.resume().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    assert!(error.message.contains("holds it, too"), "{}", error.message);
    assert_eq!(stage.live(&container).await["containerVersionId"], json!(before));
    let error = stage.resume().await.unwrap_err();
    assert!(
        error
            .message
            .contains(&format!("version {} that is not published", id(&rival))),
        "{}",
        error.message
    );
    stage.google("POST", &format!("{rival}:publish"), Value::Null).await;
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    let live = names(&stage.live(&container).await);
    assert!(live.contains("tag Rival's tag") && live.contains("tag GA4 event - purchase"));
}

#[tokio::test]
async fn g7_our_own_version_that_lost_a_race_is_no_obstacle() {
    let mut stage = Stage::owner().await;
    let (container, rival, before) = overtaken(&mut stage).await;
    unseen(&stage, &before).await;
    stage.fault("GET", "versions:live", json!({ "status": 403 })).await;
    stage.resume().await.unwrap_err();
    stage.google("POST", &format!("{rival}:publish"), Value::Null).await;
    let error = stage.resume().await.unwrap_err();
    assert!(error.message.contains("is live now"), "{}", error.message);
    let run = stage.resume().await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert!(run.result.unwrap().container.unwrap().published);
    let live = names(&stage.live(&container).await);
    assert!(live.contains("tag Rival's tag") && live.contains("tag GA4 event - purchase"));
}

#[tokio::test]
async fn g5_after_a_publication_that_does_not_compile_another_version_is_made() {
    let mut stage = Stage::owner().await;
    stage
        .world
        .control("tag-manager/compiler", json!({ "publish": true }))
        .await;
    let first = stage.set_up(shop()).await.unwrap_err();
    let second = stage.resume().await.unwrap_err();
    for (error, version) in [(&first, "version 1"), (&second, "version 2")] {
        assert_eq!(error.code, ErrorCode::GoogleRefused);
        assert!(error.message.contains(version), "{}", error.message);
    }
    stage
        .world
        .control("tag-manager/compiler", json!({ "publish": false }))
        .await;
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    let container = stage.container(HOST).await;
    let live = stage.live(&container).await;
    assert_eq!(live["containerVersionId"], "3");
    assert!(names(&live).contains("tag GA4 event - purchase"));
}

#[tokio::test]
async fn what_is_live_in_an_adopted_container_is_looked_at_before_publishing() {
    let mut stage = Stage::owner().await;
    stage.fault("POST", "/containers", json!({ "drop": "after" })).await;
    assert_eq!(stage.set_up(shop()).await.unwrap().state, ProvisionState::Done);
    assert_eq!(
        stage.requests("GET", "versions:live").await,
        2,
        "when the workspace is opened, and before it publishes"
    );
}

#[tokio::test]
async fn what_somebody_else_published_meanwhile_is_not_written_a_second_time_from_our_workspace() {
    let mut stage = Stage::owner().await;
    let (container, request) = bakery(&stage).await;
    // Our tags are in our workspace, and not in a version yet.
    stage.fault("POST", ":create_version", json!({ "status": 503 })).await;
    assert_eq!(stage.set_up(request).await.unwrap_err().code, ErrorCode::GoogleOutage);
    // Somebody adds the same trigger, as it is.
    let trigger = json!({ "name": "Event - purchase", "type": "customEvent", "customEventFilter": [{ "type": "equals",
        "parameter": [{ "type": "template", "key": "arg0", "value": "{{_event}}" },
                      { "type": "template", "key": "arg1", "value": "purchase" }] }] });
    let rival = rival_version_of(&stage, &container, "triggers", trigger).await;
    stage.google("POST", &format!("{rival}:publish"), Value::Null).await;
    let error = stage.resume().await.unwrap_err();
    assert!(
        error.message.contains(&format!("made version {}", id(&rival))),
        "{}",
        error.message
    );

    let stale = stage.resume().await.unwrap_err();
    assert_eq!(stale.code, ErrorCode::Conflict);
    assert!(stale.message.contains("from somebody else since"), "{}", stale.message);
    assert!(stale.remedy.contains("Delete that workspace"), "{}", stale.remedy);
    assert_eq!(
        stage.live(&container).await["path"],
        json!(rival),
        "nothing was published"
    );

    let workspaces = format!("{}/workspaces", container["path"].as_str().unwrap());
    let all = stage.google("GET", &workspaces, Value::Null).await["workspace"].clone();
    let all = all.as_array().unwrap().iter();
    let ours: Vec<&Value> = all
        .filter(|one| one["name"].as_str().unwrap().starts_with("Gantry"))
        .collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    stage
        .google("DELETE", ours[0]["path"].as_str().unwrap(), Value::Null)
        .await;
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    let live = stage.live(&container).await;
    names(&live);
    let named = |kind: &str, name: &str| {
        let mut all = live[kind].as_array().unwrap().iter();
        all.find(|one| one["name"] == name).unwrap().clone()
    };
    let (tag, trigger) = (
        named("tag", "GA4 event - purchase"),
        named("trigger", "Event - purchase"),
    );
    assert_eq!(
        tag["firingTriggerId"],
        json!([trigger["triggerId"]]),
        "ours fires by theirs"
    );
    assert!(trigger["parentFolderId"].is_null(), "it is theirs: {trigger}");
}
