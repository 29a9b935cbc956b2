//! Exports over a real socket against the sandbox: what is in the file, and what the record says.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may

mod recorded;

use std::path::Path;
use std::sync::Arc;

use gantry_destinations::{Column, ColumnKind, SqliteFile, TableSpec};
use gantry_domain::{GoogleBase, Permission, SystemClock};
use gantry_engine::dto::Nothing;
use gantry_engine::dto::exports::{ExportRequest, ExportRunView, ExportState};
use gantry_engine::host::Headless;
use gantry_engine::{Engine, EngineConfig, ErrorCode, Keychain, Profile, commands, exports};
use gantry_sandbox::{RunningSandbox, Sandbox, SandboxConfig, practice};
use gantry_store::{ConnectionRecord, RunState};
use google_oauth::{Browser, BrowserError, OAuthClient, OpenedTokenStore, SecretBytes, SessionTokenStore, TokenStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::recorded::Recording;

struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &url::Url) -> Result<(), BrowserError> {
        Err(BrowserError("none in this test".to_owned()))
    }
}

/// Posts to the sandbox's control endpoint.
async fn control(sandbox: &RunningSandbox, path: &str, body: Value) -> Value {
    let address = sandbox.base().trim_start_matches("http://").trim_end_matches('/');
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let body = body.to_string();
    let request = format!(
        "POST /_control/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let (from, to) = (body.find('{').unwrap(), body.rfind('}').unwrap());
    serde_json::from_str(&body[from..=to]).unwrap()
}

/// An engine whose owner of the sandbox's business is connected, and the number of the one property.
async fn connected(home: &Path, sandbox: &RunningSandbox) -> (Arc<Engine>, String) {
    let scopes = Permission::View.scopes();
    let issued = control(
        sandbox,
        "tokens/issue",
        json!({ "email": practice::OWNER, "scopes": scopes }),
    )
    .await;
    let secrets = SessionTokenStore::new();
    let refresh_token = issued["refresh_token"].as_str().unwrap();
    secrets
        .set("owner", &SecretBytes::new(refresh_token.as_bytes().to_vec()))
        .await
        .unwrap();
    let engine = Engine::open(EngineConfig {
        profile: Profile::new(Some(home), GoogleBase::loopback(sandbox.base()).unwrap()).unwrap(),
        keychain: Keychain::at_start(OpenedTokenStore {
            name: "memory".to_owned(),
            store: Arc::new(secrets),
        }),
        browser: Arc::new(NoBrowser),
        clock: Arc::new(SystemClock),
        pause: Arc::new(gantry_engine::SystemPause),
        host: Arc::new(Headless),
        shipped_oauth_client: Some(
            OAuthClient::parse(practice::installed_client_json().to_string().as_bytes()).unwrap(),
        ),
    })
    .await
    .unwrap();
    let connection = ConnectionRecord {
        permissions: vec![Permission::View],
        granted_scopes: scopes,
        ..ConnectionRecord::new(
            "owner",
            "owner",
            practice::OWNER,
            practice::INSTALLED_CLIENT_ID,
            jiff::Timestamp::now(),
        )
    };
    engine.store().put_connection(connection).await.unwrap();
    let property = sandbox
        .google()
        .world()
        .analytics
        .properties
        .keys()
        .next()
        .copied()
        .unwrap();
    (engine, property.to_string())
}

fn request(property: &str, destination: String) -> ExportRequest {
    ExportRequest {
        property: property.to_owned(),
        dimensions: vec!["date".to_owned(), "country".to_owned()],
        metrics: vec!["ga:sessions".to_owned(), "averageSessionDuration".to_owned()],
        from: "28daysAgo".to_owned(),
        to: "yesterday".to_owned(),
        destination,
        connection: None,
    }
}

async fn export(engine: &Arc<Engine>, request: ExportRequest) -> gantry_engine::Result<ExportRunView> {
    commands::run_job(engine, "exports.run", |engine, job| async move {
        exports::run(&engine, request, &job).await
    })
    .await
}

#[tokio::test]
async fn a_report_becomes_a_typed_table_and_a_second_load_writes_nothing() {
    let recording = Recording::start("exports");
    let (home, sandbox) = (
        tempfile::tempdir().unwrap(),
        Sandbox::start(SandboxConfig::default()).await.unwrap(),
    );
    let (engine, property) = connected(home.path(), &sandbox).await;
    let file = home.path().join("site.db");
    let destination = format!("sqlite:{}?table=daily", file.display());

    let first = export(&engine, request(&property, destination.clone())).await.unwrap();
    assert!(first.rows_read >= 28, "{first:?}");
    assert_eq!((first.rows_written, first.state), (first.rows_read, ExportState::Done));
    assert!(
        first.notes.iter().any(|note| note.contains("ga:sessions")),
        "{:?}",
        first.notes
    );
    assert_eq!(
        first.from.len(),
        "2026-01-01".len(),
        "days are resolved: {}",
        first.from
    );

    let second = export(&engine, request(&property, destination.clone())).await.unwrap();
    assert_eq!((second.rows_read, second.rows_written), (first.rows_read, 0));

    let runs = exports::runs(&engine, Nothing {}).await.unwrap();
    let ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids, [second.id.as_str(), first.id.as_str()]);

    let column = |name: &str, kind, key| Column {
        name: name.to_owned(),
        kind,
        key,
    };
    let columns = vec![
        column("date", ColumnKind::Text, true),
        column("country", ColumnKind::Text, true),
        column("sessions", ColumnKind::Integer, false),
        column("averageSessionDuration", ColumnKind::Real, false),
    ];
    let table = TableSpec {
        name: "daily".to_owned(),
        columns,
    };
    SqliteFile::open(&file, &table).expect("the table has these columns and no others");

    // Another property's rows would replace these.
    let other = export(&engine, request("999", destination)).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::InvalidRequest);
    recording.keep(&sandbox).await;
}

