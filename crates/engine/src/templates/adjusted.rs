//! A template as a form wants it: the switches of a set-up that override what the template says.

use crate::dto::templates::{ConsentDefaults, Template, TemplateMeasurement};

/// How long tags wait for the consent banner where the template does not say, in milliseconds. Google's own examples
/// have it.
const WAIT: u32 = 500;

/// The template with the overrides of a request; `None` leaves it as it is.
///
/// `wait_for_consent`: `true` denies everything until the visitor has agreed; `false` grants everything from the start,
/// and makes no consent tag where the template has none.
pub(crate) fn adjusted(
    mut template: Template,
    enhanced_measurement: Option<bool>,
    wait_for_consent: Option<bool>,
) -> Template {
    if let Some(enabled) = enhanced_measurement {
        template.enhanced_measurement.get_or_insert_with(everything).enabled = enabled;
    }
    let consent = &mut template.tag_manager.consent;
    match wait_for_consent {
        Some(true) => {
            let wait = consent.as_ref().map_or(0, |consent| consent.wait_for_update);
            *consent = Some(all(false, if wait == 0 { WAIT } else { wait }));
        }
        Some(false) => *consent = consent.as_ref().map(|_| all(true, 0)),
        None => {}
    }
    template
}

/// What Analytics measures by itself when it is switched on in its own pages.
fn everything() -> TemplateMeasurement {
    TemplateMeasurement {
        enabled: true,
        scrolls: true,
        outbound_clicks: true,
        site_search: true,
        videos: true,
        file_downloads: true,
        page_changes: true,
        forms: true,
        search_parameters: ["q", "s", "search", "query", "keyword"].map(str::to_owned).into(),
    }
}

fn all(granted: bool, wait_for_update: u32) -> ConsentDefaults {
    ConsentDefaults {
        ad_storage: granted,
        ad_user_data: granted,
        ad_personalization: granted,
        analytics_storage: granted,
        wait_for_update,
    }
}
