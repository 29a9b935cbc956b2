//! Mirroring with the fewest calls, and keeping what was read.

use gantry_engine::dto::Nothing;
use gantry_engine::dto::containers::SyncRequest;
use gantry_engine::dto::events::EngineEvent;
use gantry_engine::{ErrorCode, containers, estate};
use gantry_sandbox::practice;
use serde_json::json;

use crate::stage::Stage;

const TAG_MANAGER: &str = "tagmanager.googleapis.com";

#[tokio::test]
async fn one_call_lists_a_containers_version_and_no_call_is_made_twice() {
    let stage = Stage::open(&[practice::AGENCY_ADMIN, practice::AGENCY_PARTNER]).await;
    let result = stage.sync().await.unwrap();
    assert!(result.failures.is_empty(), "{:?}", result.failures);
    assert!(
        result.containers > 50 && result.entities > 1000 && result.never_published > 0,
        "{result:?}"
    );

    let asked = stage.asked(TAG_MANAGER).await;
    assert_eq!(asked.len(), usize::try_from(result.tag_manager_calls).unwrap());
    let versions: Vec<_> = asked.iter().filter(|path| path.ends_with("/versions:live")).collect();
    assert_eq!(
        versions.len(),
        usize::try_from(result.containers).unwrap(),
        "one a container"
    );
    let distinct: std::collections::BTreeSet<_> = versions.iter().collect();
    assert_eq!(distinct.len(), versions.len(), "what two people reach is read once");
    assert!(asked.iter().all(|path| {
        ["/accounts", "/containers", "/versions:live"]
            .iter()
            .any(|end| path.ends_with(end))
    }));

    let tree = containers::tree(&stage.engine, Nothing {}).await.unwrap();
    let mirrored: usize = tree.accounts.iter().map(|account| account.containers.len()).sum();
    assert_eq!(mirrored, usize::try_from(result.containers).unwrap());
    let properties = estate::properties(&stage.engine, Nothing {}).await.unwrap();
    assert_eq!(properties.len(), usize::try_from(result.properties).unwrap());
    assert!(properties.iter().all(|property| !property.account_name.is_empty()));
    let last = estate::last_sync(&stage.engine).await.unwrap().unwrap();
    assert!(last.finished_at.is_some() && last.failed == 0);

    let plan = estate::plan(&stage.engine, SyncRequest::default()).await.unwrap();
    assert!(
        plan.calls >= result.containers && plan.calls <= result.tag_manager_calls,
        "{plan:?}"
    );
}

#[tokio::test]
async fn a_failure_in_one_account_leaves_the_others_and_the_last_good_list() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    let first = stage.sync().await.unwrap();
    let fault = json!({"match": {"path_contains": "/containers"}, "status": 404});
    stage.control("faults", fault).await;
    let second = stage.sync().await.unwrap();
    assert_eq!(second.failures.len(), 1, "{:?}", second.failures);
    assert_eq!(second.failures[0].code, "not_found");
    let tree = containers::tree(&stage.engine, Nothing {}).await.unwrap();
    let mirrored: usize = tree.accounts.iter().map(|account| account.containers.len()).sum();
    assert_eq!(
        mirrored,
        usize::try_from(first.containers).unwrap(),
        "nothing was emptied"
    );
}

#[tokio::test]
async fn progress_tells_calls_and_totals_up_to_the_last() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    let mut events = stage.engine.subscribe();
    let result = stage.sync().await.unwrap();
    let mut last = None;
    while let Ok(event) = events.try_recv() {
        if let EngineEvent::JobProgress { progress, .. } = event {
            assert!(progress.done <= progress.total, "{progress:?}");
            last = Some(progress);
        }
    }
    let last = last.unwrap();
    assert_eq!(
        (last.done, last.calls),
        (last.total, result.tag_manager_calls + result.analytics_calls)
    );
}

#[tokio::test]
async fn a_stopped_sync_goes_on_where_it_ended() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    let engine = stage.engine.clone();
    let mut events = engine.subscribe();
    let stopper = tokio::spawn(async move {
        let mut read = 0;
        while let Ok(event) = events.recv().await {
            if let EngineEvent::JobProgress { progress, .. } = event
                && progress.what == "Reading live versions"
            {
                read += 1;
                if read == 5 {
                    engine.jobs().cancel_all();
                    return;
                }
            }
        }
    });
    assert_eq!(stage.sync().await.unwrap_err().code, ErrorCode::Cancelled);
    stopper.await.unwrap();
    let kept: Vec<String> = stage
        .engine
        .store()
        .live_versions()
        .await
        .unwrap()
        .into_iter()
        .map(|live| live.container_id)
        .collect();
    assert!(!kept.is_empty(), "what was read is kept");
    let before = stage.asked(TAG_MANAGER).await.len();

    let result = stage.sync().await.unwrap();
    assert!(kept.len() < usize::try_from(result.containers).unwrap());
    let asked = stage.asked(TAG_MANAGER).await.split_off(before);
    let versions: Vec<_> = asked.iter().filter(|path| path.ends_with(":live")).collect();
    let is_kept = |path: &str| {
        kept.iter()
            .any(|id| path.ends_with(&format!("/containers/{id}/versions:live")))
    };
    let first_kept = versions.iter().position(|path| is_kept(path)).unwrap();
    // Eight are in flight at once, so that the order is exact up to eight.
    assert!(
        first_kept + kept.len() + 8 >= versions.len(),
        "{first_kept} of {}, {} kept",
        versions.len(),
        kept.len()
    );
}

#[tokio::test]
async fn without_a_connection_and_with_a_dead_one_the_reason_is_said() {
    let nobody = Stage::open(&[]).await;
    assert_eq!(nobody.sync().await.unwrap_err().code, ErrorCode::NoConnection);

    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage
        .control("tokens/revoke", json!({"email": practice::AGENCY_PARTNER}))
        .await;
    assert_eq!(stage.sync().await.unwrap_err().code, ErrorCode::SignInNeeded);
    assert_eq!(
        stage.sync().await.unwrap_err().code,
        ErrorCode::SignInNeeded,
        "and the second time without asking"
    );
}
