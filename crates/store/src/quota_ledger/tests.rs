//! What callers of the quota ledger depend on.

use super::*;
use proptest::prelude::*;

const LIMITS: QuotaLimits = QuotaLimits {
    window: Duration::from_secs(100),
    per_window: 25,
    per_day: 10_000,
    keep_free: 0,
};

fn key() -> QuotaKey {
    QuotaKey {
        project: "practice".to_owned(),
        quota: "tagmanager".to_owned(),
    }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_780_000_000_000 + ms).unwrap()
}

fn ledger() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(CREATE).unwrap();
    connection
}

proptest! {
    /// Whatever is asked when, no window of 100 s ever holds more than it admits, and whoever waits as told gets in.
    #[test]
    fn no_window_is_overspent(asks in prop::collection::vec((0i64..20_000, 1u32..4), 1..120)) {
        let mut connection = ledger();
        let mut now = 0;
        let mut booked: Vec<(i64, u32)> = Vec::new();
        for (pause, cost) in asks {
            now += pause;
            for attempt in 0.. {
                prop_assert!(attempt < 2, "waiting as told was not enough");
                match reserve(&mut connection, &[(key(), LIMITS)], cost, at(now)).unwrap() {
                    Reservation::Admitted => break,
                    Reservation::WaitUntil(then) => {
                        let then = then.as_millisecond() - at(0).as_millisecond();
                        prop_assert!(then > now && then <= now + 100_000);
                        now = then;
                    }
                    Reservation::DayExhausted(_) => prop_assert!(false),
                }
            }
            booked.push((now, cost));
            let window: u32 = booked.iter().filter(|(at, _)| *at > now - 100_000).map(|(_, cost)| cost).sum();
            prop_assert!(window <= 25, "{window}");
        }
    }
}

#[test]
fn a_job_leaves_room_for_clicks() {
    let mut connection = ledger();
    let job = QuotaLimits { keep_free: 5, ..LIMITS };
    for _ in 0..20 {
        assert_eq!(
            reserve(&mut connection, &[(key(), job)], 1, at(0)).unwrap(),
            Reservation::Admitted
        );
    }
    assert_eq!(
        reserve(&mut connection, &[(key(), job)], 1, at(1)).unwrap(),
        Reservation::WaitUntil(at(100_000))
    );
    assert_eq!(
        reserve(&mut connection, &[(key(), LIMITS)], 1, at(1)).unwrap(),
        Reservation::Admitted
    );
}

#[test]
fn a_used_up_day_ends_at_midnight_pacific() {
    let mut connection = ledger();
    let two_a_day = QuotaLimits { per_day: 2, ..LIMITS };
    let evening: Timestamp = "2026-03-07T23:59:00-08:00".parse().unwrap();
    let midnight: Timestamp = "2026-03-08T00:00:00-08:00".parse().unwrap();
    for _ in 0..2 {
        reserve(&mut connection, &[(key(), two_a_day)], 1, evening).unwrap();
    }
    assert_eq!(
        reserve(&mut connection, &[(key(), two_a_day)], 1, evening).unwrap(),
        Reservation::DayExhausted(midnight)
    );
    assert_eq!(
        reserve(&mut connection, &[(key(), two_a_day)], 1, midnight).unwrap(),
        Reservation::Admitted
    );
    // That day has 23 hours.
    assert_eq!(pacific_day(midnight).1, "2026-03-09T00:00:00-07:00".parse().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_one_window() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gantry.sqlite");
    let (one, other) = (Store::open(&path).await.unwrap(), Store::open(&path).await.unwrap());
    let asking: Vec<_> = (0..60)
        .map(|turn| {
            let store = if turn % 2 == 0 { one.clone() } else { other.clone() };
            tokio::spawn(async move { store.reserve_quota(&key(), 1, LIMITS, at(0)).await.unwrap() })
        })
        .collect();
    let mut admitted = 0;
    for asked in asking {
        admitted += usize::from(asked.await.unwrap() == Reservation::Admitted);
    }
    assert_eq!(admitted, 25);
    let used = one.quota_use(&key(), LIMITS, at(5)).await.unwrap();
    assert_eq!(
        (used.window_spent, used.day_spent, used.window_eases_at),
        (25, 25, Some(at(100_000)))
    );
}

#[tokio::test]
async fn what_google_says_is_exhausted_is_exhausted() {
    let store = Store::in_memory().await.unwrap();
    store.reserve_quota(&key(), 1, LIMITS, at(0)).await.unwrap();
    store.exhaust_quota_window(&key(), LIMITS, at(10)).await.unwrap();
    assert_eq!(
        store.reserve_quota(&key(), 1, LIMITS, at(20)).await.unwrap(),
        Reservation::WaitUntil(at(100_010))
    );
    store.exhaust_quota_day(&key(), LIMITS, at(10)).await.unwrap();
    let answer = store.reserve_quota(&key(), 1, LIMITS, at(150_000)).await.unwrap();
    assert!(matches!(answer, Reservation::DayExhausted(_)), "{answer:?}");
    assert_eq!(store.quotas_in_use(at(0)).await.unwrap(), [key()]);
    assert_eq!(store.quota_history(&key(), 7, at(0)).await.unwrap().len(), 1);
}
