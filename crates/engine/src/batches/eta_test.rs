//! The time told at the start against the time it takes, under Google's documented quotas, by a clock that the waits move.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use gantry_domain::{Clock, GoogleBase};
use google_apis::{Api, Priority, QuotaAsk, QuotaLedger as _, Reservation};
use google_oauth::NoTokenStore;
use jiff::Timestamp;

use super::cost::{self, BUILDS, Cost};
use crate::host::Headless;
use crate::{Engine, EngineConfig, Keychain, Profile, quota};

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
        host: Arc::new(Headless),
        shipped_oauth_client: None,
    })
    .await
    .unwrap()
}

/// A set-up's calls in their order: reads and writes of the Admin API, then Tag Manager's.
fn calls(cost: Cost) -> Vec<(Api, bool)> {
    let reads = cost.admin_calls - cost.admin_writes;
    let mut calls = vec![(Api::AnalyticsAdmin, false); reads as usize];
    calls.extend(vec![(Api::AnalyticsAdmin, true); cost.admin_writes as usize]);
    calls.extend(vec![(Api::TagManager, true); cost.tag_manager_calls as usize]);
    calls
}

/// Milliseconds that the set-ups take in the real ledger, `BUILDS` at a time, each answer `latency` after its request.
async fn takes(engine: &Engine, clock: &MovedClock, costs: &[Cost], latency: i64) -> i64 {
    let ledger = quota::ledger(engine, "project");
    let begin = clock.0.load(Ordering::SeqCst);
    // When each builder goes on, and how many calls of its set-up it has sent: all set-ups are alike here.
    let at_once = costs.len().min(BUILDS as usize);
    let mut builders: BinaryHeap<_> = (0..at_once).map(|builder| Reverse((begin, builder, 0_usize))).collect();
    let mut left = costs.len() - at_once;
    let alike = calls(costs[0]);
    let mut end = begin;
    while let Some(Reverse((at, builder, sent))) = builders.pop() {
        clock.0.fetch_max(at, Ordering::SeqCst);
        if sent == alike.len() {
            end = end.max(at);
            if left > 0 {
                left -= 1;
                builders.push(Reverse((at, builder, 0)));
            }
            continue;
        }
        let (api, writes) = alike[sent];
        let ask = QuotaAsk {
            api,
            api_method: "x",
            property: None,
            priority: Priority::Bulk,
            writes,
        };
        match ledger.reserve(&ask).await.unwrap() {
            Reservation::Admitted => builders.push(Reverse((at + latency, builder, sent + 1))),
            Reservation::WaitUntil(until) => {
                builders.push(Reverse((until.as_millisecond().max(at + 1), builder, sent)));
            }
            Reservation::DayExhausted { resets_at } => {
                builders.push(Reverse((resets_at.as_millisecond(), builder, sent)));
            }
        }
    }
    end - begin
}

async fn check(costs: &[Cost]) {
    let home = tempfile::tempdir().unwrap();
    // Noon in California, so that a day's quota is a day's.
    let clock = Arc::new(MovedClock(AtomicI64::new(1_780_000_000_000)));
    let engine = engine(home.path(), &clock).await;
    let total: Cost = costs.iter().copied().sum();
    let forecast = quota::forecast_set_ups(&engine, "project", total.work()).await.unwrap();
    let told = f64::from(cost::seconds(costs, forecast.seconds));
    let took = takes(&engine, &clock, costs, 250).await as f64 / 1000.0;
    println!("{} clients: {told} s told, {took} s taken", costs.len());
    assert!(
        (told - took).abs() <= 0.1 * took,
        "{told} s were told, {took} s were taken"
    );
}

const SHOP: Cost = Cost {
    admin_calls: 26,
    admin_writes: 20,
    tag_manager_calls: 7,
};

#[tokio::test]
async fn the_time_told_at_the_start_is_within_a_tenth_of_what_it_takes() {
    check(&[SHOP; 50]).await;
    check(
        &[Cost {
            tag_manager_calls: 0,
            ..SHOP
        }; 50],
    )
    .await;
}
