//! The time told at the start against the time it takes, under Google's documented quotas, by a clock that the waits move.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use gantry_domain::{Clock, GoogleBase};
use google_apis::{Api, Priority, QuotaAsk, QuotaLedger as _, Reservation};
use google_oauth::NoTokenStore;
use jiff::Timestamp;

use super::cost::{self, BUILDS, Cost};
use crate::dto::app::SettingsView;
use crate::host::Headless;
use crate::{Engine, EngineConfig, Keychain, Profile, quota, settings};

/// Between a request and its answer, in milliseconds.
const LATENCY: i64 = 250;

#[derive(Debug)]
struct MovedClock(AtomicI64);

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

async fn engine(home: &std::path::Path, clock: &Arc<MovedClock>) -> Arc<Engine> {
    Engine::open(EngineConfig {
        profile: Profile::new(Some(home), GoogleBase::google()).unwrap(),
        keychain: Keychain::at_start(NoTokenStore {
            problem: google_oauth::StoreProblem::Absent,
            reason: String::new(),
            remedy: String::new(),
            details: None,
        }),
        browser: Arc::new(crate::browser::SystemBrowser),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        pause: Arc::new(crate::SystemPause),
        host: Arc::new(Headless),
        shipped_oauth_client: None,
    })
    .await
    .unwrap()
}

/// A set-up's calls in their order, each with the time until the next: reads and writes of the Admin API, then Tag Manager's.
fn calls(cost: Cost) -> Vec<(Api, bool, i64)> {
    let reads = cost.admin_calls - cost.admin_writes;
    let side_by_side = LATENCY * i64::from(cost.admin_write_rounds) / i64::from(cost.admin_writes.max(1));
    let mut calls = vec![(Api::AnalyticsAdmin, false, LATENCY); reads as usize];
    calls.extend(vec![
        (Api::AnalyticsAdmin, true, side_by_side);
        cost.admin_writes as usize
    ]);
    calls.extend(vec![(Api::TagManager, true, LATENCY); cost.tag_manager_calls as usize]);
    calls
}

/// Milliseconds that the set-ups take in the real ledger, `BUILDS` at a time, each answer `LATENCY` after its request. As in
/// a batch, one that meets a spent day gives its place away, and takes one again when the day is over.
async fn takes(engine: &Engine, clock: &MovedClock, costs: &[Cost]) -> i64 {
    let ledger = quota::ledger(engine, "project");
    let begin = clock.0.load(Ordering::SeqCst);
    let calls: Vec<_> = costs.iter().map(|cost| calls(*cost)).collect();
    // When a set-up goes on, which one, how many of its calls are sent, and whether it has a place.
    let mut moments = BinaryHeap::new();
    let mut waiting: VecDeque<_> = (0..costs.len()).map(|set_up| (set_up, 0_usize)).collect();
    let (mut free, mut end) = (BUILDS, begin);
    // They are asked for one after the other.
    let mut begins_at = begin;
    loop {
        while free > 0
            && let Some((set_up, sent)) = waiting.pop_front()
        {
            free -= 1;
            let mut at = clock.0.load(Ordering::SeqCst);
            if sent == 0 {
                at = at.max(begins_at);
                begins_at = at + LATENCY;
            }
            moments.push(Reverse((at, set_up, sent, true)));
        }
        let Some(Reverse((at, set_up, sent, placed))) = moments.pop() else {
            return end - begin;
        };
        clock.0.fetch_max(at, Ordering::SeqCst);
        if !placed {
            waiting.push_back((set_up, sent));
            continue;
        }
        let Some((api, writes, latency)) = calls[set_up].get(sent).copied() else {
            end = end.max(at);
            free += 1;
            continue;
        };
        let ask = QuotaAsk {
            api,
            api_method: "x",
            property: None,
            priority: Priority::Bulk,
            writes,
        };
        match ledger.reserve(&ask).await.unwrap() {
            Reservation::Admitted => moments.push(Reverse((at + latency, set_up, sent + 1, true))),
            Reservation::WaitUntil(until) => {
                moments.push(Reverse((until.as_millisecond().max(at + 1), set_up, sent, true)));
            }
            Reservation::DayExhausted { resets_at } => {
                free += 1;
                moments.push(Reverse((resets_at.as_millisecond(), set_up, sent, false)));
            }
        }
    }
}

/// Noon in California, so that a day's quota is a day's.
const NOON: i64 = 1_780_081_200_000;

/// Compares what is told with what it takes; answers what it takes in seconds.
async fn check(costs: &[Cost], per_day: u32) -> i64 {
    let home = tempfile::tempdir().unwrap();
    let clock = Arc::new(MovedClock(AtomicI64::new(NOON)));
    let engine = engine(home.path(), &clock).await;
    let limits = SettingsView {
        tag_manager_calls_per_day: per_day,
        ..settings::read(&engine.store).await.unwrap()
    };
    settings::write(&engine.store, &limits).await.unwrap();
    let told = cost::forecast(&engine, "project", costs).await.unwrap().seconds;
    let took = takes(&engine, &clock, costs).await;
    println!(
        "{} clients, {per_day} a day: {told} s told, {took} ms taken",
        costs.len()
    );
    let apart = (i64::from(told) * 1000 - took).abs();
    // It is told in whole seconds.
    assert!(
        apart * 10 <= took || apart <= 500,
        "{told} s were told, {took} ms were taken"
    );
    took / 1000
}

const SHOP: Cost = Cost {
    admin_calls: 26,
    admin_writes: 20,
    admin_write_rounds: 10,
    tag_manager_calls: 7,
};
const WITHOUT_CONTAINER: Cost = Cost {
    tag_manager_calls: 0,
    ..SHOP
};
const A_DAY: u32 = 10_000;

#[tokio::test]
async fn the_time_told_at_the_start_is_within_a_tenth_of_what_it_takes() {
    for clients in [1, 2, 3, 5, 8, 12, 20, 50] {
        check(&vec![SHOP; clients], A_DAY).await;
        check(&vec![WITHOUT_CONTAINER; clients], A_DAY).await;
    }
    let mixed: Vec<_> = (0..30)
        .map(|row| if row % 3 == 0 { SHOP } else { WITHOUT_CONTAINER })
        .collect();
    check(&mixed, A_DAY).await;
}

#[tokio::test]
async fn the_time_told_at_the_start_is_right_for_jobs_of_several_days() {
    const DAY: i64 = 86_400;
    let took = check(&[SHOP; 50], 300).await;
    assert!(
        (DAY / 2..DAY).contains(&took),
        "350 calls are for today and tomorrow: {took}"
    );
    let took = check(&[SHOP; 50], 100).await;
    assert!(
        (DAY * 5 / 2..DAY * 7 / 2).contains(&took),
        "350 calls take four days: {took}"
    );
}

#[tokio::test]
async fn a_day_of_one_call_is_told_without_thinking_for_long() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine(home.path(), &Arc::new(MovedClock(AtomicI64::new(NOON)))).await;
    let limits = SettingsView {
        tag_manager_calls_per_day: 1,
        ..settings::read(&engine.store).await.unwrap()
    };
    settings::write(&engine.store, &limits).await.unwrap();
    let told = cost::forecast(&engine, "project", &vec![SHOP; 5000]).await.unwrap();
    assert!(told.seconds > 86_400 * 100, "{told:?}");
}
