//! No request of one connection ever carries another's token, whatever happens to them side by side.

use std::collections::HashMap;

use futures_util::StreamExt;
use gantry_engine::dto::reports::ReportRequest;
use gantry_engine::{ErrorCode, reports};
use gantry_sandbox::practice::{AGENCY_ADMIN, AGENCY_ANALYST, AGENCY_EDITOR, AGENCY_PARTNER};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::reports::question;
use crate::stage::Stage;

const USERS: [&str; 4] = [AGENCY_ADMIN, AGENCY_EDITOR, AGENCY_ANALYST, AGENCY_PARTNER];

/// What happens, in an order that the test runner chooses.
#[derive(Clone, Debug)]
enum Step {
    /// This user's connection asks for a report.
    Ask(usize),
    /// Google answers the next request 401: its token is replaced in the middle of it all.
    Refuse,
    /// The connection's session is made anew, as after a change of what it may do.
    Forget(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..USERS.len()).prop_map(Step::Ask),
        1 => Just(Step::Refuse),
        1 => (0..USERS.len()).prop_map(Step::Forget),
    ];
    proptest::collection::vec(step, 20..60)
}

/// The `limit` of a report's request: proto JSON writes 64-bit numbers as strings, and takes either.
fn limit_of(request: &Value) -> Option<usize> {
    let limit = &request["body"]["limit"];
    let number = limit.as_u64().or_else(|| limit.as_str()?.parse().ok())?;
    usize::try_from(number).ok()
}

/// Runs the steps, sixteen at a time; each report asks for a number of rows that names its step.
async fn play(stage: &Stage, properties: &HashMap<&'static str, String>, steps: &[Step]) {
    stage.forget_log().await;
    let running = steps.iter().enumerate().map(|(place, step)| async move {
        match step {
            Step::Ask(user) => {
                let question = ReportRequest {
                    connection: Some(USERS[*user].to_owned()),
                    limit: Some(1_000 + u32::try_from(place).unwrap()),
                    ..question(&properties[USERS[*user]])
                };
                let answer = reports::run(&stage.engine, question).await;
                // A second 401 in a row ends a report: that is no matter of this test.
                if let Err(error) = answer {
                    assert_eq!(error.code, ErrorCode::SignInNeeded, "{error:?}");
                }
            }
            Step::Refuse => {
                let fault = json!({ "match": { "host": "analyticsdata.googleapis.com" }, "status": 401 });
                stage.control("faults", fault).await;
            }
            Step::Forget(user) => {
                let mut record = stage.engine.store().connection(USERS[*user]).await.unwrap().unwrap();
                record.granted_scopes.push(format!("https://example.com/{place}"));
                stage.engine.store().put_connection(record).await.unwrap();
            }
        }
    });
    futures_util::stream::iter(running)
        .buffer_unordered(16)
        .collect::<Vec<()>>()
        .await;

    let mut judged = 0;
    for request in stage.log().await {
        let Some(limit) = limit_of(&request) else {
            continue;
        };
        let Step::Ask(user) = steps[limit - 1_000] else {
            panic!("no report was asked for in step {}", limit - 1_000);
        };
        // A request whose token was refused has no user, and is repeated with another token.
        if let Some(sent_as) = request["user"].as_str() {
            assert_eq!(sent_as, USERS[user], "step {} of {steps:?}", limit - 1_000);
            judged += 1;
        }
    }
    let asked = steps.iter().filter(|step| matches!(step, Step::Ask(_))).count();
    assert!(judged >= asked / 2, "{judged} of {asked} requests were seen");
}

#[test]
fn no_request_of_one_connection_carries_anothers_token() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let stage = runtime.block_on(Stage::open(&USERS));
    let world = stage.sandbox.google().world();
    let properties: HashMap<&'static str, String> = USERS
        .into_iter()
        .map(|user| {
            let mut all = world.analytics.properties.keys().copied();
            let property = all.find(|property| world.can_read_property(user, *property)).unwrap();
            (user, property.to_string())
        })
        .collect();
    drop(world);
    let mut runner = TestRunner::new(Config {
        cases: 6,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&steps(), |steps| {
            runtime.block_on(play(&stage, &properties, &steps));
            Ok(())
        })
        .unwrap();
}
