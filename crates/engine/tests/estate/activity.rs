//! The record of requests: what it keeps, what it tells, and that nothing in it is a secret.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gantry_domain::GoogleBase;
use gantry_engine::activity::{self, Follower};
use gantry_engine::dto::activity::{ActivityDetail, ActivityOnly, ActivityRequest, ActivityView, ExportActivity};
use gantry_engine::dto::reports::ReportRequest;
use gantry_engine::dto::{ById, Nothing};
use gantry_engine::{ErrorCode, connections, reports};
use gantry_sandbox::practice;
use gantry_store::Store;
use google_apis::Pause;
use serde_json::json;

use crate::stage::Stage;

const USER: &str = practice::AGENCY_PARTNER;

fn newest(limit: u32) -> ActivityRequest {
    ActivityRequest {
        limit,
        ..Default::default()
    }
}

async fn rows(stage: &Stage, request: ActivityRequest) -> Vec<ActivityView> {
    activity::list(&stage.engine, request).await.unwrap()
}

async fn show(stage: &Stage, id: &str) -> ActivityDetail {
    activity::show(&stage.engine, ById { id: id.to_owned() }).await.unwrap()
}

/// A refusal for want of a permission, which is no passing fault.
async fn refuse_next(stage: &Stage) {
    let fault = json!({"match": {"host": "analyticsadmin.googleapis.com"}, "times": 1, "status": 403,
        "body": {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "The caller does not have permission",
            "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "forbidden"}]}}});
    stage.control("faults", fault).await;
}

#[tokio::test]
async fn requests_are_filtered_paged_counted_and_explained() {
    let stage = Stage::open(&[USER]).await;
    connections::accounts(&stage.engine, None).await.unwrap();
    let worked = rows(&stage, newest(1)).await.remove(0);
    let refreshed = rows(&stage, newest(9)).await.pop().unwrap();
    assert_eq!(
        (refreshed.api.as_str(), refreshed.method.as_str(), refreshed.quota_cost),
        ("Sign-in", "oauth2.refresh", 0)
    );
    assert_eq!(refreshed.connection.as_deref(), Some(USER));
    let refreshed = show(&stage, &refreshed.id).await;
    let form = refreshed.request.unwrap().body.unwrap().text;
    assert!(form.contains("refresh_token=[redacted]"), "{form}");
    refuse_next(&stage).await;
    let failed_request = connections::accounts(&stage.engine, None).await;
    let failed = ActivityRequest {
        only: Some(ActivityOnly::Failed),
        ..newest(9)
    };
    let failed = rows(&stage, failed).await;
    assert_eq!(failed.len(), 1);
    if let Err(error) = &failed_request {
        assert_eq!(error.activity_id.as_ref(), Some(&failed[0].id), "the error points here");
    }

    let summary = activity::summary(&stage.engine, Nothing {}).await.unwrap();
    assert_eq!((summary.failed_today, summary.writes_today), (1, 0));
    assert_eq!(summary.today as usize, rows(&stage, newest(1000)).await.len());

    let all = rows(&stage, newest(1000)).await;
    let page = ActivityRequest {
        before: Some(all[0].id.clone()),
        ..newest(1)
    };
    assert_eq!(rows(&stage, page).await[0].id, all[1].id);
    let of_nobody = ActivityRequest {
        connection: Some("nobody@nowhere.example".to_owned()),
        ..newest(9)
    };
    let refused = activity::list(&stage.engine, of_nobody).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoConnection);

    let why = show(&stage, &failed[0].id).await;
    assert_eq!((why.reason.as_deref(), why.view.status), (Some("forbidden"), Some(403)));
    assert!(
        !why.explanation.text.is_empty() && !why.explanation.remedy.is_empty(),
        "{:?}",
        why.explanation
    );
    let answer = why.response.unwrap().body.unwrap().text;
    assert!(answer.contains("PERMISSION_DENIED"), "{answer}");

    let done = show(&stage, &worked.id).await;
    assert_eq!(done.view.connection.as_deref(), Some(USER));
    assert!(
        done.explanation.text.starts_with("Gantry listed"),
        "{:?}",
        done.explanation
    );
    let base = GoogleBase::loopback(stage.sandbox.base()).unwrap();
    assert!(
        done.curl.contains("https://analyticsadmin.googleapis.com/"),
        "{}",
        done.curl
    );
    assert!(
        !done.curl.contains(base.loopback_base().unwrap()),
        "never the address dialled"
    );
    assert!(done.curl.contains("Bearer $TOKEN"));

    activity::clear(&stage.engine, Nothing {}).await.unwrap();
    assert!(rows(&stage, newest(9)).await.is_empty());
    let gone = activity::show(&stage.engine, ById { id: worked.id }).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound);
}

/// Waits by telling that it waits.
struct Told(tokio::sync::mpsc::UnboundedSender<()>);

#[async_trait]
impl Pause for Told {
    async fn sleep(&self, _: Duration) {
        let _ = self.0.send(());
        tokio::task::yield_now().await;
    }

    fn jitter(&self) -> f64 {
        0.0
    }
}

#[tokio::test]
async fn whoever_follows_sees_the_requests_of_other_processes_as_they_come() {
    let stage = Stage::open(&[USER]).await;
    let (waits, mut waited) = tokio::sync::mpsc::unbounded_channel();
    let mut follower = Follower::with_pause(&stage.engine, newest(50), Arc::new(Told(waits)));
    assert!(follower.so_far().await.unwrap().is_empty());
    let following = tokio::spawn(async move { follower.next().await.map(|rows| (rows, follower)) });
    waited.recv().await.unwrap();

    // Another process: the same file through a handle of its own.
    let other = Store::open(stage.engine.profile().database_path()).await.unwrap();
    connections::accounts(&stage.engine, None).await.unwrap();
    let (first, mut follower) = following.await.unwrap().unwrap();
    assert!(!first.is_empty());
    stage.engine.store().flush().await.unwrap();
    let mut copy = other.activity_entry(&first[0].id).await.unwrap().unwrap();
    copy.id = "0198c6f4-0000-7000-8000-00000000000f".to_owned();
    other.record_activity(copy.clone(), None);
    let mut seen = Vec::new();
    while !seen.iter().any(|row: &ActivityView| row.id == copy.id) {
        seen.extend(follower.next().await.unwrap());
    }
}

fn has(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

/// The files of a bundle, unpacked.
fn unpacked(path: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// U7: reads, a report, a refresh and an error; then no token is in the database's bytes or in the bundle.
#[tokio::test]
async fn u7_neither_the_database_nor_a_support_bundle_holds_a_token() {
    let stage = Stage::open(&[USER]).await;
    let reach = connections::accounts(&stage.engine, None).await.unwrap();
    let mut properties = reach.accounts.iter().flat_map(|account| &account.properties);
    let property = properties.next().unwrap().property_id.clone();
    let report = ReportRequest {
        property,
        dimensions: vec!["date".into()],
        metrics: vec!["sessions".into()],
        from: "28daysAgo".into(),
        to: "yesterday".into(),
        totals: true,
        limit: None,
        offset: None,
        order_by: vec![],
        connection: None,
    };
    reports::run(&stage.engine, report).await.unwrap();
    refuse_next(&stage).await;
    let _ = connections::accounts(&stage.engine, None).await;

    let token = stage.refresh_tokens[0].as_str();
    // The sandbox's tokens all begin so: any of them, whoever got it.
    let secrets = [token, "1//practice-", "ya29.practice-", practice::CLIENT_SECRET];
    let logs = stage.engine.profile().logs_directory();
    std::fs::create_dir_all(&logs).unwrap();
    let said = format!("INFO got {token} for {USER}\nGET /?access_token=ya29.practice-abc\n");
    std::fs::write(logs.join("gantry.log"), said).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.zip");
    for include_emails in [true, false] {
        let request = ExportActivity {
            path: path.display().to_string(),
            include_emails,
            requests: None,
        };
        let done = activity::export(&stage.engine, request).await.unwrap();
        assert_eq!(done.requests as usize, rows(&stage, newest(1000)).await.len());
        let files = unpacked(&path);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "README.txt",
                "about.json",
                "connections.json",
                "oauth-clients.json",
                "quota.json",
                "activity.json",
                "logs/gantry.log"
            ]
        );
        for (name, bytes) in &files {
            for secret in &secrets {
                assert!(!has(bytes, secret), "{name} holds {secret}");
            }
            assert!(include_emails || !has(bytes, USER), "{name} names {USER}");
        }
        let people = files.iter().any(|(_, bytes)| has(bytes, USER));
        assert_eq!(people, include_emails);
        assert!(
            files
                .iter()
                .any(|(name, bytes)| name == "activity.json" && has(bytes, "runReport"))
        );
        assert!(
            files
                .iter()
                .any(|(name, bytes)| name == "logs/gantry.log" && has(bytes, "[redacted]"))
        );
    }

    stage.engine.store().flush().await.unwrap();
    let mut looked_at = 0;
    for file in std::fs::read_dir(stage.engine.profile().data_directory()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            looked_at += usize::from(has(&bytes, "runReport"));
            for secret in &secrets {
                assert!(!has(&bytes, secret), "{} holds {secret}", path.display());
            }
        }
    }
    assert!(looked_at > 0, "the traces were in what was searched");
}
