//! What the clients of one file share: the lists that are read, and the person who is asked for a Tag Manager account.

use std::sync::Arc;

use gantry_domain::SystemClock;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::batches::{BatchRequest, BatchRowState, TermsInBatch};
use gantry_engine::dto::events::{EngineEvent, LinkPurpose};
use gantry_engine::dto::provisioning::ContainerChoice;
use gantry_engine::{batches, commands};
use gantry_sandbox::practice::{NEWCOMER, OWNER};
use serde_json::json;
use url::Url;

use crate::hurried::Hurried;
use crate::quota_day::limit;
use crate::stage::{Stage, states};
use crate::user_agent::terms;

const THREE: [&str; 3] = [
    "Anna;https://anna.example;",
    "Ben;https://ben.example;",
    "Cleo;https://cleo.example;",
];

fn with_containers(stage: &Stage) -> BatchRequest {
    BatchRequest {
        container: ContainerChoice::New { account_id: None },
        terms: TermsInBatch::Links,
        ..stage.file(&THREE)
    }
}

#[tokio::test]
async fn a_person_without_a_tag_manager_account_is_asked_for_one_once_and_all_clients_go_on() {
    let mut stage = Stage::of(NEWCOMER).await;
    stage.world.use_time(Arc::new(SystemClock), Arc::new(Hurried)).await;
    unhurried(&stage).await;
    let engine = Arc::clone(&stage.world.engine);
    let mut events = engine.subscribe();
    let request = with_containers(&stage);
    let job = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        }
    });
    let (mut asked, mut told) = (0, false);
    while !job.is_finished() {
        match events.recv().await.unwrap() {
            EngineEvent::OpenUrl {
                purpose: LinkPurpose::Terms,
                url,
                ..
            } => {
                terms(&Url::parse(&url).unwrap(), NEWCOMER, "accept").await;
            }
            EngineEvent::OpenUrl {
                purpose: LinkPurpose::TagManagerAccount,
                ..
            } => asked += 1,
            EngineEvent::JobDone { .. } | EngineEvent::JobFailed { .. } => break,
            _ => {}
        }
        let batch = batches::list(&engine, Nothing {}).await.unwrap().pop();
        let all_wait = batch.is_some_and(|batch| states(&batch) == [BatchRowState::WaitingForTagManager; 3]);
        if all_wait && asked > 0 && !std::mem::replace(&mut told, true) {
            let account = json!({ "email": NEWCOMER, "name": "Agency" });
            stage.world.control("tag-manager/accounts", account).await;
        }
    }
    let batch = job.await.unwrap().unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 3]);
    assert_eq!(asked, 1);
    let published = |row: &gantry_engine::dto::batches::BatchRowView| {
        row.result
            .as_ref()
            .and_then(|made| made.container.as_ref())
            .is_some_and(|container| container.published)
    };
    assert!(batch.rows.iter().all(published));
}

#[tokio::test]
async fn the_lists_of_accounts_are_read_once_for_all_clients_and_the_plan_says_so() {
    let mut stage = Stage::of(OWNER).await;
    let request = with_containers(&stage);
    unhurried(&stage).await;
    let engine = Arc::clone(&stage.world.engine);
    let plan = batches::plan(&engine, request.clone()).await.unwrap();
    let before = tag_manager_calls(&stage).await;
    let request = BatchRequest {
        terms: TermsInBatch::InTurn,
        ..request
    };
    let summaries = stage.world.requests("GET", "accountSummaries").await;
    let opened = &mut stage.world.opened;
    let job = commands::run_job(&engine, "batches.start", |engine, job| async move {
        Box::pin(batches::start(&engine, request, &job)).await
    });
    let person = async {
        while let Some(url) = opened.recv().await {
            terms(&url, OWNER, "accept").await;
        }
    };
    let batch = tokio::select! {
        done = Box::pin(job) => done.unwrap(),
        () = person => unreachable!("the engine has a browser as long as it lives"),
    };
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 3]);
    assert_eq!(stage.world.requests("GET", "accountSummaries").await - summaries, 1);
    let calls = tag_manager_calls(&stage).await;
    let lists = calls.iter().filter(|path| path.ends_with("/accounts")).count();
    assert_eq!(lists, 1, "{calls:?}");
    let spent = calls.len() - before.len();
    assert_eq!(u32::try_from(spent).unwrap(), plan.tag_manager_calls);
}

/// The pace is another matter.
async fn unhurried(stage: &Stage) {
    limit(&stage.world.engine, |limits| {
        limits.tag_manager_calls_per_window = 1_000_000;
    })
    .await;
}

/// The path of each call of Tag Manager.
async fn tag_manager_calls(stage: &Stage) -> Vec<String> {
    let log = stage.world.control("log", serde_json::Value::Null).await;
    let requests = log["requests"].as_array().unwrap().iter();
    requests
        .filter(|one| one["host"] == "tagmanager.googleapis.com")
        .map(|one| one["path"].as_str().unwrap().to_owned())
        .collect()
}
