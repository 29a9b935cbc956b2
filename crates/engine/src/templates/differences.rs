//! What a template would change in a property that is there, row by row.

use google_apis::analytics_admin::{CustomDimension, EnhancedMeasurementSettings, KeyEvent};
use serde_json::json;

use super::container_differences;
use super::looking::Found;
use super::words::{self, on_or_off};
use crate::dto::templates::{Template, TemplateChange, TemplateDifference, TemplateMeasurement, TemplatePreview};

/// The rows in the order in which a set-up works.
pub(super) fn compare(template: &Template, found: &Found) -> TemplatePreview {
    let mut rows = Vec::new();
    property(template, found, &mut rows);
    measurement(template, found, &mut rows);
    key_events(template, found, &mut rows);
    dimensions(template, found, &mut rows);
    people(template, found, &mut rows);
    if let Some(live) = &found.live {
        let measurement_id = found.measurement_id().unwrap_or_default();
        rows.extend(container_differences::compare(template, measurement_id, live));
    }
    let count = |change| u32::try_from(rows.iter().filter(|row| row.change == change).count()).unwrap_or(u32::MAX);
    TemplatePreview {
        added: count(TemplateChange::Added),
        changed: count(TemplateChange::Changed),
        same: count(TemplateChange::Same),
        calls: found.calls,
        rows,
    }
}

/// A row about something that is there and can be changed.
fn setting(what: &str, name: &str, before: String, after: String) -> TemplateDifference {
    let change = if before == after {
        TemplateChange::Same
    } else {
        TemplateChange::Changed
    };
    TemplateDifference {
        what: what.to_owned(),
        name: name.to_owned(),
        before: Some(before),
        after,
        change,
    }
}

/// A row about something that is made where it is missing, and left alone where it is there.
pub(super) fn thing(what: &str, name: &str, before: Option<String>, after: String) -> TemplateDifference {
    let change = match &before {
        None => TemplateChange::Added,
        Some(before) if *before == after => TemplateChange::Same,
        Some(_) => TemplateChange::Kept,
    };
    TemplateDifference {
        what: what.to_owned(),
        name: name.to_owned(),
        before,
        after,
        change,
    }
}

fn property(template: &Template, found: &Found, rows: &mut Vec<TemplateDifference>) {
    let wanted = &template.property;
    if let (Some(industry), Some(property)) = (&wanted.industry, &found.property) {
        // A set-up chooses it for new properties; one that is there keeps what it has.
        let before = match property.industry_category.as_str() {
            "" | "INDUSTRY_CATEGORY_UNSPECIFIED" => "Not chosen".to_owned(),
            chosen => words::industry(chosen),
        };
        rows.push(thing("Property", "Industry", Some(before), words::industry(industry)));
    }
    let Some(retention) = &found.retention else { return };
    if let Some(months) = wanted.retention_months {
        let before = words::retention(&retention.event_data_retention);
        rows.push(setting("Data retention", "Events", before, words::months(months)));
    }
    if let Some(reset) = wanted.reset_on_new_activity {
        let before = on_or_off(retention.reset_user_data_on_new_activity);
        let name = "Starts again with each visit";
        rows.push(setting("Data retention", name, before, on_or_off(reset)));
    }
}

fn measurement(template: &Template, found: &Found, rows: &mut Vec<TemplateDifference>) {
    const WHAT: &str = "Enhanced measurement";
    let Some(wanted) = &template.enhanced_measurement else {
        return;
    };
    let Some(there) = &found.measurement else {
        // The set-up makes the website's data stream first.
        rows.push(thing(WHAT, "Website", None, on_or_off(wanted.enabled)));
        return;
    };
    rows.push(setting(
        WHAT,
        "Website",
        on_or_off(there.stream_enabled),
        on_or_off(wanted.enabled),
    ));
    if !wanted.enabled {
        return;
    }
    for (name, before, after) in switches(wanted, there) {
        rows.push(setting(WHAT, name, on_or_off(before), on_or_off(after)));
    }
    if wanted.site_search && !wanted.search_parameters.is_empty() {
        let before = words::listed(there.search_query_parameter.split(','));
        let after = words::listed(wanted.search_parameters.iter().map(String::as_str));
        rows.push(setting(WHAT, "Search parameters", before, after));
    }
}

/// Name, what is there, what is wanted.
fn switches(wanted: &TemplateMeasurement, there: &EnhancedMeasurementSettings) -> [(&'static str, bool, bool); 7] {
    [
        ("Scrolls", there.scrolls_enabled, wanted.scrolls),
        ("Outbound clicks", there.outbound_clicks_enabled, wanted.outbound_clicks),
        ("Site search", there.site_search_enabled, wanted.site_search),
        ("Videos", there.video_engagement_enabled, wanted.videos),
        ("File downloads", there.file_downloads_enabled, wanted.file_downloads),
        ("Page changes", there.page_changes_enabled, wanted.page_changes),
        ("Forms", there.form_interactions_enabled, wanted.forms),
    ]
}

fn key_events(template: &Template, found: &Found, rows: &mut Vec<TemplateDifference>) {
    for event in &template.key_events {
        let there = found.key_events.iter().find(|there| there.event_name == event.event);
        let worth = event.value.zip(event.currency.as_deref());
        let after = words::key_event(event.counting, worth);
        rows.push(thing("Key event", &event.event, there.map(key_event), after));
    }
}

fn key_event(there: &KeyEvent) -> String {
    let (value, currency) = worth(there);
    words::key_event(words::counting(&there.counting_method), value.zip(currency.as_deref()))
}

/// Amount and currency of a key event.
pub(super) fn worth(event: &KeyEvent) -> (Option<f64>, Option<String>) {
    let event = json!(event);
    let worth = &event["defaultValue"];
    let currency = worth["currencyCode"].as_str().filter(|code| !code.is_empty());
    (worth["numericValue"].as_f64(), currency.map(str::to_owned))
}

fn dimensions(template: &Template, found: &Found, rows: &mut Vec<TemplateDifference>) {
    for dimension in &template.custom_dimensions {
        let scope = words::google_scope(dimension.scope);
        let described = |name: &str| format!("{name} ({}, {})", dimension.parameter, words::scope(dimension.scope));
        let is_it = |there: &&CustomDimension| there.parameter_name == dimension.parameter && there.scope == scope;
        let there = found
            .dimensions
            .iter()
            .find(is_it)
            .map(|there| described(&there.display_name));
        rows.push(thing(
            "Custom dimension",
            &dimension.name,
            there,
            described(&dimension.name),
        ));
    }
}

fn people(template: &Template, found: &Found, rows: &mut Vec<TemplateDifference>) {
    for person in &template.people {
        let before = match &found.people {
            None => None,
            Some(people) => people
                .iter()
                .find(|there| there.user.eq_ignore_ascii_case(&person.email))
                .map(|there| words::listed(there.roles.iter().map(|role| words::role_of_google(role)))),
        };
        let unseen = if found.people.is_none() {
            ", as far as this connection may look"
        } else {
            ""
        };
        let after = format!("{}{unseen}", words::role(person.role));
        rows.push(thing("Person", &person.email, before, after));
    }
}
