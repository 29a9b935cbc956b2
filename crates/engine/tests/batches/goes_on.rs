//! A batch whose rows fail, are declined, run into the quota, or are interrupted.

use std::sync::Arc;

use gantry_engine::dto::ById;
use gantry_engine::dto::batches::{BatchRequest, BatchRowState, ExportBatch, TermsInBatch};
use gantry_engine::dto::events::EngineEvent;
use gantry_engine::{ErrorCode, batches, commands};

use crate::stage::{Stage, answer, states};
use crate::world::engine;

const TEN: [&str; 10] = [
    "Anna;https://anna.example;North",
    "Ben;https://ben.example;North",
    "Cleo;https://cleo.example;",
    "Dora;https://dora.example;",
    "Emil;not a site;",
    "Fred;https://fred.example;",
    "Gina;https://gina.example;",
    "Hugo;https://hugo.example;",
    "Ida;https://ida.example;",
    "Jan;https://jan.example;",
];

#[tokio::test]
async fn ten_clients_of_which_one_is_wrong_and_one_declines() {
    let mut stage = Stage::new().await;
    let request = BatchRequest {
        leave_out_wrong_rows: true,
        ..stage.file(&TEN)
    };
    let batch = stage.start(request.clone(), &["Dora"]).await.unwrap();
    assert_eq!(batch.rows.len(), 9);
    assert!(batch.finished && !batch.running);
    for row in &batch.rows {
        let expected = if row.name == "Dora" {
            BatchRowState::Failed
        } else {
            BatchRowState::WaitingForData
        };
        assert_eq!(row.state, expected, "{row:?}");
        assert_eq!(row.result.is_some(), row.name != "Dora", "{}", row.name);
    }
    let declined = batch.rows.iter().find(|row| row.name == "Dora").unwrap();
    assert!(declined.problem.as_ref().unwrap().contains("did not accept"));
    assert_eq!((stage.tickets().await, stage.accounts().await.len()), (9, 8));

    let out = stage.world.home.path().join("out.csv").display().to_string();
    let export = ExportBatch {
        id: batch.id.clone(),
        path: out.clone(),
    };
    batches::export(&stage.world.engine, export).await.unwrap();
    let text = std::fs::read_to_string(out).unwrap();
    let made = batch.rows[0].result.as_ref().unwrap();
    assert!(text.contains(&made.measurement_id) && text.contains("did not accept"));

    // The same command again: what failed is tried again, and nothing else.
    let again = stage.start(request, &[]).await.unwrap();
    assert_eq!(again.id, batch.id);
    assert_eq!(states(&again), [BatchRowState::WaitingForData; 9]);
    let accounts = stage.accounts().await;
    assert_eq!((stage.tickets().await, accounts.len()), (10, 9));
    assert!(accounts.iter().all(|(_, properties)| *properties == 1), "{accounts:?}");
}

#[tokio::test]
async fn a_batch_that_was_killed_goes_on_without_making_anything_twice() {
    let mut stage = Stage::new().await;
    let request = stage.file(&TEN[..4]);
    let engine = Arc::clone(&stage.world.engine);
    let doomed = tokio::spawn({
        let request = request.clone();
        async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        }
    });
    // Two accept; while the third page is open, the process ends.
    for _ in 0..2 {
        let url = stage.world.opened.recv().await.unwrap();
        answer(&url, &[]).await;
    }
    stage.world.opened.recv().await.unwrap();
    doomed.abort();
    assert!(doomed.await.unwrap_err().is_cancelled());
    stage.world.restart().await;
    let plan = batches::plan(&stage.world.engine, request.clone()).await.unwrap();
    assert_eq!((plan.right, plan.duplicates, plan.resumes.is_some()), (4, 0, true));

    let batch = stage.start(request, &[]).await.unwrap();
    assert_eq!(Some(&batch.id), plan.resumes.as_ref());
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 4]);
    let accounts = stage.accounts().await;
    assert_eq!(accounts.len(), 4, "{accounts:?}");
    assert!(accounts.iter().all(|(_, properties)| *properties == 1), "{accounts:?}");
}

#[tokio::test]
async fn a_batch_that_was_stopped_is_resumed_and_runs_once_at_a_time() {
    let mut stage = Stage::new().await;
    let request = stage.file(&TEN[..2]);
    let mut events = stage.world.engine.subscribe();
    let engine = Arc::clone(&stage.world.engine);
    let first = tokio::spawn({
        let request = request.clone();
        async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        }
    });
    stage.world.opened.recv().await.unwrap();
    let second = stage.start(request, &[]).await.unwrap_err();
    assert_eq!(second.code, ErrorCode::Conflict);
    let job = loop {
        if let EngineEvent::JobStarted { job, .. } = events.recv().await.unwrap() {
            break job;
        }
    };
    assert!(stage.world.engine.jobs().cancel(&job.0));
    assert_eq!(first.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);

    let listed = batches::list(&stage.world.engine, gantry_engine::dto::Nothing {})
        .await
        .unwrap();
    assert!(!listed[0].finished && !listed[0].running);
    assert_eq!(states(&listed[0]), [BatchRowState::Draft; 2]);
    let engine = Arc::clone(&stage.world.engine);
    let id = listed[0].id.clone();
    let resumed = commands::run_job(&engine, "batches.resume", |engine, job| async move {
        Box::pin(batches::resume(&engine, ById { id }, &job)).await
    });
    let opened = &mut stage.world.opened;
    let batch = tokio::select! {
        done = resumed => done.unwrap(),
        () = async { while let Some(url) = opened.recv().await { answer(&url, &[]).await; } } => unreachable!(),
    };
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 2]);
    assert_eq!(stage.accounts().await.len(), 2);
}

