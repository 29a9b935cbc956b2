//! How metrics read: their labels, and what their numbers are.

use google_apis::analytics_data::MetricHeader;

use crate::dto::reports::{MetricColumn, MetricFormat};

/// A metric of the overview.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub name: &'static str,
    pub label: &'static str,
    pub up_is_good: Option<bool>,
}

pub(super) const ACTIVE_USERS: Known = Known {
    name: "activeUsers",
    label: "Active users",
    up_is_good: Some(true),
};
pub(super) const SESSIONS: Known = Known {
    name: "sessions",
    label: "Sessions",
    up_is_good: Some(true),
};
pub(super) const ENGAGEMENT_RATE: Known = Known {
    name: "engagementRate",
    label: "Engagement rate",
    up_is_good: Some(true),
};
pub(super) const KEY_EVENTS: Known = Known {
    name: "keyEvents",
    label: "Key events",
    up_is_good: Some(true),
};
pub(super) const VIEWS: Known = Known {
    name: "screenPageViews",
    label: "Views",
    up_is_good: Some(true),
};

const KNOWN: [Known; 5] = [ACTIVE_USERS, SESSIONS, ENGAGEMENT_RATE, KEY_EVENTS, VIEWS];

/// The format of a metric by its API name and Google's type (`TYPE_INTEGER` ...).
pub(super) fn format(header: &MetricHeader) -> MetricFormat {
    let rate = header.name.ends_with("Rate")
        || header.name.starts_with("sessionKeyEventRate")
        || header.name.starts_with("userKeyEventRate");
    match header.kind.as_str() {
        "TYPE_CURRENCY" => MetricFormat::Currency,
        "TYPE_SECONDS" | "TYPE_MILLISECONDS" | "TYPE_MINUTES" | "TYPE_HOURS" => MetricFormat::Seconds,
        "TYPE_FLOAT" if rate => MetricFormat::Ratio,
        "TYPE_INTEGER" => MetricFormat::Integer,
        // Key events are counted in whole numbers and sent as floats.
        "TYPE_FLOAT" if header.name == "keyEvents" || header.name == "conversions" => MetricFormat::Integer,
        _ => MetricFormat::Decimal,
    }
}

/// A value in the unit of its format: durations become seconds.
pub(super) fn number(header: &MetricHeader, text: &str) -> f64 {
    let value: f64 = text.parse().unwrap_or(0.0);
    match header.kind.as_str() {
        "TYPE_MILLISECONDS" => value / 1000.0,
        "TYPE_MINUTES" => value * 60.0,
        "TYPE_HOURS" => value * 3600.0,
        _ => value,
    }
}

pub(super) fn column(header: &MetricHeader) -> MetricColumn {
    MetricColumn {
        metric: header.name.clone(),
        label: label(&header.name),
        format: format(header),
    }
}

/// The label of a metric, or its API name taken apart: `averageSessionDuration` is "Average session duration".
pub(super) fn label(name: &str) -> String {
    if let Some(known) = KNOWN.iter().find(|known| known.name == name) {
        return known.label.to_owned();
    }
    let mut label = String::with_capacity(name.len() + 4);
    for (index, letter) in name.chars().enumerate() {
        match letter {
            letter if index == 0 => label.extend(letter.to_uppercase()),
            letter if letter.is_uppercase() => {
                label.push(' ');
                label.extend(letter.to_lowercase());
            }
            letter => label.push(letter),
        }
    }
    label
}
