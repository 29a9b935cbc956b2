//! What a file becomes before anything is sent.

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
    let without = gantry_engine::dto::batches::BatchRequest {
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
