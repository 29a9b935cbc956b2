//! What a set-up's form must hold before anything is sent to Google. All that is wrong is told at once, each at its field.

use url::{Host, Url};

use super::codes;
use super::outline;
use crate::dto::provisioning::{
    AnalyticsChoice, ContainerChoice, Dialect, FieldProblem, PersonAccess, ProvisionRequest, ProvisionStep,
};
use crate::dto::templates::Template;
use crate::error::Error;

/// The limits are Google's, in UTF-16 units: Admin API, `Property.display_name`.
const LONGEST_NAME: usize = 100;
/// Longest address of a website, package or bundle (Admin API, `DataStream`).
const LONGEST_ADDRESS: usize = 255;
/// Digits of a Google Ads customer id.
const ADS_CUSTOMER: usize = 10;
/// Access bindings in one call (Admin API, `accessBindings.batchCreate`).
const MOST_PEOPLE: usize = 1000;

/// The form with its fields tidied and what it leaves open taken from the template, and what is wrong with it.
pub(super) fn checked(request: ProvisionRequest, template: &Template) -> (ProvisionRequest, Vec<FieldProblem>) {
    let mut check = Check(Vec::new());
    let mut form = ProvisionRequest {
        sign_in_first: false,
        connection: filled(request.connection),
        template: filled(request.template),
        account_name: request.account_name.trim().to_owned(),
        property_name: request.property_name.trim().to_owned(),
        website: request.website.trim().to_owned(),
        time_zone: or_templates(&request.time_zone, template.property.time_zone.as_ref()),
        currency: or_templates(&request.currency, template.property.currency.as_ref()).to_ascii_uppercase(),
        country: or_templates(&request.country, template.property.country.as_ref()).to_ascii_uppercase(),
        android_package: filled(request.android_package),
        ios_bundle: filled(request.ios_bundle),
        google_ads_customer: filled(request.google_ads_customer),
        ..request
    };
    check.place(&mut form);
    check.measured(&mut form);
    check.reports(&mut form);
    check.shared_with(&mut form);
    check.container(&mut form);
    check.left_out(&mut form, template);
    (form, check.0)
}

