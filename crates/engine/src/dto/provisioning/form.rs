//! What a person fills in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::run::ProvisionStep;

/// Everything that a set-up asks a person for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProvisionRequest {
    /// The connection that acts; may be left out when there is only one.
    pub connection: Option<String>,
    /// Sign in first, with the permissions of the plan, where no connection is named and none is there.
    #[serde(default)]
    pub sign_in_first: bool,
    /// Where the property goes.
    #[serde(default)]
    pub analytics: AnalyticsChoice,
    /// Of the new account; at most 100 UTF-16 units. Not read where an account or a property is chosen.
    pub account_name: String,
    pub property_name: String,
    /// `https://...` of the site; empty where only apps are measured.
    pub website: String,
    /// Package name of an Android app to measure.
    #[serde(default)]
    pub android_package: Option<String>,
    /// Bundle id of an iOS app to measure.
    #[serde(default)]
    pub ios_bundle: Option<String>,
    /// IANA name, for instance `Europe/London`.
    pub time_zone: String,
    /// ISO 4217, for instance `GBP`.
    pub currency: String,
    /// CLDR region code of the business, for instance `GB`.
    pub country: String,
    /// Name of a template (`templates.list`); the plain website where absent.
    #[serde(default)]
    pub template: Option<String>,
    /// Overrides the template: scrolls, outbound clicks, searches and downloads are counted by themselves.
    #[serde(default)]
    pub enhanced_measurement: Option<bool>,
    /// Overrides the template: the Google tag waits for the visitor's consent before it stores cookies.
    #[serde(default)]
    pub wait_for_consent: Option<bool>,
    /// Customer id of a Google Ads account to link, digits with or without hyphens.
    #[serde(default)]
    pub google_ads_customer: Option<String>,
    /// People and service accounts that get a role on the property, besides the template's.
    #[serde(default)]
    pub people: Vec<PersonAccess>,
    #[serde(default)]
    pub container: ContainerChoice,
    #[serde(default)]
    pub client: ClientChoice,
    /// Steps that are left out.
    #[serde(default)]
    pub skip: BTreeSet<ProvisionStep>,
    #[serde(default)]
    pub dialect: Dialect,
}

/// Where the property goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnalyticsChoice {
    /// A new account, through the Terms of Service.
    #[default]
    NewAccount,
    /// A new property in an account that is there; digits.
    Account { account_id: String },
    /// A property that is there: what is missing is added to it; digits.
    Property { property_id: String },
}

/// Which Tag Manager container measures the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ContainerChoice {
    /// None: the snippet is Google's own tag.
    #[default]
    None,
    /// A new one in a Tag Manager account; the only one there is where absent. Where there is none, the set-up waits for
    /// the person to make one: Google's API cannot.
    New { account_id: Option<String> },
    /// One that is there: `GTM-...` or `accounts/1/containers/2`.
    Existing { container: String },
}

/// The agency's client that gets what is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClientChoice {
    /// A new client with the business's name, or the one that is called so.
    #[default]
    ByName,
    Existing {
        id: String,
    },
    None,
}

/// Who gets which role on the property.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct PersonAccess {
    /// E-mail address of a person or a service account.
    pub email: String,
    pub role: PropertyRole,
}

/// Predefined roles of the Admin API (`predefinedRoles/...`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PropertyRole {
    Viewer,
    Analyst,
    Editor,
    Admin,
}

/// Which of Google's APIs makes the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Admin API: `accounts:provisionAccountTicket`.
    #[default]
    Ga4,
    /// The Provisioning API of Universal Analytics, v3: deprecated, and by invitation only.
    V3Ticket,
    /// `createAccountTree` of the same: for approved partners, without Terms of Service.
    V3Tree,
}
