//! A set-up with everything in it: what the plan says is what is done, and each way in which a step goes wrong.

use std::collections::BTreeSet;

use gantry_domain::Permission::{Configure, Edit, Manage, Publish, View};
use gantry_engine::dto::provisioning::{
    AnalyticsChoice, ChoicesRequest, ContainerChoice, Dialect, PersonAccess, PropertyRole, ProvisionRequest,
    ProvisionRunView, ProvisionState, ProvisionStep,
};
use gantry_engine::{ErrorCode, provisioning};
use gantry_sandbox::practice;
use serde_json::{Value, json};

use crate::recorded::Recording;
use crate::tag_manager::stage::Stage;
use crate::world::form;

pub const ADMIN: &str = "analyticsadmin.googleapis.com";
/// The six of the template and `purchase`, which each new property has.
const KEY_EVENTS: usize = 7;

pub async fn stage() -> Stage {
    Stage::signed_in(practice::OWNER, [View, Configure, Edit, Publish, Manage]).await
}

/// Template, apps, people, Google Ads and a container.
pub fn everything() -> ProvisionRequest {
    let person = |email: &str, role| PersonAccess {
        email: email.to_owned(),
        role,
    };
    ProvisionRequest {
        template: Some("shop".to_owned()),
        android_package: Some("example.hafen.app".to_owned()),
        ios_bundle: Some("example.hafen.app".to_owned()),
        google_ads_customer: Some("123-456-7890".to_owned()),
        people: vec![
            person("ana.keller@northlight.example", PropertyRole::Editor),
            person(practice::SERVICE_ACCOUNT, PropertyRole::Viewer),
        ],
        container: ContainerChoice::New { account_id: None },
        ..form()
    }
}

pub fn outcome(run: &ProvisionRunView, wanted: ProvisionStep) -> String {
    let step = run.steps.iter().find(|step| step.step == wanted).unwrap();
    step.outcome.clone().unwrap_or_default()
}

async fn lost(stage: &Stage, path: &str) {
    let fault = json!({ "match": { "host": ADMIN, "method": "POST", "path_contains": path }, "drop": "after" });
    stage.world.control("faults", fault).await;
}

#[tokio::test]
async fn a_plan_names_what_is_missing_and_what_is_wrong() {
    let stage = Stage::signed_in(practice::OWNER, [View, Configure]).await;
    let plan = provisioning::plan(&stage.world.engine, everything()).await.unwrap();
    assert_eq!(
        plan.permissions,
        BTreeSet::from([View, Configure, Edit, Publish, Manage])
    );
    assert_eq!(plan.missing, BTreeSet::from([Edit, Publish, Manage]));
    let wrong = ProvisionRequest {
        template: Some("no-such".to_owned()),
        country: "UK".to_owned(),
        connection: Some("nobody@nowhere.example".to_owned()),
        ..form()
    };
    let plan = provisioning::plan(&stage.world.engine, wrong).await.unwrap();
    let fields: BTreeSet<&str> = plan.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, BTreeSet::from(["template", "country", "connection"]));
}

#[tokio::test]
async fn p7_what_lost_answers_made_is_adopted_and_nothing_is_made_twice() {
    let mut stage = stage().await;
    let request = ProvisionRequest {
        container: ContainerChoice::None,
        ..everything()
    };
    for path in [
        "v1beta/properties",
        "/dataStreams",
        "/keyEvents",
        "/customDimensions",
        "/googleAdsLinks",
        "accessBindings:batchCreate",
    ] {
        lost(&stage, path).await;
    }
    let run = stage.set_up(request).await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(outcome(&run, ProvisionStep::People), "2 people");
    for (list, wanted) in [
        ("dataStreams", 3),
        ("keyEvents", KEY_EVENTS),
        ("customDimensions", 8),
        ("googleAdsLinks", 1),
    ] {
        assert_eq!(listed(&stage, &run, list).await, wanted, "{list}");
    }
}

