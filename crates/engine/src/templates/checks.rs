//! What a template may hold: Google's limits, each wrong value with its path.
//!
//! Sources: Admin API v1beta (`Property.industryCategory`, `CustomDimension`, `KeyEvent`), Analytics help "Event naming
//! rules" (reserved prefixes and names) and "Configuration limits" of standard properties.

use std::collections::HashSet;

use crate::dto::templates::{DimensionScope, Template, TemplateEvent, TemplateKeyEvent, TemplateProperty};

/// Admin API v1beta, `IndustryCategory` without the unspecified one.
pub(super) const INDUSTRIES: [&str; 26] = [
    "ARTS_AND_ENTERTAINMENT",
    "AUTOMOTIVE",
    "BEAUTY_AND_FITNESS",
    "BOOKS_AND_LITERATURE",
    "BUSINESS_AND_INDUSTRIAL_MARKETS",
    "FINANCE",
    "FOOD_AND_DRINK",
    "GAMES",
    "HEALTHCARE",
    "HOBBIES_AND_LEISURE",
    "HOME_AND_GARDEN",
    "INTERNET_AND_TELECOM",
    "JOBS_AND_EDUCATION",
    "LAW_AND_GOVERNMENT",
    "NEWS",
    "ONLINE_COMMUNITIES",
    "OTHER",
    "PEOPLE_AND_SOCIETY",
    "PETS_AND_ANIMALS",
    "REAL_ESTATE",
    "REFERENCE",
    "SCIENCE",
    "SHOPPING",
    "SPORTS",
    "TECHNOLOGY",
    "TRAVEL",
];
/// Admin API v1beta, `RetentionDuration`; more than 14 is for Analytics 360.
pub(super) const RETENTION_MONTHS: [u32; 5] = [2, 14, 26, 38, 50];
const EVENT_NAME: usize = 40;
const PARAMETER: usize = 40;
const USER_PROPERTY: usize = 24;
const DIMENSION_NAME: usize = 82;
const DIMENSION_DESCRIPTION: usize = 150;
const KEY_EVENTS: usize = 30;
/// Of a standard property, by scope.
const DIMENSIONS: [(DimensionScope, &str, usize); 3] = [
    (DimensionScope::Event, "event", 50),
    (DimensionScope::User, "user", 25),
    (DimensionScope::Item, "item", 10),
];
/// Of one event in a standard property.
const PARAMETERS: usize = 25;
const EVENTS: usize = 100;
const PEOPLE: usize = 100;
const SEARCH_PARAMETERS: usize = 10;
const LONGEST_WAIT: u32 = 10_000;
const RESERVED_PREFIXES: [&str; 3] = ["firebase_", "ga_", "google_"];
/// Events that Analytics collects by itself: nobody else may send them, but they may be key events.
const COLLECTED: [&str; 33] = [
    "ad_activeview",
    "ad_click",
    "ad_exposure",
    "ad_impression",
    "ad_query",
    "ad_reward",
    "adunit_exposure",
    "app_background",
    "app_clear_data",
    "app_exception",
    "app_remove",
    "app_store_refund",
    "app_store_subscription_cancel",
    "app_store_subscription_convert",
    "app_store_subscription_renew",
    "app_update",
    "app_upgrade",
    "dynamic_link_app_open",
    "dynamic_link_app_update",
    "dynamic_link_first_open",
    "error",
    "first_open",
    "first_visit",
    "in_app_purchase",
    "notification_dismiss",
    "notification_foreground",
    "notification_open",
    "notification_receive",
    "notification_send",
    "os_update",
    "screen_view",
    "session_start",
    "user_engagement",
];

/// A step of the way to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(&'static str),
    /// The first is 0.
    Entry(usize),
}

#[derive(Debug)]
pub(super) struct Problem {
    pub(super) path: Vec<Step>,
    /// A sentence that says what is allowed.
    pub(super) message: String,
}

