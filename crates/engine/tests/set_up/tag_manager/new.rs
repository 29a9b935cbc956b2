//! A new container.

use std::sync::Arc;

use gantry_domain::Permission::{Configure, Edit, Publish, View};
use gantry_engine::dto::provisioning::{ContainerChoice, ProvisionRequest, ProvisionState, ProvisionStep, StepState};
use gantry_engine::{Engine, ErrorCode, commands, provisioning};
use gantry_sandbox::practice;
use serde_json::json;

use super::stage::{HOST, Stage, names, shop, state_of};
use crate::recorded::Recording;
use crate::user_agent::terms;

#[tokio::test]
async fn from_the_form_to_a_published_container_in_seven_calls() {
    let recording = Recording::start("set_up_tag_manager");
    let mut stage = Stage::owner().await;
    let run = stage.set_up(shop()).await.unwrap();
    assert_eq!((run.state, &run.problem), (ProvisionState::Done, &None));
    for view in &run.steps {
        assert_eq!(view.state, StepState::Done, "{:?}", view.step);
    }
    let result = run.result.unwrap();
    let made = result.container.unwrap();
    assert_eq!((made.name.as_str(), made.published, made.existing), (HOST, true, false));
    assert!(result.snippet.starts_with("<!-- Google Tag Manager -->") && result.snippet.contains(&made.public_id));
    assert!(!result.snippet.contains("noscript"));
    let noscript = result.noscript.unwrap();
    assert!(noscript.starts_with("<!-- Google Tag Manager (noscript) -->") && noscript.contains(&made.public_id));
    let calls = stage.requests("GET", "").await + stage.requests("POST", "").await;
    assert_eq!(
        calls, 7,
        "account list, container, workspace, tags, version, publish, snippet"
    );

    let container = stage.container(HOST).await;
    let live = stage.live(&container).await;
    assert_eq!(live["containerVersionId"].as_str(), made.version_id.as_deref());
    assert!(live.to_string().contains(&result.measurement_id));
    let names = names(&live);
    assert!(
        names.contains("tag Google tag") && names.contains("tag GA4 event - purchase"),
        "{names:?}"
    );
    assert_eq!(stage.versions(&container).await, 1);
    recording.keep(&stage.world.sandbox).await;
}

#[tokio::test]
async fn a_chosen_account_is_not_looked_for() {
    let mut stage = Stage::owner().await;
    let account = stage.account_path().await;
    let chosen = account.trim_start_matches("accounts/").to_owned();
    let request = ProvisionRequest {
        container: ContainerChoice::New {
            account_id: Some(chosen),
        },
        ..shop()
    };
    stage.set_up(request).await.unwrap();
    let calls = stage.requests("GET", "").await + stage.requests("POST", "").await;
    assert_eq!(calls, 6);
}

#[tokio::test]
async fn several_accounts_stop_before_anything_is_made() {
    let mut stage = Stage::signed_in(practice::OWNER, [View, Configure, Edit, Publish]).await;
    stage
        .fault(
            "GET",
            "/accounts",
            json!({ "status": 200, "body": { "account": [
                { "path": "accounts/1", "accountId": "1", "name": "Harbour" },
                { "path": "accounts/2", "accountId": "2", "name": "Northlight" } ] } }),
        )
        .await;
    let error = stage.set_up(shop()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert!(
        error.message.contains("Harbour (1), Northlight (2)"),
        "{}",
        error.message
    );
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 0);
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_before_anything_is_sent() {
    let mut stage = Stage::signed_in(practice::OWNER, [View, Configure, Edit]).await;
    let error = stage.set_up(shop()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::PermissionMissing);
    assert!(error.remedy.contains("publish"), "{}", error.remedy);
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 0);
    assert_eq!(stage.requests("GET", "").await, 0);
    // Without publishing it is enough.
    let request = ProvisionRequest {
        skip: [ProvisionStep::Publish].into(),
        ..shop()
    };
    let run = stage.set_up(request).await.unwrap();
    assert_eq!(state_of(&run, ProvisionStep::Publish), StepState::Skipped);
    assert_eq!(state_of(&run, ProvisionStep::Version), StepState::Done);
    let made = run.result.unwrap().container.unwrap();
    assert!(made.version_id.is_some() && !made.published);
}

#[tokio::test]
async fn tags_that_are_left_out_leave_the_rest_out() {
    let mut stage = Stage::owner().await;
    let request = ProvisionRequest {
        skip: [ProvisionStep::Tags].into(),
        ..shop()
    };
    let run = stage.set_up(request).await.unwrap();
    for step in [ProvisionStep::Tags, ProvisionStep::Version, ProvisionStep::Publish] {
        assert_eq!(state_of(&run, step), StepState::Skipped, "{step:?}");
    }
    let result = run.result.unwrap();
    assert!(result.snippet.contains(&result.container.unwrap().public_id));
    assert_eq!(stage.requests("POST", "").await, 1, "the container alone");
}

/// What Tag Manager's page for a new account leaves: a container of the site's name, with nothing in it.
async fn namesake(stage: &Stage) -> serde_json::Value {
    let path = format!("{}/containers", stage.account_path().await);
    let body = json!({ "name": HOST, "usageContext": ["web"] });
    stage.google("POST", &path, body).await
}

#[tokio::test]
async fn an_empty_container_of_the_sites_name_is_gone_on_with() {
    let mut stage = Stage::owner().await;
    let there = namesake(&stage).await;
    let run = stage.set_up(shop()).await.unwrap();
    let made = run.result.unwrap().container.unwrap();
    assert_eq!(there["publicId"], json!(made.public_id));
    assert!(made.published);
    assert_eq!(
        stage.containers().await.len(),
        2,
        "the bakery's and the one that was there"
    );
}

#[tokio::test]
async fn a_name_that_is_in_use_leads_to_another_one() {
    let mut stage = Stage::owner().await;
    let there = namesake(&stage).await;
    let version = format!("{}/workspaces/1:create_version", there["path"].as_str().unwrap());
    stage.google("POST", &version, json!({ "name": "Theirs" })).await;
    let run = stage.set_up(shop()).await.unwrap();
    let made = run.result.unwrap().container.unwrap();
    assert_eq!((made.name, made.published), (format!("{HOST} (Gantry)"), true));
    assert_eq!(stage.versions(&there).await, 1, "theirs alone");
}

#[tokio::test]
async fn two_windows_at_once_make_one_container() {
    let mut stage = Stage::owner().await;
    let window = |engine: Arc<Engine>| async move {
        commands::run_job(&engine, "provisioning.start", |engine, job| async move {
            Box::pin(provisioning::start(&engine, shop(), &job)).await
        })
        .await
    };
    let both = async {
        tokio::join!(
            window(Arc::clone(&stage.world.engine)),
            window(Arc::clone(&stage.world.engine))
        )
    };
    let accept = async {
        let url = stage.world.opened.recv().await.unwrap();
        terms(&url, practice::OWNER, "accept").await;
    };
    let (ended, ()) = tokio::join!(both, accept);
    let (done, refused) = match ended {
        (Ok(done), Err(refused)) | (Err(refused), Ok(done)) => (done, refused),
        other => panic!("{other:?}"),
    };
    assert_eq!((done.state, refused.code), (ProvisionState::Done, ErrorCode::Conflict));
    stage.container(HOST).await;
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 1);
}