/// How many of them the property has, asked past Gantry.
pub async fn listed(stage: &Stage, run: &ProvisionRunView, list: &str) -> usize {
    let property = &run.result.as_ref().unwrap().property_id;
    let scopes = ["https://www.googleapis.com/auth/analytics.readonly"];
    let issued = stage
        .world
        .control("tokens/issue", json!({ "email": stage.account, "scopes": scopes }))
        .await;
    let url = format!(
        "{}/{ADMIN}/v1beta/properties/{property}/{list}?pageSize=200&access_token={}",
        stage.world.sandbox.base(),
        issued["access_token"].as_str().unwrap()
    );
    let reply = crate::user_agent::get(&url.parse().unwrap()).await;
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    body[list].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn p6_where_a_later_step_fails_the_run_goes_on_from_there() {
    let mut stage = stage().await;
    let request = ProvisionRequest {
        container: ContainerChoice::None,
        ..everything()
    };
    let body = json!({ "error": { "code": 400, "message": "Not today.", "status": "INVALID_ARGUMENT" } });
    let refused = |path: &str| json!({ "match": { "host": ADMIN, "method": "POST", "path_contains": path }, "status": 400, "body": body });
    stage
        .world
        .control(
            "faults",
            json!([refused("v1beta/properties"), refused("/customDimensions")]),
        )
        .await;
    let failed = stage.set_up(request.clone()).await.unwrap_err();
    assert_eq!(failed.code, ErrorCode::GoogleRefused);
    let plan = provisioning::plan(&stage.world.engine, request.clone()).await.unwrap();
    assert_eq!(plan.resumes, Some(stage.newest().await.id));
    assert_eq!(stage.resume().await.unwrap_err().code, ErrorCode::GoogleRefused);
    let run = stage.resume().await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 1);
    assert_eq!(listed(&stage, &run, "customDimensions").await, 8);
}

#[tokio::test]
async fn an_account_that_is_there_gets_a_property_without_any_terms() {
    let mut stage = stage().await;
    let choices = choices(&stage).await;
    let account_id = choices.analytics_accounts[0].account_id.clone();
    // A property of the same name that was there before is not taken for the run's own.
    let old = choices.analytics_accounts[0].properties[0].clone();
    lost(&stage, "v1beta/properties").await;
    let request = ProvisionRequest {
        analytics: AnalyticsChoice::Account {
            account_id: account_id.clone(),
        },
        property_name: old.name.clone(),
        ..form()
    };
    let run = stage.set_up(request).await.unwrap();
    let made = run.result.unwrap();
    assert_eq!((run.state, &made.account_id), (ProvisionState::Done, &account_id));
    assert_ne!(made.property_id, old.property_id);
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 0);
}

