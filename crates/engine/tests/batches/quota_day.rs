//! The day's quota of Tag Manager is spent in the middle of a batch: it waits for the next day, and goes on where it was.

use std::sync::Arc;
use std::time::Duration;

use gantry_engine::dto::Nothing;
use gantry_engine::dto::app::{QuotaView, SettingsView};
use gantry_engine::dto::batches::{BatchRequest, BatchRowState, BatchView};
use gantry_engine::dto::events::EngineEvent;
use gantry_engine::dto::provisioning::ContainerChoice;
use gantry_engine::{Engine, batches, commands, quota, settings};
use gantry_sandbox::practice::OWNER;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::clock::ShiftedClock;
use crate::stage::{Stage, states};
use crate::user_agent::terms;

const FOUR: [&str; 4] = [
    "Anna;https://anna.example;",
    "Ben;https://ben.example;",
    "Cleo;https://cleo.example;",
    "Dora;https://dora.example;",
];
/// Tag Manager calls that are left of the day after two clients: fewer than one client takes.
const LEFT: u32 = 3;
/// Nothing here waits by the clock; what hangs fails.
const HANGS: Duration = Duration::from_mins(1);

/// Who says that the day is spent.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    OurLedger,
    Google,
}

#[tokio::test]
async fn a_day_that_our_ledger_calls_spent_pauses_the_batch_until_the_reset() {
    tokio::time::timeout(HANGS, spent_in_the_middle(Says::OurLedger))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_day_that_google_calls_spent_pauses_the_batch_until_the_reset() {
    tokio::time::timeout(HANGS, spent_in_the_middle(Says::Google))
        .await
        .unwrap();
}

async fn spent_in_the_middle(says: Says) {
    let clock = Arc::new(ShiftedClock::default());
    let mut stage = Stage::of(OWNER).await;
    stage.world.use_clock(Arc::clone(&clock) as Arc<_>).await;
    let engine = Arc::clone(&stage.world.engine);
    // The pace is another matter: only the day is short.
    limit(&engine, |limits| limits.tag_manager_calls_per_window = 1_000_000).await;
    let request = BatchRequest {
        container: ContainerChoice::New { account_id: None },
        ..stage.file(&FOUR)
    };
    let mut events = engine.subscribe();
    let job = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move {
            commands::run_job(&engine, "batches.start", |engine, job| async move {
                Box::pin(batches::start(&engine, request, &job)).await
            })
            .await
        }
    });
    accept(&mut stage, 2).await;
    shown(&engine, &mut events, |batch| made(batch) == 2).await;

    let spent = day(&engine).await.day_used;
    match says {
        Says::OurLedger => limit(&engine, |limits| limits.tag_manager_calls_per_day = spent + LEFT).await,
        Says::Google => google_admits(&stage, LEFT).await,
    }
    let sent = answers(&stage, |_| true).await.len();
    accept(&mut stage, 2).await;
    let paused = shown(&engine, &mut events, |batch| batch.waiting_until.is_some()).await;
    let until = paused.waiting_until.unwrap();
    assert_eq!(until, day(&engine).await.day_resets_at);
    assert_eq!(made(&paused), 2, "{:?}", states(&paused));
    assert!(!states(&paused).contains(&BatchRowState::Failed));
    assert!(paused.running && !paused.finished);
    // Both clients come as far as the day lets them.
    shown(&engine, &mut events, |batch| {
        states(batch)[2..].iter().all(|state| *state == BatchRowState::Building)
    })
    .await;
    let (admitted, refused) = loop {
        let since = answers(&stage, |_| true).await.split_off(sent);
        let refused = since.iter().filter(|answer| **answer >= 400).count();
        if since.len() - refused >= LEFT as usize {
            break (since.len() - refused, refused);
        }
        // An answer is on its way; what follows it is told.
        assert!(!matches!(events.recv().await, Err(RecvError::Closed)));
    };
    assert_eq!(admitted, LEFT as usize);
    assert_eq!(refused > 0, says == Says::Google, "our ledger sends nothing in vain");

    if says == Says::Google {
        google_admits(&stage, 10_000).await;
    } else {
        assert_eq!(day(&engine).await.day_used, spent + LEFT);
        // A client that was not refused yet may go on from here.
        limit(&engine, |limits| limits.tag_manager_calls_per_day = 10_000).await;
    }
    clock.reach(until + SignedDuration::from_secs(1));
    let batch = job.await.unwrap().unwrap();

    assert_eq!(states(&batch), [BatchRowState::WaitingForData; 4]);
    assert!(batch.finished && batch.waiting_until.is_none());
    for row in &batch.rows {
        let container = row.result.as_ref().and_then(|made| made.container.as_ref()).unwrap();
        assert!(container.published && !container.existing, "{row:?}");
    }
    assert_eq!(stage.tickets().await, 4, "nobody is asked twice");
    let right = |answer: u16| answer < 300;
    for ending in [
        "/properties",
        "/dataStreams",
        "/containers",
        ":create_version",
        ":publish",
    ] {
        let posts = posts(&stage, ending).await;
        assert_eq!(posts.into_iter().filter(|answer| right(*answer)).count(), 4, "{ending}");
    }
    let accounts = stage.accounts().await;
    for line in FOUR {
        let name = line.split(';').next().unwrap();
        let found: Vec<_> = accounts.iter().filter(|(account, _)| account == name).collect();
        assert_eq!(found.len(), 1, "{accounts:?}");
        assert_eq!(found[0].1, 1, "{accounts:?}");
    }
}

