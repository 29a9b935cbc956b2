//! An answer is lost, and Google's lists show only some seconds later what the call has made.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gantry_domain::SystemClock;
use gantry_engine::dto::provisioning::ProvisionState;
use gantry_engine::{ErrorCode, Pause};
use serde_json::{Value, json};

use crate::provisioning::{made, newcomer};
use crate::user_agent::terms;

/// Waits no time, and remembers how long it would have.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<Duration>>>);

#[async_trait]
impl Pause for Noted {
    async fn sleep(&self, duration: Duration) {
        self.0.lock().unwrap().push(duration);
        tokio::task::yield_now().await;
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

fn lost(path: &str) -> Value {
    json!({ "match": { "host": "analyticsadmin.googleapis.com", "method": "POST", "path_contains": path }, "drop": "after" })
}

/// The next lists of this kind are still from before.
fn late(path: &str, times: u32) -> Value {
    json!({
        "match": { "host": "analyticsadmin.googleapis.com", "method": "GET", "path_contains": path },
        "times": times, "status": 200, "body": {},
    })
}

#[tokio::test]
async fn p7_what_a_lost_answer_made_is_adopted_when_the_list_shows_it_late() {
    let (_ports, mut world) = newcomer().await;
    let pauses = Noted::default();
    world.use_time(Arc::new(SystemClock), Arc::new(pauses.clone())).await;
    let faults = [
        lost("v1beta/properties"),
        late("v1beta/properties", 2),
        lost("/dataStreams"),
        late("/dataStreams", 3),
    ];
    world.control("faults", json!(faults)).await;
    let run = world
        .provision(|url| async move {
            terms(&url, gantry_sandbox::practice::NEWCOMER, "accept").await;
        })
        .await
        .unwrap();
    assert_eq!(run.state, ProvisionState::Done);
    assert_eq!(made(&world).await, [("Bäckerei am Hafen".to_owned(), 1)]);
    assert_eq!(world.requests("POST", "/dataStreams").await, 1);
    let waited: Duration = pauses.0.lock().unwrap().iter().sum();
    assert!(waited >= Duration::from_secs(4), "{waited:?}");
}

#[tokio::test]
async fn p7_where_nothing_was_made_it_is_said_after_some_seconds_and_not_sent_again() {
    let (_ports, mut world) = newcomer().await;
    world.use_time(Arc::new(SystemClock), Arc::new(Noted::default())).await;
    let before = json!({
        "match": { "host": "analyticsadmin.googleapis.com", "method": "POST", "path_contains": "v1beta/properties" },
        "drop": "before",
    });
    world.control("faults", json!([before])).await;
    let lost = world
        .provision(|url| async move {
            terms(&url, gantry_sandbox::practice::NEWCOMER, "accept").await;
        })
        .await
        .unwrap_err();
    assert_eq!(lost.code, ErrorCode::Offline, "{lost:?}");
    assert_eq!(world.requests("POST", "v1beta/properties").await, 1);
    assert_eq!(made(&world).await, [("Bäckerei am Hafen".to_owned(), 0)]);
}
