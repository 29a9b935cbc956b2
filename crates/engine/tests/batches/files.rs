//! What a file becomes before anything is sent.

use gantry_engine::dto::batches::BatchRequest;
use gantry_engine::dto::provisioning::{TrashAsset, TrashRequest};
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, batches, provisioning};

use crate::stage::Stage;

#[tokio::test]
async fn a_wrong_file_sends_nothing_and_names_what_is_wrong() {
    let mut stage = Stage::new().await;
    let request = stage.file(&["Anna;https://anna.example;", "Ben;nowhere;", "Cleo;www.anna.example;"]);
    let plan = batches::plan(&stage.world.engine, request.clone()).await.unwrap();
    assert_eq!((plan.right, plan.wrong, plan.duplicates), (1, 1, 1));
    assert_eq!(
        (plan.delimiter.as_str(), plan.mapping["account_name"].as_str()),
        (";", "Client")
    );
    assert_eq!(plan.rows[1].problems[0].field, "website");
    assert_eq!(plan.rows[2].duplicate.as_deref(), Some("Line 2 has the same website."));
    assert!(plan.analytics_calls > 0 && plan.seconds > 0);
    let refused = stage.start(request, &[]).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
    assert!(refused.message.contains("2 rows") && refused.details.unwrap().contains("Line 3"));
    assert_eq!(stage.tickets().await, 0);
    assert!(batches::list(&stage.world.engine, Nothing {}).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_set_up_before_is_no_longer_set_up() {
    let mut stage = Stage::new().await;
    let request = stage.file(&["Anna;https://anna.example;"]);
    stage.start(request, &[]).await.unwrap();
    let request = stage.file(&["Anna;https://anna.example;", "Ben;https://ben.example;"]);
    let plan = batches::plan(&stage.world.engine, request.clone()).await.unwrap();
    assert_eq!((plan.right, plan.duplicates), (1, 1));
    let without = BatchRequest {
        leave_out_wrong_rows: true,
        ..request
    };
    let batch = stage.start(without, &[]).await.unwrap();
    assert_eq!(batch.rows.len(), 1);
    assert_eq!(stage.accounts().await, [("Anna".to_owned(), 1), ("Ben".to_owned(), 1)]);
}

#[tokio::test]
async fn what_is_in_the_trash_was_not_set_up_before() {
    let mut stage = Stage::new().await;
    let request = stage.file(&["Anna;https://anna.example;", "Ben;https://ben.example;"]);
    let batch = stage.start(request, &[]).await.unwrap();
    // The copy of Google's list has both accounts.
    assert_eq!(stage.accounts().await.len(), 2);
    stage.sync().await;
    let run_id = batch.rows[0].run_id.clone().unwrap();
    let engine = &stage.world.engine;
    let made = provisioning::made(engine, ById { id: run_id.clone() }).await.unwrap();
    let assets = made.into_iter().map(|one| TrashAsset {
        asset: one.asset,
        name: one.name,
    });
    let request = TrashRequest {
        run_id,
        assets: assets.collect(),
    };
    let gone = provisioning::trash(engine, request).await.unwrap();
    assert!(gone.failures.is_empty() && gone.trashed.len() == 2, "{gone:?}");

    let request = stage.file(&["Anna;https://anna.example;North", "Ben;https://ben.example;North"]);
    let plan = batches::plan(&stage.world.engine, request).await.unwrap();
    assert_eq!(plan.rows[0].duplicate, None);
    assert!(plan.rows[1].duplicate.is_some());
}

#[tokio::test]
async fn a_file_that_vanished_or_changed_since_its_plan_sends_nothing() {
    let mut stage = Stage::new().await;
    let request = stage.file(&["Anna;https://anna.example;"]);
    let plan = batches::plan(&stage.world.engine, request.clone()).await.unwrap();
    let seen = BatchRequest {
        seen: Some(plan.digest),
        ..request
    };
    stage.file(&["Anna;https://anna.example;", "Ben;https://ben.example;"]);
    let changed = stage.start(seen.clone(), &[]).await.unwrap_err();
    assert_eq!(changed.code, ErrorCode::Conflict);
    assert!(changed.message.contains("has changed"), "{}", changed.message);
    // Saved again with the same rows, it is the file that was seen.
    stage.file_of("clients.csv", b"Client,Website\nAnna,https://anna.example\n");
    let plan = batches::plan(&stage.world.engine, seen.clone()).await.unwrap();
    assert_eq!(Some(plan.digest), seen.seen);
    std::fs::remove_file(&seen.path).unwrap();
    let gone = stage.start(seen.clone(), &[]).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::InvalidRequest);
    assert!(gone.message.contains("There is no file") && gone.message.contains(&seen.path));
    assert_eq!(stage.tickets().await, 0);
    assert!(batches::list(&stage.world.engine, Nothing {}).await.unwrap().is_empty());
}

#[tokio::test]
async fn consent_is_waited_for_as_the_row_says_else_as_is_chosen_for_all() {
    let stage = Stage::new().await;
    let text = "Kunde;Webseite;Einwilligung\nAnna;anna.example;ja\nBen;ben.example;nein\nCleo;cleo.example;\nDora;dora.example;perhaps\n";
    let mut request = stage.file_of("clients.csv", text.as_bytes());
    let waits = |plan: gantry_engine::dto::batches::BatchPlan| {
        let rows = plan.rows.iter();
        rows.map(|row| row.request.wait_for_consent).collect::<Vec<_>>()
    };
    let plan = batches::plan(&stage.world.engine, request.clone()).await.unwrap();
    assert_eq!(plan.rows[3].problems[0].field, "wait_for_consent");
    assert_eq!(waits(plan), [Some(true), Some(false), None, None]);
    request.defaults.wait_for_consent = Some(true);
    let plan = batches::plan(&stage.world.engine, request).await.unwrap();
    assert_eq!(waits(plan)[..3], [Some(true), Some(false), Some(true)]);
}