pub async fn choices(stage: &Stage) -> gantry_engine::dto::provisioning::Choices {
    provisioning::choices(&stage.world.engine, ChoicesRequest { connection: None })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_property_that_is_there_gets_what_is_missing_and_nothing_twice() {
    let mut stage = stage().await;
    let first = ProvisionRequest {
        container: ContainerChoice::None,
        ..everything()
    };
    let first = stage.set_up(first).await.unwrap();
    let made = first.result.clone().unwrap();
    let again = ProvisionRequest {
        analytics: AnalyticsChoice::Property {
            property_id: made.property_id.clone(),
        },
        website: "hafen.example".to_owned(),
        container: ContainerChoice::None,
        ..everything()
    };
    let changes = stage.world.requests("PATCH", "Settings").await;
    let second = stage.set_up(again).await.unwrap();
    // What the property keeps and measures was settled by somebody before.
    assert_eq!(stage.world.requests("PATCH", "Settings").await, changes);
    for step in [ProvisionStep::DataRetention, ProvisionStep::EnhancedMeasurement] {
        assert_eq!(outcome(&second, step), "left as it was");
    }
    let found = second.result.clone().unwrap();
    assert_eq!(
        (&found.account_id, &found.measurement_id, &found.app_streams),
        (&made.account_id, &made.measurement_id, &made.app_streams)
    );
    for (list, wanted) in [
        ("dataStreams", 3),
        ("keyEvents", KEY_EVENTS),
        ("customDimensions", 8),
        ("googleAdsLinks", 1),
    ] {
        assert_eq!(listed(&stage, &second, list).await, wanted, "{list}");
    }
    assert_eq!(found.client_id, made.client_id);
}

#[tokio::test]
async fn p3_when_another_google_account_accepted_the_run_says_which_one_must() {
    let mut stage = stage().await;
    stage.world.control("terms", json!({ "acceptor": "anyone" })).await;
    stage.account = practice::NEWCOMER;
    let refused = stage.set_up(form()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::WrongAccount);
    assert!(refused.remedy.contains(practice::OWNER), "{}", refused.remedy);
    let run = stage.newest().await;
    assert!(run.resumable && run.request == form());
    // The form is kept; the right account accepts a new ticket.
    stage.account = practice::OWNER;
    let run = stage.set_up(form()).await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(stage.world.requests("POST", "provisionAccountTicket").await, 2);
}

#[tokio::test]
async fn an_account_that_is_not_everywhere_yet_is_waited_for() {
    let mut stage = stage().await;
    let body = json!({ "error": { "code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED" } });
    let fault = |method: &str, path: &str| json!({ "match": { "host": ADMIN, "method": method, "path_contains": path }, "status": 403, "body": body });
    stage
        .world
        .control(
            "faults",
            json!([fault("POST", "v1beta/properties"), fault("GET", "v1beta/accounts/")]),
        )
        .await;
    let run = stage.set_up(form()).await.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
}

#[tokio::test]
async fn the_old_dialect_needs_its_scope_and_one_sign_in_gives_it() {
    let recording = Recording::start("set_up_v3_ticket");
    let mut stage = stage().await;
    let request = ProvisionRequest {
        dialect: Dialect::V3Ticket,
        ..form()
    };
    let refused = stage.set_up(request.clone()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::PermissionMissing);
    let engine = std::sync::Arc::clone(&stage.world.engine);
    let request = ProvisionRequest {
        sign_in_first: true,
        ..request
    };
    let job = gantry_engine::commands::run_job(&engine, "provisioning.start", |engine, job| async move {
        Box::pin(provisioning::start(&engine, request, &job)).await
    });
    let person = async {
        let sign_in = stage.world.opened.recv().await.unwrap();
        crate::user_agent::consent(&sign_in, stage.account, "allow", |_| true).await;
        let terms = stage.world.opened.recv().await.unwrap();
        crate::user_agent::terms(&terms, stage.account, "accept").await;
    };
    let (run, ()) = tokio::join!(Box::pin(job), person);
    let run = run.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(stage.world.requests("POST", "createAccountTicket").await, 1);
    recording.keep(&stage.world.sandbox).await;
    // Nothing shows them, and who asks Google about such an account names them.
    let terms = made_of(&stage, &run, "terms").await;
    assert_eq!(terms["account_id"], json!(run.result.unwrap().account_id));
    names_the_old_property_and_view(&terms);
}

/// What the journal says that a step made.
async fn made_of(stage: &Stage, run: &ProvisionRunView, step: &str) -> Value {
    let steps = stage.world.engine.store().provisioning_steps(&run.id).await.unwrap();
    let step = steps.into_iter().find(|known| known.step == step).unwrap();
    step.response.unwrap()
}

fn names_the_old_property_and_view(made: &Value) {
    assert!(made["web_property_id"].as_str().unwrap().starts_with("UA-"), "{made}");
    assert!(!made["profile_id"].as_str().unwrap().is_empty(), "{made}");
}

#[tokio::test]
async fn an_approved_partner_needs_no_terms() {
    let recording = Recording::start("set_up_v3_tree");
    let mut stage = stage().await;
    stage.world.control("partners", json!({ "approved": true })).await;
    let request = ProvisionRequest {
        dialect: Dialect::V3Tree,
        sign_in_first: true,
        ..form()
    };
    let engine = std::sync::Arc::clone(&stage.world.engine);
    let job = gantry_engine::commands::run_job(&engine, "provisioning.start", |engine, job| async move {
        Box::pin(provisioning::start(&engine, request, &job)).await
    });
    let person = async {
        let sign_in = stage.world.opened.recv().await.unwrap();
        crate::user_agent::consent(&sign_in, stage.account, "allow", |_| true).await;
    };
    let (run, ()) = tokio::join!(Box::pin(job), person);
    let run = run.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert!(run.steps.iter().all(|step| step.step != ProvisionStep::Terms));
    recording.keep(&stage.world.sandbox).await;
    names_the_old_property_and_view(&made_of(&stage, &run, "ticket").await);
}

#[tokio::test]
async fn p2_redirects_tell_which_addresses_are_free() {
    let stage = stage().await;
    let all = ChoicesRequest { connection: None };
    let seen = provisioning::redirects(&stage.world.engine, all.clone()).await.unwrap();
    assert!(seen.usable && seen.registered.is_empty());
    let mut taken = Vec::new();
    for port in [27490, 27491, 27492] {
        taken.push(tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap());
    }
    let seen = provisioning::redirects(&stage.world.engine, all).await.unwrap();
    assert!(!seen.usable && seen.message.contains("27490"), "{}", seen.message);
}
