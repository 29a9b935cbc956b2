//! Request bodies of the Data API as proto JSON has them: unknown names are refused, enums come as names or numbers,
//! int64 as strings or numbers.
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::refusal::Refusal;

/// Reads a body.
///
/// # Errors
/// 400 as Google's JSON transcoder words it.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    let parsed = serde_json::from_slice(bytes).and_then(|value| serde_json::from_value(without_nulls(value)));
    parsed.map_err(|error: serde_json::Error| {
        let text = error.to_string();
        if let Some(name) = text
            .strip_prefix("unknown field `")
            .and_then(|rest| rest.split('`').next())
        {
            return Refusal::field(
                "",
                &format!("Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."),
            );
        }
        Refusal::field("", &format!("Invalid JSON payload received. {text}"))
    })
}

/// In proto JSON a null is the same as a field left out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| (k, without_nulls(v)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

macro_rules! proto_enum {
    ($(#[$doc:meta])* $name:ident { $first:ident = $first_text:literal, $($variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            #[default]
            $first,
            $($variant,)*
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                const ALL: &[($name, &str)] =
                    &[($name::$first, $first_text), $(($name::$variant, $text),)*];
                match Value::deserialize(deserializer)? {
                    Value::Null => Ok(Self::default()),
                    Value::String(text) => ALL.iter().find(|(_, name)| *name == text).map(|(value, _)| *value)
                        .ok_or_else(|| D::Error::custom(format!("Invalid enum value \"{text}\""))),
                    Value::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok())
                        .and_then(|number| ALL.get(number)).map(|(value, _)| *value)
                        .ok_or_else(|| D::Error::custom(format!("Invalid enum value {number}"))),
                    other => Err(D::Error::custom(format!("Invalid enum value {other}"))),
                }
            }
        }
    };
}

proto_enum! {
    /// How a string filter matches.
    MatchType {
        Unspecified = "MATCH_TYPE_UNSPECIFIED", Exact = "EXACT", BeginsWith = "BEGINS_WITH", EndsWith = "ENDS_WITH",
        Contains = "CONTAINS", FullRegexp = "FULL_REGEXP", PartialRegexp = "PARTIAL_REGEXP",
    }
}
proto_enum! {
    /// How a numeric filter compares.
    Operation {
        Unspecified = "OPERATION_UNSPECIFIED", Equal = "EQUAL", LessThan = "LESS_THAN",
        LessThanOrEqual = "LESS_THAN_OR_EQUAL", GreaterThan = "GREATER_THAN",
        GreaterThanOrEqual = "GREATER_THAN_OR_EQUAL",
    }
}
proto_enum! {
    /// How dimension values are ordered.
    OrderType {
        Unspecified = "ORDER_TYPE_UNSPECIFIED", Alphanumeric = "ALPHANUMERIC",
        CaseInsensitive = "CASE_INSENSITIVE_ALPHANUMERIC", Numeric = "NUMERIC",
    }
}
/// Totals, minimums and maximums of a report; the numbers are the protocol's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aggregation {
    #[default]
    Unspecified,
    Total,
    Minimum,
    Maximum,
    Count,
}

impl<'de> Deserialize<'de> for Aggregation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Google's own Python client sends the numbers, most others the names.
        match Value::deserialize(deserializer)? {
            Value::String(text) => match text.as_str() {
                "METRIC_AGGREGATION_UNSPECIFIED" => Ok(Self::Unspecified),
                "TOTAL" => Ok(Self::Total),
                "MINIMUM" => Ok(Self::Minimum),
                "MAXIMUM" => Ok(Self::Maximum),
                "COUNT" => Ok(Self::Count),
                other => Err(D::Error::custom(format!("Invalid enum value \"{other}\""))),
            },
            Value::Number(number) => match number.as_u64() {
                Some(0) => Ok(Self::Unspecified),
                Some(1) => Ok(Self::Total),
                Some(5) => Ok(Self::Minimum),
                Some(6) => Ok(Self::Maximum),
                Some(4) => Ok(Self::Count),
                _ => Err(D::Error::custom(format!("Invalid enum value {number}"))),
            },
            other => Err(D::Error::custom(format!("Invalid enum value {other}"))),
        }
    }
}

