//! What signing in costs: `sign-in-bench RESULTS-FOLDER PYTHON SCRIPT`, run by `cargo xtask bench sign-in`.
//!
//! Three things, each in several rounds on a sandbox: how soon the listener settles, how many requests an ended access token
//! costs (exactly one, or this fails), and what a whole sign-in takes beside Google's own Python library.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be measured says so and stops"
)]

mod http;
mod listener;
mod overhead;
mod refresh;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use overhead::Overhead;
use serde_json::{Value, json};

const ROUNDS: usize = 15;
const IDLE_SOCKETS: usize = 1000;

/// The rows of the table: what, and its key in the results. Times in milliseconds.
const ROWS: [(&str, &str); 11] = [
    ("the redirect settles, ms", "settle_alone_ms"),
    (
        "the redirect settles among 1,000 idle sockets, ms",
        "settle_among_idle_ms",
    ),
    (
        "200 tasks in 5 processes at expiry: refresh requests",
        "refresh_requests",
    ),
    (
        "200 tasks in 5 processes at expiry: last answer, ms",
        "refresh_last_answer_ms",
    ),
    ("Gantry, from callback to connected, ms", "gantry_ms"),
    ("Gantry, from callback to credentials, ms", "grant_ms"),
    ("google-auth-oauthlib, from callback to credentials, ms", "oauthlib_ms"),
    ("of each, the sandbox's own time, ms", "server_ms"),
    ("Gantry to connected without it, ms", "gantry_overhead_ms"),
    ("Gantry to credentials without it, ms", "grant_overhead_ms"),
    ("google-auth-oauthlib without it, ms", "oauthlib_overhead_ms"),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["refresh", base, folder] => runtime.block_on(refresh::process(base, Path::new(folder))),
        ["connect", base] => runtime.block_on(overhead::connect(base)),
        ["grant", base] => runtime.block_on(overhead::grant(base)),
        [results, python, script] => {
            return runtime.block_on(bench(Path::new(results), Path::new(python), Path::new(script)));
        }
        _ => {
            eprintln!("usage: sign-in-bench RESULTS-FOLDER PYTHON SCRIPT");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

async fn bench(results: &Path, python: &Path, script: &Path) -> ExitCode {
    let alone = rounds(|| listener::settled(0)).await;
    let crowded = rounds(|| listener::settled(IDLE_SOCKETS)).await;
    let (times, requests): (Vec<_>, Vec<_>) = rounds(refresh::refresh).await.into_iter().unzip();
    // The one that is furthest from one.
    let requests = requests.into_iter().max_by_key(|one| one.abs_diff(1)).expect("rounds");
    let Overhead {
        gantry,
        grant,
        oauthlib,
        server,
    } = overhead::overhead(python, script, ROUNDS).await;
    let own = median(&server);
    let connected = median(&gantry).saturating_sub(own);
    let granted = median(&grant).saturating_sub(own);
    let theirs = median(&oauthlib).saturating_sub(own);
    let outcome = json!({
        "benchmark": "signing in",
        "rounds": ROUNDS,
        "machine": { "cores": std::thread::available_parallelism().map_or(0, usize::from), "system": std::env::consts::OS },
        "at": jiff::Timestamp::now().to_string(),
        "settle_alone_ms": milliseconds(median(&alone)),
        "settle_among_idle_ms": milliseconds(median(&crowded)),
        "refresh_requests": requests,
        "refresh_last_answer_ms": milliseconds(median(&times)),
        "gantry_ms": milliseconds(median(&gantry)),
        "grant_ms": milliseconds(median(&grant)),
        "oauthlib_ms": milliseconds(median(&oauthlib)),
        "server_ms": milliseconds(own),
        "gantry_overhead_ms": milliseconds(connected),
        "grant_overhead_ms": milliseconds(granted),
        "oauthlib_overhead_ms": milliseconds(theirs),
        "gantry_over_oauthlib": hundredths(connected.as_secs_f64() / theirs.as_secs_f64()),
        "grant_over_oauthlib": hundredths(granted.as_secs_f64() / theirs.as_secs_f64()),
    });
    report(&results.join("sign-in.json"), &outcome);
    if requests == 1 {
        ExitCode::SUCCESS
    } else {
        eprintln!("{requests} refresh requests in one round, where there must be exactly one");
        ExitCode::FAILURE
    }
}

/// Prints the outcome beside the last run's, and keeps it.
fn report(file: &Path, outcome: &Value) {
    let before: Value = std::fs::read(file)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let shown = |value: &Value| {
        if value.is_null() {
            "-".to_owned()
        } else {
            value.to_string()
        }
    };
    println!("\nsigning in, median of {ROUNDS} rounds");
    println!("{:56}{:>10}{:>10}", "", "now", "last run");
    for (what, key) in ROWS {
        println!("{what:56}{:>10}{:>10}", shown(&outcome[key]), shown(&before[key]));
    }
    println!();
    for (key, what) in [
        ("gantry_over_oauthlib", "to connected, the connection stored"),
        ("grant_over_oauthlib", "to credentials, as it has them"),
    ] {
        println!(
            "{:>7} of google-auth-oauthlib's overhead is Gantry's {what}, last run {}",
            shown(&outcome[key]),
            shown(&before[key])
        );
    }
    let met = if outcome["refresh_requests"] == 1 {
        "met"
    } else {
        "MISSED"
    };
    println!(
        "{:>7} refresh requests in the worst round: aim exactly 1, {met}",
        shown(&outcome["refresh_requests"])
    );
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("the results' folder");
    std::fs::write(file, format!("{outcome:#}\n")).expect("the results are written");
    println!("written to {}", file.display());
}

async fn rounds<T, F: Future<Output = T>>(mut measure: impl FnMut() -> F) -> Vec<T> {
    let mut measured = Vec::new();
    for _ in 0..ROUNDS {
        measured.push(measure().await);
    }
    measured
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    hundredths(time.as_secs_f64() * 1000.0)
}

fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
