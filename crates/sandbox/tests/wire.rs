//! The sandbox over real sockets: what a caller's transport meets, and what survives a restart.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod dial;
mod set_up;

use std::time::{Duration, Instant};

use dial::{Answer, Dial};
use gantry_sandbox::{
    RunningSandbox, Sandbox, SandboxConfig, Seed,
    clock::{HeldClock, SystemClock},
    practice,
    quota::TagManagerQuota,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

const SUMMARIES: &str = "https://analyticsadmin.googleapis.com/v1beta/accountSummaries";
const READ: &str = "https://www.googleapis.com/auth/analytics.readonly";
const TAG_MANAGER_READ: &str = "https://www.googleapis.com/auth/tagmanager.readonly";

async fn started() -> RunningSandbox {
    Sandbox::start(SandboxConfig::default()).await.unwrap()
}

fn tokens(sandbox: &RunningSandbox, scopes: &[&str]) -> impl Future<Output = (String, String)> {
    let dial = Dial::new(sandbox);
    let order = json!({"email": practice::OWNER, "scopes": scopes});
    async move {
        let issued = dial.control("/tokens/issue", &order).await;
        let text = |key: &str| issued[key].as_str().unwrap().to_owned();
        (text("access_token"), text("refresh_token"))
    }
}

async fn summaries(sandbox: &RunningSandbox, token: &str) -> Option<Answer> {
    Dial::new(sandbox).bearer(token).get(SUMMARIES).await
}

fn refresh_form(token: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", practice::INSTALLED_CLIENT_ID),
        ("client_secret", practice::CLIENT_SECRET),
    ]
}

#[tokio::test]
async fn a_stranger_sees_nothing_and_the_owner_sees_the_bakery() {
    let sandbox = started().await;
    assert_eq!(Dial::new(&sandbox).get(SUMMARIES).await.unwrap().status, 401);
    let (access, _) = tokens(&sandbox, &[READ]).await;
    let body = summaries(&sandbox, &access).await.unwrap().json();
    assert_eq!(body["accountSummaries"][0]["displayName"], "Harbour Bakery");
    assert_eq!(body["accountSummaries"][0]["propertySummaries"][0]["canEdit"], true);
}

#[tokio::test]
async fn a_refresh_token_outlives_the_sandbox_that_issued_it() {
    let first = started().await;
    let (_, refresh) = tokens(&first, &["openid", READ]).await;
    first.stop().await;
    let second = started().await;
    let answer = Dial::new(&second)
        .post_form("https://oauth2.googleapis.com/token", &refresh_form(&refresh))
        .await
        .unwrap();
    let access = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(summaries(&second, &access).await.unwrap().status, 200);
}

#[tokio::test]
async fn an_access_token_dies_after_an_hour_by_the_sandboxs_clock() {
    let clock = HeldClock::at("2026-03-01T12:00:00Z".parse().unwrap());
    let config = SandboxConfig {
        clock: std::sync::Arc::new(clock.clone()),
        ..SandboxConfig::default()
    };
    let sandbox = Sandbox::start(config).await.unwrap();
    let (access, _) = tokens(&sandbox, &[READ]).await;
    clock.advance(SignedDuration::from_secs(3599));
    assert_eq!(summaries(&sandbox, &access).await.unwrap().status, 200);
    clock.advance(SignedDuration::from_secs(1));
    let dead = summaries(&sandbox, &access).await.unwrap();
    assert_eq!(dead.status, 401);
    assert!(dead.header("www-authenticate").unwrap().contains("invalid_token"));
}

#[tokio::test]
async fn revocation_spares_what_is_granted_afterwards() {
    let sandbox = started().await;
    let (old, _) = tokens(&sandbox, &[READ]).await;
    Dial::new(&sandbox)
        .control("/tokens/revoke", &json!({"email": practice::OWNER}))
        .await;
    let (new, _) = tokens(&sandbox, &[READ]).await;
    assert_eq!(summaries(&sandbox, &old).await.unwrap().status, 401);
    assert_eq!(summaries(&sandbox, &new).await.unwrap().status, 200);
}

