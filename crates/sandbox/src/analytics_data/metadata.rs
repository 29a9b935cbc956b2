//! getMetadata and checkCompatibility.
use serde_json::{Value, json};

use super::PropertyFacts;
use super::compatibility;
use super::dimensions::{DIMENSIONS, Dimension};
use super::metrics::{METRICS, Metric, MetricFacts};
use super::plan::Vocabulary;
use super::refusal::Refusal;
use super::request::{CheckCompatibility, Compatibility, FilterExpression};

fn dimension_entry(facts: &super::dimensions::DimensionFacts) -> Value {
    json!({
        "apiName": facts.api_name,
        "uiName": facts.ui_name,
        "description": facts.description,
        "category": facts.category,
    })
}

fn metric_entry(facts: &MetricFacts) -> Value {
    json!({
        "apiName": facts.api_name,
        "uiName": facts.ui_name,
        "description": facts.description,
        "type": facts.metric_type,
        "category": facts.category,
    })
}

/// The fields of a property, or of every property where `property` is `None`.
pub fn metadata(property: Option<&PropertyFacts>) -> Value {
    let mut dimensions: Vec<Value> = DIMENSIONS.iter().map(dimension_entry).collect();
    for (parameter, name, scope) in property.iter().flat_map(|property| &property.custom_dimensions) {
        let prefix = match scope.as_str() {
            "USER" => "customUser",
            "EVENT" => "customEvent",
            _ => continue,
        };
        dimensions.push(json!({
            "apiName": format!("{prefix}:{parameter}"),
            "uiName": name,
            "description": "A custom dimension of this property.",
            "customDefinition": true,
            "category": "Custom",
        }));
    }
    let metrics: Vec<Value> = METRICS.iter().map(metric_entry).collect();
    let id = property.map_or("0", |property| property.id.as_str());
    json!({ "name": format!("properties/{id}/metadata"), "dimensions": dimensions, "metrics": metrics })
}

fn fields(expression: &FilterExpression, into: &mut Vec<String>) {
    for list in [&expression.and_group, &expression.or_group].into_iter().flatten() {
        list.expressions.iter().for_each(|one| fields(one, into));
    }
    if let Some(inner) = &expression.not_expression {
        fields(inner, into);
    }
    into.extend(expression.filter.as_ref().map(|filter| filter.field_name.clone()));
}

/// Which fields could join a request; the request itself must be compatible.
pub fn check(vocabulary: Vocabulary<'_>, asked: &CheckCompatibility) -> Result<Value, Refusal> {
    let mut dimensions: Vec<Dimension> = Vec::new();
    for dimension in &asked.dimensions {
        dimensions.extend(vocabulary.making(dimension)?.dimensions());
    }
    let mut names = Vec::new();
    if let Some(filter) = &asked.dimension_filter {
        fields(filter, &mut names);
    }
    for name in names {
        dimensions.push(vocabulary.dimension(&name)?);
    }
    let mut metrics: Vec<Metric> = Vec::new();
    for metric in &asked.metrics {
        vocabulary.metric(metric)?.expression.metrics(&mut metrics);
    }
    compatibility::check(&dimensions, &metrics)?;
    let wanted = |joins: bool| match asked.compatibility_filter {
        Compatibility::Unspecified => true,
        Compatibility::Compatible => joins,
        Compatibility::Incompatible => !joins,
    };
    let word = |joins: bool| if joins { "COMPATIBLE" } else { "INCOMPATIBLE" };
    let dimension_answers: Vec<Value> = DIMENSIONS
        .iter()
        .map(|facts| {
            (
                facts,
                compatibility::dimension_joins(facts.dimension, &dimensions, &metrics),
            )
        })
        .filter(|(_, joins)| wanted(*joins))
        .map(|(facts, joins)| json!({ "dimensionMetadata": dimension_entry(facts), "compatibility": word(joins) }))
        .collect();
    let metric_answers: Vec<Value> = METRICS
        .iter()
        .map(|facts| (facts, compatibility::metric_joins(facts.metric, &dimensions)))
        .filter(|(_, joins)| wanted(*joins))
        .map(|(facts, joins)| json!({ "metricMetadata": metric_entry(facts), "compatibility": word(joins) }))
        .collect();
    let mut shown = serde_json::Map::new();
    for (key, list) in [
        ("dimensionCompatibilities", dimension_answers),
        ("metricCompatibilities", metric_answers),
    ] {
        if !list.is_empty() {
            shown.insert(key.to_owned(), list.into());
        }
    }
    Ok(Value::Object(shown))
}
