//! Nobody is there who accepts the Terms of Service.

use std::sync::Arc;

use gantry_engine::dto::Nothing;
use gantry_engine::dto::batches::{BatchRequest, BatchRowState, TermsInBatch};
use gantry_engine::dto::events::EngineEvent;
use gantry_engine::{ErrorCode, batches, commands};

use crate::clock::ShiftedClock;
use crate::stage::{Stage, answer, states};

const THREE: [&str; 3] = [
    "Anna;https://anna.example;",
    "Ben;https://ben.example;",
    "Cleo;https://cleo.example;",
];

/// A laptop that sleeps longer than a ticket lives.
fn sleep(clock: &ShiftedClock) {
    use gantry_domain::Clock as _;
    clock.reach(clock.now() + jiff::SignedDuration::from_mins(20));
}

#[tokio::test]
async fn p8_a_page_that_nobody_answers_stops_the_batch_and_costs_no_row() {
    let mut stage = Stage::new().await;
    let clock = Arc::new(ShiftedClock::default());
    stage.world.use_clock(Arc::clone(&clock) as _).await;
    let request = stage.file(&THREE);
    let engine = Arc::clone(&stage.world.engine);
    let job = tokio::spawn({
        let request = request.clone();
        async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        }
    });
    answer(&stage.world.opened.recv().await.unwrap(), &[]).await;
    stage.world.opened.recv().await.unwrap();
    sleep(&clock);
    let stopped = job.await.unwrap().unwrap_err();
    assert_eq!(stopped.code, ErrorCode::TermsTimedOut);
    assert!(
        stopped.message.contains("Nobody accepted") && stopped.remedy.contains("Go on"),
        "{stopped:?}"
    );
    assert!(stage.world.opened.try_recv().is_err(), "no other page was opened");
    assert_eq!(stage.tickets().await, 2);
    let listed = batches::list(&stage.world.engine, Nothing {}).await.unwrap().remove(0);
    assert!(!listed.finished && !listed.running);
    let mut told = states(&listed);
    told.sort_by_key(|state| *state == BatchRowState::Draft);
    assert_eq!(
        told,
        [
            BatchRowState::WaitingForData,
            BatchRowState::Draft,
            BatchRowState::Draft
        ]
    );
    assert!(listed.rows.iter().all(|row| row.problem.is_none()));

    // The person is back. Google knows of the old page no more.
    stage.world.control("terms/expire", serde_json::json!({})).await;
    let batch = stage.start(request, &[]).await.unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 3]);
    let accounts = stage.accounts().await;
    assert_eq!(accounts.len(), 3, "{accounts:?}");
    assert!(accounts.iter().all(|(_, properties)| *properties == 1), "{accounts:?}");
}

#[tokio::test]
async fn p8_a_link_that_nobody_opened_fails_its_row_alone_and_is_handed_out_again() {
    let mut stage = Stage::new().await;
    let clock = Arc::new(ShiftedClock::default());
    stage.world.use_clock(Arc::clone(&clock) as _).await;
    let request = BatchRequest {
        terms: TermsInBatch::Links,
        ..stage.file(&THREE)
    };
    let mut events = stage.world.engine.subscribe();
    let engine = Arc::clone(&stage.world.engine);
    let job = tokio::spawn({
        let request = request.clone();
        async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        }
    });
    let mut links = Vec::new();
    while links.len() < 3 {
        if let EngineEvent::OpenUrl { url, .. } = events.recv().await.unwrap() {
            links.push(url::Url::parse(&url).unwrap());
        }
    }
    for link in &links[..2] {
        answer(link, &[]).await;
    }
    let mut made = std::collections::BTreeSet::new();
    while made.len() < 2 {
        if let EngineEvent::BatchRow { row, .. } = events.recv().await.unwrap()
            && row.state == BatchRowState::WaitingForData
        {
            made.insert(row.line);
        }
    }
    // The third was given to somebody who has no time today.
    sleep(&clock);
    let batch = job.await.unwrap().unwrap();
    let count = |wanted| states(&batch).into_iter().filter(|state| *state == wanted).count();
    assert_eq!(
        (count(BatchRowState::WaitingForData), count(BatchRowState::Failed)),
        (2, 1)
    );
    let failed = batch
        .rows
        .iter()
        .find(|row| row.state == BatchRowState::Failed)
        .unwrap();
    assert!(
        failed
            .problem
            .as_ref()
            .unwrap()
            .contains("not accepted within 15 minutes"),
        "{failed:?}"
    );

    stage.world.control("terms/expire", serde_json::json!({})).await;
    let again = BatchRequest {
        terms: TermsInBatch::InTurn,
        ..request
    };
    let batch = stage.start(again, &[]).await.unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 3]);
    assert_eq!((stage.tickets().await, stage.accounts().await.len()), (4, 3));
}