#[tokio::test]
async fn large_answers_are_gzipped_when_asked_for() {
    let sandbox = Sandbox::start(SandboxConfig {
        seed: Seed::Agency,
        ..SandboxConfig::default()
    })
    .await
    .unwrap();
    let order = json!({"email": practice::AGENCY_ADMIN, "scopes": [READ]});
    let issued = Dial::new(&sandbox).control("/tokens/issue", &order).await;
    let token = issued["access_token"].as_str().unwrap();
    let plain = Dial::new(&sandbox).bearer(token).get(SUMMARIES).await.unwrap();
    let packed = Dial::new(&sandbox)
        .bearer(token)
        .header("accept-encoding", "deflate, gzip")
        .get(SUMMARIES)
        .await
        .unwrap();
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() < plain.body.len() / 2);
    assert_eq!(packed.unpacked(), plain.body);
}

#[tokio::test]
async fn faults_hit_what_they_match_as_often_as_ordered() {
    let sandbox = started().await;
    let (access, _) = tokens(&sandbox, &[READ]).await;
    let dial = Dial::new(&sandbox);
    let matching = json!({"host": "analyticsadmin.googleapis.com", "path_contains": "accountSummaries"});

    dial.control(
        "/faults",
        &json!({"match": matching, "status": 503, "headers": {"retry-after": "7"}}),
    )
    .await;
    let elsewhere = "https://analyticsadmin.googleapis.com/v1beta/accounts";
    assert_eq!(dial.clone().bearer(&access).get(elsewhere).await.unwrap().status, 200);
    let failed = summaries(&sandbox, &access).await.unwrap();
    assert_eq!((failed.status, failed.header("retry-after")), (503, Some("7")));
    assert_eq!(failed.json()["error"]["status"], "UNAVAILABLE");
    assert_eq!(summaries(&sandbox, &access).await.unwrap().status, 200);

    dial.control(
        "/faults",
        &json!({"match": matching, "after": 1, "times": 2, "html": "<h1>Proxy</h1>", "status": 502}),
    )
    .await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(summaries(&sandbox, &access).await.unwrap().status);
    }
    assert_eq!(seen, [200, 502, 502, 200]);
}

#[tokio::test]
async fn a_dropped_connection_has_its_effect_or_not_as_ordered() {
    let sandbox = started().await;
    let edit = "https://www.googleapis.com/auth/analytics.edit";
    let (access, _) = tokens(&sandbox, &[edit]).await;
    let dial = Dial::new(&sandbox).bearer(&access);
    let properties = "https://analyticsadmin.googleapis.com/v1beta/properties";
    let account = sandbox
        .google()
        .world()
        .analytics
        .accounts
        .keys()
        .next()
        .copied()
        .unwrap();
    let body = json!({"parent": format!("accounts/{account}"), "displayName": "New", "timeZone": "Europe/London"});
    let count = || sandbox.google().world().analytics.properties.len();
    for (when, made) in [("before", 1), ("after", 2)] {
        dial.control(
            "/faults",
            &json!({"match": {"method": "POST", "path_contains": "properties"}, "drop": when}),
        )
        .await;
        assert!(dial.post_json(properties, &body).await.is_none(), "{when}");
        assert_eq!(count(), made, "{when}");
    }
}

#[tokio::test]
async fn a_truncated_answer_ends_before_its_announced_length() {
    let sandbox = started().await;
    let (access, _) = tokens(&sandbox, &[READ]).await;
    Dial::new(&sandbox)
        .control("/faults", &json!({"truncate_bytes": 20}))
        .await;
    let cut = summaries(&sandbox, &access).await.unwrap();
    let announced: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert_eq!((cut.status, cut.body.len()), (200, 20));
    assert!(announced > 20);
}

#[tokio::test]
async fn a_delay_delays() {
    let sandbox = started().await;
    let (access, _) = tokens(&sandbox, &[READ]).await;
    Dial::new(&sandbox).control("/faults", &json!({"delay_ms": 150})).await;
    let begun = Instant::now();
    assert_eq!(summaries(&sandbox, &access).await.unwrap().status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn tag_managers_quota_is_counted_for_the_project() {
    let quota = Some(TagManagerQuota {
        per_window: 3,
        ..TagManagerQuota::default()
    });
    let sandbox = Sandbox::start(SandboxConfig {
        quota,
        ..SandboxConfig::default()
    })
    .await
    .unwrap();
    let (access, _) = tokens(&sandbox, &[TAG_MANAGER_READ]).await;
    let accounts = "https://tagmanager.googleapis.com/tagmanager/v2/accounts";
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(Dial::new(&sandbox).bearer(&access).get(accounts).await.unwrap());
    }
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 200, 403]);
    assert_eq!(answers[3].json()["error"]["errors"][0]["reason"], "rateLimitExceeded");
    Dial::new(&sandbox).control("/quota", &json!({"enabled": false})).await;
    assert_eq!(
        Dial::new(&sandbox).bearer(&access).get(accounts).await.unwrap().status,
        200
    );
}

