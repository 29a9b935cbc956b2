//! The form of one set-up, as options.

use std::collections::BTreeSet;

use gantry_engine::dto::provisioning::{
    AnalyticsChoice, ClientChoice, ContainerChoice, Dialect, PersonAccess, PropertyRole, ProvisionRequest,
    ProvisionStep,
};
use gantry_engine::{Error, Result, provisioning};

/// What a set-up asks for besides names and address.
#[derive(Debug, clap::Args)]
#[group(id = "site")]
pub struct Options {
    /// An Analytics account that is there: its digits. No Terms of Service are asked for.
    #[arg(long, value_name = "ID", conflicts_with = "from")]
    analytics_account: Option<String>,
    /// An Analytics property that is there: its digits. What is missing is added to it.
    #[arg(long, value_name = "ID", conflicts_with_all = ["analytics_account", "from"])]
    property: Option<String>,
    /// The package name of an Android app to measure.
    #[arg(long, value_name = "PACKAGE", conflicts_with = "from")]
    android: Option<String>,
    /// The bundle id of an iOS app to measure.
    #[arg(long, value_name = "BUNDLE", conflicts_with = "from")]
    ios: Option<String>,
    /// A Google Ads account to link: its customer id.
    #[arg(long, value_name = "CUSTOMER", conflicts_with = "from")]
    google_ads: Option<String>,
    /// Somebody who gets a role on the property: viewer, analyst, editor or admin. Several times.
    #[arg(long, value_name = "E-MAIL=ROLE", value_parser = person)]
    person: Vec<PersonAccess>,
    /// Make a new Tag Manager container, in the only account there is.
    #[arg(long, conflicts_with_all = ["container", "no_container"])]
    new_container: bool,
    /// Make the new container in this Tag Manager account: its digits.
    #[arg(long, value_name = "ID", conflicts_with_all = ["container", "no_container"])]
    tag_manager_account: Option<String>,
    /// Measure with a container that is there.
    #[arg(long, value_name = "GTM-... OR PATH")]
    container: Option<String>,
    /// Measure with Google's own tag, without a container. Where none of these is named: a new container if a template is
    /// named that has something to put into it.
    #[arg(long, conflicts_with = "container")]
    no_container: bool,
    /// Whether the Google tag waits for the visitor's consent before it stores cookies; as the template says where absent.
    /// With --from, for rows that do not say it themselves.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    wait_for_consent: Option<bool>,
    /// The client (its id) that gets what is made, or `none`; the one with the business's name where absent.
    #[arg(long, value_name = "ID", conflicts_with = "from")]
    client: Option<String>,
    /// Leave a step out, for instance key_events. Several times.
    #[arg(long, value_name = "STEP", value_parser = step)]
    skip: Vec<ProvisionStep>,
    /// Sign in first, once for all that is needed, where no connection can do it.
    #[arg(long, conflicts_with = "from")]
    sign_in: bool,
    /// Who makes the account: ga4; or v3-ticket or v3-tree, Universal Analytics' Provisioning API, which Google has deprecated
    /// and opens by invitation only.
    #[arg(long, value_name = "DIALECT", default_value = "ga4", conflicts_with = "from", value_parser = dialect)]
    dialect: Dialect,
}

/// Names, address and the rest, as they were typed.
pub struct Basics {
    pub connection: Option<String>,
    pub template: Option<String>,
    pub account_name: Option<String>,
    pub property_name: Option<String>,
    pub website: Option<String>,
    pub time_zone: Option<String>,
    pub currency: String,
    pub country: String,
}

impl Options {
    /// The form. What is missing is told by the plan, field by field.
    pub fn form(self, basics: Basics) -> Result<ProvisionRequest> {
        let account_name = basics.account_name.unwrap_or_default();
        let is_there = self.is_there();
        let container = self.container().unwrap_or_default();
        let analytics = match (self.analytics_account, self.property) {
            (Some(account_id), _) => AnalyticsChoice::Account { account_id },
            (None, Some(property_id)) => AnalyticsChoice::Property { property_id },
            (None, None) => AnalyticsChoice::NewAccount,
        };
        // A template may have a time zone of its own, and a property that is there keeps its own.
        let from_system = basics.template.is_none() && !is_there;
        let time_zone = basics.time_zone.unwrap_or_else(|| {
            if from_system {
                provisioning::system_time_zone()
            } else {
                String::new()
            }
        });
        Ok(ProvisionRequest {
            connection: basics.connection,
            sign_in_first: self.sign_in,
            analytics,
            property_name: basics.property_name.unwrap_or_else(|| account_name.clone()),
            account_name,
            website: basics.website.unwrap_or_default(),
            android_package: self.android,
            ios_bundle: self.ios,
            time_zone,
            currency: basics.currency,
            country: basics.country,
            template: basics.template,
            enhanced_measurement: None,
            wait_for_consent: self.wait_for_consent,
            google_ads_customer: self.google_ads,
            people: self.person,
            container,
            client: match self.client.as_deref() {
                None => ClientChoice::ByName,
                Some("none") => ClientChoice::None,
                Some("") => return Err(Error::invalid("The client is empty.", "Name its id, or `none`.")),
                Some(id) => ClientChoice::Existing { id: id.to_owned() },
            },
            skip: self.skip.into_iter().collect::<BTreeSet<_>>(),
            dialect: self.dialect,
        })
    }
}

