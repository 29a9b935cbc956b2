//! A set-up that stopped at one step goes on without it, or with what was wrong put right.

use std::collections::BTreeSet;

use gantry_domain::Permission::{Configure, Edit, Manage, Publish, View};
use gantry_engine::dto::provisioning::{
    ContainerChoice, PersonAccess, PropertyRole, ProvisionRequest, ProvisionState, ProvisionStep, ResumeProvision,
    StepState, TrashAsset, TrashRequest,
};
use gantry_engine::{ErrorCode, provisioning};
use gantry_sandbox::practice;
use serde_json::json;

use crate::tag_manager::stage::{Stage, state_of};
use crate::world::form;

async fn stage() -> Stage {
    Stage::signed_in(practice::OWNER, [View, Configure, Edit, Publish, Manage]).await
}

async fn refused(stage: &Stage, path: &str, times: u32) {
    let body = json!({ "error": { "code": 400, "message": "Not this one.", "status": "INVALID_ARGUMENT" } });
    let fault = json!({
        "match": { "host": "analyticsadmin.googleapis.com", "method": "POST", "path_contains": path },
        "times": times, "status": 400, "body": body,
    });
    stage.world.control("faults", fault).await;
}

fn person(email: &str) -> Vec<PersonAccess> {
    vec![PersonAccess {
        email: email.to_owned(),
        role: PropertyRole::Viewer,
    }]
}

#[tokio::test]
async fn p6_a_refused_ads_link_is_left_out_and_the_run_ends() {
    let mut stage = stage().await;
    refused(&stage, "/googleAdsLinks", 9).await;
    let request = ProvisionRequest {
        google_ads_customer: Some("123-456-7890".to_owned()),
        ..form()
    };
    stage.set_up(request).await.unwrap_err();
    assert_eq!(stage.resume().await.unwrap_err().code, ErrorCode::GoogleRefused);
    let run = stage.newest().await;

    let needed = ResumeProvision {
        leave_out: BTreeSet::from([ProvisionStep::Snippet]),
        ..ResumeProvision::default()
    };
    let told = stage.resume_with(needed).await.unwrap_err();
    assert_eq!(told.code, ErrorCode::InvalidRequest);
    assert!(told.message.contains("snippet"), "{}", told.message);

    let without = ResumeProvision {
        // What is done stays done.
        leave_out: BTreeSet::from([ProvisionStep::GoogleAdsLink, ProvisionStep::DataRetention]),
        ..ResumeProvision::default()
    };
    let done = stage.resume_with(without).await.unwrap();
    assert_eq!((&done.id, done.state), (&run.id, ProvisionState::Done));
    assert_eq!(state_of(&done, ProvisionStep::GoogleAdsLink), StepState::Skipped);
    assert_eq!(
        state_of(&done, ProvisionStep::DataRetention),
        state_of(&run, ProvisionStep::DataRetention)
    );
    assert_eq!(done.request.skip, BTreeSet::from([ProvisionStep::GoogleAdsLink]));
}

#[tokio::test]
async fn p6_a_wrong_person_is_corrected_and_what_is_done_stays_as_it_was() {
    let mut stage = stage().await;
    refused(&stage, "accessBindings", 1).await;
    let request = ProvisionRequest {
        people: person("anna.keller@northlight.example"),
        ..form()
    };
    stage.set_up(request.clone()).await.unwrap_err();
    let run = stage.newest().await;
    let corrected = ProvisionRequest {
        people: person("ana.keller@northlight.example"),
        container: ContainerChoice::New { account_id: None },
        account_name: "Another".to_owned(),
        property_name: "Another".to_owned(),
        website: "https://another.example".to_owned(),
        ..run.request.clone()
    };
    let done = stage
        .resume_with(ResumeProvision {
            corrected: Some(corrected.clone()),
            ..ResumeProvision::default()
        })
        .await
        .unwrap();
    assert_eq!((&done.id, done.state), (&run.id, ProvisionState::Done));
    assert_eq!(
        done.request,
        ProvisionRequest {
            people: corrected.people,
            container: corrected.container,
            ..run.request
        }
    );
    // The container was not in the first plan: its steps were planned anew.
    assert_eq!(state_of(&done, ProvisionStep::Publish), StepState::Done);
    assert!(done.result.unwrap().container.unwrap().published);
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 1);
    // The run is that of the corrected form now.
    let plan = provisioning::plan(&stage.world.engine, request).await.unwrap();
    assert_eq!(plan.resumes, None);
}

#[tokio::test]
async fn a_correction_that_is_wrong_itself_changes_nothing() {
    let mut stage = stage().await;
    refused(&stage, "accessBindings", 1).await;
    let request = ProvisionRequest {
        people: person("ana.keller@northlight.example"),
        ..form()
    };
    stage.set_up(request).await.unwrap_err();
    let run = stage.newest().await;
    let corrected = ProvisionRequest {
        people: person("ana.keller"),
        ..run.request.clone()
    };
    let told = stage.resume_with(ResumeProvision {
        corrected: Some(corrected),
        ..ResumeProvision::default()
    });
    assert_eq!(told.await.unwrap_err().code, ErrorCode::InvalidRequest);
    assert_eq!(stage.newest().await.request, run.request);
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
}

#[tokio::test]
async fn a_plan_tells_of_the_same_website_that_was_set_up_or_begun_before() {
    let mut stage = stage().await;
    refused(&stage, "/dataStreams", 1).await;
    stage.set_up(form()).await.unwrap_err();
    let begun = stage.newest().await;
    let plan = async |request: ProvisionRequest| provisioning::plan(&stage.world.engine, request).await.unwrap();
    let differs = ProvisionRequest {
        account_name: "Bakery".to_owned(),
        website: "http://hafen.example/".to_owned(),
        ..form()
    };
    let told = plan(differs.clone()).await;
    assert_eq!((told.problems.len(), told.notes.len()), (0, 1));
    assert!(
        told.notes[0].contains(&begun.id) && told.notes[0].contains("unfinished"),
        "{:?}",
        told.notes
    );
    let same = plan(form()).await;
    assert_eq!((same.resumes, same.notes), (Some(begun.id.clone()), Vec::new()));
    let elsewhere = ProvisionRequest {
        website: "https://shop.hafen.example".to_owned(),
        ..form()
    };
    assert!(plan(elsewhere).await.notes.is_empty());

    // Finished, it is told even of the same form; in the trash, it is not.
    let done = stage.resume().await.unwrap();
    assert_eq!(done.state, ProvisionState::Done);
    for request in [form(), differs] {
        let told = provisioning::plan(&stage.world.engine, request).await.unwrap();
        assert!(told.notes[0].contains("was set up already"), "{:?}", told.notes);
    }
    let engine = &stage.world.engine;
    let made = provisioning::made(engine, gantry_engine::dto::ById { id: done.id.clone() })
        .await
        .unwrap();
    let assets = made.iter().map(|one| TrashAsset {
        asset: one.asset.clone(),
        name: one.name.clone(),
    });
    let request = TrashRequest {
        run_id: done.id,
        assets: assets.collect(),
    };
    assert!(provisioning::trash(engine, request).await.unwrap().failures.is_empty());
    assert!(provisioning::plan(engine, form()).await.unwrap().notes.is_empty());
}
