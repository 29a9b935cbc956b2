//! Reports: numbers that agree, old names, last good data.

use gantry_engine::dto::reports::{BadgeKind, MetadataRequest, OverviewReportRequest, RealtimeRequest, ReportRequest};
use gantry_engine::{ErrorCode, reports};
use gantry_sandbox::practice;
use serde_json::json;

use crate::recorded::Recording;
use crate::stage::Stage;

async fn stage() -> (Stage, String) {
    let stage = Stage::open(&[practice::AGENCY_PARTNER]).await;
    let world = stage.sandbox.google().world();
    let mut seen = world.analytics.properties.keys().copied();
    let property = seen
        .find(|property| world.can_read_property(practice::AGENCY_PARTNER, *property))
        .unwrap();
    drop(world);
    (stage, property.to_string())
}

fn overview(property: &str, to: &str) -> OverviewReportRequest {
    OverviewReportRequest {
        property: property.to_owned(),
        from: "28daysAgo".into(),
        to: to.into(),
        compare: true,
        connection: None,
    }
}

pub fn question(property: &str) -> ReportRequest {
    ReportRequest {
        property: property.to_owned(),
        dimensions: vec!["ga:date".into(), "country".into()],
        metrics: vec!["ga:pageviews".into(), "sessions".into()],
        from: "28daysAgo".into(),
        to: "yesterday".into(),
        totals: true,
        limit: None,
        offset: None,
        order_by: vec!["ga:date".into(), "sessions:desc".into()],
        connection: None,
    }
}

#[tokio::test]
async fn an_overview_is_one_batch_and_its_parts_agree() {
    let (stage, property) = stage().await;
    let report = reports::overview(&stage.engine, overview(&property, "yesterday"))
        .await
        .unwrap();
    assert_eq!(
        stage.asked("analyticsdata.googleapis.com").await.len(),
        1,
        "one request for all five reports"
    );
    assert_eq!(report.cards.len(), 4);
    assert!(report.cards.iter().all(|card| card.previous.is_some()));
    assert_eq!((report.series.dates.len(), report.series.compare_dates.len()), (28, 28));
    assert_eq!(
        (&report.series.dates[0], &report.series.dates[27]),
        (&report.from, &report.to)
    );
    assert_eq!(report.series.compare_dates.last(), report.compare_to.as_ref());
    assert!(!report.series.last_is_partial && report.stale_because.is_none());
    let sessions = report.cards.iter().find(|card| card.metric == "sessions").unwrap();
    assert!(sessions.value > 0.0);
    let channels = &report.breakdowns[0];
    let column = channels
        .columns
        .iter()
        .position(|column| column.metric == "sessions")
        .unwrap();
    assert!(
        (channels.totals[column] - sessions.value).abs() < 0.5,
        "the breakdown's total is the card's number"
    );
    assert_eq!(report.breakdowns[1].dimension, "pagePath");
    assert!(report.tokens.is_some());

    let today = reports::overview(&stage.engine, overview(&property, "today"))
        .await
        .unwrap();
    assert!(today.series.last_is_partial);
    assert!(
        today
            .badges
            .iter()
            .any(|badge| badge.kind == BadgeKind::TodayIncomplete)
    );
}

/// What the mirror and the reports send, for the judges.
#[tokio::test]
async fn a_sync_and_every_kind_of_report_are_kept_for_the_judges() {
    let recording = Recording::start("estate");
    let (stage, property) = stage().await;
    stage.sync().await.unwrap();
    reports::overview(&stage.engine, overview(&property, "yesterday"))
        .await
        .unwrap();
    reports::run(&stage.engine, question(&property)).await.unwrap();
    let fields = MetadataRequest {
        property: property.clone(),
        connection: None,
    };
    reports::metadata(&stage.engine, fields).await.unwrap();
    let now = RealtimeRequest {
        property,
        connection: None,
    };
    reports::realtime(&stage.engine, now).await.unwrap();
    recording.keep(&stage.sandbox).await;
}

#[tokio::test]
async fn an_outage_shows_the_last_good_overview_with_its_age() {
    let (stage, property) = stage().await;
    let good = reports::overview(&stage.engine, overview(&property, "yesterday"))
        .await
        .unwrap();
    let outage = json!({"match": {"host": "analyticsdata.googleapis.com"}, "times": 9, "status": 403,
        "body": {"error": {"code": 403, "message": "spent", "errors": [{"reason": "dailyLimitExceeded"}]}}});
    stage.control("faults", outage).await;
    let kept = reports::overview(&stage.engine, overview(&property, "yesterday"))
        .await
        .unwrap();
    assert!(kept.stale_because.is_some());
    assert_eq!((kept.as_of, kept.series.values), (good.as_of, good.series.values));
    let never_asked = OverviewReportRequest {
        compare: false,
        ..overview(&property, "yesterday")
    };
    assert_eq!(
        reports::overview(&stage.engine, never_asked).await.unwrap_err().code,
        ErrorCode::QuotaExhausted
    );
}

