//! Google's names in plain words, and back.

use crate::dto::provisioning::PropertyRole;
use crate::dto::templates::{Counting, DimensionScope};

/// Admin API `RetentionDuration`.
const DURATIONS: [(&str, u32); 5] = [
    ("TWO_MONTHS", 2),
    ("FOURTEEN_MONTHS", 14),
    ("TWENTY_SIX_MONTHS", 26),
    ("THIRTY_EIGHT_MONTHS", 38),
    ("FIFTY_MONTHS", 50),
];

pub(super) fn on_or_off(on: bool) -> String {
    if on { "On" } else { "Off" }.to_owned()
}

/// `FOOD_AND_DRINK` is "Food and drink".
pub(super) fn industry(category: &str) -> String {
    let words = category.to_ascii_lowercase().replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(super) fn months(months: u32) -> String {
    format!("{months} months")
}

/// `None` for a duration that came after this was written.
pub(super) fn retention_months(duration: &str) -> Option<u32> {
    DURATIONS
        .iter()
        .find(|(name, _)| *name == duration)
        .map(|(_, months)| *months)
}

pub(super) fn retention(duration: &str) -> String {
    retention_months(duration).map_or_else(|| industry(duration), months)
}

pub(super) fn counting(method: &str) -> Counting {
    if method == "ONCE_PER_SESSION" {
        Counting::OncePerSession
    } else {
        Counting::OncePerEvent
    }
}

/// How it is counted, and what one is worth.
pub(super) fn key_event(counting: Counting, worth: Option<(f64, &str)>) -> String {
    let counted = match counting {
        Counting::OncePerEvent => "Each one counts",
        Counting::OncePerSession => "Once a session",
    };
    match worth {
        None => counted.to_owned(),
        Some((value, currency)) => format!("{counted}, worth {value} {currency}"),
    }
}

pub(super) fn scope(scope: DimensionScope) -> &'static str {
    match scope {
        DimensionScope::Event => "event",
        DimensionScope::User => "user",
        DimensionScope::Item => "item",
    }
}

/// Admin API `DimensionScope`.
pub(super) fn google_scope(scope: DimensionScope) -> &'static str {
    match scope {
        DimensionScope::Event => "EVENT",
        DimensionScope::User => "USER",
        DimensionScope::Item => "ITEM",
    }
}

/// `None` for a scope that came after this was written.
pub(super) fn scope_of_google(scope: &str) -> Option<DimensionScope> {
    [DimensionScope::Event, DimensionScope::User, DimensionScope::Item]
        .into_iter()
        .find(|known| google_scope(*known) == scope)
}

pub(super) fn role(role: PropertyRole) -> &'static str {
    match role {
        PropertyRole::Viewer => "Viewer",
        PropertyRole::Analyst => "Analyst",
        PropertyRole::Editor => "Editor",
        PropertyRole::Admin => "Admin",
    }
}

/// `predefinedRoles/viewer` in our words; any other as Google has it.
pub(super) fn role_of_google(name: &str) -> &str {
    match name {
        "predefinedRoles/viewer" => "Viewer",
        "predefinedRoles/analyst" => "Analyst",
        "predefinedRoles/editor" => "Editor",
        "predefinedRoles/admin" => "Admin",
        other => other,
    }
}

pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.map(str::trim).filter(|name| !name.is_empty()).collect();
    names.join(", ")
}
