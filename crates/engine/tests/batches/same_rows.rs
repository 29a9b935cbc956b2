//! Which files are one batch, and what becomes of rows that another file began.

use gantry_engine::batches;
use gantry_engine::dto::Nothing;
use gantry_engine::dto::batches::{BatchRequest, BatchRowState, BatchView, TermsInBatch};
use gantry_engine::dto::provisioning::{ContainerChoice, ProvisionStep};

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
    assert_eq!(plan.resumes.as_ref(), Some(&batch.id));
    assert_eq!(plan.rows.iter().map(|row| row.made).collect::<Vec<_>>(), [true, false]);
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
    others[2].container = ContainerChoice::New { account_id: None };
    others[3].skip = [ProvisionStep::DataRetention].into();
    for other in others {
        assert_eq!(plan(other.clone()).await, None, "{other:?}");
    }
    // How the Terms of Service are asked for is no part of what is set up.
    let links = BatchRequest {
        terms: TermsInBatch::Links,
        ..request.clone()
    };
    assert!(plan(links).await.is_some());
}

#[tokio::test]
async fn a_changed_file_takes_up_what_another_began_and_leaves_what_is_done() {
    let mut stage = Stage::new().await;
    let lines = [
        "Anna;https://anna.example;",
        "Ben;https://ben.example;",
        "Cleo;https://cleo.example;",
    ];
    let first = stage.start(stage.file(&lines), &["Ben", "Cleo"]).await.unwrap();
    let run = |batch: &BatchView, name: &str| {
        let row = batch.rows.iter().find(|row| row.name == name).unwrap();
        (row.state, row.run_id.clone())
    };
    let (ben, cleo) = (run(&first, "Ben").1.unwrap(), run(&first, "Cleo").1.unwrap());

    // Cleo's address is put right, and Dora joins.
    let changed = stage.file(&[
        lines[0],
        lines[1],
        "Cleo;https://cleo-bakes.example;",
        "Dora;https://dora.example;",
    ]);
    let changed = BatchRequest {
        leave_out_wrong_rows: true,
        ..changed
    };
    let plan = batches::plan(&stage.world.engine, changed.clone()).await.unwrap();
    assert_eq!((plan.right, plan.duplicates, plan.resumes), (3, 1, None));
    let told: Vec<_> = plan.rows.iter().map(|row| row.duplicate.is_some()).collect();
    assert_eq!(told, [true, false, false, false]);
    assert!(plan.rows[0].duplicate.as_ref().unwrap().contains("was set up on"));
    let goes_on: Vec<_> = plan.rows.iter().map(|row| row.resumes.clone()).collect();
    assert_eq!(goes_on, [None, Some(ben.clone()), None, None]);

    let second = stage.start(changed, &[]).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(run(&second, "Ben"), (BatchRowState::WaitingForData, Some(ben)));
    assert_ne!(run(&second, "Cleo").1.unwrap(), cleo);
    assert_eq!(states(&second), [BatchRowState::WaitingForData; 3]);
    let made = second.rows[0].result.clone().unwrap().measurement_id;
    assert!(made.starts_with("G-"));
    // Both tell of Ben's, in their files as well.
    let known = batches::list(&stage.world.engine, Nothing {}).await.unwrap();
    let earlier = known.iter().find(|batch| batch.id == first.id).unwrap();
    assert_eq!(
        (earlier.rows[1].state, &earlier.rows[1].problem),
        (BatchRowState::WaitingForData, &None)
    );
    for batch in [&first.id, &second.id] {
        let text = stage.exported(batch).await;
        assert!(text.contains(&made), "{text}");
    }
    let accounts = stage.accounts().await;
    assert_eq!(accounts.len(), 4, "{accounts:?}");
    assert!(accounts.iter().all(|(_, properties)| *properties == 1), "{accounts:?}");
}

#[tokio::test]
async fn a_corrected_row_whose_account_is_there_makes_no_second_one() {
    let mut stage = Stage::new().await;
    stage.refused("POST", "/properties").await;
    let failed = stage
        .start(stage.file(&["Anna;https://anna.example;"]), &[])
        .await
        .unwrap();
    assert_eq!(states(&failed), [BatchRowState::Failed]);
    // The copy of Google's list has its account.
    stage.sync().await;
    let engine = &stage.world.engine;
    let corrected = stage.file(&["Anna;https://anna-bakes.example;"]);
    let plan = batches::plan(engine, corrected).await.unwrap();
    let told = plan.rows[0].duplicate.clone().unwrap();
    assert!(told.contains("was begun on") && told.contains("not finished"), "{told}");
    // The row as it was goes on, though the account is there.
    let same = stage.file(&["Anna;https://anna.example;", "Ben;https://ben.example;"]);
    let plan = batches::plan(engine, same.clone()).await.unwrap();
    assert_eq!((plan.right, &plan.rows[0].resumes), (2, &failed.rows[0].run_id));
    let batch = stage.start(same, &[]).await.unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 2]);
    assert_eq!(stage.accounts().await, [("Anna".to_owned(), 1), ("Ben".to_owned(), 1)]);
}
