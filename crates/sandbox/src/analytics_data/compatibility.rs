//! Which fields can be asked for together. The rules are a believable part of Google's: item dimensions go with item
//! metrics, advertising cost is known by day and campaign only.
use super::dimensions::{DIMENSIONS, Dimension, Scope};
use super::metrics::{Counts, Metric};
use super::refusal::Refusal;

/// Whether a dimension and a metric can be in one report.
pub fn pair(dimension: Dimension, metric: Metric) -> bool {
    let counts = metric.facts().counts;
    match dimension {
        _ if dimension.is_time() => true,
        _ if dimension.scope() == Scope::Item => counts == Counts::Items,
        Dimension::SessionSource
        | Dimension::SessionMedium
        | Dimension::SessionSourceMedium
        | Dimension::SessionCampaignName
        | Dimension::SessionDefaultChannelGroup => true,
        Dimension::IsKeyEvent | Dimension::EventName => counts == Counts::Visits,
        _ => counts != Counts::Advertising,
    }
}

/// Whether two dimensions can be in one report.
pub fn dimensions(one: Dimension, other: Dimension) -> bool {
    let event_detail = |dimension| {
        matches!(
            dimension,
            Dimension::EventName | Dimension::PercentScrolled | Dimension::SearchTerm | Dimension::LinkUrl
        )
    };
    !(one.scope() == Scope::Item && event_detail(other) || other.scope() == Scope::Item && event_detail(one))
}

/// Refuses a combination that Google would refuse.
pub fn check(dimensions_asked: &[Dimension], metrics_asked: &[Metric]) -> Result<(), Refusal> {
    let mut culprits = Vec::new();
    for (place, one) in dimensions_asked.iter().enumerate() {
        let alone = dimensions_asked[..place].iter().all(|other| dimensions(*one, *other));
        if !alone || !metrics_asked.iter().all(|metric| pair(*one, *metric)) {
            culprits.push(name(*one));
        }
    }
    culprits.dedup();
    if culprits.is_empty() {
        Ok(())
    } else {
        Err(Refusal::incompatible(&culprits))
    }
}

/// Whether a further dimension could join.
pub fn dimension_joins(one: Dimension, dimensions_asked: &[Dimension], metrics_asked: &[Metric]) -> bool {
    dimensions_asked.iter().all(|other| dimensions(one, *other))
        && metrics_asked.iter().all(|metric| pair(one, *metric))
}

/// Whether a further metric could join.
pub fn metric_joins(metric: Metric, dimensions_asked: &[Dimension]) -> bool {
    dimensions_asked.iter().all(|dimension| pair(*dimension, metric))
}

fn name(dimension: Dimension) -> String {
    DIMENSIONS
        .iter()
        .find(|facts| facts.dimension == dimension)
        .map_or_else(|| "a custom dimension".to_owned(), |facts| facts.api_name.to_owned())
}
