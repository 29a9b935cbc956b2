//! Rows that would make something twice: told, and set up all the same where the person wants it.

use gantry_engine::dto::batches::{BatchRequest, BatchRowState};
use gantry_engine::dto::provisioning::ContainerChoice;
use gantry_engine::{ErrorCode, batches};
use gantry_sandbox::practice::OWNER;

use crate::stage::{Stage, states};

const TWO: [&str; 2] = [
    "Anna;https://anna.example;",
    "Anna Events;https://www.anna.example/events;",
];

fn anyway(request: BatchRequest, lines: &[u32]) -> BatchRequest {
    BatchRequest {
        anyway: lines.iter().copied().collect(),
        ..request
    }
}

#[tokio::test]
async fn a_row_that_is_there_already_is_set_up_where_the_person_says_so() {
    let mut stage = Stage::new().await;
    let request = anyway(stage.file(&TWO), &[3]);
    let plan = batches::plan(&stage.world.engine, request.clone()).await.unwrap();
    assert_eq!((plan.right, plan.duplicates), (2, 0));
    let row = &plan.rows[1];
    assert_eq!(row.duplicate.as_deref(), Some("Line 2 has the same website."));
    assert!(row.anyway && !plan.rows[0].anyway);
    let batch = stage.start(request.clone(), &["Anna Events"]).await.unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData, BatchRowState::Failed]);
    // Each row goes on with its own.
    let again = stage.start(request, &[]).await.unwrap();
    assert_eq!(again.id, batch.id);
    assert_eq!(states(&again), [BatchRowState::WaitingForData; 2]);
    let accounts = [("Anna".to_owned(), 1), ("Anna Events".to_owned(), 1)];
    assert_eq!((stage.accounts().await, stage.tickets().await), (accounts.to_vec(), 3));
}

#[tokio::test]
async fn another_business_of_a_name_that_google_analytics_has_gets_an_account_of_its_own() {
    let mut stage = Stage::of(OWNER).await;
    let before = stage.accounts().await;
    stage.sync().await;
    let name = before[0].0.clone();
    let line = format!("{name};https://another-business.example;");
    let request = stage.file(&[line.as_str()]);
    let plan = batches::plan(&stage.world.engine, request.clone()).await.unwrap();
    let told = "Google Analytics has an account of this name.";
    assert_eq!(plan.rows[0].duplicate.as_deref(), Some(told));
    let refused = stage.start(request.clone(), &[]).await.unwrap_err();
    assert_eq!((refused.code, stage.tickets().await), (ErrorCode::InvalidRequest, 0));
    let batch = stage.start(anyway(request, &[2]), &[]).await.unwrap();
    assert_eq!(states(&batch), [BatchRowState::WaitingForData]);
    let after = stage.accounts().await;
    assert_eq!(after.len(), before.len() + 1);
    assert_eq!(after.iter().filter(|(known, _)| *known == name).count(), 2);
}

#[tokio::test]
async fn a_row_that_was_left_out_joins_its_batch_when_it_is_wanted_after_all() {
    let mut stage = Stage::new().await;
    let request = BatchRequest {
        leave_out_wrong_rows: true,
        ..stage.file(&TWO)
    };
    let batch = stage.start(request.clone(), &[]).await.unwrap();
    assert_eq!(batch.rows.len(), 1);
    let joined = stage.start(anyway(request, &[3]), &[]).await.unwrap();
    assert_eq!(joined.id, batch.id);
    assert_eq!(states(&joined), [BatchRowState::WaitingForData; 2]);
    assert_eq!((joined.rows[1].line, stage.tickets().await), (3, 2));
}

#[tokio::test]
async fn a_wrong_row_and_a_row_that_says_the_same_are_never_set_up() {
    let mut stage = Stage::new().await;
    let lines = [TWO[0], "Ben;nowhere;", TWO[0]];
    let request = BatchRequest {
        leave_out_wrong_rows: true,
        ..stage.file(&lines)
    };
    let plan = batches::plan(&stage.world.engine, anyway(request.clone(), &[3, 4])).await;
    let plan = plan.unwrap();
    assert_eq!((plan.right, plan.wrong, plan.duplicates), (1, 2, 0));
    assert_eq!(plan.rows[2].problems[0].message, "Line 2 says the same.");
    for line in [3, 4, 9] {
        let refused = stage.start(anyway(request.clone(), &[line]), &[]).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidRequest);
        assert!(
            refused.message.starts_with(&format!("Line {line} cannot")),
            "{}",
            refused.message
        );
    }
    assert_eq!(stage.tickets().await, 0);
}

#[tokio::test]
async fn a_container_that_two_rows_name_or_a_set_up_uses_is_told() {
    let mut stage = Stage::of(OWNER).await;
    let first = BatchRequest {
        container: ContainerChoice::New { account_id: None },
        ..stage.file(&["Anna;https://anna.example;"])
    };
    let batch = stage.start(first, &[]).await.unwrap();
    let container = batch.rows[0].result.clone().unwrap().container.unwrap();
    let path = format!(
        "accounts/{}/containers/{}",
        container.account_id, container.container_id
    );
    let gtm = container.public_id;
    let text = format!(
        "Client,Website,Container\nBen,ben.example,GTM-ABC1234\nCleo,cleo.example,gtm-abc1234\nDora,dora.example,{gtm}\n\
         Emil,emil.example,{path}\nFred,fred.example,new\n"
    );
    let request = stage.file_of("containers.csv", text.as_bytes());
    let plan = batches::plan(&stage.world.engine, request).await.unwrap();
    let told: Vec<_> = plan
        .rows
        .iter()
        .map(|row| row.duplicate.clone().unwrap_or_default())
        .collect();
    assert_eq!(
        (told[0].as_str(), told[1].as_str()),
        ("", "Line 2 has the same container.")
    );
    for used in &told[2..4] {
        assert!(used.starts_with("Its container was used by a set-up on"), "{used}");
    }
    assert_eq!(told[4], "");
}

#[tokio::test]
async fn one_container_that_is_chosen_for_all_rows_is_meant() {
    let stage = Stage::new().await;
    let request = BatchRequest {
        container: ContainerChoice::Existing {
            container: "GTM-ABC1234".to_owned(),
        },
        ..stage.file(&["Anna;https://anna.example;", "Ben;https://ben.example;"])
    };
    let plan = batches::plan(&stage.world.engine, request).await.unwrap();
    assert_eq!((plan.right, plan.duplicates), (2, 0));
}