#[tokio::test]
async fn old_names_are_asked_under_their_new_ones_and_totals_add_up() {
    let (stage, property) = stage().await;
    let table = reports::run(&stage.engine, question(&property)).await.unwrap();
    assert_eq!(table.dimensions, ["date", "country"]);
    assert_eq!(table.metrics[0].metric, "screenPageViews");
    assert!(
        table
            .notes
            .iter()
            .any(|note| note.starts_with("ga:pageviews is screenPageViews"))
    );
    assert!(table.rows.len() > 28);
    assert!(table.rows.is_sorted_by_key(|row| row[0].clone()));
    for (column, total) in table.totals.unwrap().iter().enumerate() {
        let sum: u64 = table
            .rows
            .iter()
            .map(|row| row[2 + column].parse::<u64>().unwrap())
            .sum();
        assert_eq!(&sum.to_string(), total);
    }
    let page = reports::run(
        &stage.engine,
        ReportRequest {
            limit: Some(3),
            offset: Some(2),
            ..question(&property)
        },
    );
    let page = page.await.unwrap();
    assert_eq!(
        (page.rows.as_slice(), page.row_count),
        (&table.rows[2..5], table.row_count)
    );
}

#[tokio::test]
async fn a_wrong_question_is_refused_with_the_reason() {
    let (stage, property) = stage().await;
    let refused = |request| reports::run(&stage.engine, request);
    let unknown = ReportRequest {
        metrics: vec!["nonsense".into()],
        order_by: vec![],
        ..question(&property)
    };
    let error = refused(unknown).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::GoogleRefused);
    assert!(
        error.message.contains("nonsense") && error.activity_id.is_some(),
        "{error:?}"
    );
    let foreign = ReportRequest {
        property: "1".into(),
        ..question(&property)
    };
    assert_eq!(refused(foreign).await.unwrap_err().code, ErrorCode::NoPermission);
    let days = ReportRequest {
        from: "tomorrow".into(),
        ..question(&property)
    };
    assert_eq!(refused(days).await.unwrap_err().code, ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn fields_and_the_present_can_be_asked_for() {
    let (stage, property) = stage().await;
    let request = MetadataRequest {
        property: "0".into(),
        connection: None,
    };
    let fields = reports::metadata(&stage.engine, request).await.unwrap();
    assert!(
        fields
            .iter()
            .any(|field| field.api_name == "activeUsers" && field.is_metric)
    );
    assert!(
        fields
            .iter()
            .any(|field| field.api_name == "country" && !field.is_metric)
    );
    let now = reports::realtime(
        &stage.engine,
        RealtimeRequest {
            property,
            connection: None,
        },
    )
    .await
    .unwrap();
    assert_eq!(now.per_minute.len(), 30);
    let busiest = now.per_minute.iter().max().copied().unwrap_or(0);
    assert!(now.active_users >= busiest);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_once_more() {
    let (stage, property) = stage().await;
    let whole = reports::run(&stage.engine, question(&property)).await.unwrap();
    let fault = |times: u32| json!({"match": {"path_contains": ":runReport"}, "times": times, "truncate_bytes": 300});
    stage.control("faults", fault(1)).await;
    let again = reports::run(&stage.engine, question(&property)).await.unwrap();
    assert_eq!(again.rows, whole.rows);
    stage.control("faults", fault(2)).await;
    let error = reports::run(&stage.engine, question(&property)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Offline);
}

#[tokio::test]
async fn one_connection_is_not_shown_what_another_was_answered() {
    let stage = Stage::open(&[practice::AGENCY_PARTNER, practice::AGENCY_ADMIN]).await;
    let (_, property) = self::stage().await;
    let of = |email: &str| OverviewReportRequest {
        connection: Some(email.to_owned()),
        ..overview(&property, "yesterday")
    };
    reports::overview(&stage.engine, of(practice::AGENCY_PARTNER))
        .await
        .unwrap();
    let outage = json!({"match": {"host": "analyticsdata.googleapis.com"}, "times": 9, "status": 403,
        "body": {"error": {"code": 403, "message": "spent", "errors": [{"reason": "dailyLimitExceeded"}]}}});
    stage.control("faults", outage).await;
    let kept = reports::overview(&stage.engine, of(practice::AGENCY_PARTNER)).await;
    assert!(kept.unwrap().stale_because.is_some());
    let none = reports::overview(&stage.engine, of(practice::AGENCY_ADMIN)).await;
    assert_eq!(none.unwrap_err().code, ErrorCode::QuotaExhausted);
}
