//! Analytics reports.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OverviewReportRequest {
    /// Digits, or `properties/DIGITS`.
    pub property: String,
    /// `YYYY-MM-DD`, `NdaysAgo`, `yesterday` or `today`, in the property's time zone.
    pub from: String,
    pub to: String,
    /// Compare with the period of the same length just before.
    pub compare: bool,
    pub connection: Option<String>,
}

/// A property's overview.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OverviewReport {
    pub property_id: String,
    pub property_name: String,
    pub time_zone: String,
    pub currency: String,
    /// Resolved dates.
    pub from: String,
    pub to: String,
    pub compare_from: Option<String>,
    pub compare_to: Option<String>,
    pub cards: Vec<KpiCard>,
    pub series: Series,
    pub breakdowns: Vec<Breakdown>,
    pub badges: Vec<Badge>,
    /// When Google answered.
    pub as_of: Timestamp,
    /// Set when Google could not be asked and this is the last good answer: why, in plain words.
    pub stale_because: Option<String>,
    /// Property tokens that this report cost, and what is left of the hour and of the day.
    pub tokens: Option<TokensView>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TokensView {
    pub consumed: u32,
    pub left_this_hour: u32,
    pub left_today: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct KpiCard {
    /// GA4 metric name.
    pub metric: String,
    pub label: String,
    pub value: f64,
    pub previous: Option<f64>,
    pub format: MetricFormat,
    /// Whether a rise is good; `None` where it is neither.
    pub up_is_good: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MetricFormat {
    Integer,
    Decimal,
    /// 0.62 is 62 %.
    Ratio,
    Seconds,
    Currency,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Series {
    pub metric: String,
    pub label: String,
    /// One date a point, `YYYY-MM-DD`.
    pub dates: Vec<String>,
    pub values: Vec<f64>,
    /// Dates and values of the comparison, position by position.
    pub compare_dates: Vec<String>,
    pub compare_values: Vec<f64>,
    /// The last point is a day that is not over.
    pub last_is_partial: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Breakdown {
    pub title: String,
    pub dimension: String,
    pub dimension_label: String,
    pub columns: Vec<MetricColumn>,
    pub rows: Vec<BreakdownRow>,
    /// Google's own totals over all rows, not only those shown.
    pub totals: Vec<f64>,
    /// Rows that Google has.
    pub row_count: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MetricColumn {
    pub metric: String,
    pub label: String,
    pub format: MetricFormat,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BreakdownRow {
    pub value: String,
    pub metrics: Vec<f64>,
}

/// A limit of the data, shown next to the title that it limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Badge {
    pub kind: BadgeKind,
    /// "Sampled: 62 % of events"
    pub label: String,
    pub explanation: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BadgeKind {
    Sampled,
    Thresholded,
    OtherRow,
    TodayIncomplete,
}

/// A free question to a property.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ReportRequest {
    pub property: String,
    /// GA4 names; old `ga:` names are translated.
    pub dimensions: Vec<String>,
    pub metrics: Vec<String>,
    pub from: String,
    pub to: String,
    pub totals: bool,
    pub limit: Option<u32>,
    pub offset: Option<u32>,
    /// `activeUsers:desc`, `date`.
    #[serde(default)]
    pub order_by: Vec<String>,
    pub connection: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ReportTable {
    pub property_id: String,
    pub dimensions: Vec<String>,
    pub metrics: Vec<MetricColumn>,
    /// Dimension values, then metric values, as Google sent them.
    pub rows: Vec<Vec<String>>,
    pub totals: Option<Vec<String>>,
    /// Rows that Google has for this question.
    pub row_count: u32,
    pub badges: Vec<Badge>,
    pub time_zone: Option<String>,
    pub currency: Option<String>,
    /// "ga:pageviews is screenPageViews in GA4."
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MetadataRequest {
    /// `0` for the fields that all properties have.
    pub property: String,
    pub connection: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FieldView {
    pub api_name: String,
    pub ui_name: String,
    pub description: String,
    pub category: String,
    pub is_metric: bool,
    pub is_custom: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RealtimeRequest {
    pub property: String,
    pub connection: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RealtimeView {
    pub active_users: u32,
    /// Active users per minute, the current minute first, 30 values.
    pub per_minute: Vec<u32>,
    pub as_of: Timestamp,
}
