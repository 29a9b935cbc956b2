//! The calls that a plan tells beforehand, against those that Google counted.

use std::collections::{BTreeMap, BTreeSet};

use gantry_engine::dto::provisioning::{
    AnalyticsChoice, ContainerChoice, ProvisionRequest, ProvisionRunView, ProvisionState, ProvisionStep, StepState,
};
use gantry_engine::provisioning;
use serde_json::{Value, json};

use crate::recorded::Recording;
use crate::tag_manager::stage::Stage;
use crate::whole_plan::{ADMIN, choices, everything, listed, outcome, stage};
use crate::world::form;

/// Requests by host since the log was cleared.
async fn calls(stage: &Stage) -> BTreeMap<String, u32> {
    let log = stage.world.control("log", Value::Null).await;
    let mut calls = BTreeMap::new();
    for one in log["requests"].as_array().unwrap() {
        *calls.entry(one["host"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    calls
}

fn states(run: &ProvisionRunView) -> Vec<(ProvisionStep, StepState)> {
    run.steps.iter().map(|step| (step.step, step.state)).collect()
}

/// Runs the form and compares with its plan: steps, and calls per API as Google counted them.
async fn as_planned(request: ProvisionRequest) -> ProvisionRunView {
    as_planned_on(&mut stage().await, request).await
}

async fn as_planned_on(stage: &mut Stage, request: ProvisionRequest) -> ProvisionRunView {
    let (run, planned, spent) = planned_and_spent(stage, request).await;
    assert_eq!(planned, spent, "nothing was there before");
    run
}

/// The run, and the calls to Google Analytics and to Tag Manager: as planned, and as Google counted them.
async fn planned_and_spent(stage: &mut Stage, request: ProvisionRequest) -> (ProvisionRunView, (u32, u32), (u32, u32)) {
    let plan = provisioning::plan(&stage.world.engine, request.clone()).await.unwrap();
    assert_eq!(plan.problems, []);
    assert!(plan.missing.is_empty() && plan.seconds > 0 && plan.resumes.is_none());
    let before = calls(stage).await;
    let run = stage.set_up(request).await.unwrap();
    let after = calls(stage).await;
    let spent = |host: &str| after.get(host).unwrap_or(&0) - before.get(host).unwrap_or(&0);
    let spent = (spent(ADMIN), spent("tagmanager.googleapis.com"));
    let made = run.result.as_ref().unwrap();
    assert_eq!(
        (made.analytics_calls, made.tag_manager_calls),
        spent,
        "what the run says of itself"
    );
    assert_eq!(
        plan.steps.iter().map(|step| step.step).collect::<Vec<_>>(),
        run.steps.iter().map(|step| step.step).collect::<Vec<_>>()
    );
    for (step, state) in states(&run) {
        let planned = plan.steps.iter().find(|planned| planned.step == step).unwrap();
        let wanted = if planned.skipped {
            StepState::Skipped
        } else {
            StepState::Done
        };
        assert_eq!(state, wanted, "{step:?}");
    }
    (run, (plan.analytics_calls, plan.tag_manager_calls), spent)
}

#[tokio::test]
async fn a_plan_of_everything_tells_the_calls_that_the_run_makes() {
    let recording = Recording::start("set_up_everything");
    let mut stage = stage().await;
    let run = as_planned_on(&mut stage, everything()).await;
    recording.keep(&stage.world.sandbox).await;
    assert_eq!(outcome(&run, ProvisionStep::KeyEvents), "6 key events");
    assert_eq!(outcome(&run, ProvisionStep::CustomDimensions), "8 custom dimensions");
    assert_eq!(outcome(&run, ProvisionStep::People), "2 people");
    let made = run.result.unwrap();
    assert_eq!(made.app_streams.len(), 2);
    assert!(made.app_streams.iter().all(|app| !app.data_stream_id.is_empty()));
    assert!(made.client_id.is_some() && made.container.unwrap().published);
}

#[tokio::test]
async fn a_plain_plan_tells_the_calls_that_the_run_makes() {
    let run = as_planned(form()).await;
    assert_eq!(run.state, ProvisionState::Done);
}

#[tokio::test]
async fn what_a_person_leaves_out_is_left_out_and_costs_nothing() {
    let skip = BTreeSet::from([
        ProvisionStep::EnhancedMeasurement,
        ProvisionStep::KeyEvents,
        ProvisionStep::People,
        ProvisionStep::Tags,
        ProvisionStep::Client,
    ]);
    let run = as_planned(ProvisionRequest { skip, ..everything() }).await;
    let result = run.result.unwrap();
    assert!(result.client_id.is_none() && !result.container.unwrap().published);
}

/// Everything, in the container that the owner has.
async fn in_the_container(stage: &Stage) -> ProvisionRequest {
    let container = stage.containers().await.remove(0);
    let container = container["publicId"].as_str().unwrap().to_owned();
    ProvisionRequest {
        container: ContainerChoice::Existing { container },
        ..everything()
    }
}

#[tokio::test]
async fn a_plan_for_a_container_that_is_there_tells_the_calls_that_the_run_makes() {
    let recording = Recording::start("set_up_container");
    let mut stage = stage().await;
    let request = in_the_container(&stage).await;
    let (_, planned, spent) = planned_and_spent(&mut stage, request).await;
    assert_eq!(planned, spent);
    // Once more, for the property that it made: the container lacks nothing now.
    let run = stage.newest().await;
    let again = ProvisionRequest {
        analytics: AnalyticsChoice::Property {
            property_id: run.result.unwrap().property_id,
        },
        ..in_the_container(&stage).await
    };
    let (run, planned, spent) = planned_and_spent(&mut stage, again).await;
    assert!(outcome(&run, ProvisionStep::Tags).starts_with("Nothing was missing"));
    assert!(planned.0 >= spent.0 && planned.1 >= spent.1, "{planned:?} {spent:?}");
    recording.keep(&stage.world.sandbox).await;
}

#[tokio::test]
async fn a_plan_for_a_property_that_is_there_tells_the_calls_that_the_run_makes() {
    let recording = Recording::start("set_up_property");
    let mut stage = stage().await;
    let choices = choices(&stage).await;
    let property_id = choices.analytics_accounts[0].properties[0].property_id.clone();
    let request = ProvisionRequest {
        analytics: AnalyticsChoice::Property {
            property_id: property_id.clone(),
        },
        ..everything()
    };
    // `purchase` and the service account's role were there before.
    let (run, planned, spent) = planned_and_spent(&mut stage, request.clone()).await;
    assert!(planned.0 >= spent.0, "{planned:?} {spent:?}");
    assert_eq!(planned.1, spent.1);
    assert_eq!(listed(&stage, &run, "customDimensions").await, 8);
    // With everything there, it is looked and nothing is made.
    let again = ProvisionRequest {
        container: ContainerChoice::None,
        ..request
    };
    let (_, planned, spent) = planned_and_spent(&mut stage, again).await;
    assert!(planned.0 >= spent.0, "{planned:?} {spent:?}");
    recording.keep(&stage.world.sandbox).await;
}

#[tokio::test]
async fn a_plan_for_an_empty_property_that_is_there_tells_the_calls_that_the_run_makes() {
    let mut stage = stage().await;
    let account = &choices(&stage).await.analytics_accounts[0].account_id;
    let scopes = ["https://www.googleapis.com/auth/analytics.edit"];
    let issued = json!({ "email": stage.account, "scopes": scopes });
    let issued = stage.world.control("tokens/issue", issued).await;
    let url = format!(
        "{}/{ADMIN}/v1beta/properties?access_token={}",
        stage.world.sandbox.base(),
        issued["access_token"].as_str().unwrap()
    );
    let body = json!({ "parent": format!("accounts/{account}"), "displayName": "Empty", "timeZone": "Europe/Berlin" });
    let reply = crate::user_agent::request("POST", &url.parse().unwrap(), "application/json", &body.to_string()).await;
    let made: Value = serde_json::from_str(&reply.body).unwrap();
    let property = made["name"].as_str().unwrap().trim_start_matches("properties/");
    // `purchase`, which every property has, is no key event of the content template.
    let request = ProvisionRequest {
        analytics: AnalyticsChoice::Property {
            property_id: property.to_owned(),
        },
        template: Some("content".to_owned()),
        ..everything()
    };
    let (_, planned, spent) = planned_and_spent(&mut stage, request).await;
    assert_eq!(planned, spent);
}
