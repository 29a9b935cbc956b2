//! Data streams in the mirror: one call a property, the last good list where it fails.

use std::collections::BTreeSet;

use gantry_engine::dto::containers::SyncRequest;
use gantry_engine::estate;
use gantry_sandbox::practice;
use serde_json::json;

use crate::stage::Stage;

const ADMIN: &str = "analyticsadmin.googleapis.com";

fn of_streams(asked: Vec<String>) -> Vec<String> {
    asked
        .into_iter()
        .filter(|path| path.ends_with("/dataStreams"))
        .collect()
}

#[tokio::test]
async fn one_call_reads_a_propertys_streams_whoever_reaches_it() {
    let stage = Stage::open(&[practice::AGENCY_ADMIN, practice::AGENCY_PARTNER]).await;
    let result = stage.sync().await.unwrap();
    let asked = of_streams(stage.asked(ADMIN).await);
    let distinct: BTreeSet<_> = asked.iter().collect();
    assert_eq!(distinct.len(), asked.len(), "what two people reach is read once");
    assert_eq!(asked.len(), usize::try_from(result.properties).unwrap());
    assert_eq!(result.analytics_calls, result.properties + 2, "and a list a connection");
    let streams = stage.engine.store().data_streams().await.unwrap();
    assert_eq!(streams.len(), usize::try_from(result.data_streams).unwrap());
    assert!(streams.iter().all(|stream| {
        stream.measurement_id.as_deref().is_some_and(|id| id.starts_with("G-")) && stream.default_uri.is_some()
    }));
    let plan = estate::plan(&stage.engine, SyncRequest::default()).await.unwrap();
    assert_eq!(
        plan.analytics_calls, result.analytics_calls,
        "the plan says what it costs"
    );
}

#[tokio::test]
async fn a_failure_keeps_the_streams_that_were_read() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    stage.sync().await.unwrap();
    let before = stage.engine.store().data_streams().await.unwrap();
    let fault = json!({"match": {"path_contains": "/dataStreams"}, "times": 1000, "status": 403});
    stage.control("faults", fault).await;
    let result = stage.sync().await.unwrap();
    assert_eq!(result.failures.len(), usize::try_from(result.properties).unwrap());
    assert!(
        result
            .failures
            .iter()
            .all(|failure| failure.what.ends_with("data streams"))
    );
    assert_eq!(stage.engine.store().data_streams().await.unwrap(), before);
}
