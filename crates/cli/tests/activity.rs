//! `gantry activity` as a process of its own, over a record that another process writes.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gantry_domain::GoogleBase;
use gantry_engine::Profile;
use gantry_store::{ActivityEntry, Store};
use serde_json::Value;

/// Nobody listens there, and nobody is asked.
const BASE: &str = "http://127.0.0.1:9";

fn gantry(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
    command
        .args(arguments)
        .env("GANTRY_HOME", home)
        .env("GANTRY_GOOGLE_BASE_URL", BASE)
        // No keychain: the record is there without one.
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn json(home: &Path, arguments: &[&str]) -> Value {
    let output = gantry(home, arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn record_of(home: &Path) -> Store {
    let profile = Profile::new(Some(home), GoogleBase::loopback(BASE).unwrap()).unwrap();
    Store::open(profile.database_path()).await.unwrap()
}

fn request(number: u32) -> ActivityEntry {
    ActivityEntry {
        id: format!("0198c6f4-0000-7000-8000-00000000000{number}"),
        at: jiff::Timestamp::now(),
        connection_id: None,
        api_method: "tagmanager.accounts.list".to_owned(),
        http_method: "GET".to_owned(),
        url: "https://tagmanager.googleapis.com/tagmanager/v2/accounts".to_owned(),
        status: Some(if number == 2 { 403 } else { 200 }),
        latency_ms: 5,
        retries: 0,
        bytes_sent: 0,
        bytes_received: 5,
        quota_cost: 1,
        writes: false,
        earlier: Vec::new(),
        error_code: (number == 2).then(|| "permission_denied".to_owned()),
        error_message: (number == 2).then(|| "No.".to_owned()),
        failure: None,
    }
}

/// The next request that the process prints.
fn next(lines: &mut impl BufRead) -> Value {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let event: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
    assert_eq!(event["event"], "request");
    event["request"].clone()
}

fn follow(home: &Path) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = gantry(home, &["--json", "activity", "--follow", "--limit", "1"])
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn following_prints_each_request_of_another_process_on_a_line_and_ends_well_on_ctrl_c() {
    let home = tempfile::tempdir().unwrap();
    let store = record_of(home.path()).await;
    (1..=2).for_each(|number| store.record_activity(request(number), None));
    store.flush().await.unwrap();
    let (mut child, mut lines) = follow(home.path());
    assert_eq!(next(&mut lines)["id"], request(2).id, "the newest one that was there");
    (3..=4).for_each(|number| store.record_activity(request(number), None));
    assert_eq!(next(&mut lines)["id"], request(3).id);
    assert_eq!(next(&mut lines)["id"], request(4).id);
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// L6: the reader of the pipe goes away.
#[tokio::test(flavor = "multi_thread")]
async fn l6_following_ends_well_when_nobody_reads_any_more() {
    let home = tempfile::tempdir().unwrap();
    let store = record_of(home.path()).await;
    store.record_activity(request(1), None);
    store.flush().await.unwrap();
    let (mut child, mut lines) = follow(home.path());
    next(&mut lines);
    drop(lines);
    store.record_activity(request(3), None);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_listed_shown_and_put_into_a_bundle() {
    let home = tempfile::tempdir().unwrap();
    let store = record_of(home.path()).await;
    (1..=3).for_each(|number| store.record_activity(request(number), None));
    store.flush().await.unwrap();
    let ids = |found: Value| -> Vec<String> {
        let rows = found.as_array().unwrap().iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(json(home.path(), &["--json", "activity"]));
    assert_eq!(all, [request(3).id, request(2).id, request(1).id]);
    assert_eq!(
        ids(json(home.path(), &["--json", "activity", "--failed"])),
        [request(2).id]
    );
    assert!(ids(json(home.path(), &["--json", "activity", "--writes"])).is_empty());
    assert_eq!(
        ids(json(home.path(), &["--json", "activity", "--text", "403"])),
        [request(2).id]
    );

    let shown = json(home.path(), &["--json", "activity", "show", &request(2).id]);
    assert_eq!(shown["explanation"]["title"], "Not allowed");
    let curl = gantry(home.path(), &["activity", "show", &request(2).id, "--curl"])
        .output()
        .unwrap();
    assert!(String::from_utf8(curl.stdout).unwrap().starts_with("curl "));
    let unknown = gantry(home.path(), &["--json", "activity", "show", "nothing"])
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(4));

    let file = home.path().join("bundle.zip");
    let written = json(
        home.path(),
        &[
            "--json",
            "activity",
            "export",
            file.to_str().unwrap(),
            "--without-emails",
        ],
    );
    assert_eq!(written["requests"], 3);
    assert_eq!(std::fs::read(&file).unwrap()[..2], *b"PK");
}
