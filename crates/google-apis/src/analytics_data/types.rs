//! The Data API's requests and answers. 64-bit integers are strings in Google's JSON; both forms are read.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

fn none<T>(list: &[T]) -> bool {
    list.is_empty()
}

/// Reads `"250000"`, `250000` and nothing.
fn int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(0),
        Value::Number(number) => number
            .as_i64()
            .ok_or_else(|| serde::de::Error::custom("not a 64-bit integer")),
        Value::String(text) => text.parse().map_err(serde::de::Error::custom),
        _ => Err(serde::de::Error::custom("not a 64-bit integer")),
    }
}

/// A dimension by its API name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimension {
    pub name: String,
}

/// A metric by its API name, or an expression over metrics under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

impl Dimension {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned() }
    }
}

impl Metric {
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            expression: None,
        }
    }
}

/// Days, both ends included, in the property's time zone: `YYYY-MM-DD`, `NdaysAgo`, `yesterday`, `today`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DateRange {
    pub start_date: String,
    pub end_date: String,
    /// Shown in the `dateRange` dimension; must not begin with `date_range_` or `RESERVED_`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One key of a report's order. Exactly one of `metric` and `dimension`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderBy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricOrderBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<DimensionOrderBy>,
    pub desc: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricOrderBy {
    pub metric_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DimensionOrderBy {
    pub dimension_name: String,
    /// `ALPHANUMERIC`, `CASE_INSENSITIVE_ALPHANUMERIC` or `NUMERIC`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_type: Option<String>,
}

impl OrderBy {
    pub fn most(metric: &str) -> Self {
        Self {
            metric: Some(MetricOrderBy {
                metric_name: metric.to_owned(),
            }),
            dimension: None,
            desc: true,
        }
    }

    pub fn rising(dimension: &str) -> Self {
        let dimension = DimensionOrderBy {
            dimension_name: dimension.to_owned(),
            order_type: None,
        };
        Self {
            metric: None,
            dimension: Some(dimension),
            desc: false,
        }
    }
}

/// Body of `runReport`, and one report of `batchRunReports`. Filters are Google's `FilterExpression` as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunReportRequest {
    #[serde(skip_serializing_if = "none")]
    pub dimensions: Vec<Dimension>,
    #[serde(skip_serializing_if = "none")]
    pub metrics: Vec<Metric>,
    #[serde(skip_serializing_if = "none")]
    pub date_ranges: Vec<DateRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension_filter: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_filter: Option<Value>,
    #[serde(skip_serializing_if = "none")]
    pub order_bys: Vec<OrderBy>,
    /// Rows to skip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// At most 250,000; Google's default is 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// `TOTAL`, `MINIMUM`, `MAXIMUM`, `COUNT`
    #[serde(skip_serializing_if = "none")]
    pub metric_aggregations: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency_code: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keep_empty_rows: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub return_property_quota: bool,
}

/// Body of `runRealtimeReport`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunRealtimeReportRequest {
    #[serde(skip_serializing_if = "none")]
    pub dimensions: Vec<Dimension>,
    #[serde(skip_serializing_if = "none")]
    pub metrics: Vec<Metric>,
    #[serde(skip_serializing_if = "none")]
    pub minute_ranges: Vec<MinuteRange>,
    #[serde(skip_serializing_if = "none")]
    pub order_bys: Vec<OrderBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    #[serde(skip_serializing_if = "none")]
    pub metric_aggregations: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub return_property_quota: bool,
}