/// int64 as a JSON string or number.
fn int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => text
            .parse()
            .map(Some)
            .map_err(|_| D::Error::custom(format!("Invalid int64 value \"{text}\""))),
        Value::Number(number) => number
            .as_i64()
            .map(Some)
            .ok_or_else(|| D::Error::custom(format!("Invalid int64 value {number}"))),
        other => Err(D::Error::custom(format!("Invalid int64 value {other}"))),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RunReport {
    pub property: String,
    pub dimensions: Vec<Dimension>,
    pub metrics: Vec<Metric>,
    pub date_ranges: Vec<DateRange>,
    pub dimension_filter: Option<FilterExpression>,
    pub metric_filter: Option<FilterExpression>,
    #[serde(deserialize_with = "int64")]
    pub offset: Option<i64>,
    #[serde(deserialize_with = "int64")]
    pub limit: Option<i64>,
    pub metric_aggregations: Vec<Aggregation>,
    pub order_bys: Vec<OrderBy>,
    pub currency_code: String,
    pub cohort_spec: Option<Value>,
    pub keep_empty_rows: bool,
    pub return_property_quota: bool,
    pub comparisons: Vec<Value>,
}

impl RunReport {
    /// Everything but limit, offset and quota, as one text: what two pages of a report have in common.
    pub fn without_page(&self) -> String {
        let Self {
            dimensions,
            metrics,
            date_ranges,
            dimension_filter,
            metric_filter,
            metric_aggregations,
            order_bys,
            currency_code,
            keep_empty_rows,
            ..
        } = self;
        format!(
            "{dimensions:?} {metrics:?} {date_ranges:?} {dimension_filter:?} {metric_filter:?} \
             {metric_aggregations:?} {order_bys:?} {currency_code:?} {keep_empty_rows}"
        )
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RunRealtimeReport {
    pub property: String,
    pub dimensions: Vec<Dimension>,
    pub metrics: Vec<Metric>,
    pub dimension_filter: Option<FilterExpression>,
    pub metric_filter: Option<FilterExpression>,
    #[serde(deserialize_with = "int64")]
    pub limit: Option<i64>,
    pub metric_aggregations: Vec<Aggregation>,
    pub order_bys: Vec<OrderBy>,
    pub return_property_quota: bool,
    pub minute_ranges: Vec<MinuteRange>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BatchRunReports {
    pub property: String,
    pub requests: Vec<RunReport>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CheckCompatibility {
    pub property: String,
    pub dimensions: Vec<Dimension>,
    pub metrics: Vec<Metric>,
    pub dimension_filter: Option<FilterExpression>,
    pub metric_filter: Option<FilterExpression>,
    pub compatibility_filter: Compatibility,
}

proto_enum! {
    /// Which answers checkCompatibility keeps.
    Compatibility { Unspecified = "COMPATIBILITY_UNSPECIFIED", Compatible = "COMPATIBLE", Incompatible = "INCOMPATIBLE", }
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Dimension {
    pub name: String,
    pub dimension_expression: Option<DimensionExpression>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DimensionExpression {
    pub lower_case: Option<CaseExpression>,
    pub upper_case: Option<CaseExpression>,
    pub concatenate: Option<Concatenate>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CaseExpression {
    pub dimension_name: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Concatenate {
    pub dimension_names: Vec<String>,
    pub delimiter: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Metric {
    pub name: String,
    pub expression: String,
    pub invisible: bool,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DateRange {
    pub start_date: String,
    pub end_date: String,
    pub name: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MinuteRange {
    pub name: String,
    pub start_minutes_ago: Option<i32>,
    pub end_minutes_ago: Option<i32>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FilterExpression {
    pub and_group: Option<FilterExpressionList>,
    pub or_group: Option<FilterExpressionList>,
    pub not_expression: Option<Box<FilterExpression>>,
    pub filter: Option<Filter>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FilterExpressionList {
    pub expressions: Vec<FilterExpression>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(clippy::struct_field_names, reason = "the protocol's own names")]
pub struct Filter {
    pub field_name: String,
    pub string_filter: Option<StringFilter>,
    pub in_list_filter: Option<InListFilter>,
    pub numeric_filter: Option<NumericFilter>,
    pub between_filter: Option<BetweenFilter>,
    pub empty_filter: Option<EmptyFilter>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EmptyFilter {}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StringFilter {
    pub match_type: MatchType,
    pub value: String,
    pub case_sensitive: bool,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct InListFilter {
    pub values: Vec<String>,
    pub case_sensitive: bool,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NumericFilter {
    pub operation: Operation,
    pub value: NumericValue,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BetweenFilter {
    pub from_value: NumericValue,
    pub to_value: NumericValue,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NumericValue {
    #[serde(deserialize_with = "int64")]
    pub int64_value: Option<i64>,
    pub double_value: Option<f64>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct OrderBy {
    pub metric: Option<MetricOrderBy>,
    pub dimension: Option<DimensionOrderBy>,
    pub pivot: Option<Value>,
    pub desc: bool,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MetricOrderBy {
    pub metric_name: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DimensionOrderBy {
    pub dimension_name: String,
    pub order_type: OrderType,
}
