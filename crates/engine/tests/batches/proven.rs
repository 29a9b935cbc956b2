//! Who of a file of clients has visitors already.

use gantry_engine::dto::batches::{BatchRowState, BatchView, ProveBatch};
use gantry_engine::{batches, commands};
use serde_json::json;

use crate::stage::{Stage, states};

const THREE: [&str; 3] = [
    "Anna;https://anna.example;",
    "Ben;https://ben.example;",
    "Cleo;https://cleo.example;",
];

async fn proven(stage: &Stage, id: &str) -> BatchView {
    let request = ProveBatch { id: id.to_owned() };
    commands::run_job(&stage.world.engine, "batches.prove", |engine, job| async move {
        Box::pin(batches::prove(&engine, request, &job)).await
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn the_client_whose_visitor_is_seen_is_done_and_the_others_wait_for_data() {
    use BatchRowState::{Done, Failed, WaitingForData};
    let mut stage = Stage::new().await;
    let batch = stage.start(stage.file(&THREE), &["Cleo"]).await.unwrap();
    assert_eq!(states(&batch), [WaitingForData, WaitingForData, Failed]);
    assert_eq!(
        states(&proven(&stage, &batch.id).await),
        [WaitingForData, WaitingForData, Failed]
    );

    let ben = batch.rows[1].result.as_ref().unwrap();
    let visit = json!({ "measurement_id": ben.measurement_id });
    stage.world.control("hits", visit).await;
    assert_eq!(states(&proven(&stage, &batch.id).await), [WaitingForData, Done, Failed]);
    // It is kept, and looked at no more.
    stage.world.restart().await;
    let before = stage.world.requests("POST", "runRealtimeReport").await;
    assert_eq!(states(&proven(&stage, &batch.id).await), [WaitingForData, Done, Failed]);
    assert_eq!(stage.world.requests("POST", "runRealtimeReport").await - before, 1);
}