/// Minutes ago, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MinuteRange {
    pub start_minutes_ago: u32,
    pub end_minutes_ago: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Answer of `runReport` and `runRealtimeReport`. An empty report lacks most keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReportResponse {
    pub dimension_headers: Vec<DimensionHeader>,
    pub metric_headers: Vec<MetricHeader>,
    pub rows: Vec<ReportRow>,
    pub totals: Vec<ReportRow>,
    pub maximums: Vec<ReportRow>,
    pub minimums: Vec<ReportRow>,
    /// Rows of the whole report, whatever `offset` and `limit` say.
    #[serde(deserialize_with = "int64")]
    pub row_count: i64,
    pub metadata: ResponseMetadata,
    pub property_quota: Option<PropertyQuota>,
    pub kind: String,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DimensionHeader {
    pub name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MetricHeader {
    pub name: String,
    /// `TYPE_INTEGER`, `TYPE_FLOAT`, `TYPE_SECONDS`, `TYPE_CURRENCY`, ...
    #[serde(rename = "type")]
    pub kind: String,
}

/// One row. Metric values are strings too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReportRow {
    pub dimension_values: Vec<CellValue>,
    pub metric_values: Vec<CellValue>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CellValue {
    pub value: String,
}

/// What to know of a report before it is believed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResponseMetadata {
    /// Rare values were folded into the row `(other)`.
    pub data_loss_from_other_row: bool,
    /// One per date range; not empty when the report is sampled.
    pub sampling_metadatas: Vec<SamplingMetadata>,
    pub currency_code: String,
    pub time_zone: String,
    pub empty_reason: String,
    /// Small groups were hidden so that nobody can be recognised.
    pub subject_to_thresholding: bool,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How much of the events a sampled report read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SamplingMetadata {
    #[serde(deserialize_with = "int64")]
    pub samples_read_count: i64,
    #[serde(deserialize_with = "int64")]
    pub sampling_space_size: i64,
}

/// What is left of a property's quotas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PropertyQuota {
    pub tokens_per_day: QuotaStatus,
    pub tokens_per_hour: QuotaStatus,
    pub tokens_per_project_per_hour: QuotaStatus,
    pub concurrent_requests: QuotaStatus,
    pub server_errors_per_project_per_hour: QuotaStatus,
    pub potentially_thresholded_requests_per_hour: QuotaStatus,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuotaStatus {
    pub consumed: i64,
    pub remaining: i64,
}

/// Answer of `getMetadata`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    pub name: String,
    pub dimensions: Vec<FieldMetadata>,
    pub metrics: Vec<FieldMetadata>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A dimension or a metric that reports may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldMetadata {
    pub api_name: String,
    pub ui_name: String,
    pub description: String,
    pub category: String,
    /// Metrics only: as in [`MetricHeader::kind`].
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    pub custom_definition: bool,
    pub deprecated_api_names: Vec<String>,
    /// Metrics only: why the person may not see it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked_reasons: Vec<String>,
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Body of `checkCompatibility`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CheckCompatibilityRequest {
    #[serde(skip_serializing_if = "none")]
    pub dimensions: Vec<Dimension>,
    #[serde(skip_serializing_if = "none")]
    pub metrics: Vec<Metric>,
    /// `COMPATIBLE` or `INCOMPATIBLE`: answer only those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compatibility_filter: Option<String>,
}

/// Answer of `checkCompatibility`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CheckCompatibilityResponse {
    pub dimension_compatibilities: Vec<DimensionCompatibility>,
    pub metric_compatibilities: Vec<MetricCompatibility>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DimensionCompatibility {
    pub dimension_metadata: FieldMetadata,
    pub compatibility: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricCompatibility {
    pub metric_metadata: FieldMetadata,
    pub compatibility: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_report_lacks_most_keys() {
        let report: ReportResponse =
            serde_json::from_str(r#"{"metadata":{},"kind":"analyticsData#runReport"}"#).unwrap();
        assert_eq!((report.row_count, report.rows.len()), (0, 0));
    }

    #[test]
    fn sixty_four_bit_numbers_come_as_text() {
        let report: ReportResponse = serde_json::from_str(
            r#"{"rowCount":3,"metadata":{"samplingMetadatas":[{"samplesReadCount":"500","samplingSpaceSize":"900"}]}}"#,
        )
        .unwrap();
        assert_eq!(report.row_count, 3);
        assert_eq!(report.metadata.sampling_metadatas[0].sampling_space_size, 900);
    }
}
