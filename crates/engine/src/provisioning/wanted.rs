//! What a form and its template want of Google Analytics, in Google's own types.

use std::collections::BTreeMap;

use google_apis::analytics_admin::{
    AccessBinding, CustomDimension, DataRetentionSettings, DataStream, DefaultValue, EnhancedMeasurementSettings,
    KeyEvent,
};

use super::website;
use crate::dto::provisioning::{AnalyticsChoice, PersonAccess, PropertyRole, ProvisionRequest};
use crate::dto::templates::{
    Counting, DimensionScope, Template, TemplateDimension, TemplateKeyEvent, TemplateMeasurement,
};

/// How many key events or dimensions are created at once.
pub(super) const AT_ONCE: usize = 6;

/// Whether the property was there before the set-up, so that it may have some of what is wanted.
pub(super) fn is_there(form: &ProvisionRequest) -> bool {
    matches!(form.analytics, AnalyticsChoice::Property { .. })
}

/// "8 custom dimensions"
pub(super) fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {}", plural(what)),
    }
}

fn plural(what: &str) -> String {
    match what {
        "person" => "people".to_owned(),
        "tag, trigger or variable" => "tags, triggers and variables".to_owned(),
        what => format!("{what}s"),
    }
}

/// What the business is called: the account's name, else the property's, else the site's.
pub(super) fn business(form: &ProvisionRequest) -> String {
    let new_account = matches!(form.analytics, AnalyticsChoice::NewAccount);
    if new_account && !form.account_name.is_empty() {
        return form.account_name.clone();
    }
    stream_name(form)
}

/// The data stream's name: the property's, else the site's.
pub(super) fn stream_name(form: &ProvisionRequest) -> String {
    if form.property_name.is_empty() {
        website::host(&form.website).unwrap_or_default()
    } else {
        form.property_name.clone()
    }
}

pub(super) fn web_stream(form: &ProvisionRequest) -> DataStream {
    DataStream::web(&stream_name(form), &form.website)
}

/// An app's data stream that is wanted.
pub(super) struct AppStream {
    /// `android` or `ios`
    pub platform: &'static str,
    /// Package name or bundle id.
    pub address: String,
    pub stream: DataStream,
}

pub(super) fn app_streams(form: &ProvisionRequest) -> Vec<AppStream> {
    let name = |system: &str, address: &str| match form.property_name.as_str() {
        "" => address.to_owned(),
        name => format!("{name} ({system})"),
    };
    let android = form.android_package.as_ref().map(|package| AppStream {
        platform: "android",
        address: package.clone(),
        stream: DataStream::android(&name("Android", package), package),
    });
    let ios = form.ios_bundle.as_ref().map(|bundle| AppStream {
        platform: "ios",
        address: bundle.clone(),
        stream: DataStream::ios(&name("iOS", bundle), bundle),
    });
    android.into_iter().chain(ios).collect()
}

/// Enhanced measurement that is wanted, and the fields of it that are set.
pub(super) struct Measurement {
    pub settings: EnhancedMeasurementSettings,
    pub update_mask: &'static str,
}

/// Google's own, for settings that name none: the field must not be empty.
const SEARCH_PARAMETERS: &str = "q,s,search,query,keyword";

/// `None` where it stays as Google makes it.
pub(super) fn enhanced_measurement(form: &ProvisionRequest, template: &Template) -> Option<Measurement> {
    if form.website.is_empty() {
        return None;
    }
    let wanted = template.enhanced_measurement.as_ref();
    let enabled = form.enhanced_measurement.or(wanted.map(|wanted| wanted.enabled))?;
    let switch = EnhancedMeasurementSettings {
        stream_enabled: enabled,
        search_query_parameter: SEARCH_PARAMETERS.to_owned(),
        ..Default::default()
    };
    Some(match wanted {
        Some(wanted) if enabled => all_switches(wanted, switch),
        _ => Measurement {
            settings: switch,
            update_mask: "stream_enabled",
        },
    })
}

