//! A free question to a property.

use std::sync::Arc;

use google_apis::analytics_data::{
    DateRange, Dimension, DimensionOrderBy, Metric, MetricHeader, MetricOrderBy, OrderBy, ReportResponse, ReportRow,
    ReportStream, RunReportRequest,
};
use google_apis::{AnalyticsData, ApiError, ErrorKind};

use super::fields::{Fields, name, understand};
use super::{badges, dates, metrics, property_number, session_for};
use crate::Engine;
use crate::dto::reports::{MetricColumn, ReportRequest, ReportTable};
use crate::error::{Error, Result};

/// The rows, and all that came beside them.
type Answer = (Vec<Vec<String>>, ReportResponse);

/// Asks, and answers with the rows as Google sent them.
pub async fn run(engine: &Arc<Engine>, request: ReportRequest) -> Result<ReportTable> {
    let property = property_number(&request.property)?;
    let fields = understand(&request.dimensions, &request.metrics)?;
    dates::check(&request.from)?;
    dates::check(&request.to)?;
    let question = RunReportRequest {
        dimensions: fields.dimensions.iter().map(|name| Dimension::named(name)).collect(),
        metrics: fields.metrics.iter().map(|name| Metric::named(name)).collect(),
        date_ranges: vec![DateRange {
            start_date: request.from,
            end_date: request.to,
            name: None,
        }],
        order_bys: orders(&request.order_by, &fields)?,
        offset: request.offset.map(u64::from),
        limit: request.limit.map(u64::from),
        metric_aggregations: if request.totals {
            vec!["TOTAL".to_owned()]
        } else {
            Vec::new()
        },
        return_property_quota: true,
        ..Default::default()
    };
    let session = session_for(engine, &property, request.connection.as_deref()).await?;
    let data = AnalyticsData::new(&session.transport);
    let name = format!("properties/{property}");
    let answer = whole(&data, &name, &question).await;
    let (rows, report) = session.explained(engine, &name, answer).await?;
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(ReportTable {
        property_id: property,
        metrics: columns(&report.metric_headers, &fields),
        rows,
        totals: request.totals.then(|| totals(report.totals.first(), &fields)),
        row_count: u32::try_from(report.row_count).unwrap_or(u32::MAX),
        badges: badges::badges([&report.metadata]),
        time_zone: text(&report.metadata.time_zone),
        currency: text(&report.metadata.currency_code),
        dimensions: fields.dimensions,
        notes: fields.notes,
    })
}

/// The whole answer. One that breaks off on the way is asked for once more.
async fn whole(data: &AnalyticsData, property: &str, question: &RunReportRequest) -> Result<Answer, ApiError> {
    let mut stream = data.run_report_rows(property, question).await?;
    match read(&mut stream).await {
        Err(error) if error.kind == ErrorKind::Network => {
            tracing::info!(%error, "the answer broke off; asking again");
            read(&mut data.run_report_rows(property, question).await?).await
        }
        outcome => outcome,
    }
}

async fn read(stream: &mut ReportStream) -> Result<Answer, ApiError> {
    let mut rows = Vec::new();
    while let Some(batch) = stream.next_batch().await? {
        rows.extend(
            batch
                .rows()
                .map(|row| row.cells().map(str::to_owned).collect::<Vec<_>>()),
        );
    }
    Ok((rows, stream.report()?))
}

/// Google's headers; an empty report may come without.
fn columns(headers: &[MetricHeader], fields: &Fields) -> Vec<MetricColumn> {
    if headers.is_empty() {
        let bare = |name: &String| {
            metrics::column(&MetricHeader {
                name: name.clone(),
                kind: String::new(),
            })
        };
        return fields.metrics.iter().map(bare).collect();
    }
    headers.iter().map(metrics::column).collect()
}

/// Google's own totals; an empty report has none, which is nought.
fn totals(row: Option<&ReportRow>, fields: &Fields) -> Vec<String> {
    match row {
        Some(row) => row.metric_values.iter().map(|cell| cell.value.clone()).collect(),
        None => vec!["0".to_owned(); fields.metrics.len()],
    }
}

/// `activeUsers:desc`, `-activeUsers`, `date`.
fn orders(keys: &[String], fields: &Fields) -> Result<Vec<OrderBy>> {
    keys.iter()
        .map(|key| key.trim())
        .filter(|key| !key.is_empty())
        .map(|key| {
            let (field, desc) = match (
                key.strip_suffix(":desc"),
                key.strip_suffix(":asc"),
                key.strip_prefix('-'),
            ) {
                (Some(field), _, _) | (_, _, Some(field)) => (field, true),
                (_, Some(field), _) => (field, false),
                _ => (key, false),
            };
            let field = name(field)?;
            if fields.metrics.contains(&field) {
                Ok(OrderBy {
                    metric: Some(MetricOrderBy { metric_name: field }),
                    dimension: None,
                    desc,
                })
            } else if fields.dimensions.contains(&field) {
                let dimension = DimensionOrderBy {
                    dimension_name: field,
                    order_type: None,
                };
                Ok(OrderBy {
                    metric: None,
                    dimension: Some(dimension),
                    desc,
                })
            } else {
                Err(Error::invalid(
                    format!("The report cannot be ordered by {field}: it is not in it."),
                    "Order by one of its dimensions or metrics, for instance date or activeUsers:desc.",
                ))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_a_field_of_the_report() {
        let fields = understand(&["date".into()], &["ga:visits".into()]).unwrap();
        let order = orders(&["ga:sessions:desc".into(), "date".into()], &fields).unwrap();
        assert_eq!(order[0], OrderBy::most("sessions"));
        assert_eq!(order[1], OrderBy::rising("date"));
        assert!(orders(&["country".into()], &fields).is_err());
    }
}
