//! A sync that cannot read everything: what it shows early, keeps, and says.

use gantry_engine::dto::Nothing;
use gantry_engine::dto::containers::{ContainerTree, SyncRequest};
use gantry_engine::dto::events::{EngineEvent, Topic};
use gantry_engine::{ErrorCode, commands, containers, estate};
use gantry_sandbox::practice;
use serde_json::json;

use crate::stage::Stage;

const TAG_MANAGER: &str = "tagmanager.googleapis.com";

async fn tree(stage: &Stage) -> ContainerTree {
    containers::tree(&stage.engine, Nothing {}).await.unwrap()
}

/// (published, never published, not read) containers of the tree.
fn states(tree: &ContainerTree) -> (usize, usize, usize) {
    let rows = || tree.accounts.iter().flat_map(|account| &account.containers);
    let published = rows().filter(|row| row.live_version.is_some()).count();
    let not_read = rows().filter(|row| row.live_read_at.is_none()).count();
    (published, rows().count() - published - not_read, not_read)
}

#[tokio::test]
async fn the_first_account_is_whole_before_the_last_is_listed() {
    let stage = Stage::open(&[practice::AGENCY_ADMIN]).await;
    let mut events = stage.engine.subscribe();
    let result = stage.sync().await.unwrap();
    assert!(result.tag_manager_accounts > 3);
    let asked = stage.asked(TAG_MANAGER).await;
    let last_list = asked.iter().rposition(|path| path.ends_with("/containers")).unwrap();
    let first_live = asked.iter().position(|path| path.ends_with(":live")).unwrap();
    assert!(
        first_live < 8 && first_live + 20 < last_list,
        "{first_live} {last_list}"
    );
    let mut told = 0;
    while let Ok(event) = events.try_recv() {
        told += u32::from(matches!(
            event,
            EngineEvent::Changed {
                topic: Topic::Containers
            }
        ));
    }
    assert!(told > result.tag_manager_accounts, "{told}");
    assert_eq!(states(&tree(&stage).await).2, 0);
}

#[tokio::test]
async fn a_spent_day_ends_the_sync_and_the_next_one_goes_on() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage
        .control("quota", json!({"enabled": true, "per_window": 1000, "per_day": 12}))
        .await;
    let error = stage.sync().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::QuotaExhausted);
    assert!(error.message.contains("It comes back at 20"), "{}", error.message);
    assert!(
        estate::last_sync(&stage.engine)
            .await
            .unwrap()
            .unwrap()
            .finished_at
            .is_some()
    );
    let (published, never_published, not_read) = states(&tree(&stage).await);
    assert!(
        published + never_published > 0 && not_read > 0,
        "{published} {not_read}"
    );

    // The ledger knows it: nothing more is sent.
    let before = stage.asked(TAG_MANAGER).await.len();
    assert_eq!(stage.sync().await.unwrap_err().code, ErrorCode::QuotaExhausted);
    assert_eq!(stage.asked(TAG_MANAGER).await.len(), before);
}

#[tokio::test]
async fn only_googles_words_make_a_container_unpublished() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let before = states(&tree(&stage).await);
    assert!(before.0 > 0 && before.1 > 0, "{before:?}");
    let gone = json!({"match": {"path_contains": "/versions:live"}, "times": 1000, "status": 404});
    stage.control("faults", gone).await;
    let result = stage.sync().await.unwrap();
    assert_eq!(result.failures.len(), before.0 + before.1);
    assert!(result.failures.iter().all(|failure| failure.code == "not_found"));
    assert_eq!(states(&tree(&stage).await), before, "what was read is kept");
}

#[tokio::test]
async fn what_one_connection_cannot_read_the_next_one_tries() {
    let stage = Stage::open(&[practice::AGENCY_ADMIN, practice::AGENCY_PARTNER]).await;
    let fault = json!({"match": {"path_contains": "/versions:live"}, "status": 404});
    stage.control("faults", fault).await;
    let result = stage.sync().await.unwrap();
    assert_eq!(result.failures.len(), 1);
    let asked = stage.asked(TAG_MANAGER).await;
    let versions: Vec<_> = asked.iter().filter(|path| path.ends_with(":live")).collect();
    let distinct: std::collections::BTreeSet<_> = versions.iter().collect();
    let shared = states(&tree(&stage).await).2 == 0;
    assert_eq!(versions.len() - distinct.len(), usize::from(shared));
}

#[tokio::test]
async fn two_syncs_at_once_are_one() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    let second = || {
        commands::run_job(&stage.engine, "estate.sync", |engine, job| async move {
            estate::sync(&engine, SyncRequest::default(), &job).await
        })
    };
    let (one, other) = tokio::join!(second(), second());
    let (done, refused) = if one.is_ok() { (one, other) } else { (other, one) };
    assert!(done.unwrap().failures.is_empty());
    assert_eq!(refused.unwrap_err().code, ErrorCode::Conflict);
    stage.sync().await.unwrap();
}
