//! kill -9 at every point of a set-up: after each write of its journal, before each request and after each answer. However it
//! stopped, the next process ends with one account, one property, one data stream, one container and one live version; where
//! they were there before, with what other people have in them as it was.
//!
//! The child process is this test binary again. It kills itself at the n-th line that the journal and the transport trace: those
//! lines are written where the set-up itself runs, so nothing of it goes on meanwhile.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod batch;
mod child;
#[path = "../hurried/mod.rs"]
mod hurried;
mod lane;
mod made;
mod shape;
mod turned_back;
#[path = "../set_up/user_agent.rs"]
#[allow(dead_code)] // the tests of whole set-ups use the rest
mod user_agent;

use std::collections::BTreeMap;

use child::Task;
use lane::Lane;
use made::Made;
use shape::Shape;

/// How many set-ups of a shape are killed at once: each has a sandbox of its own.
const LANES: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn p6_p7_a_set_up_that_is_killed_at_any_point_ends_with_one_of_each() {
    killed_everywhere(Shape::NewAccount).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_g4_what_is_killed_in_other_peoples_container_adds_once_and_publishes_nothing_of_theirs() {
    killed_everywhere(Shape::ExistingContainer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_what_is_killed_in_a_property_that_is_there_adds_what_it_lacks_once() {
    killed_everywhere(Shape::ExistingProperty).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p6_p7_a_set_up_whose_every_process_is_killed_soon_ends_with_one_of_each() {
    let lane = Lane::open().await;
    for shape in [Shape::NewAccount, Shape::ExistingContainer, Shape::ExistingProperty] {
        let (_, expected) = undisturbed(&lane, shape).await;
        // What a process does before its end differs with where the one before it stopped. From the first write to the page
        // with the terms are some twelve points: one that lives shorter asks for a ticket and no more.
        for lives in [17, 23] {
            let name = format!("{}-{lives}", shape.word());
            let (home, task) = (lane.copy(), task(&lane, shape, &name).await);
            let ended = lane.killed_over_and_over(home.path(), &task, lives).await;
            let made = Made::of(&lane, &name, &ended).await;
            assert_eq!(made, expected, "{shape:?}, each process killed at {lives}");
        }
    }
}

async fn killed_everywhere(shape: Shape) {
    let mut lanes = Vec::new();
    for _ in 0..LANES {
        lanes.push(Lane::open().await);
    }
    let (points, expected) = undisturbed(&lanes[0], shape).await;
    assert!(
        points > 40,
        "{points} points: the journal or the transport no longer tells"
    );
    let mut running = Vec::new();
    for (at, lane) in lanes.into_iter().enumerate() {
        let expected = expected.clone();
        running.push(tokio::spawn(async move {
            let mut kinds = BTreeMap::<String, usize>::new();
            for point in (1..=points).skip(at).step_by(LANES) {
                let (killed_at, made) = killed_at(&lane, shape, point).await;
                assert_eq!(made, expected, "{shape:?} killed at {point}, {killed_at}");
                *kinds.entry(killed_at).or_default() += 1;
            }
            kinds
        }));
    }
    let mut kills = BTreeMap::<String, usize>::new();
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

/// A set-up that nobody killed: at how many points it could have been, and what it made.
async fn undisturbed(lane: &Lane, shape: Shape) -> (usize, Made) {
    let name = format!("{}-whole", shape.word());
    let (home, task) = (lane.copy(), task(lane, shape, &name).await);
    let ended = lane.undisturbed(home.path(), &task).await;
    let made = Made::of(lane, &name, &ended).await;
    made.is_one_of_each(shape);
    (ended.points, made)
}

async fn killed_at(lane: &Lane, shape: Shape, point: usize) -> (String, Made) {
    let name = format!("at-{point}");
    let (home, task) = (lane.copy(), task(lane, shape, &name).await);
    let (killed_at, ended) = lane.killed_at(home.path(), &task, point).await;
    (killed_at, Made::of(lane, &name, &ended).await)
}

async fn task(lane: &Lane, shape: Shape, name: &str) -> Task {
    Task::SetUp(Box::new(shape.prepared(lane, name).await))
}
