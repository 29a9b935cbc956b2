//! Nobody but a person can make a Tag Manager account: the set-up waits for it.

use std::sync::Arc;

use gantry_domain::Permission::{Configure, Edit, Publish, View};
use gantry_engine::dto::events::{EngineEvent, LinkPurpose};
use gantry_engine::dto::provisioning::{ProvisionState, ProvisionStep, ResumeProvision, StepState};
use gantry_engine::{ErrorCode, commands, provisioning};
use gantry_sandbox::practice::NEWCOMER;
use serde_json::json;
use tokio::sync::broadcast::Receiver;

use super::stage::{HOST, Stage, shop, state_of};
use crate::provisioning::Jumping;
use crate::user_agent::terms;

async fn newcomer() -> Stage {
    Stage::signed_in(NEWCOMER, [View, Configure, Edit, Publish]).await
}

/// The next link to Tag Manager: its address, and whether a browser was asked to open it.
async fn asked(events: &mut Receiver<EngineEvent>) -> (String, bool) {
    loop {
        if let EngineEvent::OpenUrl {
            purpose: LinkPurpose::TagManagerAccount,
            url,
            opened,
            ..
        } = events.recv().await.unwrap()
        {
            return (url, opened);
        }
    }
}

#[tokio::test]
async fn a_set_up_waits_for_a_tag_manager_account_and_goes_on_by_itself() {
    let mut stage = newcomer().await;
    let engine = Arc::clone(&stage.world.engine);
    let set_up = commands::run_job(&engine, "provisioning.start", |engine, job| async move {
        Box::pin(provisioning::start(&engine, shop(), &job)).await
    });
    let mut events = stage.world.engine.subscribe();
    let person = async {
        let link = stage.world.opened.recv().await.unwrap();
        terms(&link, NEWCOMER, "accept").await;
        let page = stage.world.opened.recv().await.unwrap();
        assert!(
            page.as_str()
                .ends_with("/tagmanager.google.com/#/admin/accounts/create"),
            "{page}"
        );
        assert_eq!(asked(&mut events).await, (page.to_string(), true));
        let waiting = stage.newest().await;
        assert_eq!(waiting.state, ProvisionState::WaitingForTagManager);
        assert_eq!(
            state_of(&waiting, ProvisionStep::DataStream),
            StepState::Done,
            "Analytics is set up"
        );
        let account = json!({ "email": NEWCOMER, "name": "Hafen" });
        stage.world.control("tag-manager/accounts", account).await;
    };
    let (run, ()) = tokio::join!(Box::pin(set_up), person);
    let run = run.unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    let account = run
        .steps
        .iter()
        .find(|view| view.step == ProvisionStep::TagManagerAccount);
    assert_eq!(account.unwrap().outcome.as_deref(), Some("Hafen"));
    assert!(stage.world.opened.try_recv().is_err(), "the browser was opened once");
    stage.live(&stage.container(HOST).await).await;
}

#[tokio::test]
async fn the_wait_for_a_tag_manager_account_can_be_stopped_and_gone_on_with() {
    let mut stage = newcomer().await;
    let mut events = stage.world.engine.subscribe();
    let jobs = Arc::clone(stage.world.engine.jobs());
    let stop = async {
        let asked = asked(&mut events).await;
        jobs.cancel_all();
        asked
    };
    let (stopped, (_, opened)) = tokio::join!(stage.set_up(shop()), stop);
    assert_eq!((stopped.unwrap_err().code, opened), (ErrorCode::Cancelled, true));
    assert!(stage.newest().await.resumable);

    // Stopped again, without a second tab.
    let stop = async {
        let asked = asked(&mut events).await;
        jobs.cancel_all();
        asked
    };
    let (stopped, (_, opened)) = tokio::join!(stage.resume(), stop);
    assert_eq!((stopped.unwrap_err().code, opened), (ErrorCode::Cancelled, false));

    stage
        .world
        .control("tag-manager/accounts", json!({ "email": NEWCOMER, "name": "Hafen" }))
        .await;
    assert_eq!(stage.resume().await.unwrap().state, ProvisionState::Done);
    stage.container(HOST).await;
}

#[tokio::test]
async fn two_accounts_made_while_it_waited_are_the_persons_to_choose_from() {
    let mut stage = newcomer().await;
    let mut events = stage.world.engine.subscribe();
    let jobs = Arc::clone(stage.world.engine.jobs());
    let stop = async {
        asked(&mut events).await;
        jobs.cancel_all();
    };
    let (stopped, ()) = tokio::join!(stage.set_up(shop()), stop);
    assert_eq!(stopped.unwrap_err().code, ErrorCode::Cancelled);
    for name in ["Hafen", "Markt"] {
        let account = json!({ "email": NEWCOMER, "name": name });
        stage.world.control("tag-manager/accounts", account).await;
    }
    let run_id = stage.newest().await.id;
    let resumed = commands::run_job(&stage.world.engine, "provisioning.resume", |engine, job| async move {
        Box::pin(provisioning::resume(
            &engine,
            ResumeProvision {
                run_id,
                ..ResumeProvision::default()
            },
            &job,
        ))
        .await
    });
    let error = resumed.await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert!(
        error.message.contains("Hafen") && error.message.contains("Markt"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn the_wait_for_a_tag_manager_account_ends_by_the_engines_clock() {
    let mut stage = newcomer().await;
    let clock = Arc::new(Jumping::default());
    stage
        .world
        .use_clock(Arc::clone(&clock) as Arc<dyn gantry_domain::Clock>)
        .await;
    let mut events = stage.world.engine.subscribe();
    let sleep = async {
        asked(&mut events).await;
        *clock.0.lock().unwrap() = jiff::SignedDuration::from_mins(16);
    };
    let (over, ()) = tokio::join!(stage.set_up(shop()), sleep);
    let over = over.unwrap_err();
    assert!(over.message.contains("within 15 minutes"), "{}", over.message);
}
