//! kill -9 at every point of a set-up: after each write of its journal, before each request and after each answer. However it
//! stopped, the next process ends with one account, one property, one data stream, one container and one live version.
//!
//! The child process is this test binary again. It kills itself at the n-th line that the journal and the transport trace: those
//! lines are written where the set-up itself runs, so nothing of it goes on meanwhile.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod child;
mod lane;
mod made;
#[path = "../set_up/user_agent.rs"]
#[allow(dead_code)] // the tests of whole set-ups use the rest
mod user_agent;

use lane::Lane;

/// How many set-ups are killed at once: each has a sandbox of its own, and there are three addresses for the terms.
const LANES: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn p6_p7_a_set_up_that_is_killed_at_any_point_ends_with_one_of_each() {
    let mut lanes = Vec::new();
    for _ in 0..LANES {
        lanes.push(Lane::open().await);
    }
    let whole = lanes[0].undisturbed().await;
    whole.made.is_one_of_each();
    let points = whole.points;
    assert!(
        points > 60,
        "{points} points: the journal or the transport no longer tells"
    );

    let mut running = Vec::new();
    for (at, lane) in lanes.into_iter().enumerate() {
        let expected = whole.made.clone();
        running.push(tokio::spawn(async move {
            let mut kinds = std::collections::BTreeMap::<String, usize>::new();
            for point in (1..=points).skip(at).step_by(LANES) {
                let (killed_at, made) = lane.killed_at(point).await;
                assert_eq!(made, expected, "killed at {point}, {killed_at}");
                *kinds.entry(killed_at).or_default() += 1;
            }
            kinds
        }));
    }
    let mut kills = std::collections::BTreeMap::<String, usize>::new();
    for lane in running {
        for (kind, count) in lane.await.unwrap() {
            *kills.entry(kind).or_default() += count;
        }
    }
    assert_eq!(kills.values().sum::<usize>(), points, "{kills:?}");
    for kind in ["written", "sending", "answered, or lost"] {
        assert!(kills[kind] > 10, "{kills:?}");
    }
}
