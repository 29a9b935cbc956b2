//! Writes a report's JSON straight into bytes: a quarter of a million rows never become a tree of values.
use std::io::Write as _;

use super::plan::{MetricUse, Plan};
use super::request::Aggregation;
use super::run::Report;

/// What the answer says besides its rows.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// `analyticsData#runReport`.
    pub kind: &'static str,
    /// JSON of `metadata`, absent in realtime answers.
    pub metadata: Option<String>,
    /// JSON of `propertyQuota`, when asked for.
    pub quota: Option<String>,
}

/// The answer as JSON bytes: the page of `limit` rows from `offset` on.
pub fn report(plan: &Plan, report: &Report, (offset, limit): (usize, usize), frame: &Frame) -> Vec<u8> {
    let shown = report.rows.iter().skip(offset).take(limit);
    let mut out = Vec::with_capacity(512 + shown.len() * 120);
    let texts: Vec<Vec<Vec<u8>>> = plan
        .columns
        .iter()
        .map(|column| column.texts().iter().map(|text| value_object(text)).collect())
        .collect();
    let ranges: Vec<Vec<u8>> = plan.ranges.iter().map(|range| value_object(&range.name)).collect();
    out.push(b'{');
    headers(plan, &mut out);
    let visible: Vec<usize> = plan
        .metrics
        .iter()
        .enumerate()
        .filter(|(_, metric)| !metric.invisible)
        .map(|(place, _)| place)
        .collect();
    let mut first = true;
    for row in shown {
        out.extend_from_slice(if first { b",\"rows\":[" } else { b"," });
        first = false;
        let key = report.key(*row);
        let dimension = |place: usize| texts[place][key[place] as usize].as_slice();
        let range = ranges[key[Report::RANGE] as usize].as_slice();
        write_row(plan, &mut out, &dimension, range, &visible, report.row(*row));
    }
    if !first {
        out.push(b']');
    }
    aggregates(plan, report, &ranges, &visible, &mut out);
    if !report.rows.is_empty() {
        let _ = write!(out, ",\"rowCount\":{}", report.rows.len());
    }
    if let Some(metadata) = &frame.metadata {
        let _ = write!(out, ",\"metadata\":{metadata}");
    }
    if let Some(quota) = &frame.quota {
        let _ = write!(out, ",\"propertyQuota\":{quota}");
    }
    let _ = write!(out, ",\"kind\":\"{}\"}}", frame.kind);
    out
}

fn headers(plan: &Plan, out: &mut Vec<u8>) {
    let mut names: Vec<&str> = plan.columns.iter().map(|column| column.name.as_str()).collect();
    if let Some(place) = plan.range_place {
        names.insert(place, "dateRange");
    }
    let mut before: &[u8] = b"";
    if !names.is_empty() {
        let names: Vec<serde_json::Value> = names.iter().map(|name| serde_json::json!({ "name": name })).collect();
        let _ = write!(out, "\"dimensionHeaders\":{}", serde_json::Value::from(names));
        before = b",";
    }
    let metrics: Vec<serde_json::Value> = plan
        .metrics
        .iter()
        .filter(|metric| !metric.invisible)
        .map(|metric| serde_json::json!({ "name": metric.name, "type": metric.expression.metric_type() }))
        .collect();
    if !metrics.is_empty() {
        out.extend_from_slice(before);
        let _ = write!(out, "\"metricHeaders\":{}", serde_json::Value::from(metrics));
    }
}

fn write_row<'a>(
    plan: &Plan,
    out: &mut Vec<u8>,
    dimension: &dyn Fn(usize) -> &'a [u8],
    range: &[u8],
    visible: &[usize],
    values: &[f64],
) {
    out.push(b'{');
    let dimensions = plan.columns.len() + usize::from(plan.range_place.is_some());
    if dimensions > 0 {
        out.extend_from_slice(b"\"dimensionValues\":[");
        let mut column = 0;
        for place in 0..dimensions {
            if place > 0 {
                out.push(b',');
            }
            if plan.range_place == Some(place) {
                out.extend_from_slice(range);
            } else {
                out.extend_from_slice(dimension(column));
                column += 1;
            }
        }
        out.extend_from_slice(if visible.is_empty() { b"]" } else { b"]," });
    }
    if !visible.is_empty() {
        out.extend_from_slice(b"\"metricValues\":[");
        for (place, metric) in visible.iter().enumerate() {
            out.extend_from_slice(if place > 0 { b",{\"value\":\"" } else { b"{\"value\":\"" });
            write_number(out, &plan.metrics[*metric], values[*metric]);
            out.extend_from_slice(b"\"}");
        }
        out.push(b']');
    }
    out.push(b'}');
}

fn write_number(out: &mut Vec<u8>, metric: &MetricUse, value: f64) {
    if metric.expression.is_whole() {
        let _ = write!(out, "{value:.0}");
    } else {
        let _ = write!(out, "{value}");
    }
}

fn aggregates(plan: &Plan, report: &Report, ranges: &[Vec<u8>], visible: &[usize], out: &mut Vec<u8>) {
    for (aggregation, key, label) in [
        (Aggregation::Total, "totals", "RESERVED_TOTAL"),
        (Aggregation::Maximum, "maximums", "RESERVED_MAX"),
        (Aggregation::Minimum, "minimums", "RESERVED_MIN"),
    ] {
        if !plan.aggregations.contains(&aggregation) {
            continue;
        }
        let label = value_object(label);
        let _ = write!(out, ",\"{key}\":[");
        for (place, range) in ranges.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            let values = match aggregation {
                Aggregation::Total => report.totals[place].clone(),
                Aggregation::Maximum => extremes(plan, report, place, f64::max),
                _ => extremes(plan, report, place, f64::min),
            };
            write_row(plan, out, &|_| label.as_slice(), range, visible, &values);
        }
        out.push(b']');
    }
}

/// The largest or smallest value of each metric over the rows of a range; 0 without rows.
fn extremes(plan: &Plan, report: &Report, range: usize, pick: fn(f64, f64) -> f64) -> Vec<f64> {
    let mut best: Option<Vec<f64>> = None;
    for row in report
        .rows
        .iter()
        .filter(|row| report.key(**row)[Report::RANGE] as usize == range)
    {
        let values = report.row(*row);
        match &mut best {
            Some(best) => best
                .iter_mut()
                .zip(values)
                .for_each(|(best, value)| *best = pick(*best, *value)),
            None => best = Some(values.to_vec()),
        }
    }
    best.unwrap_or_else(|| vec![0.0; plan.metrics.len()])
}

/// `{"value":"..."}` of a text.
fn value_object(text: &str) -> Vec<u8> {
    let mut out = b"{\"value\":".to_vec();
    // A string always serialises.
    let _ = serde_json::to_writer(&mut out, text);
    out.push(b'}');
    out
}
