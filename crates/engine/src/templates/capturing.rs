//! A template of what a property and its container have. What no template can say is left out, and said to be.

use google_apis::analytics_admin::{DataRetentionSettings, EnhancedMeasurementSettings};

use super::looking::Found;
use super::{captured_tags, checks, differences, file, shelf, words};
use crate::dto::templates::{
    CaptureTemplate, Template, TemplateDimension, TemplateKeyEvent, TemplateMeasurement, TemplateProperty,
};
use crate::error::{Error, Result};

/// The template's text. People are not taken along: a template is there to be shared.
pub(super) fn capture(request: &CaptureTemplate, found: &Found) -> Result<String> {
    let mut left_out = Vec::new();
    let mut template = Template {
        title: request.title.trim().to_owned(),
        property: property(found),
        enhanced_measurement: found.measurement.as_ref().map(measurement),
        key_events: key_events(found),
        custom_dimensions: dimensions(found, &mut left_out),
        ..shelf::bare(request.name.trim())
    };
    if let Some(live) = &found.live {
        template.tag_manager = captured_tags::capture(live, &mut left_out);
    }
    drop_unusable(&mut template, &mut left_out);
    if let Some(problem) = checks::problems(&template).first() {
        return Err(Error::invalid(
            format!("{}: {}", checks::spelt(&problem.path), problem.message),
            "Give the template another name or title.",
        ));
    }
    let text = file::write(&template)?;
    Ok(with_notes(&text, &left_out))
}

fn with_notes(text: &str, left_out: &[String]) -> String {
    if left_out.is_empty() {
        return text.to_owned();
    }
    let notes = left_out.iter().fold(String::new(), |notes, note| {
        let note: String = note
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect();
        format!("{notes}#   {note}\n")
    });
    format!("# Left out, because no template can say it:\n{notes}\n{text}")
}

/// Older properties may hold what Google takes no more.
fn drop_unusable(template: &mut Template, left_out: &mut Vec<String>) {
    while let Some((list, entry)) = checks::problems(template)
        .iter()
        .find_map(|problem| match problem.path[..] {
            [
                checks::Step::Key(list @ ("key_events" | "custom_dimensions")),
                checks::Step::Entry(entry),
                ..,
            ]
            | [
                checks::Step::Key("tag_manager"),
                checks::Step::Key(list @ "events"),
                checks::Step::Entry(entry),
                ..,
            ] => Some((list, entry)),
            _ => None,
        })
    {
        left_out.push(match list {
            "key_events" => format!("key event {}", template.key_events.remove(entry).event),
            "custom_dimensions" => format!("custom dimension {}", template.custom_dimensions.remove(entry).name),
            _ => format!("event {}", template.tag_manager.events.remove(entry).event),
        });
    }
}

fn property(found: &Found) -> TemplateProperty {
    let industry = found
        .property
        .as_ref()
        .map(|property| property.industry_category.clone());
    let retention = found.retention.as_ref();
    let months = |settings: &DataRetentionSettings| words::retention_months(&settings.event_data_retention);
    TemplateProperty {
        industry: industry.filter(|industry| checks::INDUSTRIES.contains(&industry.as_str())),
        retention_months: retention.and_then(months),
        reset_on_new_activity: retention.map(|settings| settings.reset_user_data_on_new_activity),
        ..TemplateProperty::default()
    }
}

fn measurement(there: &EnhancedMeasurementSettings) -> TemplateMeasurement {
    let parameters = there.search_query_parameter.split(',').map(str::trim);
    TemplateMeasurement {
        enabled: there.stream_enabled,
        scrolls: there.scrolls_enabled,
        outbound_clicks: there.outbound_clicks_enabled,
        site_search: there.site_search_enabled,
        videos: there.video_engagement_enabled,
        file_downloads: there.file_downloads_enabled,
        page_changes: there.page_changes_enabled,
        forms: there.form_interactions_enabled,
        search_parameters: parameters.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
    }
}

fn key_events(found: &Found) -> Vec<TemplateKeyEvent> {
    let events = found.key_events.iter().map(|event| {
        let (value, currency) = differences::worth(event);
        let worth = value.zip(currency);
        TemplateKeyEvent {
            event: event.event_name.clone(),
            counting: words::counting(&event.counting_method),
            value: worth.as_ref().map(|(value, _)| *value),
            currency: worth.map(|(_, currency)| currency),
        }
    });
    events.collect()
}

fn dimensions(found: &Found, left_out: &mut Vec<String>) -> Vec<TemplateDimension> {
    let mut dimensions = Vec::new();
    for there in &found.dimensions {
        match words::scope_of_google(&there.scope) {
            Some(scope) => dimensions.push(TemplateDimension {
                parameter: there.parameter_name.clone(),
                name: there.display_name.clone(),
                scope,
                description: there.description.clone(),
            }),
            None => left_out.push(format!("custom dimension {}", there.display_name)),
        }
    }
    dimensions
}
