//! What a set-up asks for before there is an account: permissions of the person, a ticket of Google, whose answers can be lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use gantry_domain::Permission::{Configure, Edit, Manage, Publish, View};
use gantry_engine::dto::Nothing;
use gantry_engine::dto::provisioning::{
    Dialect, PersonAccess, PropertyRole, ProvisionRequest, ProvisionState, ProvisionStep,
};
use gantry_engine::{ErrorCode, commands, provisioning};
use gantry_sandbox::practice::{NEWCOMER, OWNER};
use serde_json::json;

use crate::provisioning::{made, newcomer};
use crate::tag_manager::stage::Stage;
use crate::user_agent::{consent, decide_terms, get, terms};
use crate::world::{World, form};

/// The scopes that the one sign-in asks for.
async fn asked_for(request: ProvisionRequest) -> BTreeSet<String> {
    let mut world = World::new().await;
    let engine = Arc::clone(&world.engine);
    let request = ProvisionRequest {
        sign_in_first: true,
        ..request
    };
    let job = tokio::spawn(async move {
        commands::run_job(&engine, "provisioning.start", |engine, job| async move {
            Box::pin(provisioning::start(&engine, request, &job)).await
        })
        .await
    });
    let page = world.opened.recv().await.unwrap();
    world.engine.jobs().cancel_all();
    assert_eq!(job.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);
    let asked = page.query_pairs().find(|(name, _)| name == "scope").unwrap().1;
    let short = |scope: &str| scope.trim_start_matches("https://www.googleapis.com/auth/").to_owned();
    asked.split(' ').map(short).collect()
}

#[tokio::test]
async fn one_sign_in_asks_for_what_the_plan_needs_and_for_managing_people_only_where_it_does() {
    let alone = asked_for(form()).await;
    for scope in ["openid", "email", "analytics.readonly", "analytics.edit"] {
        assert!(alone.contains(scope), "{scope}: {alone:?}");
    }
    let needless = [
        "analytics.manage.users",
        "tagmanager.manage.users",
        "analytics.provision",
    ];
    assert!(needless.iter().all(|scope| !alone.contains(*scope)), "{alone:?}");
    let people = vec![PersonAccess {
        email: "ana.keller@northlight.example".to_owned(),
        role: PropertyRole::Viewer,
    }];
    let with_people = asked_for(ProvisionRequest { people, ..form() }).await;
    assert!(with_people.contains("analytics.manage.users"), "{with_people:?}");
    assert!(with_people.is_superset(&alone), "{with_people:?}");
}

#[tokio::test]
async fn p7_where_the_tickets_own_answer_is_lost_another_is_asked_for_and_one_account_is_made() {
    let (_ports, mut world) = newcomer().await;
    let lost = json!({ "match": { "path_contains": "provisionAccountTicket" }, "drop": "after" });
    world.control("faults", lost).await;
    let failed = world.provision(|_| async {}).await.unwrap_err();
    assert!(failed.activity_id.is_some() && !failed.remedy.is_empty(), "{failed:?}");
    assert_eq!(
        world.requests("POST", "provisionAccountTicket").await,
        1,
        "not repeated blindly"
    );
    let stopped = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
    assert!(stopped.resumable && stopped.request == form());

    let run = world.provision(|url| async move {
        terms(&url, NEWCOMER, "accept").await;
    });
    let run = run.await.unwrap();
    assert_eq!((run.id, run.state), (stopped.id, ProvisionState::Done));
    assert_eq!(world.requests("POST", "provisionAccountTicket").await, 2);
    assert_eq!(made(&world).await, [("Bäckerei am Hafen".to_owned(), 1)]);
}

#[tokio::test]
async fn p7_where_the_answer_of_the_call_that_needs_no_person_is_lost_its_account_is_adopted() {
    let mut stage = Stage::signed_in(OWNER, [View, Configure, Edit, Publish, Manage]).await;
    stage.world.control("partners", json!({ "approved": true })).await;
    let lost = json!({ "match": { "path_contains": "createAccountTree" }, "drop": "after" });
    stage.world.control("faults", lost).await;
    let request = ProvisionRequest {
        dialect: Dialect::V3Tree,
        sign_in_first: true,
        ..form()
    };
    let engine = Arc::clone(&stage.world.engine);
    let job = commands::run_job(&engine, "provisioning.start", |engine, job| async move {
        Box::pin(provisioning::start(&engine, request, &job)).await
    });
    let person = async {
        let sign_in = stage.world.opened.recv().await.unwrap();
        consent(&sign_in, OWNER, "allow", |_| true).await;
    };
    let (run, ()) = tokio::join!(Box::pin(job), person);
    let run = run.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert!(run.steps.iter().all(|step| step.step != ProvisionStep::Terms));
    assert_eq!(stage.world.requests("POST", "createAccountTree").await, 1);
    let named: Vec<_> = made(&stage.world).await;
    let named: Vec<_> = named.iter().filter(|(name, _)| name == "Bäckerei am Hafen").collect();
    assert_eq!(named, [&("Bäckerei am Hafen".to_owned(), 1)]);
}

#[tokio::test]
async fn p3_a_reason_that_gantry_does_not_know_is_told_as_googles() {
    let (_ports, mut world) = newcomer().await;
    let refused = world.provision(|url| async move {
        let mut back = decide_terms(&url, NEWCOMER, "decline").await.unwrap();
        let pairs: Vec<_> = back.query_pairs().into_owned().collect();
        assert!(
            pairs
                .iter()
                .any(|(name, value)| name == "error" && value == "user_cancel"),
            "{back}"
        );
        back.query_pairs_mut()
            .clear()
            .extend_pairs(pairs.into_iter().map(|(name, value)| {
                let value = if name == "error" {
                    "policy_violation".to_owned()
                } else {
                    value
                };
                (name, value)
            }));
        assert_eq!(get(&back).await.status, 200);
    });
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::GoogleRefused);
    assert!(refused.message.contains("policy_violation"), "{}", refused.message);
    let kept = provisioning::runs(&world.engine, Nothing {}).await.unwrap().remove(0);
    assert!(kept.resumable && kept.request == form());
    assert_eq!(world.requests("GET", "/v1beta/properties").await, 0);
}