/// `key_events[1].event`; the first entry is 0, as in every other tool that reads TOML.
pub(super) fn spelt(path: &[Step]) -> String {
    path.iter().fold(String::new(), |text, step| match step {
        Step::Key(key) if text.is_empty() => (*key).to_owned(),
        Step::Key(key) => format!("{text}.{key}"),
        Step::Entry(entry) => format!("{text}[{entry}]"),
    })
}

/// Everything that is wrong, in the file's order.
pub(super) fn problems(template: &Template) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    head(&mut found, template);
    property(&mut found, &template.property);
    measurement(&mut found, template);
    key_events(&mut found, &template.key_events);
    dimensions(&mut found, template);
    people(&mut found, template);
    tag_manager(&mut found, template);
    found.0
}

struct Found(Vec<Problem>);

impl Found {
    fn unless(&mut self, right: bool, path: &[Step], message: impl FnOnce() -> String) {
        if !right {
            self.0.push(Problem {
                path: path.to_vec(),
                message: message(),
            });
        }
    }

    fn at_most(&mut self, most: usize, there: usize, what: &str, path: &[Step]) {
        self.unless(there <= most, path, || {
            format!("{there} {what} are more than Google's {most}.")
        });
    }

    fn text(&mut self, text: &str, lengths: std::ops::RangeInclusive<usize>, path: &[Step]) {
        let length = text.chars().count();
        self.unless(
            lengths.contains(&length) && !text.chars().any(char::is_control),
            path,
            || {
                format!(
                    "{length} characters; {} to {} on one line are possible.",
                    lengths.start(),
                    lengths.end()
                )
            },
        );
    }

    /// Event names, event parameters and user properties are spelt alike.
    fn spelling(&mut self, name: &str, longest: usize, path: &[Step]) {
        let right = (1..=longest).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        self.unless(right, path, || {
            format!("{name:?} must begin with a letter and hold letters, digits and underscores, at most {longest}.")
        });
        let lower = name.to_ascii_lowercase();
        self.unless(
            !RESERVED_PREFIXES.iter().any(|prefix| lower.starts_with(prefix)),
            path,
            || {
                format!(
                    "{name:?} begins as only Google's own names do ({}).",
                    RESERVED_PREFIXES.join(", ")
                )
            },
        );
    }

    fn currency(&mut self, code: &str, path: &[Step]) {
        self.unless(is_code(code, 3), path, || {
            format!("{code:?} is not an ISO 4217 code such as GBP.")
        });
    }
}

