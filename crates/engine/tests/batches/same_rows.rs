//! Which files are one batch, and what becomes of rows that another file began.

use gantry_engine::batches;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::batches::{BatchRequest, BatchRowState};

use crate::stage::{Stage, states};

#[tokio::test]
async fn the_same_rows_saved_by_another_program_are_the_same_batch() {
    let mut stage = Stage::new().await;
    let plain = "Client,Website,Group\nAnna,https://anna.example,North\n\"Ben, Sons\",https://ben.example,\n";
    let first = stage.file_of("clients.csv", plain.as_bytes());
    let batch = stage.start(first, &["Ben"]).await.unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData, BatchRowState::Failed]);

    // As Excel has it in Europe, elsewhere, with another heading and a line that names the separator.
    let excel = "\u{FEFF}sep=;\r\n\"Firma\";Webseite;Gruppe\r\nAnna;\"https://anna.example\";North\r\nBen, Sons;https://ben.example;\r\n";
    let again = BatchRequest {
        leave_out_wrong_rows: true,
        ..stage.file_of("Kunden (2).csv", excel.as_bytes())
    };
    let plan = batches::plan(&stage.world.engine, again.clone()).await.unwrap();
    assert_eq!((plan.right, plan.duplicates), (2, 0), "{:?}", plan.rows);
    assert_eq!(plan.resumes, None, "it came to its end; only what failed is left");
    let gone_on = stage.start(again, &[]).await.unwrap();
    assert_eq!(gone_on.id, batch.id);
    assert_eq!(states(&gone_on), [BatchRowState::WaitingForData; 2]);
    assert_eq!(batches::list(&stage.world.engine, Nothing {}).await.unwrap().len(), 1);
    let accounts = [("Anna".to_owned(), 1), ("Ben, Sons".to_owned(), 1)];
    assert_eq!((stage.accounts().await, stage.tickets().await), (accounts.to_vec(), 3));
}

#[tokio::test]
async fn another_choice_for_all_rows_is_another_batch() {
    let mut stage = Stage::new().await;
    let request = stage.file(&["Anna;https://anna.example;"]);
    let begun = stage.begun(request.clone()).await;
    let engine = &stage.world.engine;
    let plan = |request| async move { batches::plan(engine, request).await.unwrap().resumes };
    assert_eq!(plan(request.clone()).await, Some(begun));
    let mut others = vec![request.clone(); 4];
    others[0].template = Some("shop".to_owned());
    others[1].defaults.currency = Some("GBP".to_owned());
    others[2].container = gantry_engine::dto::provisioning::ContainerChoice::New { account_id: None };
    others[3].skip = [gantry_engine::dto::provisioning::ProvisionStep::DataRetention].into();
    for other in others {
        assert_eq!(plan(other.clone()).await, None, "{other:?}");
    }
    // How the Terms of Service are asked for is no part of what is set up.
    let links = BatchRequest {
        terms: gantry_engine::dto::batches::TermsInBatch::Links,
        ..request.clone()
    };
    assert!(plan(links).await.is_some());
}