fn all_switches(wanted: &TemplateMeasurement, switch: EnhancedMeasurementSettings) -> Measurement {
    let named = !wanted.search_parameters.is_empty();
    let mut settings = EnhancedMeasurementSettings {
        scrolls_enabled: wanted.scrolls,
        outbound_clicks_enabled: wanted.outbound_clicks,
        site_search_enabled: wanted.site_search,
        video_engagement_enabled: wanted.videos,
        file_downloads_enabled: wanted.file_downloads,
        page_changes_enabled: wanted.page_changes,
        form_interactions_enabled: wanted.forms,
        ..switch
    };
    if named {
        settings.search_query_parameter = wanted.search_parameters.join(",");
    }
    Measurement {
        settings,
        update_mask: if named {
            "stream_enabled,scrolls_enabled,outbound_clicks_enabled,site_search_enabled,video_engagement_enabled,\
             file_downloads_enabled,page_changes_enabled,form_interactions_enabled,search_query_parameter"
        } else {
            "stream_enabled,scrolls_enabled,outbound_clicks_enabled,site_search_enabled,video_engagement_enabled,\
             file_downloads_enabled,page_changes_enabled,form_interactions_enabled"
        },
    }
}

/// Data retention that is wanted, and the fields of it that are set.
pub(super) struct Retention {
    pub settings: DataRetentionSettings,
    pub update_mask: &'static str,
    pub detail: String,
}

/// `None` where it stays as Google makes it.
pub(super) fn retention(template: &Template) -> Option<Retention> {
    let months = template.property.retention_months;
    let reset = template.property.reset_on_new_activity;
    let update_mask = match (months, reset) {
        (None, None) => return None,
        (Some(_), None) => "event_data_retention",
        (None, Some(_)) => "reset_user_data_on_new_activity",
        (Some(_), Some(_)) => "event_data_retention,reset_user_data_on_new_activity",
    };
    let event_data_retention = months.map(|months| match months {
        // A template's file is checked when it is read: another number does not come here.
        ..=2 => "TWO_MONTHS",
        3..=14 => "FOURTEEN_MONTHS",
        15..=26 => "TWENTY_SIX_MONTHS",
        27..=38 => "THIRTY_EIGHT_MONTHS",
        39.. => "FIFTY_MONTHS",
    });
    Some(Retention {
        settings: DataRetentionSettings {
            event_data_retention: event_data_retention.unwrap_or_default().to_owned(),
            reset_user_data_on_new_activity: reset.unwrap_or_default(),
            ..Default::default()
        },
        update_mask,
        detail: match months {
            Some(months) => format!("Data is kept for {months} months"),
            None => "A user's data is kept longer with each visit".to_owned(),
        },
    })
}

/// Google's words for how long data is kept, shortest first.
const KEPT: [&str; 5] = [
    "TWO_MONTHS",
    "FOURTEEN_MONTHS",
    "TWENTY_SIX_MONTHS",
    "THIRTY_EIGHT_MONTHS",
    "FIFTY_MONTHS",
];

/// What of it keeps data longer than the property does; `None` where nothing does. Data that others count on is not cut.
pub(super) fn longer(wanted: Retention, there: &DataRetentionSettings) -> Option<Retention> {
    let rank = |word: &str| KEPT.iter().position(|known| *known == word);
    let settings = &wanted.settings;
    let months = wanted.update_mask.contains("event_data_retention")
        && rank(&there.event_data_retention)
            .is_some_and(|now| rank(&settings.event_data_retention).is_some_and(|asked| asked > now));
    let reset = settings.reset_user_data_on_new_activity && !there.reset_user_data_on_new_activity;
    let update_mask = match (months, reset) {
        (false, false) => return None,
        (true, false) => "event_data_retention",
        (false, true) => "reset_user_data_on_new_activity",
        (true, true) => "event_data_retention,reset_user_data_on_new_activity",
    };
    Some(Retention { update_mask, ..wanted })
}