fn is_code(code: &str, length: usize) -> bool {
    code.len() == length && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether a template may be called so: it is the name of a file, on every system.
pub(super) fn is_name(name: &str) -> bool {
    let device = matches!(name, "con" | "prn" | "aux" | "nul")
        || (name.len() == 4
            && (name.starts_with("com") || name.starts_with("lpt"))
            && name.ends_with(|end: char| end.is_ascii_digit()));
    (1..=40).contains(&name.len())
        && !device
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn head(found: &mut Found, template: &Template) {
    found.unless(is_name(&template.name), &[Step::Key("name")], || {
        format!(
            "{:?} must be 1 to 40 lower case letters, digits and hyphens between them.",
            template.name
        )
    });
    found.unless(template.version > 0, &[Step::Key("version")], || {
        "versions begin with 1.".to_owned()
    });
    found.text(&template.title, 1..=80, &[Step::Key("title")]);
    found.text(&template.description, 0..=500, &[Step::Key("description")]);
}

fn property(found: &mut Found, property: &TemplateProperty) {
    let at = |key| [Step::Key("property"), Step::Key(key)];
    if let Some(industry) = &property.industry {
        found.unless(INDUSTRIES.contains(&industry.as_str()), &at("industry"), || {
            format!("{industry:?} is none of {}.", INDUSTRIES.join(", "))
        });
    }
    if let Some(zone) = &property.time_zone {
        found.unless(jiff::tz::TimeZone::get(zone).is_ok(), &at("time_zone"), || {
            format!("{zone:?} is not an IANA name such as Europe/London.")
        });
    }
    if let Some(currency) = &property.currency {
        found.currency(currency, &at("currency"));
    }
    if let Some(country) = &property.country {
        found.unless(is_code(country, 2), &at("country"), || {
            format!("{country:?} is not a CLDR region code such as GB.")
        });
    }
    if let Some(months) = property.retention_months {
        found.unless(RETENTION_MONTHS.contains(&months), &at("retention_months"), || {
            format!("{months} is none of 2, 14, 26, 38, 50 (more than 14 needs Analytics 360).")
        });
    }
}

fn measurement(found: &mut Found, template: &Template) {
    let Some(measurement) = &template.enhanced_measurement else {
        return;
    };
    let list = [Step::Key("enhanced_measurement"), Step::Key("search_parameters")];
    found.at_most(
        SEARCH_PARAMETERS,
        measurement.search_parameters.len(),
        "search parameters",
        &list,
    );
    for (entry, parameter) in measurement.search_parameters.iter().enumerate() {
        let right = (1..=100).contains(&parameter.len())
            && !parameter
                .chars()
                .any(|letter| letter.is_whitespace() || letter.is_control() || ",&=?#".contains(letter));
        found.unless(right, &[list[0], list[1], Step::Entry(entry)], || {
            format!("{parameter:?} is not the name of a query parameter such as q.")
        });
    }
}

fn key_events(found: &mut Found, events: &[TemplateKeyEvent]) {
    const LIST: Step = Step::Key("key_events");
    found.at_most(KEY_EVENTS, events.len(), "key events", &[LIST]);
    let mut seen = HashSet::new();
    for (entry, event) in events.iter().enumerate() {
        let at = |key| [LIST, Step::Entry(entry), Step::Key(key)];
        found.spelling(&event.event, EVENT_NAME, &at("event"));
        found.unless(seen.insert(event.event.as_str()), &at("event"), || {
            format!("{:?} is there twice.", event.event)
        });
        match (event.value, &event.currency) {
            (Some(value), Some(currency)) => {
                found.unless(value.is_finite() && value >= 0.0, &at("value"), || {
                    format!("{value} is not an amount of money.")
                });
                found.currency(currency, &at("currency"));
            }
            (None, None) => {}
            (Some(_), None) => found.unless(false, &at("value"), || "a value needs a currency.".to_owned()),
            (None, Some(_)) => found.unless(false, &at("currency"), || "a currency needs a value.".to_owned()),
        }
    }
}

fn dimensions(found: &mut Found, template: &Template) {
    const LIST: Step = Step::Key("custom_dimensions");
    for (scope, name, most) in DIMENSIONS {
        let there = template
            .custom_dimensions
            .iter()
            .filter(|dimension| dimension.scope == scope);
        found.at_most(most, there.count(), &format!("dimensions of scope {name}"), &[LIST]);
    }
    let (mut parameters, mut names) = (HashSet::new(), HashSet::new());
    for (entry, dimension) in template.custom_dimensions.iter().enumerate() {
        let at = |key| [LIST, Step::Entry(entry), Step::Key(key)];
        let longest = if dimension.scope == DimensionScope::User {
            USER_PROPERTY
        } else {
            PARAMETER
        };
        found.spelling(&dimension.parameter, longest, &at("parameter"));
        let first = parameters.insert((dimension.scope as u8, dimension.parameter.as_str()));
        found.unless(first, &at("parameter"), || {
            format!("{:?} is there twice.", dimension.parameter)
        });
        let right = (1..=DIMENSION_NAME).contains(&dimension.name.chars().count())
            && dimension.name.starts_with(char::is_alphabetic)
            && !dimension.name.ends_with(' ')
            && dimension
                .name
                .chars()
                .all(|letter| letter.is_alphanumeric() || " _".contains(letter));
        found.unless(right, &at("name"), || {
            format!(
                "{:?} must begin with a letter and hold letters, digits, spaces and underscores, at most {DIMENSION_NAME}.",
                dimension.name
            )
        });
        found.unless(names.insert(dimension.name.to_lowercase()), &at("name"), || {
            format!("{:?} is there twice.", dimension.name)
        });
        found.text(&dimension.description, 0..=DIMENSION_DESCRIPTION, &at("description"));
    }
}

fn people(found: &mut Found, template: &Template) {
    const LIST: Step = Step::Key("people");
    found.at_most(PEOPLE, template.people.len(), "people", &[LIST]);
    let mut seen = HashSet::new();
    for (entry, person) in template.people.iter().enumerate() {
        let at = [LIST, Step::Entry(entry), Step::Key("email")];
        found.unless(is_email(&person.email), &at, || {
            format!("{:?} is not an e-mail address.", person.email)
        });
        found.unless(seen.insert(person.email.to_lowercase()), &at, || {
            format!("{:?} is there twice.", person.email)
        });
    }
}

fn is_email(email: &str) -> bool {
    let parts: Vec<&str> = email.split('@').collect();
    email.len() <= 254
        && !email
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control() || "<>,;\"".contains(letter))
        && matches!(parts[..], [local, domain] if !local.is_empty()
            && domain.split('.').count() > 1
            && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-')))
}

fn tag_manager(found: &mut Found, template: &Template) {
    const ROOM: Step = Step::Key("tag_manager");
    let tag_manager = &template.tag_manager;
    if let Some(consent) = &tag_manager.consent {
        let path = [ROOM, Step::Key("consent"), Step::Key("wait_for_update")];
        found.unless(consent.wait_for_update <= LONGEST_WAIT, &path, || {
            format!(
                "{} ms is longer than the {LONGEST_WAIT} that a visitor is worth.",
                consent.wait_for_update
            )
        });
    }
    if let Some(folder) = &tag_manager.folder {
        found.text(folder, 1..=100, &[ROOM, Step::Key("folder")]);
    }
    found.at_most(EVENTS, tag_manager.events.len(), "events", &[ROOM, Step::Key("events")]);
    let mut seen = HashSet::new();
    for (entry, event) in tag_manager.events.iter().enumerate() {
        let list = [ROOM, Step::Key("events"), Step::Entry(entry)];
        let first = seen.insert((event.event.as_str(), event.on.as_deref().unwrap_or(&event.event)));
        found.unless(first, &[list[0], list[1], list[2], Step::Key("event")], || {
            format!("{:?} is there twice.", event.event)
        });
        one_event(found, event, list);
    }
}

fn one_event(found: &mut Found, event: &TemplateEvent, list: [Step; 3]) {
    let at = |key| [list[0], list[1], list[2], Step::Key(key)];
    found.spelling(&event.event, EVENT_NAME, &at("event"));
    found.unless(!COLLECTED.contains(&event.event.as_str()), &at("event"), || {
        format!(
            "Analytics sends {:?} itself, and takes it from nobody else.",
            event.event
        )
    });
    if let Some(on) = &event.on {
        found.unless(is_data_layer_name(on), &at("on"), || {
            format!("{on:?} is not the name of a data layer event such as formSent.")
        });
    }
    found.at_most(PARAMETERS, event.parameters.len(), "parameters", &at("parameters"));
    let mut seen = HashSet::new();
    for (entry, parameter) in event.parameters.iter().enumerate() {
        let at = |key| {
            [
                list[0],
                list[1],
                list[2],
                Step::Key("parameters"),
                Step::Entry(entry),
                Step::Key(key),
            ]
        };
        found.spelling(&parameter.name, PARAMETER, &at("name"));
        found.unless(seen.insert(parameter.name.as_str()), &at("name"), || {
            format!("{:?} is there twice.", parameter.name)
        });
        found.unless(is_data_layer_name(&parameter.data_layer), &at("data_layer"), || {
            format!(
                "{:?} is not a path in the data layer such as form.name.",
                parameter.data_layer
            )
        });
    }
}

/// Braces would make a reference to a variable of it.
fn is_data_layer_name(name: &str) -> bool {
    (1..=200).contains(&name.len())
        && !name
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control() || "{}\"'<>".contains(letter))
}
