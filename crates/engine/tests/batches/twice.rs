//! A batch that goes on after something else happened to its clients: what was undone stays undone, and what another file or
//! the person has set up meanwhile is not set up a second time.

use std::sync::Arc;

use gantry_engine::dto::ById;
use gantry_engine::dto::batches::{BatchRequest, BatchRowState, BatchView};
use gantry_engine::dto::provisioning::{ContainerChoice, TrashAsset, TrashRequest};
use gantry_engine::{batches, commands, provisioning};
use gantry_sandbox::practice::OWNER;

use crate::quota_day::limit;
use crate::stage::{Stage, states};
use crate::user_agent::terms;

async fn undo(stage: &Stage, batch: &BatchView, row: usize) {
    let run_id = batch.rows[row].run_id.clone().unwrap();
    let engine = &stage.world.engine;
    let made = provisioning::made(engine, ById { id: run_id.clone() }).await.unwrap();
    let assets = made.into_iter().map(|one| TrashAsset {
        asset: one.asset,
        name: one.name,
    });
    let assets = assets.collect();
    let gone = provisioning::trash(engine, TrashRequest { run_id, assets })
        .await
        .unwrap();
    assert!(gone.failures.is_empty(), "{gone:?}");
}

async fn resume(stage: &mut Stage, id: &str) -> BatchView {
    let (engine, id) = (Arc::clone(&stage.world.engine), id.to_owned());
    let job = commands::run_job(&engine, "batches.resume", |engine, job| async move {
        Box::pin(batches::resume(&engine, ById { id }, &job)).await
    });
    let opened = &mut stage.world.opened;
    let person = async {
        while let Some(url) = opened.recv().await {
            crate::stage::answer(&url, &[]).await;
        }
    };
    tokio::select! {
        done = Box::pin(job) => done.unwrap(),
        () = person => unreachable!("the engine has a browser as long as it lives"),
    }
}

#[tokio::test]
async fn what_was_undone_is_set_up_again_only_where_the_person_says_so() {
    let mut stage = Stage::new().await;
    let lines = ["Anna;https://anna.example;", "Ben;https://ben.example;"];
    let first = stage.start(stage.file(&lines), &[]).await.unwrap();
    let before = first.rows[0].result.clone().unwrap();
    undo(&stage, &first, 0).await;

    let request = stage.file(&lines);
    let plan = batches::plan(&stage.world.engine, request.clone()).await.unwrap();
    assert_eq!((plan.rows[0].made, plan.rows[1].made), (false, true));
    assert!(plan.rows[0].duplicate.as_ref().unwrap().contains("moved to the trash"));
    let again = stage.start(request, &[]).await.unwrap();
    assert_eq!(states(&again), [BatchRowState::InTrash, BatchRowState::WaitingForData]);
    assert!(again.finished && again.rows[0].result.is_none());
    assert_eq!(stage.tickets().await, 2, "nobody is asked again");
    let text = stage.exported(&again.id).await;
    assert!(
        text.contains("in the trash") && !text.contains(&before.measurement_id),
        "{text}"
    );

    let wanted = BatchRequest {
        anyway: [2].into(),
        ..stage.file(&lines)
    };
    let anew = stage.start(wanted, &[]).await.unwrap();
    assert_eq!(anew.id, first.id);
    assert_eq!(states(&anew), [BatchRowState::WaitingForData; 2]);
    assert_ne!(anew.rows[0].result.clone().unwrap().account_id, before.account_id);
    assert_eq!(stage.tickets().await, 3);
}

#[tokio::test]
async fn a_set_up_that_stopped_and_was_undone_stops_its_batch_no_more() {
    let mut stage = Stage::new().await;
    stage.refused("POST", "/dataStreams").await;
    let lines = ["Anna;https://anna.example;", "Ben;https://ben.example;"];
    let first = stage.start(stage.file(&lines), &["Ben"]).await.unwrap();
    assert_eq!(states(&first), [BatchRowState::Failed; 2]);
    undo(&stage, &first, 0).await;
    let gone_on = resume(&mut stage, &first.id).await;
    assert_eq!(
        states(&gone_on),
        [BatchRowState::InTrash, BatchRowState::WaitingForData]
    );
    assert!(gone_on.finished);
}

#[tokio::test]
async fn what_another_file_has_set_up_meanwhile_is_not_set_up_twice() {
    let mut stage = Stage::new().await;
    let lines = [
        "Anna;https://anna.example;",
        "Ben;https://ben.example;",
        "Cleo;https://cleo.example;",
    ];
    // The first file comes as far as being written down.
    let begun = stage.begun(stage.file(&lines)).await;
    let corrected = stage.file(&[lines[0], lines[1], "Cleo;https://www.cleo.example/start;"]);
    let second = stage.start(corrected, &[]).await.unwrap();
    assert_eq!(states(&second), [BatchRowState::WaitingForData; 3]);
    let tickets = stage.tickets().await;

    let first = resume(&mut stage, &begun).await;
    assert_eq!(
        states(&first),
        [
            BatchRowState::WaitingForData,
            BatchRowState::WaitingForData,
            BatchRowState::Failed
        ]
    );
    assert_eq!(first.rows[0].run_id, second.rows[0].run_id, "it is the same client's");
    let why = first.rows[2].problem.clone().unwrap();
    assert!(why.contains("Its website was set up on"), "{why}");
    assert_eq!(stage.tickets().await, tickets, "nobody is asked again");
    assert_eq!(stage.accounts().await.len(), 3);
}

/// Ten clients, and eight places to build: the day's quota of Tag Manager keeps nobody from Analytics.
#[tokio::test]
async fn who_waits_for_the_next_day_leaves_its_place_to_others() {
    let mut stage = Stage::of(OWNER).await;
    let engine = Arc::clone(&stage.world.engine);
    limit(&engine, |limits| {
        limits.tag_manager_calls_per_window = 1_000_000;
        limits.tag_manager_calls_per_day = 1;
    })
    .await;
    let lines: Vec<_> = (0..10)
        .map(|n| format!("Client {n};https://client-{n}.example;"))
        .collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let request = BatchRequest {
        container: ContainerChoice::New { account_id: None },
        ..stage.file(&lines)
    };
    let mut events = engine.subscribe();
    let job = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        }
    });
    for _ in 0..10 {
        let url = stage.world.opened.recv().await.unwrap();
        terms(&url, OWNER, "accept").await;
    }
    let all_have_a_stream = async {
        while stage.world.requests("POST", "/dataStreams").await < 10 {
            events.recv().await.ok();
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), all_have_a_stream)
        .await
        .expect("two of ten wait for a place");
    engine.jobs().cancel_all();
    assert_eq!(
        job.await.unwrap().unwrap_err().code,
        gantry_engine::ErrorCode::Cancelled
    );
}
