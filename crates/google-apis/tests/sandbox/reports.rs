//! Analytics Data: reports whole, in batches and streamed.

use futures_util::TryStreamExt;
use google_apis::analytics_data::{
    CheckCompatibilityRequest, DateRange, Dimension, Metric, OrderBy, RunRealtimeReportRequest, RunReportRequest,
};
use google_apis::{AnalyticsAdmin, AnalyticsData, ErrorKind};
use serde_json::json;

use crate::stage::Stage;

pub async fn property(stage: &Stage) -> String {
    let summaries = AnalyticsAdmin::new(&stage.transport())
        .account_summaries()
        .try_concat()
        .await
        .unwrap();
    summaries[0].property_summaries[0].property.clone()
}

pub fn by_country() -> RunReportRequest {
    RunReportRequest {
        dimensions: vec![Dimension::named("date"), Dimension::named("country")],
        metrics: vec![Metric::named("activeUsers"), Metric::named("sessions")],
        date_ranges: vec![DateRange {
            start_date: "28daysAgo".into(),
            end_date: "yesterday".into(),
            name: None,
        }],
        order_bys: vec![OrderBy::rising("date"), OrderBy::most("sessions")],
        metric_aggregations: vec!["TOTAL".into()],
        return_property_quota: true,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_streamed_report_is_the_same_as_a_whole_one() {
    let stage = Stage::open().await;
    let property = property(&stage).await;
    let data = AnalyticsData::new(&stage.transport());
    let whole = data.run_report(&property, &by_country()).await.unwrap();
    assert!(whole.rows.len() > 28, "{}", whole.rows.len());

    stage.recorded.take();
    let mut stream = data.run_report_rows(&property, &by_country()).await.unwrap();
    assert_eq!(stream.head().await.unwrap().metric_headers, whole.metric_headers);
    let mut rows = Vec::new();
    while let Some(batch) = stream.next_batch().await.unwrap() {
        assert_eq!(batch.columns(), 4);
        rows.extend(
            batch
                .rows()
                .map(|row| row.cells().map(str::to_owned).collect::<Vec<_>>()),
        );
    }
    let expected: Vec<Vec<String>> = whole
        .rows
        .iter()
        .map(|row| {
            row.dimension_values
                .iter()
                .chain(&row.metric_values)
                .map(|cell| cell.value.clone())
                .collect()
        })
        .collect();
    assert_eq!(rows, expected);
    let rest = stream.report().unwrap();
    assert_eq!((rest.totals, rest.row_count), (whole.totals.clone(), whole.row_count));
    let recorded = stage.recorded.take();
    assert_eq!(recorded.len(), 1);
    assert!(recorded[0].error.is_none() && recorded[0].response_bytes > 0);

    let sessions: u64 = rows.iter().map(|row| row[3].parse::<u64>().unwrap()).sum();
    assert_eq!(
        sessions.to_string(),
        whole.totals[0].metric_values[1].value,
        "sessions add up to Google's total"
    );
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error_and_not_an_end() {
    let stage = Stage::open().await;
    let property = property(&stage).await;
    let data = AnalyticsData::new(&stage.transport());
    let order = json!({"match": {"path_contains": "runReport"}, "truncate_bytes": 900});
    stage.control("/faults", &order).await;
    stage.recorded.take();
    let mut stream = data.run_report_rows(&property, &by_country()).await.unwrap();
    let error = loop {
        match stream.next_batch().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("half a report passed for a whole one"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind, ErrorKind::Network);
    assert_eq!(stage.recorded.take()[0].error.as_ref().unwrap().code, "network");
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_recorded_as_given_up() {
    let stage = Stage::open().await;
    let property = property(&stage).await;
    stage.recorded.take();
    let mut stream = AnalyticsData::new(&stage.transport())
        .run_report_rows(&property, &by_country())
        .await
        .unwrap();
    stream.head().await.unwrap();
    drop(stream);
    assert_eq!(stage.recorded.take()[0].error.as_ref().unwrap().code, "cancelled");
}

#[tokio::test]
async fn five_reports_come_in_one_batch_and_six_are_refused() {
    let stage = Stage::open().await;
    let property = property(&stage).await;
    let data = AnalyticsData::new(&stage.transport());
    let five = vec![by_country(); 5];
    assert_eq!(data.batch_run_reports(&property, &five).await.unwrap().len(), 5);
    let six = vec![by_country(); 6];
    assert_eq!(
        data.batch_run_reports(&property, &six).await.unwrap_err().kind,
        ErrorKind::InvalidArgument
    );
}

#[tokio::test]
async fn fields_are_described_checked_and_refused_with_googles_reason() {
    let stage = Stage::open().await;
    let property = property(&stage).await;
    let data = AnalyticsData::new(&stage.transport());
    let metadata = data.metadata(&property).await.unwrap();
    assert!(
        metadata
            .metrics
            .iter()
            .any(|metric| metric.api_name == "activeUsers" && metric.kind == "TYPE_INTEGER")
    );
    assert!(!data.metadata("properties/0").await.unwrap().dimensions.is_empty());
    let request = CheckCompatibilityRequest {
        metrics: vec![Metric::named("activeUsers")],
        dimensions: vec![Dimension::named("country")],
        ..Default::default()
    };
    let compatible = data.check_compatibility(&property, &request).await.unwrap();
    assert!(!compatible.metric_compatibilities.is_empty());
    let wrong = RunReportRequest {
        metrics: vec![Metric::named("nonsense")],
        ..by_country()
    };
    let error = data.run_report(&property, &wrong).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidArgument);
    assert!(error.message.contains("nonsense"), "{}", error.message);
}

#[tokio::test]
async fn realtime_answers_without_metadata() {
    let stage = Stage::open().await;
    let property = property(&stage).await;
    let request = RunRealtimeReportRequest {
        dimensions: vec![Dimension::named("minutesAgo")],
        metrics: vec![Metric::named("activeUsers")],
        ..Default::default()
    };
    let report = AnalyticsData::new(&stage.transport())
        .run_realtime_report(&property, &request)
        .await
        .unwrap();
    assert!(report.rows.len() <= 30);
    assert_eq!(report.kind, "analyticsData#runRealtimeReport");
}
