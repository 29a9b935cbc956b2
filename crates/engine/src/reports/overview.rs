//! A property's overview: four numbers with their comparison, a series, two breakdowns. One batch of five reports; the
//! last good answer is kept and shown, with its age, when Google cannot be asked.

use std::sync::Arc;

use gantry_store::{ConnectionRecord, report_key};
use google_apis::analytics_admin::Property;
use google_apis::analytics_data::{DateRange, Dimension, Metric, OrderBy, ReportResponse, ReportRow, RunReportRequest};
use google_apis::{AnalyticsAdmin, AnalyticsData};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::dates::{Days, is_open};
use super::metrics::{ACTIVE_USERS, ENGAGEMENT_RATE, KEY_EVENTS, Known, SESSIONS, VIEWS};
use super::property::connection_for;
use super::{badges, dates, metrics, property_number};
use crate::Engine;
use crate::connections::Session;
use crate::dto::reports::{
    Breakdown, BreakdownRow, KpiCard, MetricColumn, OverviewReport, OverviewReportRequest, Series, TokensView,
};
use crate::error::{Error, ErrorCode, Result};

const CARDS: [Known; 4] = [ACTIVE_USERS, SESSIONS, ENGAGEMENT_RATE, KEY_EVENTS];
/// Rows that a breakdown shows.
const BREAKDOWN_ROWS: u64 = 10;
/// A property's name, time zone and currency are asked for again after this.
const PROPERTY_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// One breakdown of the overview; the first metric orders it.
struct Cut {
    title: &'static str,
    dimension: &'static str,
    dimension_label: &'static str,
    metrics: &'static [Known],
}

const CUTS: [Cut; 2] = [
    Cut {
        title: "Channels",
        dimension: "sessionDefaultChannelGroup",
        dimension_label: "Session channel",
        metrics: &[SESSIONS, ACTIVE_USERS, ENGAGEMENT_RATE, KEY_EVENTS],
    },
    Cut {
        title: "Pages",
        dimension: "pagePath",
        dimension_label: "Page path",
        metrics: &[VIEWS, ACTIVE_USERS, KEY_EVENTS],
    },
];