#[tokio::test]
async fn properties_share_a_file_and_never_a_table() {
    let (home, sandbox) = (
        tempfile::tempdir().unwrap(),
        Sandbox::start(SandboxConfig::default()).await.unwrap(),
    );
    let (engine, property) = connected(home.path(), &sandbox).await;
    let file = format!("sqlite:{}", home.path().join("site.db").display());
    let first = export(&engine, request(&property, file.clone())).await.unwrap();
    assert!(first.rows_written > 0);

    let same_table = format!("{file}?table=report_{property}");
    let refused = export(&engine, request("999", same_table)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
    assert!(refused.message.contains("holds rows of property"), "{refused:?}");
    // Its own table is another one. There is no such property, which only Google knows.
    let asked = export(&engine, request("999", file)).await.unwrap_err();
    assert_ne!(asked.code, ErrorCode::InvalidRequest, "{asked:?}");
}

#[tokio::test]
async fn a_failed_export_counts_the_rows_that_stay_in_the_table() {
    let (home, sandbox) = (
        tempfile::tempdir().unwrap(),
        Sandbox::start(SandboxConfig::default()).await.unwrap(),
    );
    let (engine, property) = connected(home.path(), &sandbox).await;
    let wide = || ExportRequest {
        dimensions: ["date", "country", "city", "pagePath"].map(str::to_owned).to_vec(),
        metrics: vec!["screenPageViews".to_owned()],
        ..request(&property, format!("sqlite:{}", home.path().join("site.db").display()))
    };
    let report = json!({ "path_contains": ":runReport" });
    control(
        &sandbox,
        "faults",
        json!({ "match": report, "times": 1, "truncate_bytes": 60_000 }),
    )
    .await;
    control(
        &sandbox,
        "faults",
        json!({ "match": report, "times": 1, "status": 403 }),
    )
    .await;
    export(&engine, wide()).await.unwrap_err();
    let runs = exports::runs(&engine, Nothing {}).await.unwrap();
    let failed = &runs[0];
    assert_eq!(failed.state, ExportState::Failed);
    assert!(failed.rows_written > 0, "{failed:?}");
    assert_eq!(failed.rows_written, failed.rows_read);

    let completed = export(&engine, wide()).await.unwrap();
    assert_eq!(
        completed.rows_written,
        completed.rows_read - failed.rows_written,
        "the rows of the failed export are there"
    );
}

#[tokio::test]
async fn a_small_answer_that_breaks_off_is_asked_for_again() {
    let (home, sandbox) = (
        tempfile::tempdir().unwrap(),
        Sandbox::start(SandboxConfig::default()).await.unwrap(),
    );
    let (engine, property) = connected(home.path(), &sandbox).await;
    let fault = json!({ "match": { "path_contains": ":runReport" }, "times": 1, "truncate_bytes": 300 });
    control(&sandbox, "faults", fault).await;
    let destination = format!("csv:{}", home.path().join("site.csv").display());
    let run = export(&engine, request(&property, destination)).await.unwrap();
    assert_eq!(run.state, ExportState::Done);
    let record = engine.store().export_run(&run.id).await.unwrap().unwrap();
    assert_eq!(record.progress.calls, 2);
}

#[tokio::test]
async fn a_run_whose_process_died_is_told_at_once() {
    let (home, sandbox) = (
        tempfile::tempdir().unwrap(),
        Sandbox::start(SandboxConfig::default()).await.unwrap(),
    );
    let (engine, property) = connected(home.path(), &sandbox).await;
    let destination = format!("csv:{}", home.path().join("site.csv").display());
    let done = export(&engine, request(&property, destination)).await.unwrap();
    let mut record = engine.store().export_run(&done.id).await.unwrap().unwrap();
    record.state = RunState::Running;
    record.finished_at = None;
    record.updated_at = jiff::Timestamp::now();
    engine.store().put_export_run(record).await.unwrap();
    let runs = exports::runs(&engine, Nothing {}).await.unwrap();
    assert_eq!(runs[0].state, ExportState::Failed);
    assert!(runs[0].problem.as_ref().unwrap().contains("ended before"));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_taken_up_where_it_broke() {
    let (home, sandbox) = (
        tempfile::tempdir().unwrap(),
        Sandbox::start(SandboxConfig::default()).await.unwrap(),
    );
    let (engine, property) = connected(home.path(), &sandbox).await;
    let wide = |file: &str| ExportRequest {
        dimensions: ["date", "country", "city", "pagePath"].map(str::to_owned).to_vec(),
        metrics: vec!["screenPageViews".to_owned()],
        ..request(&property, format!("csv:{}", home.path().join(file).display()))
    };
    let whole = export(&engine, wide("whole.csv")).await.unwrap();

    let fault = json!({ "match": { "path_contains": ":runReport" }, "times": 1, "truncate_bytes": 60_000 });
    control(&sandbox, "faults", fault).await;
    let broken = export(&engine, wide("broken.csv")).await.unwrap();
    assert_eq!(broken.rows_read, whole.rows_read);
    let record = engine.store().export_run(&broken.id).await.unwrap().unwrap();
    assert_eq!(record.progress.calls, 2, "the rest was asked for once");
    let read = |file: &str| std::fs::read(home.path().join(file)).unwrap();
    assert!(
        read("broken.csv") == read("whole.csv"),
        "no row is missing and none is there twice"
    );
}

#[tokio::test]
async fn a_refused_export_is_recorded_and_leaves_the_old_file() {
    let (home, sandbox) = (
        tempfile::tempdir().unwrap(),
        Sandbox::start(SandboxConfig::default()).await.unwrap(),
    );
    let (engine, property) = connected(home.path(), &sandbox).await;
    let file = home.path().join("site.csv");
    std::fs::write(&file, "yesterday's").unwrap();
    let wrong = ExportRequest {
        metrics: vec!["noSuchMetric".to_owned()],
        ..request(&property, format!("csv:{}", file.display()))
    };
    let error = export(&engine, wrong).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::GoogleRefused);
    assert!(error.activity_id.is_some());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "yesterday's");
    let runs = exports::runs(&engine, Nothing {}).await.unwrap();
    assert_eq!(runs[0].state, ExportState::Failed);
    assert!(runs[0].problem.is_some());
}