pub(super) fn key_event(wanted: &TemplateKeyEvent, form: &ProvisionRequest) -> KeyEvent {
    KeyEvent {
        event_name: wanted.event.clone(),
        counting_method: match wanted.counting {
            Counting::OncePerEvent => "ONCE_PER_EVENT",
            Counting::OncePerSession => "ONCE_PER_SESSION",
        }
        .to_owned(),
        default_value: wanted.value.map(|value| DefaultValue {
            numeric_value: value,
            currency_code: match (&wanted.currency, form.currency.as_str()) {
                (Some(currency), _) => currency.clone(),
                // Google's own default for a property that names none.
                (None, "") => "USD".to_owned(),
                (None, currency) => currency.to_owned(),
            },
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Names a dimension among those of its property: no two have the same parameter and scope.
pub(super) fn dimension_key(scope: &str, parameter: &str) -> String {
    format!("{scope} {parameter}")
}

pub(super) fn custom_dimension(wanted: &TemplateDimension) -> CustomDimension {
    CustomDimension {
        parameter_name: wanted.parameter.clone(),
        display_name: wanted.name.clone(),
        description: wanted.description.clone(),
        scope: match wanted.scope {
            DimensionScope::Event => "EVENT",
            DimensionScope::User => "USER",
            DimensionScope::Item => "ITEM",
        }
        .to_owned(),
        ..Default::default()
    }
}

/// The template's people and the form's, whose word counts where both name somebody.
pub(super) fn people(form: &ProvisionRequest, template: &Template) -> Vec<PersonAccess> {
    let by_email = |person: &PersonAccess| (person.email.trim().to_ascii_lowercase(), person.role);
    let all: BTreeMap<String, PropertyRole> = template.people.iter().chain(&form.people).map(by_email).collect();
    all.into_iter()
        .map(|(email, role)| PersonAccess { email, role })
        .collect()
}

pub(super) fn access_binding(person: &PersonAccess) -> AccessBinding {
    let role = match person.role {
        PropertyRole::Viewer => "viewer",
        PropertyRole::Analyst => "analyst",
        PropertyRole::Editor => "editor",
        PropertyRole::Admin => "admin",
    };
    AccessBinding {
        user: person.email.clone(),
        roles: vec![format!("predefinedRoles/{role}")],
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_overrides_what_the_template_measures() {
        let mut form = ProvisionRequest {
            website: "https://hafen.example".to_owned(),
            ..ProvisionRequest::default()
        };
        let mut template = crate::templates::plain();
        template.enhanced_measurement = None;
        assert!(enhanced_measurement(&form, &template).is_none());
        form.enhanced_measurement = Some(false);
        let off = enhanced_measurement(&form, &template).unwrap();
        assert_eq!(
            (off.settings.stream_enabled, off.update_mask),
            (false, "stream_enabled")
        );
        template.enhanced_measurement = Some(TemplateMeasurement {
            enabled: false,
            scrolls: true,
            outbound_clicks: true,
            site_search: false,
            videos: true,
            file_downloads: true,
            page_changes: true,
            forms: true,
            search_parameters: Vec::new(),
        });
        form.enhanced_measurement = Some(true);
        let on = enhanced_measurement(&form, &template).unwrap();
        assert!(on.settings.stream_enabled && on.settings.form_interactions_enabled);
        assert!(!on.settings.site_search_enabled && !on.update_mask.contains("search_query"));
        assert!(!on.settings.search_query_parameter.is_empty(), "Google requires it");
    }

    #[test]
    fn a_property_that_is_there_keeps_its_data_as_long_as_it_did() {
        let mut template = crate::templates::plain();
        template.property.retention_months = Some(14);
        template.property.reset_on_new_activity = Some(false);
        let there = |kept: &str| DataRetentionSettings {
            event_data_retention: kept.to_owned(),
            reset_user_data_on_new_activity: true,
            ..Default::default()
        };
        let asked = |kept: &str| longer(retention(&template).unwrap(), &there(kept)).map(|asked| asked.update_mask);
        assert_eq!(asked("TWO_MONTHS"), Some("event_data_retention"));
        for kept in ["FOURTEEN_MONTHS", "FIFTY_MONTHS", "A_WORD_THAT_IS_NEW"] {
            assert_eq!(asked(kept), None, "{kept}");
        }
    }

    #[test]
    fn the_forms_word_about_somebody_counts() {
        let person = |email: &str, role| PersonAccess {
            email: email.to_owned(),
            role,
        };
        let mut template = crate::templates::plain();
        template.people = vec![
            person("Staff@agency.example", PropertyRole::Viewer),
            person("robot@agency.example", PropertyRole::Analyst),
        ];
        let form = ProvisionRequest {
            people: vec![person("staff@agency.example", PropertyRole::Editor)],
            ..ProvisionRequest::default()
        };
        assert_eq!(
            people(&form, &template),
            [
                person("robot@agency.example", PropertyRole::Analyst),
                person("staff@agency.example", PropertyRole::Editor)
            ]
        );
    }
}