/// The overview, fresh; the last good one where Google cannot be asked.
pub async fn overview(engine: &Arc<Engine>, request: OverviewReportRequest) -> Result<OverviewReport> {
    let property = property_number(&request.property)?;
    dates::check(&request.from)?;
    dates::check(&request.to)?;
    let connection = connection_for(engine, &property, request.connection.as_deref()).await?;
    let question = format!(
        "overview/{property}/{}/{}/{}",
        request.from, request.to, request.compare
    );
    let key = report_key(&connection.id, &question);
    match fresh(engine, connection, &property, &request).await {
        Ok(report) => {
            if let Ok(json) = serde_json::to_value(&report) {
                engine.store.put_report(&key, &json, report.as_of).await?;
            }
            Ok(report)
        }
        Err(error) if may_show_last_good(error.code) => {
            let kept = engine.store.report(&key).await?;
            let kept = kept.and_then(|kept| serde_json::from_value::<OverviewReport>(kept.report).ok());
            match kept {
                Some(report) => Ok(OverviewReport {
                    stale_because: Some(format!("{} {}", error.message, error.remedy)),
                    ..report
                }),
                None => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// Failures to reach Google or to be let in, rather than refusals of this very question.
fn may_show_last_good(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Offline
            | ErrorCode::GoogleOutage
            | ErrorCode::GoogleUnreadable
            | ErrorCode::QuotaWait
            | ErrorCode::QuotaExhausted
            | ErrorCode::SignInNeeded
            | ErrorCode::ServiceAccountKey
            | ErrorCode::KeychainUnavailable
    )
}

async fn fresh(
    engine: &Arc<Engine>,
    connection: ConnectionRecord,
    number: &str,
    request: &OverviewReportRequest,
) -> Result<OverviewReport> {
    let session = engine.session_of(connection).await?;
    let property = property_of(engine, &session, number).await?;
    let zone = TimeZone::get(&property.time_zone).map_err(|error| {
        Error::new(
            ErrorCode::GoogleUnreadable,
            format!(
                "The property's time zone {:?} is not known to this Gantry.",
                property.time_zone
            ),
            "Update Gantry.",
        )
        .with_details(error)
    })?;
    let now = engine.clock.now();
    let days = Days::resolve(&request.from, &request.to, &zone, now)?;
    let before = request.compare.then(|| days.before());
    let questions = questions(days, before);
    let data = AnalyticsData::new(&session.transport);
    let name = format!("properties/{number}");
    let answer = data.batch_run_reports(&name, &questions).await;
    let reports = session.explained(engine, &name, answer).await?;
    if reports.len() != questions.len() {
        return Err(Error::new(
            ErrorCode::GoogleUnreadable,
            format!("Google answered {} of {} reports.", reports.len(), questions.len()),
            "Try again.",
        ));
    }
    let open = is_open(days.to, &zone, now);
    Ok(assemble(number, property, days, before, &reports, open, now))
}

/// Cards, series, (series before,) channels, pages: at most the five that one batch admits.
fn questions(days: Days, before: Option<Days>) -> Vec<RunReportRequest> {
    let series = |days: Days| RunReportRequest {
        dimensions: vec![Dimension::named("date")],
        metrics: vec![Metric::named(ACTIVE_USERS.name)],
        date_ranges: vec![range(days, None)],
        order_bys: vec![OrderBy::rising("date")],
        return_property_quota: true,
        ..Default::default()
    };
    let mut cards = RunReportRequest {
        metrics: CARDS.iter().map(|metric| Metric::named(metric.name)).collect(),
        date_ranges: vec![range(days, Some("now"))],
        return_property_quota: true,
        ..Default::default()
    };
    cards
        .date_ranges
        .extend(before.map(|before| range(before, Some("before"))));
    let mut questions = vec![cards, series(days)];
    questions.extend(before.map(series));
    questions.extend(CUTS.iter().map(|cut| RunReportRequest {
        dimensions: vec![Dimension::named(cut.dimension)],
        metrics: cut.metrics.iter().map(|metric| Metric::named(metric.name)).collect(),
        date_ranges: vec![range(days, None)],
        order_bys: vec![OrderBy::most(cut.metrics[0].name), OrderBy::rising(cut.dimension)],
        limit: Some(BREAKDOWN_ROWS),
        metric_aggregations: vec!["TOTAL".to_owned()],
        return_property_quota: true,
        ..Default::default()
    }));
    questions
}

fn range(days: Days, name: Option<&str>) -> DateRange {
    DateRange {
        start_date: days.from.to_string(),
        end_date: days.to.to_string(),
        name: name.map(str::to_owned),
    }
}

fn assemble(
    number: &str,
    property: Property,
    days: Days,
    before: Option<Days>,
    reports: &[ReportResponse],
    open: bool,
    now: Timestamp,
) -> OverviewReport {
    let cards = &reports[0];
    let mut badges = badges::badges(reports.iter().map(|report| &report.metadata));
    if open {
        badges.push(badges::today_incomplete());
    }
    let (dates, values) = points(&reports[1], days);
    let (compare_dates, compare_values) = before.map(|before| points(&reports[2], before)).unwrap_or_default();
    let cuts = &reports[reports.len() - CUTS.len()..];
    OverviewReport {
        property_id: number.to_owned(),
        property_name: property.display_name,
        time_zone: property.time_zone,
        currency: property.currency_code,
        from: days.from.to_string(),
        to: days.to.to_string(),
        compare_from: before.map(|before| before.from.to_string()),
        compare_to: before.map(|before| before.to.to_string()),
        cards: CARDS
            .iter()
            .enumerate()
            .map(|(column, metric)| card(*metric, column, cards, before.is_some()))
            .collect(),
        series: Series {
            metric: ACTIVE_USERS.name.to_owned(),
            label: ACTIVE_USERS.label.to_owned(),
            dates,
            values,
            compare_dates,
            compare_values,
            last_is_partial: open,
        },
        breakdowns: CUTS
            .iter()
            .zip(cuts)
            .map(|(cut, report)| breakdown(cut, report))
            .collect(),
        badges,
        as_of: now,
        stale_because: None,
        tokens: tokens(reports),
    }
}

/// A card; a report without rows says nought.
fn card(metric: Known, column: usize, report: &ReportResponse, compared: bool) -> KpiCard {
    let header = report.metric_headers.get(column).cloned().unwrap_or_default();
    let value = |name: &str| {
        let row = report.rows.iter().find(|row| match row.dimension_values.last() {
            Some(range) => range.value == name,
            // With one range there is no `dateRange` dimension.
            None => name == "now",
        });
        row.map_or(0.0, |row| cell(row, column, report))
    };
    KpiCard {
        metric: metric.name.to_owned(),
        label: metric.label.to_owned(),
        value: value("now"),
        previous: compared.then(|| value("before")),
        format: metrics::format(&header),
        up_is_good: metric.up_is_good,
    }
}

fn cell(row: &ReportRow, column: usize, report: &ReportResponse) -> f64 {
    let header = report.metric_headers.get(column).cloned().unwrap_or_default();
    row.metric_values
        .get(column)
        .map_or(0.0, |cell| metrics::number(&header, &cell.value))
}

/// One point a day; days that Google leaves out had nobody.
fn points(report: &ReportResponse, days: Days) -> (Vec<String>, Vec<f64>) {
    let value = |day: Date| {
        let written = day.strftime("%Y%m%d").to_string();
        let row = report
            .rows
            .iter()
            .find(|row| row.dimension_values.first().is_some_and(|cell| cell.value == written));
        row.map_or(0.0, |row| cell(row, 0, report))
    };
    days.each().map(|day| (day.to_string(), value(day))).unzip()
}

fn breakdown(cut: &Cut, report: &ReportResponse) -> Breakdown {
    let columns = 0..cut.metrics.len();
    let numbers = |row: &ReportRow| {
        columns
            .clone()
            .map(|column| cell(row, column, report))
            .collect::<Vec<_>>()
    };
    Breakdown {
        title: cut.title.to_owned(),
        dimension: cut.dimension.to_owned(),
        dimension_label: cut.dimension_label.to_owned(),
        columns: cut
            .metrics
            .iter()
            .enumerate()
            .map(|(column, metric)| MetricColumn {
                metric: metric.name.to_owned(),
                label: metric.label.to_owned(),
                format: metrics::format(&report.metric_headers.get(column).cloned().unwrap_or_default()),
            })
            .collect(),
        rows: report
            .rows
            .iter()
            .map(|row| BreakdownRow {
                value: row
                    .dimension_values
                    .first()
                    .map(|cell| cell.value.clone())
                    .unwrap_or_default(),
                metrics: numbers(row),
            })
            .collect(),
        totals: report
            .totals
            .first()
            .map_or_else(|| vec![0.0; cut.metrics.len()], numbers),
        row_count: u32::try_from(report.row_count).unwrap_or(u32::MAX),
    }
}

/// What the batch cost, and what the last of its reports left.
fn tokens(reports: &[ReportResponse]) -> Option<TokensView> {
    let quotas: Vec<_> = reports
        .iter()
        .filter_map(|report| report.property_quota.as_ref())
        .collect();
    let count = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    Some(TokensView {
        consumed: count(quotas.iter().map(|quota| quota.tokens_per_day.consumed).sum()),
        left_this_hour: count(quotas.iter().map(|quota| quota.tokens_per_hour.remaining).min()?),
        left_today: count(quotas.iter().map(|quota| quota.tokens_per_day.remaining).min()?),
    })
}

/// Name, time zone and currency of the property: from the cache where they are younger than a day.
async fn property_of(engine: &Arc<Engine>, session: &Session, number: &str) -> Result<Property> {
    let key = report_key(&session.connection.id, &format!("property/{number}"));
    let now = engine.clock.now();
    let kept = engine.store.report(&key).await?.and_then(|kept| {
        (now.duration_since(kept.fetched_at) < PROPERTY_KEPT)
            .then(|| serde_json::from_value(kept.report).ok())
            .flatten()
    });
    if let Some(property) = kept {
        return Ok(property);
    }
    let name = format!("properties/{number}");
    let answer = AnalyticsAdmin::new(&session.transport).property(&name).await;
    let property = session.explained(engine, &name, answer).await?;
    let json: Value = serde_json::to_value(&property).unwrap_or_default();
    engine.store.put_report(&key, &json, now).await?;
    Ok(property)
}