impl Options {
    /// The form of a run with what was named put right; `None` where nothing was.
    pub fn corrected(self, basics: Basics, form: &ProvisionRequest) -> Option<ProvisionRequest> {
        let mut corrected = form.clone();
        let container = self.container();
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        let put = |field: &mut String, named: Option<String>| {
            if let Some(named) = named {
                *field = named;
            }
        };
        put(&mut corrected.account_name, basics.account_name);
        put(&mut corrected.property_name, basics.property_name);
        put(&mut corrected.website, basics.website);
        put(&mut corrected.time_zone, basics.time_zone);
        put(&mut corrected.currency, filled(basics.currency));
        put(&mut corrected.country, filled(basics.country));
        corrected.android_package = self.android.or(corrected.android_package);
        corrected.ios_bundle = self.ios.or(corrected.ios_bundle);
        corrected.google_ads_customer = self.google_ads.or(corrected.google_ads_customer);
        if !self.person.is_empty() {
            corrected.people = self.person;
        }
        if let Some(container) = container {
            corrected.container = container;
        }
        corrected.wait_for_consent = self.wait_for_consent.or(corrected.wait_for_consent);
        match self.client.as_deref() {
            None | Some("") => {}
            Some("none") => corrected.client = ClientChoice::None,
            Some(id) => corrected.client = ClientChoice::Existing { id: id.to_owned() },
        }
        (corrected != *form).then_some(corrected)
    }

    /// The container that is named; `None` where nothing is said of it.
    pub fn container(&self) -> Option<ContainerChoice> {
        if let Some(container) = self.container.clone() {
            Some(ContainerChoice::Existing { container })
        } else if self.new_container || self.tag_manager_account.is_some() {
            Some(ContainerChoice::New {
                account_id: self.tag_manager_account.clone(),
            })
        } else {
            self.no_container.then_some(ContainerChoice::None)
        }
    }

    /// Whether the property is there already.
    pub fn is_there(&self) -> bool {
        self.property.is_some()
    }

    /// Who gets a role.
    pub fn people(&self) -> Vec<PersonAccess> {
        self.person.clone()
    }

    /// Whether the tag waits for consent, where it is said.
    pub fn waits_for_consent(&self) -> Option<bool> {
        self.wait_for_consent
    }

    /// Steps that are left out.
    pub fn left_out(&self) -> BTreeSet<ProvisionStep> {
        self.skip.iter().copied().collect()
    }
}

fn word<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.trim().replace('-', "_"))).ok()
}

fn person(text: &str) -> std::result::Result<PersonAccess, &'static str> {
    let (email, role) = text.rsplit_once('=').ok_or("write E-MAIL=ROLE")?;
    let role: PropertyRole = word(role).ok_or("the role is viewer, analyst, editor or admin")?;
    Ok(PersonAccess {
        email: email.to_owned(),
        role,
    })
}

fn step(text: &str) -> std::result::Result<ProvisionStep, &'static str> {
    word(text).ok_or("name a step as `--plan --json` does, for instance key_events")
}

fn dialect(text: &str) -> std::result::Result<Dialect, &'static str> {
    word(text).ok_or("use ga4, v3-ticket or v3-tree")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test may

    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn options(words: &[&str]) -> Options {
        let command = clap::Command::new("provision").no_binary_name(true);
        // Some of one site's options cannot stand beside others of the command.
        let command = crate::provision::Command::augment_args(command);
        Options::from_arg_matches(&command.try_get_matches_from(words).unwrap()).unwrap()
    }

    fn nothing() -> Basics {
        Basics {
            connection: None,
            template: None,
            account_name: None,
            property_name: None,
            website: None,
            time_zone: None,
            currency: String::new(),
            country: String::new(),
        }
    }

    #[test]
    fn a_run_that_goes_on_is_put_right_only_where_something_was_named() {
        let form = ProvisionRequest {
            people: vec![person("anna@agency.example=viewer").unwrap()],
            google_ads_customer: Some("1234567890".to_owned()),
            ..ProvisionRequest::default()
        };
        assert_eq!(options(&["--runs"]).corrected(nothing(), &form), None);
        let skipping = options(&["--runs", "--skip", "google_ads_link"]);
        assert_eq!(skipping.left_out(), BTreeSet::from([ProvisionStep::GoogleAdsLink]));
        assert_eq!(skipping.corrected(nothing(), &form), None);
        let named = options(&[
            "--runs",
            "--person",
            "ana@agency.example=viewer",
            "--container",
            "GTM-ABCDEFG",
        ]);
        assert_eq!(
            named.corrected(nothing(), &form),
            Some(ProvisionRequest {
                people: vec![person("ana@agency.example=viewer").unwrap()],
                container: ContainerChoice::Existing {
                    container: "GTM-ABCDEFG".to_owned()
                },
                ..form.clone()
            })
        );
    }
}
