//! Whether the time told at the start of a batch is the time that it takes: `set-up-pace RESULTS-FOLDER`, run by
//! `cargo xtask bench set-up`.
//!
//! The whole batch runs, against the sandbox and under the documented quotas, with an injected clock that runs faster than the
//! computer's: half an hour of waiting for quota passes in a minute. Nobody is waited for: the pages are answered at once.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)] // a benchmark that cannot be measured stops; the stage is shared

#[path = "../../tests/batches/stage.rs"]
mod stage;
#[path = "../../tests/set_up/user_agent.rs"]
mod user_agent;
#[path = "../../tests/set_up/world.rs"]
mod world;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gantry_domain::Clock;
use gantry_engine::dto::batches::{BatchRequest, BatchRowState, TermsInBatch};
use gantry_engine::dto::events::EngineEvent;
use gantry_engine::dto::provisioning::ContainerChoice;
use gantry_engine::{Pause, batches, commands};
use gantry_sandbox::practice::OWNER;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use stage::Stage;
use url::Url;
use user_agent::terms;

/// Clients, whether each has a container, and how often faster than the computer's the batch's time is: what the computer
/// itself takes is multiplied with it, and short batches have less to hide that in.
const BATCHES: [(usize, bool, u32); 4] = [(1, true, 1), (12, true, 12), (50, true, 24), (50, false, 12)];
/// Between a request and its answer, in the batch's time; what was seen of the Admin API is between 100 and 400 ms.
const LATENCY: Duration = Duration::from_millis(250);
/// How far what was told may be from what it took: a tenth, or the half second that whole seconds round.
const AIM: f64 = 0.1;
const ROUNDED: f64 = 0.5;

#[derive(Clone, Copy, Debug)]
struct Fast {
    begun: Instant,
    at: Timestamp,
    speed: u32,
}

impl Clock for Fast {
    fn now(&self) -> Timestamp {
        let passed = self.begun.elapsed() * self.speed;
        self.at + SignedDuration::try_from(passed).unwrap()
    }
}

#[async_trait]
impl Pause for Fast {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / self.speed).await;
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(results) = std::env::args().nth(1).map(PathBuf::from) else {
        eprintln!("usage: set-up-pace RESULTS-FOLDER");
        return ExitCode::from(2);
    };
    println!("\nThe time told at the start, and what the batch took, by an injected clock");
    println!("{:>24}{:>12}{:>12}{:>12}", "", "told, s", "took, s", "apart");
    let mut rows = Vec::new();
    for (clients, container, speed) in BATCHES {
        let (told, took) = batch(clients, container, speed).await;
        let apart = (took - told).abs() / took;
        let what = format!("{clients} {}", if container { "clients" } else { "without container" });
        let met = if apart <= AIM || (took - told).abs() <= ROUNDED {
            ""
        } else {
            "  MISSED"
        };
        println!("{what:>24}{told:>12.0}{took:>12.0}{:>11.1}%{met}", apart * 100.0);
        rows.push(
            json!({ "clients": clients, "container": container, "told_s": told, "took_s": took, "apart": apart }),
        );
    }
    std::fs::create_dir_all(&results).expect("the folder");
    let text = serde_json::to_string_pretty(&rows).expect("JSON");
    std::fs::write(results.join("set-up-pace.json"), text + "\n").expect("the results");
    ExitCode::SUCCESS
}

/// Seconds told by the plan, and seconds from the start to the last client's end.
async fn batch(clients: usize, container: bool, speed: u32) -> (f64, f64) {
    let mut stage = Stage::of(OWNER).await;
    // Ours is what paces; the sandbox counts by the computer's time.
    stage.world.control("quota", json!({ "enabled": false })).await;
    let latency = u64::try_from((LATENCY / speed).as_millis()).unwrap();
    stage.world.control("latency", json!({ "ms": latency })).await;
    // Noon in California, so that a day's quota is a day's.
    let fast = Fast {
        begun: Instant::now(),
        at: Timestamp::from_second(1_780_081_200).unwrap(),
        speed,
    };
    stage.world.use_time(Arc::new(fast), Arc::new(fast)).await;
    let lines: Vec<_> = (0..clients)
        .map(|n| format!("Client {n:02};https://client-{n:02}.example;"))
        .collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let request = BatchRequest {
        template: Some("shop".to_owned()),
        container: if container {
            ContainerChoice::New { account_id: None }
        } else {
            ContainerChoice::None
        },
        terms: TermsInBatch::Links,
        ..stage.file(&lines)
    };
    let engine = Arc::clone(&stage.world.engine);
    let told = batches::plan(&engine, request.clone()).await.unwrap().seconds;
    let mut events = engine.subscribe();
    let waited = Arc::new(std::sync::Mutex::new(Duration::ZERO));
    let waits = Arc::clone(&waited);
    let people = tokio::spawn(async move {
        while let Ok(event) = events.recv().await {
            if let EngineEvent::OpenUrl { url, .. } = event {
                let page = Url::parse(&url).unwrap();
                let waits = Arc::clone(&waits);
                tokio::spawn(async move {
                    let asked = Instant::now();
                    terms(&page, OWNER, "accept").await;
                    *waits.lock().unwrap() += asked.elapsed() * speed;
                });
            }
        }
    });
    let begun = fast.now();
    let batch = commands::run_job(&engine, "batches.start", |engine, job| async move {
        Box::pin(batches::start(&engine, request, &job)).await
    })
    .await
    .unwrap();
    let mut took = fast.now().duration_since(begun).as_secs_f64();
    if clients == 1 {
        // Nothing else goes on while the page is answered.
        took -= waited.lock().unwrap().as_secs_f64();
    }
    people.abort();
    assert!(batch.rows.iter().all(|row| row.state == BatchRowState::WaitingForData));
    (f64::from(told), took)
}