#[tokio::test]
async fn p9_two_processes_that_start_the_same_file_at_once_make_each_client_once() {
    let mut stage = Stage::new().await;
    let request = stage.file(&TEN[..2]);
    let keychain = Some(stage.world.keychain.clone());
    let (second, mut opened) = engine(&stage.world.sandbox, &stage.world.home, keychain).await;
    let begin = |engine: &Arc<gantry_engine::Engine>| {
        let (engine, request) = (Arc::clone(engine), request.clone());
        tokio::spawn(async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        })
    };
    let (mut first, mut other) = (begin(&stage.world.engine), begin(&second));
    // No page is answered before one of them is told that the other does it.
    let (told, goes_on) = tokio::select! {
        told = &mut first => (told, other),
        told = &mut other => (told, first),
    };
    let told = told.unwrap().unwrap_err();
    assert_eq!(told.code, ErrorCode::Conflict);
    assert!(told.message.contains("already being set up"), "{}", told.message);
    let person = async {
        loop {
            let url = tokio::select! {
                url = stage.world.opened.recv() => url.unwrap(),
                url = opened.recv() => url.unwrap(),
            };
            answer(&url, &[]).await;
        }
    };
    let batch = tokio::select! {
        done = goes_on => done.unwrap().unwrap(),
        () = person => unreachable!("engines have a browser as long as they live"),
    };
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 2]);
    assert_eq!(stage.tickets().await, 2);
    assert_eq!(stage.accounts().await, [("Anna".to_owned(), 1), ("Ben".to_owned(), 1)]);
    for engine in [&stage.world.engine, &second] {
        let known = batches::list(engine, gantry_engine::dto::Nothing {}).await.unwrap();
        assert_eq!(known.len(), 1);
    }
}

#[tokio::test]
async fn a_batch_that_was_cancelled_in_the_middle_keeps_what_is_made_and_makes_the_rest() {
    let mut stage = Stage::new().await;
    let request = stage.file(&TEN[..3]);
    let engine = Arc::clone(&stage.world.engine);
    let mut events = engine.subscribe();
    let first = tokio::spawn({
        let (engine, request) = (Arc::clone(&engine), request.clone());
        async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        }
    });
    answer(&stage.world.opened.recv().await.unwrap(), &[]).await;
    let made = loop {
        if let EngineEvent::BatchRow { row, .. } = events.recv().await.unwrap()
            && row.state == BatchRowState::WaitingForData
        {
            break row.result.unwrap().measurement_id;
        }
    };
    // The second page is open.
    stage.world.opened.recv().await.unwrap();
    engine.jobs().cancel_all();
    assert_eq!(first.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);
    let plan = batches::plan(&engine, request.clone()).await.unwrap();
    let told: Vec<_> = plan.rows.iter().map(|row| (row.made, row.duplicate.clone())).collect();
    assert_eq!(told, [(true, None), (false, None), (false, None)]);

    let batch = stage.start(request, &[]).await.unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 3]);
    let results: Vec<_> = batch.rows.iter().map(|row| row.result.clone().unwrap()).collect();
    assert_eq!(results[0].measurement_id, made);
    let text = stage.exported(&batch.id).await;
    for result in &results {
        assert!(text.contains(&result.measurement_id), "{text}");
    }
    let accounts = stage.accounts().await;
    assert_eq!(accounts.len(), 3, "{accounts:?}");
    assert!(accounts.iter().all(|(_, properties)| *properties == 1), "{accounts:?}");
}

#[tokio::test]
async fn links_are_handed_out_together_and_accepted_in_any_order() {
    let stage = Stage::new().await;
    let request = BatchRequest {
        terms: TermsInBatch::Links,
        ..stage.file(&TEN[..4])
    };
    let mut events = stage.world.engine.subscribe();
    let engine = Arc::clone(&stage.world.engine);
    let job = tokio::spawn(async move {
        commands::run_job(&engine, "batches.start", |engine, job| async move {
            Box::pin(batches::start(&engine, request, &job)).await
        })
        .await
    });
    let mut links = Vec::new();
    while links.len() < 4 {
        if let EngineEvent::OpenUrl { url, opened, .. } = events.recv().await.unwrap() {
            assert!(!opened);
            links.push(url::Url::parse(&url).unwrap());
        }
    }
    for link in links.iter().rev() {
        answer(link, &[]).await;
    }
    let batch = job.await.unwrap().unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 4]);
    assert_eq!(stage.accounts().await.len(), 4);
}