pub async fn limit(engine: &Arc<Engine>, change: impl FnOnce(&mut SettingsView)) {
    let mut limits = settings::get(engine, Nothing {}).await.unwrap();
    change(&mut limits);
    settings::set(engine, limits).await.unwrap();
}

/// What is left of Google's day, from now on.
async fn google_admits(stage: &Stage, calls: u32) {
    let known = stage.world.control("", Value::Null).await;
    let spent = known["quota"]["spent_today"].as_object().unwrap().values();
    let spent: u64 = spent.map(|calls| calls.as_u64().unwrap()).max().unwrap_or(0);
    let order = json!({ "enabled": true, "per_window": 1_000_000, "per_day": spent + u64::from(calls) });
    stage.world.control("quota", order).await;
}

async fn accept(stage: &mut Stage, pages: usize) {
    for _ in 0..pages {
        let url = stage.world.opened.recv().await.unwrap();
        terms(&url, OWNER, "accept").await;
    }
}

/// The only batch, as soon as it is like this.
async fn shown(
    engine: &Arc<Engine>,
    events: &mut Receiver<EngineEvent>,
    like: impl Fn(&BatchView) -> bool,
) -> BatchView {
    loop {
        let batch = batches::list(engine, Nothing {}).await.unwrap().pop();
        if let Some(batch) = batch.filter(|batch| like(batch)) {
            return batch;
        }
        let heard = events.recv().await;
        assert!(!matches!(heard, Err(RecvError::Closed)));
    }
}

fn made(batch: &BatchView) -> usize {
    let states = states(batch);
    states
        .iter()
        .filter(|state| **state == BatchRowState::WaitingForData)
        .count()
}

async fn day(engine: &Arc<Engine>) -> QuotaView {
    quota::status(engine).await.unwrap().remove(0)
}

/// The status of each answer of Tag Manager, in order.
async fn answers(stage: &Stage, of: impl Fn(&Value) -> bool) -> Vec<u16> {
    logged(stage, |one| one["host"] == "tagmanager.googleapis.com" && of(one)).await
}

/// The status of each answer to a POST whose path ends like this.
async fn posts(stage: &Stage, ending: &str) -> Vec<u16> {
    logged(stage, |one| {
        one["method"] == "POST" && one["path"].as_str().unwrap().ends_with(ending)
    })
    .await
}

async fn logged(stage: &Stage, of: impl Fn(&Value) -> bool) -> Vec<u16> {
    let log = stage.world.control("log", Value::Null).await;
    let requests = log["requests"].as_array().unwrap().iter();
    requests
        .filter(|one| of(one))
        .map(|one| u16::try_from(one["status"].as_u64().unwrap()).unwrap())
        .collect()
}