#[tokio::test]
async fn the_log_tells_who_asked_what_and_no_secret() {
    let sandbox = started().await;
    let (access, refresh) = tokens(&sandbox, &["openid", READ]).await;
    summaries(&sandbox, &access).await.unwrap();
    let answer = Dial::new(&sandbox)
        .post_form("https://oauth2.googleapis.com/token", &refresh_form(&refresh))
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
    let log = Dial::new(&sandbox).get("https://_control/log").await.unwrap();
    let text = String::from_utf8(log.body.clone()).unwrap();
    assert!(!text.contains("ya29.") && !text.contains("1//practice") && !text.contains(practice::CLIENT_SECRET));
    let body = log.json();
    let requests = body["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0]["user"], practice::OWNER);
    assert_eq!(
        (&requests[0]["method"], &requests[0]["status"]),
        (&json!("GET"), &json!(200))
    );
    assert_eq!(requests[1]["path"], "/token");
    assert_eq!(requests[1]["body"], Value::Null);
    let later = Dial::new(&sandbox)
        .get("https://_control/log?after=1")
        .await
        .unwrap()
        .json();
    assert_eq!(later["requests"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn reset_takes_back_what_was_done() {
    let sandbox = started().await;
    let (access, _) = tokens(&sandbox, &[READ]).await;
    sandbox.google().world_mut().analytics.accounts.clear();
    assert_eq!(summaries(&sandbox, &access).await.unwrap().json(), json!({}));
    Dial::new(&sandbox).control("/reset", &json!({})).await;
    assert!(summaries(&sandbox, &access).await.unwrap().json()["accountSummaries"].is_array());
}

#[tokio::test]
async fn only_loopback_names_are_answered() {
    let sandbox = started().await;
    let rebound = Dial::new(&sandbox)
        .header("host", "sandbox.attacker.example")
        .get(SUMMARIES)
        .await
        .unwrap();
    assert_eq!(rebound.status, 403);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let sandbox = started().await;
    let config = SandboxConfig {
        port: sandbox.address.port(),
        clock: std::sync::Arc::new(SystemClock),
        ..SandboxConfig::default()
    };
    let error = Sandbox::start(config).await.unwrap_err().to_string();
    assert!(error.contains(&sandbox.address.port().to_string()), "{error}");
}

#[test]
fn seeds_are_the_same_every_time_and_as_large_as_promised() {
    let (world, customers) = (Seed::Agency.build().0, Seed::Agency.build().1);
    let (again, _) = Seed::Agency.build();
    assert_eq!(world.analytics.accounts, again.analytics.accounts);
    assert_eq!(world.analytics.streams, again.analytics.streams);
    assert_eq!(
        (
            world.users.len(),
            world.analytics.accounts.len(),
            world.analytics.properties.len()
        ),
        (6, 40, 120)
    );
    assert_eq!(customers.len(), 40);
    let ids: std::collections::BTreeSet<_> = world
        .analytics
        .streams
        .values()
        .filter_map(|s| s.measurement_id())
        .collect();
    assert_eq!(ids.len(), 120, "measurement IDs do not repeat");
    let names: Vec<&str> = world
        .analytics
        .accounts
        .values()
        .map(|account| account.display_name.as_str())
        .collect();
    assert!(names.iter().any(|name| name.chars().count() == 200));
    assert!(names.iter().any(|name| name.starts_with('=')));
    assert!(
        world
            .analytics
            .properties
            .values()
            .all(|property| property.display_name.encode_utf16().count() <= 100)
    );
    assert_eq!(Seed::Owner.build().0.analytics.properties.len(), 1);
}