/// The first problem as the reason why a set-up does not start.
pub(super) fn refusal(problems: Vec<FieldProblem>) -> Option<Error> {
    let more = problems.len().saturating_sub(1);
    let first = problems.into_iter().next()?;
    let error = Error::invalid(first.message, first.remedy);
    Some(match more {
        0 => error,
        _ => error.with_details(format!("{more} more of the form is wrong")),
    })
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn or_templates(text: &str, template: Option<&String>) -> String {
    match text.trim() {
        "" => template.map(|text| text.trim().to_owned()).unwrap_or_default(),
        text => text.to_owned(),
    }
}

struct Check(Vec<FieldProblem>);

impl Check {
    fn wrong(&mut self, field: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(FieldProblem {
            field: field.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    fn name(&mut self, field: &str, label: &str, text: &str) {
        match text.encode_utf16().count() {
            0 => self.wrong(field, format!("The {label} is empty."), format!("Fill in the {label}.")),
            1..=LONGEST_NAME => {}
            length => self.wrong(
                field,
                format!("The {label} is {length} characters long; Google takes {LONGEST_NAME}."),
                format!("Shorten the {label}."),
            ),
        }
    }

    /// Which account and property: new ones have names, those that are there have numbers.
    fn place(&mut self, form: &mut ProvisionRequest) {
        match &mut form.analytics {
            AnalyticsChoice::NewAccount => {
                self.name("account_name", "account name", &form.account_name);
                self.name("property_name", "property name", &form.property_name);
            }
            AnalyticsChoice::Account { account_id } => {
                number(account_id, "accounts/");
                if !digits(account_id) {
                    self.wrong(
                        "analytics",
                        format!("{account_id:?} is not the number of an Analytics account."),
                        "Choose an account of the list, or give its digits.",
                    );
                }
                self.name("property_name", "property name", &form.property_name);
            }
            AnalyticsChoice::Property { property_id } => {
                number(property_id, "properties/");
                if !digits(property_id) {
                    self.wrong(
                        "analytics",
                        format!("{property_id:?} is not the number of an Analytics property."),
                        "Choose a property of the list, or give its digits (a G-... is a measurement ID, not a property).",
                    );
                }
            }
        }
        if form.dialect != Dialect::Ga4 {
            if !matches!(form.analytics, AnalyticsChoice::NewAccount) {
                self.wrong(
                    "dialect",
                    "The old Provisioning API only makes new accounts.",
                    "Use the usual dialect (ga4) for an account or a property that is there.",
                );
            }
            if form.website.is_empty() {
                self.wrong(
                    "website",
                    "The old Provisioning API makes no account without a website.",
                    "Give the website, or use the usual dialect (ga4).",
                );
            }
        }
    }

    /// The website and the apps.
    fn measured(&mut self, form: &mut ProvisionRequest) {
        if form.website.is_empty() {
            if form.android_package.is_none() && form.ios_bundle.is_none() {
                self.wrong(
                    "website",
                    "There is nothing to measure: neither a website nor an app is given.",
                    "Give the website as https://www.example.com, or an app.",
                );
            }
        } else {
            match website(&form.website) {
                Some(origin) if origin.len() <= LONGEST_ADDRESS => form.website = origin,
                _ => {
                    let message = format!("{:?} is not the address of a website.", form.website);
                    self.wrong("website", message, "Write it as https://www.example.com.");
                }
            }
        }
        if let Some(package) = form.android_package.as_ref().filter(|text| !is_android_package(text)) {
            self.wrong(
                "android_package",
                format!("{package:?} is not the package name of an Android app."),
                "Take it from the app's page in Google Play (after id=): com.example.app.",
            );
        }
        if let Some(bundle) = form.ios_bundle.as_ref().filter(|text| !is_ios_bundle(text)) {
            self.wrong(
                "ios_bundle",
                format!("{bundle:?} is not the bundle id of an iOS app."),
                "Take it from App Store Connect: com.example.app.",
            );
        }
    }

    /// Time zone, currency and country.
    fn reports(&mut self, form: &mut ProvisionRequest) {
        let there = matches!(form.analytics, AnalyticsChoice::Property { .. });
        // A property that is there keeps the time zone that it has.
        if !(there && form.time_zone.is_empty()) {
            match jiff::tz::TimeZone::get(&form.time_zone) {
                Ok(zone) if !form.time_zone.is_empty() => {
                    if let Some(name) = zone.iana_name() {
                        name.clone_into(&mut form.time_zone);
                    }
                }
                _ => {
                    let message = format!("{:?} is not a time zone.", form.time_zone);
                    self.wrong(
                        "time_zone",
                        message,
                        "Use an IANA name such as Europe/London or America/New_York.",
                    );
                }
            }
        }
        // An empty code leaves the choice to Google, which takes US dollars and no country.
        if !form.currency.is_empty() && !codes::is_currency(&form.currency) {
            let message = format!("{:?} is not the code of a currency in use.", form.currency);
            self.wrong("currency", message, "Use three letters of ISO 4217 such as GBP or EUR.");
        }
        if !form.country.is_empty() && !codes::is_region(&form.country) {
            let message = format!("{:?} is not a country code.", form.country);
            let remedy = if form.country == "UK" {
                "Use GB for the United Kingdom."
            } else {
                "Use two letters such as GB or DE."
            };
            self.wrong("country", message, remedy);
        }
    }

    /// Google Ads and people.
    fn shared_with(&mut self, form: &mut ProvisionRequest) {
        if let Some(customer) = &mut form.google_ads_customer {
            let number: String = customer.chars().filter(|sign| !matches!(sign, '-' | ' ')).collect();
            if number.len() == ADS_CUSTOMER && digits(&number) {
                *customer = number;
            } else {
                let message = format!("{customer:?} is not the customer id of a Google Ads account.");
                self.wrong(
                    "google_ads_customer",
                    message,
                    "It has ten digits and stands at the top right in Google Ads: 123-456-7890.",
                );
            }
        }
        let mut people: Vec<PersonAccess> = Vec::new();
        for person in std::mem::take(&mut form.people) {
            let email = person.email.trim().to_ascii_lowercase();
            if !is_email(&email) {
                self.wrong(
                    "people",
                    format!("{email:?} is not an e-mail address."),
                    "Write it as name@example.com.",
                );
            }
            match people.iter().find(|known| known.email == email) {
                None => people.push(PersonAccess { email, ..person }),
                Some(known) if known.role == person.role => {}
                Some(_) => self.wrong(
                    "people",
                    format!("{email} is named twice, with different roles."),
                    "Name everybody once.",
                ),
            }
        }
        if people.len() > MOST_PEOPLE {
            self.wrong(
                "people",
                format!("{} people are named; Google takes {MOST_PEOPLE} at once.", people.len()),
                "Name fewer.",
            );
        }
        form.people = people;
    }

    fn container(&mut self, form: &mut ProvisionRequest) {
        match &mut form.container {
            ContainerChoice::None => return,
            ContainerChoice::New { account_id } => {
                *account_id = filled(account_id.take());
                if let Some(id) = account_id {
                    number(id, "accounts/");
                    if !digits(id) {
                        self.wrong(
                            "container",
                            format!("{id:?} is not the number of a Tag Manager account."),
                            "Choose an account of the list, or give its digits.",
                        );
                    }
                }
            }
            ContainerChoice::Existing { container } => {
                *container = container.trim().to_owned();
                if container.len() > 4 && container[..4].eq_ignore_ascii_case("GTM-") {
                    container.make_ascii_uppercase();
                }
                if !is_container(container) {
                    self.wrong(
                        "container",
                        format!("{container:?} is not a Tag Manager container."),
                        "Write it as GTM-XXXXXXX.",
                    );
                }
            }
        }
        if form.website.is_empty() {
            self.wrong(
                "container",
                "A container is put on a website, and none is given.",
                "Give the website, or leave the container out.",
            );
        }
    }

    /// What cannot be left out, and what goes with what is.
    fn left_out(&mut self, form: &mut ProvisionRequest, template: &Template) {
        if form.skip.contains(&ProvisionStep::Tags) {
            form.skip.insert(ProvisionStep::Version);
        }
        if form.skip.contains(&ProvisionStep::Version) {
            form.skip.insert(ProvisionStep::Publish);
        }
        let needed: Vec<ProvisionStep> = outline::steps(form, template)
            .into_iter()
            .filter(|step| !step.optional && form.skip.contains(&step.step))
            .map(|step| step.step)
            .collect();
        for step in needed {
            self.wrong(
                "skip",
                format!("The step \"{}\" cannot be left out.", outline::word(step)),
                "The steps after it need it.",
            );
        }
    }
}

/// Takes the digits of a resource name.
fn number(text: &mut String, prefix: &str) {
    let bare = text.trim();
    *text = bare.strip_prefix(prefix).unwrap_or(bare).to_owned();
}

fn digits(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// Scheme and host of the site, which is what a web data stream is made for. A missing scheme is https.
fn website(text: &str) -> Option<String> {
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url = Url::parse(&with_scheme).ok()?;
    let named = matches!(url.host(), Some(Host::Domain(host)) if host.contains('.') && !host.starts_with('.') && !host.ends_with('.'));
    let is_site =
        matches!(url.scheme(), "http" | "https") && named && url.username().is_empty() && url.password().is_none();
    is_site.then(|| url[..url::Position::AfterPort].to_owned())
}

/// Two segments or more of letters, digits and underscores, a letter first (Android's `applicationId`).
fn is_android_package(text: &str) -> bool {
    let segment = |segment: &str| {
        segment.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.len() <= LONGEST_ADDRESS && text.contains('.') && text.split('.').all(segment)
}

/// Letters, digits, hyphens and full stops (Apple's `CFBundleIdentifier`), two segments or more.
fn is_ios_bundle(text: &str) -> bool {
    let segment =
        |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.len() <= LONGEST_ADDRESS && text.contains('.') && text.split('.').all(segment)
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"@,;<>()\"".contains(&byte))
    };
    let named = !name.is_empty() && name.len() <= 64 && plain(name);
    let labels = domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
    named && labels && text.len() <= 254
}

/// `GTM-...`, or `accounts/1/containers/2`.
fn is_container(text: &str) -> bool {
    match text.split('/').collect::<Vec<_>>()[..] {
        [public] => public.strip_prefix("GTM-").is_some_and(|rest| {
            (4..=12).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }),
        ["accounts", account, "containers", container] => digits(account) && digits(container),
        _ => false,
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
